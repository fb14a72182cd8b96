"""An instance of every IOD with everything planted that the IOD makes Type 1 or 2 and the table touches."""

from collections.abc import Iterator
from functools import cache

from pydicom import Dataset
from pydicom._dicom_dict import DicomDictionary

from bme_med.verify.tables import load_tables
from tests.oracles.planting import ENCODINGS, encode, plant, small_mr

__all__ = ["Typed", "every_iod", "tag_of"]

Typed = tuple[str, str]
"""A path of sequence keywords and a keyword."""


def every_iod() -> Iterator[tuple[str, list[Typed], bytes]]:
    """IOD, what is planted, and the file; once for every SOP Class."""
    tables = load_tables()
    for sop_class, iod in sorted(tables.iods.items()):
        typed = sorted(
            (path, keyword)
            for known, path, keyword in tables.types
            if known == iod and keyword != "CodeMeaning"  # in thousands of places, and cleaned in all of them
        )
        yield iod, typed, _instance(sop_class, tuple(typed))


@cache
def _instance(sop_class: str, typed: tuple[Typed, ...]) -> bytes:
    ds = small_mr()
    ds.SOPClassUID = sop_class
    for number, (path, keyword) in enumerate(typed, 1):
        _put(ds, path, keyword, number)
    return encode(ds, ENCODINGS["explicit"], load_tables())


def _put(dataset: Dataset, path: str, keyword: str, number: int) -> None:
    """Plant one attribute in an item at the end of a path of sequences, made as needed."""
    for step in path.split(".") if path else []:
        if tag_of(step) not in dataset:
            dataset.add_new(tag_of(step), "SQ", [Dataset()])
        dataset = dataset[tag_of(step)].value[0]
    if tag_of(keyword) not in dataset:
        one = plant(tag_of(keyword), number, load_tables())
        dataset.add_new(one.tag, one.vr, one.value)


def tag_of(keyword: str) -> int:
    """The tag that the dictionary, or its additions, gives."""
    return _tags_by_keyword()[keyword]


@cache
def _tags_by_keyword() -> dict[str, int]:
    known = {entry[4]: tag for tag, entry in DicomDictionary.items()}
    return known | {keyword: tag for tag, (_, keyword) in load_tables().additions.items()}
