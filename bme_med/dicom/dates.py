"""Dates and date times: shifted by whole days, or cut to the year (PS3.5, 6.2: DA, DT)."""

import re
from datetime import date, timedelta

__all__ = ["shift", "to_year"]

_DATE = re.compile(r"(\d{4})(\.?)(\d\d)\2(\d\d)")
_DATE_TIME = re.compile(
    r"(\d{4})(?:(\d\d)(?:(\d\d)((?:\d\d(?:\d\d(?:\d\d(?:\.\d{1,6})?)?)?)?))?)?([+-]\d{4})?"
)


def shift(value: str, vr: str, days: int) -> str | None:
    """`value` moved by `days`, or nothing where it is no legal date.

    The old form with points (PS3.5, 6.2, note) comes out in today's form.

    >>> shift("20240301", "DA", -1), shift("20240301101500.5+0100", "DT", -60), shift("2024.03.01", "DA", -1)
    ('20240229', '20240101101500.5+0100', '20240229')
    """
    if vr == "DA":
        match = _DATE.fullmatch(value)
        if match is None:
            return None
        moved = _move(match[1], match[3], match[4], days)
        return f"{moved:%Y%m%d}" if moved and moved.year >= 1000 else None
    match = _DATE_TIME.fullmatch(value)
    if match is None:
        return None
    year, month, day, time, offset = match.groups()
    moved = _move(year, month or "01", day or "01", days)
    if moved is None or moved.year < 1000:
        return None
    digits = f"{moved:%Y%m%d}"[: 8 if day else 6 if month else 4]
    return digits + (time or "") + (offset or "")


def to_year(value: str, vr: str) -> str | None:
    """The year of `value` in the form that its VR demands: DA has no year alone, DT has.

    >>> to_year("20240301", "DA"), to_year("20240301101500", "DT")
    ('20240101', '2024')
    """
    match = (_DATE if vr == "DA" else _DATE_TIME).fullmatch(value)
    if match is None:
        return None
    return f"{match[1]}0101" if vr == "DA" else match[1]


def _move(year: str, month: str, day: str, days: int) -> date | None:
    try:
        return date(int(year), int(month), int(day)) + timedelta(days)
    except (ValueError, OverflowError):
        return None
