"""What two profiles treat differently, attribute by attribute, and what two editions of Table E.1-1 say.

Attributes are compared as the engine decides them, at the top of an instance, for each Type: what differs in
words alone, such as an option in place of an exception, is no difference.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bme_med.core import Profile, UsageError
from bme_med.core.resources import read_resource
from bme_med.dicom import action_table
from bme_med.dicom.decisions import Decision, Do
from bme_med.dicom.dictionary import dictionary, where
from bme_med.run.profiles import profile_settings

__all__ = ["Difference", "Differences", "compare_profiles", "compare_tables", "is_table"]

_MANNERS = {
    Do.SHIFT: "shifted",
    Do.YEAR: "the year alone",
    Do.AGE: "90 and more as one",
    Do.SEARCH: "identifiers cut out",
    Do.CODED: "if it fits its kind of value",
    Do.WORDS: "known words alone",
    Do.CODE_VALUE: "standard codes alone",
    Do.CODE_MEANING: "standard meanings alone",
    Do.CLASS_UID: "if a UID without identifiers",
    Do.KEPT_UID: "if a UID",
    Do.RECURSE: "item by item",
    Do.UID: "a new UID",
}
_TYPES = (3, 2, 1)
_SHIPPED_TABLE = "ps315_e1_1.csv"
_COLUMN = "basic"
_NOTES = frozenset(("name", "keyword", "vr", "vm", "retired", "in_std_comp_iod", "tag"))
_NOT_COMPARED = frozenset(("name", "title", "sha256"))
_ATTRIBUTES = "dicom.attributes."
_WORD_LISTS = "dicom.vocabulary"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the first and the second do not treat alike; `tag` is that of an attribute."""

    what: str
    first: str
    second: str
    tag: int | None = None

    def to_json(self) -> dict[str, str]:
        """For scripts."""
        return {"what": self.what, "first": self.first, "second": self.second}


@dataclass(frozen=True, slots=True)
class Differences:
    """All that differs.

    Attributes
    ----------
    attributes
        Of DICOM, by tag.
    keys
        Of the profiles; exceptions for attributes stand here only where they are for private ones.
    """

    attributes: tuple[Difference, ...]
    keys: tuple[Difference, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "attributes": [one.to_json() for one in self.attributes],
            "keys": [one.to_json() for one in self.keys],
        }


def compare_profiles(first: Profile, second: Profile) -> Differences:
    """What `first` and `second` treat differently.

    Raises
    ------
    ProfileError
        If one of them cannot be used.
    """
    tables = action_table(first), action_table(second)
    attributes = []
    for tag, vr in _attributes():
        decided = [[table.of_type(tag, vr, type_) for type_ in _TYPES] for table in tables]
        if [*map(_treated, decided[0])] != [*map(_treated, decided[1])]:
            attributes.append(Difference(where(tag), _in_words(decided[0]), _in_words(decided[1]), tag))
    return Differences(tuple(attributes), tuple(_keys(first, second)))


def _attributes() -> Iterator[tuple[int, str]]:
    """Every attribute of a dataset that the dictionary knows, with its first VR."""
    known = dictionary()
    for tag in sorted(known.tags.values()):
        entry = known.get(tag)
        vr = entry[0] if entry else "UN"
        if tag >> 16 > 4:
            yield tag, vr[:2] if vr[:2].strip() else "OW"


def _treated(decision: Decision | None) -> tuple[object, ...]:
    """What is done to a value, and what where that cannot be done; not why."""
    if decision is None:
        return ()
    return (decision.do, decision.action.code, decision.value, *_treated(decision.fallback))


def _in_words(decisions: list[Decision]) -> str:
    """By Type, from 3 to 1; a Type that gives the same as the one before is left out."""
    parts: list[str] = []
    last = ""
    for type_, decision in zip(_TYPES, decisions, strict=True):
        manner = _MANNERS.get(decision.do, decision.value or "")
        text = f"{decision.action.code}, {manner}" if manner else decision.action.code.value
        if text != last:
            parts.append(text if type_ == _TYPES[0] else f"Type {type_}: {text}")
        last = text
    return "; ".join(parts)


def _keys(first: Profile, second: Profile) -> Iterator[Difference]:
    """Keys with other values; of attributes the private ones, as the others were compared."""
    before, after = (dict(_flat(profile_settings(profile))) for profile in (first, second))
    for key in sorted(before.keys() | after.keys()):
        is_standard = key.startswith(_ATTRIBUTES) and ") " not in key
        if before.get(key) != after.get(key) and not is_standard:
            yield Difference(key, before.get(key, ""), after.get(key, ""))
    if before.get(_WORD_LISTS) == after.get(_WORD_LISTS) and first.word_lists != second.word_lists:
        yield Difference(_WORD_LISTS, _lines(first), _lines(second))


def _lines(profile: Profile) -> str:
    return f"{sum(len(words.lines) for words in profile.word_lists):,} lines"


def _flat(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in settings.items():
        key = f"{prefix}{name}"
        if key in _NOT_COMPARED:
            continue
        if isinstance(value, Mapping) and "action" not in value:
            yield from _flat(value, f"{key}.")
        elif isinstance(value, Mapping):
            yield key, " ".join(value.values())
        else:
            yield key, ", ".join(value) if isinstance(value, list) else str(value)


def is_table(name: str) -> bool:
    """Whether `name` is that of an edition of Table E.1-1, not of a profile."""
    return name.endswith(".csv")


def compare_tables(first: str, second: str) -> Differences:
    """What two editions of Table E.1-1 say differently; ``ps315_e1_1.csv`` is the one that ships.

    Raises
    ------
    UsageError
        If one of them is no such table.
    """
    before, after = _rows(first), _rows(second)
    found = []
    for tag in sorted(before.keys() | after.keys()):
        old, new = _cells(before.get(tag)), _cells(after.get(tag))
        if old != new:
            row = after.get(tag) or before[tag]
            name = row.get("keyword") or row.get("name", "")
            found.append(Difference(f"{tag} {name}".strip(), old, new, _tag(tag)))
    return Differences(tuple(found))


def _rows(name: str) -> dict[str, dict[str, str]]:
    try:
        text = read_resource(name) if name == _SHIPPED_TABLE else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            f"{name}: no table that can be read; the one that ships is {_SHIPPED_TABLE}"
        ) from None
    rows = [*csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))]
    if not rows or not {"tag", _COLUMN} <= rows[0].keys():
        raise UsageError(f"{name}: no edition of Table E.1-1: it has no columns tag and {_COLUMN}")
    return {row["tag"]: row for row in rows}


def _cells(row: Mapping[str, str] | None) -> str:
    """The letters of a row, such as ``X; rtn_dev_id: K``."""
    if row is None:
        return "no row"
    others = [f"{name}: {value}" for name, value in row.items() if value and name not in {*_NOTES, _COLUMN}]
    return "; ".join([row[_COLUMN], *others])


def _tag(notation: str) -> int | None:
    digits = notation.strip("()").replace(",", "")
    return int(digits, 16) if len(digits) == 8 and not set(digits.lower()) & set("xg") else None
