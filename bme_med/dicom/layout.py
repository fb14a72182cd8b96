"""What the instances of a series have in common: runs of elements that stand in each of them, byte for byte.

Slices of a series differ in a few elements: instance UID, times, position. A layout remembers the instance
before: what repeats is compared as one run of bytes, and neither walked nor decided again. It is a memory and
no more: with it and without it an instance has the same elements and the same plan.
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from typing import NamedTuple

from bme_med.core import Action, MalformedFileError, Piece, Source
from bme_med.dicom.dictionary import creator_tag, is_private
from bme_med.dicom.encoding import EXPLICIT_LE, Coding
from bme_med.dicom.identifiers import Mention
from bme_med.dicom.markers import BURNED_IN_ANNOTATION, MARKER_TAGS
from bme_med.dicom.walker import PIXEL_DATA, Element, walk, walk_through

__all__ = ["Layout", "Section"]

_SOP_INSTANCE, _PATIENT_ID, _STUDY, _SERIES = 0x00080018, 0x00100020, 0x0020000D, 0x0020000E
_NEVER_REPEATED = frozenset((*MARKER_TAGS, BURNED_IN_ANNOTATION, _SOP_INSTANCE, _PATIENT_ID, _STUDY, _SERIES))
"""What the engine treats as a part of the whole instance: its marks, and the values a path is made of."""

_CODES = 0x00080100, 0x00080120
"""A Code Meaning is judged beside its code, so that no run may part them."""

_LONGEST_BYTES = 1 << 16
"""An element longer than this is no part of a run."""

_MEMORIES = 64


class Section:
    """Neighbouring elements of the main dataset.

    Attributes
    ----------
    data
        What the elements' offsets refer to: the file, or a copy of a run alone.
    creators
        Tags of the creators that tell the VR of private elements which do not name one.
    mentions, decided
        Of a run: what follows from it, by what else it depends on.
    """

    __slots__ = ("by_tag", "creators", "data", "decided", "elements", "is_run", "mentions")

    def __init__(self, data: Source, elements: list[Element], *, is_run: bool) -> None:
        self.data = data
        self.elements = elements
        self.is_run = is_run
        self.by_tag = {element.tag: (data, element) for element in elements}
        self.creators = tuple(
            {creator_tag(tag): None for tag, vr, *_ in elements if vr == "UN" and is_private(tag)}
        )
        self.mentions: dict[tuple[object, ...], tuple[Mention, ...]] = {}
        self.decided: dict[tuple[object, ...], tuple[tuple[Piece, ...], tuple[Action, ...]]] = {}

    def make_room(self) -> None:
        """Forget what was decided when that is too much to keep."""
        if len(self.decided) >= _MEMORIES:
            self.decided.clear()
            self.mentions.clear()


class _Part(NamedTuple):
    """What is expected next: the bytes of a run, or else elements of these tags."""

    tags: list[int]
    run: Section | None
    raw: bytes


class Layout:
    """The instance before, as far as the next one may repeat it.

    Parameters
    ----------
    apart
        Private groups whose elements are no part of a run: where a profile keeps some of a block, what
        becomes of its creator depends on all of them.
    before
        Read only elements with a smaller tag, and step over sequences.
    """

    def __init__(self, *, apart: frozenset[int] = frozenset(), before: int | None = None) -> None:
        self._apart = apart
        self._end_tag = before
        self._coding = EXPLICIT_LE
        self._last: list[tuple[int, bytes]] = []
        self._varying: set[int] = set()
        self._parts: list[_Part] = []

    def read(self, data: Source, start: int, *, coding: Coding) -> list[tuple[int, Section]]:
        """The main dataset in sections, each with the offset in `data` that its own offsets count from.

        Raises
        ------
        MalformedFileError
            As `walk` does.
        """
        if self._parts and coding is self._coding:
            with suppress(MalformedFileError):  # the whole walk says what is wrong
                if sections := self._match(data, start):
                    return sections
        elements = walk(data, start, len(data), coding=coding, before=self._end_tag)
        self._learn(data, elements, coding=coding)
        return [(0, Section(data, elements, is_run=False))] if elements else []

    def _match(self, data: Source, position: int) -> list[tuple[int, Section]] | None:
        """The sections of an instance that is as expected, else nothing."""
        sections = []
        for tags, run, raw in self._parts:
            if run:
                end = position + len(raw)
                if data[position:end] != raw:
                    return None
                sections.append((position, run))
            else:
                elements, end = walk_through(data, position, tags[-1], coding=self._coding)
                if [element.tag for element in elements] != tags:
                    return None
                sections.append((0, Section(data, elements, is_run=False)))
            position = end
        return (
            None if walk(data, position, len(data), coding=self._coding, before=self._end_tag) else sections
        )

    def _learn(self, data: Source, elements: list[Element], *, coding: Coding) -> None:
        """Remember an instance. The next one with the same tags shows what varies."""
        known = [(e.tag, data[e.start : min(e.end, e.start + _LONGEST_BYTES)]) for e in elements]
        if coding is self._coding and [tag for tag, _ in known] == [tag for tag, _ in self._last]:
            self._varying.update(new[0] for new, old in zip(known, self._last, strict=True) if new != old)
            self._parts = list(self._cut(data, elements))
        else:
            self._varying, self._parts = set(), []
        self._last, self._coding = known, coding

    def _cut(self, data: Source, elements: list[Element]) -> Iterator[_Part]:
        """Neighbours of the same kind, together."""
        for (is_run, _), group in groupby(elements, self._kind):
            members = list(group)
            tags = [element.tag for element in members]
            if is_run:
                raw = data[members[0].start : members[-1].end]
                repeated = walk(raw, 0, len(raw), coding=self._coding, before=self._end_tag)
                yield _Part(tags, Section(raw, repeated, is_run=True), raw)
            else:
                yield _Part(tags, None, b"")

    def _kind(self, element: Element) -> tuple[bool, int]:
        """Whether `element` may be part of a run, and how many marks stand before it."""
        tag = element.tag
        is_single = (
            _CODES[0] <= tag <= _CODES[1]
            or tag in self._varying
            or tag in _NEVER_REPEATED
            or tag >= PIXEL_DATA - 8
            or element.end - element.start > _LONGEST_BYTES
            or tag >> 16 in self._apart
        )
        return not is_single, sum(tag > mark for mark in MARKER_TAGS)
