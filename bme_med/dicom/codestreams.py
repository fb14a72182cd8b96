"""Compressed pictures: which of their bytes no decoder needs (ISO/IEC 10918-1, B.1; 14495-1; 15444-1, A, I).

JPEG, JPEG-LS and JPEG 2000 are marker segments around coded data. Coded data never holds what looks like a
marker, so that the end of a picture is where its end marker first stands, and what follows is not picture.
JPEG 2000 and JPEG XL may come in boxes, which DICOM does not foresee and writers do.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from bme_med.core import Range, Source

__all__ = ["JPEG_XL_START", "Pictures", "Stream", "is_start"]

_JPEG_START, _JPEG_2000_START = b"\xff\xd8\xff", b"\xff\x4f\xff\x51"
JPEG_XL_START = b"\xff\x0a"
"""Of a bare codestream, which holds nothing but the picture."""
_BOXED = {b"\0\0\0\x0cjP  ": b"jp2c", b"\0\0\0\x0cJXL ": b""}
"""How boxed pictures start, and the box whose content is a codestream to look into."""
_PICTURE_BOXES = frozenset(
    (
        b"jP  ",
        b"JXL ",
        b"ftyp",
        b"rreq",
        b"jp2h",
        b"jpch",
        b"jplh",
        b"jp2c",
        b"jxlc",
        b"jxlp",
        b"jxll",
        b"jxli",
    )
)
_HEAD_BYTES = 8

_JPEG_METADATA = frozenset((*range(0xE1, 0xE8), *range(0xE9, 0xEE), 0xEF, 0xFE))
"""APPn and COM, but for what says how to decode: JFIF (APP0), SPIFF and JPEG-LS (APP8), Adobe (APP14)."""
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))
"""Markers without a segment: TEM, RSTn, SOI."""
_SCAN, _END, _COMMENT_2000, _TILE_PART = 0xDA, 0xD9, 0x64, 0x90
_TILE_DATA = b"\xff\x93"
_MARKER_BEHIND_SCAN = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
"""In coded data 0xFF is followed by 0 (JPEG), by a byte below 0x80 (JPEG-LS), or is a restart marker."""
_STEP = 1 << 20
_WRITER = re.compile(
    rb"(?:\x00\x01)?(?:Created by |Creator: )?(?:GDCM/)?(?:Kakadu|OpenJPEG|JasPer|LEAD)"
    rb"(?: Technologies Inc\.)?(?: [Vv]ersion)?[ v\-.\d]*\x00?"
)
"""Comments in which an encoder names itself and no more."""


def is_start(head: bytes) -> bool:
    """Whether a picture starts with the eight bytes `head`."""
    return head.startswith((_JPEG_START, _JPEG_2000_START, JPEG_XL_START)) or head in _BOXED


class Pictures:
    """The pictures of one element, which as a rule start with the same marker segments."""

    def __init__(self, data: Source) -> None:
        self._data = data
        self._plain_head = b""

    def spare_ranges(self, fragments: list[Range]) -> tuple[list[Range], bool]:
        """What in `fragments` is no part of the picture that they hold, and whether metadata is not cut off.

        The ranges are in order, and hold more than padding.
        """
        stream = Stream(self._data, fragments)
        head = stream.read(0, _HEAD_BYTES)
        if head.startswith(JPEG_XL_START):
            return [], True
        if head.startswith(_JPEG_START):
            spare = self._jpeg(stream)
        else:
            spare = _boxes(stream, _BOXED[head]) if head in _BOXED else _jpeg_2000(stream, 2)
        places = [place for start, end in spare for place in stream.places(start, end)]
        return places, not stream.is_cut

    def _jpeg(self, stream: "Stream") -> Iterator[tuple[int, int]]:
        """What is spare; up to its first scan a picture with the head of a plain one holds nothing spare."""
        head = self._plain_head
        if head and stream.read(0, len(head)) == head:
            yield from _jpeg(stream, stream.next_marker(len(head)))
            return
        spare = list(_jpeg(stream, 2))
        yield from spare
        if not stream.is_cut and all(start >= stream.head_end for start, _ in spare):
            self._plain_head = stream.read(0, stream.head_end)


class Stream:
    """The bytes of a picture, that may be spread over several fragments, as one run of bytes.

    `is_cut` becomes true where metadata reaches beyond them; `head_end` is where the data of the first scan
    starts.
    """

    def __init__(self, data: Source, fragments: list[Range]) -> None:
        self._data = data
        self._fragments = fragments
        self._ends = [*accumulate(end - start for start, end in fragments)]
        self.size = self._ends[-1]
        self.is_cut = False
        self.head_end = 0

    def places(self, start: int, end: int) -> Iterator[Range]:
        """Where the bytes from `start` to `end` lie in the source."""
        for number in range(bisect_right(self._ends, start), len(self._fragments)):
            fragment, last = self._fragments[number], self._ends[number]
            first = last - (fragment.end - fragment.start)
            if first >= end:
                return
            offset = fragment.start - first
            yield Range(max(start, first) + offset, min(end, last) + offset)

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` to `end`; fewer where they end before."""
        if len(self._fragments) == 1:
            offset = self._fragments[0].start
            return self._data[start + offset : min(end, self.size) + offset]
        return b"".join(self._data[place.start : place.end] for place in self.places(start, end))

    def number(self, start: int, end: int) -> int:
        """The big-endian number from `start` to `end`."""
        return int.from_bytes(self.read(start, end), "big")

    def segment(self, position: int) -> tuple[int, int]:
        """The marker at `position`, 0 where there is none, and where its segment says that it ends."""
        head = self.read(position, position + 4)
        if head[0] != 0xFF:
            return 0, self.next_marker(position)
        marker = head[1] if len(head) > 1 else 0xFF
        if marker in _ALONE or marker == _END:
            return marker, position + 2
        if marker == 0xFF:
            return marker, position + 1
        end = position + 2 + max(int.from_bytes(head[2:], "big"), 2)
        return marker, end if len(head) == 4 else self.size

    def next_marker(self, position: int) -> int:
        """Where the first marker behind coded data at `position` stands, or the end of all bytes."""
        while position < self.size:
            found = _MARKER_BEHIND_SCAN.search(self.read(position, position + _STEP))
            if found:
                return position + found.start()
            position += _STEP - 1
        return self.size

    def said(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The bytes from `start` to `end`, if they are more than padding and more than an encoder's name."""
        end = min(end, self.size)
        if end - start <= _STEP and _WRITER.fullmatch(self.read(start, end)):
            return
        steps = range(start, end, _STEP)
        if any(self.read(step, min(step + _STEP, end)).strip(b"\0\xff") for step in steps):
            yield start, end


def _boxes(stream: Stream, codestream: bytes) -> Iterator[tuple[int, int]]:
    """Boxes that hold no picture, and what is spare in the codestream (ISO/IEC 15444-1, I.4; 18181-2)."""
    position = 0
    while position < stream.size:
        start, length = position + 8, stream.number(position, position + 4)
        kind = stream.read(position + 4, start)
        if length == 1:
            start, length = position + 16, stream.number(position + 8, position + 16)
        end = position + length if length >= start - position else stream.size
        if kind == codestream:
            yield from _jpeg_2000(stream, start + 2)
            return
        if kind not in _PICTURE_BOXES:
            yield from stream.said(start, end)
        position = end


def _jpeg(stream: Stream, position: int) -> Iterator[tuple[int, int]]:
    while position < stream.size:
        marker, end = stream.segment(position)
        if marker == _END:
            yield from stream.said(end, stream.size)
            return
        if not marker:
            yield from stream.said(position, end)
        elif marker in _JPEG_METADATA:
            stream.is_cut = end > stream.size or end < position + 4
            yield from stream.said(position + 4, end)
        if marker == _SCAN:
            stream.head_end = stream.head_end or end
            end = stream.next_marker(end)
        position = end


def _jpeg_2000(stream: Stream, position: int) -> Iterator[tuple[int, int]]:
    """Main header, tile-parts of known length, end (ISO/IEC 15444-1, A.3).

    Where no marker stands behind a tile-part, its length was wrong, and what stands there is coded data.
    """
    tile_end = 0
    while position < stream.size:
        if stream.read(position, position + 2) == _TILE_DATA:
            data = position + 2
            position = tile_end if tile_end > data else stream.next_marker(data)
            tile_end = 0
            continue
        marker, end = stream.segment(position)
        if marker == _END:
            yield from stream.said(end, stream.size)
            return
        if marker == _TILE_PART:
            length = stream.number(position + 6, position + 10)
            tile_end = position + length if length else 0
        elif marker == _COMMENT_2000:
            yield from stream.said(position + 4, end)
        position = end
