"""Rows of a PNG whose pixels are smaller than a byte, and bits behind the last one (PNG 3rd ed., 7.2, 9)."""

from collections.abc import Iterator

__all__ = ["has_loose_bits"]

_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def has_loose_bits(rows: bytes, size: tuple[int, int], depth: int, *, is_interlaced: bool) -> bool:
    """Whether a row ends with a bit that is set and belongs to no pixel; `rows` are filtered."""
    at = 0
    for bits, count in _passes(size, depth, is_interlaced=is_interlaced):
        length, above = (bits + 7) // 8, b""
        for _ in range(count if bits % 8 else 0):
            above = _row(rows[at], rows[at + 1 : at + 1 + length], above or bytes(length))
            at += 1 + length
            if above[-1] & 0xFF >> bits % 8:
                return True
        at += 0 if bits % 8 else count * (1 + length)
    return False


def _passes(size: tuple[int, int], depth: int, *, is_interlaced: bool) -> Iterator[tuple[int, int]]:
    for left, top, right, down in _ADAM7 if is_interlaced else ((0, 0, 1, 1),):
        columns, rows = len(range(left, size[0], right)), len(range(top, size[1], down))
        if columns and rows:
            yield columns * depth, rows


def _row(filter_: int, stored: bytes, above: bytes) -> bytes:
    """What the filter was laid over (9.2)."""
    if not filter_:
        return stored
    row, left, corner = bytearray(), 0, 0
    for byte, up in zip(stored, above, strict=True):
        nearest = min((left, up, corner), key=lambda value: abs(left + up - corner - value))
        left = byte + (0, left, up, (left + up) // 2, nearest)[filter_] & 0xFF
        corner = up
        row.append(left)
    return bytes(row)
