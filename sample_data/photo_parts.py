"""Metadata as cameras and editors write it: Exif, IPTC, XMP, ICC, PNG chunks.

Exif 2.32 in TIFF 6.0 directories, IPTC-IIM 4.2 in Photoshop resources, XMP part 3, ICC.1:2001-04, PNG 3rd
edition.
"""

import struct
import zlib
from dataclasses import dataclass

__all__ = [
    "Entry",
    "ascii_",
    "chunk",
    "exif",
    "icc_profile",
    "iptc",
    "png_pixels",
    "rationals",
    "short",
    "stored",
    "undefined",
    "xmp",
]


@dataclass(frozen=True)
class Entry:
    """A directory entry; `data` is in the byte order of the file it goes into."""

    tag: int
    kind: int
    count: int
    data: bytes


def ascii_(tag: int, text: str) -> Entry:
    """An entry of type ASCII, closed by NUL."""
    data = text.encode("ascii") + b"\0"
    return Entry(tag, 2, len(data), data)


def short(tag: int, value: int, order: str) -> Entry:
    """An entry with one SHORT."""
    return Entry(tag, 3, 1, struct.pack(order + "H", value))


def undefined(tag: int, data: bytes, *, kind: int = 7) -> Entry:
    """An entry of bytes: UNDEFINED, or BYTE with `kind` 1."""
    return Entry(tag, kind, len(data), data)


def rationals(tag: int, order: str, *pairs: int) -> Entry:
    """An entry of RATIONALs, numerators and denominators in turn."""
    return Entry(tag, 5, len(pairs) // 2, struct.pack(f"{order}{len(pairs)}I", *pairs))


def _long(tag: int, value: int, order: str) -> Entry:
    return Entry(tag, 4, 1, struct.pack(order + "I", value))


def _directory(entries: list[Entry], start: int, order: str, following: int = 0) -> bytes:
    """A directory at offset `start`, its longer values behind it."""
    entries = sorted(entries, key=lambda e: e.tag)
    table, values = struct.pack(order + "H", len(entries)), b""
    behind = start + 2 + 12 * len(entries) + 4
    for e in entries:
        table += struct.pack(order + "HHI", e.tag, e.kind, e.count)
        if len(e.data) <= 4:
            table += e.data.ljust(4, b"\0")
        else:
            table += struct.pack(order + "I", behind + len(values))
            values += e.data + b"\0" * (len(e.data) % 2)
    return table + struct.pack(order + "I", following) + values


def exif(
    order: str,
    image: list[Entry],
    camera: list[Entry],
    place: list[Entry] | None = None,
    thumbnail: bytes = b"",
) -> bytes:
    """A TIFF stream with IFD 0, the Exif and GPS directories, and IFD 1 with `thumbnail`."""
    pointers = [_long(0x8769, 0, order)] + ([_long(0x8825, 0, order)] if place else [])
    camera_at = 8 + len(_directory(image + pointers, 8, order))
    place_at = camera_at + len(_directory(camera, camera_at, order))
    second_at = place_at + (len(_directory(place, place_at, order)) if place else 0)
    pointers = [_long(0x8769, camera_at, order)] + ([_long(0x8825, place_at, order)] if place else [])
    out = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    out += _directory(image + pointers, 8, order, second_at if thumbnail else 0)
    out += _directory(camera, camera_at, order)
    if place:
        out += _directory(place, place_at, order)
    if thumbnail:
        second = _thumbnail_entries(0, len(thumbnail), order)
        at = second_at + len(_directory(second, second_at, order))
        second = _thumbnail_entries(at, len(thumbnail), order)
        out += _directory(second, second_at, order) + thumbnail
    return out


def _thumbnail_entries(at: int, length: int, order: str) -> list[Entry]:
    return [
        short(0x0103, 6, order),
        rationals(0x011A, order, 72, 1),
        rationals(0x011B, order, 72, 1),
        short(0x0128, 2, order),
        _long(0x0201, at, order),
        _long(0x0202, length, order),
    ]


def iptc(*datasets: tuple[int, str]) -> bytes:
    """IIM record 2 in a Photoshop image resource 0x0404, as an APP13 payload; UTF-8 announced by 1:90."""
    iim = b"\x1c\x01\x5a\x00\x03\x1b%G"
    for number, text in datasets:
        data = text.encode()
        iim += struct.pack(">BBBH", 0x1C, 2, number, len(data)) + data
    resource = b"8BIM" + struct.pack(">HHI", 0x0404, 0, len(iim)) + iim + b"\0" * (len(iim) % 2)
    return b"Photoshop 3.0\0" + resource


_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}


def xmp(simple: dict[str, str], lists: dict[str, tuple[str, str]]) -> bytes:
    """A packet; `lists` maps a property to its container (Seq, Bag, Alt) and only entry."""
    spaces = "".join(f' xmlns:{k}="{v}"' for k, v in _NAMESPACES.items())
    attributes = "".join(f' {k}="{v}"' for k, v in simple.items())
    inner = ""
    for name, (container, text) in lists.items():
        language = ' xml:lang="x-default"' if container == "Alt" else ""
        inner += f"<{name}><rdf:{container}><rdf:li{language}>{text}</rdf:li></rdf:{container}></{name}>"
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about=""{spaces}{attributes}>{inner}</rdf:Description></rdf:RDF></x:xmpmeta>'
        '<?xpacket end="w"?>'
    ).encode()


def icc_profile(description: str, copyright_: str) -> bytes:
    """A display profile with sRGB's primaries and gamma 2.2, made on 6 May 2024, named `description`."""
    text = description.encode("ascii") + b"\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(8 + 2 + 1 + 67),
        b"cprt": b"text\0\0\0\0" + copyright_.encode("ascii") + b"\0",
        b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D),
        b"rXYZ": b"XYZ \0\0\0\0" + struct.pack(">3I", 0x6FA2, 0x38F5, 0x0390),
        b"gXYZ": b"XYZ \0\0\0\0" + struct.pack(">3I", 0x6299, 0xB785, 0x18DA),
        b"bXYZ": b"XYZ \0\0\0\0" + struct.pack(">3I", 0x24A0, 0x0F84, 0xB6CF),
        b"rTRC": b"curv\0\0\0\0" + struct.pack(">IH", 1, 0x0233),
        b"gTRC": b"curv\0\0\0\0" + struct.pack(">IH", 1, 0x0233),
        b"bTRC": b"curv\0\0\0\0" + struct.pack(">IH", 1, 0x0233),
    }
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    header = struct.pack(
        ">I4sI4s4s4s6H4s4sI4s4s8sI3I4s44x",
        start + len(body), b"QFcm", 0x02100000, b"mntr", b"RGB ", b"XYZ ", 2024, 5, 6, 13, 2, 17,
        b"acsp", b"APPL", 0, b"LMNR", b"QF27", bytes(8), 0, 0xF6D6, 0x10000, 0xD32D, b"LMNR",
    )  # fmt: skip
    return header + table + body


def stored(data: bytes) -> bytes:
    """`data` as a zlib stream of stored blocks (RFC 1951, 3.2.4), the same whatever zlib is installed."""
    out = b"\x78\x01"
    for start in range(0, max(1, len(data)), 0xFFFF):
        part = data[start : start + 0xFFFF]
        final = start + 0xFFFF >= len(data)
        out += struct.pack("<BHH", final, len(part), len(part) ^ 0xFFFF) + part
    return out + struct.pack(">I", zlib.adler32(data))


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk with its CRC."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_pixels(data: bytes, row_bytes: int) -> bytes:
    """The IDAT payload of unfiltered rows."""
    rows = [b"\0" + data[start : start + row_bytes] for start in range(0, len(data), row_bytes)]
    return stored(b"".join(rows))
