"""One file before and after, side by side: what is in it, what the profile does to each part, and why."""

import os
import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bme_med import engines
from bme_med.core import (
    Action,
    Code,
    FileError,
    Format,
    Plan,
    Policy,
    Profile,
    Pseudonyms,
    Refusal,
    Source,
    UsageError,
    sniff,
    splice,
)
from bme_med.core.describe import Part
from bme_med.run.detecting import detector_for
from bme_med.run.keys import new_key
from bme_med.run.opening import open_source
from bme_med.run.painted_photos import plan_any
from bme_med.run.properties import Property, container_of, read_properties
from bme_med.run.surveying import Survey, survey
from bme_med.workers import available_cpus

__all__ = ["WORDS", "Inspection", "Row", "inspect_file", "inspect_path", "inspect_source"]

WORDS = {
    Code.X: "remove",
    Code.Z: "replace with a zero-length value",
    Code.D: "replace with a dummy value",
    Code.K: "keep unchanged",
    Code.C: "clean",
    Code.U: "replace with a new, consistent UID",
    Code.REDACT: "paint over",
}
"""Action codes as PS3.15 Table E.1-1a words them, in short."""

_KEYWORD = re.compile(r" \w+$")
_NUMBERS = re.compile(r"#?\d+")
_ITEM = re.compile(r"\[(\d+)\]")
_ITEM_AT_END = re.compile(r"(?<=\))\[(\d+)\]$")


@dataclass(frozen=True, slots=True)
class Row:
    """One part of a file.

    Attributes
    ----------
    before, after
        Values for the user's own screen; empty where the part is absent.
    code, words, rule
        What the profile does to it, in the standard's words, and which rule says so.
    group, meaning
        Of a property inside a photo's metadata: where its kind belongs, and what it says.
    """

    where: str
    before: str
    code: str = ""
    words: str = ""
    rule: str = ""
    after: str = ""
    group: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What `inspect` shows of one file; `refusal` says why a run would not write it."""

    path: str
    format: str
    refusal: str
    rows: tuple[Row, ...]
    findings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """One document for scripts."""
        return {
            "path": self.path,
            "format": self.format,
            "refusal": self.refusal,
            "rows": [asdict(row) for row in self.rows],
            "findings": list(self.findings),
        }


def inspect_path(path: Path, profile: Profile) -> Inspection | Survey:
    """Look at one file, or at all that is in a folder; nothing is written.

    New names are made with a random key: they show what new ones look like.

    Raises
    ------
    UsageError
        If there is nothing at `path`, or nothing that can be read.
    """
    if not os.path.lexists(path):
        raise UsageError(f"there is no {path}: look whether the name is right, and quote it if it has spaces")
    if path.is_dir():
        return survey([path], profile, available_cpus())
    engines.prepare(profile)
    return inspect_file(path, Policy(profile, Pseudonyms(new_key()), detector=detector_for(profile)))


def inspect_file(path: Path, policy: Policy) -> Inspection:
    """Look at one file; nothing is written.

    Raises
    ------
    UsageError
        If it cannot be read at all.
    """
    try:
        with open_source(str(path.resolve())) as source:
            return inspect_source(str(path), source, policy)
    except FileError as error:
        raise UsageError(f"{path}: {error}") from None


def inspect_source(path: str, source: Source, policy: Policy) -> Inspection:
    """Look at one file, called `path`; nothing is written."""
    format_ = sniff(source)
    planned, plan = plan_any(source, policy)
    before = _parts(source)
    properties = [] if format_ is Format.DICOM else read_properties(source, format_)
    if isinstance(plan, Refusal):
        rows = [Row(part.where, part.value) for part in before]
        rows += [_about(item, Row(item.name, item.value)) for item in properties]
        return Inspection(path, format_.value, plan.reason, tuple(rows), ())
    output = splice(plan.pieces, planned)
    if format_ is Format.DICOM:
        rows = list(_joined(before, plan, _parts(output)))
    else:
        rows = list(_joined_photo(before, plan, _parts(output)))
        rows += _property_rows(plan, properties, read_properties(output, format_))
    return Inspection(path, format_.value, "", tuple(rows), plan.findings)


def _parts(source: Source) -> list[Part]:
    """The parts of `source`; none where it cannot be read, which the plan's refusal explains."""
    try:
        return list(engines.describe(source))
    except FileError:
        return []


def _joined(before: list[Part], plan: Plan, after: list[Part]) -> Iterator[Row]:
    """Parts of the source in their order, then what only the output has, then what only the plan names."""
    actions = {_place(action.where): action for action in plan.actions}
    gone = _items_gone(plan.actions)
    new = {part.where: part.value for part in after}
    for part in before:
        action = _action_on(part.where, actions)
        yield _row(part.where, part.value, action, new.pop(_place_after(part.where, gone), ""))
    for where, value in new.items():
        yield _row(where, "", _action_on(where, actions), value)
    known = {part.where for part in (*before, *after)}
    for action in plan.actions:
        if action.where not in known:
            yield _row(action.where, "", action, "")


def _joined_photo(before: list[Part], plan: Plan, after: list[Part]) -> Iterator[Row]:
    """Parts of a photo, which are numbered anew in the output: those of a kind that stay keep their order."""
    actions = {action.where: action for action in plan.actions}
    new: dict[str, deque[Part]] = defaultdict(deque)
    for part in after:
        new[_NUMBERS.sub("", part.where)].append(part)
    for part in before:
        action = actions.get(part.where)
        left = new[_NUMBERS.sub("", part.where)]
        stays = action is not None and action.code is not Code.X and left
        yield _row(part.where, part.value, action, left.popleft().value if stays else "")
    added = {part.where for parts in new.values() for part in parts}
    for part in after:
        if part.where in added:
            yield Row(part.where, "", Code.D.value, WORDS[Code.D], "written anew", part.value)


def _action_on(where: str, actions: Mapping[str, Action]) -> Action | None:
    """The action on `where`, or on the sequence that holds it and went as a whole."""
    place = _place(where)
    while place not in actions and ("." in place or place.endswith("]")):
        place = place.rpartition("[" if place.endswith("]") else ".")[0]
    return actions.get(place)


def _items_gone(actions: Iterable[Action]) -> Mapping[str, set[int]]:
    """Numbers of the sequence items that went as a whole, by their sequence's place in the source."""
    gone: dict[str, set[int]] = {}
    for action in actions:
        if item := _ITEM_AT_END.search(action.where):
            gone.setdefault(action.where[: item.start()], set()).add(int(item[1]))
    return gone


def _place_after(where: str, gone: Mapping[str, set[int]]) -> str:
    """Where `where` of the source stands in the output, or nothing if it went with its item."""
    parts, position = [], 0
    for item in _ITEM.finditer(where) if gone else ():
        number, removed = int(item[1]), gone.get(where[: item.start()], set())
        if number in removed:
            return ""
        parts += [where[position : item.start()], f"[{number - sum(n < number for n in removed)}]"]
        position = item.end()
    return "".join(parts) + where[position:]


def _place(where: str) -> str:
    """`where` without the keyword that follows a tag."""
    return _KEYWORD.sub("", where) if where.startswith("(") else where


def _row(where: str, before: str, action: Action | None, after: str) -> Row:
    if action is None:
        return Row(where, before, after=after)
    return Row(where, before, action.code.value, WORDS[action.code], action.rule, after)


def _property_rows(plan: Plan, before: list[Property], after: list[Property]) -> Iterator[Row]:
    """Properties inside the photo's metadata; each shares the fate of the part that holds it."""
    new = {item.name: item for item in after}
    for item in before:
        value = new.pop(item.name).value if item.name in new else ""
        action = container_of(item, plan.actions)
        code = Code.X if not value else Code.K if value == item.value else Code.C
        rule = action.rule if action else "not needed to show the picture"
        yield _about(item, Row(item.name, item.value, code.value, WORDS[code], rule, value))
    for item in new.values():
        yield _about(item, Row(item.name, "", Code.D.value, WORDS[Code.D], "written anew", item.value))


def _about(item: Property, row: Row) -> Row:
    return replace(row, group=item.group, meaning=item.meaning)
