"""The answer key of the score: what must become of each attribute, by published rules alone.

The rules are those that the MIDI-B benchmark was made with (Rutherford et al. 2021; Pei et al. 2025): HIPAA
Safe Harbor, PS3.15 Table E.1-1 with the options of codes 113100, 113101, 113105, 113107, 113108, 113109 and
113111, Types of PS3.3, and what TCIA keeps. An attribute that they do not settle gets no answer. Nothing is
asked of the engine.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from pydicom import DataElement, Dataset

from bme_med.core.resources import read_table
from bme_med.verify.tables import Row, Tables, load_tables

__all__ = ["Action", "Answer", "Path", "Step", "answers_of", "digest", "text_of"]


class Action(StrEnum):
    """The benchmark's own names."""

    TAG_RETAINED = "tag_retained"
    TEXT_NOTNULL = "text_notnull"
    TEXT_RETAINED = "text_retained"
    TEXT_REMOVED = "text_removed"
    DATE_SHIFTED = "date_shifted"
    UID_CHANGED = "uid_changed"
    UID_CONSISTENT = "uid_consistent"
    PATID_CONSISTENT = "patid_consistent"
    PIXELS_HIDDEN = "pixels_hidden"
    PIXELS_RETAINED = "pixels_retained"


class Step(NamedTuple):
    """An attribute; of a private one the last byte and its `creator`; `item` of a sequence, or -1."""

    tag: int
    creator: str = ""
    item: int = -1


Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing that is checked: of the instance with that original UID, at `path`.

    `text` is what must stay or go, the original value, or a digest of Pixel Data.
    """

    instance: str
    path: Path
    action: Action
    text: str = ""


_SETTLED = {
    0x00100010: Action.TEXT_REMOVED,
    0x00100030: Action.TEXT_REMOVED,  # TCIA empties the birth date
    0x00080201: Action.TEXT_RETAINED,  # times are kept, and what they mean
}
_OPTIONS = ("rtn_pat_chars", "rtn_dev_id", "clean_desc")
_OCCUPATION = 0x00102180
"""Which the options clean, and TCIA removes, as it does with titles of application entities: no answer."""

_PATIENT_ID, _PIXELS = 0x00100020, 0x7FE00010
_GOES = re.compile(r"[XZDU/*]+")
_OURS = range(0x00120062, 0x00120065)
"""Marks of de-identification, which every run writes anew."""

_FOLLOWS_PIXELS = (0x00080008, 0x00280106, 0x00280107)
"""Image Type becomes DERIVED (PS3.3, C.7.6.1.1.2); the least and greatest value may be covered."""

_BYTES = ("OB", "OD", "OF", "OL", "OV", "OW", "UN")
_WRITTEN_BY_US = (0x00280301, 0x00280303)


def text_of(element: DataElement) -> str:
    """A value as the benchmark compares it."""
    return "" if element.value is None else str(element.value).strip()


def digest(ds: Dataset) -> str:
    """Of Pixel Data, as it stands."""
    return hashlib.md5(ds.PixelData, usedforsecurity=False).hexdigest()


def answers_of(
    ds: Dataset, planted: Mapping[Path, tuple[str, str]], *, is_painted: bool = False
) -> list[Answer]:
    """The key of one instance.

    Parameters
    ----------
    ds
        The instance with everything that was planted.
    planted
        By place: the identifying text, and the words around it, which stay.
    is_painted
        Whether text in the pixels is to be hidden, so that what describes them changes as well.
    """
    answers = _Key(str(ds.SOPInstanceUID), _iod(ds), planted).of(ds, (), ())
    return [answer for answer in answers if not (is_painted and answer.path[-1].tag in _FOLLOWS_PIXELS)]


def _iod(ds: Dataset) -> str:
    return load_tables().iods.get(str(ds.SOPClassUID), "")


@cache
def _safe_private() -> frozenset[tuple[str, int]]:
    """Creator and tag, without its block, of Table E.3.10-1."""
    return frozenset(
        (row["private_creator"].upper(), int(row["tag_pattern"].strip("()").replace(",xx", "00"), 16))
        for row in read_table("safe_private.csv")
    )


class _Key:
    """The key of one instance, made while its datasets are walked."""

    def __init__(self, instance: str, iod: str, planted: Mapping[Path, tuple[str, str]]) -> None:
        self._instance = instance
        self._iod = iod
        self._planted = planted
        self._tables: Tables = load_tables()

    def of(self, ds: Dataset, path: Path, keywords: tuple[str, ...]) -> Iterator[Answer]:
        for element in ds:
            tag = int(element.tag)
            if element.tag.is_private_creator or tag in _OURS or tag in _WRITTEN_BY_US or tag == _PIXELS:
                continue
            if element.tag.is_private:
                yield from self._private(element, path)
            else:
                yield from self._standard(element, path, keywords)

    def _answer(self, path: Path, action: Action, text: str = "") -> Answer:
        return Answer(self._instance, path, action, text)

    def _private(self, element: DataElement, path: Path) -> Iterator[Answer]:
        """Planted text goes; what the standard calls safe stays; of others nothing published decides here."""
        creator = str(element.private_creator or "")
        place = (*path, Step(int(element.tag) & 0xFFFF00FF, creator))
        if place in self._planted:
            yield self._answer(place, Action.TEXT_REMOVED, self._planted[place][0])
        elif (creator.upper(), place[-1].tag) in _safe_private() and text_of(element):
            if element.VR in ("DA", "DT"):
                yield self._answer(place, Action.DATE_SHIFTED, text_of(element))
            elif element.VR not in ("SQ", "UI", "PN", *_BYTES):
                yield self._answer(place, Action.TEXT_RETAINED, text_of(element))

    def _standard(self, element: DataElement, path: Path, keywords: tuple[str, ...]) -> Iterator[Answer]:
        tag, place = int(element.tag), (*path, Step(int(element.tag)))
        row = self._tables.listed.get(tag)
        yield from self._typed(element, place, keywords)
        if place in self._planted:
            gone, words = self._planted[place]
            yield self._answer(place, Action.TEXT_REMOVED, gone)
            if words:
                yield self._answer(place, Action.TEXT_RETAINED, words)
        elif element.VR == "SQ":
            if row is None or _stays(row):
                for number, item in enumerate(element.value):
                    below = (*path, Step(tag, "", number))
                    yield from self.of(item, below, (*keywords, element.keyword))
        elif text_of(element):
            yield from self._valued(element, place, row)
        if tag == _PATIENT_ID and not path:
            yield self._answer(place, Action.PATID_CONSISTENT, text_of(element))

    def _typed(self, element: DataElement, place: Path, keywords: tuple[str, ...]) -> Iterator[Answer]:
        """Type 1 has a value, Type 2 is there (PS3.5, 7.4), in an item that stays."""
        type_ = self._tables.type_of(self._iod, keywords, element.keyword)
        if type_ == 1 and text_of(element):
            yield self._answer(place, Action.TEXT_NOTNULL)
        elif type_ == 2:
            yield self._answer(place, Action.TAG_RETAINED)

    def _valued(self, element: DataElement, place: Path, row: Row | None) -> Iterator[Answer]:
        tag, text = int(element.tag), text_of(element)
        if tag in _SETTLED:
            yield self._answer(place, _SETTLED[tag], text)
        elif element.VR == "UI":
            yield from self._uid(place, element, row)
        elif element.VR in ("DA", "DT"):
            yield self._answer(place, Action.DATE_SHIFTED, text)
        elif element.VR == "PN":
            yield self._answer(place, Action.TEXT_REMOVED, text)
        elif element.VR == "TM":
            yield self._answer(place, Action.TEXT_RETAINED, text)
        elif element.VR not in (*_BYTES, "AE") and tag != _OCCUPATION:
            stays = _stays(row) if row else tag not in self._tables.gaps
            if stays:
                yield self._answer(place, Action.TEXT_RETAINED, text)
            elif row:
                yield self._answer(place, Action.TEXT_REMOVED, text)

    def _uid(self, place: Path, element: DataElement, row: Row | None) -> Iterator[Answer]:
        """Registered ones stay; of others all values change, and alike everywhere."""
        values: list[Any] = element.value if element.VM > 1 else [element.value]
        if all(str(value) in self._tables.registered or _is_context(str(value)) for value in values):
            yield self._answer(place, Action.TEXT_RETAINED, text_of(element))
        elif element.VM == 1 and (row is None or row["basic"] != "X") and not (row and row["rtn_dev_id"]):
            yield self._answer(place, Action.UID_CHANGED, text_of(element))
            yield self._answer(place, Action.UID_CONSISTENT, text_of(element))


def _is_context(uid: str) -> bool:
    """Whether the standard registers `uid` for a context group (PS3.6, Table A-3)."""
    return uid.startswith("1.2.840.10008.6.1.")


def _stays(row: Row) -> bool:
    """Whether an option keeps or cleans what Table E.1-1 removes."""
    return any(row[option] in ("K", "C") for option in _OPTIONS) or not _GOES.fullmatch(row["basic"])
