"""A run over the sample, a report of it, and what a page consists of, read by the standard library alone."""

import base64
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from bme_med.audit import Audit
from bme_med.report import write_report

__all__ = ["Page", "audit_of", "page_of", "png_chunks", "record"]

_VOID = {"meta", "img", "br", "link", "input", "hr"}


@dataclass
class Page(HTMLParser):
    """What a page holds: tags with their attributes, texts, pictures; every element must be closed."""

    text: str
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    stack: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.text)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element without content."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """See that the element which ends is the one that was open."""
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if self.stack and self.stack[-1] != "style":
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of that name."""
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def shown(self) -> str:
        """All texts, spaces between them as one."""
        return " ".join(" ".join(self.words).split())

    @property
    def pictures(self) -> list[bytes]:
        """The PNGs."""
        start = "data:image/png;base64,"
        return [
            base64.b64decode(image["src"].removeprefix(start), validate=True) for image in self.all("img")
        ]


def png_chunks(data: bytes) -> Iterator[bytes]:
    """Types of the chunks of a PNG, whose checksums are right and behind which nothing follows."""
    at = 8
    while at < len(data):
        length, type_ = struct.unpack_from(">I4s", data, at)
        (checksum,) = struct.unpack_from(">I", data, at + 8 + length)
        assert checksum == zlib.crc32(data[at + 4 : at + 8 + length])
        yield type_
        at += 12 + length
    assert at == len(data)


def page_of(
    folder: Path,
    audit: Audit,
    out: Path,
    *,
    source: Path | None = None,
    findings: list[tuple[str, str, str]] | None = None,
) -> Page:
    """The report of `audit`, written into `folder` and read again."""
    path = folder / "report.html"
    write_report(path, audit, out, source=source, findings=findings)
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\{[{%#]", text)
    return Page(text)


def record(filename: str, **values: Any) -> dict[str, Any]:
    """A record of an audit."""
    empty: dict[str, Any] = dict.fromkeys(
        ("reason", "format", "output", "source_sha256", "output_sha256", "profile", "profile_sha256", "prev"),
        "",
    )
    empty |= {"timestamp": "2026-01-02T03:04:05.678Z", "actions": [], "findings": []}
    return {"filename": filename, "status": "written", **empty, **values}


def audit_of(*records: dict[str, Any], names: str = "keep") -> Audit:
    """An audit that holds `records`."""
    audit = Audit(
        {
            "version": "0",
            "timestamp": "2026-01-02T03:04:05.678Z",
            "profile": "test",
            "profile_sha256": "ab" * 32,
            "names": names,
        }
    )
    audit.records = {one["filename"]: one for one in records}
    audit.end = {"seconds": 1.5}
    return audit
