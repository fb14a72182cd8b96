"""What identifies in one instance, and whether a text still tells it.

Found by VR and by the list of identifying attributes, at every depth of the source. The VR is that of the
file or of the dictionary, as a name that is encoded LO is one still. A word that the standard itself writes
("head", "long") is no identifier on its own; a whole name of two words is.
"""

import re
from calendar import month_name
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from bme_med.verify.elements import Element, Node
from bme_med.verify.folding import fold, spellings
from bme_med.verify.notations import days_in, joined_digits, mails_in, phones_in
from bme_med.verify.tables import Tables

__all__ = ["NOBODY", "Identifiers", "date_forms", "harvest", "spaced"]

_SHORT = 4
"""From this length on an identifier is looked for inside words too."""

_LONGEST_ID = 128
_NUMBER_WITHIN = re.compile(r"[0-9]{6,}")
"""A number in an ID, which people write without what stands around it."""

_RUN = re.compile(r"[^\W_]+")
_SHORTEST_RUN, _DIGITS_OF_RUN = 5, 3
"""Characters and digits of a run that is an ID on its own: "ZX90210" of "ZX90210^^^SITE" or "ZX90210/2"."""

_PATIENT_ID = 0x00100020
_DATE_VRS = frozenset({"DA", "DT"})
_IDENTIFYING_VRS = _DATE_VRS | {"AE", "PN"}
_CODES = (0x00080100, 0x00080104)
"""A code may name a person or a place."""


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What tells who an instance is about; texts in lower case.

    Attributes
    ----------
    parts
        Names, IDs, places and the like of four and more characters: looked for inside words too.
    words
        Short ones, and whole names: looked for as whole words.
    dates
        Dates in every notation.
    hints
        Every word of a value that identifies: a text that holds none of them has nothing to clean.
    phones
        The last digits of telephone numbers, whatever stands between them.
    """

    parts: frozenset[str]
    words: frozenset[str]
    dates: frozenset[str]
    hints: frozenset[str]
    phones: frozenset[str] = frozenset()

    @property
    def numbers(self) -> frozenset[str]:
        """Of `parts` and `dates` those of digits alone."""
        return frozenset(text for text in self.parts | self.dates if text.isdigit())

    def stand_in(self, text: str) -> bool:
        """Whether `text` tells who it is about."""
        lowered = text.lower() if text.isascii() else f"{text.lower()} {fold(text)}"
        padded = f" {spaced(text)} "
        if any(part in lowered for part in self.parts) or any(part in lowered for part in self.dates):
            return True
        if any(f" {word} " in padded for word in self.words):
            return True
        digits = joined_digits(text) if self.phones else ""
        return any(phone in digits for phone in self.phones)

    def may_stand_in(self, text: str) -> bool:
        """Whether there is any reason to clean `text`."""
        return self.stand_in(text) or not self.hints.isdisjoint(spaced(text).split())


NOBODY = Identifiers(frozenset(), frozenset(), frozenset(), frozenset())
"""Of an instance that nobody has the source of."""


def harvest(source: Node, tables: Tables, kept: Iterable[int] = ()) -> Identifiers:
    """Collect from the source; attributes that the profile keeps (`kept`) are no secret."""
    parts: set[str] = set()
    words: set[str] = set()
    dates: set[str] = set()
    hints: set[str] = set()
    phones: set[str] = set()
    kept = frozenset(kept)
    for _, _, found in source.walk():
        if found.tag in _CODES:
            hints |= set(spaced(found.text).split())
        if found.tag in kept or found.items is not None or found.is_empty:
            continue
        vrs = {found.vr, tables.vr(found.tag)}
        kind = tables.identifying.get(found.tag, "")
        if "PN" in vrs:
            _add_names(found, tables, parts, words)
        elif vrs & _DATE_VRS:
            dates |= {form for day in days_in(found.text) for form in date_forms(day)}
        elif kind or "AE" in vrs:
            _add_ids(found, kind or "id", tables, parts, words)
            phones |= set(phones_in(found.text) if kind == "phone" else ())
        if kind or vrs & _IDENTIFYING_VRS or found.tag in tables.listed:
            hints |= set(spaced(found.text).split())
    return Identifiers(*map(frozenset, (parts, words, dates, hints, phones)))


def spaced(text: str) -> str:
    """Words in lower case with one space between.

    >>> spaced("Doe^Jane_M.")
    'doe jane m'
    """
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def _add_names(found: Element, tables: Tables, parts: set[str], words: set[str]) -> None:
    """Whole names in both orders, and components, of each group (PS3.5, 6.2.1); titles identify no one."""
    for group in re.split(r"[\\=]", found.text):
        names = group.split("^")[:3]
        components = [text for part in names if (text := spaced(part))]
        if len(" ".join(components).split()) > 1:
            words |= {" ".join(components), " ".join(reversed(components))}
        for component in names:
            _add(component, tables, parts, words)


def _add_ids(found: Element, kind: str, tables: Tables, parts: set[str], words: set[str]) -> None:
    """Each value whole; and what people write of it alone: numbers, runs of an ID, mail addresses."""
    for value in found.values:
        if len(value) >= _SHORT or found.tag == _PATIENT_ID:
            _add(value, tables, parts, words)
        for mail in mails_in(value):
            _add(mail, tables, parts, words)
        if len(value) <= _LONGEST_ID:
            parts |= set(_NUMBER_WITHIN.findall(value))
            parts |= set(_ids_within(value) if kind == "id" else ())


def _ids_within(value: str) -> Iterator[str]:
    """Runs of letters and digits in an ID of several parts."""
    for run in _RUN.findall(value.lower()):
        digits = sum(map(str.isdigit, run))
        if len(run) >= _SHORTEST_RUN and _DIGITS_OF_RUN <= digits < len(run):
            yield run


def _add(value: str, tables: Tables, parts: set[str], words: set[str]) -> None:
    lowered = value.strip().lower()
    words_of = spaced(value)
    is_known = value in tables.dummies or all(word in tables.vocabulary for word in words_of.split())
    if not words_of or is_known:
        return
    if len(lowered) >= _SHORT:
        parts |= spellings(lowered)
    else:
        words.add(words_of)


@lru_cache(maxsize=4096)
def date_forms(day: str) -> frozenset[str]:
    """A day, given as a DA has it, as it may stand in text.

    >>> sorted(date_forms("20240229"))[:4], "29 february 2024" in date_forms("20240229")
    (['02-29-2024', '02.29.2024', '02/29/2024', '02:29:2024'], True)
    """
    if not re.fullmatch(r"\d{4}(0[1-9]|1[0-2])[0-3]\d", day) or day[:4] in {"1900", "0000"}:
        return frozenset()
    year, month, day = day[:4], day[4:6], day[6:]
    forms = {year + month + day}
    for mark in "-./:":
        forms |= {mark.join((year, month, day)), mark.join((day, month, year)), mark.join((month, day, year))}
    name = month_name[int(month)].lower()
    for spelt in (name, name[:3]):
        for number in {day, str(int(day))}:
            forms |= {f"{number} {spelt} {year}", f"{number}-{spelt}-{year}", f"{spelt} {number}, {year}"}
    return frozenset(forms)
