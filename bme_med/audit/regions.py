"""Regions that an audit says were painted over, as its actions write them: left, top, width, height."""

import re
from collections.abc import Iterable, Mapping

from bme_med.core import Box, FrameRange, Region

__all__ = ["boxes_of"]

_WHERE = re.compile(r".*?(?: all frames| frames (?P<frames>[\d, -]+))?: (?P<box>\d+,\d+,\d+,\d+)")


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
