"""What lies in a PNG, chunk by chunk, and whether a picture needs it (PNG 3rd ed., 5.3, 11.3)."""

import struct
import zlib

from bme_med.verify.indexed import UNNEEDED, Places
from bme_med.verify.packet import is_orientation, is_packet
from bme_med.verify.png_rows import has_loose_bits

__all__ = ["png"]

_XMP = b"XML:com.adobe.xmp\0\0\0\0\0"
_NEEDED = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP mDCV cLLI acTL fcTL fdAT".split()
)
_PALETTE = 3
_BRIGHTEST = 100_000_000


def png(data: bytes) -> Places:
    """Yield each place that holds more than a picture needs, and what is wrong there."""
    at, number, depth, color = 8, 0, data[24], data[25]
    size, images = struct.unpack_from(">II", data, 16), _Images()
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + length]
        place = f"{number}/{kind.decode('latin-1') if kind.isalpha() else '?'}"
        (crc,) = struct.unpack_from(">I", data, at + 8 + length)
        if crc != zlib.crc32(kind + content):
            yield place, "its CRC does not match"
        images.add(kind, content)
        if kind not in _NEEDED and not _is_needed(kind, content):
            yield place, UNNEEDED
        if not _is_believable(kind, content, 0 if color == _PALETTE else depth):
            yield place, "numbers that no picture has"
        at, number = at + 12 + length, number + 1
        if kind == b"IEND":
            if depth < 8 and any(
                has_loose_bits(zlib.decompress(image), frame or size, depth, is_interlaced=bool(data[28]))
                for frame, image in images.found
            ):
                yield "image data", "bits that no pixel owns"
            if at != len(data) or length:
                yield "trailer", "bytes behind the end of the picture"
            return
    yield "", "no end"


class _Images:
    """Collects compressed image data, with the size of a frame that has its own."""

    def __init__(self) -> None:
        self.found: list[tuple[tuple[int, int] | None, bytearray]] = []
        self._control: tuple[int, int] | None = None
        self._last = b""

    def add(self, kind: bytes, content: bytes) -> None:
        """Take in the next chunk."""
        if kind == b"fcTL":
            self._control = struct.unpack_from(">II", content, 4)
        elif kind in (b"IDAT", b"fdAT"):
            if kind != self._last:
                self.found.append((self._control if kind == b"fdAT" else None, bytearray()))
            self.found[-1][1].extend(content[4:] if kind == b"fdAT" else content)
        self._last = kind


def _is_needed(kind: bytes, content: bytes) -> bool:
    if kind == b"eXIf":
        return is_orientation(content)
    packet = content.removeprefix(_XMP)
    return kind == b"iTXt" and packet != content and is_packet(packet)


def _is_believable(kind: bytes, content: bytes, depth: int) -> bool:
    """Whether the numbers of an ancillary chunk are of this world; `depth` is 0 for a palette."""
    match kind:
        case b"gAMA":
            return 5_000 <= int.from_bytes(content, "big") <= 1_000_000
        case b"cHRM":
            numbers = struct.unpack(">8i", content)
            is_white = min(numbers[:2]) >= 20_000
            return bool(is_white and min(numbers) >= -10_000 and max(numbers) <= 100_000)
        case b"pHYs":
            return content[8] <= 1 and bool(max(struct.unpack(">II", content[:8])) <= 400_000)
        case b"cLLI":
            return bool(max(struct.unpack(">II", content)) <= _BRIGHTEST)
        case b"mDCV":
            *places, brightest, darkest = struct.unpack(">8HII", content)
            is_gamut = max(places) <= 50_000 and min(places[1:6:2]) <= 7_500
            return bool(is_gamut and darkest < brightest <= _BRIGHTEST)
        case b"cICP":
            return 1 <= content[0] <= 22 and 1 <= content[1] <= 18 and content[2] == 0 and content[3] <= 1
        case b"sRGB":
            return content[0] <= 3
        case b"sBIT":
            return all(1 <= bits <= (depth or 8) for bits in content)
        case b"bKGD" | b"tRNS" if depth:
            return all(sample >> depth == 0 or depth == 1 for (sample,) in struct.iter_unpack(">H", content))
    return True
