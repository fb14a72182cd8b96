"""Reading one instance: file meta, transfer syntax, the main dataset's elements (PS3.10, chapter 7)."""

import re
from dataclasses import dataclass

from bme_med.core import MalformedFileError, Source, UnsupportedFileError
from bme_med.dicom.charsets import decode
from bme_med.dicom.encoding import EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, Coding, split_values
from bme_med.dicom.layout import Layout, Section
from bme_med.dicom.walker import Element, walk, walk_group

__all__ = ["Instance", "read_instance"]

_NATIVE = {
    "1.2.840.10008.1.2": IMPLICIT_LE,
    "1.2.840.10008.1.2.1": EXPLICIT_LE,
    "1.2.840.10008.1.2.2": EXPLICIT_BE,
}
_UNSUPPORTED = {
    "1.2.840.10008.1.2.1.99": "deflated transfer syntax",
    "1.2.840.10008.1.2.4.94": "pixel data lies on a server (JPIP)",
    "1.2.840.10008.1.2.4.95": "pixel data lies on a server (JPIP)",
    "1.2.840.10008.1.2.4.204": "pixel data lies on a server (JPIP)",
    "1.2.840.10008.1.2.4.205": "pixel data lies on a server (JPIP)",
}
_ENCAPSULATED = re.compile(r"1\.2\.840\.10008\.1\.2\.(?:4\.\d{2,3}|5)")
"""Compressed transfer syntaxes, later ones too; with no tail, since file meta repeats the UID."""

_TRANSFER_SYNTAX = 0x00020010
_CHARACTER_SET = 0x00080005


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance's structure over its bytes; values are read when asked for."""

    data: Source
    transfer_syntax: str
    coding: Coding
    start: int
    sections: list[tuple[int, Section]]
    by_tag: dict[int, tuple[Source, Element]]

    def raw(self, tag: int) -> bytes:
        """Bytes of the value of a top-level attribute; none where it is absent."""
        if tag not in self.by_tag:
            return b""
        data, element = self.by_tag[tag]
        return data[element.value : element.end] if element.items is None else b""

    def values(self, tag: int) -> list[str]:
        """Values of a top-level ASCII attribute."""
        raw = self.raw(tag)
        return split_values(raw) if raw else []

    def first(self, tag: int) -> str:
        """First value of a top-level ASCII attribute, or nothing."""
        values = self.values(tag)
        return values[0] if values else ""

    def number(self, tag: int, default: int = 0) -> int:
        """A top-level US value, or an IS value where the attribute is one; 0 where that is no number."""
        raw = self.raw(tag)
        if not raw:
            return default
        if self.by_tag[tag][1].vr == "IS":
            first = self.first(tag)
            return int(first) if first.isascii() and first.isdigit() else 0
        return int.from_bytes(raw[:2], self.coding.byte_order)

    def text(self, tag: int) -> str:
        """A top-level text attribute, decoded; undecodable bytes as Latin-1."""
        raw = self.raw(tag)
        text = decode(raw, self.charset)
        return (raw.decode("latin-1") if text is None else text).strip(" \0")

    @property
    def elements(self) -> list[Element]:
        """Elements of the main dataset, as read without a layout."""
        return self.sections[0][1].elements

    @property
    def charset(self) -> str:
        """Specific Character Set of the main dataset, as it stands."""
        return self.raw(_CHARACTER_SET).decode("ascii", "replace").strip(" \0")


def read_instance(data: Source, *, layout: Layout | None = None) -> Instance:
    """Walk `data` from its preamble to its end; `layout` remembers what instances have in common.

    Raises
    ------
    MalformedFileError
        If it is no well-formed file.
    UnsupportedFileError
        If its transfer syntax cannot be cleaned.
    """
    if data[128:132] != b"DICM":
        raise UnsupportedFileError(
            "a dataset without preamble and file meta information is not supported yet"
        )
    meta, start = walk_group(data, 132, 0x0002)
    syntax = _transfer_syntax(data, meta)
    coding = _NATIVE.get(syntax, EXPLICIT_LE)
    if layout:
        sections = layout.read(data, start, coding=coding)
    else:
        elements = walk(data, start, len(data), coding=coding)
        sections = [(0, Section(data, elements, is_run=False))] if elements else []
    if not sections:
        raise MalformedFileError("the file holds no dataset")
    by_tag: dict[int, tuple[Source, Element]] = {}
    for _, section in sections:
        by_tag.update(section.by_tag)
    return Instance(data, syntax, coding, start, sections, by_tag)


def _transfer_syntax(data: Source, meta: list[Element]) -> str:
    for element in meta:
        if element.tag == _TRANSFER_SYNTAX:
            syntax = split_values(data[element.value : element.end])[0]
            break
    else:
        raise MalformedFileError("file meta information names no transfer syntax", where="(0002,0010)")
    if syntax in _UNSUPPORTED:
        raise UnsupportedFileError(f"{_UNSUPPORTED[syntax]} is not supported yet")
    if syntax not in _NATIVE and not _ENCAPSULATED.fullmatch(syntax):
        raise UnsupportedFileError("unknown or private transfer syntax")
    return syntax
