"""Whether dates became what the policy makes of them, their year or the same whole days earlier; times."""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from bme_med.core import DatePolicy

__all__ = ["are_dated", "are_plain_times", "are_times", "date_of"]

_DATE = re.compile(r"^(\d{4})[.]?(\d{2})[.]?(\d{2})")
_PERIOD = re.compile(r"[12]\d{3}(?:0[1-9]|1[0-2])?")
"""A DT may say no more than the year, or the month (PS3.5, 6.2)."""
_YEAR_DIGITS = 4
_MOST_DAYS = 3650

_HOUR, _MINUTE, _SECOND = r"(?:[01]\d|2[0-3])", r"[0-5]\d", r"(?:[0-5]\d|60)(?:\.\d{0,6})?"
_TIME = re.compile(rf"{_HOUR}(?:{_MINUTE}(?:{_SECOND})?)?")
_OLD_TIME = re.compile(rf"{_HOUR}:{_MINUTE}(?::{_SECOND})?")
"""As ACR-NEMA has it, which PS3.5, 6.2, lets readers take."""
_ENDS = 2
"""Of a range (PS3.5, 6.2)."""

_Patient = tuple[str, str]
_Seen = tuple[dict[_Patient, int], _Patient]
"""The days that each patient's dates were shifted by, as far as they are known; and the patient."""


def are_dated(
    before: Sequence[str], after: Sequence[str], policy: DatePolicy, seen: _Seen, *, is_date: bool
) -> bool:
    """Whether each value of a DA (`is_date`) or DT became what `policy` makes of it; notes days in `seen`."""
    if len(after) != len(before):
        return False
    pairs = zip(before, after, strict=True)
    if policy is DatePolicy.YEAR:
        tail = "0101" if is_date else ""
        return all(old[:4].isdigit() and new == old[:4] + tail for old, new in pairs)
    return all(_is_shifted(old, new, *seen) for old, new in pairs)


def are_times(values: Sequence[str]) -> bool:
    """Whether each value of a TM is a time of day, a range of such, or nothing: 14 digits hold a date.

    >>> are_times(["101112.5", "10:11"]), are_times(["1011-1112"]), are_times(["20240229101112"])
    (True, True, False)
    """
    ends = [value.split("-") for value in values]
    return all(len(pair) <= _ENDS and all(map(_is_time, pair)) for pair in ends)


def _is_time(text: str) -> bool:
    text = text.strip()
    return not text or bool(_TIME.fullmatch(text) or _OLD_TIME.fullmatch(text))


def are_plain_times(values: Sequence[str]) -> bool:
    """Whether each is a time as PS3.5, 6.2, has it today, and outside of queries: all others may go."""
    return all(not value or _TIME.fullmatch(value) for value in values)


def date_of(value: str) -> date | None:
    """The whole date that a DA or DT begins with."""
    found = _DATE.match(value)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def _is_shifted(old: str, new: str, seen: dict[_Patient, int], patient: _Patient) -> bool:
    """The same whole days into the past for every date of one patient, time of day untouched."""
    if _PERIOD.fullmatch(old):
        return _is_period_shifted(old, new, seen.get(patient))
    was, now = date_of(old), date_of(new)
    if was is None or now is None or _DATE.sub("", old, count=1) != _DATE.sub("", new, count=1):
        return False
    days = (now - was).days
    return -_MOST_DAYS <= days < 0 and seen.setdefault(patient, days) == days


def _is_period_shifted(old: str, new: str, days: int | None) -> bool:
    """A year, or a month, into which a day of the old one falls when it is shifted."""
    if len(new) != len(old) or not _PERIOD.fullmatch(new):
        return False
    shortest, longest = (1, _MOST_DAYS) if days is None else (-days, -days)
    (first, last), (start, end) = _days_of(old), _days_of(new)
    return start <= last - timedelta(shortest) and end >= first - timedelta(longest)


def _days_of(period: str) -> tuple[date, date]:
    """The first and last day of a year or a month."""
    year, month = int(period[:4]), int(period[4:] or 1)
    last = 12 if len(period) == _YEAR_DIGITS else month
    return date(year, month, 1), date(year, last, monthrange(year, last)[1])
