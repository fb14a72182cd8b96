"""The gate that every photo passes before its output gets a name: the output is read again.

The engine that planned the output plans it once more, as if it were a source. What it would not keep, byte
for byte, has no place in an output: so a second pass changes nothing, and what is removed is not there.
"""

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

from bme_med.core.errors import FileError, UnsupportedFileError
from bme_med.core.plan import Piece, Plan, Range, Refusal, Rendered
from bme_med.core.policy import Policy
from bme_med.core.source import Source

__all__ = ["Output", "check_output"]

_NOT_EMPTY = (
    "the cleaned copy did not pass the check that is made before it is written: save the picture anew"
)


class Output:
    """The output of a plan as a source, without making it.

    >>> output = Output((Range(0, 2), b"-", Range(4, 6)), b"abcdef")
    >>> output[1:4], len(output)
    (b'b-e', 5)
    """

    __slots__ = ("_ends", "_pieces", "_source")

    def __init__(self, pieces: tuple[Piece, ...], source: Source) -> None:
        self._pieces = [
            b"".join(piece.make(source)) if isinstance(piece, Rendered) else piece for piece in pieces
        ]
        self._source = source
        self._ends = list(
            accumulate(
                piece.end - piece.start if isinstance(piece, Range) else len(piece) for piece in self._pieces
            )
        )

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, key: slice, /) -> bytes:
        start, stop, _ = key.indices(len(self))
        parts: list[bytes] = []
        number = bisect_right(self._ends, start)
        while start < stop:
            piece, end = self._pieces[number], min(stop, self._ends[number])
            first = self._ends[number - 1] if number else 0
            if isinstance(piece, Range):
                parts.append(self._source[piece.start + start - first : piece.start + end - first])
            else:
                parts.append(piece[start - first : end - first])
            start, number = end, number + 1
        return parts[0] if len(parts) == 1 else b"".join(parts)


def check_output(
    plan_again: Callable[[Source, Policy], Plan | Refusal], planned: Plan, source: Source, policy: Policy
) -> None:
    """Plan the output of `planned` with the engine that made it.

    Raises
    ------
    UnsupportedFileError
        If the engine cannot read it, or would change it.
    """
    output = Output(planned.pieces, source)
    try:
        again = plan_again(output, policy)
    except FileError:
        raise UnsupportedFileError(_NOT_EMPTY) from None
    if not (isinstance(again, Plan) and _is_unchanged(again, output)):
        raise UnsupportedFileError(_NOT_EMPTY)


def _is_unchanged(again: Plan, output: Output) -> bool:
    """Whether each piece is the output's own bytes, where they already stand."""
    position = 0
    for piece in again.pieces:
        if isinstance(piece, Rendered):
            return False
        if isinstance(piece, Range):
            end = position + piece.end - piece.start
            is_same = piece.start == position
        else:
            end = position + len(piece)
            is_same = output[position:end] == piece
        if not is_same:
            return False
        position = end
    return position == len(output)
