"""One photo of the output, as pyexiv2 and Pillow read it: its container, its colour profile, its picture."""

import hashlib
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pyexiv2  # type: ignore[import-untyped]
from PIL import GifImagePlugin, Image, ImageChops, ImageCms, ImageFile, ImageStat

from bme_med.core import Box, DatePolicy, Format, Profile, Region, regions_of, sniff
from bme_med.verify.claimed import OTHER, is_claim_of_photo
from bme_med.verify.colours import foreign_in_profile
from bme_med.verify.containers import foreign_parts, hidden_parts
from bme_med.verify.findings import Check, Problem
from bme_med.verify.harvest import NOBODY, Identifiers, date_forms, spaced
from bme_med.verify.judged import Judged, Told
from bme_med.verify.painted import may_change, mcu_of
from bme_med.verify.search import needles_of
from bme_med.verify.tables import load_tables

__all__ = ["PhotoJudge", "picture_digest", "properties", "texts_beside"]

_MANY = ("PNG", "WEBP", "GIF", "TIFF")
"""Formats whose further images stay."""

_HEAD_BYTES = 144
_ORIENTATION = ("Exif.Image.Orientation", "Xmp.tiff.Orientation")
_ORIENTATION_TAG = 0x0112
_YEAR = "Xmp.photoshop.DateCreated"
_PROFILE_TEXTS = {"Colour profile", "Removed", "", None}
"""Texts of a colour profile that was rebuilt."""

_PROFILE_FIELDS = ("profile_description", "copyright", "manufacturer", "model", "target", "viewing_condition")
_IDENTIFYING = re.compile(
    r"artist|author|byline|creator|owner|copyright|credit|contact|person|name|serial|unique|title|caption|"
    r"description|subject|keyword|comment|headline|city|location|country|state|address|phone|email|web|gps|"
    r"software|make|model|id$|history|document|source|instructions|label",
    re.IGNORECASE,
)
_DATE = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)")
_SHORTEST_WORD = 6
_TURNED_BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""Orientation (Exif 2.32, 4.6.4) to what leads from a picture as it is shown to one as it is stored."""

_NEAR_MEAN, _NEAR_RMS = 3.0, 8.0
_Corners = tuple[int, int, int, int]
_OWN_WORDS = frozenset(
    (
        *("xpacket", "xmpmeta", "adobe", "description", "orientation", "datecreated", "photoshop"),
        *("colour", "profile", "removed"),
    )
)
"""Words that an output may hold: of a packet of XMP, and of a colour profile that was rebuilt."""


class PhotoJudge:
    """Judges photos under one profile."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._vocabulary = load_tables().vocabulary

    def judge(self, data: bytes, source: bytes | None, told: Told) -> Judged:
        """All that is wrong with the output `data`."""
        format_ = sniff(data[:_HEAD_BYTES])
        problems = [Problem(place, Check.CONTAINER, text) for place, text in foreign_parts(data, format_)]
        if self.profile.hidden_pixels == "refuse":
            problems += [Problem(place, Check.CONTAINER, text) for place, text in hidden_parts(data, format_)]
        problems += self._properties(data, format_)
        picture = _Picture.of(data)
        if picture is None:
            problems.append(Problem("", Check.READABLE, "Pillow cannot show it"))
        else:
            problems += self._colours(picture.profile)
        if picture is not None and self.profile.orientation == "keep":
            problems += _untrue_claims(data, picture, told, format_)
        identifiers = NOBODY
        if source is not None:
            if picture is not None and not told.was_converted:
                problems += _differences(source, picture, told.boxes, format_)
            identifiers = self._identifiers(source)
            needles = needles_of(identifiers)
            if any(True for _ in needles.found_in(data)):
                problems.append(
                    Problem("", Check.IDENTIFIER, "an identifier of the source stands in the bytes")
                )
        digest = picture.digest() if picture is not None else ""
        is_named = self.profile.names != "keep"
        return Judged(
            tuple(problems),
            digest=digest,
            has_source=source is not None,
            identifiers=identifiers if is_named else NOBODY,
        )

    def _properties(self, data: bytes, format_: Format) -> Iterator[Problem]:
        for name, value in properties(data).items():
            is_structure = format_ is Format.TIFF and name.startswith("Exif.Image")
            if name in _ORIENTATION and self.profile.orientation == "keep":
                continue
            if name == _YEAR and self.profile.dates is DatePolicy.YEAR and re.fullmatch(r"\d{4}", value):
                continue
            if not is_structure:
                yield Problem(name, Check.CONTAINER, "a property that no picture needs")

    def _colours(self, profile: bytes) -> Iterator[Problem]:
        if not profile or self.profile.color_profile == "keep":
            return
        if self.profile.color_profile == "drop":
            yield Problem("ICC", Check.CONTAINER, "a colour profile, which goes under this profile")
            return
        yield from (Problem("ICC", Check.CONTAINER, text) for text in foreign_in_profile(profile))
        with suppress(ImageCms.PyCMSError, OSError, TypeError):
            opened = ImageCms.getOpenProfile(io.BytesIO(profile)).profile
            for field in _PROFILE_FIELDS:
                if str(getattr(opened, field, None) or "").strip() not in _PROFILE_TEXTS:
                    yield Problem(f"ICC {field}", Check.CONTAINER, "a text in the colour profile")

    def _identifiers(self, source: bytes) -> Identifiers:
        """What a source says of people, places, times and devices."""
        parts: set[str] = set()
        dates: set[str] = set()
        told = {**properties(source), **texts_beside(source)}
        for name, value in told.items():
            for year, month, day in _DATE.findall(value):
                dates |= date_forms(year + month + day)
            if _IDENTIFYING.search(name):
                whole = value.strip().lower()
                parts |= {whole} if len(whole) < 200 else set()
                parts |= {word for word in spaced(value).split() if len(word) >= _SHORTEST_WORD}
        sought = {part for part in parts if len(part) >= _SHORTEST_WORD and not self._is_common(part)}
        return Identifiers(frozenset(sought), frozenset(), frozenset(dates), frozenset())

    def _is_common(self, part: str) -> bool:
        if part.isdigit():
            return False
        words = spaced(part).split()
        return all(word in self._vocabulary or word in _OWN_WORDS or word.isdigit() for word in words)


def properties(data: bytes) -> dict[str, str]:
    """Exif, IPTC and XMP properties, comment and thumbnail, as Exiv2 names them; none that it cannot read."""
    pyexiv2.set_log_level(4)
    found: dict[str, str] = {}
    with suppress(RuntimeError, UnicodeDecodeError), pyexiv2.ImageData(data) as image:
        for read in (image.read_exif, image.read_iptc, image.read_xmp):
            with suppress(RuntimeError, UnicodeDecodeError):
                found |= {name: str(value) for name, value in (read() or {}).items()}
        with suppress(RuntimeError, UnicodeDecodeError):
            if comment := image.read_comment():
                found["Comment"] = str(comment)
            if image.read_thumbnail():
                found["Thumbnail"] = ""
    return found


def texts_beside(data: bytes) -> dict[str, str]:
    """Texts that Pillow finds beside a picture: text chunks of a PNG, comments."""
    with suppress(Exception), Image.open(io.BytesIO(data)) as image:
        texts: dict[str, Any] = {"comment": image.info.get("comment"), **getattr(image, "text", {})}
        return {
            f"{key} comment": value.decode("latin-1") if isinstance(value, bytes) else str(value)
            for key, value in texts.items()
            if value
        }
    return {}


def picture_digest(data: bytes) -> str:
    """SHA-256 of what a photo shows; empty where Pillow cannot decode it."""
    picture = _Picture.of(data)
    return picture.digest() if picture else ""


class _Picture:
    """The decoded frames of a photo."""

    def __init__(
        self, frames: list[Image.Image], profile: bytes, orientation: int, drawn: list[_Corners]
    ) -> None:
        self.frames = frames
        self.profile = profile
        self.orientation = orientation
        self.drawn = drawn

    @classmethod
    def of(cls, data: bytes) -> "_Picture | None":
        """All frames; nothing where Pillow cannot decode them. A cut-off JPEG shows what is there."""
        import pillow_heif

        pillow_heif.register_heif_opener()
        before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
        try:
            with warnings.catch_warnings(), Image.open(io.BytesIO(data)) as image:
                warnings.simplefilter("ignore")
                profile = image.info.get("icc_profile") or b""
                is_turned = image.format == "TIFF"  # Pillow turns it while it decodes
                orientation = 1 if is_turned else image.getexif().get(_ORIENTATION_TAG, 1)
                count = getattr(image, "n_frames", 1) if image.format in _MANY else 1
                frames: list[Image.Image] = []
                drawn: list[_Corners] = []
                for number in range(count):
                    if number:
                        image.seek(number)
                    drawn.extend(_drawn(image))
                    frames.append(image.convert("RGBA") if image.mode == "P" else image.copy())
                return cls(frames, profile, orientation, drawn)
        except Exception:  # noqa: BLE001 - a decoder may fail in any way on what it does not know
            return None
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before

    def digest(self) -> str:
        """SHA-256 of modes, sizes and colours."""
        digest = hashlib.sha256()
        for frame in self.frames:
            digest.update(f"{frame.mode} {frame.size}".encode())
            digest.update(frame.tobytes())
        return digest.hexdigest()


def _drawn(image: Image.Image) -> Iterator[_Corners]:
    """Where an image of a GIF lies in its screen."""
    if isinstance(image, GifImagePlugin.GifImageFile) and image.dispose_extent:
        left, top, right, bottom = image.dispose_extent
        yield left, top, right, bottom


def _untrue_claims(data: bytes, after: _Picture, told: Told, format_: Format) -> Iterator[Problem]:
    """What the audit says of a photo that was painted over, seen without its source."""
    if told.outside is not None and not is_claim_of_photo(
        data, told.boxes, told.outside, frames=len(after.frames), is_jpeg=format_ is Format.JPEG
    ):
        yield Problem("", Check.AUDIT, OTHER)


def _differences(source: bytes, after: _Picture, boxes: Sequence[Box], format_: Format) -> Iterator[Problem]:
    before = _Picture.of(source)
    if before is None:
        return
    if [(frame.mode, frame.size) for frame in before.frames] != [
        (frame.mode, frame.size) for frame in after.frames
    ]:
        yield Problem("", Check.PIXELS, "another size, mode or number of frames")
        return
    cell = mcu_of(source) if format_ is Format.JPEG else (1, 1)
    for number, (old, new) in enumerate(zip(before.frames, after.frames, strict=True), 1):
        for corners in _stored(boxes, number, new.size, before.orientation):
            cells = _cells(corners, after.drawn[:number])
            if any(low != high for cell_ in cells for low, high in _extremes(new.crop(cell_))):
                yield Problem(f"frame {number}", Check.PIXELS, "a declared region is not one colour")
            left, top, right, bottom = corners
            region = Region(top, left, bottom, right)
            around = may_change(region, cell, rows=new.height, columns=new.width)
            wide = around.left, around.top, around.right, around.bottom
            old.paste(new.crop(wide), wide)
        if old.tobytes() != new.tobytes() and not (boxes and format_ is Format.HEIF and _is_near(old, new)):
            yield Problem(f"frame {number}", Check.PIXELS, "another picture outside the declared regions")
            return


def _stored(boxes: Sequence[Box], number: int, size: tuple[int, int], orientation: int) -> Iterator[_Corners]:
    """The corners of the regions in the picture as it is stored; they are given as viewers turn it."""
    width, height = size if orientation < 5 else size[::-1]
    for region in regions_of(boxes, number, rows=height, columns=width):
        shown = Image.new("1", (width, height))
        shown.paste(1, (region.left, region.top, region.right, region.bottom))
        stored = shown.transpose(_TURNED_BACK[orientation]) if orientation in _TURNED_BACK else shown
        corners = stored.getbbox()
        if corners:
            yield corners


def _cells(corners: _Corners, drawn: Sequence[_Corners]) -> Iterator[_Corners]:
    """Parts of a region that the images of an animation so far drew whole: each has colours of its own."""
    left, top, right, bottom = corners
    columns = sorted({left, right, *(x for one in drawn for x in one[::2] if left < x < right)})
    rows = sorted({top, bottom, *(y for one in drawn for y in one[1::2] if top < y < bottom)})
    for upper, lower in pairwise(rows):
        for start, end in pairwise(columns):
            yield start, upper, end, lower


def _is_near(old: Image.Image, new: Image.Image) -> bool:
    """Whether a picture that was coded anew with loss is about the same."""
    differences = ImageStat.Stat(ImageChops.difference(old, new))
    return max(differences.mean) <= _NEAR_MEAN and max(differences.rms) <= _NEAR_RMS


def _extremes(image: Image.Image) -> list[tuple[float, float]]:
    found: Any = image.getextrema()
    return list(found) if isinstance(found[0], tuple) else [found]
