"""Texts as they are compared: no case, no diacritics, no width, one kana, ASCII digits."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Folded", "fold"]

_LETTERS = {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
_HIRAGANA, _HANGUL = range(0x3041, 0x3097), range(0xAC00, 0xD7A4)
_TO_KATAKANA = 0x60


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text.

    Attributes
    ----------
    starts
        For each of its characters, where in the original its source stands; nothing where places agree.
    length
        Characters of the original.
    """

    text: str
    starts: tuple[int, ...] | None
    length: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the original the folded characters from `start` to `end` come from."""
        if self.starts is None:
            return start, end
        return self.starts[start], self.starts[end] if end < len(self.starts) else self.length


def fold(text: str) -> Folded:
    """`text` folded, with the way back to its places.

    >>> fold("Jörg ＭÜLLER").text
    'jorg muller'
    """
    if text.isascii():
        return Folded(text.lower(), None, len(text))
    parts = [_folded_character(character) for character in text]
    starts = tuple(place for place, part in enumerate(parts) for _ in part)
    return Folded("".join(parts), starts, len(text))


@lru_cache(maxsize=4096)
def _folded_character(character: str) -> str:
    if ord(character) in _HANGUL:
        return character
    letters = "".join(
        _LETTERS.get(c, c)
        for c in unicodedata.normalize("NFKD", character).casefold()
        if not unicodedata.combining(c)
    )
    return "".join(map(_plain_digit_or_kana, letters))


def _plain_digit_or_kana(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if ord(character) in _HIRAGANA:
        return chr(ord(character) + _TO_KATAKANA)
    return character
