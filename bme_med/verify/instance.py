"""Judge of one de-identified instance: PS3.15 Table E.1-1, a profile, and pydicom; nothing of the engine.

Every element of the output, at every depth, is held against the source's element at the same place. The
problems name places and checks, never a value.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydicom import FileDataset
from pydicom.uid import PYDICOM_IMPLEMENTATION_UID

from bme_med.core import Code, DatePolicy, Option, Profile
from bme_med.verify.elements import TEXT_VRS, Node, node_of, place_of
from bme_med.verify.harvest import harvest
from bme_med.verify.pixels import PIXEL_TAGS, lost_pixels
from bme_med.verify.private import safe_places
from bme_med.verify.rules import Place, State, allowed_states, vouched_states
from bme_med.verify.tables import METHOD_CODES, Tables
from bme_med.verify.values import Context, Seen, holds, is_subject

__all__ = ["check"]

_MARKERS = {0x00120062, 0x00120063, 0x00120064, 0x00280303}
"""What PS3.15, E.1.1 and E.2, has the de-identifier write."""

_UID = re.compile(r"\d+(?:\.\d+){3,}")
_SUBJECT_TAGS = {0x00100010, 0x00100020}
_META_TAGS = {0x00020000, 0x00020001, 0x00020002, 0x00020003, 0x00020010, 0x00020012, 0x00020013}
_BASIC = "113100"
_EXAMINATION_DATES = (0x00080020, 0x00080021, 0x00080022, 0x00080023, 0x0008002A)
_TEMPORAL = {
    DatePolicy.REMOVE: "REMOVED",
    DatePolicy.YEAR: "MODIFIED",
    DatePolicy.SHIFT: "MODIFIED",
    DatePolicy.KEEP: "UNMODIFIED",
}


def check(
    source: FileDataset, output: FileDataset, profile: Profile, tables: Tables, seen: Seen | None = None
) -> list[str]:
    """All problems of `output`. With one `seen` for many instances, their UIDs and dates are compared too."""
    before, after = node_of(source, tables), node_of(output, tables)
    context = Context(
        tables=tables,
        dates=profile.dates,
        identifiers=harvest(before, tables, _kept_tags(before, profile, tables)),
        patient=(before.text(0x00100021), before.text(0x00100020) or before.text(0x00080018)),
        seen=seen or Seen(),
        birth=before.text(0x00100030).replace(".", "") or "none",
        examined=max(_year(before, tag) for tag in _EXAMINATION_DATES),
    )
    iod = tables.iods.get(before.text(0x00080016), "")
    return [
        *_file_meta(source, output),
        *_markers(source, output, profile),
        *_elements(before, after, Position(iod), profile, context),
        *(f"{place}: pixels were changed" for place in lost_pixels(source, output)),
        *_texts(after, tables, context),
        *_collisions(context.seen),
    ]


def _year(dataset: Node, tag: int) -> int:
    year = dataset.text(tag)[:4]
    return int(year) if year.isdigit() else 0


@dataclass(frozen=True, slots=True)
class Position:
    """Which dataset or item is looked at: its place, and the sequences around it."""

    iod: str
    path: tuple[str, ...] = ()
    where: str = ""


def _kept_tags(source: Node, profile: Profile, tables: Tables) -> set[int]:
    """Identifying attributes whose bytes the profile keeps, such as the device's serial number."""
    return {
        found.tag
        for _, _, found in source.walk()
        if State.SAME in allowed_states(Place(found.tag, found.vr, found.is_un, (), ""), profile, tables)
    }


def _file_meta(source: FileDataset, output: FileDataset) -> Iterator[str]:
    """PS3.15, E.1.1: preamble and file meta describe the application that de-identified."""
    old, new = source.file_meta, output.file_meta
    if output.preamble != bytes(128):
        yield "preamble: not zero"
    for tag in sorted(set(new.keys()) ^ _META_TAGS):
        yield f"{place_of('', tag)}: {'in' if tag in new else 'missing from'} the file meta"
    if new.get("MediaStorageSOPInstanceUID") != output.get("SOPInstanceUID"):
        yield "(0002,0003): not the SOP Instance UID"
    if new.get("MediaStorageSOPClassUID") != output.get("SOPClassUID"):
        yield "(0002,0002): not the SOP Class UID"
    if new.get("TransferSyntaxUID") != old.get("TransferSyntaxUID", new.get("TransferSyntaxUID")):
        yield "(0002,0010): another transfer syntax"
    if new.get("ImplementationClassUID") in {old.get("ImplementationClassUID"), PYDICOM_IMPLEMENTATION_UID}:
        yield "(0002,0012): not this application's"
    if new.get("ImplementationVersionName") == old.get("ImplementationVersionName", ""):
        yield "(0002,0013): not this application's"


def _markers(source: FileDataset, output: FileDataset, profile: Profile) -> Iterator[str]:
    """PS3.15, E.1.1: the instance says that it was de-identified, and by which options (CID 7050)."""
    if output.get("PatientIdentityRemoved") != "YES" and profile.burned_in != "keep":
        yield "(0012,0062): not YES"
    methods = output.get("DeidentificationMethod") or []
    methods = [methods] if isinstance(methods, str) else list(methods)
    before = source.get("DeidentificationMethod") or []
    before = [before] if isinstance(before, str) else list(before)
    if not methods or any(len(method) > 64 for method in methods) or methods[: len(before)] != before:
        yield "(0012,0063): empty, too long, or without what stood there"
    yield from _method_codes(source, output, profile)
    if output.get("LongitudinalTemporalInformationModified") != _temporal(source, profile):
        yield "(0028,0303): does not say what was done to dates"
    for tag in _SUBJECT_TAGS:
        if tag in source and tag not in output:
            yield f"{place_of('', tag)}: no pseudonym"


def _temporal(source: FileDataset, profile: Profile) -> str:
    """What the profile does to dates, or what an earlier pass had done already and nothing can undo."""
    order = ["UNMODIFIED", "MODIFIED", "REMOVED"]
    earlier = source.get("LongitudinalTemporalInformationModified")
    return max([_TEMPORAL[profile.dates], *(one for one in order if one == earlier)], key=order.index)


def _method_codes(source: FileDataset, output: FileDataset, profile: Profile) -> Iterator[str]:
    old = [str(item.get("CodeValue")) for item in source.get("DeidentificationMethodCodeSequence") or []]
    items = output.get("DeidentificationMethodCodeSequence") or []
    new = [str(item.get("CodeValue")) for item in items]
    expected = {_BASIC, *(METHOD_CODES[option] for option in profile.options)}
    implied = set() if profile.dates is DatePolicy.REMOVE else {METHOD_CODES[Option.MODIFIED_DATES]}
    if any(" " in rule.selector and rule.code is Code.K for rule in profile.attributes):
        implied.add(METHOD_CODES[Option.RETAIN_SAFE_PRIVATE])
    if not expected <= set(new) <= expected | implied | set(old):
        yield "(0012,0064): not the codes of the profile and its options"
    if new[: len(old)] != old or len(new) != len(set(new)):
        yield "(0012,0064): items of before are missing, or a code stands there twice"
    for item in items[len(old) :]:
        if item.get("CodingSchemeDesignator") != "DCM" or not item.get("CodeMeaning"):
            yield "(0012,0064): an item is no code of CID 7050"


def _elements(before: Node, after: Node, at: Position, profile: Profile, context: Context) -> Iterator[str]:
    """Every tag of one dataset or item and, where a sequence stays, everything inside."""
    ours = set() if at.path else _MARKERS.union(PIXEL_TAGS)
    safe = safe_places(before) if Option.RETAIN_SAFE_PRIVATE in profile.options else {}
    for tag in sorted((before.elements.keys() | after.elements.keys()) - ours):
        old, new = before.elements.get(tag), after.elements.get(tag)
        place = place_of(at.where, tag)
        if old is None:
            if at.path or tag not in _SUBJECT_TAGS or not is_subject(after.text(tag), context):
                yield f"{place}: stands in the output only"
            continue
        place_in_iod = Place(tag, safe.get(tag, old.vr), old.is_un, at.path, at.iod)
        judge = vouched_states if tag in safe else allowed_states
        states = judge(place_in_iod, profile, context.tables)
        if new is not None and new.vr != old.vr:
            yield f"{place}: another VR"
        elif not any(holds(state, old, new, context) for state in states):
            yield f"{place}: not {' or '.join(sorted(states))}"
        elif State.ITEMS in states and new is not None:
            inner = (*at.path, context.tables.keyword(tag))
            for number, (item, copy) in enumerate(zip(old.items or (), new.items or (), strict=False)):
                deeper = Position(at.iod, inner, f"{place}[{number}]")
                yield from _elements(item, copy, deeper, profile, context)


def _texts(output: Node, tables: Tables, context: Context) -> Iterator[str]:
    """No text that stays, listed or not, tells what identified elsewhere in the instance."""
    for place, node, found in output.walk():
        if found.vr not in TEXT_VRS | {"AE", "UI", "UR"}:
            continue
        if any(uid in context.seen.uids for uid in _UID.findall(found.text)):
            yield f"{place}: a UID of the source stands in it"
        if found.vr == "UI" or found.tag in _SUBJECT_TAGS | _MARKERS or _is_standard_meaning(node, tables):
            continue
        if context.identifiers.stand_in(found.text):
            yield f"{place}: an identifier of the source stands in it"


def _is_standard_meaning(item: Node, tables: Tables) -> bool:
    """Whether the item is a code of the standard with the meaning that the standard gives it."""
    return (item.text(0x00080102), item.text(0x00080100), item.text(0x00080104)) in tables.codes


def _collisions(seen: Seen) -> Iterator[str]:
    """No two UIDs became one, and none that was old is new."""
    if len(set(seen.uids.values())) != len(seen.uids):
        yield "UIDs: two of them became one"
    if not seen.uids.keys().isdisjoint(seen.uids.values()):
        yield "UIDs: a new one is an old one"
