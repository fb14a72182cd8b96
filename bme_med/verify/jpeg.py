"""What lies in a JPEG, segment by segment, and whether a picture needs it (ITU-T T.81, B.1, B.2)."""

import re
import struct
from collections.abc import Iterator

from bme_med.verify.indexed import UNNEEDED, Places
from bme_med.verify.packet import is_orientation, is_packet

__all__ = ["jpeg"]

_XMP, _ICC = b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0"
_ADOBE = re.compile(rb"Adobe\0\x64\0\0\0\0.", re.DOTALL)
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SEQUENTIAL, _PROGRESSIVE = frozenset((0xC0, 0xC1, 0xC9)), frozenset((0xC2, 0xCA))
_DHT, _DQT, _SOS, _EOI = 0xC4, 0xDB, 0xDA, 0xD9
_NEEDED = frozenset({*range(0xC0, 0xD0), _EOI, _SOS, _DQT, 0xDC, 0xDD} - {0xC8})
_NEXT_MARKER = re.compile(rb"\xff(?=[^\x00\xd0-\xd7\xff])")
_MOST_PER_UNIT = 10_000


def jpeg(data: bytes) -> Places:
    """Yield each place that holds more than a picture needs, and what is wrong there."""
    at, image = 2, _Image()
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == _EOI:
            if at + 2 != len(data):
                yield "trailer", "bytes behind the end of the picture"
            if image.spare:
                yield "DQT", "a table that no component is decoded with"
            return
        (length,) = struct.unpack_from(">H", data, at + 2)
        payload = data[at + 4 : at + 2 + length]
        if marker not in _NEEDED and not _is_needed(marker, payload):
            yield f"marker {marker:02X}", UNNEEDED
        yield from image.look(marker, payload, at)
        at += 2 + length
        if marker == _SOS:
            found = _NEXT_MARKER.search(data, at)
            at = found.start() if found else len(data)
    yield "", "bytes between marker segments, or no end"


def _is_needed(marker: int, payload: bytes) -> bool:
    match marker:
        case 0xE0:
            return len(payload) == 14 and _is_jfif(payload)
        case 0xE1:
            return is_orientation(payload) or is_packet(payload.removeprefix(_XMP))
        case 0xE2:
            return payload.startswith(_ICC)
        case 0xEE:
            return _ADOBE.fullmatch(payload) is not None
    return False


def _is_jfif(payload: bytes) -> bool:
    """JFIF 1.01 or 1.02, with a density that a picture can have and no thumbnail."""
    name, version, unit, *density, thumbnail = struct.unpack(">5sHBHHH", payload)
    is_known = name == b"JFIF\0" and version in (0x101, 0x102)
    return is_known and unit <= 2 and max(density) <= _MOST_PER_UNIT and not thumbnail


class _Image:
    """Follows frame, tables and scans.

    Attributes
    ----------
    spare
        Quantisation tables, by where they stand, that no component had in force at its first scan.
    """

    def __init__(self) -> None:
        self.spare: set[tuple[int, int]] = set()
        self._installed: dict[int, tuple[int, int]] = {}
        self._selected: dict[int, int] = {}
        self._frame = 0

    def look(self, marker: int, payload: bytes, at: int) -> Places:
        """What is wrong in one segment at offset `at`."""
        if marker in _FRAMES:
            self._frame = marker
            self._selected = dict(zip(payload[6::3], payload[8::3], strict=True))
        elif marker == _DQT:
            for number, destination in enumerate(_quantisation(payload)):
                self._installed[destination] = at, number
                self.spare.add((at, number))
        elif marker == _DHT and not all(map(_is_set, _symbols(payload))):
            yield "DHT", "a symbol with two codes"
        elif marker == _SOS:
            for name in payload[1:-3:2]:
                self.spare.discard(self._installed.get(self._selected.pop(name, -1), (0, 0)))
            if self._frame in _SEQUENTIAL and payload[-3:] != b"\0\x3f\0":
                yield "SOS", "values that its process does not use"
            if self._frame in _PROGRESSIVE and any(s & _unused(payload) for s in payload[2:-3:2]):
                yield "SOS", "a table that its process does not use"


def _unused(scan: bytes) -> int:
    """The bits of a progressive scan's table selectors that choose nothing (G.1.1.1.1)."""
    is_first_dc = scan[-3] == 0 and scan[-1] >> 4 == 0
    return (0 if is_first_dc else 0xF0) | (0 if scan[-3] else 0x0F)


def _is_set(symbols: bytes) -> bool:
    return len(set(symbols)) == len(symbols)


def _quantisation(payload: bytes) -> Iterator[int]:
    """The destination of each quantisation table (B.2.4.1)."""
    at = 0
    while at < len(payload):
        yield payload[at] & 15
        at += 129 if payload[at] >> 4 else 65


def _symbols(payload: bytes) -> Iterator[bytes]:
    """The symbols of each Huffman table (B.2.4.2)."""
    at = 0
    while at < len(payload):
        end = at + 17 + sum(payload[at + 1 : at + 17])
        yield payload[at + 17 : end]
        at = end
