"""Identifiers found in an instance, looked for in every text that stays.

Names in all their parts, groups and orders, IDs, addresses, phones, device numbers and dates are
harvested from the attributes that name them (PS3.15, E.3.5 asks for this of cleaning) and cut out of
retained text at any depth.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from bme_med.core.resources import read_table
from bme_med.dicom.charsets import decode, encode
from bme_med.dicom.dictionary import registered_uids
from bme_med.dicom.vocabulary import clean_words, is_word

__all__ = ["Identifiers", "Mention", "identifiers_in", "identifying_tags"]

Mention = tuple[str, str, bytes]
"""VR, character set and raw value of an identifying attribute."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_GAP = r"[\W_]*"
_ALNUM = re.compile(r"[^\W_]+")
_UID = re.compile(r"(?<![\w.])\d+(?:\.\d+){5,}(?![\w.])")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_REPERTOIRE = {
    "CS": re.compile(rb"(?:[A-Z0-9 _]{0,16}(?:\\|\0?$))*"),
    "DS": re.compile(rb"[0-9+\-Ee. \\\0]*"),
    "IS": re.compile(rb"[0-9+\- \\\0]*"),
    "AS": re.compile(rb"(?:\d{1,3}[DWMY]?[ \0]?\\?)*"),
    "DA": re.compile(rb"[0-9. \\\0]*"),
    "DT": re.compile(rb"[0-9+\-. \\\0]*"),
    "TM": re.compile(rb"[0-9.: \\\0]*"),
}
_CACHE_ENTRIES = 4096


@cache
def identifying_tags() -> frozenset[int]:
    """Attributes, beside every PN, DA and DT, whose values identify."""
    return frozenset(
        int(row["tag"].strip("()").replace(",", ""), 16) for row in read_table("identifying.csv")
    )


@lru_cache(maxsize=256)
def identifiers_in(mentions: tuple[Mention, ...]) -> "Identifiers":
    """The search for everything that `mentions` name; cached, as a series shares them."""
    return Identifiers(mentions)


class Identifiers:
    """One compiled search."""

    def __init__(self, mentions: Iterable[Mention]) -> None:
        patterns: set[str] = set()
        for vr, charset, raw in mentions:
            text = decode(raw, charset)
            if text is None:
                text = raw.decode("latin-1")
            for value in text.split("\\"):
                patterns.update(_patterns(value.strip(" \0"), vr))
        ordered = sorted(patterns, key=lambda pattern: (-len(pattern), pattern))
        self._search = re.compile("|".join(ordered), re.IGNORECASE) if ordered else None
        self._known: dict[tuple[str, str, bytes], bytes | None] = {}

    def search(self, raw: bytes, charset: str) -> bytes | None:
        """`raw` without identifiers; `raw` itself where none stands in it; nothing where nothing is left."""
        return self._cached("search", raw, charset)

    def words(self, raw: bytes, charset: str) -> bytes | None:
        """As `search`, and without words that the vocabulary does not know."""
        return self._cached("words", raw, charset)

    def coded(self, vr: str, raw: bytes) -> bytes | None:
        """`raw` where it keeps to the VR's repertoire (PS3.5, 6.2), as binary does; a CS else as `search`."""
        repertoire = _REPERTOIRE.get(vr)
        if repertoire is None or repertoire.fullmatch(raw):
            return raw
        return self._cached("search", raw, "ISO_IR 100") if vr == "CS" else None

    def _cached(self, how: str, raw: bytes, charset: str) -> bytes | None:
        key = (how, charset, raw)
        if key not in self._known:
            if len(self._known) >= _CACHE_ENTRIES:
                self._known.clear()
            self._known[key] = self._clean(how, raw, charset)
        return self._known[key]

    def _clean(self, how: str, raw: bytes, charset: str) -> bytes | None:
        text = decode(raw, charset)
        if text is None:
            return None
        old = text.rstrip(" \0")
        new = self._cut(old)
        if how == "words":
            new = "\\".join(clean_words(value) for value in new.split("\\"))
        if new == old:
            return raw
        return encode(new, charset) if new.strip(" \\") else None

    def _cut(self, text: str) -> str:
        cut = _UID.sub(lambda match: match[0] if match[0] in registered_uids() else "", text)
        if self._search:
            cut = self._search.sub("", cut)
        if cut == text:
            return text
        return "\\".join(_tidied(value) for value in cut.split("\\"))


def _tidied(text: str) -> str:
    """`text` without what a cut leaves behind: empty brackets, double spaces, separators at the ends."""
    return re.sub(r"[ \t]{2,}", " ", re.sub(r"\([\s,;]*\)|\[[\s,;]*\]", "", text)).strip(" ^,;:-_=/")


def _patterns(value: str, vr: str) -> Iterable[str]:
    """Regular expressions for one value of an identifying attribute."""
    if not value:
        return ()
    if vr in ("DA", "DT"):
        return _date_patterns(value)
    return _name_patterns(value) if vr == "PN" else _token_patterns(value)


def _name_patterns(name: str) -> Iterable[str]:
    """A person name: groups whole, in both orders, and parts that are no common word (PS3.5, 6.2.1)."""
    for group in name.split("="):
        components = [" ".join(component.split()) for component in group.split("^")[:3]]
        parts = [part for component in components for part in _ALNUM.findall(component)]
        if len(parts) > 1:
            for order in (parts, [*parts[1:], parts[0]], parts[:2], parts[1::-1]):
                yield from _token_patterns(" ".join(order))
        for part in parts:
            if not (is_word(part) and part.isascii()):
                yield from _token_patterns(part)


def _token_patterns(token: str) -> Iterable[str]:
    """A token, whatever stands between its letters and digits, and its forms without diacritics."""
    for form in {token, token.translate(_UMLAUTS), _without_marks(token)}:
        runs = _ALNUM.findall(form)
        length = sum(map(len, runs))
        if length < 2:
            continue
        pattern = _GAP.join(re.escape(run) for run in runs)
        is_short = length < 4 and form.isascii()
        yield rf"(?<![^\W_]){pattern}(?![^\W_])" if is_short else pattern


def _without_marks(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _date_patterns(value: str) -> Iterable[str]:
    """A date in the notations that people type."""
    digits = value.replace(".", "")[:8]
    if len(digits) < 8 or not (digits.isascii() and digits.isdigit()) or not 1 <= int(digits[4:6]) <= 12:
        return
    year, month, day = digits[:4], int(digits[4:6]), int(digits[6:])
    name = f"{_MONTHS[month - 1]}[a-z]*"
    gap = r"[-./ ,]{0,2}"
    m, d = f"0?{month}", f"0?{day}"
    yield digits
    yield rf"(?<!\d){year}[-./ ]{m}[-./ ]{d}(?!\d)"
    yield rf"(?<!\d){d}[-./ ]{m}[-./ ](?:{year}|{year[2:]})(?!\d)"
    yield rf"(?<!\d){m}[-./ ]{d}[-./ ](?:{year}|{year[2:]})(?!\d)"
    yield rf"(?<!\d)(?:{day:02}{month:02}|{month:02}{day:02}){year}(?!\d)"
    yield rf"(?<!\d){d}(?:st|nd|rd|th)?{gap}{name}{gap}{year}(?!\d)"
    yield rf"{name}{gap}{d}(?:st|nd|rd|th)?{gap}{year}(?!\d)"
