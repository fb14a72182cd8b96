"""Whether two elements, before and after, are what a state promises."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pydicom.config import RAISE
from pydicom.datadict import dictionary_VM
from pydicom.valuerep import validate_value

from bme_med.core import Code, DatePolicy, Option, Profile
from bme_med.verify.colours import foreign_in_profile, may_fall
from bme_med.verify.dated import are_dated, are_plain_times, are_times, date_of
from bme_med.verify.dummies import NEW_UID, is_dummy, says_nothing
from bme_med.verify.elements import Element
from bme_med.verify.folding import is_cut_from
from bme_med.verify.harvest import Identifiers
from bme_med.verify.methods import Maker
from bme_med.verify.notations import days_in
from bme_med.verify.reasons import may_be_cleaned, may_tell_age
from bme_med.verify.repainted import is_recoded
from bme_med.verify.rules import State, selects
from bme_med.verify.seen import Seen
from bme_med.verify.tables import Tables

__all__ = ["LAYER", "Context", "holds", "is_given"]

LAYER = re.compile(r"LAYER[0-9A-F]{8}")
"""A keyed name of a graphic layer."""

_NUMBER_BYTES = {"AT": 4, "FD": 8, "FL": 4, "SL": 4, "SS": 2, "SV": 8, "UL": 4, "US": 2, "UV": 8}
_SIZED = {0x54000110: 8, 0x54000112: 8, 0x5400100A: 8, 0x00700256: 128, 0x00160062: 4}
"""Bytes that are one sample of a waveform, a pattern of 32 by 32 bits, four digits."""
_BYTE_VRS = {"OB", "OD", "OF", "OL", "OV", "OW"}
_CODED_VRS = {"AS", "CS", "DA", "DS", "DT", "IS", "TM"}
_UNDECLARED = ("utf-8", "latin-1", "euc_kr", "gb18030", "shift_jis")
_NUMBERS = re.compile(rb"[0-9+\-.Ee \\]*")
_SUBJECT = r"S-[A-Z2-7]{12}"


@dataclass(frozen=True, slots=True)
class Context:
    """One instance before its judge.

    `named` has what of `identifiers` a subject's name or a path must not tell: of subjects that the user
    named, the patient's names, IDs and birth date alone. `kept` has the attributes of the source whose bytes
    the profile keeps, such as a device's serial number; `maker` is what the audit names, where there is one.
    """

    tables: Tables
    profile: Profile
    identifiers: Identifiers
    named: Identifiers
    patient: tuple[str, str]
    seen: Seen
    maker: Maker
    birth: frozenset[str] = frozenset()
    examined: int = 0
    kept: frozenset[int] = frozenset()
    has_own_subjects: bool = False
    were_pixels_cleaned: bool = False
    were_pixels_painted: bool = False

    @property
    def dates(self) -> DatePolicy:
        """What becomes of dates."""
        return self.profile.dates

    def has_reason_to_clean(self, text: str) -> bool:
        """Whether `text` may tell who it is about, or an age over 89 where ages go."""
        keeps_ages = Option.RETAIN_PATIENT_CHARACTERISTICS in self.profile.options
        return may_be_cleaned(text, self.identifiers) or (not keeps_ages and may_tell_age(text))

    def is_told_by(self, before: Element) -> bool:
        """Whether a year that stays would be the birth year, or lie so far back that an age over 89 shows."""
        if self.dates is not DatePolicy.YEAR:
            return False
        days = {value.replace(".", "")[:8] for value in before.values if value} | days_in(before.text)
        years = [int(day[:4]) for day in days if day[:4].isdigit()]
        return not self.birth.isdisjoint(days) or any(0 < year <= self.examined - 90 for year in years)


def holds(state: State, before: Element | None, after: Element | None, context: Context) -> bool:
    """Whether the output's element is in `state`, given the source's."""
    if state is State.DATED and before is not None and context.is_told_by(before):
        return after is None or after.is_empty or _is_dummy(before, after, context.tables)
    if before is None or after is None:
        return after is None and (state is State.ABSENT or _may_go(state, before, context))
    match state:
        case State.ABSENT:
            return False
        case State.EMPTY:
            return after.is_empty
        case State.SAME if after.raw == before.raw:
            return after.items is None and not _has_too_many(before)
        case State.TIME if after.raw == before.raw:
            return after.items is None and are_times(after.values)
        case State.SAME | State.TIME:
            if before.vr in {"DS", "IS"} and _are_same_numbers(before, after):
                return True
            is_replaced = after.is_empty or _is_dummy(before, after, context.tables)
            return _may_go(state, before, context) and is_replaced
        case State.ITEMS:
            return len(after.items or ()) == len(before.items or ())
        case State.GIVEN:
            return is_given(after, context)
        case _ if before.is_empty:
            return after.is_empty or state is State.DUMMY
        case State.DUMMY:
            return _is_dummy(before, after, context.tables)
        case State.SHORTER:
            return _is_shorter(before.text, after.text, context.tables)
        case State.CLEANED:
            return any(map(context.has_reason_to_clean, _readings(before))) and holds(
                State.SHORTER, before, after, context
            )
        case State.DATED:
            return _is_dated(before, after, context)
        case State.UIDS:
            return _are_replaced(before, after, context)
        case State.DERIVED:
            first, *rest = before.values
            return after.values == ["DERIVED" if first == "ORIGINAL" else first, *rest]
        case State.RECODED:
            return is_recoded(before, after)
        case State.WARNED:
            return after.text == "YES"
        case State.LAYER:
            return LAYER.fullmatch(after.text) is not None
        case State.ICC:
            is_dummy = may_fall(before.raw) and _is_dummy(before, after, context.tables)
            return not foreign_in_profile(after.raw) or is_dummy


def _readings(found: Element) -> Iterator[str]:
    """A text, and what its bytes say in character sets that files have without declaring them."""
    yield found.text
    if not found.raw.isascii():
        yield from (found.raw.decode(codec, "ignore") for codec in _UNDECLARED)


def _may_go(state: State, before: Element | None, context: Context) -> bool:
    """Whether a value that is none of its VR may go where a legal one would stay: it can be anything."""
    if before is not None and state is State.ICC:
        return may_fall(before.raw)
    if before is not None and state is State.SAME and before.vr in _BYTE_VRS | _NUMBER_BYTES.keys():
        texts = [before.raw.decode(codec, "ignore") for codec in ("latin-1", "utf-16-le", "utf-16-be")]
        return _has_too_many(before) or any(map(context.identifiers.stand_in, texts))
    if before is None or state not in {State.DATED, State.SAME, State.TIME} or before.vr not in _CODED_VRS:
        return False
    if before.vr == "CS" and context.identifiers.stand_in(before.text):
        return True
    if state is State.TIME:
        return not are_plain_times(before.values)
    return not _is_legal(before) or (state is State.DATED and not _are_dates(before))


def _are_same_numbers(before: Element, after: Element) -> bool:
    """Whether written numbers became legal ones of the same value: a decimal point, and no tabs around it."""
    if not _NUMBERS.fullmatch(after.raw):
        return False
    old = before.raw.decode("latin-1").replace("\0", " ").replace(",", ".").split("\\")
    try:
        return [*map(_number, old)] == [*map(_number, after.values)]
    except InvalidOperation:
        return False


def _number(value: str) -> Decimal | None:
    return Decimal(value.strip()) if value.strip() else None


def _has_too_many(element: Element) -> bool:
    """Whether a binary element holds more numbers than its Value Multiplicity allows (PS3.5, 6.4)."""
    if len(element.raw) > _SIZED.get(element.tag, len(element.raw)):
        return True
    size = _NUMBER_BYTES.get(element.vr)
    try:
        most = dictionary_VM(element.tag).rpartition("-")[2]
    except KeyError:
        return False
    return size is not None and "n" not in most and len(element.raw) > int(most) * size


def is_given(after: Element, context: Context) -> bool:
    """Whether the value is the one that the profile gives, and a pseudonym the one that the patient had."""
    keyword = context.tables.keyword(after.tag)
    for rule in context.profile.attributes:
        if rule.code is Code.D and rule.value is not None and selects(rule.selector, after.tag, keyword):
            subject = r"(?P<subject>.+?)" if context.has_own_subjects else rf"(?P<subject>{_SUBJECT})"
            pattern = re.escape(rule.value).replace(r"\{subject\}", subject, 1)
            found = re.fullmatch(pattern, after.text)
            told = found.groupdict().get("subject", "") if found else ""
            is_same = (
                context.has_own_subjects
                or not any(context.patient)
                or (context.seen.subjects.setdefault(context.patient, told or "") == (told or ""))
            )
            return found is not None and (not told or is_same)
    return False


def _is_dummy(before: Element, after: Element, tables: Tables) -> bool:
    """A dummy for its VR; of a sequence, items that say nothing, and none of it what the old ones said."""
    if after.is_empty:
        return False
    if after.items is not None:
        says_the_same = _words_within(before, tables) & _words_within(after, tables)
        points_the_same = _uids_within(before) & _uids_within(after) - tables.registered
        return says_nothing(after, tables) and not says_the_same and not points_the_same
    return is_dummy(after, tables) and _is_legal(after)


def _words_within(sequence: Element, tables: Tables) -> set[str]:
    """Words of every text in a sequence that is not of the standard's own."""
    texts = [
        found
        for item in sequence.items or ()
        for _, _, found in item.walk()
        if found.items is None and found.vr not in {"CS", "UI"}
    ]
    return {word for found in texts for word in found.words} - _dummy_words(tables) - tables.vocabulary


def _uids_within(sequence: Element) -> set[str]:
    return {
        value
        for item in sequence.items or ()
        for _, _, found in item.walk()
        if found.vr == "UI"
        for value in found.values
    }


def _is_legal(after: Element) -> bool:
    """Whether pydicom's own validators accept every value."""
    if not after.text:
        return True
    values = [after.text] if after.vr in {"LT", "ST", "UT", "UR"} else after.values
    try:
        for value in values:
            validate_value(after.vr, value, RAISE)
    except ValueError:
        return False
    return True


def _is_shorter(before: str, after: str, tables: Tables) -> bool:
    """Whether letters and digits were left out, at most, or the words are a dummy's."""
    if _words(after) <= _dummy_words(tables):
        return True
    return is_cut_from(after, before)


def _dummy_words(tables: Tables) -> set[str]:
    return {word for dummy in tables.dummies for word in _words(dummy)}


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def _is_dated(before: Element, after: Element, context: Context) -> bool:
    """Each value by the policy; where a value is no date, the element may be gone in some legal way."""
    seen = context.seen.days, context.patient
    if are_dated(before.values, after.values, context.dates, seen, is_date=after.vr == "DA"):
        return True
    return not _are_dates(before) and (after.is_empty or _is_dummy(before, after, context.tables))


def _are_dates(before: Element) -> bool:
    return all(date_of(value) is not None for value in before.values)


def _are_replaced(before: Element, after: Element, context: Context) -> bool:
    """Each UID has the one new UID that it has everywhere; those that PS3.6 registers stay."""
    if len(before.values) != len(after.values):
        return False
    seen = context.seen.uids
    for old, new in zip(before.values, after.values, strict=True):
        if old in context.tables.registered or not old:
            if new != old:
                return False
        elif new == old or not NEW_UID.fullmatch(new) or seen.setdefault(old, new) != new:
            return False
    return True
