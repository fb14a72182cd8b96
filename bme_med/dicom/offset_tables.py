"""Tables of where frames start in encapsulated Pixel Data (PS3.5, A.4; PS3.3, C.7.6.3.1.8).

Only decoders look at a table, and a text in its place would not be seen: one that does not point to the
fragments goes.
"""

from collections.abc import Iterator
from itertools import islice
from struct import iter_unpack

from bme_med.core import Range, Source
from bme_med.dicom.instance import Instance
from bme_med.dicom.pixeldata import is_encapsulated, number_of_frames
from bme_med.dicom.walker import PIXEL_DATA, Element

__all__ = [
    "EXTENDED_TABLES",
    "basic_table",
    "fragments_of",
    "frame_starts",
    "has_true_basic_table",
    "has_true_extended_tables",
]

EXTENDED_TABLES = (0x7FE00001, 0x7FE00002)
"""Extended Offset Table, and the lengths of frames beside it."""


_HEADER_BYTES = 8
_PADDING = (0, 1)
_NOTHING = (-1,), (0,)
"""What no fragment is said to be."""


def basic_table(data: Source, pixel_data: Element) -> Range:
    """The first item of `pixel_data` with its header; it may be empty."""
    start, end = next(_payloads(data, pixel_data))
    return Range(start - _HEADER_BYTES, end)


def has_true_basic_table(data: Source, pixel_data: Element) -> bool:
    """Whether the Basic Offset Table of `pixel_data` is empty, or points to fragments in ascending order."""
    payloads = _payloads(data, pixel_data)
    table, first = next(payloads)
    raw = data[table:first]
    if not raw:
        return True
    starts = {start - _HEADER_BYTES - first for start, _ in payloads}
    if len(raw) % 4 or not starts:
        return False
    offsets = [offset for (offset,) in iter_unpack("<I", raw)]
    return offsets[0] == 0 and starts.issuperset(offsets) and offsets == sorted(set(offsets))


def fragments_of(data: Source, pixel_data: Element) -> Iterator[Range]:
    """Payloads of the fragments behind the basic table that hold any."""
    payloads = islice(_payloads(data, pixel_data), 1, None)
    return (Range(start, end) for start, end in payloads if end > start)


def frame_starts(data: Source, pixel_data: Element) -> frozenset[int]:
    """Where the payloads stand that the basic table points to, if it points to fragments."""
    if not has_true_basic_table(data, pixel_data):
        return frozenset()
    table = basic_table(data, pixel_data)
    offsets = iter_unpack("<I", data[table.start + _HEADER_BYTES : table.end])
    return frozenset(table.end + offset + _HEADER_BYTES for (offset,) in offsets)


def has_true_extended_tables(instance: Instance) -> bool:
    """Whether both tables name each fragment's start and length, padding counted or not, and no others."""
    if PIXEL_DATA not in instance.by_tag or not is_encapsulated(*instance.by_tag[PIXEL_DATA]):
        return False
    offsets, lengths = (instance.raw(tag) for tag in EXTENDED_TABLES)
    count = len(offsets) // 8
    if not len(offsets) == len(lengths) == 8 * count or count > number_of_frames(instance):
        return False
    payloads = _payloads(*instance.by_tag[PIXEL_DATA])
    first = next(payloads)[1] + _HEADER_BYTES
    said = zip(iter_unpack("<Q", offsets), iter_unpack("<Q", lengths), strict=True)
    for start, end in payloads:
        (offset,), (length,) = next(said, _NOTHING)
        if offset != start - first or end - start - length not in _PADDING:
            return False
    return next(said, None) is None


def _payloads(data: Source, pixel_data: Element) -> Iterator[tuple[int, int]]:
    """From where to where reaches what the items of encapsulated `pixel_data` hold, the basic table first."""
    position, end = pixel_data.value, pixel_data.end - 2 * _HEADER_BYTES
    while position <= end:
        start = position + _HEADER_BYTES
        position = start + int.from_bytes(data[position + 4 : start], "little")
        yield start, position
