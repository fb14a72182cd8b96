"""Which attributes identify, and what they say of a person (``identifying.csv``)."""

from functools import cache

from bme_med.core.resources import read_table
from bme_med.dicom.identifiers import Kind

__all__ = ["kind_of"]

_BY_VR = {"PN": Kind.PERSON, "DA": Kind.DATE, "DT": Kind.DATE, "AE": Kind.ID}


def kind_of(tag: int, vr: str) -> Kind | None:
    """What the value of an attribute says of a person; of a sequence, what its codes say.

    >>> kind_of(0x00100020, "LO")
    <Kind.ID: 'id'>
    """
    return _kinds().get(tag) or _BY_VR.get(vr)


@cache
def _kinds() -> dict[int, Kind]:
    return {
        int(row["tag"].strip("()").replace(",", ""), 16): Kind(row["kind"])
        for row in read_table("identifying.csv")
    }
