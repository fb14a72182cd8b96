"""JPEG inside TIFF: strips and tiles that share tables (Adobe TIFF Technical Note 2, compression 7)."""

import struct

from bme_med.core.plan import Pieces
from bme_med.core.profile import Profile
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.jpeg import plan_abbreviated
from bme_med.photo.jpeg_segments import walk
from bme_med.photo.jpeg_tables import Table
from bme_med.photo.spliced import Spliced
from bme_med.photo.tiff_geometry import Unit
from bme_med.photo.tiff_ifd import Entry

__all__ = ["JpegUnits"]

_TABLES = (0xC4, 0xCC, 0xDB, 0xDD)
_SOI, _EOI = b"\xff\xd8", b"\xff\xd9"


class JpegUnits:
    """Writes the strips or tiles of one page, then the tables that they used."""

    def __init__(self, source: Source, profile: Profile, tables: Entry | None) -> None:
        self._source = source
        self._profile = profile
        self._shared = _read_tables(source, tables) if tables else []
        self._used: set[tuple[int, int, int]] = set()

    def write(self, out: Pieces, unit: Unit, where: str) -> bool:
        """Write one strip or tile; whether nothing was changed.

        Raises
        ------
        FileError
            If it is no JPEG that may pass, or holds a larger picture than its page has room for.
        """
        abbreviated = plan_abbreviated(Spliced((unit.place,), self._source), self._profile, self._shared)
        frame = abbreviated.frame
        if not (0 < frame.lines <= unit.height and frame.columns <= unit.width):
            raise DamagedPhotoError("a strip or tile holds a larger picture than its page", where=where)
        for number, tables in enumerate(abbreviated.tables):
            self._note(number, tables)
        out.keep_from(unit.place.start, abbreviated.plan.pieces)
        return abbreviated.plan.pieces == ((0, unit.place.end - unit.place.start),)

    def _note(self, number: int, tables: list[Table]) -> None:
        self._used.update((number, table.start, table.end) for table in tables if table.is_used)

    def tables(self) -> bytes:
        """The tables that strips or tiles used, as a stream of their own; empty if they used none."""
        body = b""
        for number, (marker, payload) in enumerate(self._shared):
            used = sorted((start, end) for at, start, end in self._used if at == number)
            kept = b"".join(payload[start:end] for start, end in used)
            if kept:
                body += struct.pack(">BBH", 0xFF, marker, 2 + len(kept)) + kept
        return _SOI + body + _EOI if body else b""


def _read_tables(source: Source, entry: Entry) -> list[tuple[int, bytes]]:
    """Marker and payload of each segment of tables."""
    data = entry.read(source)
    return [
        (segment.marker, data[segment.start + 4 : segment.end])
        for segment in walk(data)
        if segment.marker in _TABLES
    ]
