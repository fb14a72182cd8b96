"""What lies in a photo's container, byte by byte, and whether a picture needs it.

A reading of its own of each format's structure; each function yields the places that hold more.
"""

import struct
import zlib

from bme_med.core import Format
from bme_med.verify import indexed
from bme_med.verify.bmp import bmp
from bme_med.verify.indexed import UNNEEDED, Places
from bme_med.verify.jpeg import jpeg
from bme_med.verify.packet import is_orientation, is_packet
from bme_med.verify.png import png

__all__ = ["foreign_parts", "hidden_parts"]

_WEBP_NEEDED = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ICCP"))
_BEHIND = "bytes behind the end of the picture"


def foreign_parts(data: bytes, format_: Format) -> list[tuple[str, str]]:
    """Places of the container, each with what is wrong there; what cannot be read is wrong as well."""
    readers = {
        Format.JPEG: jpeg,
        Format.PNG: png,
        Format.WEBP: _webp,
        Format.GIF: _gif,
        Format.BMP: bmp,
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
            if not (is_orientation(content) or is_packet(content)):
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
            screen, image = struct.unpack_from("<HH", data, 6), struct.unpack_from("<4H", data, at + 1)
            if image[0] + image[2] > screen[0] or image[1] + image[3] > screen[1]:
                yield f"{place}image", "reaches outside the screen"
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
