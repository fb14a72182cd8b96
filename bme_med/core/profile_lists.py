"""Files that a profile names: words of ``dicom.vocabulary``, private attributes of ``dicom.safe-private``."""

import csv
from collections.abc import Callable
from typing import Any

from bme_med.core.errors import ProfileError
from bme_med.core.plan import Code
from bme_med.core.profile import AttributeRule
from bme_med.core.resources import option_names, profile_names, read_resource

__all__ = ["is_entry", "shipped_list", "with_lists"]

_VOCABULARY, _SAFE_PRIVATE = "dicom.vocabulary", "dicom.safe-private"
_CREATOR, _TAG = "private_creator", "tag_pattern"


def shipped_list(name: str, source: str) -> str:
    """The text of the file `name` that a ready-made profile, `source`, ships with.

    Raises
    ------
    ProfileError
        If `source` is none: where its files lie, only who gives it can know.
    """
    if source not in (*profile_names(), *option_names()):
        raise ProfileError(f"{name}: no file can be read here", source=source)
    return read_resource(name)


def with_lists(own: dict[str, Any], source: str, read: Callable[[str, str], str]) -> dict[str, Any]:
    """The keys `own` of the profile at `source`, with what the files hold that they name.

    `read` gives a file's text by name and `source`.
    Private attributes come under those that the profile itself names.

    Raises
    ------
    ProfileError
        If a file cannot be read, or a line of it is not as it should be.
    """

    def listed(key: str) -> list[tuple[str, str]]:
        try:
            return [(name, read(name, source)) for name in own.get(key, [])]
        except ProfileError as error:
            raise ProfileError(error.message, source=source, key=key) from None

    words = [(name, _word_lines(name, text, source)) for name, text in listed(_VOCABULARY)]
    attributes: dict[str, AttributeRule] = {}
    for name, text in listed(_SAFE_PRIVATE):
        attributes |= _private_rules(name, text, source)
    attributes |= own.get("dicom.attributes", {})
    return {**own, _VOCABULARY: words, "dicom.attributes": attributes}


def _word_lines(name: str, text: str, source: str) -> tuple[str, ...]:
    """The lines of a file of words; one that starts with ``#`` is a note."""
    lines = text.removeprefix("\ufeff").splitlines()
    for number, line in enumerate(lines, 1):
        if not line.startswith("#") and not is_entry(line):
            raise ProfileError(
                f"line {number} of {name}: expected words, or scheme, code and meaning with tabs between",
                source=source,
                key=_VOCABULARY,
            )
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def is_entry(line: str) -> bool:
    """Whether `line` holds words, or scheme, code and meaning with tabs between."""
    return line.count("\t") in (0, 2)


def _private_rules(name: str, text: str, source: str) -> dict[str, AttributeRule]:
    r"""The rules of a file of private attributes, by selector: each stays (PS3.15, E.3.10).

    A CSV file with a header, as Table E.3.10-1 ships; lines that start with ``#`` are notes.

    >>> [*_private_rules("a.csv", 'private_creator,tag_pattern\nACME,"(0019,xx0A)"', "p")]
    ['(0019,xx0A) ACME']
    """
    lines = [line for line in text.removeprefix("\ufeff").splitlines() if not line.startswith("#")]
    rules = {}
    for row in csv.DictReader(lines):
        creator, tag = (row.get(_CREATOR) or "").strip(), (row.get(_TAG) or "").strip()
        if not creator or not tag:
            message = f"{name}: expected a header and lines with {_CREATOR} and {_TAG}, such as (0019,xx0A)"
            raise ProfileError(message, source=source, key=_SAFE_PRIVATE)
        selector = f"{tag} {creator}"
        rules[selector] = AttributeRule(selector, Code.K, None, name)
    return rules
