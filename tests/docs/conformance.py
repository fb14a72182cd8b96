"""What docs/reference/conformance.md says, read from the page itself."""

import re
from dataclasses import dataclass
from functools import cache

from tests.docs.reading import DOCS, section

__all__ = ["NO_OPTION", "PAGE", "Row", "headings", "page_rows"]

PAGE = DOCS / "reference" / "conformance.md"
NO_OPTION = "No option"

_ROW = re.compile(
    r"^\| (\([^)]+\)) \| ([^|]*) \| ([^|]*) \| `([^`]+)` \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the table's letter, what is done by Type, and why where that differs."""

    tag: str
    letter: str
    done: dict[int, str]
    why: str

    def seen(self, type_: int) -> str:
        """The letter that values alone can tell where the attribute has this Type."""
        done = next(self.done[known] for known in (1, 2, 3) if known in self.done and known >= type_)
        return {"C, item by item": "K", "D, a new UID": "U"}.get(done, done[0])


@cache
def page_rows(heading: str) -> tuple[Row, ...]:
    """The rows below one heading of the page."""
    text = section(PAGE.read_text(encoding="utf-8"), f"## {heading}")
    return tuple(
        Row(tag, letter, _by_type(done), why.strip()) for tag, _, _, letter, done, why in _ROW.findall(text)
    )


def headings() -> tuple[str, ...]:
    """Every part of the page that has rows."""
    found = re.findall(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return tuple(heading for heading in found if page_rows(heading))


def _by_type(done: str) -> dict[int, str]:
    """Read ``X; Type 1: D``."""
    by_type = {}
    for part in done.strip().split("; "):
        found = re.fullmatch(r"(?:Type ([12]): )?([XZDKCU](?:, .+)?)", part)
        assert found, done
        by_type[int(found[1] or 3)] = found[2]
    return by_type
