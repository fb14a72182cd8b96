"""Identifiers found in an instance, looked for in every text that stays.

Names, IDs, addresses, phones, device numbers and dates are harvested from the attributes that name them
(PS3.15, E.3.5 asks for this of cleaning) and cut out of retained text at any depth, in all their forms.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

from bme_med.core import Source
from bme_med.dicom.byte_forms import byte_pattern, is_found
from bme_med.dicom.charsets import decode
from bme_med.dicom.cuts import cut_spans
from bme_med.dicom.date_notations import Date, dates_of_value, dotted_forms, find_dates
from bme_med.dicom.dictionary import registered_uids
from bme_med.dicom.folding import Folded, fold
from bme_med.dicom.name_forms import RUNS, code_form, is_common, name_forms, spaced_forms
from bme_med.dicom.phone_forms import phone_forms
from bme_med.dicom.token_forms import id_forms, place_forms
from bme_med.dicom.vocabulary import is_standard_word, is_word

__all__ = ["Identifiers", "Kind", "Mention", "identifiers_in"]

_UID = re.compile(
    r"(?<!\d)(?<!\d[._-])(?:[0-2](?P<mark>[._-])\d+(?:(?P=mark)\d+){4,}|2\.25\.\d{10,})(?!\d)(?!(?P=mark)\d)"
)
_LONG_UID = 24
"""Characters; a shorter row of numbers with other marks than points is none."""
_OTHER_READINGS = ("utf-8", "cp1251", "cp1253")
"""What names are written in although the dataset declares something else."""
_MIXED = re.compile(r"[A-Za-z](?=[^\W\d_A-Za-z])|[^\W\d_A-Za-z](?=[A-Za-z])")
"""Letters of two scripts in one word: bytes of another set."""
_FULL = re.compile(r"(?<![^\\])(?=(?:[^\\]{16}|[^\\]{64})(?![^\\]))[^\\]*?(?P<last>[^\W\d_]{6,})(?![^\\])")
"""A value of 16 or 64 characters that ends with a word."""
_LETTERS = re.compile(r"[^\W\d_]+")


class Kind(StrEnum):
    """What an attribute's value says of a person."""

    PERSON = "person"
    DATE = "date"
    ID = "id"
    PLACE = "place"
    PHONE = "phone"


class Mention(NamedTuple):
    """The raw value of an identifying attribute."""

    kind: Kind
    charset: str
    raw: bytes


_FORMS = {Kind.PERSON: name_forms, Kind.ID: id_forms, Kind.PLACE: place_forms, Kind.PHONE: phone_forms}


@lru_cache(maxsize=256)
def identifiers_in(mentions: tuple[Mention, ...]) -> "Identifiers":
    """The search for everything that `mentions` name; cached, as a series shares them."""
    return Identifiers(mentions)


class Identifiers:
    """One compiled search.

    Attributes
    ----------
    names
        Parts of names that are words, folded; they are cut only as part of a whole name.
    """

    def __init__(self, mentions: Iterable[Mention]) -> None:
        self._dates: set[Date] = set()
        self._patterns: dict[str, bool] = {}
        self._spaced_patterns: dict[str, None] = {}
        self._code_patterns: dict[str, None] = {}
        self._values: dict[str, None] = {}
        self._long_parts: set[str] = set()
        self.names: set[str] = set()
        for kind, value in _values(mentions):
            self._values[value] = None
            self._add(kind, value)
        self._months = {date[:2] for date in self._dates}
        self._search = _any_of(self._patterns)
        self._spaced = _any_of(self._spaced_patterns)
        self._in_codes = _any_of(filter(None, self._code_patterns))

    def cut(self, text: str) -> str:
        """`text` with a mark wherever an identifier stood; `text` itself where none stands in it."""
        spans = self.spans(text)
        return cut_spans(text, spans) if spans else text

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where identifiers stand in `text`, in no order."""
        folded = fold(text)
        found = (
            self._found_forms(folded),
            self._found_spaced(folded),
            self._found_dates(folded),
            self._found_cut_off(folded),
            _found_uids(text),
        )
        return [_with_marks(text, *span) for spans in found for span in spans]

    def is_named_by(self, code: str) -> bool:
        """Whether a part of a person's name, that is no word, is one of the words of a code string."""
        return self._in_codes is not None and self._in_codes.search(fold(code).text) is not None

    def is_named_in(self, text: str) -> bool:
        """Whether a whole name or a whole ID stands in `text`, or a date."""
        folded = fold(text)
        whole = self._whole and self._whole.search(folded.text)
        return bool(whole) or any(self._found_dates(folded))

    def stand_in(self, data: Source, start: int, end: int) -> bool:
        """Whether one of them stands in bytes that are no text, in any of the usual encodings."""
        return is_found(self._bytes, data, start, end)

    @cached_property
    def _bytes(self) -> re.Pattern[bytes] | None:
        return byte_pattern(self._values)

    @cached_property
    def _whole(self) -> re.Pattern[str] | None:
        return _any_of(pattern for pattern, is_whole in self._patterns.items() if is_whole)

    def _add(self, kind: Kind, value: str) -> None:
        if kind is Kind.DATE:
            dates = dates_of_value(fold(value).text)
            self._dates |= dates
            self._patterns.update((digits, True) for digits in re.findall(r"\d{8}", value)[:1])
            self._patterns.update((form, True) for date in dates for form in dotted_forms(date))
            return
        for pattern, is_whole in _FORMS[kind](value):
            self._patterns[pattern] = self._patterns.get(pattern, False) or is_whole
        if kind is Kind.PERSON:
            self._spaced_patterns.update(dict.fromkeys(spaced_forms(value)))
            self._code_patterns[code_form(value)] = None
            self._long_parts.update(run for run in RUNS.findall(fold(value).text) if not is_common(run))
            self.names.update(run for run in RUNS.findall(fold(value).text) if is_standard_word(run))

    def _found_forms(self, folded: Folded) -> Iterator[tuple[int, int]]:
        if self._search is None:
            return
        for match in self._search.finditer(folded.text):
            if not _is_inside_word(match):
                yield folded.span(*match.span())

    def _found_spaced(self, folded: Folded) -> Iterator[tuple[int, int]]:
        """Names written with gaps, unless all that stands between these are words."""
        if self._spaced is None:
            return
        for match in self._spaced.finditer(folded.text):
            pieces = [piece for piece in RUNS.findall(match[0]) if len(piece) > 1]
            if not pieces or not all(map(is_word, pieces)):
                yield folded.span(*match.span())

    def _found_dates(self, folded: Folded) -> Iterator[tuple[int, int]]:
        if not self._dates:
            return
        for found in find_dates(folded.text):
            if any(self._is_known(date) for date in found.readings):
                yield folded.span(found.start, found.end)

    def _found_cut_off(self, folded: Folded) -> Iterator[tuple[int, int]]:
        """Beginnings of names at the end of values as long as SH, CS or LO can be (PS3.5, 6.2)."""
        for match in _FULL.finditer(folded.text):
            word = match["last"]
            if any(part.startswith(word) for part in self._long_parts) and not is_word(word):
                yield folded.span(*match.span("last"))

    def _is_known(self, date: Date) -> bool:
        return date in self._dates or (date[2] == 0 and date[:2] in self._months)


def _values(mentions: Iterable[Mention]) -> Iterator[tuple[Kind, str]]:
    for kind, charset, raw in mentions:
        for text in _readings(raw, charset):
            for value in text.split("\\"):
                if stripped := value.strip(" \0"):
                    yield kind, stripped


def _readings(raw: bytes, charset: str) -> Iterator[str]:
    """What `raw` says in the set that the dataset declares, and in those that it may be in."""
    declared = decode(raw, charset)
    yield raw.decode("latin-1") if declared is None else declared
    if raw.isascii():
        return
    for encoding in _OTHER_READINGS:
        with suppress(UnicodeDecodeError):
            text = raw.decode(encoding)
            if encoding == "utf-8" or not _MIXED.search(text):
                yield text


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    """One expression for all, longer ones first, in an order that does not depend on the mentions'."""
    ordered = sorted(patterns, key=lambda pattern: (-len(pattern), pattern))
    return re.compile("|".join(ordered)) if ordered else None


def _is_inside_word(match: re.Match[str]) -> bool:
    """Whether what was found is a part of a longer word that the vocabulary knows, such as Tina in retina."""
    start, end, text = match.start(), match.end(), match.string
    if not (text[start : start + 1].isalpha() and text[end - 1 : end].isalpha()):
        return False
    while start and text[start - 1].isalpha():
        start -= 1
    while end < len(text) and text[end].isalpha():
        end += 1
    is_longer = end - start > len(match[0])
    return is_longer and _LETTERS.fullmatch(text, start, end) is not None and is_word(text[start:end])


def _with_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """A span with the vowel signs and other marks that belong to its last letter."""
    while end < len(text) and unicodedata.category(text[end])[0] == "M":
        end += 1
    return start, end


def _found_uids(text: str) -> Iterator[tuple[int, int]]:
    """UIDs in a text, except those that the standard registers."""
    for match in _UID.finditer(text):
        is_uid = "." in match[0] or len(match[0]) >= _LONG_UID
        if is_uid and match[0] not in registered_uids():
            yield match.span()
