"""Words and code meanings that identify no one: the standard's own concepts and names.

A word of a coded concept counts only where it stands in lower case somewhere: eponyms such as in "fracture
of X" are names, and a patient may bear them.
"""

import re
from functools import cache

from bme_med.core.resources import read_resource

__all__ = ["clean_words", "is_standard_meaning", "is_word"]

_WORD = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"[^\s_^,;:/()\[\]{}=|\"]+")
_MEASURE = re.compile(
    r"[<>+~*x#-]*\d{1,3}(?:[.x]\d{1,3})*(?:mm|cm|s|ms|sec|min|t|hz|kv|ma|mas|deg|d|%|\+|-)?"
    r"|[a-z]{1,3}\d{1,3}[a-z]{0,2}|[a-z]",
    re.IGNORECASE,
)
_LEFT_HANGING = re.compile(
    r"(?:[\s_^,;:/=|]+(?:for|of|by|at|to|from|and|in|on|the))+[\s_^,;:/=|]*$", re.IGNORECASE
)
"""Small words at the end that led to what was cut."""
_EDGE = "+-*.'!?&<>#~"


@cache
def _concepts() -> frozenset[str]:
    """Lines of scheme, code and meaning, case-folded."""
    return frozenset(read_resource("codes.tsv").casefold().splitlines())


@cache
def _words() -> frozenset[str]:
    """Words, in lower case (``make_tables.py`` says whose)."""
    return frozenset(line for line in read_resource("words.txt").splitlines() if not line.startswith("#"))


def is_standard_meaning(scheme: str, code: str, meaning: str) -> bool:
    """Whether `meaning` is what the standard's context groups say of this code."""
    return f"{scheme}\t{code}\t{meaning}".casefold() in _concepts()


def is_word(word: str) -> bool:
    """Whether `word` is known to identify no one."""
    return word.lower() in _words()


def clean_words(text: str) -> str:
    """`text` without the words that no vocabulary knows.

    >>> clean_words("AX T2 FLAIR 3mm"), clean_words("MRI HEAD for Quillfeather 4711023")
    ('AX T2 FLAIR 3mm', 'MRI HEAD')
    """
    cleaned = _TOKEN.sub(lambda match: match[0] if _is_harmless(match[0]) else "", text)
    if cleaned == text:
        return text
    return _LEFT_HANGING.sub("", re.sub(r"\s{2,}", " ", cleaned)).strip(" _^,;:/=|")


def _is_harmless(token: str) -> bool:
    core = token.strip(_EDGE)
    if not core or _MEASURE.fullmatch(core):
        return True
    parts = [part for part in re.split(r"[-+.'&*]", core) if part]
    return all(_MEASURE.fullmatch(part) or (_WORD.fullmatch(part) and is_word(part)) for part in parts)
