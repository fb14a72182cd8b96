"""PNG and APNG painted over (PNG 3rd ed., 8, 9, 11.2 and 11.3.6).

Depth, colour type and all chunks that hold no samples stay; interlaced pictures become plain ones. libpng, by
way of imagecodecs, filters and packs. It sees rows as pictures of as many bytes a pixel: no depth is rounded.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from bme_med.core import MalformedFileError, Region

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["paint_png"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples of a pixel by colour type."""
_PALETTE, _WITH_ALPHA = 3, (4, 6)
_CARRIERS = {1: (8, 0), 2: (8, 4), 3: (8, 2), 4: (8, 6), 6: (16, 2), 8: (16, 6)}
"""Depth and colour type of a picture with so many bytes a pixel."""
_ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
"""First row and column, and steps of rows and columns, of each pass (8.1)."""
_ABOUT_SAMPLES = (b"hIST", b"sPLT", b"dSIG")
"""Chunks that tell of the samples as they were."""
_BAND_BYTES = 1 << 24
"""Of rows that are decoded or packed at once."""
_SEQUENCED = (b"fcTL", b"fdAT")


class _Header(NamedTuple):
    """What IHDR says (11.2.1)."""

    columns: int
    rows: int
    depth: int
    color: int
    compression: int
    filters: int
    interlace: int

    @property
    def pixel_bits(self) -> int:
        """Bits of a pixel."""
        return self.depth * _SAMPLES[self.color]

    @property
    def carrier_bytes(self) -> int:
        """Bytes of a pixel as filters count them (9.2)."""
        return max(self.pixel_bits // 8, 1)

    def row_bytes(self, columns: int) -> int:
        """Bytes of a row of so many pixels, without its filter type."""
        return -(-columns * self.pixel_bits // 8)


def paint_png(png: bytes, regions: Sequence[Region]) -> bytes:
    """`png` with `regions` black and opaque, in the picture and in every frame of an animation.

    Raises
    ------
    MalformedFileError
        If it cannot be read.
    """
    chunks = [(kind, data) for kind, data in _chunks(png) if kind not in _ABOUT_SAMPLES]
    try:
        header = _Header(*struct.unpack(">IIBBBBB", chunks[0][1]))
        fill = _fill(header, dict(chunks))
    except (struct.error, KeyError, IndexError):
        raise MalformedFileError("the picture has no header that makes sense", where="IHDR") from None
    written, sequence = [_SIGNATURE], 0
    for kind, data in _painted(chunks, header, fill, regions):
        if kind in _SEQUENCED:
            data = struct.pack(">I", sequence) + data[4:]
            sequence += 1
        crc = zlib.crc32(kind + data)
        written += [struct.pack(">I", len(data)), kind, data, struct.pack(">I", crc)]
    return b"".join(written)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and data of each chunk; runs of data chunks become one."""
    position, run = 8, b""
    parts: list[bytes] = []
    while position + 12 <= len(png):
        length = int.from_bytes(png[position : position + 4], "big")
        kind, data = png[position + 4 : position + 8], png[position + 8 : position + 8 + length]
        position += length + 12
        if run and kind != run:
            yield run, b"".join(parts)
            parts, run = [], b""
        if kind in (b"IDAT", b"fdAT"):
            parts.append(data if not parts or kind == b"IDAT" else data[4:])
            run = kind
            continue
        yield kind, data
        if kind == b"IEND":
            return
    raise MalformedFileError("the file is cut off", where="IEND")


def _painted(
    chunks: Sequence[tuple[bytes, bytes]], header: _Header, fill: bytes, regions: Sequence[Region]
) -> Iterator[tuple[bytes, bytes]]:
    """The chunks with their samples painted over."""
    frame = Region(0, 0, header.rows, header.columns)
    for kind, data in chunks:
        if kind == b"IHDR":
            yield kind, data[:12] + b"\0"
        elif kind == b"IDAT":
            yield kind, _paint(data, header, Region(0, 0, header.rows, header.columns), fill, regions)
        elif kind == b"fcTL" and len(data) == 26:
            width, height, left, top = struct.unpack_from(">4xIIII", data)
            frame = Region(top, left, top + height, left + width)
            yield kind, data
        elif kind == b"fdAT":
            yield kind, data[:4] + _paint(data[4:], header, frame, fill, regions)
        else:
            yield kind, data


def _fill(header: _Header, chunks: dict[bytes, bytes]) -> bytes:
    """One black and opaque pixel; for less than a byte, the value of its sample."""
    if header.color != _PALETTE:
        alpha = b"\xff" * (header.depth // 8) if header.color in _WITH_ALPHA else b""
        return bytes(header.carrier_bytes - len(alpha)) + alpha
    entries = chunks[b"PLTE"][: 3 << header.depth]
    alphas = chunks.get(b"tRNS", b"").ljust(len(entries) // 3, b"\xff")
    lightness = [
        (255 - alphas[index], 299 * red + 587 * green + 114 * blue, index)
        for index, (red, green, blue) in enumerate(struct.iter_unpack("3B", entries))
    ]
    return bytes((min(lightness)[2],))


def _paint(data: bytes, header: _Header, place: Region, fill: bytes, regions: Sequence[Region]) -> bytes:
    """The data of one picture, which lies at `place`, painted."""
    import numpy as np

    rows, columns = place.bottom - place.top, place.right - place.left
    pixels = _read(data, header, rows, columns)
    for region in regions:
        top, left, bottom, right = region.clipped(rows=place.bottom, columns=place.right)
        inside = pixels[max(top - place.top, 0) : max(bottom - place.top, 0)]
        inside[:, max(left - place.left, 0) : max(right - place.left, 0)] = np.frombuffer(fill, np.uint8)
    return _encode(pixels, header)


def _read(data: bytes, header: _Header, rows: int, columns: int) -> "NDArray[np.uint8]":
    """The pixels: rows, columns, and the bytes of a pixel; less than a byte is one value (7.2)."""
    import numpy as np

    passes = _ADAM7 if header.interlace else ((0, 0, 1, 1),)
    sizes = [
        (-(-(rows - row) // down), -(-(columns - column) // across)) for row, column, down, across in passes
    ]
    needed = sum(high * (1 + header.row_bytes(wide)) for high, wide in sizes if high > 0 and wide > 0)
    raw = _inflate(data, needed)
    if len(passes) == 1:
        return _unfiltered(raw, header, rows, columns)
    pixels = np.zeros((rows, columns, header.carrier_bytes), np.uint8)
    position = 0
    for (row, column, down, across), (high, wide) in zip(passes, sizes, strict=True):
        if high > 0 and wide > 0:
            end = position + high * (1 + header.row_bytes(wide))
            pixels[row::down, column::across] = _unfiltered(raw[position:end], header, high, wide)
            position = end
    return pixels


def _inflate(data: bytes, size: int) -> bytes:
    try:
        raw = zlib.decompressobj().decompress(data, size)
    except zlib.error:
        raw = b""
    if len(raw) < size:
        raise MalformedFileError("the compressed data is damaged or cut off", where="IDAT")
    return raw


def _unfiltered(raw: bytes, header: _Header, rows: int, columns: int) -> "NDArray[np.uint8]":
    """The pixels that filtered rows hold, some rows at a time, each with the row before it (9.2)."""
    import numpy as np

    stride, before = 1 + header.row_bytes(columns), b""
    pixels = np.empty((rows, columns, header.carrier_bytes), np.uint8)
    for top, bottom in _bands(rows, stride):
        packed = _decode(before + raw[top * stride : bottom * stride], header, columns)[bool(before) :]
        before = b"\0" + packed[-1].tobytes()
        pixels[top:bottom] = _apart(packed, header, columns)
    return pixels


def _bands(rows: int, stride: int) -> Iterator[tuple[int, int]]:
    """First and last row of parts that are decoded or packed at once."""
    step = max(_BAND_BYTES // stride, 1)
    return ((top, min(top + step, rows)) for top in range(0, rows, step))


def _decode(raw: bytes, header: _Header, columns: int) -> "NDArray[np.uint8]":
    """The bytes of filtered rows, (rows, bytes)."""
    import imagecodecs
    import numpy as np

    rows, width = len(raw) // (1 + header.row_bytes(columns)), header.row_bytes(columns)
    depth, color = _CARRIERS[header.carrier_bytes]
    carrier = _SIGNATURE
    for kind, data in (
        (b"IHDR", struct.pack(">IIBBBBB", width // header.carrier_bytes, rows, depth, color, 0, 0, 0)),
        (b"IDAT", zlib.compress(raw, 0)),
        (b"IEND", b""),
    ):
        carrier += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    try:
        decoded = imagecodecs.png_decode(carrier)
    except imagecodecs.PngError:
        raise MalformedFileError("the rows have a filter that does not exist", where="IDAT") from None
    return decoded.astype(decoded.dtype.newbyteorder(">")).view(np.uint8).reshape(rows, -1)


def _apart(packed: "NDArray[np.uint8]", header: _Header, columns: int) -> "NDArray[np.uint8]":
    """Rows of bytes as pixels; less than a byte is one value."""
    import numpy as np

    if header.pixel_bits >= 8:
        return packed.reshape(len(packed), columns, header.carrier_bytes)
    bits = np.unpackbits(packed, axis=1)[:, : columns * header.pixel_bits]
    values = bits.reshape(len(packed), columns, header.pixel_bits)
    return np.right_shift(np.packbits(values, axis=2), 8 - header.pixel_bits, dtype=np.uint8)


def _together(pixels: "NDArray[np.uint8]", header: _Header) -> "NDArray[np.uint8]":
    """Values of less than a byte as rows of bytes."""
    import numpy as np

    shifted = np.left_shift(pixels, 8 - header.pixel_bits, dtype=np.uint8)
    bits = np.unpackbits(shifted, axis=2)[:, :, : header.pixel_bits]
    return np.packbits(bits.reshape(len(pixels), -1), axis=1)[:, :, None]


def _encode(pixels: "NDArray[np.uint8]", header: _Header) -> bytes:
    """Filtered and compressed rows."""
    import imagecodecs
    import numpy as np

    rows, columns, unit = pixels.shape
    if header.pixel_bits < 8:
        bands = _bands(rows, columns)
        pixels = np.concatenate([_together(pixels[top:bottom], header) for top, bottom in bands])
    depth, _ = _CARRIERS[unit]
    samples = np.ascontiguousarray(pixels).view(">u2" if depth == 16 else np.uint8)
    samples = samples.astype(np.uint16 if depth == 16 else np.uint8, copy=False)
    carrier = imagecodecs.png_encode(samples[:, :, 0] if unit == 1 else samples)
    return b"".join(data for kind, data in _chunks(bytes(carrier)) if kind == b"IDAT")
