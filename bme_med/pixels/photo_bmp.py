"""BMP painted over in place (Windows GDI, bitmap storage); compressed rows are written plain."""

import io
import struct
from collections.abc import Sequence

from bme_med.core import MalformedFileError, Region, UnsupportedFileError
from bme_med.pixels.decoders import require_decoders

__all__ = ["paint_bmp"]

_CORE_HEADER = 12
_PLAIN, _RLE8, _RLE4, _BITFIELDS, _ALPHA_BITFIELDS = 0, 1, 2, 3, 6
_ALPHA_HEADER = 56
"""Size of the first header that has a mask for alpha."""


def paint_bmp(bmp: bytes, regions: Sequence[Region]) -> bytes:
    """`bmp` with `regions` black, and opaque where it has alpha.

    Raises
    ------
    MalformedFileError
        If its header or its rows are cut off.
    UnsupportedFileError
        If it is a JPEG or PNG that pretends to be a BMP.
    """
    try:
        return _paint(bytearray(bmp), regions)
    except struct.error:
        raise MalformedFileError("the header is cut off") from None


def _paint(bmp: bytearray, regions: Sequence[Region]) -> bytes:
    start, header = struct.unpack_from("<II", bmp, 10)
    is_core = header == _CORE_HEADER
    columns, rows, _, bits = struct.unpack_from("<HHHH" if is_core else "<iiHH", bmp, 18)
    compression = _PLAIN if is_core else struct.unpack_from("<I", bmp, 30)[0]
    if compression in (_RLE8, _RLE4):
        return _paint(_plain(bytes(bmp)), regions)
    if compression not in (_PLAIN, _BITFIELDS, _ALPHA_BITFIELDS):
        raise UnsupportedFileError("a JPEG or PNG inside a BMP cannot be painted over: save it as PNG")
    height, row_bytes = abs(rows), (columns * bits + 31) // 32 * 4
    if start + height * row_bytes > len(bmp) or columns <= 0 or bits not in (1, 2, 4, 8, 16, 24, 32):
        raise MalformedFileError("the rows are cut off")
    pixel = _black(bytes(bmp), header, bits, compression)
    for region in regions:
        top, left, bottom, right = region.clipped(rows=height, columns=columns)
        for row in range(top, bottom) if left < right else ():
            line = start + (row if rows < 0 else height - 1 - row) * row_bytes
            _fill(bmp, line, left, right, pixel, bits)
    return bytes(bmp)


def _plain(bmp: bytes) -> bytearray:
    """A BMP whose rows were run-length encoded, without that."""
    require_decoders()
    from PIL import Image

    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(bmp), formats=["BMP"]) as opened:
            opened.save(out, "BMP")
    except Exception:  # noqa: BLE001 - decoders raise what they like
        raise MalformedFileError("the rows cannot be decoded") from None
    return bytearray(out.getvalue())


def _fill(bmp: bytearray, line: int, left: int, right: int, pixel: int, bits: int) -> None:
    """Overwrite pixels `left` to `right` of the row at `line`; less than a byte: first pixel in high bits."""
    if bits >= 8:
        size = bits // 8
        bmp[line + left * size : line + right * size] = pixel.to_bytes(size, "little") * (right - left)
        return
    for column in range(left, right):
        at, shift = line + column * bits // 8, 8 - bits - column * bits % 8
        bmp[at] = bmp[at] & ~(((1 << bits) - 1) << shift) | pixel << shift


def _black(bmp: bytes, header: int, bits: int, compression: int) -> int:
    """The value of a black and opaque pixel: an index of the darkest entry, or alpha alone."""
    if bits <= 8:
        entry = 3 if header == _CORE_HEADER else 4
        said = 0 if header == _CORE_HEADER else struct.unpack_from("<I", bmp, 46)[0]
        count = min(said or 1 << bits, 1 << bits)
        table = bmp[14 + header : 14 + header + count * entry]
        lightness = [
            (114 * table[at] + 587 * table[at + 1] + 299 * table[at + 2], at // entry)
            for at in range(0, len(table) - entry + 1, entry)
        ]
        if not lightness:
            raise MalformedFileError("the colour table is cut off")
        return min(lightness)[1]
    has_mask = header >= _ALPHA_HEADER or compression == _ALPHA_BITFIELDS
    if compression == _PLAIN or not has_mask:
        return 0
    alpha: int = struct.unpack_from("<I", bmp, 66)[0]
    return alpha & (1 << bits) - 1
