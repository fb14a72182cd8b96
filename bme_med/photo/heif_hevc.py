"""HEVC in HEIF: which NAL units stay (ITU-T H.265, 7.3.1 and 7.4.2; ISO/IEC 14496-15, 8.3.3).

Slices and parameter sets of the base layer stay, byte for byte. Supplemental enhancement information goes,
in the item and in its configuration: decoding does without it, and it may hold any text, such as an encoder's
settings. So do filler data, other layers, and what the standard reserves.
"""

from itertools import count
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Range
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.heif_boxes import Fields

__all__ = ["clean_configuration", "keep_units", "unit_length_bytes"]

_FIXED_BYTES = 22
_PARAMETER_SETS = (32, 33, 34)
_SLICES = frozenset((*range(10), *range(16, 22)))
_MAX_UNITS = 1_000
_HEADER_BYTES = 2


class _Unit(NamedTuple):
    """What the header of a NAL unit says, and the first bit behind it."""

    type: int
    layer: int
    is_first_of_picture: bool


def _read_unit(head: bytes) -> _Unit | None:
    """The header in `head`, None if there is none."""
    if len(head) < _HEADER_BYTES or head[0] & 0x80 or not head[1] & 7:
        return None
    return _Unit(head[0] >> 1, (head[0] & 1) << 5 | head[1] >> 3, bool(head[2:] and head[2] & 0x80))


def unit_length_bytes(configuration: bytes) -> int:
    """How many bytes precede each NAL unit, by the content of ``hvcC``."""
    if len(configuration) <= _FIXED_BYTES or configuration[0] != 1:
        raise UnsupportedFileError("a picture has an unknown HEVC configuration: save it anew")
    return (configuration[_FIXED_BYTES - 1] & 3) + 1


def clean_configuration(configuration: bytes) -> bytes:
    """The content of ``hvcC`` with nothing but parameter sets of the base layer."""
    unit_length_bytes(configuration)
    fields = Fields(configuration, "hvcC")
    fixed = fields.take(_FIXED_BYTES)
    kept = []
    for _ in range(fields.number(1)):
        head, units = fields.take(1), []
        for _ in range(fields.number(2)):
            data = fields.take(fields.number(2))
            unit = _read_unit(data)
            if unit and unit.layer == 0 and unit.type == head[0] & 0x3F:
                units.append(len(data).to_bytes(2, "big") + data)
        if units and head[0] & 0x3F in _PARAMETER_SETS:
            kept.append(head + len(units).to_bytes(2, "big") + b"".join(units))
    return fixed + bytes([len(kept)]) + b"".join(kept)


def keep_units(data: Source, length_bytes: int, where: str) -> list[Range]:
    """Which bytes of an item's data stay: the NAL units of one picture, each behind its length.

    Raises
    ------
    FileError
        If units do not fill the data exactly, or are not one picture: a second one could hide there.
    """
    kept, position, pictures = [], 0, 0
    for number in count():
        if position == len(data):
            break
        if number == _MAX_UNITS:
            raise UnsupportedFileError("a picture is cut into too many units: save it anew")
        start = position + length_bytes
        end = start + int.from_bytes(data[position:start], "big")
        unit = _read_unit(data[start : min(start + 3, end)])
        if unit is None or end > len(data):
            raise DamagedPhotoError("the HEVC data is not a row of NAL units", where=where)
        if unit.layer == 0 and unit.type in _SLICES | {*_PARAMETER_SETS}:
            kept.append(Range(position, end))
            pictures += unit.type in _SLICES and unit.is_first_of_picture
        position = end
    if pictures != 1:
        raise DamagedPhotoError("the HEVC data is not exactly one picture", where=where)
    return kept
