"""Writing a long file past the page cache, where the system can (Linux: ``O_DIRECT``).

A cached write copies every byte once more, in the kernel and slower than memory is; it waits where too much
is not on disk yet, and it drives what others need out of the cache. What is handed to the disk at once does
none of that, and leaves next to nothing for the flush behind it.
"""

import errno
import mmap
import os
from collections.abc import Sequence
from types import TracebackType
from typing import Self

__all__ = ["DirectWriter"]

_BLOCK_BYTES = 8 << 20
"""Written in one go: a multiple of every disk's block, in memory that starts at a page."""

_O_DIRECT = getattr(os, "O_DIRECT", 0)


class DirectWriter:
    """Context in which buffers become the content of the empty file `descriptor`, in order.

    Its end, which is no whole block, is written when the context is left without an error. A file system that
    takes no such writes is written to as any other.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._block = mmap.mmap(-1, _BLOCK_BYTES)
        self._filled = 0
        self._is_direct = _O_DIRECT != 0 and self._switch(is_direct=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: TracebackType | BaseException | None) -> None:
        if kind is None:
            self._leave()
            self._write()

    def write(self, buffers: Sequence[bytes | memoryview]) -> None:
        """Take the next buffers.

        Raises
        ------
        OSError
            If they cannot be written.
        """
        for buffer in buffers:
            rest = memoryview(buffer)
            while rest:
                taken = rest[: _BLOCK_BYTES - self._filled]
                self._block[self._filled : self._filled + len(taken)] = taken
                self._filled += len(taken)
                rest = rest[len(taken) :]
                if self._filled == _BLOCK_BYTES:
                    self._write()

    def _write(self) -> None:
        """Write what the block holds, however little the system takes at once."""
        block, written = memoryview(self._block), 0
        while written < self._filled:
            try:
                written += os.write(self._descriptor, block[written : self._filled])
            except OSError as error:
                if error.errno != errno.EINVAL or not self._is_direct:
                    raise
                self._leave()
        self._filled = 0

    def _leave(self) -> None:
        """Write through the cache from here on."""
        if self._is_direct:
            self._is_direct = False
            self._switch(is_direct=False)

    def _switch(self, *, is_direct: bool) -> bool:
        """Whether the file system follows."""
        import fcntl

        flags = fcntl.fcntl(self._descriptor, fcntl.F_GETFL)
        flags = flags | _O_DIRECT if is_direct else flags & ~_O_DIRECT
        try:
            fcntl.fcntl(self._descriptor, fcntl.F_SETFL, flags)
        except OSError:
            return False
        return True
