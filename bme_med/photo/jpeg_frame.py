"""What the image segments of a JPEG say: frame, tables and scans (ITU-T T.81, B.2.2 to B.2.4).

A segment is exactly as long as what it declares, a table counts only if a scan uses it, and a scan must
add to the picture: nothing can hide in what no decoder looks at.
"""

import struct
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.jpeg_tables import DAC, DHT, DQT, DRI, Table, read_tables

__all__ = ["Frame", "FrameReader"]

_PROGRESSIVE = (0xC2, 0xCA)
_ARITHMETIC = (0xC9, 0xCA, 0xCB)
_LOSSLESS = (0xC3, 0xCB)
_MAX_COMPONENTS = 4
_COEFFICIENTS = 64
_UNCODED_BIT = 16
_MAX_LINES = 0xFFFF
_SEQUENTIAL = bytes((0, _COEFFICIENTS - 1, 0))


class Component(NamedTuple):
    """One component of a frame: sampling factors, and where its quantisation table lies."""

    horizontal: int
    vertical: int
    quantisation: int


class Frame(NamedTuple):
    """A frame header. `lines` is 0 where DNL gives the height."""

    marker: int
    bits: int
    lines: int
    columns: int
    components: dict[int, Component]


class FrameReader:
    """Reads the image segments of one file, in file order; every method may raise `FileError`.

    Attributes
    ----------
    scans
        How many scans were read.
    frame
        The frame header, once it was read.
    """

    def __init__(self) -> None:
        self.scans = 0
        self.frame: Frame | None = None
        self._tables: dict[tuple[int, int], Table] = {}
        self._interval = 0
        self._coded: dict[int, list[int]] = {}
        self._quantised: set[int] = set()

    def read_tables(self, marker: int, payload: bytes, where: str) -> list[Table]:
        """The definitions in a DQT, DHT, DAC or DRI; later scans mark those that they use."""
        tables = list(read_tables(marker, payload, where))
        for table in tables:
            self._tables[marker, table.destination] = table
            if marker == DRI:
                self._interval = int.from_bytes(payload[table.start : table.end], "big")
        return tables

    def read_frame(self, marker: int, payload: bytes, where: str) -> Frame:
        """The one frame header."""
        if self.frame:
            raise DamagedPhotoError("a second frame header", where=where)
        count = payload[5] if len(payload) > 5 else 0
        if len(payload) != 6 + 3 * count or not count:
            raise DamagedPhotoError("the length does not fit the number of components", where=where)
        if count > _MAX_COMPONENTS:
            raise UnsupportedFileError("the picture has more than four components: save it as RGB or gray")
        lines, columns = int.from_bytes(payload[1:3], "big"), int.from_bytes(payload[3:5], "big")
        if not columns:
            raise DamagedPhotoError("the picture has no width", where=where)
        self.frame = Frame(marker, payload[0], lines, columns, _read_components(payload[6:], where))
        self._coded = {name: [_UNCODED_BIT] * _COEFFICIENTS for name in self.frame.components}
        return self.frame

    def read_scan(self, payload: bytes, restarts: int, where: str) -> bytes:
        """One SOS, whose data holds `restarts` RST markers; behind those that are needed, data could hide.

        What comes back is the payload with the values that B.2.3 gives to what its process leaves unused.
        """
        frame = self.frame
        count = payload[0] if payload else 0
        if frame is None or len(payload) != 4 + 2 * count or not 1 <= count <= _MAX_COMPONENTS:
            raise DamagedPhotoError("the length does not fit the number of components", where=where)
        names = payload[1:-3:2]
        if not all(name in frame.components for name in names):
            raise DamagedPhotoError("a scan of a component that is not in the frame", where=where)
        self.scans += 1
        self._check_progress(frame, names, payload[-3:], where)
        self._use_tables(frame, payload, where)
        needed = (_mcus(frame, names) - 1) // self._interval if self._interval else 0
        if restarts > needed:
            raise DamagedPhotoError("more RST markers than the picture has restart intervals", where=where)
        return _plain_scan(frame, payload)

    def _check_progress(self, frame: Frame, names: bytes, selection: bytes, where: str) -> None:
        """Refuse a scan that codes again what an earlier one coded (G.1.1.1)."""
        first, last, low_bit = 0, _COEFFICIENTS - 1, 0
        if frame.marker in _PROGRESSIVE:
            first, last, high_bit, low_bit = *selection[:2], selection[2] >> 4, selection[2] & 15
            if bool(first) != bool(last) or high_bit not in (0, low_bit + 1):
                raise DamagedPhotoError("impossible spectral selection", where=where)
        if not first <= last < _COEFFICIENTS:
            raise DamagedPhotoError("impossible spectral selection", where=where)
        for name in names:
            coded = self._coded[name]
            if any(coded[k] <= low_bit for k in range(first, last + 1)):
                raise DamagedPhotoError("a scan repeats what an earlier one coded", where=where)
            coded[first : last + 1] = [low_bit] * (last + 1 - first)

    def _use_tables(self, frame: Frame, payload: bytes, where: str) -> None:
        """Mark the tables that a scan needs (B.2.3).

        A component keeps the quantisation table of its first scan: B.2.2 forbids that it changes before the
        last one, and decoders do not look again.
        """
        kind = DAC if frame.marker in _ARITHMETIC else DHT
        has_dc, has_ac = _classes(frame, payload)
        keys = [(DRI, 0)]
        for name, selectors in zip(payload[1:-3:2], payload[2:-3:2], strict=True):
            quantisation = (DQT, frame.components[name].quantisation)
            is_first = name not in self._quantised and quantisation in self._tables
            if is_first and frame.marker not in _LOSSLESS:
                self._quantised.add(name)
                keys.append(quantisation)
            if has_dc:
                keys.append((kind, selectors >> 4))
            if has_ac:
                keys.append((kind, 0x10 | selectors & 15))
        for table in (self._tables[key] for key in keys if key in self._tables):
            if not table.is_legal:
                raise DamagedPhotoError("a Huffman table that no encoder makes", where=where)
            table.is_used = True


def _classes(frame: Frame, payload: bytes) -> tuple[bool, bool]:
    """Whether a scan is coded with tables for DC, and with tables for AC."""
    if frame.marker in _PROGRESSIVE:
        return payload[-3] == 0 and payload[-1] >> 4 == 0, payload[-3] > 0
    return True, frame.marker not in _LOSSLESS


def _plain_scan(frame: Frame, payload: bytes) -> bytes:
    """The payload of SOS with 0 for tables that the scan does not need, and the selection of its process.

    All coefficients of a sequential scan are 0 to 63, not shifted; a lossless one has predictor and point
    transform alone (B.2.3).
    """
    has_dc, has_ac = _classes(frame, payload)
    mask = (0xF0 if has_dc else 0) | (0x0F if has_ac else 0)
    plain = bytearray(payload)
    plain[2:-3:2] = bytes(selectors & mask for selectors in payload[2:-3:2])
    if frame.marker in _LOSSLESS:
        plain[-2:] = 0, payload[-1] & 15
    elif frame.marker not in _PROGRESSIVE:
        plain[-3:] = _SEQUENTIAL
    return bytes(plain)


def _read_components(entries: bytes, where: str) -> dict[int, Component]:
    components = {
        name: Component(factors >> 4, factors & 15, quantisation)
        for name, factors, quantisation in struct.iter_unpack("3B", entries)
    }
    factors = [factor for component in components.values() for factor in component[:2]]
    if 3 * len(components) != len(entries) or not all(1 <= factor <= 4 for factor in factors):
        raise DamagedPhotoError("impossible components", where=where)
    return components


def _mcus(frame: Frame, names: bytes) -> int:
    """How many MCUs a scan of `names` has (A.2.2 to A.2.4)."""
    side = 1 if frame.marker in _LOSSLESS else 8
    lines = frame.lines or _MAX_LINES
    widest = max(component.horizontal for component in frame.components.values())
    tallest = max(component.vertical for component in frame.components.values())
    if len(names) > 1:
        return -(-frame.columns // (side * widest)) * -(-lines // (side * tallest))
    only = frame.components[names[0]]
    columns = -(-frame.columns * only.horizontal // widest)
    lines = -(-lines * only.vertical // tallest)
    return -(-columns // side) * -(-lines // side)
