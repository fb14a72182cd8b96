"""Fragments of odd length, and the Basic Offset Table that counts them (PS3.5, A.4)."""

from collections.abc import Iterator
from itertools import accumulate
from struct import iter_unpack, pack

from bme_med.dicom.encoding import EXPLICIT_LE, sequence_item

__all__ = ["even_fragments"]

_ITEM = b"\xfe\xff\x00\xe0"


def even_fragments(value: bytes) -> bytes:
    r"""Encapsulated `value` with each odd fragment padded; the table follows.

    >>> even_fragments(b"\xfe\xff\x00\xe0\0\0\0\0\xfe\xff\x00\xe0\3\0\0\0odd")[8:]
    b'\xfe\xff\x00\xe0\x04\x00\x00\x00odd\x00'

    Raises
    ------
    ValueError
        If the table points elsewhere than to fragments.
    """
    table, *fragments = _items(value)
    even = [fragment + bytes(len(fragment) & 1) for fragment in fragments]
    moved = dict(zip(_offsets(fragments), _offsets(even), strict=True))
    offsets = [moved.get(old) for (old,) in iter_unpack("<I", table)]
    if None in offsets:
        raise ValueError("an offset table that points to no fragment")
    new_table = pack(f"<{len(offsets)}I", *offsets)
    return b"".join(sequence_item(item, coding=EXPLICIT_LE) for item in (new_table, *even))


def _items(value: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(value):
        end = position + 8 + int.from_bytes(value[position + 4 : position + 8], "little")
        if value[position : position + 4] != _ITEM or end > len(value):
            raise ValueError("a fragment that is no item")
        yield value[position + 8 : end]
        position = end


def _offsets(fragments: list[bytes]) -> Iterator[int]:
    """Where each fragment's item starts, counted from the first."""
    return accumulate((len(fragment) + 8 for fragment in fragments[:-1]), initial=0)
