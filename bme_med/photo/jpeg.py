"""JPEG: which marker segments stay (ITU-T T.81, annex B; JFIF 1.02; ICC.1:2022, B.4; Exif 3.0, 4.7.2).

What decoding needs stays: frame, tables that a scan uses, scans. JFIF stays for its density, Adobe APP14 for
its colour transform, the colour profile by policy, and Orientation in an Exif or XMP that holds nothing else;
by policy the year, in such an XMP. Everything else goes, whatever it is called, and nothing follows the first
EOI.
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from bme_med.core import icc
from bme_med.core.describe import Part
from bme_med.core.plan import Action, Code, Pieces, Plan
from bme_med.core.policy import Policy
from bme_med.core.profile import DatePolicy, Profile
from bme_med.core.sniff import Format
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.findings import NOT_LOOKED_FOR, PROFILE_DROPPED, TRAILER_DROPPED
from bme_med.photo.jpeg_frame import Frame, FrameReader
from bme_med.photo.jpeg_metadata import (
    encode_adobe,
    encode_exif,
    encode_jfif,
    encode_profile,
    encode_xmp,
    join_profile,
)
from bme_med.photo.jpeg_segments import GAP, TRAILER, Segment, measure_data, walk
from bme_med.photo.jpeg_tables import Table
from bme_med.photo.orientation import Turn, exif_turn, read_exif_orientation, xmp_turn
from bme_med.photo.said import Said
from bme_med.photo.taken import jpeg_metadata, year_to_keep

__all__ = ["Abbreviated", "describe", "plan", "plan_abbreviated"]

_TABLES = (0xC4, 0xCC, 0xDB, 0xDD)
_FRAMES = (0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, 0xCB)
_SOI, _EOI, _SOS, _DNL, _APP1 = 0xD8, 0xD9, 0xDA, 0xDC, 0xE1
_JFIF_BYTES = 18
_HEADS = ("APP0/JFIF", "APP1/Exif", "APP1/XMP", "APP2/ICC", "APP14/Adobe")

_CUT_OFF = "the file was cut off before EOI; EOI was added"
_GAP_DROPPED = "bytes that belonged to no marker segment were removed"


def describe(source: Source) -> Iterator[Part]:
    """Yield every part of a JPEG, in file order."""
    for segment in walk(source):
        value = f"{segment.data_end - segment.start:,} bytes"
        if segment.marker in _FRAMES:
            frame = FrameReader().read_frame(segment.marker, _payload(source, segment), segment.where)
            value = f"{frame.columns:,} x {frame.lines:,} pixels, {len(frame.components)} components"
        elif segment.kind == "APP0/JFIF" and segment.end - segment.start > _JFIF_BYTES:
            value += ", with a thumbnail"
        elif segment.kind == "APP1/Exif":
            value += f", Orientation {read_exif_orientation(_payload(source, segment)) or 'absent'}"
        yield Part(segment.where, value)


def plan(source: Source, policy: Policy) -> Plan:
    """Decide what stays of a JPEG.

    Raises
    ------
    FileError
        If the file breaks the grammar, or is of a process that is not supported.
    """
    segments = list(walk(source))
    planner = _Planner(source, policy.profile)
    for segment in segments:
        planner.look(segment)
    return planner.decide(segments)


class Abbreviated(NamedTuple):
    """The plan of a JPEG whose tables lie apart, its frame, and which of the tables it used."""

    plan: Plan
    frame: Frame
    tables: list[list[Table]]


def plan_abbreviated(source: Source, profile: Profile, tables: Iterable[tuple[int, bytes]]) -> Abbreviated:
    """Decide what stays of a JPEG inside another container, which shares marker segments of `tables` (B.4).

    Neither Orientation, a colour profile nor the year stays, as the container has its own.

    Raises
    ------
    FileError
        As `plan` does.
    """
    segments = list(walk(source))
    plain = replace(profile, orientation="drop", color_profile="drop", dates=DatePolicy.REMOVE)
    planner = _Planner(source, plain)
    shared = [planner.reader.read_tables(marker, payload, "JPEGTables") for marker, payload in tables]
    for segment in segments:
        planner.look(segment)
    planned = planner.decide(segments)
    if planner.reader.frame is None:
        raise DamagedPhotoError("the file holds no picture, as there is no frame")
    return Abbreviated(planned, planner.reader.frame, shared)


def _payload(source: Source, segment: Segment) -> bytes:
    return source[segment.start + 4 : segment.end]


class _Planner:
    """Looks at every segment, then decides each once."""

    def __init__(self, source: Source, profile: Profile) -> None:
        self.source = source
        self.profile = profile
        self.reader = FrameReader()
        self.tables: dict[str, list[Table]] = {}
        self.scans: dict[str, bytes] = {}
        self.single: dict[str, Segment] = {}
        self.turns: dict[str, Turn] = {}
        self.profile_segments: dict[str, Segment] = {}
        self.profile_action = Code.X, "colour profile"
        self.findings = {NOT_LOOKED_FOR: None}
        self.body = Pieces()
        self.measured: dict[tuple[str, int], tuple[int, Any]] = {}

    def look(self, segment: Segment) -> None:
        """Check one segment, and remember what it says about the picture or about other segments."""
        marker, where = segment.marker, segment.where
        if marker in _TABLES:
            self.tables[where] = self.reader.read_tables(marker, _payload(self.source, segment), where)
        elif marker in _FRAMES:
            self.reader.read_frame(marker, _payload(self.source, segment), where)
        elif marker == _SOS:
            payload = _payload(self.source, segment)
            self.scans[where] = self.reader.read_scan(payload, segment.restarts, where)
            self.measured |= measure_data(self.source, segment)
        elif marker == _DNL and self.reader.scans == 1 and segment.end - segment.start == 6:
            self.single.setdefault("DNL", segment)
        elif not self.reader.scans:
            self._look_at_head(segment)

    def _look_at_head(self, segment: Segment) -> None:
        """Application data counts only before the first scan; of JFIF and Adobe the last one does."""
        payload = _payload(self.source, segment) if segment.kind in _HEADS else b""
        match segment.kind:
            case "APP0/JFIF" if len(payload) >= 14:
                self.single["JFIF"] = segment
            case "APP14/Adobe" if len(payload) >= 12:
                self.single["Adobe"] = segment
            case "APP2/ICC":
                self.profile_segments[segment.where] = segment
            case "APP1/Exif" if turn := exif_turn(segment.where, payload):
                self.turns.setdefault(segment.kind, turn)
            case "APP1/XMP" if turn := xmp_turn(segment.where, payload):
                self.turns.setdefault(segment.kind, turn)

    def decide(self, segments: list[Segment]) -> Plan:
        """The plan: SOI, JFIF, Exif, XMP, colour profile and Adobe, then the image's own segments."""
        if not self.reader.scans:
            raise DamagedPhotoError("the file holds no picture, as there is no scan")
        head = Pieces()
        head.keep(0, 2)
        if jfif := self.single.get("JFIF"):
            self._write(head, jfif, encode_jfif(_payload(self.source, jfif)))
        said = Said(self._turn(), year_to_keep(self.profile, jpeg_metadata(self.source, segments)))
        if said.exif:
            head.literal(encode_exif(said.exif))
        if said.packet:
            head.literal(encode_xmp(said.packet))
        self._write_profile(head)
        if adobe := self.single.get("Adobe"):
            self._write(head, adobe, encode_adobe(_payload(self.source, adobe)))
        actions = tuple(
            Action(segment.where, *(said.decide(segment.where) or self._decide(segment)))
            for segment in segments
        )
        head.extend(self.body)
        if segments[-1].marker not in (_EOI, TRAILER):
            head.literal(b"\xff\xd9")
            self.findings[_CUT_OFF] = None
        return Plan(
            Format.JPEG,
            head.done(),
            actions,
            ".jpg",
            tuple(self.findings),
            measured=self.measured,
        )

    def _turn(self) -> Turn | None:
        """What turns the picture: Exif counts before XMP."""
        turn = self.turns.get("APP1/Exif") or self.turns.get("APP1/XMP")
        is_kept = self.profile.orientation == "keep" and turn and turn.orientation != 1
        return turn if is_kept else None

    def _write_profile(self, head: Pieces) -> None:
        """Join the colour profile's chunks, treat it as the policy says and split it anew."""
        if not self.profile_segments or self.profile.color_profile == "drop":
            return
        profile = join_profile(_payload(self.source, segment) for segment in self.profile_segments.values())
        if profile and self.profile.color_profile == "sanitize":
            profile = icc.sanitize(profile)
        if not profile:
            self.findings[PROFILE_DROPPED] = None
            return
        is_kept = self.profile.color_profile == "keep"
        self.profile_action = (Code.K, "colour profile") if is_kept else (Code.C, "colour profile sanitised")
        head.literal(encode_profile(profile))

    def _decide(self, segment: Segment) -> tuple[Code, str]:
        marker = segment.marker
        if marker in _TABLES:
            return self._decide_tables(segment)
        if marker == _SOS:
            return self._decide_scan(segment)
        if marker in (*_FRAMES, _EOI) or segment is self.single.get("DNL"):
            self.body.keep(segment.start, segment.data_end)
            return Code.K, "needed to decode the picture"
        if marker == _SOI:
            return Code.K, "needed to decode the picture"
        if segment is self.single.get("JFIF"):
            is_plain = self._is_plain(segment, encode_jfif)
            return (Code.K, "pixel density") if is_plain else (Code.C, "cut to the pixel density")
        if segment is self.single.get("Adobe"):
            is_plain = self._is_plain(segment, encode_adobe)
            return (Code.K, "colour transform") if is_plain else (Code.C, "cut to the colour transform")
        if segment.where in self.profile_segments:
            return self.profile_action
        return self._drop(segment)

    def _is_plain(self, segment: Segment, encode: Callable[[bytes], bytes]) -> bool:
        """Whether what `encode` makes of a segment is that segment."""
        return encode(_payload(self.source, segment)) == self.source[segment.start : segment.end]

    def _write(self, out: Pieces, segment: Segment, content: bytes) -> None:
        """Write `content` in the place of the head of `segment`."""
        if self.source[segment.start : segment.end] == content:
            out.keep(segment.start, segment.end)
        else:
            out.literal(content)

    def _decide_scan(self, segment: Segment) -> tuple[Code, str]:
        """SOS and its data; what the process does not use of the header is replaced, byte for byte."""
        selected = self.scans[segment.where]
        is_plain = selected == _payload(self.source, segment)
        if is_plain:
            self.body.keep(segment.start, segment.end)
        else:
            self.body.keep(segment.start, segment.start + 4)
            self.body.literal(selected)
        self.body.keep(segment.end, segment.data_end)
        return (
            (Code.K, "needed to decode the picture")
            if is_plain
            else (Code.C, "parameters of no use replaced")
        )

    def _drop(self, segment: Segment) -> tuple[Code, str]:
        if segment.marker == TRAILER:
            self.findings[TRAILER_DROPPED] = None
            return Code.X, "after the end of the image"
        if segment.marker == GAP:
            if self.source[segment.start : min(segment.end, segment.start + 4096)].strip(b"\xff"):
                self.findings[_GAP_DROPPED] = None
            return Code.X, "belongs to no marker segment"
        return Code.X, "not needed to show the picture"

    def _decide_tables(self, segment: Segment) -> tuple[Code, str]:
        tables = self.tables[segment.where]
        used = [table for table in tables if table.is_used]
        if not used:
            return Code.X, "no scan uses it"
        if len(used) == len(tables):
            self.body.keep(segment.start, segment.end)
            return Code.K, "needed to decode the picture"
        length = 2 + sum(table.end - table.start for table in used)
        self.body.literal(struct.pack(">BBH", 0xFF, segment.marker, length))
        for table in used:
            self.body.keep(segment.start + 4 + table.start, segment.start + 4 + table.end)
        return Code.C, "definitions that no scan uses cut"
