"""Turning a plan into bytes, in constant memory.

This half is pure: it yields buffers. `bme_med.run.writing` puts them into a file with ``writev``.
"""

from collections.abc import Iterable, Iterator

from bme_med.core.plan import Piece, Range
from bme_med.core.source import Source

__all__ = ["CHUNK_BYTES", "iter_chunks", "splice"]

CHUNK_BYTES = 1 << 20
"""Longest buffer that `iter_chunks` yields from a range."""


def iter_chunks(pieces: Iterable[Piece], source: Source) -> Iterator[bytes]:
    """Yield the output in order, no range buffer longer than `CHUNK_BYTES`."""
    for piece in pieces:
        if not isinstance(piece, Range):
            yield piece
            continue
        for start in range(piece.start, piece.end, CHUNK_BYTES):
            yield source[start : min(start + CHUNK_BYTES, piece.end)]


def splice(pieces: Iterable[Piece], source: Source) -> bytes:
    """The whole output as one object, for files known to be small.

    >>> splice([Range(0, 2), b"-", Range(4, 6)], b"abcdef")
    b'ab-ef'
    """
    return b"".join(iter_chunks(pieces, source))
