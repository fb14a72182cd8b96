"""What a line is, by what was read there: text, what may be text, a harmless mark, or nothing."""

from collections.abc import Callable
from enum import Enum

from bme_med.pixels.detect.words import Words

__all__ = ["Kind", "kind_of"]

_TALLEST = 64
"""Pixels across: a heart that is taller is anatomy, unless it can be read very well."""
_SURE, _VERY_SURE = 0.6, 0.8

_STROKES = frozenset("LlIi1TtJjrEFH|!")
"""What ticks of a scale are read as, one beside the other."""
_AXES = ("RL", "AP", "HFSI")
"""Letters of a side (PS3.3, C.7.6.1.1.1); S and I stand for H and F on many screens."""


class Kind(Enum):
    """What a line is."""

    TEXT = "text"
    SUSPECT = "suspect"
    MARK = "mark"


def kind_of(words: Words, height: int, is_identifier: Callable[[str], bool]) -> Kind | None:
    """What stands in a line of that height in pixels; None if it is no line."""
    text = words.text.strip()
    letters = sum(map(str.isalnum, text))
    if text and any(map(is_identifier, (text, *text.split()))):
        return Kind.TEXT
    if height > _TALLEST:
        return Kind.TEXT if letters >= 3 and words.score >= _VERY_SURE else None
    if _is_mark(text, words.score):
        return Kind.MARK
    return Kind.TEXT if letters >= 2 and words.score >= _SURE else Kind.SUSPECT


def _is_mark(text: str, score: float) -> bool:
    """Whether it is strokes, or letters of different axes, each at most once."""
    if len(text) >= 4 and _STROKES.issuperset(text) and len(set(text)) <= 2:
        return True
    axes = [next((number for number, axis in enumerate(_AXES) if each in axis), None) for each in text]
    is_orientation = None not in axes and len(set(axes)) == len(axes)
    return 0 < len(axes) <= 3 and is_orientation and score >= _VERY_SURE
