"""The JPEG of before 1995 inside TIFF, put together, cleaned and taken apart again (compression 6).

TIFF 6.0, section 22, allows an interchange stream with strips in it, one of heads alone with its data in
strips, and strips with their tables apart; writers added strips that are a whole stream. Decoders make one
JPEG of each, with an RST between strips that is not written (Adobe TIFF Technical Note 2). So does this
module: that JPEG passes by the rules of all others, and what stays of it goes where it came from.
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

from bme_med.core.plan import Piece, Pieces, Range
from bme_med.core.profile import Profile
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.jpeg import Abbreviated, plan_abbreviated
from bme_med.photo.jpeg_frame import Frame
from bme_med.photo.jpeg_segments import walk
from bme_med.photo.spliced import Spliced
from bme_med.photo.tiff_fields import Field
from bme_med.photo.tiff_ifd import LONG, SHORT, Form
from bme_med.photo.tiff_old_jpeg_parts import OldJpeg
from bme_med.photo.tiff_tags import Tag
from bme_med.photo.tiff_write import Apart

__all__ = ["OldJpegParts", "write_old_jpeg"]

_SOI, _EOI = b"\xff\xd8", b"\xff\xd9"
_SOF0, _SOS, _DHT, _DQT, _DRI = 0xC0, 0xDA, 0xC4, 0xDB, 0xDD
_BLOCK = 8
_OUTSIDE = "strips that are no part of the picture's JPEG"


class OldJpegParts(NamedTuple):
    """What a page is written of.

    Attributes
    ----------
    apart
        What stands beside the strips, by the tag that tells where.
    units
        The strips, if they are no part of the interchange stream.
    within
        Where in that stream each strip lies, else.
    is_whole
        Whether all bytes are the source's own.
    """

    fields: dict[int, Field]
    apart: dict[int, Apart]
    units: tuple[Pieces, ...]
    within: tuple[Range, ...] | None
    is_whole: bool


def write_old_jpeg(source: Source, form: Form, profile: Profile, jpeg: OldJpeg, where: str) -> OldJpegParts:
    """Clean the picture of a page.

    Raises
    ------
    FileError
        If its parts make no JPEG that may pass, or one that is larger than the page.
    """
    joined = _Joined(source, jpeg)
    planned = plan_abbreviated(joined.stream, profile, joined.tables)
    _check_frame(planned.frame, jpeg, where)
    if not any(segment.data_end > segment.end for segment in walk(joined.stream)):
        raise DamagedPhotoError("the JPEG holds no image data", where=where)
    regions = joined.take_apart(planned.plan.pieces)
    if not all(region.size for region in regions):
        raise DamagedPhotoError(_OUTSIDE, where=where)
    is_whole = all(
        region.done() == (place,) for region, place in zip(regions, jpeg.places_of_stream, strict=True)
    )
    fields, apart = _write_interval(planned, jpeg, form), joined.tables_apart()
    within = None
    if jpeg.stream:
        fields[Tag.JPEGInterchangeFormatLength] = Field(
            LONG, 1, struct.pack(f"{form.order}I", regions[0].size)
        )
        apart = {Tag.JPEGInterchangeFormat: Apart((regions[0],), (0,))}
        if jpeg.is_inside:
            kept = joined.map_inside(planned.plan.pieces)
            within = tuple(_move(strip, jpeg.stream, kept, regions[0].size, where) for strip in jpeg.strips)
        regions = regions[1:]
    return OldJpegParts(fields, apart, () if jpeg.is_inside else tuple(regions), within, is_whole)


def _check_frame(frame: Frame, jpeg: OldJpeg, where: str) -> None:
    """Refuse blocks that the page does not show, and another number of samples."""
    tallest = max(component.vertical for component in frame.components.values())
    widest = max(component.horizontal for component in frame.components.values())
    most = (-(-jpeg.columns // (_BLOCK * widest)), -(-jpeg.lines // (_BLOCK * tallest)))
    needed = (-(-frame.columns // (_BLOCK * widest)), -(-frame.lines // (_BLOCK * tallest)))
    if not frame.lines or needed[0] > most[0] or needed[1] > most[1]:
        raise DamagedPhotoError("the JPEG holds a larger picture than its page", where=where)
    if len(frame.components) != jpeg.samples:
        raise DamagedPhotoError("the JPEG has another number of samples than its page", where=where)


def _write_interval(planned: Abbreviated, jpeg: OldJpeg, form: Form) -> dict[int, Field]:
    """JPEGRestartInterval, if a scan uses it."""
    is_used = any(table.is_used for table in planned.tables[0]) if jpeg.interval else False
    if not is_used or jpeg.declared_interval != jpeg.interval:
        return {}
    return {Tag.JPEGRestartInterval: Field(SHORT, 1, struct.pack(f"{form.order}H", jpeg.interval))}


def _move(strip: Range, stream: Range, kept: Sequence[tuple[Range, int]], size: int, where: str) -> Range:
    """Where a strip inside the stream lies in what stays of it."""
    start, last = strip.start - stream.start, min(strip.end, stream.end) - stream.start - 1
    starts = [at + start - piece.start for piece, at in kept if piece.start <= start < piece.end]
    ends = [at + last + 1 - piece.start for piece, at in kept if piece.start <= last < piece.end]
    if not starts:
        raise DamagedPhotoError(_OUTSIDE, where=where)
    return Range(starts[0], ends[0] if ends else size)


class _Joined:
    """The one JPEG that the parts of a page make."""

    def __init__(self, source: Source, jpeg: OldJpeg) -> None:
        self._source = source
        self._jpeg = jpeg
        self._tables = {
            tag: [source[place.start : place.end] for place in places] for tag, places in jpeg.tables.items()
        }
        self._places = jpeg.places_of_stream
        self._regions: list[Range] = []
        self.stream = Spliced(self._join(), source)

    @property
    def tables(self) -> list[tuple[int, bytes]]:
        """Restart interval and tables that stand apart, as marker segments."""
        made = [(_DRI, struct.pack(">H", self._jpeg.interval))] if self._jpeg.interval else []
        for tag, (marker, first) in {
            Tag.JPEGQTables: (_DQT, 0),
            Tag.JPEGDCTables: (_DHT, 0),
            Tag.JPEGACTables: (_DHT, 0x10),
        }.items():
            tables = self._tables.get(tag, [])
            made += [(marker, bytes((first | number,)) + table) for number, table in enumerate(tables)]
        return made

    def tables_apart(self) -> dict[int, Apart]:
        """The tables, each once, by the tag of their offsets."""
        apart: dict[int, Apart] = {}
        for tag, places in self._jpeg.tables.items():
            parts = tuple(Pieces() for _ in places)
            for part, place in zip(parts, places, strict=True):
                part.keep(*place)
            apart[tag] = Apart(parts, self._jpeg.selectors[tag])
        return apart

    def _join(self) -> list[Piece]:
        """The parts in their order; notes where each lies in the stream."""
        made: list[Piece] = [self._head()] if self._jpeg.tables else []
        position = len(self._head()) if made else 0
        for number, place in enumerate(self._places):
            between = number - (2 if self._jpeg.stream else 1)
            if between >= 0:
                made.append(bytes((0xFF, 0xD0 + between % 8)))
                position += 2
            made.append(place)
            self._regions.append(Range(position, position + place.end - place.start))
            position = self._regions[-1].end
        return made

    def _head(self) -> bytes:
        """Frame and scan as section 22 says they are where there is no interchange stream."""
        jpeg = self._jpeg
        factors = [jpeg.subsampling[0] << 4 | jpeg.subsampling[1]] + [0x11] * (jpeg.samples - 1)
        quantisation, dc, ac = (
            jpeg.selectors[tag] for tag in (Tag.JPEGQTables, Tag.JPEGDCTables, Tag.JPEGACTables)
        )
        frame = struct.pack(">BHHB", 8, jpeg.lines, jpeg.columns, jpeg.samples)
        scan = bytes((jpeg.samples,))
        for number in range(jpeg.samples):
            frame += bytes((number, factors[number], quantisation[number]))
            scan += bytes((number, dc[number] << 4 | ac[number]))
        scan += bytes((0, 63, 0))
        return b"".join((_SOI, _segment(_SOF0, frame), _segment(_SOS, scan)))

    def take_apart(self, pieces: Sequence[Piece]) -> list[Pieces]:
        """What stays, by the part that it came from; an EOI is added to a part that is the whole stream.

        New bytes belong to what follows them, but not to a part that starts there: SOS ends the part before.
        """
        outs = [Pieces() for _ in self._regions]
        last, pending = outs[0], b""
        for piece in pieces:
            if isinstance(piece, bytes):
                pending += piece
            elif isinstance(piece, Range):
                for out, region, place in zip(outs, self._regions, self._places, strict=True):
                    start, end = max(piece.start, region.start), min(piece.end, region.end)
                    if start < end:
                        (last if start == region.start else out).literal(pending)
                        last, pending = out, b""
                        out.keep(place.start + start - region.start, place.start + end - region.start)
        if len(outs) == 1 and not self._jpeg.tables:
            outs[0].literal(pending)
        return outs

    def map_inside(self, pieces: Sequence[Piece]) -> list[tuple[Range, int]]:
        """What stays of a stream that stands alone, each range with its place in the output."""
        kept, position = [], 0
        for piece in pieces:
            if isinstance(piece, Range):
                kept.append((piece, position))
                position += piece.end - piece.start
            elif isinstance(piece, bytes):
                position += len(piece)
        return kept


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload
