"""VP8: where the partitions of a lossy image end (RFC 6386, 7, 9, 11 and 13, of key frames alone).

A partition is as long as it is declared; how much of that a decoder needs shows when its arithmetic code is
read. So the modes of all macroblocks and the tokens of all coefficients are read; pixels are not made.
"""

from typing import NamedTuple

from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.vp8_bools import Bools
from bme_med.photo.vp8_modes import read_modes
from bme_med.photo.vp8_tokens import skip_tokens

__all__ = ["HEADER_BYTES", "SIZE_BYTES", "Partition", "measure_lossy"]

HEADER_BYTES, SIZE_BYTES = 10, 3
"""Of a frame, and of an entry in its table of partitions."""


class Partition(NamedTuple):
    """One partition of a frame.

    Attributes
    ----------
    start, size
        Where it lies in the frame, as declared.
    needed_bits
        How many of its bits can matter to a decoder.
    is_plain
        Whether what follows them is what an encoder writes that ends its code, and nothing else.
    """

    start: int
    size: int
    needed_bits: int
    is_plain: bool


def measure_lossy(data: bytes, width: int, height: int, where: str) -> tuple[Partition, ...]:
    """The partitions of a key frame of that size, the one of the modes first.

    Raises
    ------
    DamagedPhotoError
        If one ends before its part of the picture does.
    """
    columns, rows = (width + 15) // 16, (height + 15) // 16
    size = int.from_bytes(data[:3], "little") >> 5
    first = Bools(data[HEADER_BYTES : HEADER_BYTES + size])
    try:
        modes = read_modes(first, columns, rows)
        places = _places(data, HEADER_BYTES + size, modes.partitions, where)
        parts = [Bools(data[start : start + length]) for start, length in places]
        skip_tokens(modes, parts, columns)
        ends = [bools.end() for bools in (first, *parts)]
    except IndexError:
        raise DamagedPhotoError("the image data ends too early", where=where) from None
    partitions = zip([(HEADER_BYTES, size), *places], ends, strict=True)
    return tuple(Partition(*place, *end) for place, end in partitions)


def _places(data: bytes, start: int, count: int, where: str) -> list[tuple[int, int]]:
    """Start and size of each partition of tokens (9.5); the last one has what is left."""
    position = start + SIZE_BYTES * (count - 1)
    places = []
    for number in range(count - 1):
        at = start + SIZE_BYTES * number
        size = int.from_bytes(data[at : at + SIZE_BYTES], "little")
        places.append((position, size))
        position += size
    if position >= len(data):
        raise DamagedPhotoError("the image data ends too early", where=where)
    return [*places, (position, len(data) - position)]
