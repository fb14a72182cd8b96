"""A cleaned text's words, held against a vocabulary: an unknown word goes, and what belongs to it as a name.

Works on texts in which identifiers were marked (`cuts.CUT`), so that a given name that is also a word goes
with the surname beside it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

from bme_med.dicom.cuts import CUT, CUT_NUMBER
from bme_med.dicom.folding import fold
from bme_med.dicom.name_forms import PARTICLES
from bme_med.dicom.vocabulary import Vocabulary, companions

__all__ = ["cut_unknown_words"]

_MARKS_OF_TEXTS = "°–—‐‑’‘“”„…·×±®™«»¿¡§"
_TOKEN = re.compile(
    rf"[{CUT}{CUT_NUMBER}]|(?:[0-9]+[.,][0-9]+|[0-9A-Za-z]|[^\x00-\x7f\s{_MARKS_OF_TEXTS}{CUT}{CUT_NUMBER}])+"
)
"""Letters, digits and every other character that a script's words may have, such as vowel signs."""

_RUN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PLANE = re.compile(r"(?:o?ax|o?sag|o?cor|tra)(?P<rest>[a-z]+)$")
"""A plane glued to what was acquired in it, such as ``AXFLAIR``."""

_BESIDE = re.compile(r"[ \t_^,.'’&+-]*")
_LEADERS = (
    "for by per pt patient name named mr mrs ms miss dr prof herr herrn frau madame monsieur senor senora "
    "sig signora fur pour para por physician attn ref referred author operator radiologist technologist"
)
_LEADING = frozenset(_LEADERS.split())
"""After one of these a name follows."""

_HANGING = re.compile(
    r"(?:(?<![^\W_])(?:for|of|by|at|to|from|and|in|on|the|per|pt|de|del|du|des|der|die|das|dem|den|von|vom|zum"
    r"|zur|im|am|fur|für|pour|para|por|et|und|y|e|la|le|el)[ \t_^,;:=/|.-]{1,9}){1,4}"
    rf"(?=[{CUT}{CUT_NUMBER}])",
    re.IGNORECASE,
)
"""Small words that led to what was cut."""

_LONGEST_NUMBER, _LONGEST_FRACTION = 3, 6
_MAX_SINGLE_LETTERS, _MAX_DIGITS = 3, 9
_LONGEST_TIED = 3
_LONGEST_NAME = 8
"""Words."""

_SHORTEST_FOREIGN = 3
"""Letters of a word that is not all ASCII: shorter ones are names as often as words."""


class _Is(Enum):
    KNOWN = auto()
    NAME_TOO = auto()
    """A word that is also a name."""
    LETTER = auto()
    NUMBER = auto()
    UNKNOWN = auto()
    UNKNOWN_NUMBER = auto()
    CUT = auto()
    CUT_NUMBER = auto()


_NAMELESS = (_Is.UNKNOWN, _Is.CUT)
_GOING = (_Is.UNKNOWN, _Is.UNKNOWN_NUMBER)


@dataclass(slots=True)
class _Token:
    start: int
    end: int
    text: str
    is_: _Is
    joint: str | None = None
    """What stands between this token and the next one, where that is blanks and the like alone."""


def cut_unknown_words(text: str, vocabulary: Vocabulary, names: set[str]) -> str:
    """`text` with marks in place of words that `vocabulary` does not know.

    `names` are words that are parts of harvested names; they stay only where no name can be meant.

    >>> cut_unknown_words("MRI HEAD for Quillfeather", Vocabulary(), set()).replace(CUT, "#")
    'MRI HEAD #'
    """
    tokens = [_token(match, vocabulary, names) for match in _TOKEN.finditer(text)]
    for token, following in pairwise(tokens):
        between = _BESIDE.fullmatch(text, token.end, following.start)
        token.joint = between[0] if between else None
    for _ in range(_LONGEST_NAME):
        if not sum(_goes_along(tokens, number) for number in range(len(tokens))):
            break
    parts: list[str] = []
    position = 0
    for token in tokens:
        if token.is_ in _GOING:
            mark = CUT if token.is_ is _Is.UNKNOWN else CUT_NUMBER
            parts += text[position : token.start], mark
            position = token.end
    return _HANGING.sub("", "".join(parts) + text[position:])


def _token(match: re.Match[str], vocabulary: Vocabulary, names: set[str]) -> _Token:
    return _Token(match.start(), match.end(), fold(match[0]).text, _judge(match[0], vocabulary, names))


def _judge(token: str, vocabulary: Vocabulary, names: set[str]) -> _Is:
    if token in (CUT, CUT_NUMBER):
        return _Is.CUT if token == CUT else _Is.CUT_NUMBER
    folded = fold(token).text
    if folded.isdigit() and len(folded) <= _LONGEST_NUMBER:
        return _Is.NUMBER
    if len(token) == 1 and token.isascii():
        return _Is.LETTER
    if not _is_known(token, vocabulary):
        return _Is.UNKNOWN if token.isalpha() else _Is.UNKNOWN_NUMBER
    is_name = folded in names or folded in companions() or folded in PARTICLES
    return _Is.NAME_TOO if is_name else _Is.KNOWN


def _is_known(token: str, vocabulary: Vocabulary) -> bool:
    """Words, short numbers and single letters, one after the other, such as ``B30f`` and ``3mm``."""
    runs = _RUN.findall(token)
    if len("".join(runs)) != len(token) or (len(token) < _SHORTEST_FOREIGN and not token.isascii()):
        return False
    singles = sum(len(run) == 1 and run.isalpha() for run in runs)
    digits = sum(len(run.partition(".")[0]) for run in runs if run[0].isdigit())
    if singles > _MAX_SINGLE_LETTERS or digits > _MAX_DIGITS:
        return False
    return all(_is_measure(run) if run[0].isdigit() else _is_text(run, vocabulary.knows) for run in runs)


def _is_text(run: str, knows: Callable[[str], bool]) -> bool:
    folded = fold(run).text
    if (len(run) == 1 and run.isascii()) or knows(folded):
        return True
    plane = _PLANE.match(folded)
    if plane and (
        plane["rest"] in ("t", "pd") or (len(plane["rest"]) > _LONGEST_TIED and knows(plane["rest"]))
    ):
        return True
    pieces = _CAMEL.findall(run)
    return (
        len(pieces) > 1 and "".join(pieces) == run and all(len(p) == 1 or knows(fold(p).text) for p in pieces)
    )


def _is_measure(number: str) -> bool:
    """Whether `number` is short, or as round as a b value, a time in milliseconds, a matrix."""
    whole, _, fraction = number.replace(",", ".").partition(".")
    is_round = len(whole) == 4 and (whole[2:] in ("00", "50") or whole == "1024")
    return (len(whole) <= _LONGEST_NUMBER or is_round) and len(fraction) <= _LONGEST_FRACTION


def _goes_along(tokens: list[_Token], number: int) -> bool:
    """Cut the token where its neighbours show that it belongs to a name; says whether it was."""
    token = tokens[number]
    before = tokens[number - 1] if number and tokens[number - 1].joint is not None else None
    after = tokens[number + 1] if token.joint is not None and number + 1 < len(tokens) else None
    goes = {
        _Is.NAME_TOO: _is_a_name,
        _Is.LETTER: _is_beside_name,
        _Is.NUMBER: _is_behind_name,
        _Is.KNOWN: _is_tied_to_name,
    }.get(token.is_, _stays)(token, before, after)
    if goes:
        token.is_ = _Is.UNKNOWN_NUMBER if token.is_ is _Is.NUMBER else _Is.UNKNOWN
    return goes


def _stays(_token: _Token, _before: _Token | None, _after: _Token | None) -> bool:
    return False


def _is_beside_name(_token: _Token, before: _Token | None, after: _Token | None) -> bool:
    return any(other.is_ in _NAMELESS for other in (before, after) if other)


def _is_behind_name(token: _Token, before: _Token | None, _after: _Token | None) -> bool:
    return before is not None and before.is_ in _NAMELESS and len(token.text) > 1


def _is_a_name(token: _Token, before: _Token | None, after: _Token | None) -> bool:
    """Whether a word that is also a name is one here: alone, led to, or beside a name or an initial."""
    if token.text in PARTICLES:
        return _is_beside_name(token, before, after)
    wanted = companions().get(token.text, frozenset())
    if before and (before.text in _LEADING or (before.is_ is _Is.LETTER and (before.joint or "")[:1] == ".")):
        return True
    if any(other.text in wanted for other in (before, after) if other):
        return False
    return bool(wanted) or _is_beside_name(token, before, after)


def _is_tied_to_name(token: _Token, before: _Token | None, after: _Token | None) -> bool:
    """Whether a caret ties a word to a name, or a hyphen a short one."""
    is_short = len(token.text) <= _LONGEST_TIED and token.text.isalpha()
    joints = ("^", "-") if is_short else ("^",)
    is_tied_back = before is not None and before.joint in joints and before.is_ in _NAMELESS
    return is_tied_back or (after is not None and token.joint in joints and after.is_ in _NAMELESS)
