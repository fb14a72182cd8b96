"""WebP painted over (WebP container specification, RFC 9649).

Each frame is decoded, painted and written as lossless data, so that a lossy picture loses nothing more; all
other chunks stay.
"""

import io
import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bme_med.core import MalformedFileError, Region

__all__ = ["paint_webp"]

_IMAGE = (b"VP8 ", b"VP8L", b"ALPH")
_ALPHA_FLAG = 0x10
_FRAME_HEAD_BYTES = 16


class _Chunk(NamedTuple):
    kind: bytes
    data: bytes


def paint_webp(webp: bytes, regions: Sequence[Region]) -> tuple[bytes, bool]:
    """`webp` with `regions` black and opaque in every frame, and whether it was lossy.

    Raises
    ------
    MalformedFileError
        If it cannot be decoded.
    """
    chunks = list(_chunks(webp[12:]))
    image = [chunk for chunk in chunks if chunk.kind in _IMAGE]
    written, is_lossy = b"", False
    for chunk in chunks:
        if chunk.kind == b"ANMF":
            head, parts = chunk.data[:_FRAME_HEAD_BYTES], list(_chunks(chunk.data[_FRAME_HEAD_BYTES:]))
            left, top = (2 * int.from_bytes(head[at : at + 3], "little") for at in (0, 3))
            moved = [_moved(region, -top, -left) for region in regions]
            written += _encode(_Chunk(b"ANMF", head + _paint(parts, moved)))
            is_lossy = is_lossy or any(part.kind == b"VP8 " for part in parts)
        elif chunk.kind not in _IMAGE:
            written += _encode(chunk)
        elif chunk is image[-1]:
            written += _paint(image, regions)
            is_lossy = any(part.kind == b"VP8 " for part in image)
    return b"RIFF" + struct.pack("<I", len(written) + 4) + b"WEBP" + written, is_lossy


def _chunks(data: bytes) -> Iterator[_Chunk]:
    position = 0
    while position + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, position)
        if position + 8 + length > len(data):
            raise MalformedFileError("a chunk reaches beyond the file", where="RIFF")
        yield _Chunk(kind, data[position + 8 : position + 8 + length])
        position += 8 + length + length % 2


def _encode(chunk: _Chunk) -> bytes:
    kind, data = chunk
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def _paint(parts: Sequence[_Chunk], regions: Sequence[Region]) -> bytes:
    """The lossless chunk of one frame that was coded in `parts`."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(_file(parts)), formats=["WEBP"]) as opened:
            frame = opened.convert(opened.mode)
    except Exception:  # noqa: BLE001 - decoders raise what they like
        raise MalformedFileError("a frame cannot be decoded", where="VP8") from None
    black = (0, 0, 0, 255)[: len(frame.getbands())]
    for region in regions:
        inside = region.clipped(rows=frame.height, columns=frame.width)
        if not inside.is_empty:
            frame.paste(black, (inside.left, inside.top, inside.right, inside.bottom))
    out = io.BytesIO()
    frame.save(out, "WEBP", lossless=True, exact=True, quality=50, method=2)
    return b"".join(_encode(chunk) for chunk in _chunks(out.getvalue()[12:]) if chunk.kind == b"VP8L")


def _moved(region: Region, rows: int, columns: int) -> Region:
    top, left, bottom, right = region
    return Region(top + rows, left + columns, bottom + rows, right + columns)


def _file(parts: Sequence[_Chunk]) -> bytes:
    """A file that has nothing but the image data of one frame."""
    coded = [part for part in parts if part.kind in _IMAGE]
    data = b"".join(_encode(chunk) for chunk in coded)
    if any(chunk.kind == b"ALPH" for chunk in coded):
        size = next(chunk.data[6:10] for chunk in coded if chunk.kind == b"VP8 ")
        width, height = (side & 0x3FFF for side in struct.unpack("<HH", size))
        sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        data = _encode(_Chunk(b"VP8X", bytes((_ALPHA_FLAG, 0, 0, 0)) + sides)) + data
    return b"RIFF" + struct.pack("<I", len(data) + 4) + b"WEBP" + data
