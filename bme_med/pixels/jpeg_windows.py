"""Sequential JPEG data, looked at through windows of a few symbols at once (ITU-T T.81, F.2.2).

A window of 16 bits often holds several symbols with their amplitudes. What they are, and how another table
writes them, is worked out once for each window that occurs, and looked up afterwards.
"""

from functools import lru_cache

from bme_med.core import MalformedFileError
from bme_med.pixels.jpeg_bits import BitReader
from bme_med.pixels.jpeg_huffman import CODE_BITS, HuffmanTable, MissingSymbolError, difference_bits

__all__ = ["END_OF_BLOCK", "LONG", "WINDOW_BITS", "AcWindows", "DcWindows", "ac_windows", "dc_windows"]

WINDOW_BITS = 16
END_OF_BLOCK = 128
"""Added to the place in the block by an end of block, so that a loop over a block ends."""
LONG = 1024
"""How far a window moves that is too small for its first symbol."""
_COEFFICIENTS = 64
_SIXTEEN_ZEROS = 0xF0
_CACHED_TABLES = 32


class AcWindows(dict[int, tuple[int, int, int, int]]):
    """Window to: bits used, how far the place in the block moves, the bits to write and their number.

    Parameters
    ----------
    source
        The table of the data.
    target
        The table to write with; None where the data is only passed over.
    """

    def __init__(self, source: HuffmanTable, target: HuffmanTable | None) -> None:
        super().__init__()
        self.source = source
        self.target = target

    def __missing__(self, window: int) -> tuple[int, int, int, int]:
        entry = self.symbols(window, 0, 1)
        self[window] = entry = entry if entry[0] else (0, LONG, 0, 0)
        return entry

    def symbols(self, window: int, used: int, place: int) -> tuple[int, int, int, int]:
        """An entry for what stands in `window` behind its first `used` bits, as far as it is whole.

        What stands behind the first symbol may belong to the next block, and mean nothing here.
        """
        start, value, bits = place, 0, 0
        while place < _COEFFICIENTS and used < WINDOW_BITS:
            try:
                symbol, length = self.source.match(window << used & 0xFFFF)
                code, code_bits = self._written(symbol)
            except (MalformedFileError, MissingSymbolError):
                if used:
                    break
                raise
            size = symbol & 15
            end = used + length + size
            following = place + _moved(symbol)
            if end > WINDOW_BITS or _COEFFICIENTS < following < END_OF_BLOCK:
                break
            if self.target:
                value = (value << code_bits | code) << size | window >> WINDOW_BITS - end & (1 << size) - 1
                bits += code_bits + size
            used, place = end, following
        return used, place - start, value, bits

    def next_symbol(self, reader: BitReader) -> tuple[int, int, int]:
        """How far the next symbol moves the place, the bits to write and their number."""
        symbol, length = self.source.match(reader.peek(CODE_BITS))
        reader.read(length)
        size = symbol & 15
        amplitude = reader.read(size)
        if not self.target:
            return _moved(symbol), 0, 0
        code, code_bits = self._written(symbol)
        return _moved(symbol), code << size | amplitude, code_bits + size

    def _written(self, symbol: int) -> tuple[int, int]:
        if not self.target:
            return 0, 0
        return self.target.code(symbol if symbol & 15 or symbol == _SIXTEEN_ZEROS else 0)


def _moved(symbol: int) -> int:
    """How far an AC symbol moves the place in the block (F.1.2.2)."""
    return (symbol >> 4) + 1 if symbol & 15 or symbol == _SIXTEEN_ZEROS else END_OF_BLOCK


class DcWindows(dict[int, tuple[int, int, int, int, int]]):
    """Window at the start of a block to: bits used, DC difference, place, the bits to write and their number.

    The window holds the first AC symbols as well, as far as they fit.
    """

    def __init__(self, source: HuffmanTable, target: HuffmanTable | None, following: AcWindows) -> None:
        super().__init__()
        self.source = source
        self.target = target
        self._following = following

    def __missing__(self, window: int) -> tuple[int, int, int, int, int]:
        size, length = self.source.match(window)
        used = length + size
        if used > WINDOW_BITS:
            self[window] = entry = (0, 0, LONG, 0, 0)
            return entry
        difference = signed(window >> WINDOW_BITS - used & (1 << size) - 1, size)
        value, bits = self.written(difference)
        used, moved, more, more_bits = self._following.symbols(window, used, 1)
        self[window] = result = (used, difference, 1 + moved, value << more_bits | more, bits + more_bits)
        return result

    def next_symbol(self, reader: BitReader) -> tuple[int, int, int]:
        """The next DC difference, the bits to write and their number."""
        size, length = self.source.match(reader.peek(CODE_BITS))
        reader.read(length)
        difference = signed(reader.read(size), size)
        return difference, *self.written(difference)

    def written(self, difference: int) -> tuple[int, int]:
        """How `difference` is written."""
        return difference_bits(self.target, difference) if self.target else (0, 0)


def signed(amplitude: int, size: int) -> int:
    """The value that `size` bits stand for (F.2.2.1, EXTEND).

    >>> signed(0b00, 2), signed(0b11, 2)
    (-3, 3)
    """
    return amplitude if not size or amplitude >> size - 1 else amplitude - (1 << size) + 1


@lru_cache(_CACHED_TABLES)
def ac_windows(source: HuffmanTable, target: HuffmanTable | None) -> AcWindows:
    """The windows of these tables, which further frames share."""
    return AcWindows(source, target)


@lru_cache(_CACHED_TABLES)
def dc_windows(
    source: HuffmanTable, target: HuffmanTable | None, ac_source: HuffmanTable, ac_target: HuffmanTable | None
) -> DcWindows:
    """The windows at the start of a block, which further frames share."""
    return DcWindows(source, target, ac_windows(ac_source, ac_target))
