"""The UIDs of an instance: values of VR UI at any depth that the standard itself does not register."""

from collections.abc import Iterable, Iterator

from bme_med.core import Source
from bme_med.dicom.dictionary import registered_uids
from bme_med.dicom.encoding import split_values
from bme_med.dicom.instance import read_instance
from bme_med.dicom.walker import Element

__all__ = ["uids_in"]


def uids_in(data: Source) -> frozenset[str]:
    """The UIDs of `data`, those of PS3.6, Annex A left out.

    Raises
    ------
    FileError
        If the file cannot be read.
    """
    instance = read_instance(data)
    found = {uid for at, element in instance.by_tag.values() for uid in _below(at, (element,))}
    return frozenset(found - registered_uids() - {""})


def _below(data: Source, elements: Iterable[Element]) -> Iterator[str]:
    for element in elements:
        if element.items is not None:
            for item in element.items.items:
                yield from _below(data, item.elements)
        elif element.vr == "UI":
            yield from split_values(data[element.value : element.end])
