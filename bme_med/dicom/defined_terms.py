"""Defined terms of attributes of free VRs: they say what a value is, and are nobody's name.

Somebody may be called as one, such as Hu or Od; without the term nobody could read the numbers or codes that
stand beside it.
"""

from functools import cache

from bme_med.core.resources import read_table
from bme_med.dicom.dictionary import parse_tag

__all__ = ["is_defined_term"]


def is_defined_term(tag: int, raw: bytes) -> bool:
    """Whether a value, whole, is a term that the standard defines for that attribute (``defined_terms.csv``).

    >>> [is_defined_term(tag, b"HU") for tag in (0x00281054, 0x00081090)]
    [True, False]
    """
    terms = _terms().get(tag)
    return terms is not None and raw.decode("ascii", "replace").strip(" \0") in terms


@cache
def _terms() -> dict[int, set[str]]:
    terms: dict[int, set[str]] = {}
    for row in read_table("defined_terms.csv"):
        terms.setdefault(parse_tag(row["tag"]), set()).add(row["term"])
    return terms
