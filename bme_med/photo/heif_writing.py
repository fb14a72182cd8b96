"""A HEIF file of the items that stay: `ftyp`, one `meta`, one `mdat` (ISO/IEC 23008-12, 9.3 and 10.2).

Items are numbered anew, from 1; nothing has a name. Their data follows in that order, without a gap, at
offsets from the file's start (construction method 0).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Piece, Pieces
from bme_med.photo.heif_boxes import encode_box, encode_full_box

__all__ = ["NewItem", "NewProperty", "encode_brands", "write_file"]

_BRANDS = frozenset(b"mif1 mif2 heic heix avif avio miaf MiHB MiHA MiHE MiPr MA1A MA1B 1pic".split())
"""Brands that say how a still picture is coded; another could be any four letters."""
_STILLS = {b"msf1": b"mif1", b"heim": b"heic", b"heis": b"heic"}
_STILL_BRAND = b"mif1"
_SIZES = b"\x44\0"
_MAX_FILE_BYTES = (1 << 32) - 1
_MAX_SHORT_INDEX = 0x7F


class NewProperty(NamedTuple):
    """A property of an item, as a whole box."""

    box: bytes
    is_essential: bool


class NewItem(NamedTuple):
    """An item of the output; `references` by type, to numbers of the output; `size` of `data` in bytes.

    `content` is the content type of one that is ``mime``, closed by NUL.
    """

    type: bytes
    is_hidden: bool
    properties: Sequence[NewProperty]
    references: Sequence[tuple[bytes, Sequence[int]]]
    data: tuple[Piece, ...]
    size: int
    content: bytes = b""


def encode_brands(content: bytes) -> bytes:
    """``ftyp`` with the brands of `content` that say how a still picture is coded, each once."""
    major = _STILLS.get(content[:4], content[:4])
    major = major if major in _BRANDS else _STILL_BRAND
    declared = [content[at : at + 4] for at in range(8, len(content), 4)]
    brands = [brand for brand in dict.fromkeys(declared) if brand in _BRANDS]
    brands += [brand for brand in (_STILL_BRAND, major) if brand not in brands]
    return encode_box(b"ftyp", major, bytes(4), *dict.fromkeys(brands))


def write_file(ftyp: bytes, items: Sequence[NewItem], primary: int) -> tuple[dict[bytes, bytes], Pieces]:
    """The boxes of `meta`, by type, and the whole file."""
    data = Pieces()
    starts: dict[tuple[Piece, ...], int] = {}
    for item in items:
        if item.data not in starts:
            starts[item.data] = data.size
            data.keep_from(0, item.data)
    boxes = _encode_boxes(items, primary)
    head_bytes = len(ftyp) + 12 + sum(map(len, boxes.values())) + 8
    if head_bytes + data.size > _MAX_FILE_BYTES:
        raise UnsupportedFileError("the picture has more than 4 GiB: save it smaller")
    boxes[b"iloc"] = _encode_locations(items, head_bytes, starts)
    out = Pieces()
    out.literal(ftyp + encode_full_box(b"meta", 0, 0, *boxes.values()))
    out.literal((8 + data.size).to_bytes(4, "big") + b"mdat")
    out.extend(data)
    return boxes, out


def _encode_boxes(items: Sequence[NewItem], primary: int) -> dict[bytes, bytes]:
    """The boxes of `meta`; `iloc` is as long as it will be."""
    boxes = {
        b"hdlr": encode_full_box(b"hdlr", 0, 0, bytes(4), b"pict", bytes(13)),
        b"pitm": encode_full_box(b"pitm", 0, 0, _short(primary)),
        b"iloc": _encode_locations(items, 0, {item.data: 0 for item in items}),
        b"iinf": encode_full_box(b"iinf", 0, 0, _short(len(items)), *_entries(items)),
        b"iref": encode_full_box(b"iref", 0, 0, *_references(items)),
        b"iprp": _encode_properties(items),
    }
    if not any(item.references for item in items):
        del boxes[b"iref"]
    return boxes


def _short(number: int) -> bytes:
    return number.to_bytes(2, "big")


def _entries(items: Sequence[NewItem]) -> Iterator[bytes]:
    for number, item in enumerate(items, 1):
        head = _short(number) + bytes(2) + item.type + b"\0"
        yield encode_full_box(b"infe", 2, int(item.is_hidden), head, item.content)


def _references(items: Sequence[NewItem]) -> Iterator[bytes]:
    for number, item in enumerate(items, 1):
        for type_, ends in item.references:
            yield encode_box(type_, _short(number), _short(len(ends)), *map(_short, ends))


def _encode_locations(items: Sequence[NewItem], first: int, starts: dict[tuple[Piece, ...], int]) -> bytes:
    entries = []
    for number, item in enumerate(items, 1):
        if item.data:
            where = (first + starts[item.data]).to_bytes(4, "big") + item.size.to_bytes(4, "big")
            entries.append(_short(number) + bytes(2) + _short(1) + where)
    return encode_full_box(b"iloc", 0, 0, _SIZES, _short(len(entries)), *entries)


def _encode_properties(items: Sequence[NewItem]) -> bytes:
    """`iprp`: equal properties once, in the order of their first use."""
    numbers = {
        box: n for n, box in enumerate(dict.fromkeys(p.box for item in items for p in item.properties), 1)
    }
    is_long = len(numbers) > _MAX_SHORT_INDEX
    entries = []
    for number, item in enumerate(items, 1):
        if item.properties:
            entries.append(_short(number) + bytes([len(item.properties)]))
            for box, is_essential in item.properties:
                value = numbers[box] | is_essential << (15 if is_long else 7)
                entries.append(value.to_bytes(2 if is_long else 1, "big"))
    count = sum(bool(item.properties) for item in items)
    associations = encode_full_box(b"ipma", 0, int(is_long), count.to_bytes(4, "big"), *entries)
    return encode_box(b"iprp", encode_box(b"ipco", *numbers), associations)
