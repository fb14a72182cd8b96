"""Regions of a JPEG painted over without generation loss (ITU-T T.81).

Only MCUs under a region change; all other blocks keep their coefficients, bit for bit. The output says
nothing of what was painted over: its Huffman tables are fixed ones, and all that depends on the old content
is written anew.
"""

from collections.abc import Iterator, Sequence
from itertools import compress

from bme_med.core import MalformedFileError, Region
from bme_med.pixels.jpeg_bits import bit_readers
from bme_med.pixels.jpeg_color import fill_coefficient, fill_levels
from bme_med.pixels.jpeg_frame import PROGRESSIVE, Grid, Span, grid, painted_mcus, spans
from bme_med.pixels.jpeg_huffman import MissingSymbolError
from bme_med.pixels.jpeg_markers import SOS, encode_segment
from bme_med.pixels.jpeg_picture import CodedScan, Picture, is_adobe, is_jfif, read_picture
from bme_med.pixels.jpeg_progressive import Progression
from bme_med.pixels.jpeg_sequential import Coding, SequentialScan
from bme_med.pixels.jpeg_tables import AC, DC, TableChoice, Tables

__all__ = ["paint_jpeg"]

_JFIF = b"JFIF" + bytes((0, 1, 1, 0, 0, 1, 0, 1, 0, 0))
"""Square pixels of no size (JFIF 1.02, 10.1): where a container counts, it gives the size."""
_ADOBE = b"Adobe" + bytes((0, 100, 0, 0, 0, 0))
"""Version 100, no flags (ITU-T T.872, 6.5.3); the colour transform follows."""


def paint_jpeg(
    jpeg: bytes, regions: Sequence[Region], *, color: str | None = None, with_metadata: bool = False
) -> bytes:
    """Paint `regions` black: the MCUs that show in them, and those whose chroma a decoder mixes into them.

    Parameters
    ----------
    jpeg
        Baseline, extended or progressive, of 8 or 12 bits; what follows its EOI does not come back.
    regions
        In rows and columns as stored; what lies outside the picture is left out.
    color
        Photometric Interpretation (0028,0004) of a DICOM frame; None lets the file say it, as in a photo.
    with_metadata
        Whether application segments and comments stay, for an engine that judges them afterwards. Without it
        nothing stays but that there is JFIF, and Adobe's colour transform.

    Raises
    ------
    MalformedFileError
        If the picture is damaged.
    UnsupportedFileError
        If it is of another process, or does not say what black is.
    """
    picture = read_picture(jpeg)
    head = _head(picture, with_metadata=with_metadata)
    for is_complete in (picture.frame.bits > 8, True):
        try:
            return head + _Painter(picture, regions, color, is_complete=is_complete).paint()
        except MissingSymbolError:
            continue
    raise MalformedFileError("a coefficient is larger than the process allows", where="SOS")


def _head(picture: Picture, *, with_metadata: bool) -> bytes:
    """SOI, and what stays of the application segments."""
    if with_metadata:
        kept = [encode_segment(segment.marker, segment.payload) for segment in picture.head]
        return b"\xff\xd8" + b"".join(kept)
    kept = []
    for segment in picture.head:
        if is_jfif(segment):
            kept.append(encode_segment(segment.marker, _JFIF))
        elif is_adobe(segment):
            kept.append(encode_segment(segment.marker, _ADOBE + segment.payload[11:12]))
    return b"\xff\xd8" + b"".join(kept)


class _Painter:
    """Writes one picture with one choice of tables; `is_complete` chooses those that have every symbol."""

    def __init__(
        self, picture: Picture, regions: Sequence[Region], color: str | None, *, is_complete: bool
    ) -> None:
        frame = picture.frame
        levels = fill_levels(frame, color=color, has_jfif=picture.has_jfif, adobe=picture.adobe)
        self._picture = picture
        self._painted = painted_mcus(frame, regions)
        self._fills = [
            fill_coefficient(level, picture.steps[index], frame.bits) for index, level in enumerate(levels)
        ]
        self._choice = TableChoice(picture, levels, is_complete=is_complete)
        self._progression = Progression(self._fills) if frame.marker == PROGRESSIVE else None

    def paint(self) -> bytes:
        """The picture behind its application segments, EOI included."""
        parts = [
            self._scan(part) if isinstance(part, CodedScan) else encode_segment(part.marker, part.payload)
            for part in self._picture.parts
        ]
        return b"".join(parts) + b"\xff\xd9"

    def _scan(self, coded: CodedScan) -> bytes:
        """One scan with its header, and the tables that no scan before it had."""
        tables = self._choice.tables(coded)
        layout = grid(self._picture.frame, coded.scan)
        pieces = list(spans(layout, self._painted, coded.restart))
        if len(pieces) != len(coded.intervals):
            raise MalformedFileError("the scan has too many or too few restart markers", where="SOS")
        if self._progression:
            readers = zip(bit_readers(coded.intervals), pieces, strict=True)
            source = self._choice.source(coded)
            intervals = self._progression.intervals(coded.scan, layout, readers, source, tables)
        else:
            intervals = self._sequential(coded, layout, pieces, tables)
        header = self._choice.define(tables) + encode_segment(SOS, self._choice.scan_header(coded, tables))
        return header + b"".join(_with_restarts(intervals))

    def _sequential(
        self, coded: CodedScan, layout: Grid, pieces: Sequence[list[Span]], tables: Tables
    ) -> Iterator[bytes]:
        """The intervals of a sequential scan; where the tables stay, those without a region are copied."""
        source = self._choice.source(coded)
        codings = [
            Coding(
                index,
                self._fills[index],
                source[DC, index],
                source[AC, index],
                tables[DC, index],
                tables[AC, index],
            )
            for index in layout.blocks
        ]
        scan = SequentialScan(codings, len(self._fills))
        is_written = [
            not self._choice.is_standard or any(span.is_painted for span in found) for found in pieces
        ]
        readers = bit_readers(list(compress(coded.intervals, is_written)))
        for stuffed, found, is_changed in zip(coded.intervals, pieces, is_written, strict=True):
            yield scan.write(next(readers), found) if is_changed else stuffed


def _with_restarts(intervals: Iterator[bytes]) -> Iterator[bytes]:
    """The intervals, with a restart marker before each but the first (B.2.1)."""
    for number, interval in enumerate(intervals):
        if number:
            yield bytes((0xFF, 0xD0 + (number - 1) % 8))
        yield interval
