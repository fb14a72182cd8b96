"""Identifiers as they may stand in bytes that are no text, such as tables of numbers."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import pairwise

from bme_med.core import Source
from bme_med.dicom.name_forms import RUNS
from bme_med.dicom.vocabulary import is_word

__all__ = ["byte_pattern", "is_found"]

_BYTEWISE, _WIDE = ("utf-8", "latin-1"), ("utf-16-le", "utf-16-be")
_FEWEST, _FEWEST_WIDE, _FEWEST_DIGITS = 5, 6, 8
"""Characters: fewer stand in tables by chance, as in a quiet waveform, whose samples look like digits."""

_STEP = 1 << 20
_LONGEST = 512


def byte_pattern(values: Iterable[str]) -> re.Pattern[bytes] | None:
    """Searches lowered bytes for `values` and the words in them; nothing where none of them tells anything.

    >>> bool(byte_pattern(["Quillfeather^O"]).search("Quillfeather".encode("utf-16-le").lower()))
    True
    >>> byte_pattern(["Head", "12345678", "AAAAA"]) is None
    True
    """
    words = {word for value in values for word in (value, *RUNS.findall(value)) if _is_telling(word)}
    forms = {form for word in words for form in _encoded(word)}
    return re.compile(b"|".join(map(re.escape, sorted(forms)))) if forms else None


def is_found(pattern: re.Pattern[bytes] | None, data: Source, start: int, end: int) -> bool:
    """Whether `pattern` stands between `start` and `end`."""
    return pattern is not None and any(
        pattern.search(data[step : min(step + _STEP + _LONGEST, end)].lower())
        for step in range(start, end, _STEP)
    )


def _is_telling(word: str) -> bool:
    """Whether `word` is neither short nor a word of the standard, nor a scale such as 12345 or AAAAA."""
    steps = {ord(after) - ord(before) for before, after in pairwise(word)}
    is_scale = len(steps) == 1 and word.isascii()
    is_short = len(word) < (_FEWEST_DIGITS if word.isdigit() else _FEWEST if word.isascii() else 2)
    return not (is_short or is_scale or all(map(is_word, RUNS.findall(word))))


def _encoded(word: str) -> Iterator[bytes]:
    is_long = len(word) >= _FEWEST_WIDE or not word.isascii()
    for encoding in (*_BYTEWISE, *(_WIDE if is_long else ())):
        with suppress(UnicodeEncodeError):
            form = word.encode(encoding).lower()
            if _FEWEST <= len(form) <= _LONGEST:
                yield form
