"""Directories of a TIFF: their numbers read, and some of them replaced (TIFF 6.0, section 2; BigTIFF)."""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bme_med.core import MalformedFileError, UnsupportedFileError

__all__ = ["Directory", "Tiff"]

_FORMATS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q", 7: "B"}
_LONG, _LONG8 = 4, 16
_BIG = 43
_MAX_DIRECTORIES = 10_000


class Directory(NamedTuple):
    """One directory: where each tag's entry lies, and the numbers that it holds."""

    entries: dict[int, int]
    numbers: dict[int, tuple[int, ...]]

    def first(self, tag: int, default: int) -> int:
        """The first number of `tag`."""
        return (self.numbers.get(tag) or (default,))[0]


class Tiff:
    """A TIFF that is being changed; reading sees the source, writing goes to a copy that grows at its end."""

    def __init__(self, tiff: bytes) -> None:
        self.source = tiff
        self.written = bytearray(tiff)
        self.order = ">" if tiff[:2] == b"MM" else "<"
        self.is_big = self._read("H", 2) == _BIG
        self._offset, self._count = ("Q", "Q") if self.is_big else ("I", "H")
        self._inline = 8 if self.is_big else 4

    def directories(self) -> Iterator[Directory]:
        """Yield the directories of the main chain.

        Raises
        ------
        MalformedFileError
            If one reaches beyond the file, or the chain does not end.
        """
        start = self._read(self._offset, self._inline)
        for _ in range(_MAX_DIRECTORIES):
            if not start:
                return
            directory, start = self._directory(start)
            yield directory
        raise MalformedFileError("the directories have no end")

    def _directory(self, start: int) -> tuple[Directory, int]:
        count = self._read(self._count, start)
        first, step = start + struct.calcsize(self._count), 12 + 2 * (self._inline - 4)
        entries: dict[int, int] = {}
        for at in range(first, first + count * step, step):
            entries.setdefault(self._read("H", at), at)
        numbers = {tag: self._numbers(at) for tag, at in entries.items()}
        return Directory(entries, numbers), self._read(self._offset, first + count * step)

    def _numbers(self, entry: int) -> tuple[int, ...]:
        """What an entry holds, if that is whole numbers."""
        kind, members = self._read("H", entry + 2), self._read(self._offset, entry + 4)
        if kind not in _FORMATS or members > len(self.source):
            return ()
        form = f"{self.order}{members}{_FORMATS[kind]}"
        at = entry + 4 + self._inline
        if struct.calcsize(form) > self._inline:
            at = self._read(self._offset, at)
        return self._unpack(form, at)

    def replace(self, directory: Directory, tag: int, numbers: Sequence[int]) -> None:
        """Write `numbers` for `tag`, which is there already, at the end of the file."""
        kind = _LONG8 if self.is_big else _LONG
        data = struct.pack(f"{self.order}{len(numbers)}{self._offset}", *numbers)
        value = data if len(data) <= self._inline else self._pack(self._offset, self.append(data))
        head = self._pack("H", kind) + self._pack(self._offset, len(numbers))
        at = directory.entries[tag] + 2
        self.written[at : at + len(head) + len(value)] = head + value

    def put(self, start: int, end: int, data: bytes) -> int:
        """Overwrite bytes `start` to `end`, with `data` or with as many zeros; where `data` lies then."""
        is_as_long = len(data) == end - start
        self.written[start:end] = data if is_as_long else bytes(end - start)
        return start if is_as_long else self.append(data)

    def append(self, data: bytes) -> int:
        """Put `data` at the end; where it lies.

        Raises
        ------
        UnsupportedFileError
            If the file becomes too large for its offsets.
        """
        self.written += bytes(len(self.written) % 2)
        start = len(self.written)
        self.written += data
        if not self.is_big and len(self.written) >> 32:
            raise UnsupportedFileError("the file would be larger than 4 GB: save it as BigTIFF")
        return start

    def _pack(self, form: str, number: int) -> bytes:
        return struct.pack(self.order + form, number)

    def _read(self, form: str, at: int) -> int:
        return self._unpack(self.order + form, at)[0]

    def _unpack(self, form: str, at: int) -> tuple[int, ...]:
        try:
            return struct.unpack_from(form, self.source, at)
        except struct.error:
            raise MalformedFileError("a directory reaches beyond the file", offset=at) from None
