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

from bme_med.core import Code, DatePolicy, Option, Profile
from bme_med.verify.elements import TEXT_VRS, Element, Node, node_of, place_of
from bme_med.verify.findings import Check, Problem
from bme_med.verify.harvest import Identifiers, harvest
from bme_med.verify.pixels import PIXEL_TAGS, lost_pixels
from bme_med.verify.private import vouched_places
from bme_med.verify.rules import Place, State, allowed_states, loosened, vouched_states
from bme_med.verify.tables import METHOD_CODES, Tables
from bme_med.verify.values import NO_ID, Context, Seen, holds, is_given, stands

__all__ = ["Instance", "check", "check_instance", "collisions", "context_of", "instance_of"]

_SEARCHED_VRS = TEXT_VRS | {"AE", "UI", "UR"}
_MARKERS = {0x00120062, 0x00120063, 0x00120064, 0x00280303}
"""What PS3.15, E.1.1 and E.2, has the de-identifier write."""

_UID = re.compile(r"\d+(?:\.\d+){3,}")
_ITEM_TAGS = frozenset({0x0040A040, 0x0040A043})
"""Value Type and Concept Name Code Sequence: what makes an item a content item (PS3.3, 10.2)."""

_SUBJECT_TAGS = {0x00100010, 0x00100020}
_PATIENT_GROUP = 0x0010
_IDENTIFYING_VRS = frozenset({"AE", "DA", "DT", "PN"})
_META_TAGS = {0x00020000, 0x00020001, 0x00020002, 0x00020003, 0x00020010, 0x00020012, 0x00020013}
_BASIC = "113100"
_EXAMINATION_DATES = (0x00080020, 0x00080021, 0x00080022, 0x00080023, 0x0008002A)
_CLAIMS_OF_PIXELS = ("113101", "113102")
_IMPLEMENTATION_CLASS_UID = "2.25.153268417298170938447213960127445118273"
_OURS = "bme-med "
_EXCEPTIONS = "exceptions keep more than PS3.15 Table E.1-1 does"
_TEMPORAL = {
    DatePolicy.REMOVE: "REMOVED",
    DatePolicy.YEAR: "MODIFIED",
    DatePolicy.SHIFT: "MODIFIED",
    DatePolicy.KEEP: "UNMODIFIED",
}


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
    were_pixels_cleaned: bool = False,
) -> Context:
    """What the judge of an instance knows beforehand; `before` is its source, if it is at hand."""
    if before is None:
        return Context(
            tables,
            profile,
            Identifiers.none(),
            ("", ""),
            seen,
            has_own_subjects=has_own_subjects,
            were_pixels_cleaned=were_pixels_cleaned,
        )
    node = before.node
    kept = _kept_tags(node, profile, tables)
    return Context(
        tables=tables,
        profile=profile,
        identifiers=harvest(node, tables, kept),
        patient=(node.text(0x00100021), node.text(0x00100020) or f"{NO_ID}{node.text(0x00080018)}"),
        seen=seen,
        birth=node.text(0x00100030).replace(".", "") or "none",
        examined=max(_year(node, tag) for tag in _EXAMINATION_DATES),
        kept=kept,
        has_own_subjects=has_own_subjects,
        were_pixels_cleaned=were_pixels_cleaned,
    )


def check_instance(before: Instance | None, after: Instance, context: Context) -> list[Problem]:
    """All problems of `after` but those of its pixels."""
    node = before.node if before else None
    iod = context.tables.iods.get((node or after.node).text(0x00080016), "")
    return [
        *_file_meta(before.dataset if before else None, after.dataset),
        *_markers(before.dataset if before else None, after.dataset, context),
        *_Walk(context, iod).elements(node, after.node),
        *_texts(after.node, context),
    ]


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
    return frozenset(place.tag for place in places if State.SAME in allowed_states(place, profile, tables))


def _file_meta(source: FileDataset | None, output: FileDataset) -> Iterator[Problem]:
    """PS3.15, E.1.1: preamble and file meta describe the application that de-identified."""
    new = output.file_meta
    if output.preamble != bytes(128):
        yield Problem("preamble", Check.FILE_META, "not zero")
    for tag in sorted(set(new.keys()) ^ _META_TAGS):
        there = "in the file meta" if tag in new else "missing from the file meta"
        yield Problem(place_of("", tag), Check.FILE_META, there)
    if new.get("MediaStorageSOPInstanceUID") != output.get("SOPInstanceUID"):
        yield Problem("(0002,0003)", Check.FILE_META, "not the SOP Instance UID")
    if new.get("MediaStorageSOPClassUID") != output.get("SOPClassUID"):
        yield Problem("(0002,0002)", Check.FILE_META, "not the SOP Class UID")
    if new.get("ImplementationClassUID") != _IMPLEMENTATION_CLASS_UID:
        yield Problem("(0002,0012)", Check.FILE_META, "not this application's")
    if not str(new.get("ImplementationVersionName", "")).startswith("BME_MED"):
        yield Problem("(0002,0013)", Check.FILE_META, "not this application's")
    if source is None:
        return
    old = source.file_meta
    if new.get("TransferSyntaxUID") != old.get("TransferSyntaxUID", new.get("TransferSyntaxUID")):
        yield Problem("(0002,0010)", Check.FILE_META, "another transfer syntax")


def _markers(source: FileDataset | None, output: FileDataset, context: Context) -> Iterator[Problem]:
    """PS3.15, E.1.1: the instance says that it was de-identified, and by which options (CID 7050)."""
    loose = loosened(context.profile, context.tables)
    names_patient = any(tag >> 16 == _PATIENT_GROUP and _identifies(tag, context.tables) for tag in loose)
    is_removed = output.get("PatientIdentityRemoved")
    if is_removed != "YES" and context.profile.burned_in != "keep" and not names_patient:
        yield Problem("(0012,0062)", Check.MARKS, "not YES")
    if is_removed is not None and (is_removed != "YES" or names_patient):
        yield Problem("(0012,0062)", Check.MARKS, "says what is not so")
    methods = _texts_of(output, "DeidentificationMethod")
    earlier = _texts_of(source, "DeidentificationMethod")
    if not any(method.startswith(_OURS) for method in methods) or any(len(method) > 64 for method in methods):
        yield Problem("(0012,0063)", Check.MARKS, "empty, too long, or without this application")
    if bool(loose) != (_EXCEPTIONS in methods) and _EXCEPTIONS not in earlier:
        yield Problem("(0012,0063)", Check.MARKS, "does not say whether exceptions keep more than the table")
    yield from _method_codes(source, output, context, is_loose=bool(loose))
    if output.get("LongitudinalTemporalInformationModified") not in _temporal(source, context.profile):
        yield Problem("(0028,0303)", Check.MARKS, "does not say what was done to dates")
    for tag in _SUBJECT_TAGS:
        if source is not None and tag in source and tag not in output:
            yield Problem(place_of("", tag), Check.RULE, "no pseudonym")


def _identifies(tag: int, tables: Tables) -> bool:
    return tag in tables.identifying or tables.vr(tag) in _IDENTIFYING_VRS


def _texts_of(dataset: FileDataset | None, keyword: str) -> list[str]:
    value = (dataset.get(keyword) if dataset is not None else None) or []
    return [value] if isinstance(value, str) else [str(one) for one in value]


def _temporal(source: FileDataset | None, profile: Profile) -> set[str]:
    """What the profile does to dates, or what an earlier pass had done already and nothing can undo."""
    order = ["UNMODIFIED", "MODIFIED", "REMOVED"]
    ours = _TEMPORAL[profile.dates]
    if source is None:
        return set(order[order.index(ours) :])
    earlier = source.get("LongitudinalTemporalInformationModified")
    return {max([ours, *(one for one in order if one == earlier)], key=order.index)}


def _method_codes(
    source: FileDataset | None, output: FileDataset, context: Context, *, is_loose: bool
) -> Iterator[Problem]:
    place, profile = "(0012,0064)", context.profile
    items = output.get("DeidentificationMethodCodeSequence") or []
    new = [str(item.get("CodeValue")) for item in items]
    old = _earlier_codes(source, output, new)
    expected = {METHOD_CODES[option] for option in profile.options} | (set() if is_loose else {_BASIC})
    implied = set() if profile.dates is DatePolicy.REMOVE else {METHOD_CODES[Option.MODIFIED_DATES]}
    if any(" " in rule.selector and rule.code is Code.K for rule in profile.attributes):
        implied.add(METHOD_CODES[Option.RETAIN_SAFE_PRIVATE])
    if not expected <= set(new) <= expected | implied | set(old):
        yield Problem(place, Check.MARKS, "not the codes of the profile and its options")
    if not context.were_pixels_cleaned and set(new) - set(old) & set(_CLAIMS_OF_PIXELS):
        yield Problem(place, Check.MARKS, "claims that pixels were cleaned, and nothing tells that they were")
    if new[: len(old)] != old or len(new) != len(set(new)):
        yield Problem(place, Check.MARKS, "items of before are missing, or a code stands there twice")
    for item in items[len(old) :]:
        if item.get("CodingSchemeDesignator") != "DCM" or not item.get("CodeMeaning"):
            yield Problem(place, Check.MARKS, "an item is no code of CID 7050")


def _earlier_codes(source: FileDataset | None, output: FileDataset, new: list[str]) -> list[str]:
    """Codes of an earlier pass; without the source, those before ours where an earlier method stands."""
    if source is not None:
        return [str(item.get("CodeValue")) for item in source.get("DeidentificationMethodCodeSequence") or []]
    ours = _texts_of(output, "DeidentificationMethod")
    has_earlier = any(not text.startswith(_OURS) and text != _EXCEPTIONS for text in ours)
    return new[: new.index(_BASIC)] if has_earlier and _BASIC in new else []


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

    def elements(self, before: Node | None, after: Node, at: _At = _At()) -> Iterator[Problem]:
        """Every tag of one dataset or item and, where a sequence stays, everything inside."""
        ours = set() if at.path else _MARKERS.union(PIXEL_TAGS)
        vouched = vouched_places(before or after, self.context.profile)
        if before is None:
            for tag in after.elements.keys() - ours:
                yield from self._alone(after.elements[tag], at, vouched)
            return
        for tag in sorted((after.elements.keys() | before.elements.keys()) - ours):
            old, new = before.elements.get(tag), after.elements.get(tag)
            if old is None:
                if at.path or tag not in _SUBJECT_TAGS or not is_given(after.elements[tag], self.context):
                    yield Problem(place_of(at.where, tag), Check.RULE, "stands in the output only")
            else:
                yield from self._pair(old, new, at, vouched)

    def _states(self, found: Element, at: _At, vouched: Mapping[int, str]) -> frozenset[State]:
        place = Place(found.tag, vouched.get(found.tag, found.vr), found.is_un, at.path, self.iod)
        judge = vouched_states if found.tag in vouched else allowed_states
        return judge(place, self.context.profile, self.context.tables)

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
        context = replace(context, identifiers=Identifiers.none())
    for place, node, found in texts:
        text = found.text
        if any(uid in context.seen.uids for uid in _UID.findall(text)):
            yield Problem(place, Check.IDENTIFIER, "a UID of the source stands in it")
        if found.vr == "UI" or found.tag in _SUBJECT_TAGS | _MARKERS:
            continue
        if context.identifiers.stand_in(text) and not _is_standard_meaning(node, context.tables):
            yield Problem(place, Check.IDENTIFIER, "an identifier of the source stands in it")


def _is_standard_meaning(item: Node, tables: Tables) -> bool:
    """Whether the item is a code of the standard with the meaning that the standard gives it."""
    return (item.text(0x00080102), item.text(0x00080100), item.text(0x00080104)) in tables.codes


def collisions(seen: Seen) -> Iterator[Problem]:
    """No two UIDs became one, and none that was old is new."""
    if len(set(seen.uids.values())) != len(seen.uids):
        yield Problem("UIDs", Check.CONSISTENCY, "two of them became one")
    if not seen.uids.keys().isdisjoint(seen.uids.values()):
        yield Problem("UIDs", Check.CONSISTENCY, "a new one is an old one")
    patients: dict[str, str] = {}
    for (_, patient), subject in seen.subjects.items():
        if not patient.startswith(NO_ID) and patients.setdefault(subject, patient) != patient:
            yield Problem("patients", Check.CONSISTENCY, "two of them became one")
