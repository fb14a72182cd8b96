"""What a check found, for a person; and by which profile it checks."""

from collections import Counter
from pathlib import Path

from bme_med.audit import read_file
from bme_med.cli.console import line, make_console, print_table, printable
from bme_med.core import AuditError, Profile, UsageError
from bme_med.run import load_profile, ready_made_profiles
from bme_med.verify import Report

__all__ = ["chosen_profile", "print_report"]

_DEFAULT = "hipaa-safe-harbor"
_MOST_ROWS = 200


def chosen_profile(name: str | None, audit: Path | None) -> Profile:
    """The profile `name`; without one, that of the audit, and without an audit the default.

    Raises
    ------
    UsageError
        If the audit names a profile that does not ship.
    """
    if name is not None:
        return load_profile(name)
    said = _said_by(audit) if audit else _DEFAULT
    if said not in {profile.name for profile in ready_made_profiles()}:
        raise UsageError(f"the run had a profile of its own, {printable(said)}: give its file with --profile")
    return load_profile(said)


def _said_by(audit: Path) -> str:
    """What the audit says; what is wrong with an audit that cannot be read, the check itself tells."""
    try:
        return str(read_file(audit).header["profile"])
    except AuditError:
        return _DEFAULT


def print_report(report: Report) -> None:
    """Print what was checked, and every finding."""
    console = make_console()
    found = f"{len(report.findings):,} findings" if report.findings else "nothing found"
    compared = f", {report.compared:,} compared with their sources" if report.compared else ""
    console.print(f"{report.outputs:,} files checked by {report.profile}{compared}: {found}.")
    if report.findings:
        kinds = Counter(finding.check.value for finding in report.findings).most_common()
        print_table(console, "Findings, by check", ("check", "findings"), kinds, numbers=("findings",))
        rows = [(one.file, one.place, one.check, one.problem) for one in report.findings[:_MOST_ROWS]]
        print_table(console, "Findings", ("file", "place", "check", "what is wrong"), rows)
        if len(report.findings) > _MOST_ROWS:
            console.print(f"and {len(report.findings) - _MOST_ROWS:,} more: --json shows all of them")
    for note in report.notes:
        line(console, "note", note)
