"""Which attributes identify, and what they say of a person (``identifying.csv``)."""

from functools import cache, lru_cache

from bme_med.core.resources import read_table
from bme_med.dicom.dictionary import dictionary, parse_tag
from bme_med.dicom.identifiers import Kind

__all__ = ["kind_of"]

_BY_VR = {"PN": Kind.PERSON, "DA": Kind.DATE, "DT": Kind.DATE, "AE": Kind.ID}


@lru_cache(maxsize=8192)
def kind_of(tag: int, vr: str) -> Kind | None:
    """What the value of an attribute says of a person; of a sequence, what its codes say.

    A name is one however it is encoded: UN is allowed for every attribute (PS3.5, 6.2.2).

    >>> kind_of(0x00100020, "LO"), kind_of(0x00080090, "UN")
    (<Kind.ID: 'id'>, <Kind.PERSON: 'person'>)
    """
    entry = dictionary().get(tag)
    return _kinds().get(tag) or _BY_VR.get(vr) or (_BY_VR.get(entry[0]) if entry else None)


@cache
def _kinds() -> dict[int, Kind]:
    return {parse_tag(row["tag"]): Kind(row["kind"]) for row in read_table("identifying.csv")}
