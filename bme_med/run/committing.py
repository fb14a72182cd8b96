"""Giving finished files their names, and entering them in the audit once they are on disk.

Files are flushed in batches while the workers go on. A batch passes three stations: its data is flushed;
its files are renamed; the renaming is flushed together with the next batch's data, and then the audit says
``written``. So a record never promises what a power cut can take back, and no file waits for the disk alone.
"""

import os
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bme_med.audit import AuditWriter
from bme_med.run.stopping import StoppedError
from bme_med.run.writing import flush

__all__ = ["Committer", "Entry"]

_BATCH_ENTRIES = 256
_BATCH_BYTES = 64 << 20
_MOST_BYTES = 2 << 30
"""So much may wait for the disk before the run waits too."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The audit's line of one source and, for a written one, its temporary file and its path below OUT."""

    text: str
    part: str = ""
    output: str = ""
    size: int = 0


class Committer:
    """Takes entries in order and brings them to OUT and into the audit.

    Parameters
    ----------
    out
        Folder of the output.
    audit
        Where records go.
    replace
        Whether a file under a final name may be replaced, as after a kill between renaming and record.
    """

    def __init__(self, out: Path, audit: AuditWriter, *, replace: bool) -> None:
        self._out = str(out)
        self._audit = audit
        self._replace = replace
        self._folders = {self._out}
        self._gathered: list[Entry] = []
        self._bytes = 0
        self._flushed: list[Entry] = []
        self._named: list[Entry] = []
        self._touched: set[str] = set()
        self._thread = ThreadPoolExecutor(1)
        self._flushing: Future[None] | None = None
        self._failed = False

    def add(self, entry: Entry) -> None:
        """Take the next entry."""
        self._gathered.append(entry)
        self._bytes += entry.size
        if len(self._gathered) >= _BATCH_ENTRIES or self._bytes >= _BATCH_BYTES:
            is_free = self._flushing is None or self._flushing.done()
            if is_free or self._bytes >= _MOST_BYTES:
                self._advance()

    def finish(self) -> None:
        """Bring every entry through all stations; nothing more where one of them failed."""
        try:
            for _ in range(0 if self._failed else 3):
                self._advance()
        finally:
            self._thread.shutdown()

    def _advance(self) -> None:
        """Move every batch on by one station."""
        self._failed = True
        if self._flushing:
            self._flushing.result()
        self._audit.append(entry.text for entry in self._named)
        self._touched.clear()
        for entry in self._flushed:
            if entry.output:
                self._rename(entry)
        self._named, self._flushed, self._gathered, self._bytes = self._flushed, self._gathered, [], 0
        paths = [entry.part for entry in self._flushed if entry.part]
        self._flushing = self._thread.submit(flush, [*paths, *self._touched], self._out)
        self._failed = False

    def _rename(self, entry: Entry) -> None:
        path = f"{self._out}/{entry.output}"
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            self._make_folder(folder)
        if not self._replace and os.path.lexists(path):
            raise StoppedError(f"a file that this run did not write is in the way: {path}")
        Path(entry.part).rename(path)
        self._touched.add(folder)

    def _make_folder(self, folder: str) -> None:
        """Make `folder` and those above it; each new one changes the one above."""
        above = folder.rpartition("/")[0]
        if above not in self._folders:
            self._make_folder(above)
        Path(folder).mkdir(0o755, exist_ok=True)
        self._folders.add(folder)
        self._touched.add(above)
