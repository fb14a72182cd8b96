"""The arithmetic code of VP8 (RFC 6386, 7).

`value` holds the bits that were loaded and not yet used up, `bits` how many of them lie below the eight that
the next decision looks at. What a decision does to both is looked up, by its probability and the range.
"""

from array import array
from functools import cache

__all__ = ["LOADED_BITS", "Bools", "Decision", "decisions"]

LOADED_BITS, _WINDOW_BITS = 16, 8
_FULL_RANGE = 255
_MAX_TAIL_BYTES = 6
"""What encoders write behind the last decision: up to 32 decisions of no bit."""

Decision = tuple[int, int, int, int, int]
"""Where the range splits; new range and how many bits are used up, for no and for yes."""


@cache
def decisions(probability: int) -> tuple[Decision, ...]:
    """By range, what a decision does that is `probability` of 256 likely to be no."""
    table = []
    for range_ in range(256):
        split = 1 + ((range_ - 1) * probability >> 8) if range_ else 1
        table.append((split, *_normal(split), *_normal(range_ - split)))
    return tuple(table)


def _normal(range_: int) -> tuple[int, int]:
    """`range_` shifted until it is 128 at least, and by how many bits."""
    shift = max(0, 8 - max(range_, 1).bit_length())
    return range_ << shift, shift


class Bools:
    """One partition; whoever reads it fast takes and gives back its state."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.words = array("H", data + bytes(len(data) % 2 + 2))
        if array("H", b"\0\1")[0] != 1:  # where the lower byte stands first
            self.words.byteswap()
        self.at, self.value, self.bits, self.range = 1, self.words[0], LOADED_BITS - _WINDOW_BITS, _FULL_RANGE

    def decide(self, probability: int) -> int:
        """The next decision.

        Raises
        ------
        IndexError
            If the partition ends before it.
        """
        split, range_0, shift_0, range_1, shift_1 = decisions(probability)[self.range]
        is_set = self.value >= split << self.bits
        if is_set:
            self.value -= split << self.bits
        self.range = range_1 if is_set else range_0
        self.bits -= shift_1 if is_set else shift_0
        if self.bits < 0:
            self.value = self.value << LOADED_BITS | self.words[self.at]
            self.at += 1
            self.bits += LOADED_BITS
        return int(is_set)

    def number(self, bits: int) -> int:
        """A number of `bits`, the highest first."""
        number = 0
        for _ in range(bits):
            number = number << 1 | self.decide(128)
        return number

    def end(self) -> tuple[int, bool]:
        """How many bits can matter, and whether the rest is what an encoder ends with.

        An encoder ends with the lower end of the interval, of which nothing is left then.

        Raises
        ------
        IndexError
            If the partition has fewer.
        """
        is_untouched = (self.at, self.bits, self.range) == (1, LOADED_BITS - _WINDOW_BITS, _FULL_RANGE)
        needed = 0 if is_untouched else LOADED_BITS * self.at - self.bits
        if needed > 8 * len(self._data):
            raise IndexError
        rest = self._data[(needed + 7) // 8 :]
        is_plain = len(rest) <= _MAX_TAIL_BYTES and not self.value and not any(self.words[self.at :])
        return needed, is_plain
