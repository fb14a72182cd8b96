"""First scans of AC coefficients of a progressive JPEG (ITU-T T.81, G.1.2.2)."""

from collections.abc import MutableSequence, Sequence
from functools import lru_cache
from typing import NamedTuple

from bme_med.core import MalformedFileError
from bme_med.pixels.jpeg_bits import WORD_BITS, BitReader
from bme_med.pixels.jpeg_frame import Scan, Span
from bme_med.pixels.jpeg_huffman import CODE_BITS, HuffmanTable
from bme_med.pixels.jpeg_runs import RunWriter
from bme_med.pixels.jpeg_windows import END_OF_BLOCK, LONG, WINDOW_BITS

__all__ = ["BandWindows", "band_windows", "write_band"]

_MASK = (1 << WINDOW_BITS) - 1
_HELD = (1 << WINDOW_BITS + WORD_BITS) - 1
_SIXTEEN_ZEROS = 0xF0
_CACHED_TABLES = 8


class _Step(NamedTuple):
    """One symbol of a first scan.

    Attributes
    ----------
    taken, extra
        Bits of code and what follows it, and of what follows alone.
    moved
        How far the place in the block moves.
    code, code_bits
        What is written, with room for the amplitude; nothing for an end of band.
    run
        Blocks that an end of band stands for, without what its extra bits add.
    """

    taken: int
    extra: int
    moved: int
    code: int
    code_bits: int
    run: int


Entry = tuple[int, int, int, int, int, int]


class BandWindows(dict[int, Entry]):
    """Window to: bits used, how far the place moves, bits to write, their number, coefficients, a run.

    The coefficients are those that differ from zero, counted from the place; a run includes its first block.
    """

    def __init__(self, source: HuffmanTable, target: HuffmanTable) -> None:
        super().__init__()
        self._steps = source.spread({symbol: _step(source, target, symbol) for symbol in source.symbols})

    def __missing__(self, window: int) -> Entry:
        used = moved = value = bits = marks = run = 0
        while used < WINDOW_BITS and not run:
            step = self._steps[window << used & _MASK]
            if step is None or used + step.taken > WINDOW_BITS:
                break
            used += step.taken
            extra = window >> WINDOW_BITS - used & (1 << step.extra) - 1
            value, bits, marks, run = _added(step, extra, value, bits, marks, moved)
            moved += step.moved
        if not used and step is None:
            raise MalformedFileError("the scan has a code that its table does not have", where="SOS")
        self[window] = entry = (used, moved, value, bits, marks, run) if used else (0, LONG, 0, 0, 0, 0)
        return entry

    def next_symbol(self, reader: BitReader) -> tuple[int, int, int, int, int]:
        """As an entry, without the bits used."""
        step = self._steps[reader.peek(CODE_BITS)]
        if step is None:
            raise MalformedFileError("the scan has a code that its table does not have", where="SOS")
        extra = reader.read(step.taken) & (1 << step.extra) - 1
        value, bits, marks, run = _added(step, extra, 0, 0, 0, 0)
        return step.moved, value, bits, marks, run


def _added(
    step: _Step, extra: int, value: int, bits: int, marks: int, moved: int
) -> tuple[int, int, int, int]:
    """The bits to write, their number, the coefficients and the run with one more symbol."""
    if step.run:
        return value, bits, marks, step.run + extra
    marks |= (1 << moved + step.moved - 1) if step.extra else 0
    return value << step.code_bits | step.code | extra, bits + step.code_bits, marks, 0


def _step(source: HuffmanTable, target: HuffmanTable, symbol: int) -> _Step:
    size, length = symbol & 15, source.code(symbol)[1]
    if not size and symbol != _SIXTEEN_ZEROS:
        extra = symbol >> 4
        return _Step(length + extra, extra, END_OF_BLOCK, 0, 0, 1 << extra)
    code, bits = target.code(symbol)
    return _Step(length + size, size, (symbol >> 4) + 1, code << size, bits + size, 0)


@lru_cache(_CACHED_TABLES)
def band_windows(source: HuffmanTable, target: HuffmanTable) -> BandWindows:
    """The windows of these tables, which further frames share."""
    return BandWindows(source, target)


def write_band(
    reader: BitReader,
    runs: RunWriter,
    spans: Sequence[Span],
    scan: Scan,
    windows: BandWindows,
    known: MutableSequence[int],
    block: int,
) -> None:
    """One restart interval of a first scan, from `block` on; `known` learns its coefficients."""
    run, end = 0, scan.last + 1
    held, left, words = reader.held, reader.count, reader.words
    for mcus, is_painted in spans:
        stop = block + mcus
        while block < stop:
            if run:
                step = min(run, stop - block)
                runs.end_blocks(step)
                run, block = run - step, block + step
                continue
            place, value, bits, marks = scan.first, 0, 0, 0
            while True:
                while place < end:
                    if left < WINDOW_BITS:
                        held = (held << WORD_BITS | next(words)) & _HELD
                        left += WORD_BITS
                    used, moved, out, out_bits, found, run = windows[held >> left - WINDOW_BITS & _MASK]
                    left -= used
                    value, bits, marks = value << out_bits | out, bits + out_bits, marks | found << place
                    place += moved
                if place == end or END_OF_BLOCK < place < END_OF_BLOCK + end:
                    break
                place -= moved
                value, bits, marks = value >> out_bits, bits - out_bits, marks & (1 << place) - 1
                reader.held, reader.count = held, left + used
                moved, out, out_bits, found, run = windows.next_symbol(reader)
                value, bits, marks = value << out_bits | out, bits + out_bits, marks | found << place
                place += moved
                held, left = reader.held, reader.count
                if end < place < END_OF_BLOCK:
                    raise MalformedFileError("a block has too many coefficients", where="SOS")
            known[block] |= marks
            if bits and not is_painted:
                runs.put(value, bits)
            if run or is_painted:
                runs.end_block()
                run -= bool(run)
            block += 1
    reader.held, reader.count = held, left
