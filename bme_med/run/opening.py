"""Opening a source: read-only, a regular file, unchanged from the first byte to the last.

Small files are read in one go; large ones are mapped, so that memory stays constant. In a browser's Python a
map would be a copy of the whole file, and large ones are read slice by slice.
"""

import mmap
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bme_med.core import FileError, Source

__all__ = ["MAPPED_FROM", "open_source"]

MAPPED_FROM = 16 << 20
"""Files of this many bytes and more are mapped."""

_BLOCK = 1 << 18

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


@contextmanager
def open_source(path: str, mapped_from: int = MAPPED_FROM) -> Iterator[Source]:
    """The bytes of the file at `path`, which must not be a link; mapped from a size of `mapped_from` bytes.

    Raises
    ------
    FileError
        If it cannot be read, is no regular file, or (on leaving the context) changed meanwhile.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        raise FileError(
            f"the file cannot be read ({error.strerror}): make it readable, or leave it out"
        ) from None
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise FileError("not a regular file: leave it out")
        if before.st_size < mapped_from:
            yield _read(descriptor, before.st_size)
        elif sys.platform == "emscripten":
            yield _Slices(descriptor, before.st_size)
        else:
            with _mapped(descriptor, before.st_size) as mapped:
                yield mapped
        after = os.fstat(descriptor)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise FileError("the file changed while it was read: wait until it is complete, then run again")
    finally:
        os.close(descriptor)


@contextmanager
def _mapped(descriptor: int, size: int) -> Iterator[mmap.mmap]:
    """The file as a map; an error on its way may still hold a view of it, and then closes it with itself."""
    mapped = mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
    try:
        yield mapped
    finally:
        with suppress(BufferError):
            mapped.close()


class _Slices:
    """A source whose slices are read when they are asked for; short ones by the block, which is kept."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self._size = size
        self._start = 0
        self._block = b""

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, key: slice) -> bytes:
        start, end, _ = key.indices(self._size)
        if end - start >= _BLOCK:
            return self._read(start, end)
        if not self._start <= start <= end <= self._start + len(self._block):
            self._start, self._block = start, self._read(start, min(start + _BLOCK, self._size))
        return self._block[start - self._start : max(end - self._start, 0)]

    def _read(self, start: int, end: int) -> bytes:
        os.lseek(self._descriptor, start, os.SEEK_SET)
        return _read(self._descriptor, end - start)


def _read(descriptor: int, size: int) -> bytes:
    """The next `size` bytes; one read, as a rule."""
    data = _read_some(descriptor, size)
    while len(data) < size:
        more = _read_some(descriptor, size - len(data))
        if not more:
            raise FileError("the file shrank while it was read: wait until it is complete, then run again")
        data += more
    return data


def _read_some(descriptor: int, size: int) -> bytes:
    try:
        return os.read(descriptor, size)
    except OSError as error:
        raise FileError(
            f"reading failed ({error.strerror}): check the disk or the network, then run again"
        ) from None
