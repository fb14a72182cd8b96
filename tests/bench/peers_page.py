"""The page that comparisons are written into, and its tables."""

from collections.abc import Sequence
from pathlib import Path

__all__ = ["PAGE", "table", "write"]

PAGE = Path(__file__).parents[2] / "docs" / "comparison.md"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown.

    >>> print(table(["tool", "leaks"], [["ours", "0"]]))
    | tool | leaks |
    | --- | --- |
    | ours | 0 |
    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def write(text: str, module: str) -> None:
    """Put what a module measured between its two marks on the page."""
    start, end = f"<!-- measured: python -m {module} --write -->\n", f"<!-- end: {module} -->\n"
    page = PAGE.read_text(encoding="utf-8")
    head, tail = page.split(start)[0], page.split(end)[1]
    PAGE.write_text(f"{head}{start}\n{text}\n\n{end}{tail}", encoding="utf-8")
