"""Compressed pictures: which of their bytes no decoder needs (ISO/IEC 10918-1, B.1; 14495-1; 15444-1, A, I).

JPEG, JPEG-LS and JPEG 2000 are marker segments around coded data. Coded data never holds what looks like a
marker, so that the end of a picture is where its end marker first stands, and what follows is not picture.
JPEG 2000 and JPEG XL may come in boxes, which DICOM does not foresee and writers do.
"""

from collections.abc import Iterator

from bme_med.core import Range, Source
from bme_med.dicom.streams import Markers, Stream

__all__ = ["JPEG_XL_START", "Pictures", "is_start"]

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
            spare = _boxes(stream, _BOXED[head]) if head in _BOXED else _jpeg_2000(stream, 2)
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
