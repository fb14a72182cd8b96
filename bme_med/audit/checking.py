"""Finding what was done to an audit since it was written.

Each line holds the SHA-256 of the line before. Where that does not fit, the line it does fit tells what
happened: it stands elsewhere (out of order), or nowhere (changed or missing; the footer's count tells which).
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bme_med.audit.reading import is_header, is_record, opened, parse
from bme_med.audit.records import Status, seal

__all__ = ["Finding", "check", "check_file", "is_unfinished"]

_CUT = "cut off in the middle"
_NO_FOOTER = "no footer after it: the run did not complete, or the end was cut off"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with an audit, and at which line, counted from 1."""

    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class _Line:
    """One line, without what makes lines long."""

    digest: str
    prev: str | None
    kind: str
    end: dict[str, Any] | None
    filename: str
    status: str


def is_unfinished(findings: Sequence[Finding]) -> bool:
    """Whether all that is wrong is what a run leaves that was stopped, and that ``--resume`` makes good."""
    return {_NO_FOOTER} <= {finding.problem for finding in findings} <= {_NO_FOOTER, _CUT}


def check_file(path: Path) -> list[Finding]:
    """What is wrong with the audit at `path`, as `check` finds it.

    Raises
    ------
    AuditError
        If it cannot be read.
    """
    with opened(path) as lines:
        return check(lines)


def check(lines: Iterable[bytes], *, complete: bool = True) -> list[Finding]:
    """Everything that shows that an audit is not as it was written, in order of lines.

    With `complete` False, as for a run that stopped, a missing footer is no finding.
    """
    digested: list[_Line] = []
    findings: list[Finding] = []
    for number, line in enumerate(lines, 1):
        if not line.endswith(b"\n"):
            findings.append(Finding(number, _CUT))
            break
        digested.append(_digest(line))
    if not digested:
        return findings or [Finding(1, "nothing is in this file")]
    findings += _wrong_kinds(digested)
    findings += _repeated(digested)
    findings += _broken_links(digested)
    if complete or digested[-1].end:
        findings += _wrong_end(digested)
    unique = {(finding.line, finding.problem): finding for finding in findings}
    return sorted(unique.values(), key=lambda finding: finding.line)


def _wrong_kinds(lines: list[_Line]) -> Iterator[Finding]:
    for number, line in enumerate(lines, 1):
        if number == 1 and line.kind != "header":
            yield Finding(1, "the header is missing or was changed")
        elif line.kind == "unknown":
            yield Finding(number, "changed: it is no record")
        elif line.end is not None and not _is_sealed(line.end):
            yield Finding(number, "changed: the footer's seal does not fit")


def _broken_links(lines: list[_Line]) -> Iterator[Finding]:
    """Lines whose ``prev`` is not the digest of the line before."""
    places = {line.digest: number for number, line in enumerate(lines, 1)}
    missing = _missing(lines)
    broken = [
        number
        for number, line in enumerate(lines, 1)
        if line.prev != (lines[number - 2].digest if number > 1 else "")
    ]
    for number in broken:
        place = places.get(lines[number - 1].prev or "")
        if number == 1:
            if lines[0].kind == "header":
                yield Finding(1, "changed: a header follows no line")
        elif place is not None:
            yield Finding(number, f"out of order: it followed what is now line {place}")
        elif missing:
            yield Finding(number, f"a line before it is missing ({missing} in all)")
        elif missing is None:
            yield Finding(number - 1, "changed, or lines after it are missing")
        elif number + 1 in broken:
            continue  # its own `prev` was changed: the next link names it
        else:
            yield Finding(number - 1, "changed")


def _repeated(lines: list[_Line]) -> Iterator[Finding]:
    """Records of a source that had one already; only what was refused is tried again (`--retry-refused`)."""
    last: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if line.kind != "record":
            continue
        before = last.get(line.filename)
        if before is not None and lines[before - 1].status != Status.REFUSED:
            yield Finding(number, f"a source has two records: line {before} is of it, and was not refused")
        last[line.filename] = number


def _missing(lines: list[_Line]) -> int | None:
    """How many records are missing by the footer's count; None where there is no sound footer."""
    end = lines[-1].end
    if end is None or not _is_sealed(end):
        return None
    return max(0, int(end["end"]["records"]) - _records_in(lines))


def _records_in(lines: list[_Line]) -> int:
    """How many lines are records, or were."""
    return sum(line.kind in ("record", "unknown") for line in lines)


def _wrong_end(lines: list[_Line]) -> Iterator[Finding]:
    """What the footer says against what is there."""
    last = lines[-1]
    if last.end is None:
        yield Finding(len(lines), _NO_FOOTER)
        return
    status = {line.filename: line.status for line in lines if line.kind == "record"}
    statuses = list(status.values())
    there = {
        "records": _records_in(lines),
        "found": len(status),
        **{name.value: statuses.count(name) for name in Status},
    }
    for name, count in there.items():
        said = last.end["end"].get(name)
        if said != count:
            yield Finding(len(lines), f"the footer says {said} {name}, but the records say {count}")


def _digest(line: bytes) -> _Line:
    document = parse(line) or {}
    prev = document.get("prev")
    if is_header(document):
        kind = "header"
    elif isinstance(document.get("end"), dict) and isinstance(document["end"].get("records"), int):
        kind = "end"
    elif is_record(document):
        kind = "record"
    else:
        kind = "unknown"
    return _Line(
        digest=hashlib.sha256(line[:-1]).hexdigest(),
        prev=prev if isinstance(prev, str) else None,
        kind=kind,
        end=document if kind == "end" else None,
        filename=document["filename"] if kind == "record" else "",
        status=document["status"] if kind == "record" else "",
    )


def _is_sealed(footer: dict[str, Any]) -> bool:
    return bool(footer.get("seal") == seal(footer["end"], str(footer.get("prev"))))
