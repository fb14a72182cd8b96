"""Boxes of an ISO base media file (ISO/IEC 14496-12, 4.2), and the fields inside one.

Offsets are those of the file, at any depth.
"""

from collections.abc import Iterator
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError

__all__ = ["Box", "Fields", "children", "encode_box", "encode_full_box", "top_level"]

_MAX_BOXES = 10_000


class Box(NamedTuple):
    """Bytes `start` to `end` of the file; the content starts at `body`."""

    type: bytes
    start: int
    body: int
    end: int


def top_level(source: Source) -> Iterator[Box]:
    """Yield the boxes of the file.

    Bytes behind the last whole box are one of type ``b""``. An ``mdat`` that the file's end cuts off is
    yielded up to there: whether a picture lacks something shows where its extents are read.
    """
    position, size = 0, len(source)
    for _ in range(_MAX_BOXES):
        if position == size:
            return
        box = _read_header(source, position, size)
        if box is None or (box.end > size and box.type != b"mdat"):
            yield Box(b"", position, position, size)
            return
        yield box._replace(end=min(box.end, size))
        position = box.end if box.end < size else size
    raise UnsupportedFileError(f"the file has more than {_MAX_BOXES:,} boxes: save the picture anew")


def children(source: Source, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes that fill bytes `start` to `end` of the file exactly.

    Raises
    ------
    FileError
        If one reaches past `end`, or there are too many.
    """
    for _ in range(_MAX_BOXES):
        if start == end:
            return
        box = _read_header(source, start, end)
        if box is None or box.end > end:
            raise DamagedPhotoError("a box reaches beyond the one that holds it", offset=start)
        yield box
        start = box.end
    raise UnsupportedFileError(f"a box holds more than {_MAX_BOXES:,} boxes: save the picture anew")


def _read_header(source: Source, start: int, end: int) -> Box | None:
    """The box at `start`, None where there is none. Size 1: 64 bits follow; size 0: up to `end`."""
    head = source[start : min(start + 16, end)]
    if len(head) < 8:
        return None
    size, header_bytes = int.from_bytes(head[:4], "big"), 8
    if size == 1:
        size, header_bytes = int.from_bytes(head[8:16], "big"), 16
    elif size == 0:
        size = end - start
    if size < header_bytes or len(head) < header_bytes:
        return None
    return Box(head[4:8], start, start + header_bytes, start + size)


class Fields:
    """Reads the content of a box, field by field; every method raises where it ends too early."""

    __slots__ = ("_at", "_data", "_where")

    def __init__(self, data: bytes, where: str) -> None:
        self._data = data
        self._where = where
        self._at = 0

    def number(self, size: int) -> int:
        """An unsigned number of `size` bytes; of 0 bytes it is 0."""
        return int.from_bytes(self.take(size), "big")

    def full_box(self) -> tuple[int, int]:
        """Version and flags of a full box."""
        return self.number(1), self.number(3)

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        end = self._at + size
        if end > len(self._data):
            raise DamagedPhotoError("a box ends too early", where=self._where)
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def rest(self) -> bytes:
        """All bytes that are left."""
        return self.take(len(self._data) - self._at)


def encode_box(type_: bytes, *contents: bytes) -> bytes:
    """A box.

    >>> encode_box(b"free", b"ab").hex()
    '0000000a667265656162'
    """
    content = b"".join(contents)
    return (8 + len(content)).to_bytes(4, "big") + type_ + content


def encode_full_box(type_: bytes, version: int, flags: int, *contents: bytes) -> bytes:
    """A box whose content starts with version and flags."""
    return encode_box(type_, version.to_bytes(1, "big"), flags.to_bytes(3, "big"), *contents)
