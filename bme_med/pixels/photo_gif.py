"""GIF painted over (GIF89a, sections 17 to 23 and appendix F).

Of each image that a region reaches the indices are decoded, painted and packed anew; all other blocks stay.
"""

import io
import struct
from collections.abc import Iterable, Iterator, Sequence

from bme_med.core import MalformedFileError, Region

__all__ = ["paint_gif"]

_EXTENSION, _IMAGE, _TRAILER, _CONTROL = 0x21, 0x2C, 0x3B, 0xF9
_INTERLACED = 0x40
_MAX_CODES = 4096
_MAX_SUB_BLOCK = 255


def paint_gif(gif: bytes, regions: Sequence[Region]) -> bytes:
    """`gif` with `regions` in the darkest colour of each image, never the transparent one.

    Raises
    ------
    MalformedFileError
        If a block is cut off, or an image cannot be decoded.
    """
    try:
        return b"".join(_blocks(gif, regions))
    except (IndexError, struct.error):
        raise MalformedFileError("the file is cut off") from None


def _blocks(gif: bytes, regions: Sequence[Region]) -> Iterator[bytes]:
    """The blocks of the file, painted."""
    position = 13 + _table_bytes(gif[10])
    table, transparent = gif[13:position], -1
    yield gif[:position]
    while position < len(gif):
        kind, start = gif[position], position
        if kind == _IMAGE:
            local = _table_bytes(gif[position + 9])
            data = position + 10 + local
            position = _end_of_data(gif, data + 1)
            colors = gif[data - local : data] or table
            yield _image(gif[start:data], gif[data:position], colors, transparent, regions)
            transparent = -1
        elif kind == _EXTENSION:
            if gif[position + 1] == _CONTROL and gif[position + 3] & 1:
                transparent = gif[position + 6]
            position = _end_of_data(gif, position + 2)
            yield gif[start:position]
        elif kind == _TRAILER:
            yield gif[start : start + 1]
            return
        else:
            raise MalformedFileError("something else than a block", offset=position)


def _table_bytes(flags: int) -> int:
    """The size of the colour table that the flags of a descriptor announce."""
    return 3 * (2 << (flags & 7)) if flags & 0x80 else 0


def _end_of_data(gif: bytes, position: int) -> int:
    """Where the sub-blocks that start at `position` end."""
    while gif[position]:
        position += gif[position] + 1
    return position + 1


def _image(
    descriptor: bytes, data: bytes, table: bytes, transparent: int, regions: Sequence[Region]
) -> bytes:
    """One image with its descriptor, painted if a region reaches it."""
    left, top, width, height = struct.unpack_from("<HHHH", descriptor, 1)
    place = Region(top, left, top + height, left + width)
    reached = [
        Region(max(region.top, top), max(region.left, left), min(region.bottom, place.bottom), right)
        for region in regions
        if (right := min(region.right, place.right)) > max(region.left, left)
    ]
    if all(region.is_empty for region in reached):
        return descriptor + data
    indices = bytearray(_decode(descriptor, data, width, height))
    dark = _darkest(table, transparent)
    for region in reached:
        for row in range(region.top - top, region.bottom - top):
            first, last = row * width + region.left - left, row * width + region.right - left
            indices[first:last] = bytes((dark,)) * (last - first)
    plain = descriptor[:9] + bytes((descriptor[9] & ~_INTERLACED,)) + descriptor[10:]
    return plain + _encode(bytes(indices), data[0])


def _decode(descriptor: bytes, data: bytes, width: int, height: int) -> bytes:
    """The indices of an image, row by row, as Pillow decodes a file that holds nothing else."""
    from PIL import Image

    grays = bytes(level for value in range(256) for level in (value, value, value))
    file = b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + grays
    file += struct.pack("<BHHHHB", _IMAGE, 0, 0, width, height, descriptor[9] & _INTERLACED) + data + b";"
    try:
        with Image.open(io.BytesIO(file), formats=["GIF"]) as opened:
            return opened.tobytes()
    except Exception:  # noqa: BLE001 - decoders raise what they like
        raise MalformedFileError("an image cannot be decoded") from None


def _darkest(table: bytes, transparent: int) -> int:
    lightness = [
        (299 * red + 587 * green + 114 * blue, index)
        for index, (red, green, blue) in enumerate(struct.iter_unpack("3B", table))
        if index != transparent
    ]
    return min(lightness)[1] if lightness else 0


def _encode(indices: bytes, bits: int) -> bytes:
    """Indices packed with LZW, in sub-blocks behind the code size (appendix F)."""
    value = filled = 0
    packed = bytearray()
    for code, width in _codes(indices, bits):
        value |= code << filled
        filled += width
        while filled >= 8:
            packed.append(value & 0xFF)
            value >>= 8
            filled -= 8
    packed.append(value)
    blocks = (packed[start : start + _MAX_SUB_BLOCK] for start in range(0, len(packed), _MAX_SUB_BLOCK))
    return bytes((bits,)) + b"".join(bytes((len(block),)) + block for block in blocks) + b"\0"


def _codes(indices: Iterable[int], bits: int) -> Iterator[tuple[int, int]]:
    """LZW codes and their widths; strings are known by the code of their head and their last index."""
    clear, known = 1 << bits, dict[tuple[int, int], int]()
    width, head = bits + 1, -1
    yield clear, width
    for index in indices:
        string = head, index
        if head < 0:
            head = index
        elif string in known:
            head = known[string]
        else:
            yield head, width
            code = clear + 2 + len(known)
            known[string], head = code, index
            width += code == 1 << width
            if code == _MAX_CODES - 1:
                yield clear, width
                known, width = {}, bits + 1
    yield head, width
    code = clear + 2 + len(known)
    yield clear + 1, width + (code == 1 << width and width < 12)
