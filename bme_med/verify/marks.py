"""What an instance says of its making: file meta, and the marks of PS3.15, E.1.1 (CID 7050)."""

from collections.abc import Iterator

from pydicom import FileDataset
from pydicom.uid import ExplicitVRLittleEndian

from bme_med.core import Code, DatePolicy, Option, Profile
from bme_med.verify.elements import place_of
from bme_med.verify.findings import Check, Problem
from bme_med.verify.frames import is_encapsulated
from bme_med.verify.methods import method_problems, without_ours
from bme_med.verify.rules import loosened
from bme_med.verify.tables import METHOD_CODES, Tables
from bme_med.verify.values import Context

__all__ = ["BURNED_IN", "SUBJECT_TAGS", "file_meta_problems", "mark_problems"]

SUBJECT_TAGS = frozenset({0x00100010, 0x00100020})
"""Patient Name and Patient ID, which hold the pseudonym."""

BURNED_IN = 0x00280301
"""Burned In Annotation."""

_PATIENT_GROUP = 0x0010
_IDENTIFYING_VRS = frozenset({"AE", "DA", "DT", "PN"})
_META_TAGS = {0x00020000, 0x00020001, 0x00020002, 0x00020003, 0x00020010, 0x00020012, 0x00020013}
_BASIC = "113100"
_CLEAN_PIXELS = METHOD_CODES[Option.CLEAN_PIXEL_DATA]
_IMPLEMENTATION_CLASS_UID = "2.25.153268417298170938447213960127445118273"
_TEMPORAL = {
    DatePolicy.REMOVE: "REMOVED",
    DatePolicy.YEAR: "MODIFIED",
    DatePolicy.SHIFT: "MODIFIED",
    DatePolicy.KEEP: "UNMODIFIED",
}


def file_meta_problems(
    source: FileDataset | None, output: FileDataset, context: Context
) -> Iterator[Problem]:
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
    syntax = new.get("TransferSyntaxUID")
    was = source.file_meta.get("TransferSyntaxUID", syntax)
    is_decompressed = (
        context.were_pixels_painted and is_encapsulated(was) and syntax == ExplicitVRLittleEndian
    )
    if syntax != was and not is_decompressed:
        yield Problem("(0002,0010)", Check.FILE_META, "another transfer syntax")


def mark_problems(source: FileDataset | None, output: FileDataset, context: Context) -> Iterator[Problem]:
    """PS3.15, E.1.1: the instance says that it was de-identified, and by which options (CID 7050)."""
    loose = loosened(context.profile, context.tables)
    names_patient = any(tag >> 16 == _PATIENT_GROUP and _identifies(tag, context.tables) for tag in loose)
    is_removed = output.get("PatientIdentityRemoved")
    if is_removed != "YES" and context.profile.burned_in != "keep" and not names_patient:
        yield Problem("(0012,0062)", Check.MARKS, "not YES")
    if is_removed is not None and (is_removed != "YES" or names_patient):
        yield Problem("(0012,0062)", Check.MARKS, "says what is not so")
    yield from method_problems(
        None if source is None else _method_of(source),
        _method_of(output),
        context.maker,
        context.identifiers,
        is_loose=bool(loose),
    )
    yield from _annotation(source, output, context)
    yield from _method_codes(source, output, context, is_loose=bool(loose))
    if output.get("LongitudinalTemporalInformationModified") not in _temporal(source, context.profile):
        yield Problem("(0028,0303)", Check.MARKS, "does not say what was done to dates")
    for tag in SUBJECT_TAGS:
        if source is not None and tag in source and tag not in output:
            yield Problem(place_of("", tag), Check.RULE, "no pseudonym")


def _annotation(source: FileDataset | None, output: FileDataset, context: Context) -> Iterator[Problem]:
    """Burned In Annotation is NO where the audit tells that nothing is left, and else only by the source."""
    is_no = output.get("BurnedInAnnotation") == "NO"
    if context.were_pixels_cleaned and not is_no:
        yield Problem(place_of("", BURNED_IN), Check.MARKS, "not NO, though nothing is said to be left")
    is_new = is_no and source is not None and source.get("BurnedInAnnotation") != "NO"
    if is_new and not context.were_pixels_cleaned:
        yield Problem(place_of("", BURNED_IN), Check.MARKS, "says NO, and nothing tells that it is so")


def _identifies(tag: int, tables: Tables) -> bool:
    return tag in tables.identifying or tables.vr(tag) in _IDENTIFYING_VRS


def _method_of(dataset: FileDataset) -> str:
    value = dataset.get("DeidentificationMethod") or []
    return value if isinstance(value, str) else "\\".join(map(str, value))


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
    old = _earlier_codes(source, output, new, context)
    expected = {METHOD_CODES[option] for option in profile.options} | (set() if is_loose else {_BASIC})
    expected -= {_CLEAN_PIXELS}
    if context.were_pixels_cleaned:
        expected.add(_CLEAN_PIXELS)
    implied = set() if profile.dates is DatePolicy.REMOVE else {METHOD_CODES[Option.MODIFIED_DATES]}
    if any(" " in rule.selector and rule.code is Code.K for rule in profile.attributes):
        implied.add(METHOD_CODES[Option.RETAIN_SAFE_PRIVATE])
    if not expected <= set(new) <= expected | implied | set(old):
        yield Problem(place, Check.MARKS, "not the codes of the profile and its options")
    if not context.were_pixels_cleaned and _CLEAN_PIXELS in set(new) - set(old):
        yield Problem(place, Check.MARKS, "claims that pixels were cleaned, and nothing tells that they were")
    if new[: len(old)] != old or len(new) != len(set(new)):
        yield Problem(place, Check.MARKS, "items of before are missing, or a code stands there twice")
    for item in items[len(old) :]:
        if item.get("CodingSchemeDesignator") != "DCM" or not item.get("CodeMeaning"):
            yield Problem(place, Check.MARKS, "an item is no code of CID 7050")


def _earlier_codes(
    source: FileDataset | None, output: FileDataset, new: list[str], context: Context
) -> list[str]:
    """Codes of an earlier pass; without the source, those before ours where an earlier method stands."""
    if source is not None:
        return [str(item.get("CodeValue")) for item in source.get("DeidentificationMethodCodeSequence") or []]
    has_earlier = without_ours(_method_of(output), context.maker)
    return new[: new.index(_BASIC)] if has_earlier and _BASIC in new else []
