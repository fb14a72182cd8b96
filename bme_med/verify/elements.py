"""Elements as pydicom reads them: bytes, text and items, with nothing interpreted twice."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from operator import itemgetter
from typing import Any

from pydicom import Dataset
from pydicom._dicom_dict import DicomDictionary
from pydicom.charset import convert_encodings, decode_bytes
from pydicom.dataelem import RawDataElement
from pydicom.multival import MultiValue
from pydicom.valuerep import EXPLICIT_VR_LENGTH_32

from bme_med.verify.tables import Tables

__all__ = ["TEXT_VRS", "Element", "Node", "newer_attributes", "node_of", "place_of"]

TEXT_VRS = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
"""VRs whose bytes depend on (0008,0005) (PS3.5, 6.1.2.3)."""

_STRING_VRS = TEXT_VRS | {"AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"}

_HEADER_BYTES = 8
"""Of a tag and a length: in front of short values, items and delimiters (PS3.5, 7.1 and 7.5)."""

_UNDEFINED = 0xFFFFFFFF
_ESCAPE = b"\x1b"


@dataclass(frozen=True)
class Element:
    """One element. `vr` is that of the file, or of the dictionary where the file says UN or nothing.

    `size` counts the bytes that it accounts for in its file, its header and delimiters included.
    """

    tag: int
    vr: str
    raw: bytes
    encodings: tuple[str, ...]
    items: "tuple[Node, ...] | None" = None
    is_un: bool = False
    size: int = 0

    @property
    def is_empty(self) -> bool:
        """Zero length, or a sequence without items."""
        return not self.raw if self.items is None else not self.items

    @cached_property
    def text(self) -> str:
        """The value as text, padding stripped; nothing for binary VRs."""
        if self.vr in TEXT_VRS and not (self.raw.isascii() and _ESCAPE not in self.raw):
            return decode_bytes(self.raw, list(self.encodings), set()).strip(" \0")
        return self.raw.decode("latin-1").strip(" \0") if self.vr in _STRING_VRS else ""

    @property
    def values(self) -> list[str]:
        """The values of a multi-valued text element, each stripped."""
        return [value.strip(" \0") for value in self.text.split("\\")]

    @property
    def words(self) -> set[str]:
        """Words of four and more characters, in lower case."""
        return {word for word in re.findall(r"\w+", self.text.lower()) if len(word) > 3}


@dataclass(frozen=True)
class Node:
    """A dataset or item, element by tag, as it was before pydicom interpreted anything."""

    elements: dict[int, Element]
    is_in_order: bool = True

    @cached_property
    def size(self) -> int:
        """Bytes that its elements account for."""
        return sum(found.size for found in self.elements.values())

    def text(self, tag: int) -> str:
        """The value of a text element, or nothing."""
        return self.elements[tag].text if tag in self.elements else ""

    def walk(self) -> "list[tuple[str, Node, Element]]":
        """Every element at every depth with its place and the node it stands in."""
        return self._flat

    @cached_property
    def _flat(self) -> "list[tuple[str, Node, Element]]":
        return list(self._walk(""))

    def _walk(self, path: str) -> "Iterator[tuple[str, Node, Element]]":
        for tag, found in self.elements.items():
            place = place_of(path, tag)
            yield place, self, found
            for number, item in enumerate(found.items or ()):
                yield from item._walk(f"{place}[{number}]")


def node_of(dataset: Dataset, tables: Tables) -> Node:
    """`dataset` as a node, fresh from its bytes: pydicom forgets them once a value was asked for."""
    with newer_attributes(tables):
        explicit = not getattr(dataset, "is_implicit_VR", False)
        return _node(dataset, tables, ("iso8859",), explicit=explicit)


@contextmanager
def newer_attributes(tables: Tables) -> Iterator[None]:
    """Let pydicom know attributes that are newer than it: in implicit VR it could not tell sequences."""
    entries = {tag: (vr, "1", keyword, "", keyword) for tag, (vr, keyword) in tables.additions.items()}
    DicomDictionary.update(entries)
    try:
        yield
    finally:
        for tag in entries:
            del DicomDictionary[tag]


def _node(dataset: Dataset, tables: Tables, inherited: tuple[str, ...], *, explicit: bool) -> Node:
    encodings = _encodings(dataset, inherited)
    elements: dict[int, Element] = {}
    raw_items = [(int(tag), item) for tag, item in dataset.items()]
    in_order = sorted(raw_items, key=itemgetter(0))
    for tag, item in in_order:
        known = tables.vr(tag)
        vr = str(getattr(item, "VR", None) or known)
        is_un = vr == "UN"
        raw = _raw(item)
        size = _size(item, vr, len(raw), explicit=explicit)
        elements[tag] = Element(tag, known if is_un else vr, raw, encodings, None, is_un, size)
    for found in [found for found in elements.values() if found.vr == "SQ"]:
        elements[found.tag] = _sequence(dataset, found, tables, explicit=explicit)
    return Node(elements, raw_items == in_order)


def _sequence(dataset: Dataset, found: Element, tables: Tables, *, explicit: bool) -> Element:
    """The element with its items, and as many bytes as those and their delimiters account for."""
    is_explicit = explicit and not found.is_un
    value = dataset[found.tag].value or ()
    items = tuple(_node(item, tables, found.encodings, explicit=is_explicit) for item in value)
    content = sum(
        _HEADER_BYTES + node.size + item.is_undefined_length_sequence_item * _HEADER_BYTES
        for item, node in zip(value, items, strict=True)
    )
    is_undefined = dataset[found.tag].is_undefined_length
    header = _HEADER_BYTES + explicit * 4
    size = header + content + is_undefined * _HEADER_BYTES
    return replace(found, raw=b"", items=items, size=size)


def _size(item: Any, vr: str, length: int, *, explicit: bool) -> int:
    """Bytes of header, value and delimiter; those of a sequence are counted item by item."""
    header = _HEADER_BYTES + (explicit and vr in EXPLICIT_VR_LENGTH_32) * 4
    declared = getattr(item, "length", length + length % 2)
    if declared == _UNDEFINED or getattr(item, "is_undefined_length", False):
        return header + length + _HEADER_BYTES
    return header + int(declared)


def _encodings(dataset: Dataset, inherited: tuple[str, ...]) -> tuple[str, ...]:
    """Python codecs of (0008,0005); an item without it has those of what encloses it (PS3.5, 6.1.2.3)."""
    if "SpecificCharacterSet" not in dataset:
        return inherited
    return tuple(convert_encodings(dataset.SpecificCharacterSet or ""))


def _raw(item: Any) -> bytes:
    """The bytes; of the few elements that pydicom reads at once, such as (0008,0005), the values as text."""
    if isinstance(item, RawDataElement):
        return item.value or b""
    if item.VR == "SQ" or item.is_empty:
        return b""
    values = item.value if isinstance(item.value, MultiValue) else [item.value]
    return b"\\".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


def place_of(path: str, tag: int) -> str:
    """Where an element lies, as in ``(0040,0275)[0].(0040,0007)``."""
    here = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
    return f"{path}.{here}" if path else here
