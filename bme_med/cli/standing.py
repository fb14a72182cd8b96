"""What still stands in clean files, for a person; and a value as lines of a profile."""

import sys
from collections.abc import Sequence

from bme_med.cli.console import line, make_console, print_table
from bme_med.core import UsageError
from bme_med.verify import Standing, Survey

__all__ = ["print_rule", "print_survey"]

_LONGEST = 120
_MOST_PLACES = 3


def print_survey(survey: Survey, shown: Sequence[Standing]) -> None:
    """Print one line a value."""
    console = make_console()
    hidden = len(survey.standing) - len(shown)
    approved = f", {hidden:,} more were approved" if hidden else ""
    console.print(f"{survey.files:,} files: {len(shown):,} texts to read{approved}.")
    if shown:
        rows = [(one.files, _cut(one.value), _places(one)) for one in shown]
        print_table(console, "", ("files", "text", "where"), rows, numbers=("files",))
    for name in survey.unread:
        line(console, "unread", name)


def _cut(value: str) -> str:
    return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}[...], {len(value):,} characters"


def _places(one: Standing) -> str:
    more = len(one.places) - _MOST_PLACES
    return ", ".join(one.places[:_MOST_PLACES]) + (f", and {more} more" if more > 0 else "")


def print_rule(survey: Survey, value: str) -> None:
    """Print the lines of a profile that take `value` away, wherever it stands.

    Raises
    ------
    UsageError
        If it stands in no attribute.
    """
    found = next((one for one in survey.standing if one.value == value), None)
    attributes = [place for place in found.places if "." not in place and " " not in place] if found else []
    if not attributes or found is None:
        raise UsageError(f"this text stands in no attribute of {survey.files:,} files: copy it from the list")
    print("# C keeps words of the vocabulary and no others; X takes the attribute away, D writes a dummy.")
    print("[dicom.attributes]")
    for place in attributes:
        print(f'"{place}" = "C"' if place.startswith("(") else f'{place} = "C"')
    print(f"{found.files:,} files hold it; run `bme-med deid` again with that profile", file=sys.stderr)
