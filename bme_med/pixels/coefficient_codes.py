"""Bits and symbols of entropy-coded JPEG data, one by one (ITU-T T.81, C.2, F.2.2).

Nothing of how the painter reads them: the two check each other where no decoder is installed.
"""

import struct
from collections.abc import Iterator

from bme_med.core import MalformedFileError
from bme_med.pixels.jpeg_huffman import HuffmanTable

__all__ = ["END_OF_BLOCK", "SIXTEEN_ZEROS", "WINDOW_BITS", "Bits", "Symbols"]

WINDOW_BITS = 16
"""The longest code, and so many bits are looked at."""
SIXTEEN_ZEROS = 0xF0
END_OF_BLOCK = 128
"""More than a block has coefficients, so that a loop over them ends."""


class Bits:
    """The bits of one restart interval.

    Attributes
    ----------
    held, count
        Bits that were taken from `words` and not used yet: the lowest `count` bits of `held`.
    """

    __slots__ = ("count", "held", "spare", "words")

    def __init__(self, stuffed: bytes) -> None:
        data = stuffed.replace(b"\xff\0", b"\xff")
        guard = b"\xff" * (8 + -len(data) % 4)
        numbers = struct.unpack(f">{(len(data) + len(guard)) // 4}I", data + guard)
        self.words: Iterator[int] = iter(numbers)
        self.spare = 8 * len(guard)
        self.held = self.count = 0

    def peek(self) -> int:
        """The next 16 bits, which stay."""
        if self.count < WINDOW_BITS:
            self.held = (self.held & 0xFFFF) << 32 | next(self.words, 0)
            self.count += 32
        return self.held >> self.count - WINDOW_BITS & 0xFFFF

    def read(self, bits: int) -> int:
        """The next `bits` bits, at most 16."""
        value = self.peek() >> WINDOW_BITS - bits
        self.count -= bits
        return value

    def amplitude(self, symbol: int) -> int:
        """The value of the amplitude that follows `symbol`."""
        return extended(self.read(symbol & 15), symbol & 15)

    def close(self) -> None:
        """Check that no more was read than there was."""
        if self.count + 32 * sum(1 for _ in self.words) < self.spare:
            raise MalformedFileError("the scan is cut off", where="SOS")


Entry = tuple[int, int, int | None, int]


class Symbols(dict[int, Entry]):
    """Window of 16 bits to: bits used, coefficients moved, the value of the amplitude, the symbol.

    The value is None where the window is too short for it: the amplitude follows the bits used. An end of
    block moves by `END_OF_BLOCK`.
    """

    def __init__(self, table: HuffmanTable) -> None:
        super().__init__()
        self._ends, self._symbols = [], table.symbols
        code = 0
        for length, count in enumerate(table.counts, 1):
            code += count << WINDOW_BITS - length
            self._ends.append((code, length, count))

    def __missing__(self, window: int) -> Entry:
        symbol, length = self._find(window)
        size = symbol & 15
        is_end = not size and symbol != SIXTEEN_ZEROS
        moved = END_OF_BLOCK if is_end else (symbol >> 4) + 1
        used = length + size
        value = None
        if used <= WINDOW_BITS:
            value = extended(window >> WINDOW_BITS - used & (1 << size) - 1, size)
        self[window] = entry = length if value is None else used, moved, value, symbol
        return entry

    def _find(self, window: int) -> tuple[int, int]:
        """The symbol that a window starts with, and the length of its code (C.2)."""
        before = 0
        for end, length, count in self._ends:
            before += count
            if window < end:
                return self._symbols[before - 1 - (end - window - 1 >> WINDOW_BITS - length)], length
        raise MalformedFileError("the scan has a code that its table does not have", where="SOS")

    def next(self, bits: Bits) -> tuple[int, int]:
        """The next symbol and the value of its amplitude."""
        used, _, value, symbol = self[bits.peek()]
        bits.count -= used
        return symbol, bits.amplitude(symbol) if value is None else value


def extended(amplitude: int, size: int) -> int:
    """The value that `size` bits stand for (F.2.2.1).

    >>> extended(0b00, 2), extended(0b11, 2), extended(0, 0)
    (-3, 3, 0)
    """
    return amplitude if not size or amplitude >> size - 1 else amplitude + 1 - (1 << size)
