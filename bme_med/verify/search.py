"""Searching bytes for what identifies: in every encoding and spelling, and in what is packed in the bytes.

What is short or common is not searched for in bytes, where chance would find it: texts under five characters,
numbers under six digits, and single words of the standard. `harvest` looks for those in decoded texts.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from bme_med.verify.folding import spellings
from bme_med.verify.harvest import Identifiers
from bme_med.verify.packed import unpacked
from bme_med.verify.reading import windows

__all__ = ["Needles", "needles_of", "numbers_in", "words_in"]

_SHORTEST_TEXT, _SHORTEST_NUMBER, _SHORTEST_IN_PIXELS = 5, 6, 6
_LONGEST_IN_PIXELS = 4096
"""Bytes that a text may fill across two windows of pixels."""
_SHORTEST_FORM = 4
"""Bytes of a name in a script whose names are short."""

_ENCODINGS = ("utf-8", "latin-1", "iso8859-2", "iso8859-5", "iso8859-7", "shift_jis", "iso2022_jp", "euc_jp")
_MORE_ENCODINGS = ("euc_kr", "gb18030", "big5", "iso8859-6", "iso8859-8", "iso8859-9", "tis_620", "cp1251")
_JOINTS = (" ", "^", "_", "-", ", ", ",", ".", "=", "", "%20", "+")
_NUMBER = re.compile(rb"(?<![0-9.])[0-9]{6,}(?![0-9]|\.[0-9])")
_PRINTABLE = bytes(
    chr(byte).isascii() and (chr(byte).isalnum() or byte in b" -_^.,'/()@+=") for byte in range(256)
)
_RUN = b"\1" * _SHORTEST_IN_PIXELS
_WORD = re.compile(rb"[a-z0-9][a-z0-9_'-]{4,}")


@dataclass(frozen=True, slots=True)
class Needles:
    """What is looked for in bytes whose ASCII letters are in lower case.

    Attributes
    ----------
    forms
        By text, how it may stand in a file.
    numbers
        Runs of digits that stand alone.
    """

    forms: tuple[tuple[str, frozenset[bytes]], ...]
    numbers: frozenset[bytes]

    def found_in(self, data: bytes) -> Iterator[bytes]:
        """Forms that stand in `data`, also packed; without NULs, UTF-16 reads as ASCII does."""
        for view in (data, *unpacked(data)):
            lowered = view.lower()
            lowered += b"\n" + lowered.replace(b"\0", b"")
            for _, forms in self.forms:
                yield from (form for form in forms if form in lowered)

    def found_in_pixels(self, data: bytes) -> bool:
        """Whether one of the longer texts stands in `data`, in ASCII, or in UTF-16 of either byte order."""
        return any(map(self._stands_in_runs, windows(data, _LONGEST_IN_PIXELS)))

    def _stands_in_runs(self, data: bytes) -> bool:
        runs = b"\n".join(_runs(data)).lower()
        return bool(runs) and any(
            form in runs for text, forms in self.forms if len(text) >= _SHORTEST_IN_PIXELS for form in forms
        )


def _runs(data: bytes) -> Iterator[bytes]:
    """Runs of printable characters, in every byte or in every second one."""
    for plane in (data, data[::2], data[1::2]):
        marked = plane.translate(_PRINTABLE)
        at = marked.find(_RUN)
        while at >= 0:
            end = marked.find(b"\0", at)
            end = len(plane) if end < 0 else end
            yield plane[at:end]
            at = marked.find(_RUN, end)


@lru_cache(maxsize=256)
def needles_of(identifiers: Identifiers) -> Needles:
    """What of `identifiers` is looked for in bytes."""
    texts = {part for part in identifiers.parts if _is_text(part)}
    texts |= {date for date in identifiers.dates if not date.isdigit()}
    texts |= {word for word in identifiers.words if " " not in word and not word.isascii() and len(word) > 1}
    whole = {name for name in identifiers.words if " " in name and not _has_any(name, texts)}
    numbers = {part for part in identifiers.parts if part.isdigit() and len(part) >= _SHORTEST_NUMBER}
    forms = {text: frozenset(_forms(text)) for text in texts}
    forms |= {
        name: frozenset(form for mark in _JOINTS for form in _forms(name.replace(" ", mark)))
        for name in whole
        if len(name) > _SHORTEST_TEXT
    }
    return Needles(
        tuple((text, encoded) for text, encoded in sorted(forms.items()) if encoded),
        frozenset(number.encode() for number in numbers),
    )


def _is_text(part: str) -> bool:
    """Whether a text is long enough to be no chance in bytes; in a script of long characters, two are."""
    if part.isdigit() or not any(map(str.isalnum, part)):
        return False
    return len(part) >= _SHORTEST_TEXT or not part.isascii()


def _has_any(name: str, texts: Iterable[str]) -> bool:
    return any(word in texts for word in name.split())


def _forms(text: str) -> Iterator[bytes]:
    """How `text` can stand in a file."""
    for spelling in spellings(text):
        if spelling.isascii():
            if len(spelling) >= _SHORTEST_TEXT:
                yield spelling.encode()
            continue
        for cased in {spelling, spelling.upper(), spelling.title()}:
            yield from _encoded(cased)
    quoted = quote(text).lower().encode()
    yield quoted
    yield text.encode("ascii", "xmlcharrefreplace")


def _encoded(text: str) -> Iterator[bytes]:
    for encoding in (*_ENCODINGS, *_MORE_ENCODINGS, "utf-16-le", "utf-16-be"):
        with suppress(UnicodeEncodeError):
            encoded = text.encode(encoding).lower()
            if len(encoded) >= _SHORTEST_FORM:
                yield encoded


def numbers_in(data: bytes) -> set[bytes]:
    """Runs of six and more digits that are no part of a longer number.

    >>> sorted(numbers_in(b"id 4711004, 1.234567, 2.25.99999999, 123456."))
    [b'123456', b'4711004']
    """
    return set(_NUMBER.findall(data))


def words_in(data: bytes) -> set[bytes]:
    """Words of five and more letters and digits, in lower case."""
    return set(_WORD.findall(data.lower()))
