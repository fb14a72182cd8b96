"""Which references of a set of instances lead to something in the set: by pydicom alone.

What a UID refers to is told by its attribute, what it defines by its place: an instance defines its own UID,
and those of its series, study and frame of reference, at its top level.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bme_med.verify.elements import Node

__all__ = ["References", "references_of"]

_DEFINING = {
    0x00080018: "instance",
    0x0020000D: "study",
    0x0020000E: "series",
    0x00200052: "frame of reference",
}
_REFERRING = {
    0x00081155: "instance",
    0x00081167: "instance",
    0x0020000D: "study",
    0x0020000E: "series",
    0x00200052: "frame of reference",
    0x00200242: "instance",
    0x30060024: "frame of reference",
    0x300600C2: "frame of reference",
}


@dataclass
class References:
    """Places with a reference, ``(file, place)``: those that lead to an instance of the set, and others."""

    resolved: set[tuple[str, str]] = field(default_factory=set)
    dangling: set[tuple[str, str]] = field(default_factory=set)


def references_of(nodes: Iterable[tuple[str, Node]]) -> References:
    """Look every reference of the named instances up among what they define."""
    nodes = list(nodes)
    defined: dict[str, set[str]] = {kind: set() for kind in _DEFINING.values()}
    for _, node in nodes:
        for tag, kind in _DEFINING.items():
            defined[kind].add(node.text(tag))
    defined["instance"] |= defined["study"]  # as structure sets name it
    references = References()
    for name, node in nodes:
        for place, holder, found in node.walk():
            if found.tag in _REFERRING and holder is not node and not found.is_empty:
                is_resolved = defined[_REFERRING[found.tag]].issuperset(found.values)
                (references.resolved if is_resolved else references.dangling).add((name, place))
    return references
