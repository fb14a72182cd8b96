"""Sequential JPEG data, looked at through windows of a few symbols at once (ITU-T T.81, F.2.2).

A window of 16 bits often holds several symbols with their amplitudes. What they are, and how another table
writes them, is worked out once for each window that occurs, and looked up afterwards.
"""

from functools import lru_cache
from typing import NamedTuple, NoReturn

from bme_med.core import MalformedFileError
from bme_med.pixels.jpeg_bits import BitReader
from bme_med.pixels.jpeg_huffman import CODE_BITS, HuffmanTable, MissingSymbolError, difference_bits

__all__ = ["END_OF_BLOCK", "LONG", "WINDOW_BITS", "AcWindows", "DcWindows", "ac_windows", "dc_windows"]

WINDOW_BITS = CODE_BITS
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
    """One AC symbol: bits of code and amplitude, bits of the amplitude, how far the place moves (F.1.2.2).

    `code` is what is written, with room for the amplitude; None where the target has no code for it.
    """

    taken: int
    size: int
    moved: int
    code: int | None
    code_bits: int


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
        self.has_codes = bool(source.symbols)
        self._is_written = target is not None
        self._steps = source.spread({symbol: _step(source, target, symbol) for symbol in source.symbols})

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
            step = self._steps[window << used & _MASK]
            if step is None or step.code is None:
                if used:
                    break
                _refuse(step)
            taken, size, moved, _, code_bits = step
            end = used + taken
            if end > WINDOW_BITS or _COEFFICIENTS < place + moved < END_OF_BLOCK:
                break
            if self._is_written:
                value = value << code_bits | step.code | window >> WINDOW_BITS - end & (1 << size) - 1
                bits += code_bits
            used, place = end, place + moved
        return used, place - start, value, bits

    def next_symbol(self, reader: BitReader) -> tuple[int, int, int]:
        """How far the next symbol moves the place, the bits to write and their number."""
        step = self._steps[reader.peek(CODE_BITS)]
        if step is None or step.code is None:
            _refuse(step)
        amplitude = reader.read(step.taken) & (1 << step.size) - 1
        return step.moved, step.code | amplitude if self._is_written else 0, step.code_bits


def _refuse(step: _Step | None) -> NoReturn:
    """Say why a symbol cannot be written: the target lacks it, or the source has no such code."""
    if step:
        raise MissingSymbolError
    raise MalformedFileError("the scan has a code that its table does not have", where="SOS")


def _step(source: HuffmanTable, target: HuffmanTable | None, symbol: int) -> _Step:
    size = symbol & 15
    has_end = not size and symbol != _SIXTEEN_ZEROS
    moved = END_OF_BLOCK if has_end else (symbol >> 4) + 1
    taken = source.code(symbol)[1] + size
    if target is None:
        return _Step(taken, size, moved, 0, 0)
    try:
        code, bits = target.code(0 if has_end else symbol)
    except MissingSymbolError:
        return _Step(taken, size, moved, None, 0)
    return _Step(taken, size, moved, code << size, bits + size)


class DcWindows(dict[int, tuple[int, int, int, int, int]]):
    """Window at the start of a block to: bits used, DC difference, place, the bits to write and their number.

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
        lengths = {size: (size, source.code(size)[1]) for size in source.symbols}
        self._sizes = source.spread(lengths)

    def __missing__(self, window: int) -> tuple[int, int, int, int, int]:
        size, length = self._size(window)
        used = length + size
        if used > WINDOW_BITS:
            self[window] = entry = (0, 0, LONG, 0, 0)
            return entry
        difference = signed(window >> WINDOW_BITS - used & (1 << size) - 1, size)
        value, bits = self.written(difference)
        used, moved, more, more_bits = self._following.symbols(window, used, self.start)
        place, value = self.start + moved, value << more_bits | more
        self[window] = entry = (used, difference, place, value, bits + more_bits)
        return entry

    def next_symbol(self, reader: BitReader) -> tuple[int, int, int]:
        """The next DC difference, the bits to write and their number."""
        size, length = self._size(reader.peek(CODE_BITS))
        reader.read(length)
        difference = signed(reader.read(size), size)
        return difference, *self.written(difference)

    def _size(self, window: int) -> tuple[int, int]:
        found = self._sizes[window]
        if found is None or found[0] > _LARGEST_SIZE:
            raise MalformedFileError("the scan has a DC code that its table does not have", where="SOS")
        return found

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
