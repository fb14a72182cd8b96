"""The items of a HEIF or AVIF still, read and written anew (ISO/IEC 23008-12, 6 and 9; 14496-12, 8.11)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from bme_med.core import MalformedFileError, UnsupportedFileError

__all__ = ["Container", "Item", "Property", "encode_container", "read_container"]

_BRANDS = (b"avif", b"heic", b"heix", b"mif1", b"miaf")
_CUT_OFF = "a box of the file is cut off"


class Property(NamedTuple):
    """A property of an item: its whole box, and whether a reader must know it."""

    kind: bytes
    box: bytes
    is_essential: bool

    @property
    def payload(self) -> bytes:
        """What the box holds."""
        return self.box[8:]


@dataclass(slots=True)
class Item:
    """One item.

    Attributes
    ----------
    references
        By kind, the items that it refers to.
    """

    kind: bytes = b""
    is_hidden: bool = False
    rest: bytes = b""
    properties: list[Property] = field(default_factory=list)
    references: dict[bytes, list[int]] = field(default_factory=dict)
    data: bytes = b""


@dataclass(slots=True)
class Container:
    """The file type, the primary item, and all items by number."""

    brands: bytes
    primary: int
    items: dict[int, Item]


def read_container(heif: bytes) -> Container:
    """Read the items of `heif`.

    Raises
    ------
    MalformedFileError
        If a box is cut off, or the primary item is missing.
    """
    try:
        container = _read(heif)
    except (struct.error, IndexError, KeyError):
        raise MalformedFileError(_CUT_OFF) from None
    if container.primary not in container.items:
        raise MalformedFileError("the file has no primary picture", where="pitm")
    return container


def _read(heif: bytes) -> Container:
    top = dict(_boxes(heif, 0, len(heif)))
    meta = {kind: heif[slice(*place)] for kind, place in _boxes(heif, top[b"meta"][0] + 4, top[b"meta"][1])}
    items = dict(_infos(meta[b"iinf"]))
    _read_properties(meta[b"iprp"], items)
    _read_references(meta.get(b"iref", b""), items)
    _read_data(heif, meta[b"iloc"], meta.get(b"idat", b""), items)
    primary = meta[b"pitm"]
    return Container(_brands(heif[slice(*top[b"ftyp"])]), int.from_bytes(primary[4:], "big"), items)


def _brands(ftyp: bytes) -> bytes:
    """File types without those that promise what is not written, such as a sequence or a gain map."""
    said = [ftyp[at : at + 4] for at in (0, *range(8, len(ftyp), 4))]
    kept = sorted({brand for brand in said if brand in _BRANDS} | {b"mif1"}, key=_BRANDS.index)
    return kept[0] + bytes(4) + b"".join(kept)


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Type of each box, and where its payload lies."""
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, start + 8)[0], 16
        size = size or end - start
        if size < head or start + size > end:
            raise MalformedFileError(_CUT_OFF, offset=start)
        yield kind, (start + head, start + size)
        start += size


def _infos(iinf: bytes) -> Iterator[tuple[int, Item]]:
    for kind, (start, end) in _boxes(iinf, 6 if iinf[0] == 0 else 8, len(iinf)):
        info = iinf[start:end]
        if kind != b"infe" or info[0] not in (2, 3):
            raise UnsupportedFileError("the items of the file are of an old kind: convert the picture to PNG")
        wide = 2 if info[0] == 2 else 4
        number, at = int.from_bytes(info[4 : 4 + wide], "big"), 6 + wide
        yield number, Item(info[at : at + 4], bool(info[3] & 1), info[at + 4 :])


def _read_properties(iprp: bytes, items: dict[int, Item]) -> None:
    parts = dict(_boxes(iprp, 0, len(iprp)))
    start, end = parts[b"ipco"]
    known = []
    for kind, (first, last) in _boxes(iprp, start, end):
        payload = iprp[first:last]
        known.append((kind, struct.pack(">I4s", 8 + len(payload), kind) + payload))
    fields = _Fields(iprp[slice(*parts[b"ipma"])])
    version, flags = fields.read(1), fields.read(3)
    for _ in range(fields.read(4)):
        item = items[fields.read(2 if version == 0 else 4)]
        for _ in range(fields.read(1)):
            wide = 2 if flags & 1 else 1
            said = fields.read(wide)
            essential = 1 << 8 * wide - 1
            if said & ~essential:
                item.properties.append(Property(*known[(said & ~essential) - 1], bool(said & essential)))


def _read_references(iref: bytes, items: dict[int, Item]) -> None:
    if not iref:
        return
    wide = 2 if iref[0] == 0 else 4
    for kind, (start, end) in _boxes(iref, 4, len(iref)):
        fields = _Fields(iref[start:end])
        item = items[fields.read(wide)]
        item.references[kind] = [fields.read(wide) for _ in range(fields.read(2))]
        if kind == b"dimg" and not items.keys() >= set(item.references[kind]):
            raise MalformedFileError("a picture is made of items that are not there", where="iref")


def _read_data(heif: bytes, iloc: bytes, idat: bytes, items: dict[int, Item]) -> None:
    fields = _Fields(iloc)
    version, _, sizes, more = fields.read(1), fields.read(3), fields.read(1), fields.read(1)
    wide = 2 if version < 2 else 4
    for _ in range(fields.read(wide)):
        item = items[fields.read(wide)]
        method = fields.read(2) & 15 if version else 0
        fields.read(2)
        base = fields.read(more >> 4)
        source = {0: heif, 1: idat}.get(method)
        if source is None:
            raise UnsupportedFileError("an item of the file lies in another: convert the picture to PNG")
        for _ in range(fields.read(2)):
            fields.read(more & 15 if version else 0)
            start = base + fields.read(sizes >> 4)
            length = fields.read(sizes & 15) or len(source) - start
            if start + length > len(source):
                raise MalformedFileError("the data of an item is cut off", where="iloc")
            item.data += source[start : start + length]


class _Fields:
    """Numbers that follow each other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read(self, size: int) -> int:
        """The next number of `size` bytes; nothing is 0."""
        if self._at + size > len(self._data):
            raise MalformedFileError(_CUT_OFF)
        self._at += size
        return int.from_bytes(self._data[self._at - size : self._at], "big")


def encode_container(container: Container) -> bytes:
    """The file: brands, items numbered anew from 1, their data in order, and nothing else."""
    numbers = {old: new for new, old in enumerate(container.items, 1)}
    meta = _meta(container, numbers, 0)
    start = len(container.brands) + 8 + len(meta) + 8
    data = b"".join(item.data for item in container.items.values())
    return _box(b"ftyp", container.brands) + _meta(container, numbers, start) + _box(b"mdat", data)


def _meta(container: Container, numbers: dict[int, int], start: int) -> bytes:
    """The meta box of items whose data starts at byte `start` of the file."""
    items, properties = container.items.values(), dict[bytes, int]()
    infos = associations = references = locations = b""
    for number, item in enumerate(items, 1):
        info = struct.pack(">HH4s", number, 0, item.kind) + (item.rest or b"\0")
        infos += _full_box(b"infe", info, version=2, flags=int(item.is_hidden))
        associations += struct.pack(">HB", number, len(item.properties))
        for _, box, is_essential in item.properties:
            index = properties.setdefault(box, len(properties) + 1)
            associations += struct.pack(">H", is_essential << 15 | index)
        for kind, targets in item.references.items():
            kept = [numbers[target] for target in targets if target in numbers]
            if kept:
                references += _box(kind, struct.pack(f">HH{len(kept)}H", number, len(kept), *kept))
        locations += struct.pack(">HHHII", number, 0, 1, start, len(item.data))
        start += len(item.data)
    count = struct.pack(">H", len(numbers))
    ipma = _full_box(b"ipma", struct.pack(">I", len(numbers)) + associations, flags=1)
    return _full_box(
        b"meta",
        _full_box(b"hdlr", b"\0\0\0\0pict" + bytes(13))
        + _full_box(b"pitm", struct.pack(">H", numbers[container.primary]))
        + _full_box(b"iloc", b"\x44\0" + count + locations)
        + _full_box(b"iinf", count + infos)
        + _box(b"iprp", _box(b"ipco", b"".join(properties)) + ipma)
        + (_full_box(b"iref", references) if references else b""),
    )


def _box(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(payload), kind) + payload


def _full_box(kind: bytes, payload: bytes, *, version: int = 0, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags) + payload)
