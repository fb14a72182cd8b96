"""Whether the name of a subject, or the path of an output, tells who the output is about.

Both hold what was made by chance, pseudonyms and UIDs. So words count whole, and inside others from a length
on; numbers count as the runs of digits that they are, and inside UIDs not at all.
"""

import re
from functools import lru_cache

from bme_med.verify.folding import fold
from bme_med.verify.harvest import Identifiers, spaced

__all__ = ["path_tells", "subject_tells"]

_PSEUDONYM = re.compile(r"s-[a-z2-7]{12}")
_UID = re.compile(r"2\.25\.\d+|\d+(?:\.\d+){3,}")
_NUMBER = re.compile(r"\d{6,}")
_COUNTED = "00"
"""What the number of a photo starts with, where it has six and more digits."""

_SHORTEST, _SHORTEST_BY_CHANCE = 4, 6


def subject_tells(subject: str, identifiers: Identifiers) -> bool:
    """Whether a subject's name holds one of `identifiers`; short numbers may stand in it."""
    if _PSEUDONYM.fullmatch(subject.lower()):
        return _tells(subject, identifiers, _SHORTEST_BY_CHANCE)
    padded = f" {spaced(subject)} "
    has_word = any(f" {word} " in padded for word in identifiers.words if not word.isdigit())
    return has_word or _tells(subject, identifiers, _SHORTEST)


def path_tells(path: str, identifiers: Identifiers) -> bool:
    """Whether a path holds one of `identifiers`; single words of under four ASCII letters may stand in it.

    >>> told = Identifiers(frozenset(["mrn-8841907", "8841907"]), *[frozenset()] * 3)
    >>> [path_tells(path, told) for path in ("MRN_8841907/1.dcm", "a8841907", "2.25.8841907.1")]
    [True, True, False]
    """
    return _tells(path, identifiers, _SHORTEST_BY_CHANCE)


def _tells(name: str, identifiers: Identifiers, shortest: int) -> bool:
    lowered = fold(name)
    plain = _UID.sub(" ", lowered)
    padded = f" {spaced(plain)} "
    numbers = {number for number in _NUMBER.findall(plain) if not number.startswith(_COUNTED)}
    return (
        not numbers.isdisjoint(identifiers.parts | identifiers.dates)
        or any(text in padded for text in _whole(identifiers))
        or any(len(text) >= shortest and text in lowered for text in identifiers.parts if not text.isdigit())
    )


@lru_cache(maxsize=256)
def _whole(identifiers: Identifiers) -> frozenset[str]:
    """What counts where it stands between other words, with a space on each side."""
    words = {word for word in identifiers.words if " " in word or not word.isascii()}
    known = identifiers.parts | identifiers.dates | words
    return frozenset(f" {plain} " for text in known if (plain := spaced(text)))
