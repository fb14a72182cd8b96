"""What the actions of an audit say of painting: regions as left, top, width, height, and what stayed."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from bme_med.core import Box, FrameRange, Region

__all__ = ["Outside", "boxes_of", "outside_of"]

_WHERE = re.compile(r".*?(?: all frames| frames (?P<frames>[\d, -]+))?: (?P<box>\d+,\d+,\d+,\d+)")
_OUTSIDE = re.compile(r"as before(?: in \d+ frames)?, SHA-256 (?P<of>[a-z ]+) (?P<digest>[0-9a-f]{64})")
_KINDS: "dict[str, Literal['stored', 'decoded', 'shown']]" = {
    "with zeros in the boxes": "stored",
    "of the digests of their samples": "decoded",
    "of the samples": "shown",
}


class Outside(NamedTuple):
    """A digest of the pixels that were not painted over.

    `kind` tells of what: native frames as stored, compressed ones as they decode, or a photo as shown.
    """

    kind: Literal["stored", "decoded", "shown"]
    digest: str


def outside_of(actions: Iterable[Mapping[str, str]]) -> Outside | None:
    """The digest that one of `actions` gives, if one does.

    >>> rule = f"as before, SHA-256 of the samples {64 * '0'}"
    >>> outside_of([{"where": "pixels: outside the boxes", "code": "redact", "rule": rule}]).kind
    'shown'
    """
    for action in actions:
        match = _OUTSIDE.fullmatch(action["rule"]) if action["where"].endswith("outside the boxes") else None
        if match and match["of"] in _KINDS:
            return Outside(_KINDS[match["of"]], match["digest"])
    return None


def boxes_of(actions: Iterable[Mapping[str, str]]) -> tuple[Box, ...]:
    """The boxes among `actions`.

    >>> where = "(7FE0,0010) PixelData frames 1-3, 7: 10,20,100,30"
    >>> [box] = boxes_of([{"where": where, "code": "redact", "rule": "drawn"}])
    >>> box.region, box.holds_for(2), box.holds_for(5)
    (Region(top=20, left=10, bottom=50, right=110), True, False)
    """
    matches = (
        (_WHERE.fullmatch(action["where"]), action["rule"])
        for action in actions
        if action["code"] == "redact"
    )
    return tuple(_box(match, rule) for match, rule in matches if match)


def _box(match: re.Match[str], rule: str) -> Box:
    left, top, width, height = map(int, match["box"].split(","))
    return Box(Region(top, left, top + height, left + width), rule, tuple(_ranges(match["frames"] or "")))


def _ranges(text: str) -> Iterable[FrameRange]:
    """The ranges of frames that `text` lists.

    >>> list(_ranges("1-3, 7"))
    [FrameRange(first=1, last=3), FrameRange(first=7, last=7)]
    """
    for part in filter(None, text.split(", ")):
        first, _, last = part.partition("-")
        yield FrameRange(int(first), int(last or first))
