"""One dataset under decision: its elements, its rules, how it is encoded, where it stands."""

from bisect import bisect_left
from operator import itemgetter
from typing import NamedTuple

from bme_med.core import Action, Code, Source
from bme_med.dicom.dictionary import format_tag
from bme_med.dicom.encoding import Coding
from bme_med.dicom.rules import DatasetRules
from bme_med.dicom.walker import Element, Item

__all__ = ["Scope"]

_CHARACTER_SET = 0x00080005
_TAG = itemgetter(0)
"""By which elements ascend."""


class Scope(NamedTuple):
    """The main dataset, or one sequence item.

    Attributes
    ----------
    prefix
        What `where` of an action starts with, such as ``(0040,0275)[0].``; nothing at the top.
    charset
        Specific Character Set in force.
    """

    data: Source
    rules: DatasetRules
    elements: list[Element]
    prefix: str
    coding: Coding
    charset: str

    def raw(self, element: Element) -> bytes:
        """Bytes of the value of `element`."""
        return self.data[element.value : element.end]

    def value(self, tag: int) -> bytes:
        """Bytes of the value of an attribute of this dataset, or nothing."""
        place = bisect_left(self.elements, tag, key=_TAG)
        found = self.elements[place : place + 1]
        return self.raw(found[0]) if found and found[0].tag == tag else b""

    def text(self, tag: int) -> str:
        """An ASCII attribute of this dataset, or nothing."""
        return self.value(tag).decode("ascii", "replace").strip(" \0")

    def below(self, sequence: Element, item: Item, number: int) -> "Scope":
        """The scope of an item; it may declare its own character set (PS3.3, C.12.1.1.2)."""
        charset = self.charset
        for inner in item.elements:
            if inner.tag == _CHARACTER_SET:
                charset = self.raw(inner).decode("ascii", "replace").strip(" \0")
            if inner.tag >= _CHARACTER_SET:
                break
        return Scope(
            self.data,
            self.rules.below(sequence.tag),
            item.elements,
            f"{self.prefix}{format_tag(sequence.tag)}[{number}].",
            sequence.items.coding if sequence.items else self.coding,
            charset,
        )

    def placed(self, action: Action, code: Code | None = None) -> Action:
        """`action` as it happened here: nested, and with the code that was really applied."""
        if not self.prefix and code in (None, action.code):
            return action
        return Action(self.prefix + action.where, code or action.code, action.rule)
