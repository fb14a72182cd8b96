"""Words and code meanings that identify no one: the standard's own concepts and names, and a site's own.

A word of a coded concept counts only where it stands in lower case somewhere: eponyms such as in "fracture
of X" are names, and a patient may bear them. Words that are names as well (``name_words.txt``) stay only in
company.
"""

from collections.abc import Iterable
from functools import cache

from bme_med.core.resources import read_resource
from bme_med.dicom.folding import fold

__all__ = ["Vocabulary", "companions", "is_standard_code", "is_standard_word", "is_word", "vocabulary"]

_RETIRED_SNOMED = ("snm3", "99sdm")
"""Designators of the codes that SRT stands for (PS3.16, 8.1)."""


class Vocabulary:
    """The standard's words and meanings, and those that a site adds.

    Parameters
    ----------
    entries
        Lines of words, or of scheme, code and meaning with tabs between.
    """

    def __init__(self, entries: Iterable[str] = ()) -> None:
        lines = [
            " ".join(fold(part).text.split()) for entry in entries for part in [entry.replace("\t", "\0")]
        ]
        self._codes = frozenset(
            line.replace(" \0", "\0").replace("\0 ", "\0") for line in lines if "\0" in line
        )
        self._words = frozenset(word for line in lines if "\0" not in line for word in line.split())

    def knows(self, word: str) -> bool:
        """Whether `word`, folded, identifies no one; ae, oe and ue may stand for umlauts."""
        plain = word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
        return any(form in _words() or form in self._words for form in (word, plain))

    def is_meaning(self, scheme: str, code: str, meaning: str) -> bool:
        """Whether `meaning` is what the standard's context groups, or the site, say of this code.

        >>> Vocabulary().is_meaning("SRT", "T-62000", "Liver")
        True
        """
        scheme, code, meaning = scheme.casefold(), code.casefold(), " ".join(meaning.casefold().split())
        scheme = "srt" if scheme in _RETIRED_SNOMED else scheme
        if meaning in _concepts().get(f"{scheme}\t{code}", ()):
            return True
        return "\0".join(map(_folded, (scheme, code, meaning))) in self._codes


@cache
def vocabulary(entries: tuple[str, ...] = ()) -> Vocabulary:
    """The vocabulary with a site's `entries`, made once."""
    return Vocabulary(entries)


def is_word(word: str) -> bool:
    """Whether `word` is known by the standard's concepts and attributes, or by the list of protocol words."""
    return fold(word).text in _words()


def is_standard_word(word: str) -> bool:
    """Whether the standard's concepts and attributes know `word`, so that it identifies no one alone."""
    return fold(word).text in _standard_words()


def is_standard_code(scheme: str, code: str) -> bool:
    """Whether the standard's context groups have this code."""
    scheme = scheme.casefold()
    return f"{'srt' if scheme in _RETIRED_SNOMED else scheme}\t{code.casefold()}" in _concepts()


def _folded(text: str) -> str:
    return " ".join(fold(text).text.split())


@cache
def _concepts() -> dict[str, tuple[str, ...]]:
    """Meanings by scheme and code, case-folded."""
    concepts: dict[str, tuple[str, ...]] = {}
    for line in read_resource("codes.tsv").casefold().splitlines():
        concept, _, meaning = line.rpartition("\t")
        concepts[concept] = (*concepts.get(concept, ()), meaning)
    return concepts


@cache
def _standard_words() -> frozenset[str]:
    """Words, folded (``make_tables.py`` says whose)."""
    return frozenset(_lines("words.txt"))


@cache
def _words() -> frozenset[str]:
    protocol = (word for line in _lines("protocol_words.txt") for word in line.split())
    return _standard_words().union(protocol, companions())


@cache
def companions() -> dict[str, frozenset[str]]:
    """Words that are names as well, with those beside which they stay; all words, where none is named."""
    rows = (line.partition(":") for line in _lines("name_words.txt") if line[0] != "-")
    return {word: frozenset(beside.split()) for word, _, beside in rows}


def _lines(name: str) -> list[str]:
    """The lines of a table that are no notes."""
    return [line for line in read_resource(name).splitlines() if line and line[0] != "#"]
