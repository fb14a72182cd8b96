"""AV1 in AVIF: which open bitstream units stay (AV1 bitstream specification, 5.3 to 5.5; AV1-ISOBMFF, 2.3).

Sequence header, frame headers, tile groups and frames stay, byte for byte. Headers are read to their last
bit, and the tiles of a frame are all there once: nothing stands behind them. Metadata, padding, tile lists,
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
from bme_med.photo.heif_av1_picture import Pictures
from bme_med.photo.heif_av1_sequence import read_sequence
from bme_med.photo.heif_frame import Kept

__all__ = ["clean_configuration", "keep_units"]

_FIXED_BYTES = 4
_VERSION = 0x81
_DELAY = 0x1F
"""Bits of the last fixed byte that are not reserved (AV1-ISOBMFF, 2.3.3)."""
_SEQUENCE, _FRAME_HEADER, _TILE_GROUP, _FRAME = 1, 3, 4, 6
_KEPT = (_SEQUENCE, _FRAME_HEADER, _TILE_GROUP, _FRAME)
_PICTURES = (_FRAME_HEADER, _FRAME)
_MAX_UNITS = 1_000
_MAX_LAYERS = 4
_MAX_HEADER_BYTES = 1 << 10


class _Unit(NamedTuple):
    """An open bitstream unit: bytes `start` to `end` of the data, the payload from `body` on."""

    type: int
    start: int
    body: int
    end: int
    head: bytes

    @property
    def layers(self) -> tuple[int, int]:
        """The temporal and the spatial layer (5.3.3)."""
        extension = self.head[1] if len(self.head) > 1 else 0
        return extension >> 5, extension >> 3 & 3

    @property
    def has_reserved(self) -> bool:
        """Whether bits that mean nothing are set."""
        return bool(self.head[0] & 1 or (self.head[1:] and self.head[1] & 7))


def clean_configuration(configuration: bytes) -> bytes:
    """The content of ``av1C`` without the units that it may repeat, and without reserved bits."""
    if len(configuration) < _FIXED_BYTES or configuration[0] != _VERSION:
        raise UnsupportedFileError("a picture has an unknown AV1 configuration: save it anew")
    return configuration[: _FIXED_BYTES - 1] + bytes([configuration[_FIXED_BYTES - 1] & _DELAY])


def keep_units(data: Source, where: str, *, has_layers: bool) -> Kept:
    """What stays of an item's data: the units of one picture, or of its layers.

    Raises
    ------
    FileError
        If units do not fill the data exactly, hold more than they say, or are more than one picture: a
        second one could hide there.
    """
    units = [unit for unit in _units(data, where) if unit.type in _KEPT]
    count_ = sum(unit.type in _PICTURES for unit in units)
    headers = {_payload(data, unit) for unit in units if unit.type == _SEQUENCE}
    if len(headers) != 1:
        raise DamagedPhotoError("the AV1 data does not have one sequence header", where=where)
    if not 1 <= count_ <= (_MAX_LAYERS if has_layers else 1):
        raise DamagedPhotoError("the AV1 data is not exactly one picture", where=where)
    if any(unit.has_reserved or (any(unit.layers) and not has_layers) for unit in units):
        raise DamagedPhotoError("the AV1 data has layers that it does not declare", where=where)
    pictures = Pictures(read_sequence(headers.pop()), where, has_layers=count_ > 1)
    for unit in units:
        if unit.type in _PICTURES:
            pictures.start(_payload(data, unit), unit.layers, has_tiles=unit.type == _FRAME)
        elif unit.type == _TILE_GROUP:
            pictures.add_tiles(_payload(data, unit))
    return Kept([Range(unit.start, unit.end) for unit in units], pictures.finish())


def _payload(data: Source, unit: _Unit) -> bytes:
    """The payload of a unit, or as much of it as a header may have."""
    return data[unit.body : min(unit.end, unit.body + _MAX_HEADER_BYTES)]


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
        yield _Unit(type_, position, position + size_at + size_bytes, end, head[:size_at])
        position = end


def _read_size(data: bytes) -> tuple[int, int]:
    """A number in little endian base 128 and how many bytes it takes; 0 bytes if it has no end."""
    value = 0
    for at, byte in enumerate(data[:8]):
        value |= (byte & 0x7F) << 7 * at
        if not byte & 0x80:
            return value, at + 1
    return 0, 0
