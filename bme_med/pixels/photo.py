"""Photos painted over, each in its own container; nothing outside the regions changes.

What comes back still has the metadata of the source. It is not clean before the engine of its format has
planned it: thumbnails, gain maps and further pictures show what the regions cover.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bme_med.core import Format, Region, UnsupportedFileError
from bme_med.pixels.decoders import require_decoders

__all__ = ["PaintedPhoto", "paint_photo"]

_LOSSLESS_NOW = (
    "what was painted over had been coded with losses; to lose no more it is now coded without, and larger"
)
_NO_PAINTER = "photos of this format cannot be painted over: convert the picture to PNG, then run again"


@dataclass(frozen=True, slots=True)
class PaintedPhoto:
    """A photo in which regions are black.

    Attributes
    ----------
    note
        What a person should know about it; empty where there is nothing.
    """

    data: bytes
    note: str = ""


def paint_photo(source: bytes, format_: Format, regions: Sequence[Region]) -> PaintedPhoto:
    """Paint `regions` over, in every frame and on every page.

    Parameters
    ----------
    source
        A whole photo.
    format_
        What it was sniffed to be.
    regions
        In rows and columns of the picture as stored, before Orientation turns it; in HEIF and AVIF as the
        container turns it.

    Raises
    ------
    FileError
        If the photo is damaged, or cannot be written in its own format.
    """
    match format_:
        case Format.JPEG:
            from bme_med.pixels.jpeg import paint_jpeg

            return PaintedPhoto(paint_jpeg(source, regions, with_metadata=True))
        case Format.BMP:
            from bme_med.pixels.photo_bmp import paint_bmp

            return PaintedPhoto(paint_bmp(source, regions))
    require_decoders()
    match format_:
        case Format.PNG:
            from bme_med.pixels.photo_png import paint_png

            return PaintedPhoto(paint_png(source, regions))
        case Format.WEBP:
            from bme_med.pixels.photo_webp import paint_webp

            return _noted(*paint_webp(source, regions))
        case Format.TIFF:
            from bme_med.pixels.photo_tiff import paint_tiff

            return _noted(*paint_tiff(source, regions))
        case Format.GIF:
            from bme_med.pixels.photo_gif import paint_gif

            return PaintedPhoto(paint_gif(source, regions))
        case Format.HEIF:
            from bme_med.pixels.photo_heif import paint_heif

            return _noted(*paint_heif(source, regions))
    raise UnsupportedFileError(_NO_PAINTER)


def _noted(data: bytes, was_lossy: bool) -> PaintedPhoto:
    return PaintedPhoto(data, _LOSSLESS_NOW if was_lossy else "")
