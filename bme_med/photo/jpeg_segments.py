"""The marker segments of a JPEG, in file order (ITU-T T.81, B.1 and Table B.1).

Entropy-coded data belongs to its SOS. It is searched with one compiled pattern, in windows, so that the
cost of a photo is that of looking at each byte once and the memory does not grow with it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Measured
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.spliced import known

__all__ = ["GAP", "TRAILER", "Segment", "measure_data", "walk"]

GAP = 0x000
"""Stands in `Segment.marker` for bytes between two marker segments."""
TRAILER = 0x100
"""Stands in `Segment.marker` for everything after the first EOI."""

_WINDOW_BYTES = 1 << 16
_MAX_SEGMENTS = 10_000

_SEGMENT = re.compile(rb"\xff(?=[^\x00\x01\xd0-\xd7\xff])")
_MARKER = re.compile(rb"\xff(?=[^\x00\xff])")
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_DATA = "JPEG data"

_NAMES = {0xC4: "DHT", 0xCC: "DAC", 0xD8: "SOI", 0xD9: "EOI", 0xDA: "SOS", 0xDB: "DQT", 0xDC: "DNL"}
_NAMES |= {0xDD: "DRI", 0xFE: "COM"}
_NAMES |= {0xC0 + n: f"SOF{n}" for n in (0, 1, 2, 3, 9, 10, 11)}
_NAMES |= {0xE0 + n: f"APP{n}" for n in range(16)}
_NAMES |= {0xF0 + n: f"JPG{n}" for n in range(14)}
_HIERARCHICAL = (0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF, 0xDE, 0xDF)

_PAYLOADS: tuple[tuple[int, bytes, str], ...] = (
    (0xE0, b"JFIF\0", "JFIF"),
    (0xE0, b"JFXX\0", "JFXX"),
    (0xE0, b"AVI1", "AVI1"),
    (0xE1, b"Exif\0\0", "Exif"),
    (0xE1, b"http://ns.adobe.com/xap/1.0/\0", "XMP"),
    (0xE1, b"http://ns.adobe.com/xmp/extension/\0", "ExtendedXMP"),
    (0xE1, b"FLIR\0", "FLIR"),
    (0xE2, b"ICC_PROFILE\0", "ICC"),
    (0xE2, b"MPF\0", "MPF"),
    (0xE2, b"FPXR\0", "FPXR"),
    (0xE2, b"urn:iso:std:iso:ts:21496:-1\0", "GainMap"),
    (0xEB, b"JP", "JUMBF"),
    (0xEC, b"Ducky", "Ducky"),
    (0xED, b"Photoshop 3.0\0", "Photoshop"),
    (0xEE, b"Adobe", "Adobe"),
)


class Segment(NamedTuple):
    """One marker segment.

    Attributes
    ----------
    where
        Name in the notation of actions, numbered when repeated: ``DQT``, ``APP2/ICC#2``.
    start, end
        From its marker to its last byte, without entropy-coded data.
    data_end
        Where its entropy-coded data ends, after an SOS; else `end`.
    restarts
        How many RST markers stand in that data, one at its very end left out.
    """

    where: str
    marker: int
    start: int
    end: int
    data_end: int
    restarts: int = 0

    @property
    def kind(self) -> str:
        """`where` without its number."""
        return self.where.partition("#")[0]


def walk(source: Source) -> Iterator[Segment]:
    """Yield every part of `source`, from SOI to what follows EOI.

    Raises
    ------
    FileError
        If a marker cannot stand where it stands, or a segment reaches past the end of the file.
    """
    if source[0:2] != b"\xff\xd8":
        raise DamagedPhotoError("the file does not start with SOI")
    numbers: Counter[str] = Counter()
    position, size = 2, len(source)
    yield Segment("SOI", 0xD8, 0, 2, 2)
    while position < size:
        segment = _segment_at(source, position)
        numbers[segment.where] += 1
        if numbers.total() > _MAX_SEGMENTS:
            raise UnsupportedFileError(
                f"the file has more than {_MAX_SEGMENTS:,} marker segments: save the picture anew"
            )
        if numbers[segment.where] > 1:
            segment = segment._replace(where=f"{segment.where}#{numbers[segment.where]}")
        if segment.marker == 0xDA:
            segment = _with_data(source, segment)
        yield segment
        position = segment.data_end
        if segment.marker == 0xD9:
            break
    if position < size:
        yield Segment("after EOI", TRAILER, position, size, size)


def _segment_at(source: Source, start: int) -> Segment:
    """The segment, without number and scan, or the gap that starts at `start`."""
    head = source[start : start + 48]
    if not _SEGMENT.match(head):
        end = _next_segment(source, start)
        return Segment("between segments", GAP, start, end, end)
    marker = head[1]
    where = _name(marker, head[4:], start)
    if marker == 0xD9:
        return Segment(where, marker, start, start + 2, start + 2)
    end = start + 2 + int.from_bytes(head[2:4], "big")
    if end < start + 4 or end > len(source):
        raise DamagedPhotoError("the marker segment has an impossible length", where=where, offset=start)
    return Segment(where, marker, start, end, end)


def _name(marker: int, payload: bytes, offset: int) -> str:
    if marker in _HIERARCHICAL:
        raise UnsupportedFileError("hierarchical JPEG is not supported: save the picture as baseline JPEG")
    if marker not in _NAMES:
        raise DamagedPhotoError("a reserved marker stands between the segments", offset=offset)
    if marker == 0xD8:
        raise DamagedPhotoError("a second image starts inside the first", offset=offset)
    for of, prefix, name in _PAYLOADS:
        if marker == of and payload.startswith(prefix):
            return f"{_NAMES[marker]}/{name}"
    return _NAMES[marker]


def _next_segment(source: Source, position: int) -> int:
    """Where the next segment starts, passing over fill bytes, stray RST and bytes that are no marker."""
    return next((offset for offset, _ in _find(_SEGMENT, source, position)), len(source))


def measure_data(source: Source, segment: Segment) -> Measured:
    """How many RST stand in the entropy-coded data of an SOS; one at its very end is left out of both."""
    last = source[max(segment.end, segment.data_end - 2) : segment.data_end]
    end = segment.data_end - (2 if _RESTART.fullmatch(last) else 0)
    return {(_DATA, segment.end): (end, segment.restarts)}


def _with_data(source: Source, segment: Segment) -> Segment:
    """`segment`, an SOS, with its entropy-coded data: up to the next marker but RST, without fill bytes."""
    position, restarts = known(source, _DATA, segment.end) or (segment.end, 0)
    last_restart_end, end = 0, len(source)
    for offset, follower in _find(_MARKER, source, position):
        if not 0xD0 <= follower <= 0xD7:
            end = offset
            break
        restarts, last_restart_end = restarts + 1, offset + 2
    end = _without_fill(source, segment.end, end)
    return segment._replace(data_end=end, restarts=restarts - (end == last_restart_end))


def _without_fill(source: Source, start: int, end: int) -> int:
    """`end` moved in front of the FF bytes that precede it; in data no FF stands without a follower."""
    while end > start:
        window = source[max(start, end - _WINDOW_BYTES) : end]
        kept = len(window.rstrip(b"\xff"))
        end -= len(window) - kept
        if kept:
            break
    return end


def _find(pattern: re.Pattern[bytes], source: Source, position: int) -> Iterator[tuple[int, int]]:
    """Where each FF that `pattern` finds stands, and the byte after it; windows overlap by one byte."""
    if isinstance(source, bytes):
        for match in pattern.finditer(source, position):
            yield match.start(), source[match.end()]
        return
    while position < len(source) - 1:
        window = source[position : position + _WINDOW_BYTES + 1]
        for match in pattern.finditer(window):
            yield position + match.start(), window[match.end()]
        position += _WINDOW_BYTES
