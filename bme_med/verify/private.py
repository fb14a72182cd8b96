"""Private attributes that PS3.15 Table E.3.10-1 calls safe or a profile names, in one dataset or item."""

from functools import cache, lru_cache

from bme_med.core import Code, Option, Profile
from bme_med.core.resources import read_table
from bme_med.verify.elements import Node

__all__ = ["vouched_places"]

_CREATORS = range(0x10, 0x100)


def vouched_places(node: Node, profile: Profile) -> dict[int, str]:
    """VR by tag of private attributes that may stay, and of their blocks' creators.

    A block belongs to the creator that reserves it in this very dataset or item (PS3.5, 7.8.1).
    """
    known = _vouched(profile)
    if not known:
        return {}
    vouched: dict[int, str] = {}
    for tag, found in node.elements.items():
        creator_tag = tag & 0xFFFF0000 | tag >> 8 & 0xFF
        if tag >> 16 & 1 and tag & 0xFFFF not in _CREATORS and creator_tag in node.elements:
            creator = node.elements[creator_tag].raw.decode("ascii", "replace").strip(" \0")
            vr = known.get((creator, tag & 0xFFFF00FF))
            if vr is not None:
                vouched[tag], vouched[creator_tag] = vr or found.vr, "LO"
    return vouched


@lru_cache(maxsize=8)
def _vouched(profile: Profile) -> dict[tuple[str, int], str]:
    """What Retain Safe Private and the lines of the profile name, by creator and tag without its block."""
    lines = [rule.selector for rule in profile.attributes if " " in rule.selector and rule.code is Code.K]
    named = {(line.partition(" ")[2], _tag(line.partition(" ")[0])): "" for line in lines}
    return named | (_safe() if Option.RETAIN_SAFE_PRIVATE in profile.options else {})


def _tag(pattern: str) -> int:
    """``(0019,xx0C)`` as a number, its block left out."""
    digits = pattern.strip("()").replace(",", "").lower()
    return int(digits[:4] + "00" + digits[6:].replace("xx", "00"), 16)


@cache
def _safe() -> dict[tuple[str, int], str]:
    return {
        (row["private_creator"], _tag(row["tag_pattern"])): row["vr"][:2]
        for row in read_table("safe_private.csv")
    }
