"""How values give days, telephone numbers and mail addresses: as PS3.5, 6.2, says, or as people type them."""

import re
from collections.abc import Iterator

__all__ = ["days_in", "joined_digits", "mails_in", "phones_in"]

_MARK = r" ?[-./: ] ?"
_COMPACT = re.compile(r"(?<!\d)(\d{4})((?:0[1-9]|1[0-2])[0-3]\d)")
_YEAR_FIRST = re.compile(rf"(?<!\d)(\d{{4}}){_MARK}(\d{{1,2}}){_MARK}(\d{{1,2}})(?!\d)")
_YEAR_LAST = re.compile(rf"(?<!\d)(\d{{1,2}}){_MARK}(\d{{1,2}}){_MARK}(\d{{4}})(?!\d)")
_MONTHS, _LONGEST_MONTH = 12, 31

_BETWEEN_PHONES = re.compile(
    r"[;,/|\r\n]|(?:tel|fax|sms|mailto):|(?<![a-z])(?:extension|ext|x|durchwahl|dw|app|kl)(?![a-z])\.?"
)
_SHORTEST_PHONE, _LOCAL_PHONE = 6, 7
"""Digits; from the last seven on, all that stands before them is how one dials from elsewhere."""
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ ()/.+-]{1,2}(?=\d)")

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def days_in(value: str) -> frozenset[str]:
    """Every day that a value may mean, as a DA has it; of day and month first, both readings.

    >>> sorted(days_in("19610304101112.5")), sorted(days_in(" 1961-03-04")), sorted(days_in("04/03/1961"))
    (['19610304'], ['19610304'], ['19610304', '19610403'])
    """
    found = {year + rest for year, rest in _COMPACT.findall(value)}
    found |= {_day(*parts) for parts in _YEAR_FIRST.findall(value)}
    for one, other, year in _YEAR_LAST.findall(value):
        found |= {_day(year, one, other), _day(year, other, one)}
    return frozenset(found - {""})


def _day(year: str, month: str, day: str) -> str:
    is_day = 1 <= int(month) <= _MONTHS and 1 <= int(day) <= _LONGEST_MONTH
    return f"{year}{int(month):02}{int(day):02}" if is_day else ""


def phones_in(value: str) -> Iterator[str]:
    """The last digits of each telephone number in a value, which may hold several, with extensions.

    >>> [*phones_in("tel:+49-30-5550123; 0151 5550456 ext. 21")]
    ['5550123', '5550456']
    """
    for one in _BETWEEN_PHONES.split(value.lower()):
        digits = "".join(re.findall(r"\d", one))
        if len(digits) >= _SHORTEST_PHONE:
            yield digits[-_LOCAL_PHONE:]


def joined_digits(text: str) -> str:
    """`text` without what people write between the digits of a telephone number.

    >>> joined_digits("call (030) 555-01 23")
    'call (0305550123'
    """
    return _BETWEEN_DIGITS.sub("", text)


def mails_in(value: str) -> Iterator[str]:
    """Mail addresses in a value; and what stands before the @ where that is more than a word.

    >>> [*mails_in("mailto:q.feather@mail.example;tel:5550123")]
    ['q.feather@mail.example', 'q.feather']
    """
    for address in _MAIL.findall(value):
        yield address
        name = address.partition("@")[0]
        if not name.isalpha():
            yield name
