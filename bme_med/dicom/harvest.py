"""The first look at an instance: what identifies, at any depth."""

from bme_med.dicom.content import ContentRules
from bme_med.dicom.dictionary import is_private
from bme_med.dicom.identifiers import Mention, identifying_tags
from bme_med.dicom.rules import Do
from bme_med.dicom.scope import Scope

__all__ = ["harvest"]

_VRS = frozenset(("PN", "DA", "DT"))
_KEPT = (Do.KEEP, Do.SEARCH, Do.RECURSE)
_DATE_BYTES = 10


def harvest(scope: Scope, content: ContentRules | None = None) -> tuple[Mention, ...]:
    """Values of identifying attributes, and `content` items, that do not stay as they are, once, in order.

    Of a date time only the date counts: times differ from slice to slice, and the search for a series is
    compiled once.
    """
    mentions: dict[Mention, None] = {}
    _collect(scope, identifying_tags(), content, mentions)
    return tuple(mentions)


def _collect(
    scope: Scope, tags: frozenset[int], content: ContentRules | None, mentions: dict[Mention, None]
) -> None:
    for element in content.identifying(scope) if content and scope.prefix else ():
        mentions["LO", scope.charset, scope.raw(element)] = None
    for element in scope.elements:
        tag, vr = element.tag, element.vr
        if element.items is not None:
            for number, item in enumerate(element.items.items):
                _collect(scope.below(element, item, number), tags, content, mentions)
        elif (
            (vr in _VRS or tag in tags)
            and element.end > element.value
            and (is_private(tag) or scope.rules[tag, vr].do not in _KEPT)
        ):
            raw = scope.raw(element)
            if vr in ("DA", "DT"):
                raw = raw[:_DATE_BYTES] if b"." in raw[:5] else raw[:8]
            mentions["LO" if vr == "UN" else vr, scope.charset, raw] = None
