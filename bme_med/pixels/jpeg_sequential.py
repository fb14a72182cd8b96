"""Scans of a sequential JPEG, written anew with some MCUs painted over (ITU-T T.81, F.1 and F.2).

A painted block has the DC coefficient of the fill and nothing else. Every other block keeps its coefficients:
its symbols are looked up in windows and written with the tables of the output, without being worked out.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bme_med.core import MalformedFileError
from bme_med.pixels.jpeg_bits import FLUSH_PARTS, BitReader, BitWriter
from bme_med.pixels.jpeg_frame import Span
from bme_med.pixels.jpeg_huffman import HuffmanTable, difference_bits
from bme_med.pixels.jpeg_windows import END_OF_BLOCK, AcWindows, DcWindows, ac_windows, dc_windows

__all__ = ["Coding", "SequentialScan"]

_COEFFICIENTS = 64


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

    def write(self, reader: BitReader, spans: Sequence[Span]) -> bytes:
        """One restart interval, painted.

        Raises
        ------
        MalformedFileError
            If the data breaks off, or its codes make no sense.
        MissingSymbolError
            If the tables of the output lack a symbol that stays.
        """
        writer = BitWriter()
        try:
            self._write(reader, writer, spans)
        except IndexError:
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
            start = ""
            for coding in self.codings:
                start += difference_bits(coding.dc_out, coding.fill - written[coding.component])
                start += coding.ac_out.code(0) if coding.ac_out.symbols else ""
                written[coding.component] = coding.fill
            writer.parts.append(start * (count - 1 if mcu else 1))

    def _resume(self, reader: BitReader, writer: BitWriter, read: list[int], written: list[int]) -> None:
        """Write the first MCU of a span, whose DC differences refer to what was written before it."""
        for block in self._kept:
            component, scratch = block.component, BitWriter()
            before = read[component]
            _transcode(reader, scratch, (block,), read, 1)
            unchanged = block.dc.written(read[component] - before)
            writer.parts.append(block.dc.written(read[component] - written[component]))
            writer.parts.append("".join(scratch.parts)[len(unchanged) :])
            written[component] = read[component]


def _transcode(
    reader: BitReader, writer: BitWriter, blocks: Sequence[_Block], predictors: list[int], count: int
) -> None:
    """Read `count` MCUs and write them with the other tables: the loop that takes the time."""
    windows, position = reader.windows, reader.position
    append = writer.parts.append
    for _ in range(count):
        for component, dc, ac in blocks:
            used, difference, place, out = dc[windows[position]]
            position += used
            predictors[component] += difference
            append(out)
            moved = place
            while True:
                while place < _COEFFICIENTS:
                    used, moved, out = ac[windows[position]]
                    position += used
                    place += moved
                    append(out)
                if place == _COEFFICIENTS or END_OF_BLOCK < place < END_OF_BLOCK + _COEFFICIENTS:
                    break
                reader.position = position - used
                difference, place = _next_symbol(reader, writer, dc, ac, place - moved)
                predictors[component] += difference
                position = reader.position
        if len(writer.parts) > FLUSH_PARTS:
            writer.flush()
    reader.position = position


def _next_symbol(
    reader: BitReader, writer: BitWriter, dc: DcWindows, ac: AcWindows, place: int
) -> tuple[int, int]:
    """Write one symbol in the place of the last window, which did not fit: its DC difference, the place."""
    difference = 0
    if place:
        moved, writer.parts[-1] = ac.next_symbol(reader)
        place += moved
    else:
        difference, writer.parts[-1] = dc.next_symbol(reader)
        place = dc.start
    if _COEFFICIENTS < place < END_OF_BLOCK:
        raise MalformedFileError("a block has too many coefficients", where="SOS")
    return difference, place
