"""The judge of the score: pydicom reads the outputs, and the rules are those of the benchmark's script.

A check of an instance that was not written fails.
"""

import csv
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

import numpy as np
from numpy.typing import NDArray
from pydicom import DataElement, Dataset, dcmread

from tests.bench.midi_b_key import Action, Answer, Path, digest, text_of

__all__ = ["Burned", "Mappings", "judge", "read_mappings"]

_STOP_WORDS = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "by", "for", "from"),
        *("in", "is", "it", "of", "on", "or", "the", "to"),
    )
)
_LEAST_COVERED = 0.95


@dataclass(frozen=True, slots=True)
class Burned:
    """Letters in a frame: `mask` has its rows and columns."""

    instance: str
    mask: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Mappings:
    """New IDs by original ones."""

    patients: Mapping[str, str]
    uids: Mapping[str, str]


def read_mappings(patients: FilePath, uids: FilePath) -> Mappings:
    """Of the tables beside a crosswalk."""
    return Mappings(_mapping(patients), _mapping(uids))


def _mapping(path: FilePath) -> dict[str, str]:
    with path.open(newline="", encoding="utf-8") as file:
        return {row["id_old"]: row["id_new"] for row in csv.DictReader(file)}


def judge(
    answers: Iterable[Answer], burned: Iterable[Burned], out: FilePath, mappings: Mappings
) -> Iterator[tuple[Answer, bool]]:
    """Each answer, and whether the output passes it."""
    outputs = {str(ds.SOPInstanceUID): ds for ds in map(dcmread, sorted(out.rglob("*.dcm")))}
    for answer in answers:
        ds = outputs.get(mappings.uids.get(answer.instance, ""))
        yield answer, ds is not None and _passes(answer, ds, mappings)
    for text in burned:
        ds = outputs.get(mappings.uids.get(text.instance, ""))
        answer = Answer(text.instance, (), Action.PIXELS_HIDDEN)
        yield answer, ds is not None and _is_hidden(text.mask, ds)


def _passes(answer: Answer, ds: Dataset, mappings: Mappings) -> bool:
    if answer.action is Action.PIXELS_RETAINED:
        return "PixelData" in ds and digest(ds) == answer.text
    element = _find(ds, answer.path)
    value = None if element is None else text_of(element)
    if value is None:
        return answer.action not in (Action.TAG_RETAINED, Action.TEXT_NOTNULL, Action.TEXT_RETAINED)
    match answer.action:
        case Action.TAG_RETAINED:
            return True
        case Action.TEXT_NOTNULL:
            return value != ""
        case Action.TEXT_RETAINED:
            return all(kept for kept in _kept(answer.text, value))
        case Action.TEXT_REMOVED:
            return not any(_kept(answer.text, value))
        case Action.UID_CONSISTENT:
            return value == mappings.uids.get(answer.text, "")
        case Action.PATID_CONSISTENT:
            return value == mappings.patients.get(answer.text, "")
        case _:
            return answer.text not in value


def _kept(wanted: str, value: str) -> list[bool]:
    """Of each word of `wanted`, whether it stands in `value`; numbers are compared as numbers."""
    try:
        return [float(wanted) == float(value)]
    except ValueError:
        pass
    wanted, value = wanted.lower(), value.lower()
    if wanted in value:
        return [True]
    return [word in value for word in _words(wanted)]


def _words(text: str) -> list[str]:
    """The words of `text`, punctuation around them left out."""
    table = str.maketrans(dict.fromkeys("()[]{},;:!?^\\\"'|", " "))
    words = (word.strip(string.punctuation) for word in text.translate(table).split())
    return [word for word in words if word and word not in _STOP_WORDS]


def _find(ds: Dataset, path: Path) -> DataElement | None:
    """The element at `path`; of a private block wherever its creator reserved it (PS3.5, 7.8.1)."""
    for tag, creator, item in path:
        if creator:
            blocks = [e.tag for e in ds if e.tag.is_private_creator and e.value == creator]
            places = [
                block.group << 16 | block.element << 8 | tag & 0xFF
                for block in blocks
                if block.group == tag >> 16
            ]
            tag = next((place for place in places if place in ds), 0)
        if tag not in ds:
            return None
        element = ds[tag]
        if item < 0:
            return element
        if item >= len(element.value):
            return None
        ds = element.value[item]
    return None


def _is_hidden(mask: NDArray[np.bool_], ds: Dataset) -> bool:
    """Whether one value was painted over the letters and what is right beside them."""
    frame = ds.pixel_array.reshape(*mask.shape, -1)
    beside = _beside(mask)
    values, counts = np.unique(frame[mask], axis=0, return_counts=True)
    fill = values[counts.argmax()]
    shares = [float((frame[part] == fill).all(axis=1).mean()) for part in (mask, beside)]
    return min(shares) >= _LEAST_COVERED


def _beside(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels that touch letters."""
    grown = mask.copy()
    for axis in (0, 1):
        grown |= np.roll(grown, 1, axis) | np.roll(grown, -1, axis)
    found: NDArray[np.bool_] = grown & ~mask
    return found
