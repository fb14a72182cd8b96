"""Scans of a sequential JPEG, written anew with some MCUs painted over (ITU-T T.81, F.1 and F.2).

A painted block has the DC coefficient of the fill and nothing else. Every other block keeps its coefficients:
its symbols are looked up in windows and written with the tables of the output, without being worked out.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bme_med.core import MalformedFileError
from bme_med.pixels.jpeg_bits import WORD_BITS, BitReader, BitWriter
from bme_med.pixels.jpeg_frame import Span
from bme_med.pixels.jpeg_huffman import HuffmanTable, difference_bits
from bme_med.pixels.jpeg_windows import (
    END_OF_BLOCK,
    LONG,
    WINDOW_BITS,
    AcWindows,
    DcWindows,
    ac_windows,
    dc_windows,
)

__all__ = ["Coding", "SequentialScan"]

_COEFFICIENTS = 64
_MASK = (1 << WINDOW_BITS) - 1
_HELD = (1 << WINDOW_BITS + WORD_BITS) - 1
_FLUSH_BITS = 256


class Coding(NamedTuple):
    """How one block of each MCU is coded, by the source and by the output.

    Attributes
    ----------
    component
        The index of its component.
    fill
        The DC coefficient of a painted block.
    ac, ac_out
        Without codes in a scan that has no AC coefficients.
    """

    component: int
    fill: int
    dc: HuffmanTable
    ac: HuffmanTable
    dc_out: HuffmanTable
    ac_out: HuffmanTable


class _Block(NamedTuple):
    component: int
    dc: DcWindows
    ac: AcWindows


class SequentialScan:
    """Writes the restart intervals of one scan; `codings` are those of the blocks of an MCU."""

    def __init__(self, codings: Sequence[Coding], components: int) -> None:
        self.codings = codings
        self.components = components
        self._kept = [
            _Block(c.component, dc_windows(c.dc, c.dc_out, c.ac, c.ac_out), ac_windows(c.ac, c.ac_out))
            for c in codings
        ]
        self._passed = self._kept
        if not all((c.dc, c.ac) == (c.dc_out, c.ac_out) for c in codings):  # a symbol there may have no code
            self._passed = [
                _Block(c.component, dc_windows(c.dc, None, c.ac, None), ac_windows(c.ac, None))
                for c in codings
            ]

    def write(self, data: bytes, spans: Sequence[Span]) -> bytes:
        """One restart interval, painted.

        Raises
        ------
        MalformedFileError
            If the data breaks off, or its codes make no sense.
        MissingSymbolError
            If the tables of the output lack a symbol that stays.
        """
        reader, writer = BitReader(data), BitWriter()
        try:
            self._write(reader, writer, spans)
        except StopIteration:
            raise MalformedFileError("the scan is cut off", where="SOS") from None
        reader.close()
        return writer.finish()

    def _write(self, reader: BitReader, writer: BitWriter, spans: Sequence[Span]) -> None:
        read, written = [0] * self.components, [0] * self.components
        for count, is_painted in spans:
            if is_painted:
                _transcode(reader, BitWriter(), self._passed, read, count)
                self._paint(writer, written, count)
                continue
            self._resume(reader, writer, read, written)
            _transcode(reader, writer, self._kept, read, count - 1)
            written[:] = read

    def _paint(self, writer: BitWriter, written: list[int], count: int) -> None:
        """Write `count` MCUs of nothing but the fill."""
        for mcu in range(min(count, 2)):
            start = BitWriter()
            for coding in self.codings:
                start.put(*difference_bits(coding.dc_out, coding.fill - written[coding.component]))
                if coding.ac_out.symbols:
                    start.put(*coding.ac_out.code(0))
                written[coding.component] = coding.fill
            value, bits = start.taken()
            for _ in range(count - 1 if mcu else 1):
                writer.put(value, bits)

    def _resume(self, reader: BitReader, writer: BitWriter, read: list[int], written: list[int]) -> None:
        """Write the first MCU of a span, whose DC differences refer to what was written before it."""
        for block in self._kept:
            component, scratch = block.component, BitWriter()
            before = read[component]
            _transcode(reader, scratch, (block,), read, 1)
            value, bits = scratch.taken()
            rest = bits - block.dc.written(read[component] - before)[1]
            writer.put(*block.dc.written(read[component] - written[component]))
            writer.put(value & (1 << rest) - 1, rest)
            written[component] = read[component]


def _transcode(
    reader: BitReader, writer: BitWriter, blocks: Sequence[_Block], predictors: list[int], count: int
) -> None:
    """Read `count` MCUs and write them with the other tables: the loop that takes the time."""
    held, left, words = reader.held, reader.count, reader.words
    value, bits = writer.value, writer.bits
    for _ in range(count):
        for component, dc, ac in blocks:
            if left < WINDOW_BITS:
                held = (held << WORD_BITS | next(words)) & _HELD
                left += WORD_BITS
            used, difference, place, out, out_bits = dc[held >> left - WINDOW_BITS & _MASK]
            left -= used
            predictors[component] += difference
            value = value << out_bits | out
            bits += out_bits
            while True:
                while place < _COEFFICIENTS:
                    if left < WINDOW_BITS:
                        held = (held << WORD_BITS | next(words)) & _HELD
                        left += WORD_BITS
                    used, moved, out, out_bits = ac[held >> left - WINDOW_BITS & _MASK]
                    left -= used
                    place += moved
                    value = value << out_bits | out
                    bits += out_bits
                if place == _COEFFICIENTS or END_OF_BLOCK < place < END_OF_BLOCK + _COEFFICIENTS:
                    break
                reader.held, reader.count = held, left + used
                if place == LONG:
                    difference, out, out_bits = dc.next_symbol(reader)
                    predictors[component] += difference
                    place = dc.start
                else:
                    place -= moved
                    value, bits = value >> out_bits, bits - out_bits
                    moved, out, out_bits = ac.next_symbol(reader)
                    place += moved
                value, bits = value << out_bits | out, bits + out_bits
                held, left = reader.held, reader.count
                if _COEFFICIENTS < place < END_OF_BLOCK:
                    raise MalformedFileError("a block has too many coefficients", where="SOS")
        if bits > _FLUSH_BITS:
            writer.value, writer.bits = value, bits
            writer.flush()
            value, bits = writer.value, writer.bits
    reader.held, reader.count = held, left
    writer.value, writer.bits = value, bits
