"""What there is to document, and what the documents say."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from bme_med.cli.app import app

__all__ = ["DOCS", "ROOT", "commands", "examples", "options_of", "pages", "section"]

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_LINE = re.compile(r"^(?: {4}|\$ )((?:bme-med|make) .*)$", re.MULTILINE)
_INLINE = re.compile(r"`((?:bme-med|make) [^`\n]+)`")


def commands() -> dict[tuple[str, ...], Any]:
    """Every command and group of commands, by its words behind ``bme-med``."""
    return dict(_below(typer.main.get_command(app)))


def _below(command: Any, *words: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        yield from _below(below, *words, name)


def options_of(command: Any) -> set[str]:
    """Options of `command`, such as ``--out``."""
    return {"--help"} | {
        option for param in command.params for option in param.opts if option.startswith("-")
    }


def pages() -> list[Path]:
    """README, changelog and every page of docs/."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


def section(text: str, heading: str) -> str:
    """What stands below `heading`, a line of its own, up to the next heading of its level."""
    level = heading.split(" ")[0]
    _, found, rest = f"\n{text}".partition(f"\n{heading}\n")
    assert found, f"there is no heading {heading!r}"
    return rest.split(f"\n{level} ")[0]


def examples(page: Path) -> list[list[str]]:
    """Commands that `page` shows, on lines of their own and in line, as words; comments are left out."""
    text = page.read_text(encoding="utf-8")
    return [shlex.split(line, comments=True) for line in (*_LINE.findall(text), *_INLINE.findall(text))]
