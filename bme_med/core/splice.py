"""Turning a plan into bytes, in constant memory.

This half is pure: it yields buffers. `bme_med.run.writing` puts them into a file with ``writev``.
"""

from collections.abc import Iterable, Iterator

from bme_med.core.plan import Piece, Range, Rendered
from bme_med.core.source import Source, view_of

__all__ = ["CHUNK_BYTES", "iter_chunks", "splice"]

CHUNK_BYTES = 1 << 20
"""Longest buffer that `iter_chunks` yields from a range."""

_SMALL_BYTES = 1 << 12
"""Ranges shorter than this, and literals, are joined with their neighbours."""


def iter_chunks(pieces: Iterable[Piece], source: Source) -> Iterator[bytes | memoryview]:
    """Yield the output in order, no buffer made of ranges much longer than `CHUNK_BYTES`.

    Raises
    ------
    ValueError
        If a rendered piece is not as long as its plan says.
    """
    data = view_of(source)
    small: list[bytes | memoryview] = []
    size = 0
    for piece in pieces:
        is_small = isinstance(piece, bytes) or (
            isinstance(piece, Range) and piece.end - piece.start < _SMALL_BYTES
        )
        if small and (not is_small or size >= CHUNK_BYTES):
            yield b"".join(small)
            small, size = [], 0
        if isinstance(piece, Rendered):
            yield from _rendered(piece, source)
        elif isinstance(piece, bytes):
            small.append(piece)
            size += len(piece)
        elif is_small:
            small.append(data[piece.start : piece.end])
            size += piece.end - piece.start
        else:
            for start in range(piece.start, piece.end, CHUNK_BYTES):
                yield data[start : min(start + CHUNK_BYTES, piece.end)]
    if small:
        yield b"".join(small)


def _rendered(piece: Rendered, source: Source) -> Iterator[bytes]:
    """The buffers of `piece`, never more than it promised."""
    left = piece.size
    for buffer in piece.make(source):
        left -= len(buffer)
        if left < 0:
            break
        yield buffer
    if left:
        raise ValueError("a rendered piece is not as long as its plan says")


def splice(pieces: Iterable[Piece], source: Source) -> bytes:
    """The whole output as one object, for files known to be small.

    >>> splice([Range(0, 2), b"-", Range(4, 6)], b"abcdef")
    b'ab-ef'
    """
    return b"".join(iter_chunks(pieces, source))
