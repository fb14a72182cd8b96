"""The picture of a photo as Pillow decodes it: as before outside the regions, one colour inside."""

import hashlib
import io
import warnings
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from PIL import GifImagePlugin, Image, ImageChops, ImageFile, ImageStat

from bme_med.core import Box, Format, Region, regions_of
from bme_med.verify.findings import Check, Problem
from bme_med.verify.painted import may_change, mcu_of

__all__ = ["Picture", "differences", "picture_digest"]

_MANY = ("PNG", "WEBP", "GIF", "TIFF")
"""Formats whose further images stay."""

_ORIENTATION_TAG = 0x0112
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


def picture_digest(data: bytes) -> str:
    """SHA-256 of what a photo shows; empty where Pillow cannot decode it."""
    picture = Picture.of(data)
    return picture.digest() if picture else ""


class Picture:
    """The decoded frames of a photo."""

    def __init__(
        self, frames: list[Image.Image], profile: bytes, orientation: int, drawn: list[_Corners]
    ) -> None:
        self.frames = frames
        self.profile = profile
        self.orientation = orientation
        self.drawn = drawn

    @classmethod
    def of(cls, data: bytes) -> "Picture | None":
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


def differences(source: bytes, after: Picture, boxes: Sequence[Box], format_: Format) -> Iterator[Problem]:
    """Where the picture is another than in `source`, or one of `boxes` is not one colour."""
    before = Picture.of(source)
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
