"""The coordinator's map of subjects: a CSV file with the columns ``source`` and ``subject``.

A source is a patient ID, ``issuer|id``, or a path below the input that may hold ``*``, ``?`` and ``**``; a
path covers all below it too. Errors name file and line, never what stands there: it names patients.
"""

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bme_med.core import UsageError
from bme_med.core.subjects import SUBJECT_RULE, is_subject
from bme_med.run.path_patterns import normal_path, path_pattern

__all__ = ["Line", "SubjectMap", "read_subjects"]

_COLUMNS = ["source", "subject"]
_WILD = re.compile(r"[*?]")
_SHORTEST_ID = 4
"""An ID of fewer characters may stand in a subject's name by chance."""


class Line(NamedTuple):
    """One line: number in the file, and what it says."""

    number: int
    source: str
    subject: str


class SubjectMap:
    """A map that was read and checked.

    Attributes
    ----------
    sha256
        Of the file.
    patients
        Lines that may name a patient, by ID, each with the issuer; None where the line has none.
    longest
        Characters of the longest subject.
    """

    def __init__(self, lines: Sequence[Line], sha256: str) -> None:
        self.lines = tuple(lines)
        self.sha256 = sha256
        self.longest = max((len(line.subject) for line in lines), default=0)
        self.patients: dict[str, list[tuple[str | None, Line]]] = {}
        for line in lines:
            if named := _patient(line.source):
                self.patients.setdefault(named[1], []).append((named[0], line))
        paths = [line for line in lines if "|" not in line.source]
        self._plain = {normal_path(line.source): line for line in paths if not _WILD.search(line.source)}
        self._patterns = [(line, path_pattern(line.source)) for line in paths if _WILD.search(line.source)]

    def for_path(self, name: str) -> list[Line]:
        """Lines whose path or pattern covers the source `name`, a path below the input."""
        parts = normal_path(name).split("/")
        above = ("/".join(parts[:end]) for end in range(1, len(parts) + 1))
        found = [self._plain[path] for path in above if path in self._plain]
        return found + [line for line, pattern in self._patterns if pattern.match("/".join(parts))]


def _patient(source: str) -> tuple[str | None, str] | None:
    """The patient that `source` may name; nothing for a path."""
    if "|" in source:
        issuer, _, patient = source.partition("|")
        return issuer.strip(), patient.strip()
    return None if "/" in source else (None, source)


def _same(source: str) -> object:
    """What two sources have in common that cover the same."""
    return _patient(source) if "|" in source else normal_path(source)


def read_subjects(path: Path) -> SubjectMap:
    """The map in the file at `path`.

    Raises
    ------
    UsageError
        If it cannot be read, is no such table, or contradicts itself.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path}: the subjects map cannot be read ({error.strerror}): "
            "give the path of a CSV file that you may read, or leave --subjects out"
        ) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8 text: save it as CSV UTF-8") from None
    lines = list(_lines(path, text))
    _check(path, lines)
    return SubjectMap(lines, hashlib.sha256(data).hexdigest())


def _lines(path: Path, text: str) -> Iterator[Line]:
    """The rows below the header; empty ones are passed over."""
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        header = [name.strip().casefold() for name in next(reader, [])]
        if header != _COLUMNS:
            raise UsageError(
                f"{path}: line 1: expected the columns source,subject, divided by a comma: "
                "make that the first line, and save with commas"
            )
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield _line(path, reader.line_num, cells)
    except csv.Error:
        raise UsageError(
            f"{path}: line {reader.line_num}: broken quotes: close them, or leave them out"
        ) from None


def _line(path: Path, number: int, cells: list[str]) -> Line:
    if len(cells) != len(_COLUMNS) or not all(cells):
        raise UsageError(
            f"{path}: line {number}: expected a source and a subject, two cells: "
            "put a cell that holds a comma in double quotes"
        )
    source, subject = cells
    if not is_subject(subject):
        raise UsageError(f"{path}: line {number}: not a legal subject: {SUBJECT_RULE}")
    if "\\" in source:
        raise UsageError(f"{path}: line {number}: a backslash in the source: divide folders by '/'")
    _, patient = _patient(source) or (None, "")
    if _holds(subject, patient):
        raise UsageError(
            f"{path}: line {number}: the subject holds the patient ID that it replaces: choose another, or, "
            "where the source is a folder, end it with '/'"
        )
    return Line(number, source, subject)


def _holds(subject: str, patient: str) -> bool:
    name, old = subject.casefold(), patient.casefold()
    return name == old or (len(old) >= _SHORTEST_ID and old in name)


def _check(path: Path, lines: Iterable[Line]) -> None:
    """Find sources that stand there twice, and subjects that a file system could take for one."""
    sources: dict[object, Line] = {}
    subjects: dict[str, Line] = {}
    for line in lines:
        first = sources.setdefault(_same(line.source), line)
        if first is not line:
            problem = "again" if first.subject == line.subject else "again, with another subject"
            raise UsageError(
                f"{path}: line {line.number}: the source of line {first.number} {problem}: remove one"
            )
        other = subjects.setdefault(line.subject.casefold(), line)
        if other.subject != line.subject:
            raise UsageError(
                f"{path}: line {line.number}: the subject differs from that of line {other.number} only "
                "in case, and some file systems would take them for one: choose another"
            )
