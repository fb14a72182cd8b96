"""What a run did, for a person."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bme_med.audit import Status
from bme_med.cli.console import line, make_console, print_table, printable
from bme_med.run import Summary

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_summary"]

_CODES = {
    "X": "removed",
    "Z": "emptied",
    "D": "replaced",
    "C": "cleaned",
    "U": "new UID",
    "redact": "painted over",
}

_KEY = {
    "kept": (
        "kept in your key file, so that the same new names can be made again. 45 CFR 164.514(c) allows no "
        "code derived from the individual: a kept key belongs to Expert Determination or a limited data set."
    ),
    "forgotten": "random, and forgotten: nothing is left to derive the new names from (45 CFR 164.514(c)).",
    "forgotten, but": "random, and forgotten; the crosswalk still leads back.",
    "waiting": "random, kept beside the output until the run is complete, then erased.",
}

_CROSSWALK = (
    "It leads from new IDs back to patients: keep it on the secure side. A crosswalk belongs to Expert "
    "Determination or a limited data set (45 CFR 164.514(c))."
)
_MOST_LINES = 10


def print_summary(summary: Summary) -> None:
    """Print all counts; the most important line first."""
    console = make_console()
    console.print(_headline(summary))
    if not summary.found and not summary.stopped:
        console.print("Nothing was found in the input.")
    for status in (Status.REFUSED, Status.SKIPPED):
        if groups := summary.groups(status):
            rows = [(group.count, reason, group.example) for reason, group in groups]
            columns = ("files", "reason", "for example")
            print_table(console, status.capitalize(), columns, rows, numbers=("files",))
    _print_kinds(console, summary)
    if summary.findings:
        findings = [(count, text) for text, count in summary.findings.most_common()]
        print_table(console, "Please know", ("files", "finding"), findings, numbers=("files",))
    _print_places(console, summary)


def _headline(summary: Summary) -> str:
    counts = ", ".join(f"{summary.counts[status]:,} {status}" for status in Status)
    text = f"{summary.found:,} found: {counts}, in {summary.seconds:,.1f} s, by {summary.profile}."
    if summary.earlier:
        text += f" {summary.earlier:,} of them were finished before."
    if summary.stopped:
        text = f"Stopped early: {summary.stopped}. So far {text} Run again with --resume to go on."
    return f"Dry run, nothing was written. {text}" if summary.dry_run else printable(text)


def _print_kinds(console: "Console", summary: Summary) -> None:
    kinds = summary.kinds_by_code()
    if not kinds:
        return
    used = [code for code in _CODES if any(code in codes for codes in kinds.values())]
    words = [_CODES[code] for code in used]
    rows = [(kind, *(codes.get(code, 0) for code in used)) for kind, codes in kinds.items()]
    print_table(console, "Removed or changed, by kind", ("kind", *words), rows, numbers=words)


def _print_places(console: "Console", summary: Summary) -> None:
    console.print()
    if not summary.dry_run:
        if summary.out:
            line(console, "output", summary.out)
        names = "with pseudonyms" if summary.has_pseudonyms else "it names the sources: keep it to yourself"
        line(console, "audit", f"{summary.audit} ({names})")
    is_undone_by_table = summary.key == "forgotten" and summary.crosswalk and not summary.dry_run
    if summary.dicomdir_sha256:
        line(console, "dicomdir", _dicomdir(summary))
    line(console, "key", _KEY["forgotten, but" if is_undone_by_table else summary.key])
    if summary.subjects:
        line(console, "subjects", _subjects(summary))
    if summary.unused_boxes:
        line(
            console,
            "boxes",
            f"of {_listed(summary.unused_boxes)}, none was painted in an output: see `match`",
        )
    if summary.crosswalk:
        line(console, "crosswalk", _crosswalk(summary))


def _dicomdir(summary: Summary) -> str:
    if not summary.not_in_dicomdir:
        return "made anew: it refers to every instance of the output"
    return (
        f"made anew; {summary.not_in_dicomdir:,} instances have no record in it: their keys could not be read"
    )


def _subjects(summary: Summary) -> str:
    text = f"{summary.subjects} (it leads from subjects back to patients: keep it to yourself)"
    if not summary.unmatched:
        return text
    return f"{text}; nothing in the input fits line {_listed(summary.unmatched)}"


def _listed(items: Sequence[object]) -> str:
    more = " and more" if len(items) > _MOST_LINES else ""
    return ", ".join(map(str, items[:_MOST_LINES])) + more


def _crosswalk(summary: Summary) -> str:
    if summary.dry_run:
        return f"{summary.crosswalk} would be written"
    if summary.stopped:
        return f"{summary.crosswalk} is written when the run is complete"
    text = f"{summary.crosswalk}. {_CROSSWALK}"
    if summary.not_in_crosswalk:
        text += f" {summary.not_in_crosswalk:,} instances are not in it whole: they could not be read again."
    return text
