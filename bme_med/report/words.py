"""Action codes and rules in words, for people who do not have PS3.15 at hand."""

import re
from functools import cache
from typing import NamedTuple

__all__ = ["CODES", "CodeWords", "rule_in_words"]


class CodeWords(NamedTuple):
    """What an action code is called in a heading, in a column, and what it means."""

    heading: str
    short: str
    meaning: str


CODES = {
    "redact": CodeWords(
        "Painted over",
        "painted over",
        "Pixels inside a region have one value; nothing of the picture is left there.",
    ),
    "X": CodeWords("Removed", "removed", "The attribute, segment or chunk is gone."),
    "Z": CodeWords("Emptied", "emptied", "The attribute is there, without a value."),
    "D": CodeWords("Replaced", "replaced", "A value that says nothing, or a pseudonym, stands in its place."),
    "C": CodeWords(
        "Cleaned", "cleaned", "What identifies is cut out; a date is shifted, or only its year is left."
    ),
    "U": CodeWords("New UID", "new UID", "Another UID, the same wherever the old one stood."),
}
"""By code, in the order of the report."""

_TYPES = {
    "1": "this kind of instance must have it with a value (Type 1)",
    "2": "this kind of instance must have it, empty or not (Type 2)",
    "3": "this kind of instance may lack it (Type 3)",
}
_LETTERS = {"X": "remove", "Z": "empty", "D": "replace", "K": "keep", "C": "clean", "U": "replace the UID"}
_VRS = {
    "DA": "a date", "DT": "a date and time", "TM": "a time", "PN": "a person's name", "AE": "a station",
    "UI": "a UID", "UR": "an address", "UN": "bytes of unknown kind", "CS": "a code word", "AS": "an age",
    "DS": "a number", "IS": "a number",
}  # fmt: skip
_TEXT_VRS = ("LO", "LT", "SH", "ST", "UC", "UT")
_TYPE = re.compile(r"(.*), Type ([123])(.*)")
_LISTED = re.compile(r"PS3\.15 Table E\.1-1: ([XZDKCU](?:/[XZDU]\*?)*)")
_OPTION = re.compile(r"PS3\.15 Table E\.1-1, ([a-z-]+): ([KC])")
_UNLISTED = re.compile(r"not in PS3\.15 Table E\.1-1: ([A-Z]{2})\b(.*)")


@cache
def rule_in_words(rule: str) -> str:
    """The `rule` of an action as a sentence; what is one already stays.

    >>> rule_in_words("PS3.15 Table E.1-1: X/Z, Type 2")
    'PS3.15 Table E.1-1 says: remove or empty; this kind of instance must have it, empty or not (Type 2)'
    >>> rule_in_words("after the end of the image")
    'after the end of the image'
    """
    typed = _TYPE.fullmatch(rule)
    text, type_, rest = typed.groups() if typed else (rule, "", "")
    words = _in_words(text) + rest
    return f"{words}; {_TYPES[type_]}" if type_ else words


def _in_words(rule: str) -> str:
    if listed := _LISTED.fullmatch(rule):
        return f"PS3.15 Table E.1-1 says: {_letters(listed[1])}"
    if option := _OPTION.fullmatch(rule):
        return f"PS3.15 Table E.1-1 says, under the option {option[1]}: {_letters(option[2])}"
    if unlisted := _UNLISTED.fullmatch(rule):
        return f"PS3.15 Table E.1-1 does not list it, its value decides: {_kind(unlisted[1])}{unlisted[2]}"
    if rule == "PS3.15 Table E.1-1: private attribute, X":
        return "PS3.15 Table E.1-1 says of private attributes: remove"
    if rule.startswith("profile: "):
        return f"the profile says so for {rule.removeprefix('profile: ')}"
    dated = rule.replace("modified dates (year)", "of dates the year stays")
    return dated.replace("modified dates (shift)", "dates are shifted, the same for all of one patient")


def _letters(compound: str) -> str:
    """A compound code in words.

    >>> _letters("X/Z/U*")
    'remove, empty or replace the UIDs inside'
    """
    words = [
        "replace the UIDs inside" if letter == "U*" else _LETTERS[letter] for letter in compound.split("/")
    ]
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _kind(vr: str) -> str:
    return f"a text ({vr})" if vr in _TEXT_VRS else f"{_VRS.get(vr, 'binary data')} ({vr})"
