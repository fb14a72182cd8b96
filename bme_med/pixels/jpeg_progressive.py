"""Scans of a progressive JPEG, written anew with some blocks painted over (ITU-T T.81, annex G).

The scans stay what they are, one by one, and no coefficient is worked out. A painted block has the DC
coefficient of the fill, bit by bit as the scans bring it, and no AC coefficient.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence

from bme_med.core import MalformedFileError
from bme_med.pixels.jpeg_bands import band_windows, write_band
from bme_med.pixels.jpeg_bits import BitReader, BitWriter
from bme_med.pixels.jpeg_frame import Grid, Scan, Span
from bme_med.pixels.jpeg_huffman import NO_CODES
from bme_med.pixels.jpeg_refining import refine_band
from bme_med.pixels.jpeg_runs import RunWriter
from bme_med.pixels.jpeg_sequential import Coding, SequentialScan
from bme_med.pixels.jpeg_tables import AC, DC, Tables

__all__ = ["Progression"]


class Progression:
    """The scans of one progressive picture; `fills` has the DC coefficient of the fill for each component."""

    def __init__(self, fills: Sequence[int]) -> None:
        self._fills = fills
        self._known: dict[int, array[int]] = {}

    def intervals(
        self,
        scan: Scan,
        layout: Grid,
        pieces: Iterable[tuple[BitReader, list[Span]]],
        source: Tables,
        tables: Tables,
    ) -> Iterator[bytes]:
        """The restart intervals of one scan, painted; `pieces` are those of the source and their spans."""
        if scan.first:
            return self._band(scan, layout, pieces, source, tables)
        if scan.high:
            return (self._refine(reader, scan, layout, spans) for reader, spans in pieces)
        fills = [fill >> scan.low for fill in self._fills]
        codings = [
            Coding(index, fills[index], source[DC, index], NO_CODES, tables[DC, index], NO_CODES)
            for index in layout.blocks
        ]
        first = SequentialScan(codings, len(self._fills))
        return (first.write(reader, spans) for reader, spans in pieces)

    def _refine(self, reader: BitReader, scan: Scan, layout: Grid, spans: Sequence[Span]) -> bytes:
        """A scan that has one more bit of each DC coefficient (G.1.2.1)."""
        writer, text = BitWriter(), reader.text
        fills = "".join(str(self._fills[index] >> scan.low & 1) for index in layout.blocks)
        for mcus, is_painted in spans:
            start = reader.position
            reader.position += mcus * len(fills)
            writer.parts.append(fills * mcus if is_painted else text[start : reader.position])
        reader.close()
        return writer.finish()

    def _band(
        self,
        scan: Scan,
        layout: Grid,
        pieces: Iterable[tuple[BitReader, list[Span]]],
        source: Tables,
        tables: Tables,
    ) -> Iterator[bytes]:
        """A scan of AC coefficients, which has one component (G.1.1.1.1)."""
        index, block = layout.blocks[0], 0
        if len(scan.components) > 1:
            raise MalformedFileError("a scan of AC coefficients has more than one component", where="SOS")
        known = self._known.setdefault(index, array("Q", bytes(8 * layout.columns * layout.rows)))
        for reader, spans in pieces:
            runs = RunWriter(tables[AC, index])
            try:
                if scan.high:
                    refine_band(reader, runs, spans, scan, source[AC, index], known, block)
                else:
                    windows = band_windows(source[AC, index], tables[AC, index])
                    write_band(reader, runs, spans, scan, windows, known, block)
            except IndexError:
                raise MalformedFileError("the scan is cut off", where="SOS") from None
            reader.close()
            block += sum(span.mcus for span in spans)
            yield runs.finish()
