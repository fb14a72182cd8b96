"""Which Huffman tables a painted JPEG is written with: fixed ones (ITU-T T.81, B.2.4.2, K.3).

A source that uses the tables of annex K.3 and no others keeps them. Any other gets them, or complete ones.
"""

from collections.abc import Iterator, Sequence

from bme_med.core import MalformedFileError
from bme_med.pixels.jpeg_color import Level
from bme_med.pixels.jpeg_frame import PROGRESSIVE, Frame, Scan
from bme_med.pixels.jpeg_huffman import (
    AC_CHROMINANCE,
    AC_COMPLETE,
    AC_LUMINANCE,
    AC_REFINING,
    DC_CHROMINANCE,
    DC_COMPLETE,
    DC_LUMINANCE,
    HuffmanTable,
)
from bme_med.pixels.jpeg_markers import DHT, encode_segment
from bme_med.pixels.jpeg_picture import CodedScan, Picture

__all__ = ["AC", "DC", "TableChoice", "Tables"]

Tables = dict[tuple[int, int], HuffmanTable]
"""The tables of one scan by class (0 is DC, 1 is AC) and index of the component."""

DC, AC = 0, 1
_DESTINATIONS = {
    DC_LUMINANCE: 0,
    DC_COMPLETE: 0,
    DC_CHROMINANCE: 1,
    AC_LUMINANCE: 0,
    AC_COMPLETE: 0,
    AC_CHROMINANCE: 1,
    AC_REFINING: 1,
}
_SEQUENTIAL = bytes((0, 63, 0))
"""All coefficients, as B.2.3 has it."""
_STANDARD = frozenset((DC_LUMINANCE, DC_CHROMINANCE, AC_LUMINANCE, AC_CHROMINANCE))


class TableChoice:
    """The tables of one picture, and which of them were defined so far.

    Attributes
    ----------
    is_standard
        Whether the source uses the tables of annex K.3 alone, so that coded data can be copied.
    """

    def __init__(self, picture: Picture, levels: Sequence[Level], *, is_complete: bool) -> None:
        self._frame = picture.frame
        self._levels = levels
        self._is_complete = is_complete
        self._defined: set[tuple[int, HuffmanTable]] = set()
        scans = (part for part in picture.parts if isinstance(part, CodedScan))
        used = (table for coded in scans for table in self.source(coded).values())
        self.is_standard = not is_complete and all(table in _STANDARD for table in used)

    def tables(self, coded: CodedScan) -> Tables:
        """The tables that `coded` is written with."""
        source = self.source(coded)
        if self.is_standard:
            return source
        return {(kind, index): self._fixed(kind, index, coded.scan) for kind, index in source}

    def define(self, tables: Tables) -> bytes:
        """The definition of those of `tables` that have none yet."""
        payload = b""
        for (kind, _), table in tables.items():
            if (kind, table) not in self._defined:
                self._defined.add((kind, table))
                payload += bytes((kind << 4 | _DESTINATIONS[table],)) + table.counts + table.symbols
        return encode_segment(DHT, payload) if payload else b""

    def scan_header(self, coded: CodedScan, tables: Tables) -> bytes:
        """The payload of SOS, with the destinations of `tables` (B.2.3)."""
        scan = coded.scan
        payload = bytes((len(scan.components),))
        for index, _, _ in scan.components:
            dc, ac = (
                _DESTINATIONS[tables[kind, index]] if (kind, index) in tables else 0 for kind in (DC, AC)
            )
            payload += bytes((self._frame.components[index].name, dc << 4 | ac))
        if self._frame.marker != PROGRESSIVE:
            return payload + _SEQUENTIAL
        return payload + bytes((scan.first, scan.last, scan.high << 4 | scan.low))

    def source(self, coded: CodedScan) -> Tables:
        """The tables that the data of `coded` needs."""
        wanted = {
            (kind, index): (kind, (dc, ac)[kind])
            for index, dc, ac in coded.scan.components
            for kind in _kinds(self._frame, coded.scan)
        }
        if not coded.tables.keys() >= set(wanted.values()):
            raise MalformedFileError("the scan names a table that is not there", where="SOS")
        return {key: coded.tables[place] for key, place in wanted.items()}

    def _fixed(self, kind: int, index: int, scan: Scan) -> HuffmanTable:
        if self._frame.marker == PROGRESSIVE and kind == AC:
            return AC_REFINING if scan.high else AC_COMPLETE
        if self._is_complete:
            return (DC_COMPLETE, AC_COMPLETE)[kind]
        is_chrominance = self._levels[index] is Level.MIDDLE
        return ((DC_LUMINANCE, AC_LUMINANCE), (DC_CHROMINANCE, AC_CHROMINANCE))[is_chrominance][kind]


def _kinds(frame: Frame, scan: Scan) -> Iterator[int]:
    """The classes of the tables that a scan needs (G.1.1.1.1)."""
    is_progressive = frame.marker == PROGRESSIVE
    if not is_progressive or (scan.first == 0 and scan.high == 0):
        yield DC
    if not is_progressive or scan.first > 0:
        yield AC
