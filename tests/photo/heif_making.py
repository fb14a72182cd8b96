"""HEIC and AVIF files put together box by box, whole or with tokens planted in them."""

import io
import struct
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import pillow_heif

from tests.photo.making import exif, icc_profile, picture, token

__all__ = [
    "ALPHA",
    "AVIF_ALPHA",
    "HANDLER",
    "Item",
    "Property",
    "assemble",
    "auxiliary",
    "box",
    "coded",
    "colour",
    "full_box",
    "grid",
    "iphone",
    "metadata",
    "sei",
    "transform",
    "with_properties",
    "with_references",
]

ALPHA = b"urn:mpeg:hevc:2015:auxid:1"
AVIF_ALPHA = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"

Property = tuple[bytes, bool]
"""A box, and whether it is essential."""


def box(type_: bytes, *contents: bytes) -> bytes:
    """A box."""
    content = b"".join(contents)
    return struct.pack(">I4s", 8 + len(content), type_) + content


def full_box(type_: bytes, version: int, flags: int, *contents: bytes) -> bytes:
    """A box with version and flags."""
    return box(type_, struct.pack(">I", version << 24 | flags), *contents)


HANDLER = full_box(b"hdlr", 0, 0, bytes(4), b"pict", bytes(13))


class Item(NamedTuple):
    """An item; `refers` are pairs of a type and items, and `is_stored` puts the data into idat."""

    type: bytes
    data: bytes
    properties: Sequence[Property] = ()
    refers: Sequence[tuple[bytes, Sequence[int]]] = ()
    name: bytes = b""
    is_hidden: bool = False
    is_stored: bool = False
    extents: int = 1


@cache
def coded(type_: bytes = b"hvc1", mode: str = "RGB", width: int = 128, height: int = 64) -> Item:
    """A picture, coded; its properties are configuration and size."""
    out = io.BytesIO()
    image = picture(mode, (width, height))
    if type_ == b"av01":
        image.save(out, "AVIF", quality=70, speed=10)
    else:
        pillow_heif.from_pillow(image).save(out, format="HEIF", quality=70)
    data = out.getvalue()
    configuration = _find(data, b"hvcC" if type_ == b"hvc1" else b"av1C")
    content = _find(data, b"mdat")[8:]
    size = full_box(b"ispe", 0, 0, struct.pack(">II", width, height))
    return Item(type_, content, [(configuration, True), (size, False)])


def with_properties(item: Item, *more: Property) -> Item:
    """`item` with further properties."""
    return item._replace(properties=[*item.properties, *more])


def with_references(item: Item, *more: tuple[bytes, Sequence[int]]) -> Item:
    """`item` with further references."""
    return item._replace(refers=[*item.refers, *more])


def _find(data: bytes, type_: bytes) -> bytes:
    """The one box of that type, at any depth."""
    start = data.index(type_) - 4
    return data[start : start + int.from_bytes(data[start : start + 4], "big")]


def sei(text: bytes) -> bytes:
    """A NAL unit, behind its length: user data that is not registered (H.265, D.2.7)."""
    payload = bytes(16) + text
    unit = b"\x4e\1\5" + bytes([len(payload)]) + payload + b"\x80"
    return struct.pack(">I", len(unit)) + unit


def colour(kind: bytes, content: bytes) -> Property:
    """A `colr`."""
    return box(b"colr", kind, content), False


def transform(type_: bytes, content: bytes) -> Property:
    """An essential property that turns, mirrors or crops."""
    return box(type_, content), True


def auxiliary(kind: bytes, more: bytes = b"") -> Property:
    """What an auxiliary picture is for."""
    return full_box(b"auxC", 0, 0, kind + b"\0" + more), True


def grid(columns: int, rows: int, width: int, height: int, *, is_stored: bool = True) -> Item:
    """A grid of the items 2, 3 and so on."""
    size = full_box(b"ispe", 0, 0, struct.pack(">II", width, height)), False
    tiles = list(range(2, 2 + columns * rows))
    data = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, width, height)
    return Item(b"grid", data, [size], [(b"dimg", tiles)], is_stored=is_stored)


def metadata(type_: bytes, content: bytes, refers_to: int = 1) -> Item:
    """Exif, or XMP as ``mime``."""
    name = b"\0application/rdf+xml\0" if type_ == b"mime" else b"\0"
    data = struct.pack(">I", 6) + b"Exif\0\0" + content if type_ == b"Exif" else content
    return Item(type_, data, (), [(b"cdsc", [refers_to])], name, is_hidden=True)


def iphone(own: int = 0, second: int = 5, packet: int = 1, profile: int = 4) -> bytes:
    """As an iPhone writes it: two grids, each with an Exif of its own, a thumbnail, a gain map, groups.

    Tokens start at `own` in the first Exif, at `second` in the other, at `packet` in the XMP of the gain map,
    at `profile` in the colour profile.
    """
    tile = coded()._replace(is_hidden=True)
    first, further = grid(2, 2, 250, 120), grid(1, 1, 128, 64)
    gain_map = with_properties(coded(mode="L"), auxiliary(b"urn:com:apple:photo:2020:aux:hdrgainmap"))
    items = [
        with_properties(first, transform(b"irot", b"\3"), colour(b"prof", icc_profile(profile))),
        *[tile] * 4,
        with_references(coded(mode="L"), (b"thmb", [1])),
        with_references(gain_map, (b"auxl", [1])),
        further._replace(refers=[(b"dimg", [9])]),
        tile,
        metadata(b"Exif", exif(6, own)),
        metadata(b"Exif", exif(6, second), refers_to=8),
        metadata(b"mime", b"<x:xmpmeta>" + token(packet) + b"</x:xmpmeta>", refers_to=7),
    ]
    group = full_box(b"ster", 0, 0, struct.pack(">5I", 100, 2, 1, 8, 0))
    return assemble(items, inside=[box(b"grpl", group)], brands=b"heic\0\0\0\0mif1MiHBmiafheictmap")


def assemble(
    items: Sequence[Item],
    *,
    brands: bytes = b"heic\0\0\0\0mif1heic",
    handler: bytes = HANDLER,
    before: Sequence[bytes] = (),
    inside: Sequence[bytes] = (),
    after: Sequence[bytes] = (),
    gap: bytes = b"",
    more_properties: bytes = b"",
) -> bytes:
    """A file of `items`, numbered from 1; the first is shown.

    `before`, `inside` and `after` are boxes around `meta` and in it; `gap` stands in `mdat` before each item.
    """
    meta_bytes = len(_meta(items, 0, handler, inside, gap, more_properties))
    ftyp = box(b"ftyp", brands)
    first = len(ftyp) + sum(map(len, before)) + meta_bytes + 8
    meta = _meta(items, first, handler, inside, gap, more_properties)
    media = b"".join(gap + item.data for item in items if not item.is_stored) + gap
    return b"".join([ftyp, *before, meta, box(b"mdat", media), *after])


def _meta(
    items: Sequence[Item], first: int, handler: bytes, inside: Sequence[bytes], gap: bytes, more: bytes
) -> bytes:
    references = b"".join(
        box(type_, struct.pack(f">HH{len(ends)}H", number, len(ends), *ends))
        for number, item in enumerate(items, 1)
        for type_, ends in item.refers
    )
    stored = b"".join(item.data for item in items if item.is_stored)
    entries = [
        full_box(
            b"infe", 2, int(item.is_hidden), struct.pack(">HH", number, 0), item.type, item.name or b"\0"
        )
        for number, item in enumerate(items, 1)
    ]
    parts = [
        handler,
        full_box(b"pitm", 0, 0, struct.pack(">H", 1)),
        _locations(items, first, len(gap)),
        full_box(b"iinf", 0, 0, struct.pack(">H", len(items)), *entries),
        full_box(b"iref", 0, 0, references) if references else b"",
        _properties(items, more),
        box(b"idat", stored) if stored else b"",
    ]
    return full_box(b"meta", 0, 0, *parts, *inside)


def _locations(items: Sequence[Item], first: int, gap_bytes: int) -> bytes:
    offset, stored, entries = first + gap_bytes, 0, []
    for number, item in enumerate(items, 1):
        start = stored if item.is_stored else offset
        step = -(-len(item.data) // item.extents) or 1
        cuts = [(at, min(step, len(item.data) - at)) for at in range(0, len(item.data), step)]
        extents = b"".join(struct.pack(">II", start + at, size) for at, size in cuts)
        entries.append(struct.pack(">HHHH", number, item.is_stored, 0, len(cuts)) + extents)
        if item.is_stored:
            stored += len(item.data)
        else:
            offset += len(item.data) + gap_bytes
    return full_box(b"iloc", 1, 0, b"\x44\0", struct.pack(">H", len(entries)), *entries)


def _properties(items: Sequence[Item], more: bytes) -> bytes:
    boxes = list(dict.fromkeys(content for item in items for content, _ in item.properties))
    entries = b"".join(
        struct.pack(">HB", number, len(item.properties))
        + bytes(boxes.index(content) + 1 | essential << 7 for content, essential in item.properties)
        for number, item in enumerate(items, 1)
        if item.properties
    )
    count = sum(bool(item.properties) for item in items)
    associations = full_box(b"ipma", 0, 0, struct.pack(">I", count), entries)
    return box(b"iprp", box(b"ipco", *boxes, more), associations)
