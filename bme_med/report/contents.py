"""What an audit tells, counted for a report, without the name of any source.

Sources are numbered in the order of the audit; an audit that holds pseudonyms is told by them. Reasons that
name another source lose it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bme_med.audit import Audit, NameStyle, Status
from bme_med.audit.blocks import attributes_in
from bme_med.audit.kinds import KINDS, kind_of
from bme_med.audit.reasons import reason_group
from bme_med.report.words import CODES, rule_in_words

__all__ = [
    "Applied",
    "Counted",
    "Found",
    "Kind",
    "Sources",
    "action_groups",
    "applied",
    "counted",
    "findings_of",
    "kinds",
]

_MOST_NAMES = 24
_COMPARED = 200
"""Characters of a path; a very long one is cut when it is kept."""

_PLACE = re.compile(r"\[\d+\]|^(?:item )?\d+/|, \d+ attributes?$")
_REGION = re.compile(r"(?: all frames| frames [\d, -]+)?: \d+,\d+,\d+,\d+$")


_Actions = tuple[tuple[str, str, str], ...]
"""Of each action of a record: where, code, rule."""


class Sources:
    """What the report calls the sources of an audit.

    Attributes
    ----------
    are_named
        Whether the audit names them, so that the report must not.
    """

    def __init__(self, audit: Audit) -> None:
        self.are_named = audit.header["names"] != NameStyle.PSEUDONYM
        self._numbers = {name: number for number, name in enumerate(audit.records, 1)}
        self._outputs = {
            record["output"]: "" if _keeps_name(name, record["output"]) else record["output"]
            for name, record in audit.records.items()
            if record["output"]
        }

    def call(self, name: str) -> str:
        """What stands for the source `name`."""
        return f"source\N{NO-BREAK SPACE}{self._numbers[name]}" if self.are_named else name

    def call_all(self, names: Sequence[str]) -> str:
        """What stands for the sources `names`; of very many, for the first of them."""
        if not self.are_named:
            shown, more = names[:_MOST_NAMES], len(names) - _MOST_NAMES
            return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")
        runs = _runs(self._numbers[name] for name in names)
        text = ", ".join(
            f"{first}–{last}" if last > first else f"{first}" for first, last in runs[:_MOST_NAMES]
        )
        return text + (" and more" if len(runs) > _MOST_NAMES else "")

    def output(self, path: str) -> str:
        """What stands for the output at `path`: its path, unless a profile kept the name of the source."""
        return self._outputs[path] or "under the name of its source"

    def place(self, file: str, check: str) -> str:
        """What stands for the `file` of a finding: an output by its path, a source as `call` calls it."""
        if file in self._outputs:
            return self.output(file)
        if file in self._numbers:
            return self.call(file)
        return "the audit" if check == "audit" else "a file that the audit does not list"


def _keeps_name(name: str, output: str) -> bool:
    """Whether `output` is the path of the source `name`, which ``files.names = "keep"`` makes of it.

    >>> _keeps_name("ward/Vole.jpg", "ward/Vole.jpg"), _keeps_name("ward/Vole.jpg", "Study_001.jpg")
    (True, False)
    """
    shown = "".join(c if c.isprintable() or c == "/" else "_" for c in name)
    return output.startswith(shown[:_COMPARED])


@dataclass(frozen=True, slots=True)
class Counted:
    """A sentence, of how many sources it is true, and which."""

    text: str
    count: int
    which: str


@dataclass(frozen=True, slots=True)
class Kind:
    """How often each code was applied to a kind of part."""

    name: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done to one attribute or part by one rule: how often, and in how many files."""

    part: str
    rule: str
    count: int
    files: int


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the findings of a check."""

    file: str
    place: str
    check: str


def counted(audit: Audit, sources: Sources, status: Status) -> list[Counted]:
    """Why sources were refused or skipped, or what to know of written ones; the most frequent first."""
    names: dict[str, list[str]] = {}
    for name, record in audit.records.items():
        if record["status"] != status:
            continue
        told = record["findings"] if status is Status.WRITTEN else [reason_group(record["reason"])]
        for text in dict.fromkeys(told):
            names.setdefault(text, []).append(name)
    ordered = sorted(names.items(), key=lambda item: (-len(item[1]), item[0]))
    return [Counted(text, len(which), sources.call_all(which)) for text, which in ordered]


def action_groups(audit: Audit) -> Counter[_Actions]:
    """The actions of each record, and how many records share them: slices of a series do, as a rule."""
    return Counter(
        tuple((action["where"], action["code"], action["rule"]) for action in record["actions"])
        for record in audit.records.values()
    )


def kinds(groups: Counter[_Actions]) -> list[Kind]:
    """What was removed or changed, by kind, in the order of a summary."""
    counts: Counter[tuple[str, str]] = Counter()
    for actions, records in groups.items():
        for where, code, _ in actions:
            counts[kind_of(where), code] += attributes_in(where) * records
    rows = {kind: {code: counts[kind, code] for code in CODES} for kind in KINDS}
    return [Kind(kind, codes) for kind, codes in rows.items() if any(codes.values())]


def applied(groups: Counter[_Actions]) -> dict[str, list[Applied]]:
    """By code, what was done to each attribute and by which rule; most frequent first."""
    counts: Counter[tuple[str, str, str]] = Counter()
    files: Counter[tuple[str, str, str]] = Counter()
    for actions, records in groups.items():
        keys = [(code, _part(where), rule) for where, code, rule in actions]
        for key, (where, _, _) in zip(keys, actions, strict=True):
            counts[key] += attributes_in(where) * records
        for key in set(keys):
            files[key] += records
    tables: dict[str, list[Applied]] = {code: [] for code in CODES}
    for (code, part, rule), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        tables[code].append(Applied(part, rule_in_words(rule), count, files[code, part, rule]))
    return {code: rows for code, rows in tables.items() if rows}


def findings_of(sources: Sources, findings: Iterable[Sequence[str]]) -> list[Found]:
    """The findings of a check, their files called as the report calls them."""
    return [Found(sources.place(file, check), place, check) for file, place, check in findings]


@lru_cache(maxsize=65_536)
def _part(where: str) -> str:
    """`where` without what differs from file to file.

    >>> _part("(0040,0275)[2].(0040,0007) X"), _part("3/tEXt"), _part("(7FE0,0010) PixelData: 1,2,3,4")
    ('(0040,0275).(0040,0007) X', 'tEXt', '(7FE0,0010) PixelData')
    """
    return _PLACE.sub("", _REGION.sub("", where))


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """First and last of numbers that follow each other.

    >>> _runs([3, 4, 5, 9])
    [(3, 5), (9, 9)]
    """
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = runs[-1][0], number
        else:
            runs.append((number, number))
    return runs
