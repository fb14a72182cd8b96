"""What lies in a photo's container, byte by byte, and whether a picture needs it.

A reading of its own of each format's structure; each function yields the places that hold more.
"""

import re
import struct
import zlib

from bme_med.core import Format
from bme_med.verify import indexed
from bme_med.verify.indexed import UNNEEDED, Places
from bme_med.verify.packet import is_packet

__all__ = ["foreign_parts", "hidden_parts"]

_ORIENTATION = re.compile(
    rb"(?:Exif\0\0)?(?:MM\0\*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0[\x01-\x08]\0\0"
    rb"|II\*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0[\x01-\x08]\0\0\0)\0\0\0\0"
)
"""An Exif that says Orientation and nothing else."""

_XMP_IN_JPEG, _ICC_IN_JPEG = b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0"
_XMP_IN_PNG = b"XML:com.adobe.xmp\0\0\0\0\0"
_JPEG_NEEDED = frozenset({*range(0xC0, 0xD0), 0xD9, 0xDA, 0xDB, 0xDC, 0xDD} - {0xC8})
_NEXT_MARKER = re.compile(rb"\xff(?=[^\x00\xd0-\xd7\xff])")
_PNG_NEEDED = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP mDCV cLLI acTL fcTL fdAT".split()
)
_WEBP_NEEDED = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ICCP"))
_BEHIND = "bytes behind the end of the picture"


def foreign_parts(data: bytes, format_: Format) -> list[tuple[str, str]]:
    """Places of the container, each with what is wrong there; what cannot be read is wrong as well."""
    readers = {
        Format.JPEG: _jpeg,
        Format.PNG: _png,
        Format.WEBP: _webp,
        Format.GIF: _gif,
        Format.BMP: _bmp,
        Format.TIFF: indexed.tiff,
        Format.HEIF: indexed.heif,
    }
    found: list[tuple[str, str]] = []
    try:
        found.extend(readers[format_](data))
    except (struct.error, IndexError, KeyError, ValueError, zlib.error):
        found.append(("", "its structure cannot be read"))
    return found


def hidden_parts(data: bytes, format_: Format) -> list[tuple[str, str]]:
    """Places of the container that hide a part of the picture, where these can be read."""
    try:
        return list(indexed.hidden_parts(data)) if format_ is Format.HEIF else []
    except (struct.error, IndexError, ValueError):
        return []


def _jpeg(data: bytes) -> Places:
    """ITU-T T.81, B.1."""
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xD9:
            if at + 2 != len(data):
                yield "trailer", _BEHIND
            return
        (length,) = struct.unpack_from(">H", data, at + 2)
        payload = data[at + 4 : at + 2 + length]
        if marker not in _JPEG_NEEDED and not _is_needed_in_jpeg(marker, payload):
            yield f"marker {marker:02X}", UNNEEDED
        at += 2 + length
        if marker == 0xDA:
            found = _NEXT_MARKER.search(data, at)
            at = found.start() if found else len(data)
    yield "", "bytes between marker segments, or no end"


def _is_needed_in_jpeg(marker: int, payload: bytes) -> bool:
    match marker:
        case 0xE0:
            return payload[:5] == b"JFIF\0" and len(payload) == 14 and payload[12:] == b"\0\0"
        case 0xE1:
            return bool(_ORIENTATION.fullmatch(payload)) or is_packet(payload.removeprefix(_XMP_IN_JPEG))
        case 0xE2:
            return payload.startswith(_ICC_IN_JPEG)
        case 0xEE:
            return payload[:5] == b"Adobe" and len(payload) == 12
    return False


def _png(data: bytes) -> Places:
    """PNG 3rd ed., 5.3."""
    at, number = 8, 0
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + length]
        place = f"{number}/{kind.decode('latin-1') if kind.isalpha() else '?'}"
        (crc,) = struct.unpack_from(">I", data, at + 8 + length)
        if crc != zlib.crc32(kind + content):
            yield place, "its CRC does not match"
        if kind not in _PNG_NEEDED and not _is_needed_in_png(kind, content):
            yield place, UNNEEDED
        at, number = at + 12 + length, number + 1
        if kind == b"IEND":
            if at != len(data) or length:
                yield "trailer", _BEHIND
            return
    yield "", "no end"


def _is_needed_in_png(kind: bytes, content: bytes) -> bool:
    if kind == b"eXIf":
        return _ORIENTATION.fullmatch(content) is not None
    packet = content.removeprefix(_XMP_IN_PNG)
    return kind == b"iTXt" and packet != content and is_packet(packet)


def _webp(data: bytes) -> Places:
    """RFC 9649, 2."""
    if struct.unpack_from("<I", data, 4)[0] + 8 != len(data):
        yield "trailer", _BEHIND
    yield from _riff(data, 12, min(len(data), struct.unpack_from("<I", data, 4)[0] + 8), "")


def _riff(data: bytes, at: int, end: int, path: str) -> Places:
    number = 0
    while at < end:
        kind, length = struct.unpack_from("<4sI", data, at)
        content = data[at + 8 : at + 8 + length]
        place = f"{path}{number}/{kind.decode('latin-1').strip() if kind.strip().isalnum() else '?'}"
        if at + 8 + length > end or data[at + 8 + length : at + 8 + length + length % 2].strip(b"\0"):
            yield place, "reaches past the end, or its padding holds something"
        if kind == b"ANMF":
            yield from _riff(data, at + 24, at + 8 + length, f"{place}/")
        elif kind == b"EXIF" or kind == b"XMP ":
            if not (_ORIENTATION.fullmatch(content) or is_packet(content)):
                yield place, UNNEEDED
        elif kind not in _WEBP_NEEDED:
            yield place, UNNEEDED
        at, number = at + 8 + length + length % 2, number + 1


def _gif(data: bytes) -> Places:
    """GIF89a, 15 to 27."""
    at = 13 + _table_bytes(data[10])
    number = 1
    while data[at] != 0x3B:
        place = f"{number}/"
        if data[at] == 0x2C:
            at += 10 + _table_bytes(data[at + 9]) + 1
            at = _behind_blocks(data, at)
        elif data[at] == 0x21 and data[at + 1] == 0xF9:
            at = _behind_blocks(data, at + 2)
        elif data[at] == 0x21:
            end = _behind_blocks(data, at + 2)
            is_loop = data[at + 2 : at + 14] in {b"\x0bNETSCAPE2.0", b"\x0bANIMEXTS1.0"}
            if data[at + 1] != 0xFF or not is_loop or end - at > 24:
                yield f"{place}extension", UNNEEDED
            at = end
        else:
            yield place, "no block starts there"
            return
        number += 1
    if at + 1 != len(data):
        yield "trailer", _BEHIND


def _table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _behind_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1


def _bmp(data: bytes) -> Places:
    """BITMAPFILEHEADER and BITMAPV5HEADER: header, masks, table, pixels, profile, and no byte else."""
    size, reserved, start, header = struct.unpack_from("<IIII", data, 2)
    if size != len(data):
        yield "file header", "the size that it declares is not that of the file"
    if reserved:
        yield "file header", "reserved bytes hold something"
    if start > len(data) or header + 14 > start:
        yield "file header", "the pixels start nowhere"
        return
    if start - 14 - header > _bmp_table_bytes(data, header):
        yield "gap", "bytes between the header and the pixels"


def _bmp_table_bytes(data: bytes, header: int) -> int:
    """Bytes of the masks and the colour table, which has as many entries as the header says, or as fit."""
    if header == 12:
        depth = struct.unpack_from("<H", data, 24)[0]
        return 3 << depth if depth <= 8 else 0
    depth, compression = struct.unpack_from("<HI", data, 28)
    colours = struct.unpack_from("<I", data, 46)[0] or (1 << depth if depth <= 8 else 0)
    masks = {3: 12, 6: 16}.get(compression, 0) if header == 40 else 0
    return int(masks + 4 * colours)
