"""Finding the elements of a dataset: tag, VR, offsets and nesting (PS3.5, chapter 7).

The walker is strict. It reads headers only, copies no value, and whatever breaks the encoding's rules
raises `MalformedFileError`: what is not understood is not passed on.
"""

from typing import NamedTuple

from bme_med.core import MalformedFileError, Source
from bme_med.dicom.dictionary import dictionary, format_tag, implicit_vr
from bme_med.dicom.encoding import EXPLICIT_LE, IMPLICIT_LE, UNDEFINED, VRS, Coding

__all__ = [
    "MAX_DEPTH",
    "PIXEL_DATA",
    "PIXEL_TAGS",
    "SEQUENCE_END",
    "Element",
    "Item",
    "Items",
    "is_zero",
    "walk",
    "walk_group",
    "walk_through",
]

MAX_DEPTH = 100
"""Deepest nesting of sequences that is followed."""
_BLOCK_BYTES = 1 << 16
PIXEL_DATA = 0x7FE00010
PIXEL_TAGS = (0x7FE00008, 0x7FE00009, PIXEL_DATA)
"""Float, double and integer pixel data."""
ITEM = 0xFFFEE000
ITEM_END = 0xFFFEE00D
SEQUENCE_END = 0xFFFEE0DD

_new = tuple.__new__
"""Makes a named tuple at half the price of calling its class: a walk makes one an element."""


class Element(NamedTuple):
    """One element. ``start`` to ``end`` covers header, value and any delimiter of its own."""

    tag: int
    vr: str
    start: int
    value: int
    end: int
    items: "Items | None"


class Item(NamedTuple):
    """One sequence item: ``start`` is its item tag, ``end`` lies behind any delimiter."""

    start: int
    end: int
    has_delimiter: bool
    elements: list[Element]


class Items(NamedTuple):
    """The items of a sequence, and how it is encoded."""

    has_delimiter: bool
    coding: Coding
    items: list[Item]


def walk(data: Source, start: int, end: int, *, coding: Coding, before: int | None = None) -> list[Element]:
    """Elements of the dataset at ``start`` to ``end``, in order.

    The elements lie side by side from `start`; the last one's end may come before `end` where only
    zero bytes follow. With `before` given, only elements with a smaller tag are read, and sequences are
    stepped over.

    Raises
    ------
    MalformedFileError
        If the bytes are no well-formed dataset: order, lengths, VRs, delimiters.
    """
    elements, position, _ = _walk(data, start, end, coding=coding, depth=0, in_item=False, before=before)
    if before is None and not is_zero(data, position, end):
        raise MalformedFileError("bytes that are no element follow the dataset", offset=position)
    return elements


def walk_through(data: Source, start: int, last: int, *, coding: Coding) -> tuple[list[Element], int]:
    """Elements from `start` up to the first with tag `last` or more, and the offset behind them."""
    elements, position, _ = _walk(data, start, len(data), coding=coding, depth=0, in_item=False, through=last)
    return elements, position


def walk_group(data: Source, start: int, group: int) -> tuple[list[Element], int]:
    """Leading elements of `group`, Explicit VR, and the offset behind them (file meta, PS3.10, 7.1)."""
    elements: list[Element] = []
    position, size, last = start, len(data), -1
    while int.from_bytes(data[position : position + 2], "little") == group:
        tag, vr, value, length = _explicit_header(data, position)
        if length == UNDEFINED or value + length > size or tag <= last:
            raise MalformedFileError("file meta is damaged", where=_known(tag), offset=position)
        elements.append(Element(tag, vr, position, value, value + length, None))
        position, last = value + length, tag
    return elements, position


def _walk(
    data: Source,
    position: int,
    end: int,
    *,
    coding: Coding,
    depth: int,
    in_item: bool,
    before: int | None = None,
    through: int = 0xFFFF_FFFF,
) -> tuple[list[Element], int, bool]:
    """Elements, the offset behind them, and whether an item delimiter ended them."""
    if depth > MAX_DEPTH:
        raise MalformedFileError(f"sequences nested deeper than {MAX_DEPTH}", offset=position)
    elements: list[Element] = []
    last = -1
    explicit, named, plain = coding.explicit, coding.named.unpack, coding.plain.unpack
    while position + 8 <= end:
        if explicit:
            group, number, raw, length = named(data[position : position + 8])
            tag = group << 16 | number
            known = VRS.get(raw)
            if known is None:
                if tag == ITEM_END and in_item:
                    return elements, _after_delimiter(data, position, coding), True
                if not in_item and is_zero(data, position, end):
                    break
                raise MalformedFileError("unknown VR", where=_known(tag), offset=position)
            vr, is_long = known
            value = position + 8
            if is_long:
                if length:
                    raise MalformedFileError(
                        "reserved bytes that are not zero", where=_known(tag), offset=position
                    )
                value += 4
                length = _length(data, position + 8, coding)
        else:
            group, number, length = plain(data[position : position + 8])
            tag = group << 16 | number
            if tag == ITEM_END and in_item:
                return elements, _after_delimiter(data, position, coding), True
            if tag == 0 and not in_item and is_zero(data, position, end):
                break
            vr = implicit_vr(tag)
            value = position + 8
        if before is not None and tag >= before:
            break
        if tag <= last:
            raise MalformedFileError(
                "elements are not in ascending order", where=_known(tag), offset=position
            )
        last = tag
        if length == UNDEFINED:
            items, stop = _undefined(data, tag, vr, value, end, coding, depth)
        else:
            stop = value + length
            if stop > end:
                raise MalformedFileError(
                    "value reaches beyond its dataset", where=_known(tag), offset=position
                )
            if length & 1:
                raise MalformedFileError("odd value length", where=_known(tag), offset=position)
            is_nested = vr in ("SQ", "UN") and before is None
            items = _defined(data, tag, vr, value, stop, coding, depth) if is_nested else None
        elements.append(_new(Element, (tag, vr, position, value, stop, items)))
        position = stop
        if tag >= through:
            break
    if in_item and position != end:
        raise MalformedFileError("item does not end with its last element", offset=position)
    return elements, position, False


def _defined(
    data: Source, tag: int, vr: str, start: int, stop: int, coding: Coding, depth: int
) -> Items | None:
    """Items of a defined-length SQ; of UN only where they parse (PS3.5, 6.2.2, note 2), else nothing."""
    if vr == "SQ":
        items, _ = _items(data, start, stop, coding=coding, depth=depth, delimited=False)
        return Items(False, coding, items)
    entry = dictionary().get(tag)
    if (entry and entry[0] != "SQ") or data[start : start + 4] != b"\xfe\xff\x00\xe0":
        return None
    try:
        items, _ = _items(data, start, stop, coding=IMPLICIT_LE, depth=depth, delimited=False)
    except MalformedFileError:
        return None
    return Items(False, IMPLICIT_LE, items)


def _undefined(
    data: Source, tag: int, vr: str, start: int, end: int, coding: Coding, depth: int
) -> tuple[Items | None, int]:
    """What stands in an undefined-length value, and the offset behind its delimiter."""
    if vr in ("OB", "OW") and tag == PIXEL_DATA and coding.byte_order == "little":
        return None, _fragments_end(data, start, end)
    if vr not in ("SQ", "UN"):
        raise MalformedFileError("undefined length where the VR allows none", where=_known(tag), offset=start)
    inner = coding if vr == "SQ" else IMPLICIT_LE
    items, stop = _items(data, start, end, coding=inner, depth=depth, delimited=True)
    return Items(True, inner, items), stop


def _items(
    data: Source, position: int, end: int, *, coding: Coding, depth: int, delimited: bool
) -> tuple[list[Item], int]:
    items: list[Item] = []
    plain = coding.plain.unpack
    while position < end:
        start = position
        group, number, length = plain(_exactly(data, position, 8, end))
        tag = group << 16 | number
        position += 8
        if tag == SEQUENCE_END and delimited and length == 0:
            return items, position
        if tag != ITEM:
            raise MalformedFileError("expected a sequence item", where=_known(tag), offset=start)
        stop = end if length == UNDEFINED else position + length
        if stop > end:
            raise MalformedFileError("item reaches beyond its sequence", offset=start)
        elements, position, has_delimiter = _walk(
            data, position, stop, coding=coding, depth=depth + 1, in_item=True
        )
        if has_delimiter != (length == UNDEFINED):
            raise MalformedFileError("item and its delimiter disagree", offset=start)
        items.append(Item(start, position, has_delimiter, elements))
    if delimited:
        raise MalformedFileError("sequence without its delimiter", offset=position)
    return items, position


def _fragments_end(data: Source, position: int, end: int) -> int:
    """Offset behind the fragments of encapsulated pixel data; the first is their table (PS3.5, A.4)."""
    first = position
    while position < end:
        start = position
        group, number, length = IMPLICIT_LE.plain.unpack(_exactly(data, position, 8, end))
        tag = group << 16 | number
        position += 8
        if tag == SEQUENCE_END and length == 0 and start > first:
            return position
        if tag != ITEM or length == UNDEFINED or length & 1:
            break
        position += length
    raise MalformedFileError("encapsulated pixel data is damaged", where=_known(PIXEL_DATA), offset=position)


def _explicit_header(data: Source, position: int) -> tuple[int, str, int, int]:
    group, number, raw, length = EXPLICIT_LE.named.unpack(_exactly(data, position, 8, len(data)))
    tag = group << 16 | number
    known = VRS.get(raw)
    if known is None:
        raise MalformedFileError("unknown VR", where=_known(tag), offset=position)
    if known[1]:
        return tag, known[0], position + 12, _length(data, position + 8, EXPLICIT_LE)
    return tag, known[0], position + 8, length


def _length(data: Source, position: int, coding: Coding) -> int:
    (length,) = coding.length.unpack(_exactly(data, position, 4, len(data)))
    return int(length)


def is_zero(data: Source, position: int, end: int) -> bool:
    """Whether nothing but zero bytes follows, as writers pad files to a block."""
    return not any(
        data[start : min(start + _BLOCK_BYTES, end)].strip(b"\0")
        for start in range(position, end, _BLOCK_BYTES)
    )


def _exactly(data: Source, position: int, count: int, end: int) -> bytes:
    if position + count > end:
        raise MalformedFileError("the file ends within an element", offset=position)
    return data[position : position + count]


def _after_delimiter(data: Source, position: int, coding: Coding) -> int:
    if _length(data, position + 4, coding) != 0:
        raise MalformedFileError("item delimiter with a length", offset=position)
    return position + 8


def _known(tag: int) -> str:
    """The notation of a standard attribute; of no other tag, which may be text that went astray."""
    return format_tag(tag) if dictionary().get(tag) else ""
