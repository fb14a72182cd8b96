"""Plans: what the output of one file will be, and why.

A plan is a piece table. The output is exactly its pieces, in order: ranges of the source, literal bytes, and
bytes made while splicing. What no engine decided to keep cannot reach the output, and what was kept is
provably the same bytes. The plan is also the dry run, the before/after view and the audit: they print it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from bme_med.core.sniff import Format
from bme_med.core.source import Source

__all__ = ["Action", "Code", "Measured", "Piece", "Pieces", "Plan", "Range", "Refusal", "Rendered", "size_of"]


class Code(StrEnum):
    """Action codes of PS3.15 Table E.1-1a, resolved, so that none is compound, and our own for pixels."""

    X = "X"
    """Remove."""
    Z = "Z"
    """Replace by a zero-length value."""
    D = "D"
    """Replace by a non-empty dummy that is legal for the value representation."""
    K = "K"
    """Keep, byte for byte."""
    C = "C"
    """Clean: keep the meaning, drop what identifies."""
    U = "U"
    """Replace by another UID, consistently."""
    REDACT = "redact"
    """Paint a region of the picture over."""


class Range(NamedTuple):
    """Bytes ``start`` to ``end`` (half-open) of the source."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """`size` bytes that `make` yields, buffer by buffer, from the source while splicing.

    For what is too long to hold, such as redacted frames. `make` is pure: each call yields the same bytes.
    """

    size: int
    make: Callable[[Source], Iterator[bytes]]


Piece = Range | bytes | Rendered
"""A part of the output: a range of the source, literal bytes, or bytes made while splicing."""


@dataclass(frozen=True, slots=True)
class Action:
    """One decision about one part of a file.

    `where` is in the format's own notation: ``(0010,0010) PatientName``, ``APP1/Exif``, ``3/tEXt``;
    nested: ``(0040,0275)[0].(0040,0007) ...``. The value that was there is never stored.
    """

    where: str
    code: Code
    rule: str


Measured = Mapping[tuple[str, int], tuple[int, Any]]
"""What was measured of the source, by kind and first byte: where the bytes end that told it, and the result.

It follows from these bytes alone, whatever comes after them.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """How one file becomes its de-identified copy.

    Attributes
    ----------
    pieces
        The output, in order.
    actions
        Every decision, kept parts included.
    findings
        Sentences a person should know, without values.
    fields
        New values that an output path may be made of, such as ``PatientID``.
    measured
        What need not be measured again of the same bytes, when the output is read.
    suffix
        Of the output's file name, with its dot.
    """

    format: Format
    pieces: tuple[Piece, ...]
    actions: tuple[Action, ...]
    suffix: str
    findings: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    measured: Measured = field(default_factory=lambda: MappingProxyType({}), compare=False, repr=False)

    @property
    def size(self) -> int:
        """Bytes of the output."""
        return size_of(self.pieces)


def size_of(pieces: Iterable[Piece]) -> int:
    """Bytes that `pieces` make."""
    return sum(map(_size, pieces))


def _size(piece: Piece) -> int:
    match piece:
        case Range(start, end):
            return end - start
        case Rendered(size):
            return size
        case _:
            return len(piece)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file is not written. `reason` is a sentence that a person can act on."""

    reason: str
    format: Format


class Pieces:
    """Collects pieces in output order; neighbours are joined.

    >>> out = Pieces()
    >>> out.keep(0, 4)
    >>> out.keep(4, 8)
    >>> out.literal(b"new")
    >>> out.done(), out.size
    ((Range(start=0, end=8), b'new'), 11)
    """

    __slots__ = ("_pieces", "size")

    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self.size = 0

    def keep(self, start: int, end: int) -> None:
        """Append bytes ``start`` to ``end`` of the source."""
        if start == end:
            return
        self.size += end - start
        pieces = self._pieces
        if pieces:
            last = pieces[-1]
            if isinstance(last, Range) and last.end == start:
                pieces[-1] = Range(last.start, end)
                return
        pieces.append(Range(start, end))

    def literal(self, data: bytes) -> None:
        """Append `data`."""
        if data:
            self.size += len(data)
            self._pieces.append(data)

    def render(self, piece: Rendered) -> None:
        """Append bytes that are made while splicing."""
        if piece.size:
            self.size += piece.size
            self._pieces.append(piece)

    def extend(self, other: "Pieces") -> None:
        """Append all pieces of `other`."""
        self.keep_from(0, other._pieces)

    def keep_from(self, base: int, pieces: Iterable[Piece]) -> None:
        """Append `pieces` whose ranges count from offset `base` of the source.

        Raises
        ------
        ValueError
            If a rendered piece, which knows the whole source alone, is to count from elsewhere.
        """
        for piece in pieces:
            if isinstance(piece, Range):
                self.keep(piece.start + base, piece.end + base)
            elif isinstance(piece, bytes):
                self.literal(piece)
            elif base:
                raise ValueError("a rendered piece counts from the start of the source")
            else:
                self.render(piece)

    def done(self, before: bytes = b"") -> tuple[Piece, ...]:
        """The pieces behind a literal `before`, neighbouring literals joined."""
        joined: list[Piece] = []
        literals = [before] if before else []
        for piece in self._pieces:
            if isinstance(piece, bytes):
                literals.append(piece)
                continue
            if literals:
                joined.append(b"".join(literals))
                literals = []
            joined.append(piece)
        if literals:
            joined.append(b"".join(literals))
        return tuple(joined)
