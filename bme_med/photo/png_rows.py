"""Rows of a PNG whose pixels are smaller than a byte: bits that no pixel owns (PNG 3rd ed., 7.2, 9.2).

Such a row ends with a whole byte, of which the rest means nothing and decoders do not look at it. Encoders
write zeros; where they do not, the rows are written anew, as they are not to be told by their filtered bytes.
"""

from collections.abc import Iterator
from itertools import accumulate

from bme_med.core.errors import UnsupportedFileError
from bme_med.photo.png_image import Header

__all__ = ["has_spare_bits", "zero_spare_bits"]

_MAX_ROWS_BYTES = 1 << 26
"""Of filtered rows that are read here; those of one bit are then half a gigapixel."""


def has_spare_bits(header: Header, width: int, height: int) -> bool:
    """Whether a row of an image or frame of that size ends inside a byte.

    Raises
    ------
    UnsupportedFileError
        If it does, and the rows are too long to be read.
    """
    is_odd = any(bits % 8 for bits, _ in header.passes(width, height))
    if is_odd and header.raw_bytes(width, height) > _MAX_ROWS_BYTES:
        raise UnsupportedFileError(
            "a very large picture whose rows end inside a byte: save it with 8 bits a sample, then run again"
        )
    return is_odd


def zero_spare_bits(header: Header, width: int, height: int, filtered: bytes) -> bytes | None:
    """Rows without a filter whose spare bits are zero; None where `filtered` has no others.

    >>> three = Header(3, 1, 1, 0, False)
    >>> zero_spare_bits(three, 3, 1, bytes((0, 0xBF))).hex(), zero_spare_bits(three, 3, 1, bytes((0, 0xA0)))
    ('00a0', None)
    """
    out, is_changed = bytearray(), False
    for spare, row in _rows(header, width, height, filtered):
        last = row[-1] >> spare << spare
        is_changed = is_changed or last != row[-1]
        out += b"\0" + row[:-1] + bytes((last,))
    return bytes(out) if is_changed else None


def _rows(header: Header, width: int, height: int, filtered: bytes) -> Iterator[tuple[int, bytes]]:
    """Each row with the number of its spare bits; the first of a pass has no row above (9.2)."""
    at = 0
    for bits, rows in header.passes(width, height):
        row_bytes = (bits + 7) // 8
        row = bytes(row_bytes)
        for _ in range(rows):
            row = _unfilter(filtered[at], filtered[at + 1 : at + 1 + row_bytes], row)
            at += 1 + row_bytes
            yield -bits % 8, row


def _unfilter(filter_: int, row: bytes, above: bytes) -> bytes:
    """A row of pixels smaller than a byte, of which filters see whole bytes (9.2, 9.3)."""
    match filter_:
        case 1:
            sums: list[int] = list(accumulate(row, _add))
            return bytes(sums)
        case 2:
            return bytes(byte + up & 0xFF for byte, up in zip(row, above, strict=True))
        case 3 | 4:
            return _unfilter_by_neighbours(row, above, is_paeth=filter_ == 4)
    return row


def _add(left: int, byte: int) -> int:
    return left + byte & 0xFF


def _unfilter_by_neighbours(row: bytes, above: bytes, *, is_paeth: bool) -> bytes:
    out, left, corner = bytearray(), 0, 0
    for byte, up in zip(row, above, strict=True):
        left = byte + (_paeth(left, up, corner) if is_paeth else left + up >> 1) & 0xFF
        corner = up
        out.append(left)
    return bytes(out)


def _paeth(left: int, up: int, corner: int) -> int:
    """The neighbour that is nearest to left + up - corner (9.4)."""
    to_left, to_up, to_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
    if to_left <= to_up and to_left <= to_corner:
        return left
    return up if to_up <= to_corner else corner
