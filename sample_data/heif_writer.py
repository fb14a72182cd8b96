"""A HEIF file, box by box (ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12, 6.5, 9.3 and 10.2)."""

import struct
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Item", "box", "full_box", "picture_size", "write_heif"]

_SIZES = b"\x44\0"


class Item(NamedTuple):
    """An item; `refers` are pairs of a type and the number of another item, counted from 1."""

    type: bytes
    data: bytes
    properties: Sequence[bytes] = ()
    refers: Sequence[tuple[bytes, int]] = ()
    name: bytes = b""
    more: bytes = b""
    is_hidden: bool = False


def box(type_: bytes, *contents: bytes) -> bytes:
    """A box of `contents`."""
    content = b"".join(contents)
    return struct.pack(">I4s", 8 + len(content), type_) + content


def full_box(type_: bytes, version: int, flags: int, *contents: bytes) -> bytes:
    """A box with version and flags."""
    return box(type_, struct.pack(">I", version << 24 | flags), *contents)


def picture_size(width: int, height: int) -> bytes:
    """``ispe``."""
    return full_box(b"ispe", 0, 0, struct.pack(">II", width, height))


def write_heif(items: Sequence[Item], handler: bytes = b"") -> list[tuple[str, bytes]]:
    """The parts of a file that shows the first of `items`; `handler` is the name of what wrote it."""
    ftyp = box(b"ftyp", b"heic", bytes(4), b"mif1heic")
    size = len(_meta(items, 0, handler))
    first = len(ftyp) + size + 8
    media = struct.pack(">I4s", 8 + sum(len(item.data) for item in items), b"mdat")
    data = [(f"item {n}/{_title(item)}", item.data) for n, item in enumerate(items, 1)]
    return [("ftyp", ftyp), ("meta", _meta(items, first, handler)), ("mdat", media), *data]


def _title(item: Item) -> str:
    return "XMP" if item.type == b"mime" else item.type.decode().strip()


def _meta(items: Sequence[Item], first: int, handler: bytes) -> bytes:
    """The description of the items, of which the first has its data at `first`."""
    places, offset = [], first
    for number, item in enumerate(items, 1):
        places.append(struct.pack(">HHHII", number, 0, 1, offset, len(item.data)))
        offset += len(item.data)
    entries = [
        full_box(
            b"infe", 2, int(item.is_hidden), struct.pack(">HH", n, 0), item.type, item.name + b"\0", item.more
        )
        for n, item in enumerate(items, 1)
    ]
    references = [
        box(type_, struct.pack(">HHH", n, 1, to))
        for n, item in enumerate(items, 1)
        for type_, to in item.refers
    ]
    count = struct.pack(">H", len(items))
    return full_box(
        b"meta",
        0,
        0,
        full_box(b"hdlr", 0, 0, bytes(4), b"pict", bytes(12), handler, b"\0"),
        full_box(b"pitm", 0, 0, struct.pack(">H", 1)),
        full_box(b"iloc", 0, 0, _SIZES, count, *places),
        full_box(b"iinf", 0, 0, count, *entries),
        full_box(b"iref", 0, 0, *references),
        _properties(items),
    )


def _properties(items: Sequence[Item]) -> bytes:
    """Each property once; those that decoding and turning need are essential."""
    boxes = list(dict.fromkeys(property_ for item in items for property_ in item.properties))
    entries = b""
    for number, item in enumerate(items, 1):
        if item.properties:
            marks = [boxes.index(p) + 1 | (p[4:8] in (b"hvcC", b"irot")) << 7 for p in item.properties]
            entries += struct.pack(">HB", number, len(marks)) + bytes(marks)
    count = sum(bool(item.properties) for item in items)
    return box(b"iprp", box(b"ipco", *boxes), full_box(b"ipma", 0, 0, struct.pack(">I", count), entries))
