"""Boxes around a compressed picture: what may stand in them (ISO/IEC 15444-1, I; 15444-2, M; 18181-2, 9).

PS3.5, A.4.4 leaves boxes out, and writers do not. What colours mean, Photometric Interpretation and ICC
Profile of the dataset say (PS3.5, 8.2.4; PS3.3, C.11.15), so that a colour specification stays where it names
an enumerated space and no more. An ICC profile, which has room for texts, is overwritten together with the
method that announces it: of a method that is reserved, as 0 is, readers ignore the whole box (I.5.3.3).
Required features (``rreq``), labels, and whatever else is not listed here, tell a decoder nothing.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bme_med.dicom.streams import Stream

__all__ = ["Box", "boxes", "spare_in_box"]

_PIXEL_HEADERS = frozenset((b"ihdr", b"bpcc", b"pclr", b"cmap", b"cdef"))
_INSIDE: Mapping[bytes, frozenset[bytes]] = {
    b"jp2h": _PIXEL_HEADERS | {b"colr", b"res "},
    b"jpch": _PIXEL_HEADERS,
    b"jplh": frozenset((b"cgrp", b"cdef", b"res ")),
    b"cgrp": frozenset((b"colr",)),
    b"res ": frozenset((b"resc", b"resd")),
}
"""Boxes of boxes, and what may stand in each."""
_OUTSIDE = frozenset((b"jP  ", b"JXL ", b"ftyp", b"jp2h", b"jpch", b"jplh", b"jxll"))
_PICTURES = frozenset((b"jxlc", b"jxlp"))
"""Boxes that hold a codestream, or part of one, and nothing else."""

_SIGNATURE = rb"\r\n\x87\n"
_SMALL = rb"\0[\0-\x0f]"
"""Numbers of components and channels, of which DICOM has four (PS3.3, C.7.6.3.1.1)."""
_KEPT: Mapping[bytes, re.Pattern[bytes]] = {
    kind: re.compile(pattern, re.DOTALL)
    for kind, pattern in {
        b"jP  ": _SIGNATURE,
        b"JXL ": _SIGNATURE,
        b"jxll": rb"[\x05\x0a]",
        b"ihdr": rb"(?:\0[\0-\x0f]..){2}" + _SMALL + rb"[\0-\x25\x80-\xa5\xff][\0-\x09][\0\x01]{2}",
        b"bpcc": rb"[\0-\x25\x80-\xa5]{0,16}",
        b"colr": rb"\x01.[\0-\x04]\0\0\0[\0-\x18]",
        b"cmap": rb"(?:" + _SMALL + rb"[\0\x01][\0-\x0f]){0,16}",
        b"cdef": _SMALL + rb"(?:" + _SMALL + rb"(?:\0[\0-\x02]|\xff\xff)(?:" + _SMALL + rb"|\xff\xff)){0,16}",
        b"resc": rb"(.{4})\1([\0-\x0c\xf4-\xff])\2",
        b"resd": rb"(.{4})\1([\0-\x0c\xf4-\xff])\2",
    }.items()
}
"""What a decoder reads of a box; a resolution, as long as it is the same in both directions."""

_BRANDS = frozenset((b"jp2 ", b"jpx ", b"jpxb", b"jph ", b"jxl ", b"mjp2", b"J2P0", b"J2P1", bytes(4)))
_LONGEST_HEADER = 128
_MOST_ENTRIES, _MOST_COLUMNS = 1024, 15


class Box(NamedTuple):
    """A box, and where its content starts and ends; one without `kind` is none, from its first byte."""

    kind: bytes
    start: int
    end: int


def boxes(stream: Stream, position: int, end: int) -> Iterator[Box]:
    """The boxes from `position` to `end` (ISO/IEC 15444-1, I.4), codestreams that are cut off included."""
    while position < end:
        head = stream.read(position, min(position + 16, end))
        length, kind, start = int.from_bytes(head[:4], "big"), head[4:8], position + 8
        if length == 1:
            length, start = int.from_bytes(head[8:], "big"), position + 16
        stop = position + length if length else end
        if kind == b"jp2c" or kind in _PICTURES:
            stop = min(stop, end) if stop >= start else end
        elif stop > end or stop < start:
            kind, start, stop = b"", position, end
        yield Box(kind, start, stop)
        position = stop


def spare_in_box(stream: Stream, box: Box, allowed: frozenset[bytes] = _OUTSIDE) -> Iterator[tuple[int, int]]:
    """What in `box` no decoder needs; in one that is not `allowed`, everything."""
    kind, start, end = box
    if kind in _PICTURES and allowed is _OUTSIDE:
        return
    if kind not in allowed:
        yield from stream.filled(start, end)
    elif kind in _INSIDE:
        for inner in boxes(stream, start, end):
            yield from spare_in_box(stream, inner, _INSIDE[kind])
    elif kind == b"ftyp":
        yield from _spare_brands(stream, start, end)
    else:
        content = stream.read(start, min(end, start + _LONGEST_HEADER))
        kept = _KEPT[kind].match(content) if kind in _KEPT else None
        needed = _palette_bytes(content) if kind == b"pclr" else kept.end() if kept else 0
        yield from stream.filled(start + needed, end)


def _spare_brands(stream: Stream, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Words of a file type box that are no known brand (ISO/IEC 15444-1, I.5.2)."""
    last = min(end, start + _LONGEST_HEADER)
    for at in range(start, last, 4):
        if stream.read(at, min(at + 4, last)) not in _BRANDS:
            yield at, min(at + 4, last)
    yield from stream.filled(last, end)


def _palette_bytes(content: bytes) -> int:
    """Bytes of a palette box: entries, columns, depths, values (ISO/IEC 15444-1, I.5.3.4)."""
    entries, columns = int.from_bytes(content[:2], "big"), content[2] if len(content) > 2 else 0
    if not (1 <= entries <= _MOST_ENTRIES and 1 <= columns <= _MOST_COLUMNS):
        return 0
    return 3 + columns + entries * sum((depth & 0x7F) // 8 + 1 for depth in content[3 : 3 + columns])
