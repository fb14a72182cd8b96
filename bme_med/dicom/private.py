"""Private attributes that a profile vouches for (PS3.5, 7.8.1; PS3.15, E.3.10)."""

from collections.abc import Callable
from functools import lru_cache

from bme_med.core import Action, Code
from bme_med.dicom.characteristics import Characteristics
from bme_med.dicom.decisions import Decision, Do
from bme_med.dicom.dictionary import PRIVATE_CREATOR_ELEMENTS, creator_tag, is_private, where
from bme_med.dicom.rules import ActionTable
from bme_med.dicom.scope import Scope
from bme_med.dicom.walker import Element

__all__ = ["private_decisions", "removed"]


@lru_cache(maxsize=65_536)
def removed(tag: int) -> Decision:
    """The decision about every private attribute that no profile names."""
    return Decision(Do.REMOVE, Action(where(tag), Code.X, "PS3.15 Table E.1-1: private attribute, X"))


def private_decisions(
    scope: Scope,
    table: ActionTable,
    declared: Characteristics,
    is_left: Callable[[Element, Decision, Scope], bool],
) -> dict[int, Decision]:
    """Decisions for private elements of which something stays, and for the creators of their blocks.

    Blocks are resolved in this very dataset or item: the creator's element number reserves the block, and a
    block of which nothing is left takes its creator along. What the file itself declares identifying
    (`declared`) is treated as it says, whatever the profile keeps.
    """
    creators: dict[int, str] = {}
    decisions: dict[int, Decision] = {}
    for element in scope.elements:
        tag = element.tag
        if not is_private(tag):
            continue
        if tag & 0xFFFF in PRIVATE_CREATOR_ELEMENTS:
            creators[tag] = scope.raw(element).decode("ascii", "replace").strip(" \0")
            continue
        owner = creator_tag(tag)
        decision = _decide(element, creators.get(owner), table, declared)
        if decision and is_left(element, decision, scope):
            decisions[tag] = decision
            decisions[owner] = _creator(owner)
    return decisions


def _decide(
    element: Element, creator: str | None, table: ActionTable, declared: Characteristics
) -> Decision | None:
    """The decision about one element of a block of `creator`; nothing where it goes."""
    if creator is None:
        return None
    decision = table.private(creator, element.tag, element.vr)
    if decision is None:
        return None
    code = declared.action(creator, element.tag)
    return table.declared(creator, element.tag, element.vr, code) if code else decision


@lru_cache(maxsize=1024)
def _creator(tag: int) -> Decision:
    return Decision(Do.KEEP, Action(where(tag), Code.K, "private creator of a block that stays"))
