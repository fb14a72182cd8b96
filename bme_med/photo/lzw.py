"""LZW: how much a stream of codes holds, and where it ends (GIF89a, appendix F; TIFF 6.0, section 13).

Nothing is decoded. Of each code only the length of its string is kept, which is what tells where the picture
is full; and every sample that a picture holds was at least once a code of its own, which tells the colours
that it uses.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bme_med.photo.errors import DamagedPhotoError

__all__ = ["Measured", "end_codes", "measure_codes"]

_MAX_BITS = 12


class Measured(NamedTuple):
    """What stands before the picture is full.

    Attributes
    ----------
    bits
        How many bits of the stream that is.
    code_bits
        How wide the next code is.
    has_end
        Whether the next code says that the stream ends.
    samples
        The values that occur.
    """

    bits: int
    code_bits: int
    has_end: bool
    samples: frozenset[int]


def measure_codes(
    data: Sequence[int], samples: int, *, sample_bits: int, is_msb_first: bool, early: int, where: str
) -> Measured:
    """Read codes until `samples` samples are there; TIFF widens its codes one code `early`.

    Raises
    ------
    DamagedPhotoError
        If a code is impossible, or the stream does not hold exactly `samples` samples before its end.
    """
    clear, end = 1 << sample_bits, (1 << sample_bits) + 1
    width, previous, total = sample_bits + 1, 0, 0
    lengths = [1] * clear + [0, 0]
    used: set[int] = set()
    buffer = bits = 0
    for count, byte in enumerate(data, 1):
        buffer = buffer << 8 | byte if is_msb_first else buffer | byte << bits
        bits += 8
        while bits >= width:
            bits -= width
            if is_msb_first:
                code, buffer = buffer >> bits, buffer & ((1 << bits) - 1)
            else:
                code, buffer = buffer & ((1 << width) - 1), buffer >> width
            if total == samples or code == end:
                if total != samples:
                    raise DamagedPhotoError("the image data ends too early", where=where)
                return Measured(8 * count - bits - width, width, code == end, frozenset(used))
            if code == clear:
                del lengths[clear + 2 :]
                width, previous = sample_bits + 1, 0
                continue
            known = len(lengths)
            if code < clear:
                used.add(code)
                length = 1
            elif code < known:
                length = lengths[code]
            elif code == known and previous and known < 1 << _MAX_BITS:
                length = previous + 1
            else:
                raise DamagedPhotoError("the image data holds an impossible code", where=where)
            if previous and known < 1 << _MAX_BITS:
                lengths.append(previous + 1)
                if known + 1 + early >> width and width < _MAX_BITS:
                    width += 1
            total += length
            previous = length
            if total > samples:
                raise DamagedPhotoError("the image data goes on below the picture", where=where)
    if total != samples:
        raise DamagedPhotoError("the image data ends too early", where=where)
    return Measured(8 * len(data) - bits, width, False, frozenset(used))


def end_codes(data: bytes, measured: Measured, *, sample_bits: int, is_msb_first: bool) -> tuple[int, bytes]:
    """How many bytes of `data` stay as they are, and what follows them: the last codes, and one that ends.

    Bits behind the end are zero.
    """
    kept, bits = divmod(measured.bits, 8)
    end = (1 << sample_bits) + 1
    total = bits + measured.code_bits
    size = (total + 7) // 8
    if is_msb_first:
        first = data[kept] >> 8 - bits if bits else 0
        last = (first << measured.code_bits | end) << 8 * size - total
        return kept, last.to_bytes(size, "big")
    first = data[kept] & (1 << bits) - 1 if bits else 0
    return kept, (first | end << bits).to_bytes(size, "little")
