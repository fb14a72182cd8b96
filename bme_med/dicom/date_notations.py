"""Dates in the notations that people type, found in folded text.

Day, month and year in any order and with any separator, months by name in the languages of Europe, East
Asian calendars (Japanese eras, the Republic of China's, Buddhist). Which of its readings a date has, is for
the caller: `Found` gives all of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

__all__ = ["Found", "dates_of_value", "dotted_forms", "find_dates"]

Date = tuple[int, int, int]
"""Year, month, day; 0 for what a notation leaves out."""

_MONTHS = (
    "jan january januar janvier janv enero ene gennaio gen janeiro januari janner stycznia ocak",
    "feb february februar fevrier fev fevr febrero febbraio fevereiro februari lutego subat",
    "mar march marz maerz mrz mars marzo marco maart mrt marca mart",
    "apr april avril avr abril abr aprile kwietnia nisan",
    "may mai mayo maggio mag maio mei maj maja mayis",
    "jun june juni juin junio giugno giu junho czerwca haziran",
    "jul july juli juillet juil julio luglio lug julho lipca temmuz",
    "aug august aout agosto ago augustus augusti sierpnia agustos",
    "sep sept september septembre septiembre settembre set setembro wrzesnia eylul",
    "oct october oktober okt octobre octubre ottobre ott outubro out pazdziernika ekim",
    "nov november novembre noviembre novembro listopada kasim",
    "dec december dezember dez decembre diciembre dic dicembre dezembro decembro grudnia aralik",
)
"""Folded. English, German, French, Spanish, Italian, Portuguese, Dutch, Nordic, Polish, Turkish."""

_ERAS = {
    "令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867, "民國": 1911, "民国": 1911,
    "r": 2018, "h": 1988, "s": 1925, "t": 1911, "m": 1867,
}  # fmt: skip
_ROC_OFFSET, _BUDDHIST_OFFSET = 1911, 543
_MIN_YEAR, _MAX_YEAR = 1860, 2150


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a folded text.

    Attributes
    ----------
    readings
        What it may say; one notation has several.
    is_plain
        Whether it can hardly be anything but a date.
    """

    start: int
    end: int
    readings: frozenset[Date]
    is_plain: bool


@cache
def _month_numbers() -> dict[str, int]:
    return {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}


@cache
def _notations() -> tuple[re.Pattern[str], ...]:
    month = "|".join(sorted(_month_numbers(), key=lambda name: (-len(name), name)))
    ordinal = r"(?:st|nd|rd|th|er|º|ª|°|\.)?"
    gap = r"[-./ _,]{0,3}(?:(?:de|del|of)[ ])?"
    eras = "|".join(era for era in _ERAS if len(era) > 1)
    end, day = r"(?!\d)", r"(?P<day>\d{1,2})"
    named = rf"(?P<month>{month})"
    patterns = (
        rf"(?<!\d)(?P<compact>\d{{6}}|\d{{8}})(?=\d{{6}}{end}|{end})",
        r"(?<!\d)(?<!\d\.)(?P<a>\d{1,4})(?P<sep> ?[-./_,:·] ?| )(?P<b>\d{1,2})(?P=sep)(?P<c>\d{4}|\d{1,2})"
        r"(?!\d)(?!\.\d)",
        rf"(?<!\d){day}{ordinal}{gap}{named}\.?{gap}(?P<year>\d{{4}}|'?\d{{2}}){end}",
        rf"(?<![^\W\d_]){named}\.?{gap}{day}{ordinal}{gap}(?P<year>\d{{4}}|'\d\d){end}",
        rf"(?<!\d)(?P<year>\d{{4}}){gap}{named}\.?{gap}{day}{end}",
        rf"(?<![^\W_]){day}{ordinal}[-. ]{{0,2}}(?:(?:de|del|of) )?{named}(?![^\W_])",
        rf"(?<![^\W_]){named}\.?[-. ]{{0,2}}{day}(?:st|nd|rd|th)?(?![^\W_])(?!\.\d)",
        rf"(?<![^\W_]){named}\.?[-./ _]{{0,2}}(?:de[l]? )?(?P<year>(?:19|20)\d\d){end}",
        rf"(?<!\d)(?<!\d[./-])(?P<m>\d{{1,2}})[/.](?P<year>(?:19|20)\d\d){end}",
        rf"(?<!\d)(?<!\d[./-])(?P<year>(?:19|20)\d\d)[-/](?P<m>\d{{2}}){end}(?![-./]\d)",
        rf"(?<!\d)(?P<year>\d{{4}}) ?[年년] ?(?P<m>\d{{1,2}}) ?[月월](?: ?{day} ?[日일]?)?",
        rf"(?P<era>{eras}) ?(?P<year>\d{{1,3}}|元) ?年 ?(?P<m>\d{{1,2}}) ?月(?: ?{day} ?日?)?",
        rf"(?<![^\W_])(?P<era>[rhstm])\.?(?P<year>\d{{1,2}})[./-](?P<m>\d{{1,2}})[./-]{day}{end}",
    )
    return tuple(map(re.compile, patterns))


def find_dates(text: str) -> Iterator[Found]:
    """Dates in the folded `text`.

    >>> [sorted(found.readings) for found in find_dates("seen 2024-03-13")]
    [[(2024, 3, 13)]]
    """
    if not any(map(str.isdigit, text)):
        return
    for notation in _notations():
        for match in notation.finditer(text):
            readings = frozenset(filter(_is_date, _readings(match.groupdict())))
            if readings:
                yield Found(match.start(), match.end(), readings, _is_plain(match))


def dates_of_value(value: str) -> frozenset[Date]:
    """Dates that the folded value of a DA, a DT, or a text attribute gives (PS3.5, 6.2).

    >>> dates_of_value("20240506140005.125"), dates_of_value("14.03.1961")
    (frozenset({(2024, 5, 6)}), frozenset({(1961, 3, 14)}))
    """
    digits = value.replace(".", "").replace("-", "")[:8]
    if len(digits) == 8 and digits.isascii() and digits.isdigit():
        date = int(digits[:4]), int(digits[4:6]), int(digits[6:])
        if _is_date(date):
            return frozenset((date,))
    return frozenset(date for found in find_dates(value) for date in found.readings if all(date))


def dotted_forms(date: Date) -> Iterator[str]:
    """Patterns of a known date with points, which may go on in a row of numbers, as names of files do.

    >>> any(re.search(form, "mr.0003.2024.01.15.10.15.30.ima") for form in dotted_forms((2024, 1, 15)))
    True
    """
    year, month, day = date
    yield rf"(?<!\d){year:04}\.{month:02}\.{day:02}(?!\d)"
    yield rf"(?<!\d){day:02}\.{month:02}\.{year:04}(?!\d)"


def _readings(groups: dict[str, str | None]) -> Iterator[Date]:
    if compact := groups.get("compact"):
        yield from _compact_readings(compact)
    elif "sep" in groups:
        yield from _numeric_readings(groups["a"] or "", groups["b"] or "", groups["c"] or "")
    else:
        name = groups.get("month")
        month = _month_numbers()[name] if name else int(groups["m"] or 0)
        year_text = (groups.get("year") or "0").strip("'")
        year = 1 if year_text == "元" else int(year_text)
        era = groups.get("era")
        for full in [year + _ERAS[era]] if era else _years(year_text) if year else [0]:
            yield full, month, int(groups.get("day") or 0)


def _compact_readings(digits: str) -> Iterator[Date]:
    cuts = ((4, 2), (2, 2)) if len(digits) == 8 else ((2, 2),)
    for first, second in cuts:
        parts = digits[:first], digits[first : first + second], digits[first + second :]
        yield from _numeric_readings(*parts)


def _numeric_readings(a: str, b: str, c: str) -> Iterator[Date]:
    """Year, month and day as three numbers: the year is first or last."""
    for years, other in ((a, c), (c, a)):
        if int(b) and int(other):
            for year in _years(years):
                yield year, int(b), int(other)
                yield year, int(other), int(b)


def _years(text: str) -> Iterator[int]:
    """Years that two, three or four digits stand for."""
    if not text.isdigit():
        return
    number = int(text)
    if len(text) == 4:
        yield number
        yield number - _BUDDHIST_OFFSET
    elif len(text) == 3:
        yield number + _ROC_OFFSET
    elif len(text) == 2:
        yield from (1900 + number, 2000 + number)


def _is_date(date: Date) -> bool:
    year, month, day = date
    return 1 <= month <= 12 and 0 <= day <= 31 and (year == 0 or _MIN_YEAR <= year <= _MAX_YEAR)


def _is_plain(match: re.Match[str]) -> bool:
    """Whether no measure is written so: a year of four digits, a month's whole name, an era."""
    groups = match.groupdict()
    if groups.get("compact"):
        return len(groups["compact"] or "") == 8
    if "sep" in groups:
        longest = max(len(groups["a"] or ""), len(groups["c"] or ""))
        return longest == 4 or groups["sep"].strip() in tuple("-./_")
    if groups.get("era") or groups.get("year") or not groups.get("month"):
        return True
    return len(groups["month"] or "") > 3 or not match[0][-1].isdigit()
