"""Where pairs of bytes stand in a long run of them, by numpy where there is one."""

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["pairs"]


def pairs(data: bytes | memoryview, first: int, seconds: frozenset[int]) -> list[int] | None:
    r"""Offsets, ascending, at which byte `first` is followed by one of `seconds`; nothing without numpy.

    >>> pairs(b"\xff\x00\xff\xd9\xff", 0xFF, frozenset((0xD9,)))
    [2]
    """
    try:
        from numpy import flatnonzero, frombuffer
    except ImportError:
        return None
    numbers = frombuffer(data, "u1")
    places = flatnonzero(numbers[:-1] == first)
    found: list[int] = places[_table(seconds)[numbers[places + 1]]].tolist()
    return found


@cache
def _table(wanted: frozenset[int]) -> "NDArray[Any]":
    from numpy import isin

    return isin(range(256), list(wanted))
