"""The chunks of a PNG, in file order (PNG 3rd ed., 5.2 to 5.4).

Neighbouring IDAT, and neighbouring fdAT, are one run: together they carry one image's data.
"""

import struct
import zlib
from collections.abc import Iterator
from itertools import count, groupby
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Range
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError

__all__ = ["SIGNATURE", "Chunk", "Run", "check_crc", "encode_chunk", "read_chunk", "walk", "windows"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_WINDOW_BYTES = 1 << 16
_MAX_RUNS = 10_000
_DATA = (b"IDAT", b"fdAT")
_CRITICAL = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_REGISTERED = frozenset(
    b"IHDR PLTE IDAT IEND acTL bKGD cHRM cICP cLLI caBX dSIG eXIf fcTL fdAT gAMA gIFg gIFt gIFx hIST iCCP "
    b"iDOT iTXt mDCV oFFs pCAL pHYs sBIT sCAL sPLT sRGB sTER tEXt tIME tRNS zTXt".split()
)


class Chunk(NamedTuple):
    """Bytes `start` to `end` of the file, from the length to the CRC; `data` lies between."""

    number: int
    type: bytes
    start: int
    end: int

    @property
    def data(self) -> Range:
        """Where the data lies."""
        return Range(self.start + 8, self.end - 4)


class Run(NamedTuple):
    """One chunk, or neighbouring chunks of image data.

    Attributes
    ----------
    where
        The first chunk's number, counted from 0, and its type if that is registered: ``3/tEXt``.
    type
        Four letters; empty for what follows IEND.
    """

    where: str
    type: bytes
    chunks: tuple[Chunk, ...]

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return self.chunks[-1].end - self.chunks[0].start

    @property
    def data_bytes(self) -> int:
        """Bytes of data, without lengths, types and CRCs."""
        return sum(chunk.data.end - chunk.data.start for chunk in self.chunks)


def walk(source: Source) -> Iterator[Run]:
    """Yield every run of chunks, and what follows IEND.

    Raises
    ------
    FileError
        If a chunk reaches past the end of the file or is of an unknown critical type.
    """
    if source[0:8] != SIGNATURE:
        raise DamagedPhotoError("the file does not start with the PNG signature")
    groups = groupby(_chunks(source), key=lambda chunk: chunk.type if chunk.type in _DATA else chunk.number)
    for runs, (_, group) in enumerate(groups):
        if runs == _MAX_RUNS:
            raise UnsupportedFileError(
                f"the file has more than {_MAX_RUNS:,} chunks beside image data: save the picture anew"
            )
        chunks = tuple(group)
        type_ = chunks[0].type
        name = type_.decode() if type_ in _REGISTERED else "unknown"
        yield Run(f"{chunks[0].number}/{name}" if type_ else "after IEND", type_, chunks)


def _chunks(source: Source) -> Iterator[Chunk]:
    position, size = len(SIGNATURE), len(source)
    for number in count():
        head = source[position : position + 8]
        end = position + 12 + int.from_bytes(head[:4], "big")
        type_ = head[4:]
        if len(head) < 8 or end > size:
            raise DamagedPhotoError("the file is cut off before IEND", offset=position)
        if not (type_.isalpha() and type_.isascii()):
            raise DamagedPhotoError("a chunk type is not four letters", offset=position)
        if type_[:1].isupper() and type_ not in _CRITICAL:
            raise UnsupportedFileError(
                "a critical chunk that PNG does not know: save the picture as PNG anew"
            )
        yield Chunk(number, type_, position, end)
        position = end
        if type_ == b"IEND":
            break
    if position < size:
        yield Chunk(number + 1, b"", position, size)


def windows(source: Source, data: Range) -> Iterator[bytes]:
    """The bytes of `data`, in windows of at most 64 KiB."""
    for start in range(data.start, data.end, _WINDOW_BYTES):
        yield source[start : min(start + _WINDOW_BYTES, data.end)]


def encode_chunk(type_: bytes, data: bytes) -> bytes:
    """A chunk, from its length to its CRC.

    >>> encode_chunk(b"IEND", b"").hex()
    '0000000049454e44ae426082'
    """
    return struct.pack(">I", len(data)) + type_ + data + struct.pack(">I", zlib.crc32(type_ + data))


def read_chunk(source: Source, chunk: Chunk) -> bytes:
    """The data of a chunk that is known to be short; its CRC is checked."""
    check_crc(source, chunk, zlib.crc32(source[chunk.start + 4 : chunk.data.end]))
    return source[chunk.data.start : chunk.data.end]


def check_crc(source: Source, chunk: Chunk, crc: int) -> None:
    """Compare the CRC that was computed with the one that is stored.

    Raises
    ------
    DamagedPhotoError
        If they differ.
    """
    if source[chunk.data.end : chunk.end] != struct.pack(">I", crc):
        raise DamagedPhotoError("chunk CRC does not match", offset=chunk.start)
