"""HEVC in HEIF: which NAL units stay (ITU-T H.265, 7.3.1 and 7.4.2; ISO/IEC 14496-15, 8.3.3).

Slices of the base layer stay, byte for byte, and of the configuration the parameter sets that they use.
Supplemental enhancement information goes, in the item and in its configuration: decoding does without it, and
it may hold any text, such as an encoder's settings. So do filler data, other layers, and what is reserved.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Range
from bme_med.core.source import Source
from bme_med.photo.errors import CONVERT, DamagedPhotoError
from bme_med.photo.heif_boxes import Fields
from bme_med.photo.heif_frame import Frame
from bme_med.photo.heif_hevc_sets import PPS, SPS, VPS, ParameterSet, read_parameter_set, read_slice

__all__ = ["Coded", "Configuration", "read_configuration"]

_FIXED_BYTES = 22
_SETS = (VPS, SPS, PPS)
_SLICES = frozenset((*range(10), *range(16, 22)))
_MAX_UNITS, _MAX_SETS = 1_000, 96
_MAX_SET_BYTES = 1 << 10
_HEADER_BYTES, _SLICE_BYTES = 2, 12


class _Unit(NamedTuple):
    """What the header of a NAL unit says, and the first bit behind it."""

    type: int
    layer: int
    is_first_of_picture: bool


class Coded(NamedTuple):
    """What stays of the data of an item, and the numbers of the picture parameter sets that it uses."""

    ranges: list[Range]
    pictures: frozenset[int]


def _read_unit(head: bytes) -> _Unit | None:
    """The header in `head`, None if there is none."""
    if len(head) < _HEADER_BYTES or head[0] & 0x80 or not head[1] & 7:
        return None
    return _Unit(head[0] >> 1, (head[0] & 1) << 5 | head[1] >> 3, bool(head[2:] and head[2] & 0x80))


class Configuration:
    """The content of ``hvcC``: how long the lengths of units are, and parameter sets of the base layer."""

    def __init__(self, fixed: bytes, arrays: Iterable[tuple[int, bytes]]) -> None:
        self._fixed = fixed
        self._length_bytes = (fixed[-1] & 3) + 1
        self._units: dict[tuple[int, int], tuple[bytes, ParameterSet]] = {}
        self._heads: dict[int, int] = {}
        for head, unit in arrays:
            self._add(head, unit)

    def _add(self, head: int, unit: bytes) -> None:
        """Remember a parameter set; nothing else stays."""
        type_ = head & 0x3F
        header = _read_unit(unit)
        if type_ not in _SETS or header is None or header.type != type_ or header.layer:
            return
        if len(unit) > _MAX_SET_BYTES or len(self._units) == _MAX_SETS:
            raise UnsupportedFileError(f"the HEVC parameters of a picture are too long: {CONVERT}")
        read = read_parameter_set(type_, unit)
        known = self._units.setdefault((type_, read.number), (unit, read))
        if known[0] != unit:
            raise DamagedPhotoError("two HEVC parameter sets have one number", where="hvcC")
        self._heads.setdefault(type_, head)

    def encode(self, pictures: Iterable[int]) -> bytes:
        """The content of ``hvcC`` with nothing but what these picture parameter sets need."""
        used: Mapping[int, dict[int, bytes]] = {type_: {} for type_ in _SETS}
        for picture in sorted(pictures):
            for type_, unit, read in self._needed_by(picture):
                used[type_][read.number] = unit
        arrays = [
            bytes([self._heads[type_]])
            + len(units).to_bytes(2, "big")
            + b"".join(len(unit).to_bytes(2, "big") + unit for _, unit in sorted(units.items()))
            for type_, units in used.items()
            if units
        ]
        return self._fixed + bytes([len(arrays)]) + b"".join(arrays)

    def _needed_by(self, picture: int) -> Iterator[tuple[int, bytes, ParameterSet]]:
        """The type and unit of a picture parameter set, and of those that it needs, and what they say."""
        number = picture
        for type_ in reversed(_SETS):
            if (type_, number) not in self._units:
                raise DamagedPhotoError("a picture lacks a HEVC parameter set", where="hvcC")
            unit, read = self._units[type_, number]
            yield type_, unit, read
            number = read.refers_to

    def frame(self, pictures: Iterable[int]) -> Frame:
        """The one frame of a picture whose slices use these picture parameter sets.

        Raises
        ------
        DamagedPhotoError
            If they do not describe one.
        """
        needed = (read.frame for number in pictures for _, _, read in self._needed_by(number))
        frames = {frame for frame in needed if frame}
        if len(frames) != 1:
            raise DamagedPhotoError("a picture has two sizes", where="hvcC")
        return frames.pop()

    def read_data(self, data: Source, where: str) -> Coded:
        """What stays of an item's data: the slices of one picture, each behind its length.

        Raises
        ------
        FileError
            If units do not fill the data exactly, are not one picture, or bring parameters of their own.
        """
        kept, position, firsts, pictures = [], 0, 0, set()
        for number in count():
            if position == len(data):
                break
            if number == _MAX_UNITS:
                raise UnsupportedFileError("a picture is cut into too many units: save it anew")
            start = position + self._length_bytes
            end = start + int.from_bytes(data[position:start], "big")
            head = data[start : min(start + _SLICE_BYTES, end)]
            unit = _read_unit(head)
            if unit is None or end > len(data):
                raise DamagedPhotoError("the HEVC data is not a row of NAL units", where=where)
            if unit.layer == 0 and unit.type in _SLICES:
                kept.append(Range(position, end))
                pictures.add(read_slice(unit.type, head))
                firsts += unit.is_first_of_picture
            elif unit.layer == 0 and unit.type in _SETS:
                self._check_known(data[start : min(end, start + _MAX_SET_BYTES + 1)])
            position = end
        if firsts != 1:
            raise DamagedPhotoError("the HEVC data is not exactly one picture", where=where)
        return Coded(kept, frozenset(pictures))

    def _check_known(self, unit: bytes) -> None:
        """Refuse a parameter set that the configuration does not hold: it would be missed."""
        if all(unit != known for known, _ in self._units.values()):
            raise UnsupportedFileError(f"a picture brings HEVC parameters of its own: {CONVERT}")


def read_configuration(content: bytes) -> Configuration:
    """Read the content of ``hvcC``.

    Raises
    ------
    FileError
        If it breaks the grammar, or a parameter set holds what is not known here.
    """
    if len(content) <= _FIXED_BYTES or content[0] != 1:
        raise UnsupportedFileError("a picture has an unknown HEVC configuration: save it anew")
    fields = Fields(content, "hvcC")
    fixed, arrays = fields.take(_FIXED_BYTES), []
    for _ in range(fields.number(1)):
        head = fields.number(1)
        arrays += [(head, fields.take(fields.number(2))) for _ in range(fields.number(2))]
    return Configuration(fixed, arrays)
