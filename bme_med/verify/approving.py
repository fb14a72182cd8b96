"""The list of values that a person has read and approved: one line for each value in each attribute.

A line is a place, a tab, and the value as a JSON string, so that line breaks and tabs are escaped. What is
approved in one place is shown again in another: ``Hand`` is a body part, and a surname.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from bme_med.core import UsageError
from bme_med.verify.reviewing import Standing

__all__ = ["Approved", "add_approved", "check_place", "read_approved", "unapproved"]

Approved = frozenset[tuple[str, str]]
"""Pairs of a place and a value."""

_GIVE = "give one that `bme-med review DIR --approve F` made"
_HEADER = "# bme-med review: values that were read and approved; a line is a place, a tab, the value"


def read_approved(path: Path) -> Approved:
    """The pairs in the list at `path`.

    Raises
    ------
    UsageError
        If it cannot be read, or a line is none of such a list.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise UsageError(f"{path}: this list cannot be read ({error.strerror}): {_GIVE}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: this list is not UTF-8 text: save it as such, or {_GIVE}") from None
    pairs = set()
    for number, line in enumerate(lines, 1):
        place, tab, text = line.partition("\t")
        if line.startswith("#") or not line.strip():
            continue
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if not tab or not isinstance(value, str):
            raise UsageError(f"{path}: line {number} is no approved value: a place, a tab, a value in quotes")
        pairs.add((place, value))
    return frozenset(pairs)


def unapproved(standing: Iterable[Standing], approved: Approved) -> list[Standing]:
    """What stands in a place that it was not approved in, with those places alone."""
    found = []
    for one in standing:
        places = tuple(place for place in one.places if (place, one.value) not in approved)
        if places:
            found.append(Standing(one.value, places, one.files, one.example))
    return found


def check_place(path: Path) -> None:
    """See that a list can be written to `path`, before anything is read that it is for.

    Raises
    ------
    UsageError
        If not.
    """
    folder = path.absolute().parent
    if not folder.is_dir():
        raise UsageError(f"{path}: this list cannot be written, as there is no folder {folder}: make it")
    if path.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise UsageError(f"{path}: this list cannot be written: give a file that you may write to")


def add_approved(path: Path, standing: Iterable[Standing]) -> None:
    """Add all of `standing` to the list at `path`, which is made if it is not there; sorted.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    known = read_approved(path) if path.exists() else frozenset()
    pairs = known | {(place, one.value) for one in standing for place in one.places}
    lines = [f"{place}\t{json.dumps(value, ensure_ascii=False)}" for place, value in sorted(pairs)]
    try:
        path.write_text("\n".join((_HEADER, *lines)) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: this list cannot be written ({error.strerror})") from None
