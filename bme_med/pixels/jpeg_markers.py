"""The marker segments of one JPEG picture, each scan with its data (ITU-T T.81, B.1 and B.2)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from bme_med.core import MalformedFileError

__all__ = [
    "APPLICATION",
    "DHT",
    "DNL",
    "DQT",
    "DRI",
    "EOI",
    "FRAMES",
    "SOI",
    "SOS",
    "Segment",
    "encode_segment",
    "split_segments",
]

SOI, EOI, SOS, DQT, DNL, DRI, DHT = 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xC4
FRAMES = frozenset((*range(0xC0, 0xD0),)) - {DHT, 0xC8, 0xCC}
"""SOF0 to SOF15."""
APPLICATION = frozenset((*range(0xE0, 0xF0), 0xFE))
"""APP0 to APP15, and COM."""

_MARKER = re.compile(rb"\xff+[\xc0-\xcf\xd8-\xfe]")
_DATA_END = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
_RESTART = re.compile(rb"\xff+[\xd0-\xd7]")


class Segment(NamedTuple):
    """One marker segment; `intervals` are the restart intervals behind an SOS, still stuffed."""

    marker: int
    payload: bytes
    intervals: tuple[bytes, ...] = ()


def split_segments(jpeg: bytes) -> Iterator[Segment]:
    """Yield the segments between SOI and EOI; what follows EOI is not looked at.

    Raises
    ------
    MalformedFileError
        If something else than a marker stands where one must stand, or a segment is cut off.
    """
    if jpeg[:2] != b"\xff\xd8":
        raise MalformedFileError("the picture does not start with SOI")
    position = 2
    while marker := _marker(jpeg, position):
        start = position + len(marker.group()) + 2
        end = start - 2 + int.from_bytes(jpeg[start - 2 : start], "big")
        if marker.group()[-1] == EOI:
            return
        if end < start or end > len(jpeg):
            raise MalformedFileError("a marker segment has an impossible length", offset=position)
        position = end
        if marker.group()[-1] == SOS:
            found = _DATA_END.search(jpeg, end)
            position = found.start() if found else len(jpeg)
        intervals = tuple(_RESTART.split(jpeg[end:position])) if position > end else ()
        yield Segment(marker.group()[-1], jpeg[start:end], intervals)


def _marker(jpeg: bytes, position: int) -> re.Match[bytes] | None:
    """The marker at `position` with its fill bytes; None at the end of a picture without EOI."""
    found = _MARKER.match(jpeg, position)
    if found or not jpeg[position:].strip(b"\0\xff"):
        return found
    raise MalformedFileError("something else than a marker segment", offset=position)


def encode_segment(marker: int, payload: bytes) -> bytes:
    """A marker segment (B.1.1.4)."""
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big") + payload
