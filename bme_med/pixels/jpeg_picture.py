"""A JPEG picture as its segments tell it: frame, steps, each scan with its tables (ITU-T T.81, B.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bme_med.core import MalformedFileError, UnsupportedFileError
from bme_med.pixels.jpeg_frame import Frame, Scan, read_frame, read_scan
from bme_med.pixels.jpeg_huffman import (
    AC_CHROMINANCE,
    AC_LUMINANCE,
    CODE_BITS,
    DC_CHROMINANCE,
    DC_LUMINANCE,
    HuffmanTable,
)
from bme_med.pixels.jpeg_markers import APPLICATION, DHT, DNL, DQT, DRI, FRAMES, SOS, Segment, split_segments

__all__ = ["CodedScan", "Picture", "is_adobe", "is_jfif", "read_picture"]

_PROCESSES = frozenset((0xC0, 0xC1, 0xC2))
"""Baseline, extended and progressive, Huffman coded."""
_ARITHMETIC = frozenset(range(0xC9, 0xD0))
_JFIF, _ADOBE = 0xE0, 0xEE
_DEFAULT_TABLES = {
    (0, 0): DC_LUMINANCE,
    (1, 0): AC_LUMINANCE,
    (0, 1): DC_CHROMINANCE,
    (1, 1): AC_CHROMINANCE,
}
"""What decoders take where a table is missing, as in frames of Motion JPEG."""


class CodedScan(NamedTuple):
    """A scan and all that its data is coded with.

    Attributes
    ----------
    tables
        By class (0 is DC, 1 is AC) and destination.
    restart
        MCUs of a restart interval; 0 means all of them.
    """

    scan: Scan
    tables: dict[tuple[int, int], HuffmanTable]
    restart: int
    intervals: tuple[bytes, ...]


@dataclass(slots=True)
class Picture:
    """What was read of a picture.

    Attributes
    ----------
    head
        Application segments and comments that precede the first scan.
    parts
        Everything else in order, without Huffman tables and without quantisation tables that no scan uses.
    steps
        For each component, the quantisation step of its DC coefficient.
    adobe
        The colour transform that an Adobe segment names.
    """

    frame: Frame
    head: list[Segment] = field(default_factory=list)
    parts: list[Segment | CodedScan] = field(default_factory=list)
    steps: dict[int, int] = field(default_factory=dict)
    has_jfif: bool = False
    adobe: int | None = None


def read_picture(jpeg: bytes) -> Picture:
    """Read the picture that starts at SOI, up to the first EOI.

    Raises
    ------
    MalformedFileError
        If its segments break the grammar.
    UnsupportedFileError
        If it is lossless, hierarchical or coded arithmetically.
    """
    segments = list(split_segments(jpeg))
    picture = Picture(_frame_of(segments))
    reader = _Reader(picture)
    for segment in segments:
        reader.look(segment)
    reader.drop_unused_tables()
    if len(picture.steps) != len(picture.frame.components):
        raise MalformedFileError("a component has no scan, or no quantisation table")
    return picture


def _frame_of(segments: Sequence[Segment]) -> Frame:
    """The one frame header, with the height that DNL gives where it does not say (B.2.5)."""
    headers = [segment for segment in segments if segment.marker in FRAMES]
    if len(headers) != 1:
        raise MalformedFileError("a picture has one frame header")
    marker, payload, _ = headers[0]
    if marker in _ARITHMETIC:
        raise UnsupportedFileError("arithmetic coding is not supported: save the picture as baseline JPEG")
    if marker not in _PROCESSES:
        raise UnsupportedFileError(
            "lossless and hierarchical JPEG cannot be painted here: save it as baseline JPEG"
        )
    lines = [int.from_bytes(segment.payload, "big") for segment in segments if segment.marker == DNL]
    return read_frame(marker, payload, lines[0] if lines else None)


class _Definition(NamedTuple):
    """A quantisation table: number of its segment in the picture's parts, place there, step of DC."""

    part: int
    start: int
    end: int
    step: int


class _Reader:
    """Follows the segments of a picture, and notes the tables in force at each scan."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._tables = dict(_DEFAULT_TABLES)
        self._quantisation: dict[int, _Definition] = {}
        self._used: set[_Definition] = set()
        self._restart = 0

    def look(self, segment: Segment) -> None:
        """Take in the next segment."""
        marker, payload, intervals = segment
        if marker == DHT:
            self._read_tables(payload)
        elif marker == SOS:
            self._read_scan(payload, intervals)
        elif marker in APPLICATION:
            self._read_head(segment)
        else:
            self._read_other(segment)

    def _read_head(self, segment: Segment) -> None:
        if any(isinstance(part, CodedScan) for part in self._picture.parts):
            return
        self._picture.head.append(segment)
        if is_jfif(segment):
            self._picture.has_jfif = True
        elif is_adobe(segment):
            self._picture.adobe = segment.payload[11]

    def _read_other(self, segment: Segment) -> None:
        marker, payload, _ = segment
        if marker == DQT:
            self._read_quantisation(payload)
        elif marker == DRI:
            self._restart = int.from_bytes(payload[:2], "big")
        elif marker != DNL and marker not in FRAMES:
            raise MalformedFileError("a marker that has no place in a picture")
        self._picture.parts.append(segment)

    def _read_tables(self, payload: bytes) -> None:
        """Each Huffman table of a segment (B.2.4.2)."""
        while payload:
            counts = payload[1:17]
            end = 17 + sum(counts)
            codes = sum(count << CODE_BITS - length for length, count in enumerate(counts, 1))
            if len(payload) < end or len(counts) < CODE_BITS or codes > 1 << CODE_BITS or payload[0] >> 4 > 1:
                raise MalformedFileError("a table does not fit its segment", where="DHT")
            self._tables[payload[0] >> 4, payload[0] & 15] = HuffmanTable(counts, payload[17:end])
            payload = payload[end:]

    def _read_quantisation(self, payload: bytes) -> None:
        """Each quantisation table of a segment (B.2.4.1)."""
        start = 0
        while start < len(payload):
            wide = payload[start] >> 4
            end = start + 1 + 64 * (1 + wide)
            step = int.from_bytes(payload[start + 1 : start + 2 + wide], "big")
            if len(payload) < end or wide > 1 or not step:
                raise MalformedFileError("a table does not fit its segment", where="DQT")
            part = len(self._picture.parts)
            self._quantisation[payload[start] & 15] = _Definition(part, start, end, step)
            start = end

    def drop_unused_tables(self) -> None:
        """Leave of each segment of quantisation tables those that some component is dequantised with."""
        parts = self._picture.parts
        for number, part in enumerate(parts):
            if isinstance(part, Segment) and part.marker == DQT:
                used = sorted(table for table in self._used if table.part == number)
                parts[number] = Segment(
                    DQT, b"".join(part.payload[table.start : table.end] for table in used)
                )
        parts[:] = [
            part for part in parts if isinstance(part, CodedScan) or part.marker != DQT or part.payload
        ]

    def _read_scan(self, payload: bytes, intervals: tuple[bytes, ...]) -> None:
        """A scan; a component is dequantised with the table in force at its first one (B.2.2)."""
        picture = self._picture
        scan = read_scan(payload, picture.frame)
        for index, _, _ in scan.components:
            table = self._quantisation.get(picture.frame.components[index].quantisation)
            if table and index not in picture.steps:
                picture.steps[index] = table.step
                self._used.add(table)
        picture.parts.append(CodedScan(scan, dict(self._tables), self._restart, intervals))


def is_jfif(segment: Segment) -> bool:
    """Whether it is the segment of JFIF, 10.1."""
    return segment.marker == _JFIF and segment.payload.startswith(b"JFIF\0") and len(segment.payload) >= 14


def is_adobe(segment: Segment) -> bool:
    """Whether it is Adobe's segment (ITU-T T.872, 6.5.3)."""
    return segment.marker == _ADOBE and segment.payload.startswith(b"Adobe") and len(segment.payload) >= 12
