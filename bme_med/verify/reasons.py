"""Whether there was a reason to cut something out of a text: an identifier in whatever spelling, or an age.

Looser than the search for what may not stay: it asks only that nothing was taken that tells nothing.
"""

import re
import unicodedata
from calendar import month_abbr
from functools import lru_cache

from bme_med.verify.folding import fold
from bme_med.verify.harvest import Identifiers, spaced

__all__ = ["may_be_cleaned", "may_tell_age"]

_SHORTEST = 4
"""Letters and digits of ASCII; in other scripts a single character may be a name."""
_DAY = re.compile(r"[0-9]{8}")
_KATAKANA = {hiragana: hiragana + 0x60 for hiragana in range(0x3041, 0x3097)}

_OVER_89 = r"(?<!\d)0?(?:9\d|1[0-2]\d)"
_AGE = re.compile(rf"{_OVER_89}[- ]?(?:a\b|j|l[ae]t|an|añ|y)|(?:aged?|alter|edad)\W{{0,3}}{_OVER_89}(?!\d)")


def may_be_cleaned(text: str, identifiers: Identifiers) -> bool:
    """Whether `text` may tell one of `identifiers`, also run together, in the other kana, by year alone."""
    if identifiers.may_stand_in(text):
        return True
    if not _folded(identifiers).isdisjoint(spaced(fold(text)).split()):
        return True
    plain = _run_together(text)
    return any(form in plain for form in _loose_forms(identifiers))


def may_tell_age(text: str) -> bool:
    """Whether `text` may tell an age over 89 (45 CFR 164.514(b)(2)(i)(C)).

    >>> [may_tell_age(text) for text in ("aged 93", "91-year-old", "90 ans", "120 kV", "89 y")]
    [True, True, True, False, False]
    """
    return _AGE.search(text.lower()) is not None


@lru_cache(maxsize=256)
def _folded(identifiers: Identifiers) -> frozenset[str]:
    return frozenset(map(fold, identifiers.hints))


@lru_cache(maxsize=256)
def _loose_forms(identifiers: Identifiers) -> frozenset[str]:
    words = {_run_together(word) for word in identifiers.hints}
    days = {form for date in identifiers.dates if _DAY.fullmatch(date) for form in _short_forms(date)}
    return frozenset(word for word in words if len(word) >= _SHORTEST or not word.isascii()) | days - {""}


def _short_forms(day: str) -> tuple[str, ...]:
    """A day by its year, and with two digits for the year."""
    year, month, number = day[:4], day[4:6], day[6:]
    short = year[2:]
    named = f"{number}{month_abbr[int(month)].lower()}{short}"
    return year, short + month + number, number + month + short, month + number + short, named


def _run_together(text: str) -> str:
    """Letters and digits of `text`, in one width, one kana, without accents and all that nobody sees.

    >>> _run_together("O'Brien-x"), _run_together("ﾔﾏﾀﾞ") == _run_together("やまだ")
    ('obrienx', True)
    """
    wide = unicodedata.normalize("NFKC", text).translate(_KATAKANA)
    return "".join(filter(str.isalnum, fold(wide)))
