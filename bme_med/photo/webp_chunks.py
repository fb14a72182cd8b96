"""The chunks of a WebP, in file order (RFC 9649, 2.2 to 2.7)."""

from collections.abc import Iterator
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Pieces, Range
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError

__all__ = ["FILE_HEADER_BYTES", "Chunk", "encode_header", "number24", "walk", "wrap"]

FILE_HEADER_BYTES = 12
"""``RIFF``, the size of what follows, and ``WEBP``."""

_HEADER_BYTES = 8
_MAX_CHUNKS = 10_000
_MAX_SIZE = (1 << 32) - 10
_FRAME_HEADER_BYTES = 16
_IMAGE = (b"ALPH", b"VP8 ", b"VP8L")
_REGISTERED = frozenset((*_IMAGE, b"VP8X", b"ANIM", b"ANMF", b"ICCP", b"EXIF", b"XMP ", b"C2PA"))


class Chunk(NamedTuple):
    """One chunk, or what lies outside of all.

    Attributes
    ----------
    where
        Number, counted from 0, and type if that is registered: ``3/EXIF``; in a frame ``2/ANMF.1/ALPH``.
    type
        Four characters; empty for bytes that are not in a chunk.
    data
        Where the payload lies, without the byte that pads it.
    end
        Of the chunk, that byte included.
    parts
        Of ANMF, the chunks of the frame.
    """

    where: str
    type: bytes
    data: Range
    end: int
    parts: tuple["Chunk", ...] = ()

    @property
    def size(self) -> int:
        """Bytes of the payload."""
        return self.data.end - self.data.start


def walk(source: Source) -> Iterator[Chunk]:
    """Yield every chunk, and what follows the RIFF.

    Raises
    ------
    FileError
        If a chunk reaches past the end of the file or of its frame.
    """
    head = source[0:FILE_HEADER_BYTES]
    if head[:4] != b"RIFF" or head[8:] != b"WEBP":
        raise DamagedPhotoError("the file does not start with a WebP header")
    end = _HEADER_BYTES + int.from_bytes(head[4:8], "little")
    if end > len(source):
        raise DamagedPhotoError("the file is cut off")
    total = 0
    for chunk in _chunks(source, FILE_HEADER_BYTES, end, ""):
        total += 1 + len(chunk.parts)
        if total > _MAX_CHUNKS:
            raise UnsupportedFileError(
                f"the file has more than {_MAX_CHUNKS:,} chunks: save the picture anew"
            )
        yield chunk
    if end < len(source):
        yield Chunk("after the RIFF", b"", Range(end, len(source)), len(source))


def _chunks(source: Source, position: int, end: int, prefix: str) -> Iterator[Chunk]:
    """The chunks from `position` to `end`; the last may lack the byte that pads it."""
    number = 0
    while position < end:
        head = source[position : min(position + _HEADER_BYTES, end)]
        start = position + _HEADER_BYTES
        size = int.from_bytes(head[4:], "little")
        if len(head) < _HEADER_BYTES or start + size > end:
            raise DamagedPhotoError("a chunk reaches past its end", offset=position)
        type_ = head[:4]
        name = type_.decode().rstrip() if type_ in _REGISTERED else "unknown"
        position = min(start + size + size % 2, end)
        chunk = Chunk(f"{prefix}{number}/{name}", type_, Range(start, start + size), position)
        yield chunk._replace(parts=tuple(_frame_parts(source, chunk))) if type_ == b"ANMF" else chunk
        number += 1


def _frame_parts(source: Source, frame: Chunk) -> Iterator[Chunk]:
    start, end = frame.data
    if frame.size < _FRAME_HEADER_BYTES:
        raise DamagedPhotoError("a frame without a header", where=frame.where)
    for number, part in enumerate(_chunks(source, start + _FRAME_HEADER_BYTES, end, f"{frame.where}.")):
        if number == _MAX_CHUNKS:
            raise UnsupportedFileError("a frame has too many chunks: save the picture anew")
        yield part._replace(parts=())


def encode_header(type_: bytes, size: int) -> bytes:
    """Type and size, as they stand before a payload.

    >>> encode_header(b"EXIF", 26).hex(" ", 4)
    '45584946 1a000000'
    """
    return type_ + size.to_bytes(4, "little")


def wrap(out: Pieces, type_: bytes, payload: Pieces) -> None:
    """Append a chunk of `payload`, padded to an even size."""
    if payload.size > _MAX_SIZE:
        raise UnsupportedFileError("a chunk would be larger than WebP allows: save the picture anew")
    out.literal(encode_header(type_, payload.size))
    out.extend(payload)
    out.literal(bytes(payload.size % 2))


def number24(data: bytes, at: int) -> int:
    """The 24-bit number at `at`."""
    return int.from_bytes(data[at : at + 3], "little")
