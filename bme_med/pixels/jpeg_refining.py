"""Refining scans of AC coefficients of a progressive JPEG (ITU-T T.81, G.1.2.3)."""

from collections.abc import Iterator, MutableSequence, Sequence
from functools import lru_cache

from bme_med.core import MalformedFileError
from bme_med.pixels.jpeg_bits import WORD_BITS, BitReader
from bme_med.pixels.jpeg_frame import Scan, Span
from bme_med.pixels.jpeg_huffman import CODE_BITS, HuffmanTable
from bme_med.pixels.jpeg_runs import RunWriter

__all__ = ["refine_band"]

_CACHED_TABLES = 8
_MASK = (1 << CODE_BITS) - 1
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
    first, end, run, idle = scan.first, scan.last + 1, 0, 0
    band, symbols = (1 << end) - (1 << first), _symbols(source, runs.table)
    held, left, words = reader.held, reader.count, reader.words
    for number, is_painted in _blocks(spans, block):
        history = known[number] & band
        if run and not history:
            run, idle = run - 1, idle + 1
            continue
        place, value, bits = first, 0, 0
        while not run and place < end:
            if left < WORD_BITS:
                held = (held & (1 << left) - 1) << WORD_BITS | next(words)
                left += WORD_BITS
            symbol = symbols[held >> left - CODE_BITS & _MASK]
            if symbol is None:
                raise MalformedFileError("the scan has a code that its table does not have", where="SOS")
            zeros, size, length, code, code_bits = symbol
            left -= length
            if not size and zeros < _SIXTEEN_ZEROS:
                left -= zeros
                run = (1 << zeros) + (held >> left & (1 << zeros) - 1)
                break
            left -= size
            value, bits = value << code_bits | code << size | held >> left & size, bits + code_bits
            stop, rest, count = place, history >> place, 0
            if rest:
                while stop < end and (rest & 1 or zeros):
                    if rest & 1:
                        count += 1
                    else:
                        zeros -= 1
                    rest >>= 1
                    stop += 1
            else:
                stop = min(place + zeros, end)
            while left < count:
                held = (held & (1 << left) - 1) << WORD_BITS | next(words)
                left += WORD_BITS
            left -= count
            value, bits = value << count | held >> left & (1 << count) - 1, bits + count
            if size:
                if stop >= end:
                    raise MalformedFileError("a block has too many coefficients", where="SOS")
                known[number] |= 1 << stop
            place = stop + 1
        if idle:
            runs.end_blocks(idle)
            idle = 0
        if bits and not is_painted:
            runs.put(value, bits)
        count = (history >> place).bit_count() if run else 0
        while left < count:
            held = (held & (1 << left) - 1) << WORD_BITS | next(words)
            left += WORD_BITS
        left -= count
        if is_painted:
            runs.end_block()
        elif run:
            runs.end_block(held >> left & (1 << count) - 1, count)
        run -= bool(run)
    runs.end_blocks(idle)
    reader.held, reader.count = held, left


def _blocks(spans: Sequence[Span], block: int) -> Iterator[tuple[int, bool]]:
    """The number of each block, and whether it is painted."""
    for mcus, is_painted in spans:
        for number in range(block, block + mcus):
            yield number, is_painted
        block += mcus


@lru_cache(_CACHED_TABLES)
def _symbols(source: HuffmanTable, target: HuffmanTable) -> list[tuple[int, int, int, int, int] | None]:
    """For each window: zeros and size of its first symbol, the length of its code; code and bits to write.

    Symbols of other sizes than 0 and 1 cannot be in such a scan.
    """
    return source.spread({symbol: _symbol(source, target, symbol) for symbol in source.symbols})


def _symbol(source: HuffmanTable, target: HuffmanTable, symbol: int) -> tuple[int, int, int, int, int] | None:
    zeros, size = symbol >> 4, symbol & 15
    if size > 1:
        return None
    code, bits = target.code(symbol)
    return zeros, size, source.code(symbol)[1], code, bits + size
