"""What lies in containers that find their parts by offsets, TIFF and HEIF, and whether a picture needs it."""

import struct
from collections.abc import Iterator

from bme_med.verify.heif_coded import hides_rows_or_columns, is_meaningful, texts_behind_headers
from bme_med.verify.packet import is_packet

__all__ = ["UNNEEDED", "Places", "heif", "hidden_parts", "tiff"]

Places = Iterator[tuple[str, str]]
"""Places, and what is wrong there."""

UNNEEDED = "no picture needs it"
_TIFF_NEEDED = frozenset(
    (
        *(254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 282, 283, 284, 292, 293, 296, 317, 318),
        *(319, 320, 322, 323, 324, 325, 332, 334, 336, 338, 339, 347, 529, 530, 531, 532, 34675, 50674),
    )
)
_TIFF_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_TIFF_SIZES |= {16: 8, 17: 8, 18: 8}
_TIFF_NUMBERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_TIFF_UNITS = {273: 279, 324: 325, 513: 514}
_COMPRESSION, _OLD_JPEG = 259, 6
_XMP = 700
_OLD_TABLES = {519: 64, 520: 16, 521: 16}
"""Bytes of a table of an old JPEG; a Huffman table starts with how many values of each length follow."""
_OLD_NEEDED = frozenset((512, 513, 514, 515, *_OLD_TABLES))
_HEIF_BOXES = frozenset((b"ftyp", b"meta", b"mdat"))
_HEIF_META = frozenset((b"hdlr", b"pitm", b"iloc", b"iinf", b"iref", b"iprp", b"idat"))
_HEIF_ITEMS = frozenset((b"hvc1", b"av01", b"grid", b"iovl", b"iden", b"mime"))
_HEIF_PROPERTIES = frozenset(
    b"hvcC av1C ispe pixi colr irot imir auxC clli mdcv pasp clap a1lx a1op lsel rloc cclv amve rref".split()
)


def tiff(data: bytes) -> Places:
    """TIFF 6.0, 2; BigTIFF: directories, values, strips and tiles account for every byte but for padding."""
    order = {b"II": "<", b"MM": ">"}[data[:2]]
    is_big = struct.unpack_from(f"{order}H", data, 2)[0] == 43
    head, count_form, entry_bytes, place_form = (16, "Q", 20, "Q") if is_big else (8, "H", 12, "I")
    (at,) = struct.unpack_from(f"{order}{place_form}", data, head - struct.calcsize(place_form))
    used, page = [(0, head)], 0
    while at and page < 10_000:
        (count,) = struct.unpack_from(f"{order}{count_form}", data, at)
        start = at + struct.calcsize(count_form)
        end = start + count * entry_bytes
        used.append((at, end + struct.calcsize(place_form)))
        values: dict[int, tuple[int, ...]] = {}
        for entry in range(start, end, entry_bytes):
            tag, type_, members = struct.unpack_from(f"{order}HH{place_form}", data, entry)
            is_old = values.get(_COMPRESSION) == (_OLD_JPEG,)
            size, field = _TIFF_SIZES[type_] * members, entry + 4 + struct.calcsize(place_form)
            if size > struct.calcsize(place_form):
                (field,) = struct.unpack_from(f"{order}{place_form}", data, field)
                used.append((field, field + size))
            is_needed = tag in _TIFF_NEEDED or (is_old and tag in _OLD_NEEDED)
            if not (is_needed or (tag == _XMP and is_packet(data[field : field + size]))):
                yield f"IFD{page}/tag {tag}", UNNEEDED
            if tag in {_COMPRESSION, *_TIFF_UNITS, *_TIFF_UNITS.values(), *_OLD_TABLES}:
                values[tag] = struct.unpack_from(f"{order}{members}{_TIFF_NUMBERS[type_]}", data, field)
        for offsets, sizes in _TIFF_UNITS.items():
            used += [(o, o + n) for o, n in zip(values.get(offsets, ()), values.get(sizes, ()), strict=True)]
        for tag, size in _OLD_TABLES.items():
            counted = (0 if tag == 519 else sum(data[o : o + size]) for o in values.get(tag, ()))
            used += [(o, o + size + n) for o, n in zip(values.get(tag, ()), counted, strict=True)]
        (at,) = struct.unpack_from(f"{order}{place_form}", data, end)
        page += 1
    yield from _gaps(data, used)


def _gaps(data: bytes, used: list[tuple[int, int]]) -> Places:
    """Bytes that nothing accounts for, padding of a few zeros left out."""
    reached = 0
    for start, end in [*sorted(used), (len(data), len(data))]:
        if start > reached and (data[reached:start].strip(b"\0") or start - reached > 8):
            yield f"byte {reached}", "bytes that belong to nothing"
        reached = max(reached, end)
    if reached > len(data):
        yield f"byte {len(data)}", "parts reach past the end"


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Type, content and end of each box (ISO/IEC 14496-12, 4.2)."""
    while at < end:
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            (size,), head = struct.unpack_from(">Q", data, at + 8), 16
        size = size or end - at
        if size < head or at + size > end:
            raise ValueError
        yield kind, at + head, at + size
        at += size


def heif(data: bytes) -> Places:
    """ISO/IEC 23008-12, 6 and 9: boxes, items, properties, and what of the data belongs to an item."""
    used: list[tuple[int, int]] = []
    for kind, start, end in _boxes(data, 0, len(data)):
        if kind not in _HEIF_BOXES:
            yield _name(kind), UNNEEDED
        if kind == b"meta":
            lying = [*_extents(data, start + 4, end)]
            used += [(first, last) for _, first, last in lying]
            yield from _heif_meta(data, start + 4, end)
            yield from _heif_coded(data, start + 4, end, lying)
    for kind, start, end in _boxes(data, 0, len(data)):
        if kind == b"mdat":
            inside = [(max(a, start), min(b, end)) for a, b in used if a < end and b > start]
            yield from ((f"mdat/{place}", text) for place, text in _gaps(data[:end], [(0, start), *inside]))


def _name(kind: bytes) -> str:
    return kind.decode("latin-1") if kind.isalnum() else "box ?"


def _heif_meta(data: bytes, at: int, end: int) -> Places:
    for kind, start, stop in _boxes(data, at, end):
        if kind not in _HEIF_META:
            yield f"meta/{_name(kind)}", UNNEEDED
        elif kind == b"hdlr" and data[start + 24 : stop].strip(b"\0"):
            yield "meta/hdlr", "has a name"
        elif kind == b"iinf":
            yield from _heif_items(data, start, stop)
        elif kind == b"iprp":
            for inner, first, last in _boxes(data, start, stop):
                for property_, at_, to in _boxes(data, first, last) if inner == b"ipco" else ():
                    if property_ not in _HEIF_PROPERTIES:
                        yield f"meta/iprp/{_name(property_)}", UNNEEDED
                    elif not is_meaningful(property_, data[at_:to]):
                        yield f"meta/iprp/{_name(property_)}", "numbers that mean nothing"
            if _has_repeated(data, start, stop):
                yield "meta/iprp", "an item has two properties of one kind"


def _has_repeated(data: bytes, start: int, stop: int) -> bool:
    """Whether `ipma` gives an item two properties of one kind (MIAF, 7.3.6); ``colr`` is two kinds."""
    parts = {kind: (first, last) for kind, first, last in _boxes(data, start, stop)}
    kinds = [
        kind + (data[first : first + 4].replace(b"rICC", b"prof") if kind == b"colr" else b"")
        for kind, first, _ in _boxes(data, *parts[b"ipco"])
    ]
    at, end = parts[b"ipma"]
    item_bytes, index_bytes = 4 if data[at] else 2, 2 if data[at + 3] & 1 else 1
    at += 8
    while at < end:
        count = data[at + item_bytes]
        at += item_bytes + 1
        numbers = [
            int.from_bytes(data[place : place + index_bytes], "big") & (1 << 8 * index_bytes - 1) - 1
            for place in range(at, at + count * index_bytes, index_bytes)
        ]
        given = [kinds[number - 1] for number in numbers if number]
        if len(set(given)) < len(given):
            return True
        at += count * index_bytes
    return False


def _heif_coded(data: bytes, at: int, end: int, lying: list[tuple[int, int, int]]) -> Places:
    entries = [(start, stop) for kind, start, stop in _boxes(data, at, end) if kind == b"iinf"]
    kinds = dict(item for entry in entries for item in _kinds(data, *entry))
    for number in sorted({number for number, _, _ in lying if kinds.get(number) == b"av01"}):
        parts = b"".join(data[first:last] for item, first, last in lying if item == number)
        if texts_behind_headers(parts):
            yield f"item {number}", "bytes behind a sequence header"


def _kinds(data: bytes, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
    for _, first, _ in _boxes(data, start + (8 if data[start] else 6), stop):
        wide = 4 if data[first] == 3 else 2
        number = int.from_bytes(data[first + 4 : first + 4 + wide], "big")
        yield number, data[first + 6 + wide : first + 10 + wide]


def hidden_parts(data: bytes) -> Places:
    """Pictures of a HEIF file of which a window hides a part (ITU-T H.265, 7.4.3.2.1)."""
    for kind, start, end in _boxes(data, 0, len(data)):
        for inner, first, last in _boxes(data, start + 4, end) if kind == b"meta" else ():
            for part, low, high in _boxes(data, first, last) if inner == b"iprp" else ():
                for property_, at, to in _boxes(data, low, high) if part == b"ipco" else ():
                    if property_ == b"hvcC" and hides_rows_or_columns(data[at:to]):
                        yield "meta/iprp/hvcC", "a window hides a part of the picture"


def _heif_items(data: bytes, start: int, stop: int) -> Places:
    for _, first, last in _boxes(data, start + (8 if data[start] else 6), stop):
        version = data[first]
        at = first + 4 + (4 if version == 3 else 2) + 2
        kind, text = data[at : at + 4], data[at + 4 : last]
        is_xmp = kind == b"mime" and text.strip(b"\0") == b"application/rdf+xml"
        if kind not in _HEIF_ITEMS or (text.strip(b"\0") and not is_xmp):
            yield f"item {_name(kind)}", UNNEEDED


def _extents(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Items by number, and where they lie in the file (ISO/IEC 14496-12, 8.11.3)."""
    for kind, start, _ in _boxes(data, at, end):
        if kind == b"iloc":
            yield from _locations(data, start)


def _locations(data: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    version = data[at]
    offset_bytes, length_bytes = data[at + 4] >> 4, data[at + 4] & 15
    base_bytes, index_bytes = data[at + 5] >> 4, data[at + 5] & 15 if version else 0
    wide = 4 if version == 2 else 2
    count = int.from_bytes(data[at + 6 : at + 6 + wide], "big")
    at += 6 + wide
    for _ in range(count):
        number = int.from_bytes(data[at : at + wide], "big")
        method = int.from_bytes(data[at + wide : at + wide + 2], "big") & 15 if version else 0
        at += wide + (2 if version else 0) + 2
        base = int.from_bytes(data[at : at + base_bytes], "big")
        (extents,) = struct.unpack_from(">H", data, at + base_bytes)
        at += base_bytes + 2
        for _ in range(extents):
            at += index_bytes
            offset = base + int.from_bytes(data[at : at + offset_bytes], "big")
            length = int.from_bytes(data[at + offset_bytes : at + offset_bytes + length_bytes], "big")
            at += offset_bytes + length_bytes
            if method == 0:
                yield number, offset, offset + length
