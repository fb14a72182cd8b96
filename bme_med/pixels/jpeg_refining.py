"""Refining scans of AC coefficients of a progressive JPEG (ITU-T T.81, G.1.2.3)."""

from collections.abc import MutableSequence, Sequence
from functools import lru_cache
from typing import NamedTuple

from bme_med.core import MalformedFileError
from bme_med.pixels.jpeg_bits import WINDOW_BITS, BitReader
from bme_med.pixels.jpeg_frame import Scan, Span
from bme_med.pixels.jpeg_huffman import CODE_BITS, HuffmanTable
from bme_med.pixels.jpeg_runs import RunWriter

__all__ = ["refine_band"]

_CACHED_TABLES = 8
_SIXTEEN_ZEROS = 15
_LONGEST = CODE_BITS + 1
"""Bits of a symbol with a sign."""
_LOW = (1 << 10) - 1
"""The coefficients that are looked up at once."""


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
    band = (1 << scan.last + 1) - (1 << scan.first)
    refined = _Refined(reader, scan, _symbols(source, runs.table))
    run = 0
    for mcus, is_painted in spans:
        for number in range(block, block + mcus):
            history = known[number] & band
            if run:
                corrections = refined.corrections(history) if history else ""
            else:
                written, fresh, run, corrections = refined.next_block(history)
                if fresh:
                    known[number] |= fresh
                if written and not is_painted:
                    runs.put(written)
            if is_painted:
                runs.end_block()
            elif run:
                runs.end_block(corrections)
            run -= bool(run)
        block += mcus


class _Symbol(NamedTuple):
    """One symbol: bits used, zeros that it passes over, whether a new coefficient follows them.

    An end of band has nothing to write; its `zeros` say how many bits of its run follow.
    """

    used: int
    zeros: int
    is_new: bool
    written: str


class _Refined:
    """Reads the blocks of a refining scan."""

    def __init__(self, reader: BitReader, scan: Scan, symbols: "_Windows") -> None:
        self._reader = reader
        self._first, self._end = scan.first, scan.last + 1
        self._symbols = symbols
        self._text = reader.text

    def next_block(self, history: int) -> tuple[str, int, int, str]:
        """The bits to write, the new coefficients, the run that starts here, and its first corrections.

        `history` are the coefficients that the block has already.
        """
        symbols, windows, text = self._symbols, self._reader.windows, self._text
        position, place, end = self._reader.position, self._first, self._end
        written, corrections, fresh, run = "", "", 0, 0
        while place < end:
            used, zeros, is_new, out = symbols[windows[position]] or symbols.read(
                text[position : position + CODE_BITS + 1]
            )
            position += used
            if not out:
                run = int("1" + text[position : position + zeros], 2) if zeros else 1
                position += zeros
                used = (history >> place).bit_count()
                corrections = text[position : position + used]
                position += used
                break
            written += out
            if rest := history >> place:
                passed = _PASSED[(rest & _LOW) << 4 | zeros] or _passed(rest, zeros)
                written += text[position : position + passed - zeros]
                position += passed - zeros
                zeros = passed
            place += zeros
            if is_new:
                if place >= end:
                    raise MalformedFileError("a block has too many coefficients", where="SOS")
                fresh |= 1 << place
            place += 1
        self._reader.position = position
        return written, fresh, run, corrections

    def corrections(self, rest: int) -> str:
        """The bits that refine each of the coefficients `rest`."""
        position, count = self._reader.position, rest.bit_count()
        self._reader.position += count
        return self._text[position : position + count]


class _Passed(dict[int, int]):
    """History and zeros to: coefficients before the place of a symbol; 0 where that is none, or too far."""

    def __missing__(self, key: int) -> int:
        passed = _passed(key >> 4, key & 15)
        self[key] = passed = passed if passed < _LOW.bit_length() else 0
        return passed


_PASSED = _Passed()


def _passed(history: int, zeros: int) -> int:
    """How many coefficients lie before the one that is zero behind `zeros` others that are."""
    passed = 0
    while zeros or history & 1:
        zeros -= not history & 1
        history >>= 1
        passed += 1
    return passed


class _Windows(dict[int, _Symbol | None]):
    """Window to its first symbol, with the sign of a new coefficient; None where they are longer."""

    def __init__(self, source: HuffmanTable, target: HuffmanTable) -> None:
        super().__init__()
        known = (symbol for symbol in source.symbols if symbol & 15 <= 1)
        self._symbols = source.spread({symbol: _symbol(source, target, symbol) for symbol in known})

    def __missing__(self, window: int) -> _Symbol | None:
        found = self._symbols[window << CODE_BITS - WINDOW_BITS]
        is_whole = found is not None and found.used + found.is_new <= WINDOW_BITS
        self[window] = symbol = _signed(found, f"{window:0{WINDOW_BITS}b}") if found and is_whole else None
        return symbol

    def read(self, text: str) -> _Symbol:
        """The symbol that the bits `text` start with."""
        found = self._symbols[int(f"{text[:CODE_BITS]:1<{CODE_BITS}}", 2)]
        if found is None:
            raise MalformedFileError("the scan has a code that its table does not have", where="SOS")
        return _signed(found, text)


def _signed(symbol: _Symbol, bits: str) -> _Symbol:
    """`symbol` with the sign that follows it in `bits`."""
    used, zeros, is_new, written = symbol
    return _Symbol(used + 1, zeros, True, written + bits[used]) if is_new else symbol


@lru_cache(_CACHED_TABLES)
def _symbols(source: HuffmanTable, target: HuffmanTable) -> _Windows:
    """The symbols of these tables, which further frames share."""
    return _Windows(source, target)


def _symbol(source: HuffmanTable, target: HuffmanTable, symbol: int) -> _Symbol:
    """A symbol without a sign. Those of other sizes than 0 and 1 cannot be in such a scan."""
    zeros, size = symbol >> 4, symbol & 15
    has_end = not size and zeros < _SIXTEEN_ZEROS
    return _Symbol(len(source.code(symbol)), zeros, bool(size), "" if has_end else target.code(symbol))
