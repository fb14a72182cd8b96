"""Data that ships with the package: profiles and tables.

In a wheel they lie in ``bme_med/profiles``; in a checkout in ``profiles/`` beside the package.
"""

import csv
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

__all__ = ["option_names", "profile_names", "read_resource", "read_table"]

_OPTION = "option-"
"""What the name of a part that makes no whole profile starts with."""


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
    return [name for name in _toml_names() if not name.startswith(_OPTION)]


def option_names() -> list[str]:
    """Names of the ready-made parts, one an option of PS3.15, that profiles are composed of; sorted."""
    return [name for name in _toml_names() if name.startswith(_OPTION)]


def _toml_names() -> list[str]:
    names = (entry.name for entry in _folder().iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))
