"""First scans of AC coefficients of a progressive JPEG (ITU-T T.81, G.1.2.2)."""

from collections.abc import MutableSequence, Sequence
from functools import lru_cache
from typing import NamedTuple

from bme_med.core import MalformedFileError
from bme_med.pixels.jpeg_bits import WINDOW_BITS, BitReader
from bme_med.pixels.jpeg_frame import Scan, Span
from bme_med.pixels.jpeg_huffman import CODE_BITS, HuffmanTable
from bme_med.pixels.jpeg_runs import RunWriter
from bme_med.pixels.jpeg_windows import END_OF_BLOCK, LONG

__all__ = ["BandWindows", "band_windows", "write_band"]

_MASK = (1 << WINDOW_BITS) - 1
_SIXTEEN_ZEROS = 0xF0
_CACHED_TABLES = 8


class _Step(NamedTuple):
    """One symbol of a first scan.

    Attributes
    ----------
    length, taken
        Bits of its code, without and with what follows it.
    moved
        How far the place in the block moves.
    code
        What is written before the amplitude; nothing for an end of band.
    run
        Blocks that an end of band stands for, without what its extra bits add.
    """

    length: int
    taken: int
    moved: int
    code: str
    run: int


class BandWindows(dict[int, tuple[int, int, str, int, int]]):
    """Window to: bits used, how far the place moves, the bits to write, coefficients, a run.

    The coefficients are those that differ from zero, counted from the place; a run includes its first block.
    """

    def __init__(self, source: HuffmanTable, target: HuffmanTable) -> None:
        super().__init__()
        self._steps = source.spread({symbol: _step(source, target, symbol) for symbol in source.symbols})

    def __missing__(self, window: int) -> tuple[int, int, str, int, int]:
        used = moved = marks = run = 0
        bits, written = f"{window:0{WINDOW_BITS}b}", ""
        while used < WINDOW_BITS and not run:
            step = self._steps[(window << used & _MASK) << CODE_BITS - WINDOW_BITS]
            if step is None or used + step.taken > WINDOW_BITS:
                break
            more, mark, run = _meaning(step, bits[used + step.length : used + step.taken])
            used, written, marks = used + step.taken, written + more, marks | mark << moved
            moved += step.moved
        self[window] = entry = (used, moved, written, marks, run) if used else (0, LONG, "", 0, 0)
        return entry

    def next_symbol(self, reader: BitReader) -> tuple[int, str, int, int]:
        """As an entry, without the bits used."""
        step = self._steps[reader.peek(CODE_BITS)]
        if step is None:
            raise MalformedFileError("the scan has a code that its table does not have", where="SOS")
        extra = step.taken - step.length
        reader.position += step.length
        return step.moved, *_meaning(step, f"{reader.read(extra):0{extra}b}" if extra else "")


def _meaning(step: _Step, extra: str) -> tuple[str, int, int]:
    """The bits to write, the coefficients and the run of a symbol that `extra` follows."""
    if step.run:
        return "", 0, step.run + int("0" + extra, 2)
    return step.code + extra, (1 << step.moved - 1) if extra else 0, 0


def _step(source: HuffmanTable, target: HuffmanTable, symbol: int) -> _Step:
    size, length = symbol & 15, len(source.code(symbol))
    if not size and symbol != _SIXTEEN_ZEROS:
        extra = symbol >> 4
        return _Step(length, length + extra, END_OF_BLOCK, "", 1 << extra)
    return _Step(length, length + size, (symbol >> 4) + 1, target.code(symbol), 0)


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
    run = 0
    for mcus, is_painted in spans:
        stop = block + mcus
        while block < stop:
            if run:
                step = min(run, stop - block)
                runs.end_blocks(step)
                run, block = run - step, block + step
                continue
            written, marks, run = _next_block(reader, scan, windows)
            known[block] |= marks
            if written and not is_painted:
                runs.put(written)
            if run or is_painted:
                runs.end_block()
                run -= bool(run)
            block += 1


def _next_block(reader: BitReader, scan: Scan, windows: BandWindows) -> tuple[str, int, int]:
    """The bits to write of the next block, its coefficients, and the run that it starts."""
    bits, position = reader.windows, reader.position
    place, end, written, marks, run = scan.first, scan.last + 1, "", 0, 0
    while True:
        while place < end:
            used, moved, out, found, run = windows[bits[position]]
            position += used
            written += out
            marks |= found << place
            place += moved
        if place == end or END_OF_BLOCK < place < END_OF_BLOCK + end:
            break
        place -= moved
        reader.position = position - used
        written, marks = written[: len(written) - len(out)], marks & (1 << place) - 1
        moved, out, found, run = windows.next_symbol(reader)
        written, marks, position = written + out, marks | found << place, reader.position
        place += moved
        if end < place < END_OF_BLOCK:
            raise MalformedFileError("a block has too many coefficients", where="SOS")
    reader.position = position
    return written, marks, run
