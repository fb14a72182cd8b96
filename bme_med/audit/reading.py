"""Reading an audit back."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from bme_med.audit.records import VERSION, Status
from bme_med.core import AuditError

__all__ = ["Audit", "is_header", "is_record", "opened", "parse", "read", "read_file"]

_HEADER_KEYS = frozenset(("version", "timestamp", "profile", "profile_sha256", "names", "checks"))
_KEYS = frozenset(
    {
        *("filename", "timestamp", "status", "reason", "format", "output", "source_sha256", "output_sha256"),
        *("profile", "profile_sha256", "actions", "findings", "prev"),
    }
)


class Audit:
    """A whole audit: its header, the last record of each source, and its footer if the run is complete."""

    def __init__(self, header: dict[str, Any]) -> None:
        self.header = header
        self.records: dict[str, dict[str, Any]] = {}
        self.end: dict[str, Any] | None = None
        self.lines = 0

    def to_json(self) -> dict[str, Any]:
        """One document for scripts: the header, the counts, and the last record of each source."""
        return {
            "header": self.header,
            "complete": self.end is not None,
            **self.counts(),
            "records": list(self.records.values()),
        }

    def counts(self) -> dict[str, int]:
        """How many sources were found, written, refused and skipped."""
        statuses = [record["status"] for record in self.records.values()]
        return {
            "found": len(statuses),
            **{status.value: statuses.count(status) for status in Status},
        }


def read(lines: Iterable[bytes], name: str) -> Audit:
    """The content of an audit, not yet checked; a last line that is not whole is left out.

    Raises
    ------
    AuditError
        If a line is no JSON, or the first is no header.
    """
    audit: Audit | None = None
    for number, line in enumerate(lines, 1):
        if not line.endswith(b"\n"):
            break
        document = parse(line)
        if audit is None:
            if document is None or not is_header(document):
                raise AuditError(f"{name}: this is no audit of bme-med")
            audit = Audit(document)
        elif document is None or not (is_record(document) or "end" in document):
            raise AuditError(f"{name}: line {number} is no record: `bme-med audit check` says more")
        elif "end" in document:
            audit.end = document["end"]
        else:
            audit.end = None
            audit.lines += 1
            audit.records[document["filename"]] = document
    if audit is None:
        raise AuditError(f"{name}: this is no audit of bme-med")
    return audit


def read_file(path: Path) -> Audit:
    """The content of the audit at `path`.

    Raises
    ------
    AuditError
        If it cannot be read, or is none.
    """
    with opened(path) as lines:
        return read(lines, str(path))


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The lines of the file at `path`.

    Raises
    ------
    AuditError
        If it cannot be read.
    """
    try:
        with open(path, "rb") as lines:
            yield lines
    except OSError as error:
        raise AuditError(
            f"{path}: the audit cannot be read ({error.strerror}): "
            "give the file that a run named at its end, by default OUT.audit.jsonl beside the folder OUT"
        ) from None


def parse(line: bytes) -> dict[str, Any] | None:
    """The document in `line`, if it is one."""
    try:
        document = json.loads(line)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def is_header(document: dict[str, Any]) -> bool:
    """Whether `document` is the first line of an audit of this version."""
    return document.get("audit") == VERSION and document.keys() >= _HEADER_KEYS


def is_record(document: dict[str, Any]) -> bool:
    """Whether `document` has all that a record has, and nothing else."""
    return (
        document.keys() == _KEYS
        and isinstance(document["filename"], str)
        and document["status"] in tuple(Status)
    )
