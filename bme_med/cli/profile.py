"""Profiles, for a person."""

from collections.abc import Iterable, Mapping
from typing import Any

from bme_med.cli.console import make_console, print_table
from bme_med.core import Profile
from bme_med.run import is_available

__all__ = ["print_profile", "print_profiles"]


def print_profiles(heading: str, profiles: Iterable[Profile]) -> None:
    """Print name and title of each, and which of them this version cannot do."""
    rows = [
        (profile.name, profile.title, "" if is_available(profile) else "not in this version")
        for profile in profiles
    ]
    columns = ("name", "title", "") if any(note for _, _, note in rows) else ("name", "title")
    print_table(make_console(), heading, columns, (row[: len(columns)] for row in rows))


def print_profile(settings: Mapping[str, Any]) -> None:
    """Print each key and its value."""
    print_table(make_console(), "", ("key", "value"), _flat(settings))


def _flat(settings: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for name, value in settings.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping) and "action" in value:
            yield path, " ".join(value.values())
        elif isinstance(value, Mapping):
            yield from _flat(value, f"{path}.")
        else:
            yield path, ", ".join(value) if isinstance(value, list) else value
