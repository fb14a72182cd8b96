"""Private attributes that PS3.15 Table E.3.10-1 calls safe, as they stand in one dataset or item."""

from functools import cache

from bme_med.core.resources import read_table
from bme_med.verify.elements import Node

__all__ = ["safe_places"]

_CREATORS = range(0x10, 0x100)


def safe_places(node: Node) -> dict[int, str]:
    """VR by tag of what Retain Safe Private may leave: attributes of the table, and their blocks' creators.

    A block belongs to the creator that reserves it in this very dataset or item (PS3.5, 7.8.1).
    """
    safe: dict[int, str] = {}
    for tag, found in node.elements.items():
        creator_tag = tag & 0xFFFF0000 | tag >> 8 & 0xFF
        if tag >> 16 & 1 and tag & 0xFFFF not in _CREATORS and creator_tag in node.elements:
            creator = node.elements[creator_tag].raw.decode("ascii", "replace").strip(" \0")
            vr = _safe().get((creator, tag & 0xFFFF00FF))
            if vr is not None:
                safe[tag], safe[creator_tag] = vr or found.vr, "LO"
    return safe


@cache
def _safe() -> dict[tuple[str, int], str]:
    return {
        (
            row["private_creator"],
            int(row["tag_pattern"].strip("()").replace(",", "").replace("xx", "00"), 16),
        ): row["vr"][:2]
        for row in read_table("safe_private.csv")
    }
