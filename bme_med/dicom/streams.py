"""A picture's bytes as one run, wherever its fragments lie, and the markers in it (ISO/IEC 10918-1, B.1)."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate

from bme_med.core import Range, Source
from bme_med.core.source import view_of
from bme_med.pixels.byte_pairs import pairs

__all__ = ["LONGEST_READ", "Markers", "Stream"]

LONGEST_READ = 1 << 18
"""So many bytes are looked at in one go."""

_BEHIND_SCAN = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
"""In coded data 0xFF is followed by 0 (JPEG), by a byte below 0x80 (JPEG-LS), or is a restart marker."""
_MARKERS = frozenset((*range(0x80, 0xD0), *range(0xD8, 0xFF)))
"""The same as numbers of the second byte."""

_WRITER = re.compile(
    rb"(?:\x00\x01)?(?:Created by |Creator: )?(?:GDCM/)?(?:Kakadu|OpenJPEG|JasPer|LEAD)"
    rb"(?: Technologies Inc\.)?(?: [Vv]ersion)?(?:[ \-]?[Vv]?\d{1,3}(?:\.\d{1,3}){0,3})?\x00?"
)
"""Comments in which an encoder names itself and no more."""

_ALONE = frozenset((0x01, *range(0xD0, 0xDA)))
"""Markers without a segment: TEM, RSTn, SOI, EOI."""


class Markers:
    """Where in a source markers stand behind coded data, looked up window by window.

    Neighbouring pictures share a window, so that many small ones cost little.
    """

    def __init__(self, data: Source) -> None:
        self._data = view_of(data)
        self._start = self._end = 0
        self._places: list[int] = []

    def first(self, start: int, end: int) -> int:
        """Offset of the first marker that lies between `start` and `end`, or `end`."""
        while start < end - 1:
            if not self._start <= start < self._end:
                self._look(start)
            number = bisect_left(self._places, start - self._start)
            if number < len(self._places):
                place = self._start + self._places[number]
                return place if place < end - 1 else end
            start = self._end
        return end

    def _look(self, start: int) -> None:
        window = self._data[start : start + LONGEST_READ + 1]
        places = pairs(window, 0xFF, _MARKERS) if len(window) > LONGEST_READ else None
        if places is None:
            places = [found.start() for found in _BEHIND_SCAN.finditer(window)]
        self._start, self._end, self._places = start, start + LONGEST_READ, places


class Stream:
    """The bytes of a picture, that may be spread over several fragments, as one run of bytes.

    `is_cut` becomes true where metadata reaches beyond them; `head_end` is where the data of the first scan
    starts. Pictures of one source share its `markers`.
    """

    def __init__(self, data: Source, fragments: list[Range], markers: Markers | None = None) -> None:
        self._data = data
        self._fragments = fragments
        self._markers = markers if len(fragments) == 1 else None
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
        if marker in _ALONE:
            return marker, position + 2
        if marker == 0xFF:
            return marker, position + 1
        end = position + 2 + max(int.from_bytes(head[2:], "big"), 2)
        return marker, end if len(head) == 4 else self.size

    def next_marker(self, position: int) -> int:
        """Where the first marker behind coded data at `position` stands, or the end of all bytes."""
        if self._markers:
            offset = self._fragments[0].start
            return self._markers.first(position + offset, self.size + offset) - offset
        while position < self.size:
            found = _BEHIND_SCAN.search(self.read(position, position + LONGEST_READ))
            if found:
                return position + found.start()
            position += LONGEST_READ - 1
        return self.size

    def said(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The bytes from `start` to `end`, if they are more than padding and more than an encoder's name."""
        end = min(end, self.size)
        if end - start <= LONGEST_READ and _WRITER.fullmatch(self.read(start, end)):
            return
        yield from self.filled(start, end, padding=b"\0\xff")

    def filled(self, start: int, end: int, *, padding: bytes = b"\0") -> Iterator[tuple[int, int]]:
        """The bytes from `start` to `end`, if any of them is no `padding`."""
        end = min(end, self.size)
        steps = range(start, end, LONGEST_READ)
        if any(self.read(step, min(step + LONGEST_READ, end)).strip(padding) for step in steps):
            yield start, end
