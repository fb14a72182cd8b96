"""What the check finds: in which file, at which place, by which check. Never a value."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

__all__ = ["Check", "Finding", "Problem"]


class Check(StrEnum):
    """What was looked at."""

    READABLE = "readable"
    """Readers that nobody here wrote read the file to its last byte."""
    FILE_META = "file meta"
    """Preamble and file meta describe this application and nothing else."""
    RULE = "rule"
    """An attribute is in a state that Table E.1-1 and the profile allow."""
    MARKS = "marks"
    """What an instance says of itself is there, and true."""
    CONTAINER = "container"
    """Nothing lies in a photo that its picture does not need."""
    IDENTIFIER = "identifier"
    """What identifies in the source stands nowhere in the output."""
    PIXELS = "pixels"
    """The picture is the source's, outside what was declared as covered."""
    CONFORMANCE = "conformance"
    """dciodvfy finds no error that the source does not have."""
    CONSISTENCY = "consistency"
    """What was one thing in the sources is one thing in the outputs, and two stay two."""
    NAME = "name"
    """Names, times and extended attributes of files tell nothing."""
    AUDIT = "audit"
    """The audit is whole, and tells of every file what is so."""


class Problem(NamedTuple):
    """A problem of one file: its place in the format's notation, the check, and what is wrong."""

    place: str
    check: Check
    problem: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem, and the file it is in: a path below the outputs, or the audit's name for a source."""

    file: str
    place: str
    check: Check
    problem: str

    def to_json(self) -> dict[str, str]:
        """For scripts."""
        return {"file": self.file, "place": self.place, "check": self.check, "problem": self.problem}
