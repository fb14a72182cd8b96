"""The gate that every photo passes before its output gets a name: the output is read again.

The engine that planned the output plans it once more, as if it were a source. What it would not keep, byte
for byte, has no place in an output: so a second pass changes nothing, and what is removed is not there. What
the first plan measured is not measured again where the output has the same bytes: it would be the same.
"""

from collections.abc import Callable, Iterable

from bme_med.core.errors import FileError, UnsupportedFileError
from bme_med.core.plan import Code, Piece, Plan, Range, Refusal, Rendered
from bme_med.core.policy import Policy
from bme_med.core.source import Source
from bme_med.photo.spliced import Spliced

__all__ = ["check_output", "is_whole"]

_NOT_EMPTY = (
    "the cleaned copy did not pass the check that is made before it is written: save the picture anew"
)


def check_output(
    plan_again: Callable[[Source, Policy], Plan | Refusal], planned: Plan, source: Source, policy: Policy
) -> None:
    """Plan the output of `planned` with the engine that made it.

    Raises
    ------
    UnsupportedFileError
        If the engine cannot read it, or would change it.
    """
    output = Spliced(planned.pieces, source, planned.measured)
    try:
        again = plan_again(output, policy)
    except FileError:
        raise UnsupportedFileError(_NOT_EMPTY) from None
    if not (isinstance(again, Plan) and is_whole(again.pieces, output)) or _removes(again):
        raise UnsupportedFileError(_NOT_EMPTY)


def _removes(plan: Plan) -> bool:
    return any(action.code is Code.X for action in plan.actions)


def is_whole(pieces: Iterable[Piece], source: Source) -> bool:
    """Whether each piece is the source's own bytes, where they already stand."""
    position = 0
    for piece in pieces:
        if isinstance(piece, Rendered):
            return False
        if isinstance(piece, Range):
            end = position + piece.end - piece.start
            is_same = piece.start == position
        else:
            end = position + len(piece)
            is_same = source[position:end] == piece
        if not is_same:
            return False
        position = end
    return position == len(source)
