"""What PS3.15 and the profile allow an element to become: the states, not the values.

Compound codes are resolved by the strictest Type of the attribute at its place in the IOD (PS3.15,
Table E.1-1a). Unlisted attributes follow the page "Settled details" of the design.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import assert_never

from bme_med.core import AttributeRule, Code, DatePolicy, Option, Profile
from bme_med.verify.elements import TEXT_VRS
from bme_med.verify.tables import COLUMNS, Row, Tables

__all__ = [
    "Place",
    "State",
    "States",
    "allowed_states",
    "loosened",
    "names_class",
    "selects",
    "vouched_states",
]


class State(StrEnum):
    """What is left of an element."""

    ABSENT = "absent"
    EMPTY = "empty"
    DUMMY = "a dummy"
    SAME = "the source's bytes"
    CLEANED = "text without identifiers"
    SHORTER = "some words of the text"
    DATED = "a date by the policy"
    TIME = "the source's time of day"
    UIDS = "replaced UIDs"
    ITEMS = "items, each by its own rules"
    GIVEN = "the value that the profile gives"
    ICC = "a colour profile without device or date"
    LAYER = "a keyed name of a graphic layer"
    DERIVED = "the source's, and DERIVED for ORIGINAL"
    RECODED = "what follows from pixels that were coded anew"
    WARNED = "YES, as text may be left in the pixels"


States = frozenset[State]

_GONE = frozenset({State.ABSENT})
_LEFT = frozenset({State.SAME})
_ZEROED = frozenset({State.EMPTY, State.DUMMY})
_DUMMY = frozenset({State.DUMMY})
_SEARCHED = frozenset({State.SAME, State.CLEANED})
_CLEANED = frozenset({State.SAME, State.SHORTER, State.DUMMY})
_STAYING = frozenset({State.SAME, State.CLEANED, State.SHORTER, State.DATED, State.TIME, State.ITEMS})

_NEVER = {0xFFFAFFFA, 0x4FFE0001, 0xFFFCFFFC, 0x00080300, 0x00880200}
"""Digital signatures, their MAC parameters and trailing padding (PS3.15, E.1.1); what describes private
blocks that have gone; icons."""
_PIXEL_GROUP = 0x7FE0
"""Its attributes stand in no item but that of an icon (PS3.3, C.7.6.3)."""

_EITHER = {0x00080001, 0x04000500}
"""In no table, and allowed to go: a retired length; a sequence whose only content, (0400,0520), has gone."""

_STAYING_UIDS = re.compile(
    r"SOPClass|CodingSchemeUID|Context(Group\w+)?UID|MappingResourceUID|TransferSyntaxUID"
)
_ANNOTATIONS = {
    *("UnformattedTextValue", "TickLabel", "GraphicLayerDescription"),
    *("GraphicGroupLabel", "GraphicGroupDescription"),
}
_OPTIONAL_CLEANING = re.compile(r"X \(C under Clean Descriptors\)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element stands: its tag, VR, the keywords of the sequences around it, and the IOD."""

    tag: int
    vr: str
    is_un: bool
    path: tuple[str, ...]
    iod: str


@lru_cache(maxsize=1 << 16)
def allowed_states(place: Place, profile: Profile, tables: Tables) -> States:
    """The states that one element may have in the output."""
    tag, group = place.tag, place.tag >> 16
    if group % 2 or not tag & 0xFFFF or group < 0x0006 or tag in _NEVER:
        return _GONE
    if 0x5000 <= group <= 0x501E:
        return _GONE if Option.CLEAN_GRAPHICS not in profile.options else _GONE | _LEFT
    if not tables.keyword(tag) or (place.path and group == _PIXEL_GROUP):
        return _GONE
    chosen = _chosen(place, profile, tables)
    if tag == 0x00280301:  # NO becomes YES where text may be left; the marks are checked for the other way
        return (chosen or _LEFT) | {State.WARNED}
    if chosen:
        return chosen if not place.path else chosen | _ZEROED
    if _is_annotation(place, profile, tables):
        return _cleaned(place)
    if tag in tables.listed:
        return _of_row(tables.listed[tag], place, profile, tables)
    if tag in tables.gaps:
        return _of_gap(tables.gaps[tag], place, profile, tables)
    return _unlisted(place, profile, tables)


def _is_annotation(place: Place, profile: Profile, tables: Tables) -> bool:
    """Whether an attribute is text of an annotation that an option cleans (PS3.15, E.3.3 and E.3.4)."""
    keyword = tables.keyword(place.tag)
    is_graphic = Option.CLEAN_GRAPHICS in profile.options and keyword in _ANNOTATIONS
    is_waveform = keyword == "UnformattedTextValue" and "WaveformAnnotationSequence" in place.path
    return is_graphic or (is_waveform and Option.CLEAN_STRUCTURED_CONTENT in profile.options)


def _chosen(place: Place, profile: Profile, tables: Tables) -> States | None:
    """What ``[dicom.attributes]`` says of an attribute; an exact name goes before a pattern."""
    keyword = tables.keyword(place.tag)
    fitting = [rule for rule in profile.attributes if selects(rule.selector, place.tag, keyword)]
    if not fitting:
        return None
    rule = min(fitting, key=lambda one: one.selector.count("x") if one.selector.startswith("(") else 0)
    return _of_exception(rule, place)


def _of_exception(rule: AttributeRule, place: Place) -> States:
    match rule.code:
        case Code.X:
            return _GONE
        case Code.Z:
            return frozenset({State.EMPTY})
        case Code.U:
            return frozenset({State.UIDS})
        case Code.C:
            return _cleaned(place)
        case Code.D if rule.value is not None:
            return frozenset({State.GIVEN})
        case Code.D:
            return frozenset({State.UIDS}) if place.vr == "UI" else _DUMMY
        case Code.K:
            if place.vr == "SQ":
                return frozenset({State.ITEMS})
            return _SEARCHED if place.vr in TEXT_VRS else _LEFT
        case Code.REDACT:
            raise ValueError("no profile can say this of an attribute")
    assert_never(rule.code)


def selects(selector: str, tag: int, keyword: str) -> bool:
    """Whether a line of ``[dicom.attributes]`` speaks of a standard attribute.

    >>> selects("(60xx,3000)", 0x60023000, ""), selects("PatientID", 0x00100020, "PatientID")
    (True, True)
    """
    if not selector.startswith("("):
        return selector == keyword
    digits = selector.strip("()").replace(",", "").lower()
    return len(digits) == 8 and all(
        want in ("x", digit) for want, digit in zip(digits, f"{tag:08x}", strict=True)
    )


def names_class(keyword: str) -> bool:
    """Whether the UIDs of an attribute name classes, schemes and the like, which identify nothing."""
    return _STAYING_UIDS.search(keyword) is not None


@lru_cache(maxsize=8)
def loosened(profile: Profile, tables: Tables) -> frozenset[int]:
    """Attributes of Table E.1-1 that a line of the profile keeps although table and options do not."""
    lines = {rule.selector: rule for rule in profile.attributes if rule.code in (Code.K, Code.C)}
    found = set()
    for tag, row in tables.listed.items() if lines else ():
        if tag in _NEVER:
            continue
        place = Place(tag, tables.vr(tag)[:2], False, (), "")
        if any(selects(selector, tag, tables.keyword(tag)) for selector in lines) and not (
            _of_row(row, place, profile, tables) & _STAYING
        ):
            found.add(tag)
    return frozenset(found)


def _by_code(code: str, place: Place, tables: Tables) -> States:
    """A basic action, decided by the Type.

    Plain X and Z give way to the Type too, so that the instance stays valid: a legal dummy or zero length.
    """
    type_ = tables.type_of(place.iod, place.path, tables.keyword(place.tag))
    match code:
        case "X" | "X/Z" | "X/Z/D":
            return {1: _DUMMY, 2: _ZEROED, 3: _GONE}[type_]
        case "X/D":
            return _GONE if type_ == 3 else _DUMMY
        case "Z" | "Z/D":
            return _DUMMY if type_ == 1 else _ZEROED
        case "D":
            return _DUMMY
        case "U":
            return frozenset({State.UIDS})
        case "X/Z/U*":
            return {1: frozenset({State.ITEMS}), 2: frozenset({State.EMPTY}), 3: _GONE}[type_]
    raise ValueError(code)


def _of_row(row: Row, place: Place, profile: Profile, tables: Tables) -> States:
    """Table E.1-1: the options' columns over the basic action; of two options, the one that cleans wins."""
    is_dated = row["rtn_long_modif_dates"] == "C" and profile.dates is not DatePolicy.REMOVE
    if is_dated and (dated := _by_dates(row["basic"], place, profile, tables)):
        return dated
    codes = {row[column] for option, column in COLUMNS.items() if option in profile.options} - {""}
    if "C" in codes:
        return _cleaned(place)
    if "K" in codes:
        if place.vr in TEXT_VRS:
            return _SEARCHED
        return frozenset({State.ITEMS}) if place.vr == "SQ" else _LEFT
    if place.tag == 0x006A0003:  # D in the table, although a UID that others refer to
        return _DUMMY | {State.UIDS}
    return _by_code(row["basic"], place, tables)


def _by_dates(basic: str, place: Place, profile: Profile, tables: Tables) -> States | None:
    """What the date policy makes of a date or time; nothing where it has no say."""
    is_date = place.vr in {"DA", "DT"}
    match profile.dates:
        case DatePolicy.REMOVE:
            return _by_code(basic, place, tables)
        case DatePolicy.KEEP:
            return _LEFT
        case DatePolicy.YEAR:
            return frozenset({State.DATED}) if is_date else _by_code(basic, place, tables)
        case DatePolicy.SHIFT if is_date:
            return frozenset({State.DATED})
        case DatePolicy.SHIFT if place.vr == "TM":
            return frozenset({State.TIME})
        case DatePolicy.SHIFT if place.tag == 0x00080201:
            return _LEFT
    return _by_code(basic, place, tables)  # OB timestamps, which no whole day can be added to


def _cleaned(place: Place) -> States:
    if place.vr == "SQ":
        return frozenset({State.ITEMS, State.ABSENT, State.EMPTY})
    return _CLEANED | _GONE | {State.EMPTY}


def _of_gap(row: Row, place: Place, profile: Profile, tables: Tables) -> States:
    """An attribute that Table E.1-1 leaves out."""
    action = row["suggested_action"]
    if action == "C":  # "never remove" where the IOD asks for it; Code Meaning is Type 1 wherever it stands
        is_type_3 = tables.type_of(place.iod, place.path, row["keyword"]) == 3
        return _CLEANED | (_GONE if is_type_3 and row["keyword"] != "CodeMeaning" else frozenset())
    if action.startswith("U"):
        return _LEFT if Option.RETAIN_UIDS in profile.options else frozenset({State.UIDS})
    if action.startswith("C or D"):
        type_ = tables.type_of(place.iod, place.path, row["keyword"])
        return frozenset({State.ICC}) if type_ < 3 else _GONE | {State.ICC}
    if action.startswith("X (K/C"):
        return _by_dates("X", place, profile, tables) or _GONE
    if _OPTIONAL_CLEANING.match(action) and Option.CLEAN_DESCRIPTORS in profile.options:
        return _cleaned(place)
    return _by_code("X", place, tables)


def vouched_states(place: Place, profile: Profile, tables: Tables) -> States:
    """A private attribute of Table E.3.10-1 under Retain Safe Private; UN and implicit VR may cost it."""
    return _unlisted(place, profile, tables) | _GONE


def _unlisted(place: Place, profile: Profile, tables: Tables) -> States:
    """An attribute of the dictionary that no table speaks of.

    Where the file says UN, the dictionary's VR rules (PS3.5, 6.2.2), or the element goes.
    """
    if place.tag >> 24 == 0x60:  # nothing of a plane without its data
        return _GONE
    either = _GONE if place.is_un or place.tag in _EITHER else frozenset()
    if place.vr == "SQ":
        return frozenset({State.ITEMS}) | either
    if tables.keyword(place.tag) == "GraphicLayer":  # typed by people, and matched by name
        return _LEFT | {State.LAYER}
    if tables.keyword(place.tag) == "URNCodeValue":  # Type 1C of every code without another value
        return _DUMMY | _GONE
    if place.vr in {"PN", "AE", "UR"}:
        return _by_code("X", place, tables)
    if place.vr in {"DA", "DT", "TM"}:
        return (_by_dates("X", place, profile, tables) or _GONE) | either
    if place.vr == "UI":
        if names_class(tables.keyword(place.tag)):  # what stays is searched for identifiers
            return _LEFT | {State.UIDS} | either
        keeps = Option.RETAIN_UIDS in profile.options
        return (_LEFT if keeps else frozenset({State.UIDS})) | either
    return (_SEARCHED if place.vr in TEXT_VRS else _LEFT) | either
