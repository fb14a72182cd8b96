"""Writing a plan's output to a new file, and bringing files to disk.

Mode 0644 under the user's umask: the output is made to be handed on and holds nothing that would need a
stricter one; group and others get no right to change it. Modes and times of the source are not copied.
"""

import ctypes
import errno
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from bme_med.core import Piece, Source, iter_chunks
from bme_med.run.hashing import Hashing

__all__ = ["flush", "put_in_place", "write_pieces"]

_BATCH_BYTES = 8 << 20
_BATCH_BUFFERS = 1000
"""Below IOV_MAX, which is 1024 on Linux and macOS."""

_EARLY_BYTES = 256 << 20
"""So much of one file does not wait for its end."""

_CANNOT = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)
"""What file systems say that cannot flush a folder, or themselves; there is nothing to be done about it."""

_FEW = 16
"""Up to so many files are flushed one by one; more by one ``syncfs``."""


def write_pieces(path: str, pieces: Iterable[Piece], source: Source) -> str:
    """Write the output of a plan to `path`, which must not exist, in constant memory.

    Returns
    -------
    str
        SHA-256 of what was written, as hex digits.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        with Hashing() as hashing, _EarlyFlushes(descriptor) as flushes:
            for batch in _batches(iter_chunks(pieces, source)):
                hashing.update(batch)
                flushes.note(_write_all(descriptor, batch))
            return hashing.hexdigest()
    finally:
        os.close(descriptor)


def _batches(buffers: Iterable[bytes | memoryview]) -> Iterator[list[bytes | memoryview]]:
    """`buffers` in lists that are worth a system call."""
    batch: list[bytes | memoryview] = []
    size = 0
    for buffer in buffers:
        batch.append(buffer)
        size += len(buffer)
        if size >= _BATCH_BYTES or len(batch) >= _BATCH_BUFFERS:
            yield batch
            batch, size = [], 0
    yield batch


def _write_all(descriptor: int, buffers: Sequence[bytes | memoryview]) -> int:
    """Write `buffers` one after the other, however little the system takes at once; their size."""
    size = sum(map(len, buffers))
    written = _write(descriptor, buffers) if size else 0
    while written < size:
        rest = memoryview(b"".join(buffers))[written:]
        written += os.write(descriptor, rest)
    return size


def _write(descriptor: int, buffers: Sequence[bytes | memoryview]) -> int:
    if hasattr(os, "writev"):
        return os.writev(descriptor, buffers)
    return os.write(descriptor, b"".join(buffers))


class _EarlyFlushes:
    """Brings a long file to disk while it is written, so that little is left for the flush behind its end.

    What fails here would not fail there again, so that leaving the context raises it.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._bytes = 0
        self._thread: ThreadPoolExecutor | None = None
        self._flushing: Future[None] | None = None

    def __enter__(self) -> "_EarlyFlushes":
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread and self._flushing:
            self._thread.shutdown()
            self._flushing.result()

    def note(self, size: int) -> None:
        """So many bytes more were written."""
        self._bytes += size
        if self._bytes < _EARLY_BYTES or (self._flushing and not self._flushing.done()):
            return
        if self._flushing:
            self._flushing.result()
        self._bytes = 0
        self._thread = self._thread or ThreadPoolExecutor(1)
        self._flushing = self._thread.submit(_sync, self._descriptor)


def put_in_place(data: bytes, path: Path, part: Path, mode: int) -> None:
    """Write `data` to `part`, then give it the name `path`, so that no half file ever has that name."""
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    flush([str(path.parent)], str(path.parent))


def flush(paths: Sequence[str], folder: str) -> None:
    """Bring the files and folders `paths`, all of them on the file system of `folder`, to disk."""
    if len(paths) > _FEW and _sync_file_system(folder):
        return
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _sync(descriptor)
        finally:
            os.close(descriptor)


def _sync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise


def _sync_file_system(folder: str) -> bool:
    """Flush the whole file system that holds `folder`; False where the system has no ``syncfs`` for it."""
    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        return False
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        code = ctypes.get_errno() if syncfs(descriptor) else 0
    finally:
        os.close(descriptor)
    if code and code not in _CANNOT:
        raise OSError(code, os.strerror(code))
    return not code
