"""The first partition of a VP8 key frame: header, and modes of macroblocks (RFC 6386, 9 and 11)."""

from functools import cache
from typing import NamedTuple

from bme_med.photo.vp8_bools import LOADED_BITS, Bools, Decision, decisions
from bme_med.photo.vp8_tables import COEFFICIENT_UPDATES, COEFFICIENTS, SUBBLOCK_MODES

__all__ = ["SKIPPED", "SUBBLOCKS", "WHOLE", "Modes", "read_modes"]

WHOLE, SUBBLOCKS, SKIPPED = 1, 0, 2
"""Of a macroblock: whether it has one mode, which brings a block of DC; whether it has no coefficients."""

_MODES, _NODES = 10, 9
_DC, _TM, _V, _H = range(4)
_NO = (~0, ~1, ~2, 4, ~3, ~4, ~6, ~7, ~8)
_YES = (1, 2, 3, 6, 5, ~5, 7, 8, ~9)
"""The tree of subblock modes: to which node a decision leads; a mode is inverted (11.2)."""


class Modes(NamedTuple):
    """What of the first partition the others need: how many there are, probabilities, and all macroblocks."""

    partitions: int
    probabilities: bytes
    macroblocks: bytearray


def read_modes(bools: Bools, columns: int, rows: int) -> Modes:
    """Read the whole partition.

    Raises
    ------
    IndexError
        If it ends too early.
    """
    bools.number(2)
    segments = _read_segments(bools)
    _skip_filter(bools)
    partitions = 1 << bools.number(2)
    bools.number(7)
    for _ in range(5):
        _skip_signed(bools, 4)
    bools.number(1)
    probabilities = bytes(
        bools.number(8) if bools.decide(update) else old
        for old, update in zip(COEFFICIENTS, COEFFICIENT_UPDATES, strict=True)
    )
    skip = bools.number(8) if bools.number(1) else None
    macroblocks = bytearray()
    above = [_DC] * (4 * columns)
    for _ in range(rows):
        left = [_DC] * 4
        for column in range(columns):
            macroblocks.append(_read_macroblock(bools, segments, skip, above, left, 4 * column))
    return Modes(partitions, probabilities, macroblocks)


def _read_segments(bools: Bools) -> list[int] | None:
    """Probabilities of the tree of segments, if macroblocks say in which they are (9.3)."""
    if not bools.number(1):
        return None
    has_map, has_data = bools.number(1), bools.number(1)
    if has_data:
        bools.number(1)
        for bits in (7, 7, 7, 7, 6, 6, 6, 6):
            _skip_signed(bools, bits)
    if not has_map:
        return None
    return [bools.number(8) if bools.number(1) else 255 for _ in range(3)]


def _skip_signed(bools: Bools, bits: int) -> None:
    if bools.number(1):
        bools.number(bits + 1)


def _skip_filter(bools: Bools) -> None:
    """Type, level, sharpness and deltas of the loop filter (9.6)."""
    bools.number(10)
    if bools.number(1) and bools.number(1):
        for _ in range(8):
            _skip_signed(bools, 6)


def _read_macroblock(
    bools: Bools, segments: list[int] | None, skip: int | None, above: list[int], left: list[int], at: int
) -> int:
    """One macroblock (11.2 and 11.3); notes its modes for those below and to the right."""
    if segments:
        bools.decide(segments[1 + bools.decide(segments[0])])
    kind = SKIPPED if skip is not None and bools.decide(skip) else 0
    if bools.decide(145):
        mode = (_TM if bools.decide(128) else _H) if bools.decide(156) else _V if bools.decide(163) else _DC
        above[at : at + 4] = left[:] = [mode] * 4
        kind |= WHOLE
    else:
        _read_subblocks(bools, above, left, at)
    if bools.decide(142) and bools.decide(114):
        bools.decide(183)
    return kind


@cache
def _trees() -> list[list[tuple[Decision, ...]]]:
    """The decisions of each pair of modes above and to the left."""
    return [
        [decisions(SUBBLOCK_MODES[at + node]) for node in range(_NODES)]
        for at in range(0, len(SUBBLOCK_MODES), _NODES)
    ]


def _read_subblocks(bools: Bools, above: list[int], left: list[int], at: int) -> None:
    """The modes of sixteen subblocks."""
    trees = _trees()
    words, position, value, bits, range_ = bools.words, bools.at, bools.value, bools.bits, bools.range
    for row in range(4):
        mode = left[row]
        for column in range(at, at + 4):
            tree, node = trees[above[column] * _MODES + mode], 0
            while node >= 0:
                split, range_0, shift_0, range_1, shift_1 = tree[node][range_]
                big = split << bits
                if value < big:
                    range_, bits, node = range_0, bits - shift_0, _NO[node]
                else:
                    value, range_, bits, node = value - big, range_1, bits - shift_1, _YES[node]
                if bits < 0:
                    value = value << LOADED_BITS | words[position]
                    position += 1
                    bits += LOADED_BITS
            mode = above[column] = ~node
        left[row] = mode
    bools.at, bools.value, bools.bits, bools.range = position, value, bits, range_
