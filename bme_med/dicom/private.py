"""Private attributes that a profile vouches for (PS3.5, 7.8.1; PS3.15, E.3.10)."""

from functools import lru_cache

from bme_med.core import Action, Code
from bme_med.dicom.dictionary import PRIVATE_CREATOR_ELEMENTS, is_private, private_vrs, where
from bme_med.dicom.rules import ActionTable, Decision, Do
from bme_med.dicom.scope import Scope

__all__ = ["private_decisions", "removed"]


@lru_cache(maxsize=65_536)
def removed(tag: int) -> Decision:
    """The decision about every private attribute that no profile names."""
    return Decision(Do.REMOVE, Action(where(tag), Code.X, "PS3.15 Table E.1-1: private attribute, X"))


def private_decisions(scope: Scope, table: ActionTable) -> dict[int, Decision]:
    """Decisions for private elements that stay, and for the creators of their blocks.

    Blocks are resolved in this very dataset or item: the creator's element number reserves the block.
    """
    if not table.selectors.has_private:
        return {}
    creators: dict[int, str] = {}
    decisions: dict[int, Decision] = {}
    for element in scope.elements:
        tag = element.tag
        if not is_private(tag):
            continue
        if tag & 0xFFFF in PRIVATE_CREATOR_ELEMENTS:
            creators[tag] = scope.raw(element).decode("ascii", "replace").strip(" \0")
            continue
        creator_tag = tag & 0xFFFF0000 | (tag >> 8 & 0xFF)
        creator = creators.get(creator_tag)
        if creator is None:
            continue
        decision = table.private(creator, tag, _vr(creator, tag, element.vr))
        if decision and decision.do is not Do.REMOVE:
            decisions[tag] = decision
            rule = "private creator of a block that stays"
            decisions[creator_tag] = Decision(Do.KEEP, Action(where(creator_tag), Code.K, rule))
    return decisions


def _vr(creator: str, tag: int, vr: str) -> str:
    """VR of a private element; implicit encoding and UN leave it to the dictionary."""
    return private_vrs().get((creator, tag & 0xFFFF00FF), vr) if vr == "UN" else vr
