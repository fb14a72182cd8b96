"""What becomes of a content item, by its concept name and value type (PS3.15, E.3.4 and Table E.3.4-1).

A row of the table decides items of its value type. A concept that names a person, a device or a place as such
is decided whatever the value type: devices write a room as TEXT and as CODE. What no row names is decided by
value type: text is cleaned, persons get a dummy, UIDs are replaced, dates follow the policy, and codes and
numbers stay, unless a concept of no standard says that they identify.
"""

import re
from functools import lru_cache

from bme_med.core import Code, DatePolicy, Option, Profile
from bme_med.core.resources import read_table
from bme_med.dicom.content_items import ContentItem, content_item, measured
from bme_med.dicom.decisions import Decision
from bme_med.dicom.rules import action_table
from bme_med.dicom.scope import Scope
from bme_med.dicom.vocabulary import vocabulary
from bme_med.dicom.walker import Element

__all__ = ["ContentRules", "content_rules"]

_COLUMNS = {
    "rtn_uids": Option.RETAIN_UIDS,
    "rtn_dev_id": Option.RETAIN_DEVICE_IDENTITY,
    "rtn_inst_id": Option.RETAIN_INSTITUTION_IDENTITY,
    "rtn_pat_chars": Option.RETAIN_PATIENT_CHARACTERISTICS,
    "clean_desc": Option.CLEAN_DESCRIPTORS,
}
_TEXTS = ("TextValue", "UnformattedTextValue")
_VALUES = {
    **dict.fromkeys(_TEXTS, "TEXT"),
    "ConceptCodeSequence": "CODE",
    **dict.fromkeys(("MeasuredValueSequence", "NumericValue", "FloatingPointValue"), "NUM"),
    **dict.fromkeys(("RationalNumeratorValue", "RationalDenominatorValue"), "NUM"),
    "DateTime": "DATETIME",
    "Date": "DATE",
    "Time": "TIME",
    "PersonName": "PNAME",
    "UID": "UIDREF",
}
"""Attributes that hold the value of a content item, and its type; references have rules of their own."""
_REFERENCES = ("UIDREF", "COMPOSITE", "IMAGE", "WAVEFORM")
_IDENTIFYING = re.compile(
    r"\b(?:\w*names?|ids?|identifier|identification|mrn|nhs|ssn|phone|telephone|mobile|fax|\w*address|e-?mail"
    r"|birth\w*|dob|insurance|accession|account|physician|doctor|dr|operator|technologist|nurse|radiologist"
    r"|author|surgeon|next of kin|postal|zip|zipcode|city|street|signature|signed|licen[cs]e|serial|employer"
    r"|occupation|(?:patient|record|medical|case|order|file|hospital|chart)(?:'s)? (?:no|nr|number)"
    r"|\w*nummer|geburts\w*|adresse|telefon\w*|arzt|nom|prénom|naissance|médecin|nombre|apellidos?|dirección"
    r"|teléfono|nacimiento|médico|nome|cognome|indirizzo|nascita|medico)\b",
    re.IGNORECASE,
)
"""Words of concepts that no standard defines, in the languages that devices speak most."""
_SHORT_AGE_UNITS = ("mo", "wk", "d", "h")
_OLDEST_AGE_YEARS = 89
_SHORT_DIGITS = 3


class ContentRules:
    """The table under one profile."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._table = action_table(profile)
        self._rows: dict[tuple[str, str, str], dict[str, str]] = {}
        self._identities: dict[tuple[str, str], dict[str, str]] = {}
        for row in read_table("content_concepts.csv"):
            concept = row["scheme"].upper(), row["code_value"]
            self._rows[(*concept, row["value_type"])] = row
            if _is_identity(row):
                self._identities[concept] = row
        self._made: dict[tuple[int, str, Code, str], Decision] = {}

    def removal(self, scope: Scope) -> str | None:
        """The rule by which the item `scope` goes as a whole, or nothing."""
        item = content_item(scope)
        if item is None:
            return None
        code, rule = self._judged(item, scope)
        return rule if code == "X" else None

    def values(self, scope: Scope) -> dict[int, Decision]:
        """Decisions for the value of the content item `scope`, which stays; none where it is no such item."""
        item = content_item(scope)
        if item is None:
            return {}
        judged, rule = self._judged(item, scope)
        decisions = {}
        for keyword, value_type in _VALUES.items():
            element = item.elements.get(keyword)
            if element is None or self._table.selectors.find(element.tag):
                continue
            code = Code.D if judged in ("X", "X/D", "D") else Code.C
            is_kept = judged == "K" and value_type == item.value_type
            decisions[element.tag] = self._decision(element, Code.K if is_kept else code, rule)
        return decisions

    def identifying(self, scope: Scope) -> list[Element]:
        """Texts of a content item that are to be looked for elsewhere: what its concept calls an identity."""
        item = content_item(scope)
        if item is None or not (self._identity(item) or _identifies(item, scope)):
            return []
        if self._judged(item, scope)[0] == "K":
            return []
        return [item.elements[keyword] for keyword in _TEXTS if keyword in item.elements]

    def _identity(self, item: ContentItem) -> dict[str, str] | None:
        return self._identities.get((item.scheme.upper(), item.code))

    def _judged(self, item: ContentItem, scope: Scope) -> tuple[str, str]:
        """``X``, ``X/D``, ``D``, ``K`` or ``C``, and the rule that says so."""
        row = self._rows.get((item.scheme.upper(), item.code, item.value_type)) or self._identity(item)
        if row is None:
            return self._unlisted(item, scope)
        table = (
            "PS3.15 Table E.3.4-1" if row["in_std_template"] == "Y" else "identifying, though not in E.3.4-1"
        )
        rule = f"{table}, {row['scheme']} {row['code_value']}"
        cells = {option: row[column] for column, option in _COLUMNS.items() if row[column]}
        cells = {option: cell for option, cell in cells.items() if option in self._profile.options}
        if row["rtn_long_modif_dates"] and self._keeps_dates(item):
            return "C", f"{rule}, dates"
        if "C" in cells.values():
            return "C", f"{rule}, clean-descriptors: C"
        if cells and row["value_type"] == item.value_type and not self._is_old_age(item, scope):
            return "K", f"{rule}, {next(iter(cells))}: K"
        return row["basic"], f"{rule}: {row['basic']}"

    def _unlisted(self, item: ContentItem, scope: Scope) -> tuple[str, str]:
        if _identifies(item, scope):
            return "D", "PS3.15 E.3.4: a concept of no standard that names what identifies"
        if item.value_type in _REFERENCES and Option.RETAIN_UIDS in self._profile.options:
            return "K", "PS3.15 E.3.4, retain-uids: K"
        return "C", "PS3.15 E.3.4: by value type"

    def _keeps_dates(self, item: ContentItem) -> bool:
        """Whether anything is left of a value under the date policy."""
        policy = self._profile.dates
        return policy is not DatePolicy.REMOVE and not (
            policy is DatePolicy.YEAR and item.value_type == "TIME"
        )

    def _is_old_age(self, item: ContentItem, scope: Scope) -> bool:
        """Whether a number is an age over 89 years under a policy that lets none stay."""
        if self._profile.dates is not DatePolicy.YEAR or item.value_type != "NUM":
            return False
        number, unit = measured(scope, item)
        digits = number.partition(".")[0].strip()
        is_known = digits.isascii() and digits.isdigit()
        return unit not in _SHORT_AGE_UNITS and not (is_known and int(digits) <= _OLDEST_AGE_YEARS)

    def _decision(self, element: Element, code: Code, rule: str) -> Decision:
        """The decision about one value, made once."""
        key = element.tag, element.vr, code, rule
        decision = self._made.get(key)
        if decision is None:
            decision = self._made[key] = self._table.content(element.tag, element.vr, code, rule)
        return decision


def _is_identity(row: dict[str, str]) -> bool:
    """Whether a concept identifies as such: nothing may clean its value, and it is no reference."""
    return not (row["clean_desc"] or row["rtn_long_modif_dates"] or row["value_type"] in _REFERENCES)


def _is_standard(item: ContentItem) -> bool:
    return vocabulary().is_meaning(item.scheme, item.code, item.meaning)


def _identifies(item: ContentItem, scope: Scope) -> bool:
    """Whether a concept that no standard knows says that its value identifies; a short number does not."""
    if not _IDENTIFYING.search(item.meaning) or _is_standard(item):
        return False
    return item.value_type != "NUM" or sum(map(str.isdigit, measured(scope, item)[0])) > _SHORT_DIGITS


@lru_cache(maxsize=8)
def content_rules(profile: Profile) -> ContentRules | None:
    """The rules of `profile`; nothing without the Clean Structured Content Option."""
    is_cleaned = Option.CLEAN_STRUCTURED_CONTENT in profile.options
    return ContentRules(profile) if is_cleaned else None
