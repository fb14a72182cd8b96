"""One de-identified instance before PS3.15 Table E.1-1 and its profile, read by pydicom.

Where the source is at hand, every element of the output, at every depth, is held against the source's element
at the same place; where it is not, against what its rule can leave. Problems name places and checks, never a
value.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from pydicom import FileDataset

from bme_med.core import Option, Profile
from bme_med.verify.alone import stands
from bme_med.verify.dummies import NEW_UID
from bme_med.verify.elements import TEXT_VRS, Element, Node, node_of, place_of
from bme_med.verify.findings import Check, Problem
from bme_med.verify.harvest import NOBODY, harvest
from bme_med.verify.judged import Told
from bme_med.verify.marks import BURNED_IN, SUBJECT_TAGS, file_meta_problems, mark_problems
from bme_med.verify.methods import METHOD, Maker, without_ours
from bme_med.verify.notations import days_in
from bme_med.verify.pixels import PIXEL_TAGS, lost_pixels
from bme_med.verify.private import vouched_places
from bme_med.verify.repainted import may_be_added, painted_states
from bme_med.verify.rules import Place, State, allowed_states, names_class, vouched_states
from bme_med.verify.seen import NO_ID, Seen, collisions
from bme_med.verify.tables import Tables
from bme_med.verify.telling import subject_tells
from bme_med.verify.values import Context, holds, is_given

__all__ = ["Instance", "check", "check_instance", "context_of", "instance_of", "uids_in"]

_SEARCHED_VRS = TEXT_VRS | {"AE", "UI", "UR"}
_MARKERS = {0x00120062, METHOD, 0x00120064, 0x00280303}
"""What PS3.15, E.1.1 and E.2, has the de-identifier write."""

_UID = re.compile(r"2[._-]25(?:[._-]\d+)+|\d+(?:[._-]\d+){3,}")
"""As one stands in a text."""
_POINTS = str.maketrans("_-", "..")

_LONG_NUMBER = 6
_ROOT = "1.2.840.10008."
"""Of the standard's own UIDs (PS3.6, Annex A)."""

_ITEM_TAGS = frozenset({0x0040A040, 0x0040A043})
"""Value Type and Concept Name Code Sequence: what makes an item a content item (PS3.3, 10.2)."""

_PATIENT_TAGS = frozenset({0x00100010, 0x00100020, 0x00100030, 0x00101000, 0x00101001, 0x00101005})
"""Patient's Name, ID and Birth Date, Other Patient IDs, Other Patient Names, Patient's Birth Name."""

_KEPT = frozenset({State.SAME, State.TIME})

_EXAMINATION_DATES = (0x00080020, 0x00080021, 0x00080022, 0x00080023, 0x0008002A)


@dataclass(frozen=True, slots=True)
class Instance:
    """A file as pydicom reads it, and its elements before anything is interpreted."""

    dataset: FileDataset
    node: Node


def instance_of(dataset: FileDataset, tables: Tables) -> Instance:
    """`dataset`, read to its depth."""
    return Instance(dataset, node_of(dataset, tables))


def check(
    source: FileDataset, output: FileDataset, profile: Profile, tables: Tables, seen: Seen | None = None
) -> list[Problem]:
    """All problems of `output`. With one `seen` for many instances, their UIDs and dates are compared too."""
    before = instance_of(source, tables)
    context = context_of(before, profile, tables, seen or Seen())
    return [
        *check_instance(before, instance_of(output, tables), context),
        *(Problem(place, Check.PIXELS, "not the source's") for place in lost_pixels(source, output)),
        *collisions(context.seen),
    ]


def context_of(
    before: Instance | None,
    profile: Profile,
    tables: Tables,
    seen: Seen,
    *,
    has_own_subjects: bool = False,
    told: Told = Told(),  # noqa: B008 - frozen
    maker: Maker | None = None,
) -> Context:
    """What the judge of an instance knows beforehand; `before` is its source, if it is at hand."""
    maker = maker or Maker(profile.name)
    if before is None:
        return Context(
            tables,
            profile,
            NOBODY,
            NOBODY,
            ("", ""),
            seen,
            maker,
            has_own_subjects=has_own_subjects,
            were_pixels_cleaned=told.were_pixels_cleaned,
            were_pixels_painted=bool(told.boxes),
        )
    node = before.node
    kept = _kept_tags(node, profile, tables)
    birth = node.text(0x00100030)
    identifiers = harvest(node, tables, kept)
    return Context(
        tables=tables,
        profile=profile,
        identifiers=identifiers,
        named=harvest(_patient_of(node), tables, kept) if has_own_subjects else identifiers,
        patient=(node.text(0x00100021), node.text(0x00100020) or f"{NO_ID}{node.text(0x00080018)}"),
        seen=seen,
        maker=maker,
        birth=frozenset({birth.replace(".", "")} - {""}) | days_in(birth),
        examined=max(_year(node, tag) for tag in _EXAMINATION_DATES),
        kept=kept,
        has_own_subjects=has_own_subjects,
        were_pixels_cleaned=told.were_pixels_cleaned,
        were_pixels_painted=bool(told.boxes),
    )


def check_instance(before: Instance | None, after: Instance, context: Context) -> list[Problem]:
    """All problems of `after` but those of its pixels."""
    node = before.node if before else None
    iod = context.tables.iods.get((node or after.node).text(0x00080016), "")
    return [
        *file_meta_problems(before.dataset if before else None, after.dataset, context),
        *mark_problems(before.dataset if before else None, after.dataset, context),
        *_Walk(context, iod).elements(node, after.node),
        *_texts(after.node, context),
        *_class_uids(after.node, context),
    ]


def _patient_of(node: Node) -> Node:
    """What names the patient: names of places and of others a user may well have in subjects."""
    return Node({tag: found for tag, found in node.elements.items() if tag in _PATIENT_TAGS})


def _year(dataset: Node, tag: int) -> int:
    year = dataset.text(tag)[:4]
    return int(year) if year.isdigit() else 0


def _kept_tags(source: Node, profile: Profile, tables: Tables) -> frozenset[int]:
    found = frozenset((found.tag, found.vr, found.is_un) for _, _, found in source.walk())
    return _kept_of(found, profile, tables)


@lru_cache(maxsize=256)
def _kept_of(
    attributes: frozenset[tuple[int, str, bool]], profile: Profile, tables: Tables
) -> frozenset[int]:
    places = [Place(tag, vr, is_un, (), "") for tag, vr, is_un in attributes]
    return frozenset(place.tag for place in places if _KEPT & allowed_states(place, profile, tables))


@dataclass(frozen=True, slots=True)
class _At:
    """Which dataset or item is looked at: the sequences around it, and its place."""

    path: tuple[str, ...] = ()
    where: str = ""


class _Walk:
    """Holds each element of an output against its rule and, where there is one, its source."""

    def __init__(self, context: Context, iod: str) -> None:
        self.context = context
        self.iod = iod
        self._ours = {*_MARKERS, *PIXEL_TAGS, *([BURNED_IN] if context.were_pixels_cleaned else [])}

    def elements(self, before: Node | None, after: Node, at: _At = _At()) -> Iterator[Problem]:
        """Every tag of one dataset or item and, where a sequence stays, everything inside."""
        ours = set() if at.path else self._ours
        vouched = vouched_places(before or after, self.context.profile)
        if before is None:
            for tag in after.elements.keys() - ours:
                yield from self._alone(after.elements[tag], at, vouched)
            return
        for tag in sorted((after.elements.keys() | before.elements.keys()) - ours):
            old, new = before.elements.get(tag), after.elements.get(tag)
            if old is None:
                if at.path or not self._may_be_added(after.elements[tag]):
                    yield Problem(place_of(at.where, tag), Check.RULE, "stands in the output only")
            else:
                yield from self._pair(old, new, at, vouched)

    def _may_be_added(self, new: Element) -> bool:
        if self.context.were_pixels_painted and may_be_added(new):
            return True
        return new.tag in SUBJECT_TAGS and is_given(new, self.context)

    def _states(self, found: Element, at: _At, vouched: Mapping[int, str]) -> frozenset[State]:
        place = Place(found.tag, vouched.get(found.tag, found.vr), found.is_un, at.path, self.iod)
        judge = vouched_states if found.tag in vouched else allowed_states
        states = judge(place, self.context.profile, self.context.tables)
        return painted_states(place, states) if self.context.were_pixels_painted else states

    def _alone(self, new: Element, at: _At, vouched: Mapping[int, str]) -> Iterator[Problem]:
        states = self._states(new, at, vouched)
        if not any(stands(state, new, self.context) for state in states):
            yield Problem(place_of(at.where, new.tag), Check.RULE, _not_in(states))
        elif State.ITEMS in states:
            yield from self._items(new, None, at)

    def _pair(
        self, old: Element, new: Element | None, at: _At, vouched: Mapping[int, str]
    ) -> Iterator[Problem]:
        states = self._states(old, at, vouched)
        if self._is_content(old) and State.ITEMS in states:
            yield from self._content(old, new, at)
        elif new is not None and new.vr != old.vr:
            yield Problem(place_of(at.where, old.tag), Check.RULE, "another VR")
        elif not any(holds(state, old, new, self.context) for state in states):
            yield Problem(place_of(at.where, old.tag), Check.RULE, _not_in(states))
        elif State.ITEMS in states and new is not None:
            yield from self._items(new, old, at)

    def _is_content(self, old: Element) -> bool:
        """Whether a sequence holds content items that an option cleans, and takes away where it must."""
        is_cleaned = Option.CLEAN_STRUCTURED_CONTENT in self.context.profile.options
        return is_cleaned and any(_ITEM_TAGS & item.elements.keys() for item in old.items or ())

    def _content(self, old: Element, new: Element | None, at: _At) -> Iterator[Problem]:
        """Items may be missing, so that none has a source: each is held against what its rules can leave."""
        if new is None:
            return
        if len(new.items or ()) > len(old.items or ()):
            yield Problem(place_of(at.where, new.tag), Check.RULE, "more content items than there were")
        yield from self._items(new, None, at)

    def _items(self, new: Element, old: Element | None, at: _At) -> Iterator[Problem]:
        path = (*at.path, self.context.tables.keyword(new.tag))
        place = place_of(at.where, new.tag)
        before = old.items or () if old else (None,) * len(new.items or ())
        for number, (item, copy) in enumerate(zip(before, new.items or (), strict=False)):
            yield from self.elements(item, copy, _At(path, f"{place}[{number}]"))


def _not_in(states: frozenset[State]) -> str:
    return f"not {' or '.join(sorted(states))}"


def _texts(output: Node, context: Context) -> Iterator[Problem]:
    """No text that stays, listed or not, tells what identified elsewhere in the instance."""
    texts = [one for one in output.walk() if one[2].vr in _SEARCHED_VRS and not one[2].is_empty]
    if not context.identifiers.stand_in("\n".join(found.text for _, _, found in texts if found.vr != "UI")):
        context = replace(context, identifiers=NOBODY)
    keeps_uids = Option.RETAIN_UIDS in context.profile.options
    for place, node, found in texts:
        text = without_ours(found.text, context.maker) if found.tag == METHOD else found.text
        if not keeps_uids and not context.seen.uids.keys().isdisjoint(uids_in(text)):
            yield Problem(place, Check.IDENTIFIER, "a UID of the source stands in it")
        if found.tag in SUBJECT_TAGS and context.has_own_subjects and subject_tells(text, context.named):
            yield Problem(place, Check.IDENTIFIER, "the subject's name tells the patient's name or ID")
        if found.vr == "UI" or found.tag in SUBJECT_TAGS or (found.tag, text) in context.tables.terms:
            continue
        if context.identifiers.stand_in(text) and not _is_standard_meaning(node, context.tables):
            yield Problem(place, Check.IDENTIFIER, "an identifier of the source stands in it")


def uids_in(text: str) -> set[str]:
    """What stands in a text as UIDs do, also with the marks that names of files have for points.

    >>> sorted(uids_in("CT.1.2.840.113619.2.dcm, x2_25_329800735"))
    ['1.2.840.113619.2', '2.25.329800735']
    """
    return {uid.translate(_POINTS) for uid in _UID.findall(text)}


def _class_uids(output: Node, context: Context) -> Iterator[Problem]:
    """No UID that stays because it names a class or a scheme has a number or a date of the source in it."""
    numbers = context.identifiers.numbers
    for place, _, found in output.walk() if numbers else ():
        if found.vr == "UI" and names_class(context.tables.keyword(found.tag)):
            kept = (uid for uid in found.values if uid not in context.tables.registered)
            old = (uid.removeprefix(_ROOT) for uid in kept if not NEW_UID.fullmatch(uid))
            if any(_has_number(component, numbers) for uid in old for component in uid.split(".")):
                yield Problem(place, Check.IDENTIFIER, "an identifier of the source stands in it")


def _has_number(component: str, numbers: frozenset[str]) -> bool:
    """Whether a component is one of those numbers, or a long one stands in it."""
    return component in numbers or any(len(n) >= _LONG_NUMBER and n in component for n in numbers)


def _is_standard_meaning(item: Node, tables: Tables) -> bool:
    """Whether the item is a code of the standard with the meaning that the standard gives it."""
    return (item.text(0x00080102), item.text(0x00080100), item.text(0x00080104)) in tables.codes
