"""Templates of names, such as ``{subject}/{n:03}``: what may stand in them, and how they are filled in.

A field is ``{name}`` or ``{name:form}``; nothing else of Python's format language is known, so that what a
profile says can be checked when it loads. Paths keep to the File IDs of PS3.10, 8.2 where a DICOMDIR is made.
"""

import re
from collections.abc import Collection, Mapping

__all__ = ["YEAR", "check_file_id", "check_path", "check_template", "fields_in", "fill"]

YEAR = "date:year"
"""The field that tells the year of a study or photo."""

_FIELD = re.compile(r"\{(\w+)(?::(\w+))?\}")
_NUMBER = re.compile(r"0[1-9]")
_COMPONENT = re.compile(r"[A-Z0-9_]{1,8}")
_SHORT = "X" * 8
_MOST_COMPONENTS = 8


def fields_in(template: str) -> list[str]:
    """Names of the fields of `template`, with the form of those that have more than one.

    >>> fields_in("{subject}/{date:year}_{n:03}")
    ['subject', 'date:year', 'n']
    """
    return [_key(match) for match in _FIELD.finditer(template)]


def fill(template: str, values: Mapping[str, str]) -> str:
    """`template` with every field replaced; a number gets the zeros that its form asks for.

    >>> fill("{subject}/{n:03}", {"subject": "KNEE-01", "n": "7"})
    'KNEE-01/007'
    """
    return _FIELD.sub(
        lambda match: values[_key(match)].zfill(int(match[2]) if match[1] == "n" and match[2] else 0),
        template,
    )


def check_template(template: str, allowed: Collection[str]) -> None:
    """See that `template` uses nothing but the fields in `allowed`.

    Raises
    ------
    ValueError
        With what may be used.
    """
    shown = ", ".join(f"{{{name}}}" for name in allowed)
    rest = _FIELD.sub("", template)
    if "{" in rest or "}" in rest:
        raise ValueError(f"a template may use only {shown}, and no other braces")
    for match in _FIELD.finditer(template):
        if _key(match) not in allowed:
            raise ValueError(f"{match[0]} is not known here: a template may use only {shown}")
        if match[1] == "n" and match[2] and not _NUMBER.fullmatch(match[2]):
            raise ValueError("a number is written {n}, or with leading zeros {n:02} to {n:09}")


def check_path(template: str) -> None:
    r"""See that `template` leads below a folder and nowhere else.

    Raises
    ------
    ValueError
        If it is absolute, leads upwards, or has a folder without a name.

    >>> check_path("../{n}")
    Traceback (most recent call last):
        ...
    ValueError: a path below the output folder has no '..' in it
    """
    if "\\" in template:
        raise ValueError("folders are divided by '/'")
    if template.startswith("/") or re.match(r"[A-Za-z]:", template):
        raise ValueError("a path below the output folder does not start with '/' or a drive")
    for part in template.split("/"):
        if part in (".", ".."):
            raise ValueError(f"a path below the output folder has no {part!r} in it")
        if not part:
            raise ValueError("a folder or file without a name: '/' at the end, or twice in a row")
        if part != part.strip("._ "):
            raise ValueError("a folder or file neither starts nor ends with '.', '_' or a space")


def check_file_id(template: str, short: Collection[str]) -> None:
    """See that `template` makes File IDs (PS3.10, 8.2), given fields in `short` of eight characters.

    Raises
    ------
    ValueError
        With what a File ID is.
    """
    filled = _FIELD.sub(lambda match: _SHORT if _key(match) in short else "-", template)
    parts = filled.split("/")
    if parts[0] == "DICOMDIR":
        raise ValueError("DICOMDIR is the name of the directory itself: choose another folder")
    if len(parts) > _MOST_COMPONENTS or not all(map(_COMPONENT.fullmatch, parts)):
        shown = ", ".join(f"{{{name}}}" for name in short)
        raise ValueError(
            "a DICOMDIR refers to paths of at most 8 parts, each 1 to 8 of A-Z, 0-9 and _ (PS3.10, 8.2): "
            f"make it of {shown}, one in each part, or leave it out"
        )


def _key(match: re.Match[str]) -> str:
    """What a field is called in a mapping: a number's form says only how it looks."""
    return match[1] if match[1] == "n" or not match[2] else f"{match[1]}:{match[2]}"
