"""JPEG 2000 codestreams inside other containers: their marker segments (ISO/IEC 15444-1, annex A; 15444-15).

Headers are lists of what may stand in them; comments go, and so do the lengths of tile-parts, packets and
the like, which only repeat what the codestream shows. Coded data never holds what looks like a marker, but
for those between packets, so that what follows the end marker is no picture.
"""

import re
import struct
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Pieces, Range
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError

__all__ = ["write_codestream"]

_SOC, _SIZ, _SOT, _SOD, _EOC = 0xFF4F, 0xFF51, 0xFF90, 0xFF93, 0xFFD9
_CAP, _COD, _COC, _QCD, _QCC, _RGN, _POC, _PPM, _PPT = (
    *(0xFF50, 0xFF52, 0xFF53, 0xFF5C, 0xFF5D),
    *(0xFF5E, 0xFF5F, 0xFF60, 0xFF61),
)
_TLM, _PLM, _PLT, _CRG, _COM = 0xFF55, 0xFF57, 0xFF58, 0xFF63, 0xFF64
_TILE_KEPT = frozenset((_COD, _COC, _QCD, _QCC, _RGN, _POC, _PPT))
_MAIN_KEPT = frozenset((_SIZ, _CAP, _COD, _COC, _QCD, _QCC, _RGN, _POC, _PPM))
_DROPPED = frozenset((_TLM, _PLM, _PLT, _CRG, _COM))
_SOT_BYTES = 12
_ONCE = frozenset((_SIZ, _CAP, _COD, _QCD))
_MAX_LEVELS = 32
_MAX_TILE_PARTS = 65_535 * 4
_MARKER = re.compile(rb"\xff[\x90\x93-\xff]")
"""What coded data does not hold; SOP (0xFF91) and EPH (0xFF92) stand between packets."""
_WINDOW_BYTES = 1 << 20
_TOO_EARLY = "the image data ends too early"


class _Segment(NamedTuple):
    """A marker, and where its segment ends."""

    marker: int
    start: int
    end: int


def write_codestream(source: Source, out: Pieces, place: Range, where: str) -> tuple[int, int]:
    """Write the codestream at the start of `place`; width and height of its picture.

    Raises
    ------
    FileError
        If it breaks the grammar, or holds marker segments that are not known here.
    """
    reader = _Reader(source, place, where)
    if reader.number(place.start, 2) != _SOC or reader.number(place.start + 2, 2) != _SIZ:
        raise UnsupportedFileError(
            "JPEG 2000 that is not a bare codestream: save the picture as TIFF with LZW, then run again"
        )
    out.keep(place.start, place.start + 2)
    size, position = _write_main(reader, out, place.start + 2)
    for _ in range(_MAX_TILE_PARTS):
        if reader.number(position, 2) != _SOT:
            break
        position = _write_tile_part(reader, out, position)
    if reader.number(position, 2) != _EOC:
        raise DamagedPhotoError("a tile-part does not end where it says", where=where)
    out.keep(position, position + 2)
    return size


class _Reader:
    """Reads the bytes of one strip or tile, never beyond its end."""

    def __init__(self, source: Source, place: Range, where: str) -> None:
        self.source = source
        self.end = place.end
        self.where = where

    def number(self, position: int, size: int) -> int:
        if position + size > self.end:
            raise DamagedPhotoError(_TOO_EARLY, where=self.where)
        return int.from_bytes(self.source[position : position + size], "big")

    def segment(self, position: int) -> _Segment:
        marker, length = self.number(position, 2), self.number(position + 2, 2)
        end = position + 2 + length
        if marker < 0xFF00 or length < 2 or end > self.end:
            raise DamagedPhotoError("a marker segment does not fit", where=self.where)
        return _Segment(marker, position, end)

    def next_marker(self, position: int, end: int) -> int:
        """Where the first marker behind coded data at `position` stands; `end` if none starts before."""
        while position < end:
            found = _MARKER.search(self.source[position : min(position + _WINDOW_BYTES, end)])
            if found:
                return position + found.start()
            position += _WINDOW_BYTES - 1
        return end


def _write_main(reader: _Reader, out: Pieces, position: int) -> tuple[tuple[int, int], int]:
    """The main header: the picture's size, and where the first tile-part stands."""
    right, bottom, left, top = (reader.number(position + at, 4) for at in (6, 10, 14, 18))
    if right <= left or bottom <= top:
        raise DamagedPhotoError("the picture has no size", where=reader.where)
    return (right - left, bottom - top), _write_segments(reader, out, position, _MAIN_KEPT)


def _write_segments(reader: _Reader, out: Pieces, position: int, kept: frozenset[int]) -> int:
    """The marker segments of a header; where it ends."""
    seen: set[int] = set()
    while reader.number(position, 2) not in (_SOT, _SOD):
        segment = reader.segment(position)
        if _is_kept(segment, kept):
            if segment.marker in _ONCE & seen or not _has_its_length(reader, segment):
                raise DamagedPhotoError("a marker segment does not fit", where=reader.where)
            seen.add(segment.marker)
            out.keep(segment.start, segment.end)
        position = segment.end
    return position


def _has_its_length(reader: _Reader, segment: _Segment) -> bool:
    """Whether a segment is as long as what it says needs; of those about components, up to a byte more."""
    length = segment.end - segment.start - 2
    match segment.marker:
        case 0xFF51:
            return length == 38 + 3 * reader.number(segment.start + 38, 2)
        case 0xFF52:
            has_precincts = reader.number(segment.start + 4, 1) & 1
            levels = reader.number(segment.start + 9, 1)
            return levels <= _MAX_LEVELS and length == 12 + (levels + 1 if has_precincts else 0)
        case 0xFF53:
            return length <= 11 + _MAX_LEVELS + 1
        case 0xFF5C | 0xFF5D:
            return length <= 5 + 2 * (3 * _MAX_LEVELS + 1)
        case 0xFF5E:
            return length <= 6
        case 0xFF50:
            return length <= 6 + 2 * _MAX_LEVELS
        case _:
            return True


def _is_kept(segment: _Segment, kept: frozenset[int]) -> bool:
    if segment.marker not in kept and segment.marker not in _DROPPED:
        raise UnsupportedFileError(
            "JPEG 2000 with extensions that are not known here: save the picture as TIFF with LZW, then run "
            "again"
        )
    return segment.marker in kept


def _write_tile_part(reader: _Reader, out: Pieces, start: int) -> int:
    """One tile-part, its length anew where its header became shorter; where the next one stands."""
    if reader.number(start + 2, 2) != _SOT_BYTES - 2:
        raise DamagedPhotoError("a marker segment does not fit", where=reader.where)
    length = reader.number(start + 6, 4)
    header = Pieces()
    position = _write_segments(reader, header, start + _SOT_BYTES, _TILE_KEPT)
    if reader.number(position, 2) != _SOD:
        raise DamagedPhotoError("a tile-part without data", where=reader.where)
    last = start + length if length else reader.end
    end = reader.next_marker(position + 2, min(last, reader.end))
    is_last = length or reader.number(end, 2) == _EOC
    if (length and end != last) or end < position + 2 or not is_last:
        raise DamagedPhotoError("a tile-part does not end where it says", where=reader.where)
    dropped = position - start - _SOT_BYTES - header.size
    out.keep(start, start + 6)
    if dropped and length:
        out.literal(struct.pack(">I", length - dropped))
    else:
        out.keep(start + 6, start + 10)
    out.keep(start + 10, start + _SOT_BYTES)
    out.extend(header)
    out.keep(position, end)
    return end
