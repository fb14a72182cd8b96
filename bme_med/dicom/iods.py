"""Attribute Types by IOD, to resolve compound action codes (PS3.15, E.3.1 and Table E.1-1a)."""

import json
from functools import cache

from bme_med.core.resources import read_resource, read_table

__all__ = ["attribute_type", "iod_of"]


@cache
def _sop_classes() -> dict[str, str]:
    return {row["sop_class_uid"]: row["iod"] for row in read_table("sop_class_iod.csv")}


def iod_of(sop_class_uid: str) -> str:
    """The IOD of a SOP Class (PS3.4, B.5), or nothing where it is not a standard one."""
    return _sop_classes().get(sop_class_uid, "")


@cache
def _types(iod: str) -> dict[tuple[str, str], int]:
    """``(path, keyword) -> 1 or 2`` of one IOD; conditional Types count as their strict form."""
    table = json.loads(read_resource("ps315_iod_types.json"))
    if iod not in table["iods"]:
        return {}
    bit = 1 << table["iods"].index(iod)
    return {(path, keyword): type_ for path, keyword, type_, mask in table["rows"] if int(mask, 16) & bit}


def attribute_type(iod: str, path: tuple[str, ...], keyword: str) -> int:
    """The strictest Type, 1 to 3, of `keyword` below the sequences `path`; 3 where nothing is known."""
    return _types(iod).get((".".join(path), keyword), 3)
