"""The first look at an instance: what identifies, at any depth."""

from bme_med.dicom.content import ContentRules
from bme_med.dicom.decisions import Do
from bme_med.dicom.dictionary import is_private
from bme_med.dicom.identifiers import Kind, Mention
from bme_med.dicom.identifying import kind_of
from bme_med.dicom.scope import Scope
from bme_med.dicom.walker import Element

__all__ = ["harvest", "harvest_senders"]

_KEPT = (Do.KEEP, Do.SEARCH, Do.CODE_VALUE, Do.RECURSE)
_CODE = {0x00080100: Kind.ID, 0x00080104: None, 0x00080119: Kind.ID, 0x00080120: Kind.ID}
"""Code Values are IDs; a Code Meaning is of the kind of its sequence."""

_DATE_BYTES = 10


def harvest(scope: Scope, content: ContentRules | None = None) -> tuple[Mention, ...]:
    """Values of identifying attributes, and `content` items, that do not stay as they are, once, in order.

    Of a date time only the date counts: times differ from slice to slice, and the search for a series is
    compiled once.
    """
    mentions: dict[Mention, None] = {}
    _collect(scope, content, mentions, None)
    return tuple(mentions)


def harvest_senders(senders: tuple[bytes, ...], maker: str) -> tuple[Mention, ...]:
    """Application entities and their addresses that file meta names, although it is written anew.

    A title that the `maker` and the model of a device bear identifies no one.
    """
    known = maker.upper().encode("ascii", "replace")
    return tuple(Mention(Kind.ID, "", raw) for raw in senders if raw.strip(b" \0").upper() not in known)


def _collect(
    scope: Scope, content: ContentRules | None, mentions: dict[Mention, None], coded: Kind | None
) -> None:
    """`coded` is the kind of what codes in this dataset mean, where they identify."""
    for element in content.identifying(scope) if content and scope.prefix else ():
        for told in (Kind.PERSON, Kind.ID):
            mentions[Mention(told, scope.charset, scope.raw(element))] = None
    for element in scope.elements:
        kind = _kind_of(element, scope, coded)
        if element.items is not None:
            for number, item in enumerate(element.items.items):
                _collect(scope.below(element, item, number), content, mentions, kind)
        elif kind and element.end > element.value:
            raw = scope.raw(element)
            if element.vr in ("DA", "DT"):
                raw = raw[:_DATE_BYTES] if b"." in raw[:5] else raw[:8]
            mentions[Mention(kind, scope.charset, raw)] = None


def _kind_of(element: Element, scope: Scope, coded: Kind | None) -> Kind | None:
    """What `element` says of a person, where it does and does not stay as it is."""
    tag, vr = element.tag, element.vr
    if coded and tag in _CODE:
        return _CODE[tag] or coded
    kind = kind_of(tag, vr)
    if kind and not is_private(tag) and scope.rules[tag, vr].do in _KEPT:
        return None
    return kind
