"""Appending to an audit: mode 0600, append-only, one writer, each line chained to the one before.

The chain is SHA-256 over the bytes of the line before, without its line feed; the header's ``prev`` is empty.
It shows accidents and clumsy edits. Whoever can rewrite every later line can forge it.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from bme_med.core import AuditError, UsageError

__all__ = ["AuditWriter"]


class AuditWriter:
    """One open audit file; `prev` is the link that its next line will hold."""

    def __init__(self, descriptor: int, prev: str) -> None:
        self._descriptor = descriptor
        self.prev = prev

    @classmethod
    def create(cls, path: Path) -> Self:
        """Start a new audit.

        Raises
        ------
        UsageError
            If something lies at `path` already.
        """
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise UsageError(f"an audit lies at {path} already: give another --audit, or --resume") from None
        _lock(descriptor, path)
        return cls(descriptor, "")

    @classmethod
    def reopen(cls, path: Path) -> Self:
        """Go on with an audit whose run stopped; a last line that is not whole is cut off.

        Raises
        ------
        AuditError
            If no whole line is left.
        UsageError
            If another run writes to it.
        """
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
        _lock(descriptor, path)
        audit = cls(descriptor, "")
        whole, last = 0, b""
        for line in audit.lines():
            if line.endswith(b"\n"):
                whole, last = whole + len(line), line
        if not last:
            audit.close()
            raise AuditError(
                f"{path}: nothing is in this audit that a run could go on from: start anew with another --out"
            )
        os.ftruncate(descriptor, whole)
        audit.prev = hashlib.sha256(last[:-1]).hexdigest()
        return audit

    def lines(self) -> Iterator[bytes]:
        """Its lines from the first on, read through the descriptor that holds the lock.

        To open and close the file anew would give up the lock (POSIX.1, fcntl).
        """
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        with open(self._descriptor, "rb", closefd=False) as file:
            yield from file

    def append(self, texts: Iterable[str]) -> None:
        """Add lines, given as `bme_med.audit.records` makes them, in one write."""
        lines: list[bytes] = []
        for text in texts:
            line = f'{text},"prev":"{self.prev}"}}'.encode()
            self.prev = hashlib.sha256(line).hexdigest()
            lines += (line, b"\n")
        view = memoryview(b"".join(lines))
        while view:
            view = view[os.write(self._descriptor, view) :]

    def flush(self) -> None:
        """Bring it to disk."""
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Let go of it."""
        os.close(self._descriptor)


def _lock(descriptor: int, path: Path) -> None:
    """Keep other runs out, where the file system has locks.

    The lock is this process' own: a worker that outlives it does not hold it.
    """
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # POSIX allows both
        os.close(descriptor)
        raise UsageError(f"another run is writing to {path}: wait for it to end") from None
    except OSError:
        return
