"""Sequential JPEG data, looked at through windows of a few symbols at once (ITU-T T.81, F.2.2).

A window often holds several symbols with their amplitudes. What they are, and how another table
writes them, is worked out once for each window that occurs, and looked up afterwards.
"""

from functools import lru_cache
from typing import NamedTuple

from bme_med.core import MalformedFileError
from bme_med.pixels.jpeg_bits import WINDOW_BITS, BitReader
from bme_med.pixels.jpeg_huffman import CODE_BITS, HuffmanTable, MissingSymbolError, difference_bits

__all__ = ["END_OF_BLOCK", "LONG", "AcWindows", "DcWindows", "ac_windows", "dc_windows"]

END_OF_BLOCK = 128
"""Added to the place in the block by an end of block, so that a loop over a block ends."""
LONG = 1024
"""How far a window moves that is too small for its first symbol."""
_MASK = (1 << WINDOW_BITS) - 1
_COEFFICIENTS = 64
_SIXTEEN_ZEROS = 0xF0
_LARGEST_SIZE = 15
_CACHED_TABLES = 8


class _Step(NamedTuple):
    """One AC symbol: bits of its code, with its amplitude, and how far the place moves (F.1.2.2).

    `code` is what is written before the amplitude; None where the target has no code for it.
    """

    length: int
    taken: int
    moved: int
    code: str | None


class AcWindows(dict[int, tuple[int, int, str]]):
    """Window to: bits used, how far the place in the block moves, the bits to write.

    Parameters
    ----------
    source
        The table of the data.
    target
        The table to write with; None where the data is only passed over.
    """

    def __init__(self, source: HuffmanTable, target: HuffmanTable | None) -> None:
        super().__init__()
        self.has_codes = bool(source.symbols)
        self._is_written = target is not None
        self._steps = source.spread({symbol: _step(source, target, symbol) for symbol in source.symbols})

    def __missing__(self, window: int) -> tuple[int, int, str]:
        entry = self.symbols(window, 0, 1)
        self[window] = entry = entry if entry[0] else (0, LONG, "")
        return entry

    def symbols(self, window: int, used: int, place: int) -> tuple[int, int, str]:
        """An entry for what stands in `window` behind its first `used` bits, as far as it is whole.

        What stands behind the first symbol may belong to the next block, and mean nothing here.
        """
        start, bits, written = place, f"{window:0{WINDOW_BITS}b}", ""
        while place < _COEFFICIENTS:
            step = self._steps[(window << used & _MASK) << CODE_BITS - WINDOW_BITS]
            if step is None:
                break
            length, taken, moved, code = step
            end = used + taken
            if code is None or end > WINDOW_BITS or _COEFFICIENTS < place + moved < END_OF_BLOCK:
                break
            if self._is_written:
                written += code + bits[used + length : end]
            used, place = end, place + moved
        return used, place - start, written

    def next_symbol(self, reader: BitReader) -> tuple[int, str]:
        """How far the next symbol moves the place, and the bits to write."""
        step = self._steps[reader.peek(CODE_BITS)]
        if step is None:
            raise MalformedFileError("the scan has a code that its table does not have", where="SOS")
        length, taken, moved, code = step
        if code is None:
            raise MissingSymbolError
        size = taken - length
        reader.position += length
        amplitude = f"{reader.read(size):0{size}b}" if size else ""
        return moved, code + amplitude if self._is_written else ""


def _step(source: HuffmanTable, target: HuffmanTable | None, symbol: int) -> _Step:
    size, length = symbol & 15, len(source.code(symbol))
    has_end = not size and symbol != _SIXTEEN_ZEROS
    moved = END_OF_BLOCK if has_end else (symbol >> 4) + 1
    try:
        code = target.code(0 if has_end else symbol) if target else ""
    except MissingSymbolError:
        return _Step(length, length + size, moved, None)
    return _Step(length, length + size, moved, code)


class DcWindows(dict[int, tuple[int, int, int, str]]):
    """Window at the start of a block to: bits used, DC difference, place, the bits to write.

    The window holds the first AC symbols as well, as far as they fit.

    Attributes
    ----------
    start
        The place behind the DC coefficient; the end of the block where no AC coefficients follow.
    """

    def __init__(self, source: HuffmanTable, target: HuffmanTable | None, following: AcWindows) -> None:
        super().__init__()
        self.target = target
        self._following = following
        self.start = 1 if following.has_codes else _COEFFICIENTS
        self._sizes = source.spread({size: (size, len(source.code(size))) for size in source.symbols})

    def __missing__(self, window: int) -> tuple[int, int, int, str]:
        size, length = self._sizes[window << CODE_BITS - WINDOW_BITS] or (LONG, 0)
        used = length + size
        if used > WINDOW_BITS:
            self[window] = entry = (0, 0, LONG, "")
            return entry
        difference = signed(window >> WINDOW_BITS - used & (1 << size) - 1, size)
        written = self.written(difference)
        used, moved, more = self._following.symbols(window, used, self.start)
        self[window] = entry = (used, difference, self.start + moved, written + more)
        return entry

    def next_symbol(self, reader: BitReader) -> tuple[int, str]:
        """The next DC difference, and the bits to write."""
        found = self._sizes[reader.peek(CODE_BITS)]
        if found is None or found[0] > _LARGEST_SIZE:
            raise MalformedFileError("the scan has a DC code that its table does not have", where="SOS")
        size, length = found
        reader.position += length
        difference = signed(reader.read(size), size)
        return difference, self.written(difference)

    def written(self, difference: int) -> str:
        """How `difference` is written."""
        return difference_bits(self.target, difference) if self.target else ""


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
