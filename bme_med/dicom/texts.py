"""Texts that stay: searched for identifiers, cleaned, or held against a code's meaning (PS3.15, E.3.5).

What comes out keeps the number of values, the character set and the repertoire of its VR, and is never longer
than what went in.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from bme_med.core import DatePolicy, Descriptors, Profile, Source
from bme_med.dicom.charsets import decode, encode
from bme_med.dicom.cuts import cut_spans, tidied, without_marks
from bme_med.dicom.identifiers import Identifiers
from bme_med.dicom.known_words import cut_unknown_words
from bme_med.dicom.number_strings import is_legal, legible
from bme_med.dicom.text_patterns import age_spans, identifying_spans
from bme_med.dicom.vocabulary import is_standard_code, vocabulary

__all__ = ["Texts", "texts_for"]

_AGE = rb"\d{1,3}[DWMY]?"
_TIME = rb"(?:[01]\d|2[0-3])(?::?[0-5]\d(?::?(?:[0-5]\d|60)(?:\.\d{1,6})?)?)?"
"""With the colons of ACR-NEMA, which readers may take (PS3.5, 6.2)."""

_REPERTOIRE = {
    "CS": re.compile(rb"(?:[A-Z0-9 _]{0,16}(?:\\|\0?$))*"),
    "AS": re.compile(rb"(?:(?:%b)?[ \0]?(?:\\|$))*" % _AGE),
    "DA": re.compile(rb"[0-9. \\\0]*"),
    "DT": re.compile(rb"[0-9+\-. \\\0]*"),
    "TM": re.compile(rb"(?:(?: *%b)?[ \0]*(?:\\|$))*" % _TIME),
}
_CACHE_ENTRIES = 4096
_LONG_NUMBER = 6
_SHORTEST_IN_UID = 4
"""Digits; shorter ones are components of many roots."""

_MAX_ROUNDS = 6
"""A cut may bring together what another round finds; what is not stable then, does not stay."""


@lru_cache(maxsize=256)
def texts_for(profile: Profile, identifiers: Identifiers) -> "Texts":
    """The texts of instances that share their identifiers, under one profile."""
    return Texts(profile, identifiers)


class Texts:
    """Makes texts, and remembers them: slices of a series repeat theirs."""

    def __init__(self, profile: Profile, identifiers: Identifiers) -> None:
        self._identifiers = identifiers
        self._vocabulary = vocabulary(profile.vocabulary)
        self._keeps_words = profile.descriptors is Descriptors.PATTERNS
        self._cuts_ages = profile.dates is DatePolicy.YEAR
        self._known: dict[tuple[str, str, bytes], bytes | None] = {}

    def search(self, raw: bytes, charset: str) -> bytes | None:
        """`raw` without identifiers; `raw` itself where none stands in it; nothing where nothing is left."""
        return self._cached("search", raw, charset)

    def clean(self, raw: bytes, charset: str) -> bytes | None:
        """As `search`, and without what has an identifier's form and words that no vocabulary knows."""
        return self._cached("clean", raw, charset)

    def coded(self, vr: str, raw: bytes) -> bytes | None:
        """`raw` where it keeps to the VR's repertoire (PS3.5, 6.2); of a CS what is left without names.

        Numbers may break the VR's rules as long as they are understood.
        """
        if vr in ("DS", "IS"):
            return self._numbers(vr, raw)
        repertoire = _REPERTOIRE.get(vr)
        if repertoire is None or not repertoire.fullmatch(raw):
            return self.search(raw, "ISO_IR 100") if vr == "CS" else None
        return self._without_names(raw) if vr == "CS" else raw

    def _numbers(self, vr: str, raw: bytes) -> bytes | None:
        """Numbers that can be read; where one breaks its VR's rules, no identifier stands in it."""
        new = legible(vr, raw)
        if new is None or is_legal(vr, new):
            return new
        longer = [value.decode("ascii") for value in new.split(b"\\") if not is_legal(vr, value)]
        return None if any(map(self._has_long_number, longer)) else new

    def _has_long_number(self, text: str) -> bool:
        """Whether an identifier of many digits stands in a number; short ones and zeros are chance."""
        found = (text[start:end] for start, end in self._identifiers.spans(text))
        return any(len(part) >= _LONG_NUMBER and part.strip("0.") for part in found)

    def is_in_uid(self, uid: str) -> bool:
        """Whether an identifier of four or more digits stands in a component of a UID."""
        return any(
            end - start >= _SHORTEST_IN_UID
            for component in uid.split(".")
            if len(component) >= _SHORTEST_IN_UID
            for start, end in self._identifiers.spans(component)
        )

    def _without_names(self, raw: bytes) -> bytes | None:
        """A code string whose values that name a person are empty; nothing where no value is left."""
        values = raw.split(b"\\")
        kept = [b"" if self._identifiers.is_named_by(value.decode("ascii")) else value for value in values]
        if kept == values:
            return raw
        return b"\\".join(kept) if any(value.strip(b" \0") for value in kept) else None

    def meaning(self, raw: bytes, charset: str, scheme: str, code: str) -> bytes | None:
        """A Code Meaning: as it is where the standard, or the site, says the same of its code; else cleaned.

        A patient's name that is a word does not change it, unless the whole name stands there.
        """
        text = (decode(raw, charset) or "").strip(" \0")
        if self._vocabulary.is_meaning(scheme, code, text) and not self._identifiers.is_named_in(text):
            return raw
        return self.clean(raw, charset)

    def code_value(self, raw: bytes, charset: str, scheme: str) -> bytes | None:
        """A Code Value: as it is where it is the standard's, else searched; short numbers are chance."""
        code = raw.decode("ascii", "replace").strip(" \0")
        if is_standard_code(scheme, code):
            return raw
        found = [code[start:end] for start, end in self._identifiers.spans(code)]
        is_chance = all(part.isdigit() and len(part) < min(_LONG_NUMBER, len(code)) for part in found)
        return raw if is_chance and raw.isascii() else self.search(raw, charset)

    def identify(self, data: Source, start: int, end: int) -> bool:
        """Whether an identifier stands in bytes that are no text."""
        return self._identifiers.stand_in(data, start, end)

    def _cached(self, how: str, raw: bytes, charset: str) -> bytes | None:
        key = (how, charset, raw)
        if key not in self._known:
            if len(self._known) >= _CACHE_ENTRIES:
                self._known.clear()
            self._known[key] = self._made(how, raw, charset)
        return self._known[key]

    def _made(self, how: str, raw: bytes, charset: str) -> bytes | None:
        text = decode(raw, charset)
        if text is None and (how == "search" or b"\x1b" in raw):
            return None
        old = without_marks(raw.decode("ascii", "replace") if text is None else text)
        old = old.replace("\0", "").rstrip(" ")  # UTF-16 in an ASCII text has every second byte zero
        new = _until_stable(self._cut_known if how == "search" else self._cut_all, old)
        if new == text or (new == old and text is not None):
            return raw
        return encode(new, charset) if any(map(str.isalnum, new)) else None

    def _cut_known(self, text: str) -> str:
        """Without identifiers; where dates become years, without ages over 89 too (45 CFR 164.514(b)(2))."""
        cut = self._identifiers.cut(text)
        return tidied(cut_spans(cut, age_spans(cut)) if self._cuts_ages else cut)

    def _cut_all(self, text: str) -> str:
        cut = self._identifiers.cut(text)
        cut = cut_spans(cut, identifying_spans(cut))
        if not self._keeps_words:
            cut = cut_unknown_words(cut, self._vocabulary, self._identifiers.names)
        return tidied(cut)


def _until_stable(change: Callable[[str], str], text: str) -> str:
    for _ in range(_MAX_ROUNDS):
        changed = change(text)
        if changed == text:
            return text
        text = changed
    return ""
