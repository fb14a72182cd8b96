"""Content items: concept name, value type, and references by position (PS3.3, 10.2 and C.17.3).

They make the trees of SR and KO documents, and stand in Acquisition Context, Specimen Preparation and
Waveform Annotation.
"""

from typing import NamedTuple

from bme_med.dicom.charsets import decode
from bme_med.dicom.dictionary import dictionary
from bme_med.dicom.scope import Scope
from bme_med.dicom.walker import Element, Items

__all__ = ["ContentItem", "content_item", "has_references", "measured"]

_CONTENT = 0x0040A730
_VALUE_TYPE, _CONCEPT_NAME, _REFERENCE = 0x0040A040, 0x0040A043, 0x0040DB73
_CODE_VALUES, _SCHEME, _MEANING = (0x00080100, 0x00080119, 0x00080120), 0x00080102, 0x00080104
_MEASURED, _NUMBER, _UNITS = 0x0040A300, 0x0040A30A, 0x004008EA
_OLD_SCHEMES = frozenset(("SNM3", "99SDM"))
"""Names that SNOMED's retired codes had before SRT (PS3.16, 8.1)."""
_IMPLIED = (("UnformattedTextValue", "TEXT"), ("NumericValue", "NUM"))
"""Annotations of waveforms have no Value Type (PS3.3, C.10.10)."""


class ContentItem(NamedTuple):
    """What a dataset is as a content item. `elements` by keyword."""

    value_type: str
    scheme: str
    code: str
    meaning: str
    elements: dict[str, Element]


def content_item(scope: Scope) -> ContentItem | None:
    """The content item that `scope` is; nothing where it has neither value type nor concept name."""
    if not scope.elements or scope.elements[-1].tag < _VALUE_TYPE:  # most items are codes
        return None
    by_tag = {element.tag: element for element in scope.elements}
    if _VALUE_TYPE not in by_tag and _CONCEPT_NAME not in by_tag:
        return None
    elements = {dictionary().keyword(tag): element for tag, element in by_tag.items()}
    if _VALUE_TYPE in by_tag:
        value_type = _text(scope, by_tag[_VALUE_TYPE]).upper()
    else:
        value_type = next((kind for keyword, kind in _IMPLIED if keyword in elements), "")
    scheme, code, meaning = _concept(scope, by_tag.get(_CONCEPT_NAME))
    return ContentItem(value_type, scheme, code, meaning, elements)


def _concept(scope: Scope, name: Element | None) -> tuple[str, str, str]:
    """Scheme, code and meaning of the first item of a code sequence."""
    if name is None or name.items is None or not name.items.items:
        return "", "", ""
    inner = scope.below(name, name.items.items[0], 0)
    texts = {element.tag: _text(inner, element) for element in inner.elements if element.items is None}
    code = next((texts[tag] for tag in _CODE_VALUES if tag in texts), "")
    scheme = texts.get(_SCHEME, "")
    return "SRT" if scheme in _OLD_SCHEMES else scheme, code, texts.get(_MEANING, "")


def measured(scope: Scope, item: ContentItem) -> tuple[str, str]:
    """Number and code of its unit of a NUM item; nothing for what is absent."""
    sequence = item.elements.get("MeasuredValueSequence")
    if sequence and sequence.items and sequence.items.items:
        scope = scope.below(sequence, sequence.items.items[0], 0)
    by_tag = {element.tag: element for element in scope.elements}
    number = _text(scope, by_tag[_NUMBER]) if _NUMBER in by_tag else ""
    return number, _concept(scope, by_tag.get(_UNITS))[1]


def has_references(items: Items) -> bool:
    """Whether a tree names some of its items by their position (PS3.3, C.17.3.2.5)."""
    for item in items.items:
        for element in item.elements:
            if element.tag == _REFERENCE:
                return True
            if element.tag == _CONTENT and element.items and has_references(element.items):
                return True
    return False


def _text(scope: Scope, element: Element) -> str:
    raw = scope.raw(element)
    text = decode(raw, scope.charset)
    return (raw.decode("latin-1") if text is None else text).strip(" \0")
