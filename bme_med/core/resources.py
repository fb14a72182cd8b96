"""Data that ships with the package: profiles and tables.

In a wheel they lie in ``bme_med/profiles``; in a checkout in ``profiles/`` beside the package.
"""

import csv
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

__all__ = ["profile_names", "read_resource", "read_table"]


@cache
def _folder() -> Traversable:
    installed = files("bme_med") / "profiles"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "profiles"


def read_resource(name: str) -> str:
    """The text of ``profiles/name``.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    return (_folder() / name).read_text(encoding="utf-8")


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of ``profiles/name``, a CSV file with a header; lines that start with ``#`` are notes."""
    lines = (line for line in read_resource(name).splitlines() if not line.startswith("#"))
    return list(csv.DictReader(lines))


def profile_names() -> list[str]:
    """Names of the ready-made profiles, sorted."""
    return sorted(
        entry.name.removesuffix(".toml") for entry in _folder().iterdir() if entry.name.endswith(".toml")
    )
