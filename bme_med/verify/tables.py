"""The standard's tables as the check reads them: PS3.15 Table E.1-1, its gaps, and the Types of PS3.3.

Read anew from ``profiles/`` with nothing of the engine's, so that the two readings can disagree.
"""

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache

from pydicom._dicom_dict import DicomDictionary
from pydicom._uid_dict import UID_dictionary
from pydicom.datadict import get_entry

from bme_med.core import Option
from bme_med.core.resources import read_resource, read_table

__all__ = ["COLUMNS", "METHOD_CODES", "Row", "Tables", "load_tables", "tags_of"]

COLUMNS = {
    Option.FULL_DATES: "rtn_long_full_dates",
    Option.MODIFIED_DATES: "rtn_long_modif_dates",
    Option.RETAIN_PATIENT_CHARACTERISTICS: "rtn_pat_chars",
    Option.RETAIN_DEVICE_IDENTITY: "rtn_dev_id",
    Option.RETAIN_UIDS: "rtn_uids",
    Option.RETAIN_INSTITUTION_IDENTITY: "rtn_inst_id",
    Option.CLEAN_DESCRIPTORS: "clean_desc",
    Option.CLEAN_STRUCTURED_CONTENT: "clean_struct_cont",
    Option.CLEAN_GRAPHICS: "clean_graph",
}
"""Which column of Table E.1-1 an option reads."""

METHOD_CODES = {
    Option.CLEAN_PIXEL_DATA: "113101",
    Option.CLEAN_VISUAL_FEATURES: "113102",
    Option.CLEAN_GRAPHICS: "113103",
    Option.CLEAN_STRUCTURED_CONTENT: "113104",
    Option.CLEAN_DESCRIPTORS: "113105",
    Option.FULL_DATES: "113106",
    Option.MODIFIED_DATES: "113107",
    Option.RETAIN_PATIENT_CHARACTERISTICS: "113108",
    Option.RETAIN_DEVICE_IDENTITY: "113109",
    Option.RETAIN_UIDS: "113110",
    Option.RETAIN_SAFE_PRIVATE: "113111",
    Option.RETAIN_INSTITUTION_IDENTITY: "113112",
}
"""CID 7050: the code that each option adds to (0012,0064)."""

Row = dict[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """Everything a judge looks up.

    `listed` and `gaps` are keyed by tag number; a repeating group stands there once for each of its
    sixteen even groups (PS3.5, 7.6). `types` gives the strictest Type by IOD, path of sequence keywords
    and keyword. `dummies_of` gives by VR what code D writes, `dummies` all of that. `identifying` says of
    what kind an attribute is: id, person, place, phone or date. `terms` are tags, each with
    a value that the standard defines for it. `vocabulary` has the words that the standard writes in lower
    case, so no eponym.
    """

    listed: dict[int, Row]
    gaps: dict[int, Row]
    types: dict[tuple[str, str, str], int]
    iods: dict[str, str]
    registered: frozenset[str]
    codes: frozenset[tuple[str, str, str]]
    dummies: frozenset[str]
    dummies_of: dict[str, frozenset[str]]
    identifying: dict[int, str]
    vocabulary: frozenset[str]
    terms: frozenset[tuple[int, str]]
    additions: dict[int, tuple[str, str]]

    def vr(self, tag: int) -> str:
        """The VR that the data dictionary gives, or UN."""
        if tag in self.additions:
            return self.additions[tag][0]
        return _entry(tag)[0]

    def keyword(self, tag: int) -> str:
        """The keyword that the data dictionary gives, or nothing."""
        if tag in self.additions:
            return self.additions[tag][1]
        return _entry(tag)[1]

    def type_of(self, iod: str, path: tuple[str, ...], keyword: str) -> int:
        """1, 2 or 3: the strictest Type of an attribute at one place of an IOD; unknown is 3."""
        return self.types.get((iod, ".".join(path), keyword), 3)


@lru_cache(maxsize=1 << 16)
def _entry(tag: int) -> tuple[str, str]:
    try:
        vr, _, _, _, keyword = get_entry(tag)
    except KeyError:
        return "UN", ""
    return vr, keyword


@cache
def load_tables() -> Tables:
    """All tables, read once."""
    listed: dict[int, Row] = {}
    for row in read_table("ps315_e1_1.csv"):
        for tag in tags_of(row["tag"]):
            listed[tag] = row
    dictionary = _tab_separated("dictionary.tsv")
    codes = frozenset((scheme, value, meaning) for scheme, value, meaning in _tab_separated("codes.tsv"))
    names = [entry[2].lower() for entry in DicomDictionary.values()] + [meaning for _, _, meaning in codes]
    columns = ("dummy", "alternate_if_source_equals_dummy")
    dummies_of = {
        row["vr"]: frozenset(row[column] for column in columns) for row in read_table("dummy_values.csv")
    }
    return Tables(
        listed=listed,
        gaps={tag: row for row in read_table("ps315_gaps.csv") for tag in tags_of(row["tag"])},
        types=_types(),
        iods={row["sop_class_uid"]: row["iod"] for row in read_table("sop_class_iod.csv")},
        registered=frozenset(UID_dictionary),
        codes=codes,
        dummies=frozenset(dummy for both in dummies_of.values() for dummy in both),
        dummies_of=dummies_of,
        identifying={
            tag: row["kind"] for row in read_table("identifying.csv") for tag in tags_of(row["tag"])
        },
        vocabulary=frozenset(word for name in names for word in re.findall(r"\b[a-z]+\b", name)),
        terms=frozenset(
            (tag, row["term"]) for row in read_table("defined_terms.csv") for tag in tags_of(row["tag"])
        ),
        additions={
            int(tag, 16): (vr, keyword)
            for tag, vr, _, keyword in dictionary
            if "x" not in tag and int(tag, 16) not in DicomDictionary
        },
    )


def _tab_separated(name: str) -> list[list[str]]:
    return [line.split("\t") for line in read_resource(name).splitlines() if not line.startswith("#")]


def tags_of(text: str) -> list[int]:
    """The tag numbers that a row speaks of; those of ``(50xx,xxxx)`` and ``(gggg,eeee)`` are rules, not tags.

    >>> [hex(tag) for tag in tags_of("(60xx,3000)")][:3]
    ['0x60003000', '0x60023000', '0x60043000']
    """
    digits = text.strip("()").replace(",", "").lower()
    if digits[:4] == "60xx":
        return [int(f"60{group:02x}{digits[4:]}", 16) for group in range(0, 0x20, 2)]
    return [] if "x" in digits or "g" in digits else [int(digits, 16)]


def _types() -> dict[tuple[str, str, str], int]:
    """Rows of ``[path, keyword, Type, hex bit mask over iods]``, taken apart."""
    table = json.loads(read_resource("ps315_iod_types.json"))
    types: dict[tuple[str, str, str], int] = {}
    for path, keyword, type_, mask in table["rows"]:
        bits = int(mask, 16)
        for place, iod in enumerate(table["iods"]):
            if bits >> place & 1:
                key = (iod, path, keyword)
                types[key] = min(type_, types.get(key, 3))
    return types
