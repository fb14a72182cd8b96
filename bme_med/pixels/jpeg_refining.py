"""Refining scans of AC coefficients of a progressive JPEG (ITU-T T.81, G.1.2.3)."""

from collections.abc import MutableSequence, Sequence
from functools import lru_cache

from bme_med.core import MalformedFileError
from bme_med.pixels.jpeg_bits import WORD_BITS, BitReader
from bme_med.pixels.jpeg_frame import Scan, Span
from bme_med.pixels.jpeg_huffman import CODE_BITS, HuffmanTable
from bme_med.pixels.jpeg_runs import RunWriter

__all__ = ["refine_band"]

_CACHED_TABLES = 8
_SIXTEEN_ZEROS = 15


def refine_band(
    reader: BitReader,
    runs: RunWriter,
    spans: Sequence[Span],
    scan: Scan,
    source: HuffmanTable,
    known: MutableSequence[int],
    block: int,
) -> None:
    """Write one restart interval, from `block` on.

    `known` says for each block which of its coefficients differ from zero: bit `k` stands for coefficient `k`
    in zigzag order. It learns the new ones.
    """
    band = _Band(reader, runs, scan, source)
    for mcus, is_painted in spans:
        for number in range(block, block + mcus):
            known[number] = band.write_block(known[number], is_painted=is_painted)
        block += mcus


@lru_cache(_CACHED_TABLES)
def _symbols(table: HuffmanTable) -> list[tuple[int, int] | None]:
    """For each window, the symbol that it starts with and the length of its code."""
    return table.spread({symbol: (symbol, table.code(symbol)[1]) for symbol in table.symbols})


class _Band:
    """Where in a restart interval reading and writing stand."""

    def __init__(self, reader: BitReader, runs: RunWriter, scan: Scan, source: HuffmanTable) -> None:
        self._reader = reader
        self._runs = runs
        self._first, self._last = scan.first, scan.last
        self._symbols = _symbols(source)
        self._run = 0

    def write_block(self, known: int, *, is_painted: bool) -> int:
        """Read a block, and write it unless it is painted; `known` with its new coefficients."""
        place, value, bits, marks = self._first, 0, 0, 0
        if not self._run:
            place, value, bits, marks = self._read_block(known)
        corrections, count = self._corrections(known, place, self._last + 1) if self._run else (0, 0)
        if bits and not is_painted:
            self._runs.put(value, bits)
        if is_painted:
            self._runs.end_block()
        elif self._run:
            self._runs.end_block(corrections, count)
        self._run -= bool(self._run)
        return known | marks

    def _read_block(self, known: int) -> tuple[int, int, int, int]:
        """Symbols up to the end of band: the place they lead to, bits to write, their number, new ones."""
        place, value, bits, marks = self._first, 0, 0, 0
        while place <= self._last:
            zeros, size = self._symbol()
            if not size and zeros != _SIXTEEN_ZEROS:
                self._run = (1 << zeros) + self._reader.read(zeros)
                break
            code, code_bits = self._runs.table.code(zeros << 4 | size)
            sign = self._reader.read(size)
            stop = self._place_behind(known, place, zeros)
            if size and stop > self._last:
                raise MalformedFileError("a block has too many coefficients", where="SOS")
            corrections, count = self._corrections(known, place, stop)
            value = (value << code_bits | code) << size | sign
            value, bits = value << count | corrections, bits + code_bits + size + count
            if size:
                marks |= 1 << stop
            place = stop + 1
        return place, value, bits, marks

    def _symbol(self) -> tuple[int, int]:
        found = self._symbols[self._reader.peek(CODE_BITS)]
        if found is None or found[0] & 15 > 1:
            raise MalformedFileError("the scan has a code that its table does not have", where="SOS")
        symbol, length = found
        self._reader.read(length)
        return symbol >> 4, symbol & 15

    def _place_behind(self, known: int, place: int, zeros: int) -> int:
        """Where the coefficient behind `zeros` zero ones stands, those left out that differ from zero."""
        rest = known >> place
        if not rest:
            return min(place + zeros, self._last + 1)
        while place <= self._last and (rest & 1 or zeros):
            zeros -= not rest & 1
            rest >>= 1
            place += 1
        return place

    def _corrections(self, known: int, place: int, stop: int) -> tuple[int, int]:
        """The bits that refine the known coefficients from `place` to `stop`, and how many."""
        count = (known & (1 << stop) - (1 << place)).bit_count() if place < stop else 0
        high = self._reader.read(count - WORD_BITS) if count > WORD_BITS else 0
        return high << WORD_BITS | self._reader.read(min(count, WORD_BITS)), count
