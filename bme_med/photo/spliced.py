"""Bytes that lie apart, read as one source: the extents of a HEIF item, the pieces of a planned output."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import Any

from bme_med.core.plan import Measured, Piece, Range, Rendered
from bme_med.core.source import Source

__all__ = ["Spliced", "known", "moved"]


class Spliced:
    """What `pieces` make of `source`, as a source of its own.

    >>> spliced = Spliced((Range(0, 2), b"-", Range(4, 6)), b"abcdef")
    >>> len(spliced), spliced[1:4], spliced.pieces(1, 4)
    (5, b'b-e', [Range(start=1, end=2), b'-', Range(start=4, end=5)])
    """

    __slots__ = ("_measured", "_pieces", "_source", "_starts")

    def __init__(
        self, pieces: Sequence[Piece], source: Source, measured: Measured = MappingProxyType({})
    ) -> None:
        self._measured = measured
        self._pieces = [
            b"".join(piece.make(source)) if isinstance(piece, Rendered) else piece for piece in pieces
        ]
        self._source = source
        self._starts = list(accumulate(map(_size, self._pieces), initial=0))

    def __len__(self) -> int:
        """Size in bytes."""
        return self._starts[-1]

    def __getitem__(self, key: slice, /) -> bytes:
        """Bytes from ``key.start`` to ``key.stop``; shorter where the data ends before."""
        start, end, _ = key.indices(len(self))
        parts = [
            self._source[part.start : part.end] if isinstance(part, Range) else part
            for part in self.pieces(start, end)
        ]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def known(self, kind: str, start: int) -> tuple[int, Any] | None:
        """As the function of this name says."""
        number = bisect_right(self._starts, start) - 1
        piece = self._pieces[number] if 0 <= number < len(self._pieces) else b""
        if not isinstance(piece, Range):
            return None
        at = piece.start + start - self._starts[number]
        found = self._measured.get((kind, at)) or known(self._source, kind, at)
        if found is None or found[0] > piece.end:
            return None
        return start + found[0] - at, found[1]

    def pieces(self, start: int, end: int) -> list[Range | bytes]:
        """The pieces that make up bytes `start` to `end`."""
        cut: list[Range | bytes] = []
        number = bisect_right(self._starts, start) - 1
        while number < len(self._pieces) and self._starts[number] < end:
            piece, offset = self._pieces[number], self._starts[number]
            first, last = max(start - offset, 0), min(end - offset, _size(piece))
            if first < last:
                cut.append(_cut(piece, first, last))
            number += 1
        return cut


def known(source: Source, kind: str, start: int) -> tuple[int, Any] | None:
    """What was measured of the same bytes before: where they end in `source`, and the result.

    >>> known(Spliced((b"new", Range(4, 9)), b"", {("zeros", 5): (8, 3)}), "zeros", 4)
    (7, 3)
    """
    return source.known(kind, start) if isinstance(source, Spliced) else None


def moved(measured: Measured, base: int) -> Measured:
    """`measured` of a part that starts at offset `base`."""
    return {(kind, start + base): (end + base, result) for (kind, start), (end, result) in measured.items()}


def _cut(piece: Range | bytes, first: int, last: int) -> Range | bytes:
    if isinstance(piece, Range):
        return Range(piece.start + first, piece.start + last)
    return piece[first:last]


def _size(piece: Range | bytes) -> int:
    return piece.end - piece.start if isinstance(piece, Range) else len(piece)
