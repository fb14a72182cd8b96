"""Patterns of telephone numbers, for folded text.

A value of a telephone attribute may hold several numbers, extensions, words and e-mail addresses.
"""

import re
from collections.abc import Iterator

from bme_med.dicom.folding import fold
from bme_med.dicom.name_forms import RUNS, is_common, whole_token
from bme_med.dicom.token_forms import email_forms, id_forms, without_emails

__all__ = ["phone_forms"]

_BETWEEN = re.compile(r"[;,|\\\r\n\t]+|(?<![^\W_])(?:tel|mailto|callto|sms|fax):", re.IGNORECASE)
_SIGNS = r"x|ext[a-z]{0,6}|durchwahl|dw|app(?:arat)?|kl(?:appe)?"
_EXTENSION = re.compile(rf"(?<![^\W\d_])(?:{_SIGNS})[.: ]{{0,3}}(?=\d)", re.IGNORECASE)
_WORDS = (
    "mailto callto durchwahl apparat klappe extension phone telephone telefon telefax mobile mobil handy "
    "privat work office"
)
_LABELS = frozenset(_WORDS.split())

_SHORTEST_WORD, _SHORTEST_EXTENSION = 4, 3
_SHORTEST_NUMBER, _SHORTEST_INTERNATIONAL = 6, 9
"""Digits of what is a number of its own, and not the code of an area, or of a country and an area."""

_LOCAL_PHONE, _LONGEST_PHONE = 7, 15


def phone_forms(value: str) -> Iterator[tuple[str, bool]]:
    """Each telephone number and each e-mail address in `value`, and words that are no words.

    >>> [bool(re.search(pattern, "030 5550142")) for pattern, _ in phone_forms("4711023; tel:+49-30-5550142")]
    [False, True]
    """
    yield from email_forms(value)
    rest = without_emails(value)
    for entry in _BETWEEN.split(rest):
        first, *extensions = _EXTENSION.split(entry)
        for number in _parted(first):
            yield from _number_forms(number)
        for extension in extensions:
            yield from _extension_forms(extension)
    for run in RUNS.findall(rest):
        if run.isalpha() and len(run) >= _SHORTEST_WORD and not _is_label(run):
            yield whole_token(run), False


def _parted(numbers: str) -> Iterator[str]:
    """Numbers with slashes between; a slash behind the code of an area parts nothing."""
    number, found = "", False
    for part in numbers.split("/"):
        number = f"{number}/{part}" if number else part
        is_international = number.strip().startswith(("+", "00"))
        if len(_digits(number)) >= (_SHORTEST_INTERNATIONAL if is_international else _SHORTEST_NUMBER):
            yield number
            number, found = "", True
    if number and not (found and len(_digits(number)) < _SHORTEST_WORD):
        yield number


def _number_forms(number: str) -> Iterator[tuple[str, bool]]:
    """A telephone number from its last digits on, with what stands before and behind them; else as an ID."""
    digits = _digits(number)
    if len(digits) >= _SHORTEST_NUMBER:
        core = r"[\W_]{0,2}".join(digits[:_LONGEST_PHONE][-_LOCAL_PHONE:])
        tail = rf"(?:\d|[ ,;]{{0,2}}(?:{_SIGNS})[.: ]{{0,2}}\d{{1,5}})*"
        yield rf"(?:[+(]{{0,2}}\d[\d()\-./ ]{{0,14}})?{core}{tail}", True
    elif not all(map(_is_label, RUNS.findall(number))):
        yield from id_forms(number)


def _extension_forms(extension: str) -> Iterator[tuple[str, bool]]:
    """An extension behind any word for one; a long one as an ID too."""
    digits = _digits(extension)
    if len(digits) >= _SHORTEST_EXTENSION:
        signs = _SIGNS.removeprefix("x|")  # in a text, an x stands between the sides of a matrix
        yield rf"(?<![^\W\d_])(?:{signs})[\W_]{{0,3}}{digits}(?!\d)", False
    if len(digits) >= _SHORTEST_NUMBER - 1:
        yield from id_forms(digits)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, fold(text).text))


def _is_label(run: str) -> bool:
    return is_common(run) or run.lower() in _LABELS
