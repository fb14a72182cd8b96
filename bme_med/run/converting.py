"""Photos decoded and saved anew, as JPEG or PNG: what staff need for slides, e-mail and reports.

Pillow and libheif decode; orientation is applied to the pixels and colours are brought to sRGB, so that the
new file needs to say nothing about either. It goes through the same engine as any other photo before it is
written.
"""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bme_med import engines
from bme_med.core import Action, Code, FileError, Plan, Policy, Profile, Refusal, Source, sniff
from bme_med.run.painted_photos import plan_any
from bme_med.run.pictures import DECODERS, open_picture

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Conversion", "Converted", "convert", "plan_converted"]

_WIDE_MODES = ("I;16", "I;16B", "I;16L", "I;16N", "I")

_NO_PHOTO = "a DICOM file is not converted: use bme-med deid for it"

_REENCODED = "the pixels were decoded and saved anew, so they are no longer those of the camera"
_FIRST_ONLY = "the file holds several pictures; one was converted"
_FILLED = "transparent parts were filled with white"
_NARROWED = "more than 8 bits a sample were brought to 8"
_COLOURS = "the colour profile could not be applied; colours may look different"


@dataclass(frozen=True, slots=True)
class Conversion:
    """What photos are converted to.

    Attributes
    ----------
    to
        ``jpeg`` or ``png``.
    quality
        Of a JPEG, 1 to 100.
    max_side
        Longest side in pixels; larger pictures are made smaller, none is made larger.
    """

    to: str
    quality: int
    max_side: int | None = None

    def describe(self) -> str:
        """What is done to the pixels, for the audit."""
        coded = f"JPEG, quality {self.quality}" if self.to == "jpeg" else "PNG"
        limit = f", longest side at most {self.max_side}" if self.max_side else ""
        return f"decoded and saved anew as {coded}{limit}"


@dataclass(frozen=True, slots=True)
class Converted:
    """The new file, before the engine has seen it, and what a person should know about it."""

    data: bytes
    findings: tuple[str, ...]


def plan_converted(source: Source, conversion: Conversion, policy: Policy) -> tuple[Source, Plan | Refusal]:
    """The picture of `source` saved anew, and its plan, with actions and findings that tell of `source`."""
    format_ = sniff(source)
    try:
        converted = convert(source, conversion, policy.profile)
    except FileError as error:
        return source, Refusal(str(error), format_)
    picture, plan = plan_any(converted.data, policy)
    if isinstance(plan, Refusal):
        return source, Refusal(plan.reason, format_)
    actions = (
        Action("pixels", Code.C, conversion.describe()),
        Action("all but the pixels", Code.X, "nothing else is carried over by a conversion"),
        *(action for action in plan.actions if action.code is Code.REDACT),
    )
    findings = tuple(dict.fromkeys((*plan.findings, *converted.findings)))
    return picture, Plan(format_, plan.pieces, actions, plan.suffix, findings)


def convert(source: Source, conversion: Conversion, profile: Profile) -> Converted:
    """Decode `source`, and save its picture anew.

    Raises
    ------
    FileError
        If it is no photo, or cannot be decoded.
    """
    format_ = sniff(source)
    if format_ not in DECODERS:
        raise FileError(engines.why_no_engine(format_) or _NO_PHOTO)
    return _Converter(conversion, profile).convert(source[0 : len(source)])


class _Converter:
    """Takes one picture from its decoder to its encoder."""

    def __init__(self, conversion: Conversion, profile: Profile) -> None:
        self._conversion = conversion
        self._keeps_profile = profile.color_profile == "keep"
        self._findings = [_REENCODED]

    def convert(self, data: bytes) -> Converted:
        """The new file of the picture in `data`."""
        from PIL import Image, ImageOps

        with open_picture(data) as opened:
            if getattr(opened, "n_frames", 1) > 1:
                self._findings.append(_FIRST_ONLY)
            image = ImageOps.exif_transpose(opened)
            profile = image.info.get("icc_profile") or b""
            image = self._in_srgb(self._depth(image), profile)
            if limit := self._conversion.max_side:
                image.thumbnail((limit, limit), Image.Resampling.LANCZOS)
            kept = profile if self._keeps_profile else b""
            return Converted(self._encode(image, kept), tuple(self._findings))

    def _depth(self, image: "Image") -> "Image":
        """`image` as gray, RGB or either with transparency, 8 bits a sample."""
        if image.mode in _WIDE_MODES:
            self._findings.append(_NARROWED)
            wide = image.convert("I")
            return wide.point(lambda value: value * (1 / 256)).convert("L")
        if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
            return image
        if image.mode == "1":
            return image.convert("L")
        return image.convert("RGBA" if image.has_transparency_data else "RGB")

    def _in_srgb(self, image: "Image", profile: bytes) -> "Image":
        """`image` with the colours that `profile` gives it, in sRGB, unless the profile is kept."""
        is_ink = image.mode == "CMYK"
        if not profile or (self._keeps_profile and not is_ink):
            return image.convert("RGB") if is_ink else image
        from PIL import ImageCms

        transparency = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
        opaque = image.convert("L" if image.mode == "LA" else "RGB") if transparency else image
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            mode = "L" if opaque.mode == "L" else "RGB"
            target = ImageCms.createProfile("sRGB")
            changed = ImageCms.profileToProfile(opaque, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            self._findings.append(_COLOURS)
            return image.convert("RGB") if is_ink else image
        if changed is None:
            return image
        changed = changed.convert(mode)
        if transparency:
            changed.putalpha(transparency)
        return changed

    def _encode(self, image: "Image", profile: bytes) -> bytes:
        from PIL import Image

        is_jpeg = self._conversion.to == "jpeg"
        if is_jpeg and image.mode in ("RGBA", "LA"):
            self._findings.append(_FILLED)
            white = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
        image.info = {}
        out = io.BytesIO()
        options = {"icc_profile": profile} if profile else {}
        if is_jpeg:
            image.save(out, "JPEG", quality=self._conversion.quality, **options)
        else:
            image.save(out, "PNG", **options)
        return out.getvalue()
