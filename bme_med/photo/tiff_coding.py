"""How strips and tiles of a TIFF are coded, and which codings can be looked through (TIFF 6.0, 3 and 9)."""

from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.photo.errors import RAW_FILE
from bme_med.photo.tiff_fields import Fields
from bme_med.photo.tiff_tags import Tag

__all__ = [
    *("FAX", "JPEG", "JPEG_2000", "LERC", "LZW", "NEXT", "OLD_JPEG", "PACKBITS", "PIXAR_LOG", "RAW", "ROWS"),
    *("SGI_LOG", "SGI_LOG_24", "THUNDERSCAN", "WEBP", "XZ", "ZSTD"),
    *("PALETTE", "Coding", "read_coding"),
]

RAW, _FAX_1, _FAX_3, _FAX_4, LZW, OLD_JPEG, JPEG, _ZIP = range(1, 9)
PACKBITS, _OLD_ZIP = 32773, 32946
NEXT, THUNDERSCAN, PIXAR_LOG, SGI_LOG, SGI_LOG_24 = 32766, 32809, 32909, 34676, 34677
FAX, _ZIPS = (_FAX_1, _FAX_3, _FAX_4), (_ZIP, _OLD_ZIP, PIXAR_LOG)
ROWS = (NEXT, THUNDERSCAN, SGI_LOG, SGI_LOG_24)
"""Codings whose rows are complete in themselves."""
LERC, XZ, ZSTD, WEBP = 34887, 34925, 50000, 50001
JPEG_2000 = (33003, 33005, 34712)
"""Aperio's YCbCr and RGB, and the one of everybody else."""
_COMPRESSIONS = (RAW, *FAX, *ROWS, LZW, OLD_JPEG, JPEG, *_ZIPS, PACKBITS, LERC, XZ, ZSTD, WEBP, *JPEG_2000)
_ORDERED = (LZW, PACKBITS, *ROWS, *_ZIPS, LERC, XZ, ZSTD, WEBP, *JPEG_2000)
"""Compressions whose bits have one order."""
_PHOTOMETRIC = range(11)
_LOGARITHMS = (32844, 32845)
PALETTE = 3
_REVERSED = 2
_SENSOR = (32803, 34892)


class Coding(NamedTuple):
    """How the strips or tiles of a page are coded; of a palette it is asked which colours they use."""

    compression: int
    is_reversed: bool
    is_palette: bool
    lerc: tuple[int, ...] = ()
    fax_options: int = 0
    photometric: int = 0


def read_coding(fields: Fields) -> Coding:
    """Read how a page is coded.

    Raises
    ------
    UnsupportedFileError
        If it is not a picture that can be looked through.
    """
    compression = fields.number(Tag.Compression, RAW)
    photometric = fields.number(Tag.PhotometricInterpretation, 0)
    _check_kind(fields, compression, photometric)
    return Coding(
        compression,
        fields.number(Tag.FillOrder, 1) == _REVERSED,
        photometric == PALETTE,
        fields.numbers(Tag.LercParameters) if compression == LERC else (),
        fields.number(Tag.T4Options, 0) if compression in FAX else 0,
        photometric,
    )


def _check_kind(fields: Fields, compression: int, photometric: int) -> None:
    if photometric in _SENSOR:
        raise UnsupportedFileError(RAW_FILE)
    if fields.number(Tag.ImageDepth, 1) != 1:
        raise UnsupportedFileError("a page that is a volume: save its slices as pages, then run again")
    is_logarithm = compression in (SGI_LOG, SGI_LOG_24)
    if compression not in _COMPRESSIONS or photometric not in (_LOGARITHMS if is_logarithm else _PHOTOMETRIC):
        raise UnsupportedFileError(
            "a compression or a kind of colour that cannot be looked through: save the picture as TIFF with "
            "LZW, or as PNG, then run again"
        )
    if compression in _ORDERED and fields.number(Tag.FillOrder, 1) != 1:
        raise UnsupportedFileError("bits in reverse order: save the picture as TIFF anew, then run again")
