"""What an instance may say of itself after a profile: what was done, never more (PS3.15, E.1.1; CID 7050)."""

from dataclasses import dataclass
from functools import lru_cache

from bme_med.core import DatePolicy, Option, Profile
from bme_med.core.resources import read_table
from bme_med.dicom.dictionary import dictionary
from bme_med.dicom.identifying import kind_of
from bme_med.dicom.markers import method_text
from bme_med.dicom.rules import ActionTable

__all__ = ["Claims", "claims_of", "strongest_temporal"]

_BASIC = "basic"
_CLEAN_PIXELS = "113101"
_PATIENT_GROUP = 0x0010
_TEMPORAL = ("UNMODIFIED", "MODIFIED", "REMOVED")
"""Values of (0028,0303), each saying less of the original dates than the one before."""

_POLICIES = {
    DatePolicy.REMOVE: "REMOVED",
    DatePolicy.YEAR: "MODIFIED",
    DatePolicy.SHIFT: "MODIFIED",
    DatePolicy.KEEP: "UNMODIFIED",
}


@dataclass(frozen=True, slots=True)
class Claims:
    """What holds for every instance under a profile.

    Attributes
    ----------
    identity_removed
        Whether Patient Identity Removed may be YES, as far as attributes go.
    method
        Values that De-identification Method gets.
    codes
        Code value and meaning of the profile and each option that was applied, and of clean pixels.
    """

    identity_removed: bool
    method: tuple[bytes, ...]
    codes: tuple[tuple[str, str], ...]

    def codes_for(self, *, is_clean: bool) -> list[tuple[str, str]]:
        """The codes of one instance; that of clean pixels only where they were checked or cleaned."""
        return [(value, meaning) for value, meaning in self.codes if is_clean or value != _CLEAN_PIXELS]


@lru_cache(maxsize=8)
def claims_of(table: ActionTable) -> Claims:
    """The claims of a compiled profile.

    An exception that keeps what Table E.1-1 and the options would not takes the code of the basic profile
    away; one that keeps what names the patient takes YES away. A private attribute that a profile keeps on
    its own word is kept by the Retain Safe Private Option all the same.
    """
    loosened = table.loosened
    named = {tag for tag in loosened if tag >> 16 == _PATIENT_GROUP and _identifies(tag)}
    method = method_text(table.profile)
    exceptions = ["exceptions keep more than PS3.15 Table E.1-1 does"] if loosened else []
    applied = _applied(table.profile, keeps_private=table.selectors.keeps_private)
    return Claims(
        identity_removed=not named,
        method=tuple(text.encode() for text in (method, *exceptions)),
        codes=tuple(
            (row["code_value"], row["code_meaning"])
            for row in read_table("cid7050.csv")
            if _option(row) in applied or (row["e1_1_column"] == _BASIC and not loosened)
        ),
    )


def _applied(profile: Profile, *, keeps_private: bool) -> set[str]:
    applied = {*profile.options, Option.CLEAN_PIXEL_DATA}
    if profile.dates is DatePolicy.SHIFT:
        applied.add(Option.MODIFIED_DATES)
    if keeps_private:
        applied.add(Option.RETAIN_SAFE_PRIVATE)
    return {option.value for option in applied}


def _option(row: dict[str, str]) -> str:
    return row["code_meaning"].lower().removesuffix(" option").replace(" ", "-")


def strongest_temporal(profile: Profile, earlier: str) -> str:
    r"""Longitudinal Temporal Information Modified (0028,0303): ours, or what an earlier pass took already.

    >>> from bme_med.core import parse_profile
    >>> year = parse_profile("p", lambda _: ("p", "name='p'\n[dates]\npolicy='year'"))
    >>> [strongest_temporal(year, earlier) for earlier in ("", "REMOVED", "UNMODIFIED")]
    ['MODIFIED', 'REMOVED', 'MODIFIED']
    """
    ours = _POLICIES[profile.dates]
    return max(ours, earlier, key=_TEMPORAL.index) if earlier in _TEMPORAL else ours


def _identifies(tag: int) -> bool:
    entry = dictionary().get(tag)
    return kind_of(tag, entry[0] if entry else "") is not None
