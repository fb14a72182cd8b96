"""Where the data of HEIF items lies: ``iloc`` (ISO/IEC 14496-12, 8.11.3)."""

from collections.abc import Sequence
from typing import NamedTuple

from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.heif_boxes import Fields

__all__ = ["Location", "read_locations"]

_FIELD_BYTES = (0, 4, 8)


class Location(NamedTuple):
    """An entry of `iloc`: how to find the data, and bytes as offset and length."""

    construction: int
    is_outside: bool
    extents: tuple[tuple[int, int], ...]


def read_locations(fields: Fields) -> dict[int, Location]:
    """The place of every item, by its number; each has one."""
    version, _ = fields.full_box()
    sizes = [nibble for byte in fields.take(2) for nibble in (byte >> 4, byte & 15)]
    if version > 2 or any(size not in _FIELD_BYTES for size in sizes[: 4 if version else 3]):
        raise DamagedPhotoError("an impossible size of a field", where="meta/iloc")
    locations: dict[int, Location] = {}
    for _ in range(fields.number(4 if version == 2 else 2)):
        number = fields.number(4 if version == 2 else 2)
        if number in locations:
            raise DamagedPhotoError("an item lies in two places", where="meta/iloc")
        locations[number] = _read_location(fields, version, sizes)
    return locations


def _read_location(fields: Fields, version: int, sizes: Sequence[int]) -> Location:
    offset_bytes, length_bytes, base_bytes, index_bytes = sizes
    construction = fields.number(2) & 15 if version else 0
    is_outside = bool(fields.number(2))
    base = fields.number(base_bytes)
    extents = []
    for _ in range(fields.number(2)):
        fields.number(index_bytes if version else 0)
        offset = base + fields.number(offset_bytes)
        extents.append((offset, fields.number(length_bytes)))
    return Location(construction, is_outside, tuple(extents))
