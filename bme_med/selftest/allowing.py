"""What a profile allows to stay, read from the standard's tables with nothing of the engines.

Generous where a value decides: what is allowed here may still go. What is not allowed must go.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

from bme_med.core import AttributeRule, Code, DatePolicy, Descriptors, Option, Profile
from bme_med.core.resources import read_table
from bme_med.dicom.dictionary import dictionary, format_tag
from bme_med.selftest.places import Place
from bme_med.verify.tables import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["why_allowed"]

_TEXTS = frozenset(("LO", "LT", "SH", "ST", "UC", "UT"))
_ITEMS = "an item stays, and in it a text that no table lists"
_TIMES = "dates are shifted by whole days, times of day stay"
_TIMEZONE = 0x00080201


def why_allowed(profile: Profile, place: Place) -> str:
    """Why `profile` allows the token in `place` to stay; empty where it does not."""
    key, value = place.keeper
    if key and getattr(profile, key) == value:
        return f"the profile says {key.replace('_', '-')} = {value}"
    if place.tag is None:
        return ""
    exception = _exception(profile, place.tag)
    if exception:
        return _by_code(profile, exception.code, place, f"the profile says so: {exception.selector}")
    notation = _notation(place.tag)
    if row := _listed().get(notation):
        return _by_row(profile, row, place)
    if row := _gaps().get(notation):
        return _by_gap(profile, row["suggested_action"], place)
    return _unlisted(place)


def _by_code(profile: Profile, code: str, place: Place, reason: str) -> str:
    """Whether K or C leave anything of the token; a word that nobody knows goes when it is cleaned."""
    if code == Code.K:
        return reason
    if code != Code.C:
        return ""
    if place.vr == "SQ":
        return f"{reason}; {_ITEMS}"
    is_left = place.vr in _TEXTS and profile.descriptors is Descriptors.PATTERNS
    return f"{reason}; texts are cleaned by patterns" if is_left else ""


def _by_row(profile: Profile, row: "Mapping[str, str]", place: Place) -> str:
    """A row of Table E.1-1."""
    if row["rtn_long_modif_dates"] and (reason := _by_dates(profile, place)):
        return reason
    for option, column in COLUMNS.items():
        is_dated = option in (Option.FULL_DATES, Option.MODIFIED_DATES)
        if option in profile.options and not is_dated:
            reason = _by_code(profile, row[column], place, f"{option} (PS3.15 Table E.1-1)")
            if reason:
                return reason
    if row["basic"].endswith("U*") and place.vr == "SQ":
        return f"PS3.15 Table E.1-1, {row['basic']}: UIDs are replaced; {_ITEMS}"
    return ""


def _by_gap(profile: Profile, suggested: str, place: Place) -> str:
    """An attribute that Table E.1-1 leaves out although it can identify."""
    reason = "cleaned, though not in PS3.15 Table E.1-1"
    if place.vr in ("DA", "DT", "TM"):
        return _by_dates(profile, place)
    if suggested.startswith("U"):
        return str(Option.RETAIN_UIDS) if Option.RETAIN_UIDS in profile.options else ""
    if "Descriptors" in suggested and Option.CLEAN_DESCRIPTORS in profile.options:
        return _by_code(profile, Code.C, place, reason)
    return _by_code(profile, Code.C, place, reason) if suggested.startswith("C") else ""


def _by_dates(profile: Profile, place: Place) -> str:
    if profile.dates is DatePolicy.KEEP:
        return f"{Option.FULL_DATES} (PS3.15 Table E.1-1)"
    is_time = place.vr == "TM" or place.tag == _TIMEZONE
    return _TIMES if profile.dates is DatePolicy.SHIFT and is_time else ""


def _unlisted(place: Place) -> str:
    if place.vr == "SQ":
        return f"no table lists it: {_ITEMS}"
    return "no table lists it: a text stays, identifiers cut out" if place.vr in _TEXTS else ""


def _exception(profile: Profile, tag: int) -> AttributeRule | None:
    """The line of ``[dicom.attributes]`` for `tag`, the most specific one."""
    matching = [rule for rule in profile.attributes if _fits(rule.selector, tag)]
    return min(matching, key=lambda rule: _mask(rule.selector).count("X"), default=None)


def _fits(selector: str, tag: int) -> bool:
    mask = _mask(selector)
    if not mask:
        return selector == dictionary().keyword(tag)
    return all(want in ("X", digit) for want, digit in zip(mask, f"{tag:08X}", strict=True))


def _mask(selector: str) -> str:
    """The digits of a tag or pattern; nothing of a keyword or a private attribute."""
    digits = re.fullmatch(r"\(([0-9A-Fa-fXx]{4}),([0-9A-Fa-fXx]{4})\)", selector)
    return (digits[1] + digits[2]).upper() if digits else ""


@cache
def _listed() -> "Mapping[str, Mapping[str, str]]":
    return {row["tag"]: row for row in read_table("ps315_e1_1.csv")}


@cache
def _gaps() -> "Mapping[str, Mapping[str, str]]":
    return {row["tag"]: row for row in read_table("ps315_gaps.csv")}


def _notation(tag: int) -> str:
    """As the tables write it; repeating groups by ``60xx``."""
    return f"(60xx,{tag & 0xFFFF:04X})" if tag >> 24 == 0x60 else format_tag(tag)
