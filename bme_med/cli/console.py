"""Printing: tables on a terminal, one JSON document for scripts. What a file says is text, never markup."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["line", "make_console", "print_json", "print_table", "printable"]

_PIPE_COLUMNS = 240
"""Width of tables that go into a file or a pipe."""


def print_json(document: Any) -> None:
    """Print `document` to stdout; bytes in names that are no text are surrogate escapes."""
    json.dump(document, sys.stdout, indent=2)
    sys.stdout.write("\n")


def make_console() -> "Console":
    """A console on stdout."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else _PIPE_COLUMNS
    return Console(width=width, markup=False, highlight=False, emoji=False)


def print_table(
    console: "Console",
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    numbers: Sequence[str] = (),
) -> None:
    """Print a table under its title.

    The columns called in `numbers` are set to the right; numbers get thousands separators, zero stays blank.
    """
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(_cell, row))
    if title:
        console.print(f"\n{title}", style="bold")
    with console.capture() as printed:
        console.print(table)
    sys.stdout.writelines(f"{text.rstrip()}\n" for text in printed.get().splitlines())


def line(console: "Console", label: str, text: str) -> None:
    """Print `text` behind a label, wrapped lines indented."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=max(8, len(label)), no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(label, printable(text))
    console.print(grid)


def printable(text: str) -> str:
    r"""`text` without what could steer a terminal: control characters and broken bytes are escaped.

    >>> printable("a\nb\x1b[2J")
    'a\\nb\\x1b[2J'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}" if value else ""
    return printable(str(value))
