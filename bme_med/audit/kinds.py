"""What was done, in a person's words: every action belongs to one kind, so that a summary can count them."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from bme_med.audit.blocks import attributes_in

__all__ = ["KINDS", "count_kinds", "kind_of"]

_GROUPS = {
    0x0002: "preamble and file meta",
    0x0008: "study, institution and staff",
    0x0010: "patient",
    0x0012: "marks of de-identification",
    0x0018: "acquisition and device",
    0x0020: "study, institution and staff",
    0x0032: "visit, request and procedure",
    0x0038: "visit, request and procedure",
    0x0040: "visit, request and procedure",
    0x7FE0: "pixels",
}
_DATES = "dates and times"
_PRIVATE = "private attributes"
_OVERLAYS = "curves and overlays"
_OTHER = "other attributes"
_PHOTO = "other parts of photos"
_PHOTOS = (
    ("Exif", "Exif of photos: camera, place, time, thumbnail"),
    ("XMP", "XMP of photos"),
    ("Photoshop", "IPTC and Photoshop data of photos"),
    ("IPTC", "IPTC and Photoshop data of photos"),
    ("ICC", "colour profiles of photos"),
    ("iCCP", "colour profiles of photos"),
)

KINDS = (
    *("patient", _DATES, "study, institution and staff", "visit, request and procedure"),
    *("pixels", "acquisition and device", "marks of de-identification", _PRIVATE, _OVERLAYS, _OTHER),
    "preamble and file meta",
    *dict.fromkeys(kind for _, kind in _PHOTOS),
    _PHOTO,
)
"""All kinds, in the order of a summary."""

_TAG = re.compile(r"\(([0-9A-Fa-f]{4}),[0-9A-Fa-fx]{4}\)(?!.*\([0-9A-Fa-f]{4},)(?: (\w+))?")
_DATE_WORD = re.compile(r"(?:Date|DateTime|[a-z]Time)$")


@lru_cache(maxsize=65_536)
def kind_of(where: str) -> str:
    """The kind of the part `where`; of a nested attribute, the innermost counts.

    >>> kind_of("(0040,0275)[0].(0008,0020) StudyDate"), kind_of("(0009,1001)"), kind_of("APP1/Exif")
    ('dates and times', 'private attributes', 'Exif of photos: camera, place, time, thumbnail')
    """
    match = _TAG.search(where)
    if match is None:
        return _GROUPS[0x0002] if where.startswith(("preamble", "main dataset")) else _photo_kind(where)
    group = int(match[1], 16)
    if group & 1:
        return _PRIVATE
    if _DATE_WORD.search(match[2] or ""):
        return _DATES
    if group >> 8 in (0x50, 0x60):
        return _OVERLAYS
    return _GROUPS.get(group, _OTHER)


def _photo_kind(where: str) -> str:
    if where.startswith("pixels: "):
        return _GROUPS[0x7FE0]
    return next((kind for word, kind in _PHOTOS if word.lower() in where.lower()), _PHOTO)


def count_kinds(decisions: Iterable[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """How many of `decisions`, pairs of a part and a code, there are of each kind and code."""
    counts: Counter[tuple[str, str]] = Counter()
    for where, code in decisions:
        counts[kind_of(where), code] += attributes_in(where)
    return counts
