"""AV1 in AVIF: which open bitstream units stay (AV1 bitstream specification, 5.3 to 5.5; AV1-ISOBMFF, 2.3).

Sequence header, frame headers, tile groups and frames stay, byte for byte. Metadata, padding, tile lists,
temporal delimiters, repeated frame headers and what the specification reserves go: decoding does without
them, and without the copy of the sequence header in the configuration.
"""

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Range
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError

__all__ = ["clean_configuration", "keep_units"]

_FIXED_BYTES = 4
_VERSION = 0x81
_SEQUENCE, _FRAME_HEADER, _TILE_GROUP, _FRAME = 1, 3, 4, 6
_KEPT = (_SEQUENCE, _FRAME_HEADER, _TILE_GROUP, _FRAME)
_PICTURES = (_FRAME_HEADER, _FRAME)
_MAX_UNITS = 1_000
_MAX_LAYERS = 4


class _Unit(NamedTuple):
    """An open bitstream unit: bytes `start` to `end` of the data."""

    type: int
    start: int
    end: int


def clean_configuration(configuration: bytes) -> bytes:
    """The content of ``av1C`` without the units that it may repeat."""
    if len(configuration) < _FIXED_BYTES or configuration[0] != _VERSION:
        raise UnsupportedFileError("a picture has an unknown AV1 configuration: save it anew")
    return configuration[:_FIXED_BYTES]


def keep_units(data: Source, where: str, *, has_layers: bool) -> list[Range]:
    """Which bytes of an item's data stay: the units of one picture, or of its layers.

    Raises
    ------
    FileError
        If units do not fill the data exactly, or are more than one picture: a second one could hide there.
    """
    units = [unit for unit in _units(data, where) if unit.type in _KEPT]
    pictures = sum(unit.type in _PICTURES for unit in units)
    headers = {data[unit.start : unit.end] for unit in units if unit.type == _SEQUENCE}
    if len(headers) != 1:
        raise DamagedPhotoError("the AV1 data does not have one sequence header", where=where)
    if not 1 <= pictures <= (_MAX_LAYERS if has_layers else 1):
        raise DamagedPhotoError("the AV1 data is not exactly one picture", where=where)
    return [Range(unit.start, unit.end) for unit in units]


def _units(data: Source, where: str) -> Iterator[_Unit]:
    position = 0
    for number in count():
        if position == len(data):
            return
        if number == _MAX_UNITS:
            raise UnsupportedFileError("a picture is cut into too many units: save it anew")
        head = data[position : min(position + 10, len(data))]
        type_, has_extension, has_size = head[0] >> 3 & 15, head[0] >> 2 & 1, head[0] >> 1 & 1
        size_at = 1 + has_extension
        size, size_bytes = _read_size(head[size_at:]) if has_size else (len(data) - position - size_at, 0)
        end = position + size_at + size_bytes + size
        if head[0] & 0x80 or size < 0 or end > len(data) or (has_size and not size_bytes):
            raise DamagedPhotoError("the AV1 data is not a row of units", where=where)
        yield _Unit(type_, position, end)
        position = end


def _read_size(data: bytes) -> tuple[int, int]:
    """A number in little endian base 128 and how many bytes it takes; 0 bytes if it has no end."""
    value = 0
    for at, byte in enumerate(data[:8]):
        value |= (byte & 0x7F) << 7 * at
        if not byte & 0x80:
            return value, at + 1
    return 0, 0
