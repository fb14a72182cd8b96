"""Decoding photos: every picture in a file as a viewer shows it, and how large it is.

A file of some bytes can hold pictures of any size, so sizes are read and added up before a sample is decoded.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bme_med.core import FileError, Format, Region, sniff
from bme_med.photo.orientation import read_exif_orientation, read_xmp_orientation, stored_region
from bme_med.pixels.decoders import are_installed
from bme_med.pixels.limits import MAX_PIXELS, TOO_LARGE, refuse_too_large
from bme_med.run.plain_pictures import PictureForm, is_turned_by_xmp_plainly, read_form_plainly

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

__all__ = [
    "DECODERS",
    "PictureForm",
    "ShownPicture",
    "check_sizes",
    "decode_pictures",
    "is_turned_by_xmp_alone",
    "open_picture",
    "read_picture_form",
    "shown_pictures",
]

DECODERS = {
    Format.JPEG: ("JPEG", "MPO"),
    Format.PNG: ("PNG",),
    Format.WEBP: ("WEBP",),
    Format.HEIF: ("HEIF", "AVIF"),
    Format.TIFF: ("TIFF",),
    Format.GIF: ("GIF",),
    Format.BMP: ("BMP",),
}
"""What Pillow is asked to open, and nothing else."""
_FIRST_ALONE = (Format.JPEG, Format.HEIF)
"""Of these, further pictures never reach an output."""
_MAX_PAGES, _MAX_FRAMES, _MAX_FRAME = 1_000_000_000, 250_000_000, 25_000_000
"""Pixels of all pages of a TIFF; of all frames of an animation, each as large as the whole; and of one frame,
as decoders hold several at once."""
_TOO_MANY = "the pictures in this file have more than {:,} pixels together: save it smaller, or as several"
_TOO_LARGE_FRAME = f"the frames of this animation have more than {_MAX_FRAME:,} pixels each: save it smaller"
_TRANSPOSES = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""Orientation to Pillow's number of the step from the picture as stored to the one that is shown."""
_BAND_PIXELS = 8_000_000
"""Pixels that are turned, and brought to RGB, at once."""
_COLUMNS, _ROWS, _ORIENTATION = 0x0100, 0x0101, 0x0112
_DAMAGED = "the picture cannot be decoded: open it, save it anew and use that, or leave it out"


@contextmanager
def open_picture(photo: bytes) -> "Iterator[Image]":
    """A photo opened by Pillow; whatever goes wrong inside becomes a `FileError` that repeats nothing.

    Raises
    ------
    FileError
        If it cannot be decoded, or is too large.
    """
    import pillow_heif
    from PIL import Image

    format_ = sniff(photo)
    pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2  # Pillow warns of more, and refuses twice as much
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(photo), formats=DECODERS[format_]) as opened:
                refuse_too_large(opened.width * opened.height, len(photo))
                if format_ is Format.HEIF:
                    opened.info.pop("xmp", None)  # the container alone turns a HEIF picture
                yield opened
    except FileError:
        raise
    except Image.DecompressionBombError:
        raise FileError(TOO_LARGE) from None
    except Exception:  # noqa: BLE001 - decoders raise what they like, and their words may hold a value
        raise FileError(_DAMAGED) from None


def read_picture_form(photo: bytes) -> PictureForm:
    """How large the first picture is, and how it is turned; of HEIF as it is shown."""
    if not are_installed():
        return read_form_plainly(photo)
    with open_picture(photo) as opened:
        said = opened.getexif().get(_ORIENTATION, 1)
        orientation = said if isinstance(said, int) and 1 <= said <= 8 else 1
        if opened.format == "HEIF":
            return PictureForm(opened.height, opened.width, 1)
        if opened.format == "AVIF":  # Pillow says the size before irot and imir turn it
            form = PictureForm(opened.height, opened.width, orientation)
            return PictureForm(form.shown_rows, form.shown_columns, 1)
        if opened.format == "TIFF":  # Pillow says the size after Orientation has turned it
            tags = opened.tag_v2  # type: ignore[attr-defined]
            return PictureForm(tags[_ROWS], tags[_COLUMNS], orientation)
        return PictureForm(opened.height, opened.width, orientation)


def is_turned_by_xmp_alone(photo: bytes) -> bool:
    """Whether nothing but XMP turns the first picture: some viewers follow it, browsers do not."""
    if not are_installed():
        return is_turned_by_xmp_plainly(photo)
    with open_picture(photo) as opened:
        opened.getexif()  # of PNG, also what stands behind the picture
        if opened.format == "TIFF":
            said = opened.tag_v2.get(_ORIENTATION)  # type: ignore[attr-defined]
        else:
            said = read_exif_orientation(opened.info.get("exif") or b"")
        xmp = opened.info.get("xmp") or (opened.info.get("XML:com.adobe.xmp") or "").encode()
        return not said and read_xmp_orientation(xmp) not in (None, 1)


class ShownPicture:
    """A decoded picture the right way round, read in bands of rows, so that it is held once.

    Attributes
    ----------
    rows, columns
        As viewers show it.
    """

    def __init__(self, opened: "Image") -> None:
        opened.load()  # which turns a TIFF
        said = opened.getexif().get(_ORIENTATION, 1)
        self._opened = opened
        self._orientation = said if said in _TRANSPOSES else 1
        form = PictureForm(opened.height, opened.width, self._orientation)
        self.rows, self.columns = form.shown_rows, form.shown_columns

    def read(self, top: int, bottom: int) -> "NDArray[np.uint8]":
        """Those rows as RGB."""
        import numpy as np

        return np.asarray(self._band(top, bottom))

    def bands(self, multiple: int = 1) -> Iterator[tuple[int, int]]:
        """First and last row of parts that are read at once; all but the last are of a multiple of rows."""
        step = max(_BAND_PIXELS // (self.columns * multiple), 1) * multiple
        for top in range(0, self.rows, step):
            yield top, min(top + step, self.rows)

    def reduced(self, longest: int) -> "NDArray[np.uint8]":
        """The picture as RGB, made smaller by a whole number, the longer side no shorter than that."""
        import numpy as np

        factor = max(max(self.rows, self.columns) // longest, 1)
        bands = (self._band(*band) for band in self.bands(factor))
        return np.concatenate([np.asarray(band.reduce(factor) if factor > 1 else band) for band in bands])

    def _band(self, top: int, bottom: int) -> "Image":
        from PIL import Image

        shown, stored = Region(top, 0, bottom, self.columns), self._opened
        place = stored_region(shown, self._orientation, rows=stored.height, columns=stored.width)
        part = stored.crop((place.left, place.top, place.right, place.bottom))
        if self._orientation > 1:
            part = part.transpose(Image.Transpose(_TRANSPOSES[self._orientation]))
        return part if part.mode == "RGB" else part.convert("RGB")


def check_sizes(photo: bytes) -> None:
    """Raise where the pictures that an output may hold are too large to decode, each or together.

    Raises
    ------
    FileError
        If they are.
    """
    with open_picture(photo) as opened:
        _refuse_too_many(opened, sniff(photo), len(photo))


def _refuse_too_many(opened: "Image", format_: Format, size: int) -> int:
    """How many pictures there are in a file of `size` bytes, none of them decoded."""
    count = 1 if format_ in _FIRST_ALONE else getattr(opened, "n_frames", 1)
    if format_ is Format.TIFF:
        _refuse_more(sum(_page_sizes(opened, count, size)), _MAX_PAGES)
    elif count > 1:
        _refuse_frames(opened, count)
    return count


def _refuse_frames(opened: "Image", count: int) -> None:
    """Raise where frames of an animation are too large; those of a GIF can make it larger one by one."""
    pixels = opened.width * opened.height
    _refuse_more(count * pixels, _MAX_FRAMES)
    if pixels > _MAX_FRAME:
        raise FileError(_TOO_LARGE_FRAME)


def _refuse_more(pixels: int, limit: int) -> None:
    if pixels > limit:
        raise FileError(_TOO_MANY.format(limit))


def _page_sizes(opened: "Image", count: int, size: int) -> Iterator[int]:
    for number in range(count):
        opened.seek(number)
        refuse_too_large(opened.width * opened.height, size)
        yield opened.width * opened.height
    opened.seek(0)


def shown_pictures(photo: bytes) -> Iterator[ShownPicture]:
    """The pictures in `photo` that an output may hold, each gone when the next is asked for.

    Raises
    ------
    FileError
        If one cannot be decoded, or they are too large.
    """
    format_ = sniff(photo)
    with open_picture(photo) as opened:
        count = _refuse_too_many(opened, format_, len(photo))
        for number in range(count):
            if number:
                opened.seek(number)
            if number and format_ is not Format.TIFF:
                _refuse_frames(opened, count)
            yield ShownPicture(opened)


def decode_pictures(photo: bytes) -> "Iterator[NDArray[np.uint8]]":
    """The same, each as a whole."""
    return (picture.read(0, picture.rows) for picture in shown_pictures(photo))
