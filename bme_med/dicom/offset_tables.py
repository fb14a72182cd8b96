"""Tables of where frames start in encapsulated Pixel Data (PS3.5, A.4; PS3.3, C.7.6.3.1.8).

Only decoders look at a table, and a text in its place would not be seen: one that does not point to the
fragments goes.
"""

from collections.abc import Iterator
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


def basic_table(data: Source, pixel_data: Element) -> Range:
    """The first item of `pixel_data` with its header; it may be empty."""
    return next(_items(data, pixel_data))


def has_true_basic_table(data: Source, pixel_data: Element) -> bool:
    """Whether the Basic Offset Table of `pixel_data` is empty, or points to fragments in ascending order."""
    table, *fragments = _items(data, pixel_data)
    raw = data[table.start + 8 : table.end]
    if not raw:
        return True
    if len(raw) % 4 or not fragments:
        return False
    starts = {fragment.start - table.end for fragment in fragments}
    offsets = [offset for (offset,) in iter_unpack("<I", raw)]
    return offsets[0] == 0 and starts.issuperset(offsets) and offsets == sorted(set(offsets))


def fragments_of(data: Source, pixel_data: Element) -> Iterator[Range]:
    """Payloads of the fragments behind the basic table that hold any."""
    fragments = _items(data, pixel_data)
    next(fragments)
    return (Range(item.start + 8, item.end) for item in fragments if item.end > item.start + 8)


def frame_starts(data: Source, pixel_data: Element) -> frozenset[int]:
    """Where the payloads stand that the basic table points to, if it points to fragments."""
    if not has_true_basic_table(data, pixel_data):
        return frozenset()
    table = basic_table(data, pixel_data)
    offsets = iter_unpack("<I", data[table.start + 8 : table.end])
    return frozenset(table.end + offset + 8 for (offset,) in offsets)


def has_true_extended_tables(instance: Instance) -> bool:
    """Whether both tables name each fragment's start and length, padding counted or not, and no others."""
    if PIXEL_DATA not in instance.by_tag or not is_encapsulated(*instance.by_tag[PIXEL_DATA]):
        return False
    table, *fragments = _items(*instance.by_tag[PIXEL_DATA])
    if len(fragments) > number_of_frames(instance):
        return False
    offsets, lengths = (instance.raw(tag) for tag in EXTENDED_TABLES)
    if not len(offsets) == len(lengths) == 8 * len(fragments):
        return False
    pairs = zip(iter_unpack("<Q", offsets), iter_unpack("<Q", lengths), fragments, strict=True)
    return all(
        offset == fragment.start - table.end and fragment.end - fragment.start - 8 - length in (0, 1)
        for (offset,), (length,), fragment in pairs
    )


def _items(data: Source, pixel_data: Element) -> Iterator[Range]:
    """The items of encapsulated `pixel_data` with their headers, the basic table first."""
    position = pixel_data.value
    while position + 16 <= pixel_data.end:
        end = position + 8 + int.from_bytes(data[position + 4 : position + 8], "little")
        yield Range(position, end)
        position = end
