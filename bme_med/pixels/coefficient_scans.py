"""The blocks of one restart interval, read into coefficients (ITU-T T.81, F.2.2, G.2)."""

from array import array
from collections.abc import Iterator
from typing import NamedTuple

from bme_med.core import MalformedFileError
from bme_med.pixels.coefficient_codes import END_OF_BLOCK, SIXTEEN_ZEROS, WINDOW_BITS, Bits, Symbols
from bme_med.pixels.jpeg_frame import Scan

__all__ = ["BLOCK", "Place", "read_progressive", "read_sequential"]

BLOCK = 64
"""Coefficients of a block, in the order in which they are coded (A.3.6)."""
_MOST_COMPONENTS = 256


class Place(NamedTuple):
    """A block of each MCU: its component and that one's coefficients, its tables, and where it lies."""

    component: int
    values: "array[int]"
    dc: Symbols
    ac: Symbols
    first: int
    of_row: int
    of_column: int


def read_sequential(bits: Bits, blocks: Iterator[tuple[Place, int]]) -> None:
    """A sequential interval; the values of `blocks` become what it says."""
    predictors = [0] * _MOST_COMPONENTS
    words, held, left = bits.words, 0, 0
    for (component, values, dc, ac, *_), start in blocks:
        bits.held, bits.count = held, left
        predictors[component] += dc.next(bits)[1]
        held, left = bits.held, bits.count
        values[start] = predictors[component]
        at, last = start, start + BLOCK - 1
        while at < last:
            if left < WINDOW_BITS:
                held = (held & 0xFFFF) << 32 | next(words, 0)
                left += 32
            used, moved, value, symbol = ac[held >> left - WINDOW_BITS & 0xFFFF]
            left -= used
            at += moved
            if value:
                values[at] = value
            elif value is None:
                bits.held, bits.count = held, left
                values[at] = bits.amplitude(symbol)
                held, left = bits.held, bits.count
        if last < at < start + END_OF_BLOCK:
            raise MalformedFileError("a block has too many coefficients", where="SOS")
    bits.held, bits.count = held, left


def read_progressive(bits: Bits, scan: Scan, blocks: Iterator[tuple[Place, int]]) -> None:
    """An interval of a progressive scan; the values of `blocks` become what it adds to them."""
    if scan.first == 0:
        _read_dc(bits, scan, blocks)
    elif scan.high == 0:
        _read_band(bits, scan, blocks)
    else:
        _refine_band(bits, scan, blocks)


def _read_dc(bits: Bits, scan: Scan, blocks: Iterator[tuple[Place, int]]) -> None:
    """DC coefficients but for their lowest bits, or one more bit of them (G.1.2.1)."""
    predictors = [0] * _MOST_COMPONENTS
    for place, start in blocks:
        if scan.high:
            place.values[start] |= bits.read(1) << scan.low
        else:
            predictors[place.component] += place.dc.next(bits)[1]
            place.values[start] = predictors[place.component] << scan.low


def _read_band(bits: Bits, scan: Scan, blocks: Iterator[tuple[Place, int]]) -> None:
    """AC coefficients but for their lowest bits (G.1.2.2)."""
    run = 0
    for place, start in blocks:
        at, last = start + scan.first - 1, start + scan.last
        while not run and at < last:
            symbol, value = place.ac.next(bits)
            if value:
                at += (symbol >> 4) + 1
                place.values[at] = value << scan.low
            elif symbol == SIXTEEN_ZEROS:
                at += 16
            else:
                run = _run(bits, symbol)
        run -= run > 0
        if at > last:
            raise MalformedFileError("a block has too many coefficients", where="SOS")


def _run(bits: Bits, symbol: int) -> int:
    """How many blocks an end of band stands for, this one included."""
    return (1 << (symbol >> 4)) + bits.read(symbol >> 4)


def _refine_band(bits: Bits, scan: Scan, blocks: Iterator[tuple[Place, int]]) -> None:
    """One more bit of AC coefficients (G.1.2.3)."""
    run = 0
    for place, start in blocks:
        at, end = start + scan.first, start + scan.last + 1
        while not run and at < end:
            symbol, value = place.ac.next(bits)
            if not value and symbol != SIXTEEN_ZEROS:
                run = _run(bits, symbol)
                break
            at = _refine(bits, place.values, range(at, end), scan.low, symbol >> 4)
            if value:
                if at == end:
                    raise MalformedFileError("a block has too many coefficients", where="SOS")
                place.values[at] = value << scan.low
            at += 1
        if run:
            _refine(bits, place.values, range(at, end), scan.low, BLOCK)
            run -= 1


def _refine(bits: Bits, values: "array[int]", places: range, low: int, zeros: int) -> int:
    """Refine what differs from zero, up to the zero that follows `zeros` others; where that lies."""
    for at in places:
        value = values[at]
        if value:
            if bits.read(1) and not value & 1 << low:
                values[at] = value + ((1 << low) if value > 0 else -(1 << low))
        elif zeros:
            zeros -= 1
        else:
            return at
    return places.stop
