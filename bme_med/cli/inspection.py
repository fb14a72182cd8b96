"""One file before and after, and what is in a folder, for a person."""

from collections import Counter
from typing import TYPE_CHECKING

from bme_med.cli.console import make_console, print_table, printable
from bme_med.run import Inspection, Survey

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_inspection", "print_survey"]

_LONGEST = 60
_LONGEST_UID = 24


def print_inspection(inspection: Inspection) -> None:
    """Print every part of one file."""
    console = make_console()
    console.print(printable(f"{inspection.path}: {inspection.format}"))
    if inspection.refusal:
        console.print(f"A run would refuse it: {inspection.refusal}")
        rows = [(row.where, _short(row.before)) for row in inspection.rows]
        print_table(console, "", ("part", "value"), rows)
        return
    print_table(
        console,
        "",
        ("part", "before", "code", "what is done", "rule", "after"),
        [
            (row.where, _short(row.before), row.code, row.words, row.rule, _short(row.after))
            for row in inspection.rows
            if not row.group
        ],
    )
    properties = [
        (row.where, _short(row.meaning), _short(row.before), row.words, row.rule, _short(row.after))
        for row in inspection.rows
        if row.group
    ]
    if properties:
        titles = ("property", "meaning", "before", "what is done", "rule", "after")
        print_table(console, "Properties in its metadata", titles, properties)
    for finding in inspection.findings:
        console.print(f"Please know: {finding}")


def print_survey(survey: Survey) -> None:
    """Print what is in a folder, and what a run would refuse."""
    console = make_console()
    patients = {series.patient for series in survey.series if series.study}
    studies = {series.study for series in survey.series if series.study}
    console.print(f"{survey.found:,} found: {len(patients):,} patients, {len(studies):,} studies.")
    numbers = ("files", "burned-in risk", "refused")
    rows = [
        (series.patient, study, name, series.kind, series.files, series.risky, series.refused)
        for series in survey.series
        for study in [series.study_date or _short(series.study, _LONGEST_UID)]
        for name in [series.description or _short(series.series, _LONGEST_UID)]
    ]
    print_table(console, "", ("patient", "study", "series", "kind", *numbers), rows, numbers=numbers)
    _print_counts(console, "Would be refused", survey.problems)
    _print_counts(console, "Risk of burned-in text", survey.risks)
    _print_counts(console, "Would be skipped", survey.skipped)


def _print_counts(console: "Console", title: str, counts: Counter[str]) -> None:
    if counts:
        rows = [(count, reason) for reason, count in counts.most_common()]
        print_table(console, title, ("files", "reason"), rows, numbers=("files",))


def _short(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
