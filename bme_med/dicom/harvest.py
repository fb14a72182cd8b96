"""The first look at an instance: what identifies, at any depth."""

import re
from collections.abc import Callable, Iterator

from bme_med.dicom.content import ContentRules
from bme_med.dicom.decisions import Do
from bme_med.dicom.dictionary import creator_tag, is_private, private_key, private_vrs
from bme_med.dicom.identifiers import Kind, Mention
from bme_med.dicom.identifying import kind_of
from bme_med.dicom.scope import Scope
from bme_med.dicom.walker import Element

__all__ = ["harvest", "harvest_senders"]

_KEPT = (Do.KEEP, Do.SEARCH, Do.CODE_VALUE, Do.RECURSE)
_CODE = {0x00080100: Kind.ID, 0x00080104: None, 0x00080119: Kind.ID, 0x00080120: Kind.ID}
"""Code Values are IDs; a Code Meaning is of the kind of its sequence."""

_DAY = re.compile(rb" *(\d{8}|\d{4}\.\d{2}\.\d{2})")

_Raw = Callable[[int], bytes]
"""The value of a neighbour, by its tag."""


def harvest(scope: Scope, content: ContentRules | None, neighbour: _Raw) -> tuple[Mention, ...]:
    """Values of identifying attributes, and `content` items, that do not stay as they are, once, in order.

    `neighbour` gives the values of private creators, which may stand in another part of the dataset.
    Of a date time only the date counts: times differ from slice to slice, and the search for a series is
    compiled once.
    """
    mentions: dict[Mention, None] = {}
    _collect(scope, content, mentions, None, neighbour)
    return tuple(mentions)


def harvest_senders(senders: tuple[bytes, ...], maker: str) -> tuple[Mention, ...]:
    """Application entities and their addresses that file meta names, although it is written anew.

    A title that the `maker` and the model of a device bear identifies no one.
    """
    known = maker.upper().encode("ascii", "replace")
    return tuple(Mention(Kind.ID, "", raw) for raw in senders if raw.strip(b" \0").upper() not in known)


def _vr_of(element: Element, neighbour: _Raw) -> str:
    """The VR of `element`, by its creator's dictionary where the file does not say it."""
    if element.vr != "UN" or not is_private(element.tag):
        return element.vr
    creator = neighbour(creator_tag(element.tag)).decode("ascii", "replace").strip(" \0")
    return private_vrs().get(private_key(creator, element.tag), "UN") if creator else "UN"


def _collect(
    scope: Scope,
    content: ContentRules | None,
    mentions: dict[Mention, None],
    coded: Kind | None,
    neighbour: _Raw,
) -> None:
    """`coded` is the kind of what codes in this dataset mean, where they identify."""
    for element in content.identifying(scope) if content and scope.prefix else ():
        for told in (Kind.PERSON, Kind.ID):
            mentions[Mention(told, scope.charset, scope.raw(element))] = None
    for element in scope.elements:
        vr = _vr_of(element, neighbour)
        kind = _kind_of(element.tag, vr, scope, coded)
        if element.items is not None:
            for number, item in enumerate(element.items.items):
                inner = scope.below(element, item, number)
                _collect(inner, content, mentions, kind, inner.value)
        elif kind and element.end > element.value:
            raw = scope.raw(element)
            for value in _days(raw) if kind is Kind.DATE else (raw,):
                mentions[Mention(kind, scope.charset, value)] = None


def _days(raw: bytes) -> Iterator[bytes]:
    """Values of a date without the time of day; as they are where they are written in another way."""
    for value in raw.split(b"\\"):
        day = _DAY.match(value)
        yield day[1] if day else value


def _kind_of(tag: int, vr: str, scope: Scope, coded: Kind | None) -> Kind | None:
    """What an attribute says of a person, where it does and does not stay as it is."""
    if coded and tag in _CODE:
        return _CODE[tag] or coded
    kind = kind_of(tag, vr)
    if kind and not is_private(tag) and scope.rules[tag, vr].do in _KEPT:
        return None
    return kind
