"""Codings of whole rows that TIFF knows beside those of its standard: where the last row of a strip ends.

NeXT's of two bits, ThunderScan's of four, and the logarithms of SGI (LogL and LogLuv, by Ward Larson). What
decoders do is all that is written of the first two; each row is complete in itself.
"""

from collections.abc import Callable

from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.tiff_coding import NEXT, SGI_LOG_24, THUNDERSCAN, Coding

__all__ = ["measure_rows"]

_LITERAL_ROW, _LITERAL_SPAN, _SPAN_HEAD_BYTES = 0x00, 0x40, 4
_NO_DELTA_OF_2, _NO_DELTA_OF_3 = 2, 4
_LOG_L = 32844
_RUN, _SHORTEST_RUN = 0x80, 2


def measure_rows(data: bytes, width: int, rows: int, coding: Coding, where: str) -> int:
    """How many bytes of `data` a strip or tile takes.

    Raises
    ------
    DamagedPhotoError
        If there are fewer, or a row is not as long as the others.
    """
    if coding.compression == SGI_LOG_24:
        position = 3 * width * rows
    else:
        position = 0
        end_of_row = _choose(coding)
        try:
            for _ in range(rows):
                position = end_of_row(data, position, width)
        except IndexError:
            position = len(data) + 1
        except ValueError:
            raise DamagedPhotoError("the image data is damaged", where=where) from None
    if position > len(data):
        raise DamagedPhotoError("the image data ends too early", where=where)
    return position


def _choose(coding: Coding) -> Callable[[bytes, int, int], int]:
    if coding.compression == NEXT:
        return _end_of_next
    if coding.compression == THUNDERSCAN:
        return _end_of_thunderscan
    planes = 2 if coding.photometric == _LOG_L else 4
    return lambda data, position, width: _end_of_planes(data, position, width, planes)


def _end_of_next(data: bytes, position: int, width: int) -> int:
    """A row as it is, a span of it, or runs of one of four grays, the last of which may be too long."""
    row_bytes, head = -(-width // 4), data[position]
    if head == _LITERAL_ROW:
        return position + 1 + row_bytes
    if head == _LITERAL_SPAN:
        skipped, size = (int.from_bytes(data[at : at + 2], "big") for at in (position + 1, position + 3))
        if skipped + size > row_bytes:
            raise ValueError("a span beyond its row")
        return position + 1 + _SPAN_HEAD_BYTES + size
    pixels = 0
    while pixels < width:
        pixels += data[position] & 0x3F
        position += 1
    return position


def _end_of_thunderscan(data: bytes, position: int, width: int) -> int:
    """Runs of the last pixel, deltas of two or three bits, or one pixel; a run may not be too long."""
    pixels = 0
    while pixels < width:
        code, value = data[position] >> 6, data[position] & 0x3F
        position += 1
        if code == 0:
            pixels += value
            if pixels > width:
                raise ValueError("a run beyond its row")
        elif code == 1:
            pixels += sum((value >> at & 3) != _NO_DELTA_OF_2 for at in (4, 2, 0))
        elif code == 2:
            pixels += sum((value >> at & 7) != _NO_DELTA_OF_3 for at in (3, 0))
        else:
            pixels += 1
    return position


def _end_of_planes(data: bytes, position: int, width: int, planes: int) -> int:
    """The bytes of all pixels of a row, the highest of each first, in runs and literals."""
    for _ in range(planes):
        pixels = 0
        while pixels < width:
            head = data[position]
            if head >= _RUN:
                pixels += head - _RUN + _SHORTEST_RUN
                position += 2
            else:
                taken = min(head, width - pixels)
                pixels += taken
                position += 1 + taken
    return position
