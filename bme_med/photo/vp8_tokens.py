"""The partitions of a VP8 frame that hold its coefficients, read past (RFC 6386, 13).

All tokens that a block may have make one automaton: a state is a decision and the states it leads to. Of a
block it is told only whether it has tokens at all, as that is context of others.
"""

from collections.abc import Sequence
from typing import TypeAlias

from bme_med.photo.vp8_bools import LOADED_BITS, Bools, Decision, decisions
from bme_med.photo.vp8_modes import SKIPPED, WHOLE, Modes

__all__ = ["skip_tokens"]

_BANDS = (0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7)
_LUMA_BEHIND_DC, _DC, _CHROMA, _LUMA = range(4)
_CONTEXTS, _NODES = 3, 11
_SIGN = 128
_EXTRA = (
    (159,),
    (165, 145),
    (173, 148, 140),
    (176, 155, 140, 135),
    (180, 157, 141, 134, 130),
    (254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129),
)
"""Probabilities of the extra bits of the six categories of large values (13.2)."""

_State: TypeAlias = "tuple[tuple[Decision, ...], _State, _State] | tuple[()] | None"
"""A decision, and what follows no and yes."""
_FULL, _EMPTY = (), None
"""Ends of a block: with tokens, or without."""


def skip_tokens(modes: Modes, parts: Sequence[Bools], columns: int) -> None:
    """Read all coefficients, each row of macroblocks from the partition whose turn it is (9.5).

    Raises
    ------
    IndexError
        If a partition ends too early.
    """
    kinds = [_automaton(modes.probabilities, kind) for kind in range(4)]
    above = [[0] * columns, [0] * (4 * columns), [0] * (2 * columns), [0] * (2 * columns)]
    for number, first in enumerate(range(0, len(modes.macroblocks), columns)):
        _skip_row(parts[number % len(parts)], modes.macroblocks[first : first + columns], kinds, above)


def _skip_row(
    bools: Bools, macroblocks: Sequence[int], kinds: Sequence[Sequence[_State]], above: list[list[int]]
) -> None:
    """One row; `above` tells of DC, luma and both chroma which blocks of the row before have tokens."""
    left = [[0], [0] * 4, [0] * 2, [0] * 2]
    for column, macroblock in enumerate(macroblocks):
        is_whole = macroblock & WHOLE
        if macroblock & SKIPPED:
            for plane in range(0 if is_whole else 1, 4):
                size = len(left[plane])
                above[plane][size * column : size * (column + 1)] = left[plane][:] = [0] * size
            continue
        if is_whole:
            _skip_plane(bools, kinds[_DC], above[0], left[0], column)
        _skip_plane(bools, kinds[_LUMA_BEHIND_DC if is_whole else _LUMA], above[1], left[1], 4 * column)
        _skip_plane(bools, kinds[_CHROMA], above[2], left[2], 2 * column)
        _skip_plane(bools, kinds[_CHROMA], above[3], left[3], 2 * column)


def _skip_plane(
    bools: Bools, starts: Sequence[_State], above: list[int], left: list[int], first: int
) -> None:
    """The blocks of a plane of one macroblock; `first` is the number of the first one `above`."""
    words, at, value, bits, range_ = bools.words, bools.at, bools.value, bools.bits, bools.range
    for row, has_tokens in enumerate(left):
        for column in range(first, first + len(left)):
            state = starts[above[column] + has_tokens]
            while state:
                table, no, yes = state
                split, range_0, shift_0, range_1, shift_1 = table[range_]
                big = split << bits
                if value < big:
                    range_ = range_0
                    bits -= shift_0
                    state = no
                else:
                    value -= big
                    range_ = range_1
                    bits -= shift_1
                    state = yes
                if bits < 0:
                    value = value << LOADED_BITS | words[at]
                    at += 1
                    bits += LOADED_BITS
            above[column] = has_tokens = 0 if state is _EMPTY else 1
        left[row] = has_tokens
    bools.at, bools.value, bools.bits, bools.range = at, value, bits, range_


def _automaton(probabilities: bytes, kind: int) -> tuple[_State, ...]:
    """The states in which a block of a kind starts, by context."""
    size = len(probabilities) // 4
    tables = [decisions(probability) for probability in probabilities[kind * size : (kind + 1) * size]]
    nodes = [tables[at : at + _NODES] for at in range(0, size, _NODES)]
    first = 1 if kind == _LUMA_BEHIND_DC else 0
    following: list[_State] = [_FULL] * _CONTEXTS
    zeros: _State = _FULL
    for position in reversed(range(first, len(_BANDS))):
        of_band = nodes[_CONTEXTS * _BANDS[position] : _CONTEXTS * (_BANDS[position] + 1)]
        behind_zero = [_behind_end(each, following, zeros) for each in of_band]
        end = _EMPTY if position == first else _FULL
        following = [(each[0], end, state) for each, state in zip(of_band, behind_zero, strict=True)]
        zeros = behind_zero[0]
    return tuple(following)


def _behind_end(nodes: Sequence[tuple[Decision, ...]], following: Sequence[_State], zeros: _State) -> _State:
    """A token that is not the end: a zero, one, or more (13.2)."""
    sign = decisions(_SIGN)
    one, more = (sign, following[1], following[1]), (sign, following[2], following[2])
    extra: list[_State] = []
    for category in _EXTRA:
        state: _State = more
        for probability in reversed(category):
            state = decisions(probability), state, state
        extra.append(state)
    small = nodes[4], more, (nodes[5], more, more)
    medium = nodes[7], extra[0], extra[1]
    large = nodes[8], (nodes[9], extra[2], extra[3]), (nodes[10], extra[4], extra[5])
    many = nodes[3], small, (nodes[6], medium, large)
    return nodes[1], zeros, (nodes[2], one, many)
