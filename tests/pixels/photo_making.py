"""Photos of every container, and their pictures as other decoders show them."""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pillow_heif
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageOps

__all__ = ["as_stored", "png", "save", "shown", "tiff", "tiff_pages"]

pillow_heif.register_heif_opener()

_ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))


def save(image: Image.Image, format_: str, **options: Any) -> bytes:
    """`image` in a container; options as Pillow's."""
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def shown(photo: bytes) -> list[NDArray[np.uint8]]:
    """Every frame as Pillow shows it, with alpha, turned by the container but not by Exif."""
    frames = []
    with Image.open(io.BytesIO(photo)) as opened:
        for number in range(getattr(opened, "n_frames", 1)):
            opened.seek(number)
            image = ImageOps.exif_transpose(opened) if opened.format == "AVIF" else opened
            frames.append(np.array(image.convert("RGBA")))
    return frames


def as_stored(photo: bytes) -> NDArray[Any]:
    """The first frame, with its own samples."""
    with Image.open(io.BytesIO(photo)) as opened:
        return np.array(opened)


def png(bits: NDArray[np.uint8], depth: int, color: int, *, interlaced: bool, extra: bytes = b"") -> bytes:
    """A PNG without filters of `bits`: rows, columns, bits of a pixel; `extra` chunks stand before IDAT."""
    rows, columns, _ = bits.shape
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    raw = b""
    for row, column, down, across in passes:
        part = bits[row::down, column::across]
        if part.size:
            raw += b"".join(b"\0" + np.packbits(line.reshape(-1)).tobytes() for line in part)
    header = struct.pack(">IIBBBBB", columns, rows, depth, color, 0, 0, interlaced)
    parts = [chunk(b"IHDR", header), extra, chunk(b"IDAT", zlib.compress(raw)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def tiff(samples: NDArray[Any], **options: Any) -> bytes:
    """A TIFF of `samples`; options as tifffile's."""
    out = io.BytesIO()
    tifffile.imwrite(out, samples, metadata=None, **options)
    return out.getvalue()


def tiff_pages(photo: bytes) -> Iterator[NDArray[Any]]:
    """Every page as tifffile reads it: rows, columns and, if there are more than one, samples."""
    with tifffile.TiffFile(io.BytesIO(photo)) as opened:
        for page in opened.pages:
            samples = page.asarray()
            yield np.moveaxis(samples, 0, -1) if page.axes.startswith("SYX") else samples
