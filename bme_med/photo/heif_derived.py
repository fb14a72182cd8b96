"""Pictures made of others: grid and overlay (ISO/IEC 23008-12, 6.6.2).

Their data is a few numbers, written anew. What they cover of their parts stays in the file.
"""

from bme_med.core.errors import UnsupportedFileError
from bme_med.photo.errors import CONVERT, DamagedPhotoError
from bme_med.photo.heif_boxes import Fields
from bme_med.photo.heif_properties import Size, is_padding

__all__ = ["clean_grid", "clean_overlay"]

_SMALL_TILE, _PADDING = 1024, 128
"""Tiles up to that size are cut from a picture as they come; the padding of larger ones is this at most."""


def clean_grid(data: bytes, tiles: list[Size], where: str) -> tuple[bytes, bool]:
    """The data of a ``grid``, and whether it hides more of its tiles than an encoder's padding.

    Raises
    ------
    FileError
        If the tiles do not cover the picture, or some are not seen at all.
    """
    fields = Fields(data, where)
    head = fields.take(2)
    rows, columns = fields.number(1) + 1, fields.number(1) + 1
    if head[0]:
        raise UnsupportedFileError(f"an unknown form of a grid: {CONVERT}")
    size_bytes = 4 if head[1] & 1 else 2
    shown = Size(fields.number(size_bytes), fields.number(size_bytes))
    if len(set(tiles)) != 1 or rows * columns != len(tiles):
        raise DamagedPhotoError("the tiles are not all there, or not of one size", where=where)
    hides = _hides(shown.width, columns, tiles[0].width, where) | _hides(
        shown.height, rows, tiles[0].height, where
    )
    numbers = (number.to_bytes(size_bytes, "big") for number in shown)
    return bytes([0, head[1] & 1, rows - 1, columns - 1]) + b"".join(numbers), hides


def _hides(shown: int, count: int, tile: int, where: str) -> bool:
    hidden = count * tile - shown
    if not 0 <= hidden < tile:
        raise DamagedPhotoError("the tiles do not fit the picture", where=where)
    return not (is_padding(hidden, tile) or (count > 1 and (tile <= _SMALL_TILE or hidden <= _PADDING)))


def clean_overlay(data: bytes, layers: int, where: str) -> bytes:
    """The data of an ``iovl`` of that many layers."""
    fields = Fields(data, where)
    head = fields.take(2)
    if head[0]:
        raise UnsupportedFileError(f"an unknown form of an overlay: {CONVERT}")
    is_long = head[1] & 1
    return bytes([0, is_long]) + fields.take(8 + (4 if is_long else 2) * (2 + 2 * layers))
