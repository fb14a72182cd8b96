"""Decoding photos: every picture in a file as a viewer shows it, and how large it is."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bme_med.core import FileError, Format, sniff
from bme_med.photo.orientation import read_exif_orientation, read_xmp_orientation
from bme_med.pixels.decoders import are_installed
from bme_med.run.plain_pictures import (
    MAX_PIXELS,
    TOO_LARGE,
    PictureForm,
    is_turned_by_xmp_plainly,
    read_form_plainly,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

__all__ = [
    "DECODERS",
    "MAX_PIXELS",
    "PictureForm",
    "decode_pictures",
    "is_turned_by_xmp_alone",
    "open_picture",
    "read_picture_form",
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
                _refuse_too_large(opened)
                if format_ is Format.HEIF:
                    opened.info.pop("xmp", None)  # the container alone turns a HEIF picture
                yield opened
    except FileError:
        raise
    except Image.DecompressionBombError:
        raise FileError(TOO_LARGE) from None
    except Exception:  # noqa: BLE001 - decoders raise what they like, and their words may hold a value
        raise FileError(_DAMAGED) from None


def _refuse_too_large(opened: "Image") -> None:
    if opened.width * opened.height > MAX_PIXELS:
        raise FileError(TOO_LARGE)


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


def decode_pictures(photo: bytes) -> "Iterator[NDArray[np.uint8]]":
    """The pictures in `photo` that an output may hold, the right way round, as RGB."""
    import numpy as np
    from PIL import ImageOps

    with open_picture(photo) as opened:
        has_one = sniff(photo) in _FIRST_ALONE
        for number in range(1 if has_one else getattr(opened, "n_frames", 1)):
            if number:
                opened.seek(number)
                _refuse_too_large(opened)
            yield np.asarray(ImageOps.exif_transpose(opened).convert("RGB"))
