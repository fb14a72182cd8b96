"""Where boxes come from: rules that say which files they are for, and where in the picture they lie.

One notation serves the command line, a boxes file, a profile and the table of devices: ``X,Y,W,H[@FRAMES]``.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.regions import Box, FrameRange, Region

__all__ = ["PATH", "BoxRule", "BoxSpec", "Condition", "parse_frames"]

PATH = "path"
"""The condition on a file's place below the input; all others are on attributes."""

_SPEC = re.compile(r"(-?\d{1,9}),(-?\d{1,9}),(-?\d{1,9}),(-?\d{1,9})(?:@(.+))?")
_FRAMES = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")
_OPERATOR = re.compile(r"(c?[~^=])?(.*)", re.DOTALL)


class BoxSpec(NamedTuple):
    """A box as people give it: left, top, width, height, and the frames that it is for; none means all.

    Negative `x` and `y` count from the right and bottom edge; a width or height of 0 or less ends that many
    pixels before that edge.

    >>> BoxSpec.parse("-200,0,0,50@1-20,25").frames
    (FrameRange(first=1, last=20), FrameRange(first=25, last=25))
    >>> BoxSpec(-200, 0, 0, 50).region(rows=480, columns=640)
    Region(top=0, left=440, bottom=50, right=640)
    """

    x: int
    y: int
    width: int
    height: int
    frames: tuple[FrameRange, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "BoxSpec":
        """The box that `text` describes.

        Raises
        ------
        ValueError
            With what was expected.
        """
        match = _SPEC.fullmatch(text.replace(" ", ""))
        if match is None:
            raise ValueError("expected X,Y,W,H or X,Y,W,H@FRAMES, such as 0,0,300,40 or 0,0,300,40@1-20")
        x, y, width, height = (int(number) for number in match.groups()[:4])
        return cls(x, y, width, height, parse_frames(match[5] or "all"))

    def __str__(self) -> str:
        """As `parse` reads it."""
        frames = ",".join(f"{first}-{last}" if last > first else str(first) for first, last in self.frames)
        return f"{self.x},{self.y},{self.width},{self.height}{frames and '@' + frames}"

    def region(self, *, rows: int, columns: int) -> Region:
        """Where it lies in a picture of that size, clipped; may be empty."""
        left = self.x if self.x >= 0 else columns + self.x
        top = self.y if self.y >= 0 else rows + self.y
        right = left + self.width if self.width > 0 else columns + self.width
        bottom = top + self.height if self.height > 0 else rows + self.height
        return Region(top, left, bottom, right).clipped(rows=rows, columns=columns)


def parse_frames(text: str) -> tuple[FrameRange, ...]:
    """Frames such as ``1-20``, ``3`` or ``1-4,9``, counted from 1; of ``all``, nothing.

    Raises
    ------
    ValueError
        With what was expected.
    """
    if text == "all":
        return ()
    ranges = []
    for part in text.split(","):
        match = _FRAMES.fullmatch(part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last:
            raise ValueError("frames are counted from 1: all, 7, 1-20 or 1-4,9")
        ranges.append(FrameRange(first, last))
    return tuple(ranges)


@dataclass(frozen=True, slots=True)
class Condition:
    """What one attribute, or the path, has to be.

    `wanted` holds alternatives with ``|`` between: ``~`` contains, ``^`` starts with, ``=`` or nothing
    equals, each without regard to case unless a ``c`` stands before it; ``!`` in front of all means none of
    them. ``*`` alone asks for any value.

    >>> [Condition("Manufacturer", "^GE|~LOGIQ").holds([value]) for value in ("Ge Medical", "Philips")]
    [True, False]
    >>> Condition("ImageType", "!~INVALID").holds(["ORIGINAL", "PRIMARY"]), Condition("Rows", "480").holds([])
    (True, False)
    """

    name: str
    wanted: str

    def holds(self, values: Sequence[str]) -> bool:
        """Whether the attribute's `values`, or all of them joined as they are stored, fulfil it."""
        if self.wanted == "*":
            return any(values)
        is_negative = self.wanted.startswith("!")
        candidates = (*values, "\\".join(values)) if len(values) > 1 else values
        alternatives = self.wanted.removeprefix("!").split("|")
        return is_negative != any(_fits(value, one) for one in alternatives for value in candidates)


def _fits(value: str, wanted: str) -> bool:
    match = _OPERATOR.fullmatch(wanted)
    operator, text = (match[1] or "=", match[2]) if match else ("=", wanted)
    if not operator.startswith("c"):
        value, text = value.casefold(), text.casefold()
    if operator.endswith("~"):
        return text in value
    return value.startswith(text) if operator.endswith("^") else value == text


@dataclass(frozen=True, slots=True)
class BoxRule:
    """Boxes, and which files they are for.

    Attributes
    ----------
    origin
        Who says so, as the audit names it.
    conditions
        All of them must hold; none means every file.
    """

    origin: str
    conditions: tuple[Condition, ...]
    boxes: tuple[BoxSpec, ...]

    def applies(self, values_of: Callable[[str], Sequence[str]]) -> bool:
        """Whether it is for a file whose attribute values are as `values_of` says of each name."""
        return all(condition.holds(values_of(condition.name)) for condition in self.conditions)

    def drawn(self, *, rows: int, columns: int, frames: int | None = None) -> list[Box]:
        """Its boxes in such a picture, for which somebody drew them; without `frames` they hold for all.

        Raises
        ------
        UnsupportedFileError
            If one of them covers nothing of it: then it was drawn on something else.
        """
        boxes = []
        for spec in self.boxes:
            box = self._place(spec, rows, columns, frames)
            if box is None:
                size = f"{columns} x {rows} pixels" + (f", frames 1 to {frames}" if frames else "")
                raise UnsupportedFileError(
                    f"the box {spec} covers nothing of the picture ({size}): correct it, or let its `match` "
                    "leave this file out"
                )
            boxes.append(box)
        return boxes

    def placed(self, *, rows: int, columns: int, frames: int | None = None) -> Iterator[Box]:
        """Its boxes in such a picture, but for those that cover nothing of it."""
        for spec in self.boxes:
            if box := self._place(spec, rows, columns, frames):
                yield box

    def _place(self, spec: BoxSpec, rows: int, columns: int, frames: int | None) -> Box | None:
        """One of its boxes in such a picture; None where it covers nothing of it."""
        region = spec.region(rows=rows, columns=columns)
        is_late = frames is not None and spec.frames and all(first > frames for first, _ in spec.frames)
        return None if region.is_empty or is_late else Box(region, self.origin, spec.frames)
