"""Comparisons of whole instances that need no table: strict reading, and a second pass."""

from collections.abc import Iterator
from io import BytesIO
from itertools import zip_longest

from pydicom import Dataset, FileDataset, config, dcmread

from bme_med.core import DatePolicy, Profile
from bme_med.verify.elements import node_of, place_of
from bme_med.verify.tables import Tables

__all__ = ["read", "second_pass_changes", "unreadable"]

_SUBJECT_PLACES = {"(0010,0010)", "(0010,0020)"}


def read(data: bytes, *, force: bool = False) -> FileDataset:
    """The instance as pydicom reads it, element by element when asked."""
    return dcmread(BytesIO(data), force=force)


def unreadable(dataset: Dataset, path: str = "") -> Iterator[str]:
    """Places that pydicom does not accept when its validation is at its strictest."""
    before = config.settings.reading_validation_mode
    config.settings.reading_validation_mode = config.RAISE
    try:
        yield from _unreadable(dataset, path)
    finally:
        config.settings.reading_validation_mode = before


def _unreadable(dataset: Dataset, path: str) -> Iterator[str]:
    for tag in list(dataset.keys()):
        place = place_of(path, tag)
        try:
            found = dataset[tag]
        except (ValueError, TypeError, KeyError, NotImplementedError, OverflowError):
            yield place
            continue
        if found.VR == "SQ":
            for number, item in enumerate(found.value):
                yield from _unreadable(item, f"{place}[{number}]")


def second_pass_changes(
    first: FileDataset, second: FileDataset, profile: Profile, tables: Tables
) -> Iterator[str]:
    """What a second pass with the same key changed beside pseudonyms."""
    for old, new in zip_longest(node_of(first, tables).walk(), node_of(second, tables).walk()):
        if old is None or new is None or old[0] != new[0]:
            yield f"{(old or new)[0]}: stands in one of the two only"
            return
        place, before, after = old[0], old[2], new[2]
        if before.vr != after.vr or len(before.items or ()) != len(after.items or ()):
            yield f"{place}: another VR or number of items"
        elif before.raw != after.raw and not _is_pseudonym(place, before.vr, before.text, profile):
            yield f"{place}: changed"
    for tag in first.file_meta.keys() | second.file_meta.keys():
        is_same = first.file_meta.get(tag) == second.file_meta.get(tag)
        if not is_same and tag not in {0x00020000, 0x00020003}:
            yield f"{place_of('', tag)}: changed"


def _is_pseudonym(place: str, vr: str, text: str, profile: Profile) -> bool:
    if vr == "UI":
        return text.startswith("2.25.")
    is_shifted = vr in {"DA", "DT"} and profile.dates is DatePolicy.SHIFT
    return is_shifted or place in _SUBJECT_PLACES
