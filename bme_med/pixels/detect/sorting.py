"""What a line is, by what was read there: text, what may be text, a harmless mark, or nothing."""

import math
from collections.abc import Callable
from enum import Enum

from bme_med.pixels.detect.words import Words

__all__ = ["Kind", "kind_of"]

_TALLEST = 64
"""Pixels across: a heart that is taller is anatomy, unless it can be read very well."""
_SURE, _VERY_SURE = 0.7, 0.9
"""How sure a reading must be: of five letters or more, and of fewer, which are read in noise too."""
_HALF_SURE, _MARK_SURE = 0.6, 0.8
"""How sure to be of what may be text, and of a mark, or of a single letter."""
_STROKES = frozenset("LlIi1TtJjrEFH|!")
"""What ticks of a scale are read as, one beside the other."""
_AXES = ("RL", "AP", "HFSI")
"""Letters of a side (PS3.3, C.7.6.1.1.1); S and I stand for H and F on many screens."""


class Kind(Enum):
    """What a line is."""

    TEXT = "text"
    SUSPECT = "suspect"
    MARK = "mark"
    UNREAD = "unread"
    """A line beside a text is text; anywhere else there is too much in anatomy that looks like one."""


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
    if words.score >= _least(text, letters):
        return Kind.TEXT
    is_suspect = height <= _TALLEST / 2 and words.score >= _least_suspect(text, letters)
    return Kind.SUSPECT if is_suspect else Kind.UNREAD


def _least(text: str, letters: int) -> float:
    """How sure a text must be; one character over and over is what ribs, slices and rings are read as."""
    different = _different(text)
    if letters < 2 or different == 1:
        return math.inf
    return _VERY_SURE if letters < 5 or different == 2 else _SURE


def _least_suspect(text: str, letters: int) -> float:
    """How sure what may be text must be."""
    if letters < 2:
        return _MARK_SURE if letters else math.inf
    return _HALF_SURE if _different(text) > min(2, letters - 1) else _MARK_SURE


def _different(text: str) -> int:
    return len(set(filter(str.isalnum, text)))


def _is_mark(text: str, score: float) -> bool:
    """Whether it is strokes, or letters of different axes, each at most once."""
    if len(text) >= 4 and _STROKES.issuperset(text) and len(set(text)) <= 2:
        return True
    axes = [next((number for number, axis in enumerate(_AXES) if each in axis), None) for each in text]
    is_orientation = None not in axes and len(set(axes)) == len(axes)
    return 0 < len(axes) <= 3 and is_orientation and score >= _MARK_SURE
