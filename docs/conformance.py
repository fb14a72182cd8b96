"""What cog puts into docs/reference/conformance.md: Table E.1-1, row for row, beside the engine's decisions.

Nothing is written down twice: the letters come from the table, what is done from the engine's own action
table, and why it differs from ``deviations.csv``.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from generate import table

from bme_med.core import Code, Option, ProfileError, parse_profile
from bme_med.core.resources import read_resource, read_table
from bme_med.dicom.decisions import Decision, Do
from bme_med.dicom.dictionary import private_vrs
from bme_med.dicom.private import removed
from bme_med.dicom.rules import ActionTable, action_table

__all__ = ["COLUMNS", "Cell", "basic", "cells", "options", "summary"]

COLUMNS: dict[str, Option | None] = {
    "basic": None,
    "rtn_safe_priv": Option.RETAIN_SAFE_PRIVATE,
    "rtn_uids": Option.RETAIN_UIDS,
    "rtn_dev_id": Option.RETAIN_DEVICE_IDENTITY,
    "rtn_inst_id": Option.RETAIN_INSTITUTION_IDENTITY,
    "rtn_pat_chars": Option.RETAIN_PATIENT_CHARACTERISTICS,
    "rtn_long_full_dates": Option.FULL_DATES,
    "rtn_long_modif_dates": Option.MODIFIED_DATES,
    "clean_desc": Option.CLEAN_DESCRIPTORS,
    "clean_struct_cont": Option.CLEAN_STRUCTURED_CONTENT,
    "clean_graph": Option.CLEAN_GRAPHICS,
}
"""The columns of Table E.1-1 and the options that read them."""

_RESOLVED = {
    "X/Z": "XZZ", "X/D": "XXD", "X/Z/D": "XZD", "Z/D": "ZZD", "X/Z/U*": "XZK",
}  # fmt: skip
"""The letters of a compound code for an attribute of Type 3, 2 and 1 (Table E.1-1a)."""

_MANNERS = {
    Do.KEPT_UID: "if a UID",
    Do.CODED: "checked",
    Do.RECURSE: "item by item",
    Do.SEARCH: "searched",
    Do.SHIFT: "shifted",
    Do.WORDS: "known words",
}
_NEW_UID = "a new UID"
_REPEATED_IN_FILE_META = {0x00020003: 0x00080018}
"""File meta is not decided: it is written anew, and repeats what became of the SOP Instance UID."""

_LOOKED_AT = frozenset((Do.KEPT_UID, Do.CODED, Do.SEARCH))
_GOING = frozenset((Code.X, Code.Z, Code.D, Code.U))
_VERDICTS = ("as the letter", "kept after a look", "gone, in another way", "stricter", "otherwise")
_NO_REASON = "**no reason given**"
_MISSING = "not available"


@dataclass(frozen=True, slots=True)
class Cell:
    """One row in one column: the table's letter, and what is done by Type, 3 first."""

    tag: str
    keyword: str
    vr: str
    letter: str
    done: dict[int, Decision]
    why: str

    @property
    def text(self) -> str:
        """What is done, such as ``X; Type 1: D``; Types that give the same as the one before are left out."""
        parts: list[str] = []
        last = ""
        for type_, decision in self.done.items():
            text = _text(decision)
            if text != last:
                parts.append(text if type_ == 3 else f"Type {type_}: {text}")
            last = text
        return "; ".join(parts) or _MISSING

    @property
    def verdict(self) -> str:
        """How what is done compares with the letter."""
        if not self.done:
            return _MISSING
        pairs = [
            (_RESOLVED.get(self.letter, self.letter * 3)[3 - type_], decision.action.code.value)
            for type_, decision in self.done.items()
        ]
        different = [(letter, done) for letter, done in pairs if letter != done]
        if not different:
            is_looked_at = any(decision.do in _LOOKED_AT for decision in self.done.values())
            return "kept after a look" if is_looked_at else "as the letter"
        if all(letter in "XZD" and done in "XZD" for letter, done in different):
            return "gone, in another way"
        return "stricter" if all(done in _GOING for _, done in different) else "otherwise"


def _text(decision: Decision) -> str:
    code = decision.action.code
    manner = _NEW_UID if decision.do is Do.UID and code is Code.D else _MANNERS.get(decision.do)
    return f"{code}, {manner}" if manner else code.value


@cache
def cells(column: str) -> tuple[Cell, ...]:
    """Every row that has a letter in `column`, in the order of tags."""
    actions = _actions(column)
    rows = (row for row in read_table("ps315_e1_1.csv") if row[column])
    made = (_cell(row, column, actions) for row in rows)
    return tuple(sorted(made, key=lambda cell: cell.tag.replace("g", "~")))


@cache
def _actions(column: str) -> ActionTable | None:
    """The engine's table for the option of `column` alone, or nothing where it is not available."""
    option = COLUMNS[column]
    text = f'name = "x"\n[dicom]\noptions = [{f"{option.value!r}" if option else ""}]\n'
    try:
        return action_table(parse_profile("x", lambda name: (name, text)))
    except ProfileError:
        return None


def _cell(row: dict[str, str], column: str, actions: ActionTable | None) -> Cell:
    letter, vr = row[column], row["vr"] or "any"
    done = {} if actions is None else dict(_decisions(row, actions))
    cell = Cell(row["tag"], row["keyword"] or row["name"], vr, letter, done, "")
    return Cell(row["tag"], cell.keyword, vr, letter, done, _why(cell, column))


def _decisions(row: dict[str, str], actions: ActionTable) -> Iterator[tuple[int, Decision]]:
    """What the engine decides by Type, where an IOD has the attribute so; Type 3 is everywhere else."""
    if row["tag"] == "(gggg,eeee)":
        yield 3, _private(actions)
        return
    digits = row["tag"].strip("()").replace(",", "")
    tag = int(digits.replace("xxxx", "3000").replace("xx", "00"), 16)
    tag = _REPEATED_IN_FILE_META.get(tag, tag)
    vr = row["vr"][-2:] or "OW"
    yield 3, actions.decide(tag, vr, "", ())
    for type_, (iod, path) in sorted(_places().get(row["keyword"], {}).items(), reverse=True):
        yield type_, actions.decide(tag, vr, iod, path)


def _private(actions: ActionTable) -> Decision:
    """What becomes of the first attribute of Table E.3.10-1; without the option it goes as all others."""
    first = read_table("safe_private.csv")[0]
    group, element = first["tag_pattern"].strip("()").split(",")
    tag = int(f"{group}10{element[2:]}", 16)
    creator = first["private_creator"]
    vr = private_vrs()[creator, tag & 0xFFFF00FF]
    return actions.private(creator, tag, vr) or removed(tag)


@cache
def _places() -> dict[str, dict[int, tuple[str, tuple[str, ...]]]]:
    """By keyword and Type, 2 or 1, an IOD and a path of sequences where the attribute has that Type."""
    types = json.loads(read_resource("ps315_iod_types.json"))
    found: dict[str, dict[int, tuple[str, tuple[str, ...]]]] = {}
    for path, keyword, type_, mask in types["rows"]:
        bits = int(mask, 16)
        iod = types["iods"][(bits & -bits).bit_length() - 1]
        found.setdefault(keyword, {}).setdefault(type_, (iod, tuple(path.split(".")) if path else ()))
    return found


@cache
def _reasons() -> tuple[dict[str, str], ...]:
    with open(Path(__file__).with_name("deviations.csv"), encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def _why(cell: Cell, column: str) -> str:
    """The first reason that fits; rows as the letter have one only where it names their tag."""
    if not cell.done:
        return ""
    plain = cell.verdict in _VERDICTS[:2]
    codes = [decision.action.code.value for decision in cell.done.values()]
    for reason in _reasons():
        fits = (
            fnmatchcase(column, reason["column"])
            and fnmatchcase(cell.tag, reason["tag"])
            and fnmatchcase(cell.vr, reason["vr"])
            and reason["table"] in ("*", cell.letter)
            and (reason["done"] == "*" or reason["done"] in codes)
        )
        if fits and not (plain and reason["tag"] == "*"):
            return reason["why"]
    return "" if plain else _NO_REASON


def summary() -> str:
    """Rows of each column by how they compare with the letter."""
    verdicts = (*_VERDICTS, _MISSING)
    lines = []
    for column, option in COLUMNS.items():
        count = Counter(cell.verdict for cell in cells(column))
        name = f"[`{option}`](#{option})" if option else "[no option](#no-option)"
        lines.append((name, str(count.total()), *(str(count[verdict] or "") for verdict in verdicts)))
    return table(("option", "rows", *verdicts), lines)


def basic() -> str:
    """All rows without an option."""
    return f"## No option\n\n{_rows('basic')}"


def options() -> str:
    """A section for each option, with the rows of its column."""
    return "\n".join(f"## {option}\n\n{_rows(column)}" for column, option in COLUMNS.items() if option)


def _rows(column: str) -> str:
    lines = [
        (cell.tag, cell.keyword, cell.vr, f"`{cell.letter}`", cell.text, cell.why) for cell in cells(column)
    ]
    if all(cell.verdict == _MISSING for cell in cells(column)):
        return f"Not available in this version: a profile that asks for it is an error. Rows: {len(lines)}.\n"
    return table(("tag", "attribute", "VR", "table", "done", "why"), lines)
