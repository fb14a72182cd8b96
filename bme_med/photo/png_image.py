"""The image inside a PNG: header, size, and compressed data (PNG 3rd ed., 7.2, 8.1, 10.1, 11.2.1).

Image data is inflated in windows and counted, never stored: it must give exactly the bytes that the size
asks for. Rows below the picture, and bytes after the end of the zlib stream, are places where an edited
original can survive.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from bme_med.core.deflate import stored_blocks
from bme_med.core.plan import Pieces, Range
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.png_chunks import Run, check_crc, read_chunk, windows

__all__ = [
    "Header",
    "inflate",
    "inflate_exactly",
    "measure_data",
    "read_header",
    "read_rows",
    "store",
    "write_data",
]

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_OUTPUT_BYTES = 1 << 18


class Header(NamedTuple):
    """IHDR. `color` is the colour type."""

    width: int
    height: int
    depth: int
    color: int
    is_interlaced: bool

    def raw_bytes(self, width: int, height: int) -> int:
        """Bytes of filtered scanlines of an image or frame of that size (9.2)."""
        return sum(rows * (1 + (bits + 7) // 8) for bits, rows in self.passes(width, height))

    def passes(self, width: int, height: int) -> Iterator[tuple[int, int]]:
        """Bits of a row, and how many rows there are, of each pass that has any (Adam7: 8.1)."""
        steps = _PASSES if self.is_interlaced else ((0, 0, 1, 1),)
        for left, top, across, down in steps:
            columns, rows = -((left - width) // across), -((top - height) // down)
            if columns > 0 and rows > 0:
                yield columns * _CHANNELS[self.color] * self.depth, rows


def read_header(source: Source, run: Run) -> Header:
    """Read IHDR.

    Raises
    ------
    DamagedPhotoError
        If it is not one that PNG allows.
    """
    if run.data_bytes != 13:
        raise DamagedPhotoError("IHDR does not have 13 bytes", where=run.where)
    fields = struct.unpack(">IIBBBBB", read_chunk(source, run.chunks[0]))
    width, height, depth, color, compression, filter_, interlace = fields
    is_legal = depth in _DEPTHS.get(color, ()) and compression == filter_ == 0 and interlace in (0, 1)
    if not (is_legal and 0 < width < 1 << 31 and 0 < height < 1 << 31):
        raise DamagedPhotoError("IHDR declares an impossible image", where=run.where)
    return Header(width, height, depth, color, bool(interlace))


def measure_data(source: Source, run: Run, raw_bytes: int, prefix_bytes: int = 0) -> int:
    """How many bytes of the data of `run` are one zlib stream of `raw_bytes` bytes; CRCs are checked.

    In fdAT, `prefix_bytes` of each chunk, its sequence number, precede the stream.

    Raises
    ------
    DamagedPhotoError
        If a CRC does not match, or the stream does not end with exactly `raw_bytes`.
    """
    stream, used, left = zlib.decompressobj(), 0, raw_bytes
    for chunk in run.chunks:
        if stream.eof:
            break
        crc = zlib.crc32(source[chunk.start + 4 : chunk.data.start + prefix_bytes])
        for window in windows(source, Range(chunk.data.start + prefix_bytes, chunk.data.end)):
            crc = zlib.crc32(window, crc)
            if not stream.eof:
                left -= sum(map(len, inflate_exactly(stream, window, left, run.where)))
                used += len(window) - len(stream.unused_data)
        check_crc(source, chunk, crc)
    if left or not stream.eof:
        raise DamagedPhotoError("the image data ends too early", where=run.where)
    return used


def read_rows(source: Source, run: Run, used: int, prefix_bytes: int = 0) -> bytes:
    """The filtered rows in the first `used` bytes of image data of `run`, as `measure_data` found them."""
    data = bytearray()
    for chunk in run.chunks:
        start = chunk.data.start + prefix_bytes
        data += source[start : min(chunk.data.end, start + used - len(data))]
    return zlib.decompress(data)


def inflate_exactly(stream: "zlib._Decompress", data: bytes, limit: int, where: str) -> Iterator[bytes]:
    """What `data` inflates to, in windows, at most `limit` bytes.

    Raises
    ------
    DamagedPhotoError
        If that is more, or no stream at all.
    """
    is_full = True
    while not stream.eof and (data or is_full):
        try:
            output = stream.decompress(data, _OUTPUT_BYTES)
        except zlib.error:
            raise DamagedPhotoError("the image data cannot be inflated", where=where) from None
        data, is_full = stream.unconsumed_tail, len(output) == _OUTPUT_BYTES
        limit -= len(output)
        if limit < 0:
            raise DamagedPhotoError("the image data goes on below the picture", where=where)
        yield output


def write_data(source: Source, out: Pieces, run: Run, used: int, sequence: int | None = None) -> int:
    """Write the first `used` bytes of image data of `run`, in chunks as they were; how many those are.

    In fdAT, the chunks are numbered from `sequence`.
    """
    written = 0
    for chunk in run.chunks:
        if not used:
            break
        prefix = b"" if sequence is None else struct.pack(">I", sequence + written)
        start = chunk.data.start + len(prefix)
        end = min(chunk.data.end, start + used)
        used -= end - start
        written += 1
        if end == chunk.data.end and source[chunk.data.start : start] == prefix:
            out.keep(chunk.start, chunk.end)
            continue
        head = chunk.type + prefix
        crc = zlib.crc32(head)
        for window in windows(source, Range(start, end)):
            crc = zlib.crc32(window, crc)
        out.literal(struct.pack(">I", len(prefix) + end - start) + head)
        out.keep(start, end)
        out.literal(struct.pack(">I", crc))
    return written


def inflate(data: bytes, max_bytes: int) -> bytes | None:
    """What the zlib stream that `data` starts with holds; None if it is damaged or longer than `max_bytes`.

    One without its checksum is damaged: libpng, and so browsers, pass over a profile in such a stream.
    """
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(data, max_bytes + 1)
    except zlib.error:
        return None
    return content if stream.eof and len(content) <= max_bytes else None


def store(data: bytes) -> bytes:
    """`data` as a zlib stream of stored blocks (RFC 1950, RFC 1951 3.2.4): the same bytes from every zlib.

    >>> inflate(store(b"abc"), 3)
    b'abc'
    """
    return b"\x78\x01" + stored_blocks(data) + struct.pack(">I", zlib.adler32(data))
