"""An audit, and what is wrong with one, for a person."""

import sys
from collections.abc import Sequence
from pathlib import Path

from bme_med.audit import Audit, Finding, Status, is_unfinished
from bme_med.cli.console import line, make_console, print_table, printable

__all__ = ["print_audit", "print_findings"]


def print_audit(audit: Audit) -> None:
    """Print the run and one line a file, under the number that a report gives its source."""
    console = make_console()
    header = audit.header
    line(console, "run", f"bme-med {header['version']}, {header['timestamp']}")
    line(console, "profile", f"{header['profile']}, SHA-256 {header['profile_sha256']}")
    line(console, "complete", "yes" if audit.end else "no: the run stopped, or the end is missing")
    counts = audit.counts()
    line(console, "files", ", ".join(f"{counts[name]:,} {name}" for name in ("found", *Status)))
    rows = [
        (
            number,
            record["status"],
            record["filename"],
            record["output"] or record["reason"],
            len(record["actions"]),
        )
        for number, record in enumerate(audit.records.values(), 1)
    ]
    columns = ("source", "status", "file", "output, or why not", "actions")
    print_table(console, "Files", columns, rows, numbers=("source", "actions"))


def print_findings(path: Path, findings: Sequence[Finding]) -> None:
    """Print that an audit is whole, or each line that is not."""
    if not findings:
        print(printable(f"{path}: whole, no line was changed, removed, moved or cut off"))
        return
    for finding in findings:
        print(printable(f"{path}: line {finding.line}: {finding.problem}"))
    count = "1 finding" if len(findings) == 1 else f"{len(findings):,} findings"
    said = "this audit proves nothing any more"
    if is_unfinished(findings):
        said = (
            "where the run was stopped, finish it with the same command and --resume; where it ended by "
            f"itself, the end was cut off, and {said}"
        )
    print(f"{count}: {said}", file=sys.stderr)
