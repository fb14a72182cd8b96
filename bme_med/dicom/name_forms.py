"""Patterns of person names, for folded text (PS3.5, 6.2.1; PS3.3, C.12.1.1.2 for groups and scripts).

A name stands in texts in many forms: components in any order, glued or parted, given names as initials, with
and without diacritics or their spelling in ASCII, Cyrillic and Greek in Latin letters.
"""

import re
import unicodedata
from collections.abc import Iterator

from bme_med.dicom.folding import fold
from bme_med.dicom.vocabulary import is_standard_word, is_word

__all__ = [
    "GAP",
    "PARTICLES",
    "RUNS",
    "code_form",
    "is_common",
    "letters",
    "name_forms",
    "spaced_forms",
    "whole_token",
]

RUNS = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]+")
GAP = r"[\W_]*"
_BEFORE, _AFTER = r"(?<![^\W_])", r"(?![^\W_])"
_NEAR = r"[\W_]{0,3}"
_COMPONENTS = 3
"""Family, given and middle name; prefix and suffix follow."""

_PARTICLES = (
    "van von vom zu zum zur der den dem de del della dei degli di da das do dos du la le les el al bin bint "
    "ibn abu ben bat ter ten op het und y e af av st san santa mac mc o"
)
_TITLES = (
    "dr prof med phd md rn jr sr ii iii iv mr mrs ms miss herr frau dipl ing dent vet mag doc doctor "
    "professor freiherr graf baron esq rev sir dame priv doz"
)
_SMALL = frozenset(f"{_PARTICLES} {_TITLES}".split())
"""Parts of names that alone identify no one."""

PARTICLES = frozenset(_PARTICLES.split()) - {"y", "e", "o", "op", "st", "av"}

_ASCII_SPELLINGS = {"ä": "ae?", "ö": "oe?", "ü": "ue?", "ø": "oe?", "å": "aa?", "æ": "ae?", "œ": "oe?"}
_LATIN = {
    "а": "a", "б": "b", "в": "[vw]", "г": "[gh]", "д": "d", "е": "(?:[jyi]?[eo])", "ж": "(?:zh|sch|sh|j|z|g)",
    "з": "[zs]", "и": "[iyj]*", "к": "[kc]", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s+", "т": "t", "у": "(?:ou|oo|u)", "ф": "(?:ph|f)", "х": "(?:kh|ch|h|x)", "ц": "(?:ts|tz|cz|c|z)",
    "ч": "(?:tsch|tch|ch|c)", "ш": "(?:sch|sh|ch|s)", "щ": "(?:shch|schtsch|sch|sh|sc)", "ъ": "", "ы": "[yi]",
    "ь": "", "э": "e", "ю": "(?:[yij]?ou|[yij]?u)", "я": "[yij]?a", "і": "[iy]", "є": "[yij]?e", "ґ": "g",
    "α": "a", "β": "[vb]", "γ": "[gy]", "δ": "dh?", "ε": "e", "ζ": "z", "η": "[ie]", "θ": "th", "ι": "[iy]",
    "κ": "[kc]", "λ": "l+", "μ": "m", "ν": "n", "ξ": "(?:ks|x)", "ο": "o", "π": "p", "ρ": "rh?", "σ": "s+",
    "τ": "t", "υ": "[yiuvf]", "φ": "(?:ph|f)", "χ": "(?:ch|kh|h|x)", "ψ": "ps", "ω": "o",
}  # fmt: skip
_FIRST_IDEOGRAPH = 0x2E80
_SHORTEST_PART = 4
_SHORTEST_SPACED, _SHORTEST_SPLIT = 3, 5
_SPACES = r"[\W_]"
_UNPARTED = re.compile("[々㐀-䶿一-鿿가-힣豈-﫿\U00020000-\U0003ffff]{2,5}")
"""A name in ideographs or Hangul whose component does not tell where the family name ends."""

_LONGEST_FAMILY = 3
_HONORIFIC = rf"(?={_SPACES}{{0,2}}(?:様|サン|サマ|殿|氏|君|チャン|先生|女士|小姐|님|씨|선생))"
"""What follows a person's name, folded."""

_NAME_END = f"(?:{_AFTER}|{_HONORIFIC})"


def name_forms(name: str) -> Iterator[tuple[str, bool]]:
    """Patterns for the PN value `name`, and whether each stands for the whole name.

    >>> any(re.search(pattern, "ax t2 o. quillfeather") for pattern, _ in name_forms("Quillfeather^Oriana"))
    True
    """
    for group in name.split("="):
        components = [RUNS.findall(component) for component in group.split("^")]
        parts = [run for runs in components[:_COMPONENTS] for run in runs]
        yield from _whole_forms(components)
        if len(parts) == 1 and _UNPARTED.fullmatch(parts[0]):
            yield from _unparted_forms(parts[0])
        for component in components[:_COMPONENTS]:
            if len(component) > 1:
                yield GAP.join(map(letters, component)), True
        extras = [run for runs in components[_COMPONENTS:] for run in runs if len(run) >= _SHORTEST_PART]
        extras += [word for part in parts for word in _LETTERS.findall(part) if len(word) >= _SHORTEST_PART]
        for part in dict.fromkeys((*parts, *extras)):
            if len(part) > 1 and not is_common(part):
                yield whole_token(part), False


def spaced_forms(name: str) -> Iterator[str]:
    """Patterns for parts of `name` whose letters stand apart, or longer ones that are split anywhere.

    >>> [bool(re.search(pattern, "q u i l l feather")) for pattern in spaced_forms("Quillfeather^O")]
    [True]
    """
    for part in dict.fromkeys(RUNS.findall(fold(name).text)):
        is_short = len(part) < (2 if is_ideographic(part) else _SHORTEST_SPACED)
        if not (is_short or is_common(part)):
            gap = f"{_SPACES}{{{int(len(part) < _SHORTEST_SPLIT)},2}}"
            yield f"{_BEFORE}{gap.join(map(re.escape, part))}{_AFTER}"


def code_form(name: str) -> str:
    """A pattern for the parts of `name` that may stand in a code string as words, or nothing."""
    parts = (run for run in RUNS.findall(name) if len(run) >= _SHORTEST_PART)
    words = "|".join(letters(part) for part in dict.fromkeys(parts) if not is_word(part))
    return f"{_BEFORE}(?:{words}){_AFTER}" if words else ""


def _whole_forms(components: list[list[str]]) -> Iterator[tuple[str, bool]]:
    """The family name beside the others, which may be initials; any two parts where there is no component."""
    family = components[0]
    others = [run for runs in components[1:_COMPONENTS] for run in runs]
    if not others and len(family) > 1 and not set(map(str.lower, family[:-1])) <= _SMALL:
        family, others = family[:1], family[1:]
        yield from _beside(others[-1:], [*family, *others[:-1]])
    if family and others:
        yield from _beside(family, others)


def _unparted_forms(name: str) -> Iterator[tuple[str, bool]]:
    """All of `name` with gaps anywhere, its two parts turned round, and either part alone.

    Where the family name ends is not known: all places are tried. A part alone is a whole word, or stands
    before an honorific; one character alone is none.
    """
    spaced = f"{_SPACES}{{0,2}}".join(map(letters, name))
    wholes, parts = [spaced if len(name) > 2 else f"{_BEFORE}{spaced}{_NAME_END}"], []
    for length in range(1, min(_LONGEST_FAMILY + 1, len(name))):
        family, given = letters(name[:length]), letters(name[length:])
        wholes.append(f"{_BEFORE}{given}{_SPACES}{{1,3}}{family}{_NAME_END}")
        parts.append(f"{_BEFORE}{family}{_HONORIFIC}")
        alone = (part for part in (name[:length], name[length:]) if len(part) > 1 and not is_word(part))
        parts += (f"{_BEFORE}{letters(part)}{_NAME_END}" for part in alone)
    yield "|".join(wholes), True
    yield "|".join((*wholes, *parts)), False  # wholes again: a part must not be found first


def _beside(family: list[str], others: list[str]) -> Iterator[tuple[str, bool]]:
    names = [GAP.join(map(letters, family)), *(letters(run) for run in family if not is_common(run))]
    whole = f"(?:{'|'.join(dict.fromkeys(names))})"
    forms = [letters(run) for run in others]
    initials = [letters(run[0]) for run in others if not is_ideographic(run)]
    length = sum(map(len, family))
    is_short = length < _SHORTEST_PART and not any(map(is_ideographic, family))
    if is_short or all(map(is_common, family)):
        yield from _glued("".join(family), others)
        whole = f"{_BEFORE}{whole}{_AFTER}"
    if all(map(is_common, family)):
        forms += [rf"{initial}(?=\.)" for initial in initials]
    elif length > 1:
        forms += initials
    either = "|".join(dict.fromkeys(forms))
    yield rf"{_BEFORE}(?:(?:{either}){_NEAR}){{1,5}}{whole}(?:{_NEAR}(?:{either}){_AFTER}){{0,3}}", True
    yield rf"{whole}(?:{_NEAR}(?:{either})){{1,3}}{_AFTER}", True


def _glued(family: str, others: list[str]) -> Iterator[tuple[str, bool]]:
    """A name too short to be looked for within words, written as one that the vocabulary does not know."""
    for other in others:
        for first, second in ((family, other), (other, family)):
            glued = fold(first + second).text
            if len(other) > 1 and len(glued) >= _SHORTEST_PART and not is_word(glued):
                yield rf"{_BEFORE}{letters(first)}{letters(second)}(?![^\W\d_])", True


def whole_token(run: str) -> str:
    """`run` anywhere, or, where it has less than four letters that are no ideographs, as a whole word."""
    is_short = len(run) < _SHORTEST_PART and not is_ideographic(run)
    return f"{_BEFORE}{letters(run)}{_AFTER}" if is_short else letters(run)


def is_common(run: str) -> bool:
    """Whether `run` is a word, a particle or a title, which alone identify no one."""
    low = run.lower()
    return low in _SMALL or (run.isascii() and is_standard_word(low))


def is_ideographic(run: str) -> bool:
    """Whether `run` is written in characters that each stand for a syllable or more."""
    return any(ord(character) >= _FIRST_IDEOGRAPH for character in run)


def letters(run: str) -> str:
    """A pattern for one run of letters and digits in every spelling."""
    spelled = unicodedata.normalize("NFC", run).casefold()
    pattern = "".join(map(_letter, spelled)).replace("ae", "ae?").replace("oe", "oe?").replace("ue", "ue?")
    pattern = pattern.replace("e??", "e?")
    folded = fold(run).text
    latin = "".join(_LATIN.get(character, "") for character in folded)
    is_other_script = all(character in _LATIN for character in folded) and not re.fullmatch(latin, "")
    return f"(?:{pattern}|{latin})" if is_other_script else pattern


def _letter(character: str) -> str:
    return _ASCII_SPELLINGS.get(character) or re.escape(fold(character).text)
