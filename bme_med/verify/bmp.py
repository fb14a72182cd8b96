"""What lies in a BMP, and whether a picture needs it (BITMAPV5HEADER; "Bitmap Compression")."""

import struct

from bme_med.verify.indexed import Places

__all__ = ["bmp"]

_RLE4 = 2


def bmp(data: bytes) -> Places:
    """Header, masks, table, pixels, profile, and no byte else: yield what is wrong, and where."""
    size, reserved, start, header = struct.unpack_from("<IIII", data, 2)
    if size != len(data):
        yield "file header", "the size that it declares is not that of the file"
    if reserved:
        yield "file header", "reserved bytes hold something"
    if start > len(data) or header + 14 > start:
        yield "file header", "the pixels start nowhere"
        return
    if start - 14 - header > _table_bytes(data, header):
        yield "gap", "bytes between the header and the pixels"
    if header >= 40 and struct.unpack_from("<I", data, 30)[0] in (1, _RLE4):
        yield from _runs(data, start)


def _table_bytes(data: bytes, header: int) -> int:
    """Bytes of the masks and the colour table, which has as many entries as the header says, or as fit."""
    if header == 12:
        depth = struct.unpack_from("<H", data, 24)[0]
        return 3 << depth if depth <= 8 else 0
    depth, compression = struct.unpack_from("<HI", data, 28)
    colours = struct.unpack_from("<I", data, 46)[0] or (1 << depth if depth <= 8 else 0)
    masks = {3: 12, 6: 16}.get(compression, 0) if header == 40 else 0
    return int(masks + 4 * colours)


def _runs(data: bytes, at: int) -> Places:
    """Run lengths: jumps that lead to no pixel, codes behind the last one, bits of none."""
    width, height, _, _, compression = struct.unpack_from("<iiHHI", data, 18)
    column, row, was_jump, ended_rows = 0, 0, False, 0
    while (code := data[at : at + 2]) != b"\0\1" and len(code) == 2:
        count, value = code
        is_end = code == b"\0\0"
        ended_rows = ended_rows + 1 if is_end else 0
        if row >= abs(height) or (row == abs(height) - 1 and column >= width and ended_rows != 1):
            yield "pixels", "codes behind the last pixel"
            return
        if was_jump and is_end:
            yield "pixels", "a jump that leads to no pixel"
        was_jump = code == b"\0\2"
        if is_end:
            column, row = 0, row + 1
        elif was_jump:
            column, row, at = column + data[at + 2], row + data[at + 3], at + 2
            if column >= width or row >= abs(height):
                yield "pixels", "a jump that leads to no pixel"
        elif not count:
            size = (value + 1) // 2 if compression == _RLE4 else value
            column, at = column + value, at + size + size % 2
        else:
            column += count
            if compression == _RLE4 and count == 1 and value & 15:
                yield "pixels", "half a byte that no pixel owns"
        at += 2
    if was_jump:
        yield "pixels", "a jump that leads to no pixel"
