"""Compressed pictures: which of their bytes no decoder needs (ISO/IEC 10918-1, B.1; 14495-1; 15444-1, A, I).

JPEG, JPEG-LS and JPEG 2000 are marker segments around coded data. Coded data never holds what looks like a
marker, so that the end of a picture is where its end marker first stands, and what follows is not picture.
JPEG 2000 and JPEG XL may come in boxes, which DICOM does not foresee and writers do.
"""

import re
from collections.abc import Iterator

from bme_med.core import Range, Source
from bme_med.dicom.boxes import boxes, spare_in_box
from bme_med.dicom.streams import Markers, Stream

__all__ = ["JPEG_XL_START", "Pictures", "is_start"]

_JPEG_START, _JPEG_2000_START = b"\xff\xd8\xff", b"\xff\x4f\xff\x51"
JPEG_XL_START = b"\xff\x0a"
"""Of a bare codestream, which holds nothing but the picture."""
_BOXED = {b"\0\0\0\x0cjP  ": b"jp2c", b"\0\0\0\x0cJXL ": None}
"""How boxed pictures start, and the box whose content is a codestream to look into, if any is."""
_HEAD_BYTES = 8

_CODING = frozenset((0x01, *range(0xC0, 0xC8), *range(0xC9, 0xE0), 0xF7, 0xF8, 0xFF))
"""Markers that say how to decode, and fill bytes (ITU-T T.81, B.1.1); SOF55 and LSE of JPEG-LS (T.87, C)."""
_APPLICATIONS = {
    0xE0: re.compile(rb"JFIF\0.{0,7}", re.DOTALL),
    0xE8: re.compile(rb"SPIFF\0.{24}|mrfx.|\0\0\0\x01\xff\xd8", re.DOTALL),
    0xEE: re.compile(rb"Adobe.{0,7}", re.DOTALL),
}
"""What of application segments says how colours are coded: JFIF without the size of a thumbnail (T.871, 10);
the header and the end of a SPIFF directory (T.84, F); the transform of HP's JPEG-LS; Adobe's (T.872, 6.5.3).
"""
_LONGEST_APPLICATION = 30
_CODING_2000 = frozenset(
    (*range(0x4F, 0x54), *range(0x55, 0x5A), *range(0x5C, 0x62), 0x63, *range(0x70, 0x7A), *range(0x90, 0x94))
)
"""Marker segments of headers (ISO/IEC 15444-1, Table A.2; 15444-2, Table A.2; 15444-15, A)."""
_SCAN, _END, _COMMENT_2000, _TILE_PART = 0xDA, 0xD9, 0x64, 0x90
_ENDS = (b"\xff\xd9", b"\xff\xd9\0", b"\xff\xd9\xff")
_TILE_DATA = b"\xff\x93"


def is_start(head: bytes) -> bool:
    """Whether a picture starts with the eight bytes `head`."""
    return head.startswith((_JPEG_START, _JPEG_2000_START, JPEG_XL_START)) or head in _BOXED


class Pictures:
    """The pictures of one element, which as a rule start with the same marker segments."""

    def __init__(self, data: Source) -> None:
        self._data = data
        self._markers = Markers(data)
        self._plain_head = b""

    def is_plain(self, start: int, end: int) -> bool:
        """Whether a picture starts as one in which nothing was spare, and ends with its first scan."""
        head = self._plain_head
        data = start + len(head)
        if not head or self._data[start:data] != head:
            return False
        return self._data[self._markers.first(data, end) : end] in _ENDS

    def spare_ranges(self, fragments: list[Range]) -> tuple[list[Range], bool]:
        """What in `fragments` is no part of the picture that they hold, and whether metadata is not cut off.

        The ranges are in order, and hold more than padding.
        """
        stream = Stream(self._data, fragments, self._markers)
        head = stream.read(0, _HEAD_BYTES)
        if head.startswith(JPEG_XL_START):
            return [], True
        if head.startswith(_JPEG_START):
            spare = self._jpeg(stream)
        else:
            spare = _boxed(stream, _BOXED[head]) if head in _BOXED else _jpeg_2000(stream, 2)
        places = [place for start, end in spare for place in stream.places(start, end)]
        return places, not stream.is_cut

    def _jpeg(self, stream: Stream) -> Iterator[tuple[int, int]]:
        """What is spare; up to its first scan a picture with the head of a plain one holds nothing spare."""
        head = self._plain_head
        if head and stream.read(0, len(head)) == head:
            yield from _jpeg(stream, stream.next_marker(len(head)))
            return
        spare = list(_jpeg(stream, 2))
        yield from spare
        if not stream.is_cut and all(start >= stream.head_end for start, _ in spare):
            self._plain_head = stream.read(0, stream.head_end)


def _boxed(stream: Stream, codestream: bytes | None) -> Iterator[tuple[int, int]]:
    """What is spare in boxes, and in the codestream that stands in one of kind `codestream`."""
    for box in boxes(stream, 0, stream.size):
        if box.kind == codestream:
            yield from _jpeg_2000(stream, box.start + 2)
            return
        yield from spare_in_box(stream, box)


def _jpeg(stream: Stream, position: int) -> Iterator[tuple[int, int]]:
    while position < stream.size:
        marker, end = stream.segment(position)
        if marker == _END:
            yield from stream.said(end, stream.size)
            return
        if not marker:
            yield from stream.said(position, end)
        elif marker not in _CODING:
            stream.is_cut = end > stream.size or end < position + 4
            yield from _spare_in_segment(stream, marker, position + 4, end)
        if marker == _SCAN:
            stream.head_end = stream.head_end or end
            end = stream.next_marker(end)
        position = end


def _spare_in_segment(stream: Stream, marker: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What is spare in the payload of a segment that does not say how samples are coded."""
    kept = None
    if marker in _APPLICATIONS:
        kept = _APPLICATIONS[marker].match(stream.read(start, min(end, start + _LONGEST_APPLICATION)))
    if kept:
        yield from stream.filled(start + kept.end(), end)
    else:
        yield from stream.said(start, end)


def _jpeg_2000(stream: Stream, position: int) -> Iterator[tuple[int, int]]:
    """Main header, tile-parts of known length, end (ISO/IEC 15444-1, A.3).

    Where no marker stands behind a tile-part, its length was wrong, and what stands there is coded data. Of
    headers, segments that the standard does not know are spare.
    """
    tile_end, is_header = 0, True
    while position < stream.size:
        if stream.read(position, position + 2) == _TILE_DATA:
            data = position + 2
            position = tile_end if tile_end > data else stream.next_marker(data)
            tile_end, is_header = 0, False
            continue
        marker, end = stream.segment(position)
        if marker == _END:
            yield from stream.said(end, stream.size)
            return
        if marker == _TILE_PART:
            length = stream.number(position + 6, position + 10)
            tile_end, is_header = position + length if length else 0, True
        elif marker == _COMMENT_2000 or (is_header and marker not in _CODING_2000):
            yield from stream.said(position + (4 if marker else 0), end)
        position = end
