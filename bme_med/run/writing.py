"""Writing a plan's output to a new file, and bringing files to disk.

Mode 0644 under the user's umask: the output is made to be handed on and holds nothing that would need a
stricter one; group and others get no right to change it. Modes and times of the source are not copied.
"""

import ctypes
import errno
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bme_med.core import Piece, Source, iter_chunks, size_of
from bme_med.run.direct import DirectWriter
from bme_med.run.hashing import Hashing

__all__ = ["flush", "put_in_place", "write_pieces"]

_BATCH_BYTES = 8 << 20
_BATCH_BUFFERS = 1000
"""Below IOV_MAX, which is 1024 on Linux and macOS."""

_LONG_BYTES = 256 << 20
"""From so many bytes on, an output is written past the page cache."""

_CANNOT = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)
"""What file systems say that cannot flush a folder, or themselves; there is nothing to be done about it."""

_FEW = 16
"""Up to so many files are flushed one by one; more by one ``syncfs``."""


def write_pieces(path: str, pieces: Sequence[Piece], source: Source) -> str:
    """Write the output of a plan to `path`, which must not exist, in constant memory.

    Returns
    -------
    str
        SHA-256 of what was written, as hex digits.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        with Hashing() as hashing, _written(descriptor, size_of(pieces)) as write:
            for batch in _batches(iter_chunks(pieces, source)):
                hashing.update(batch)
                write(batch)
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


@contextmanager
def _written(descriptor: int, size: int) -> Iterator[Callable[[Sequence[bytes | memoryview]], None]]:
    """What writes the buffers of an output of `size` bytes."""
    if size < _LONG_BYTES:
        yield partial(_write_all, descriptor)
        return
    with DirectWriter(descriptor) as direct:
        yield direct.write


def _write_all(descriptor: int, buffers: Sequence[bytes | memoryview]) -> None:
    """Write `buffers` one after the other, however little the system takes at once."""
    size = sum(map(len, buffers))
    written = _write(descriptor, buffers) if size else 0
    while written < size:
        rest = memoryview(b"".join(buffers))[written:]
        written += os.write(descriptor, rest)


def _write(descriptor: int, buffers: Sequence[bytes | memoryview]) -> int:
    if hasattr(os, "writev"):
        return os.writev(descriptor, buffers)
    return os.write(descriptor, b"".join(buffers))


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
