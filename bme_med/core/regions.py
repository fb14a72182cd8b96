"""Regions of a picture that are painted over, and the frames they hold for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

__all__ = ["Box", "FrameRange", "Region", "covered_area", "regions_of"]


class Region(NamedTuple):
    """A half-open rectangle in rows and columns from 0, top left, as stored.

    >>> Region(top=-4, left=10, bottom=20, right=900).clipped(rows=512, columns=512)
    Region(top=0, left=10, bottom=20, right=512)
    """

    top: int
    left: int
    bottom: int
    right: int

    @property
    def is_empty(self) -> bool:
        """Whether it holds no pixel."""
        return self.bottom <= self.top or self.right <= self.left

    @property
    def area(self) -> int:
        """Pixels in it."""
        return 0 if self.is_empty else (self.bottom - self.top) * (self.right - self.left)

    def covers(self, other: "Region") -> bool:
        """Whether all of `other` lies in it."""
        return (
            self.top <= other.top
            and self.left <= other.left
            and self.bottom >= other.bottom
            and self.right >= other.right
        )

    def __str__(self) -> str:
        """As people give it: left, top, width, height."""
        return f"{self.left},{self.top},{self.right - self.left},{self.bottom - self.top}"

    def clipped(self, *, rows: int, columns: int) -> "Region":
        """What of it lies in a picture of that size; may be empty."""
        return Region(max(self.top, 0), max(self.left, 0), min(self.bottom, rows), min(self.right, columns))

    def moved(self, rows: int, columns: int) -> "Region":
        """It, so much further down and to the right."""
        return Region(self.top + rows, self.left + columns, self.bottom + rows, self.right + columns)

    def common(self, other: "Region") -> "Region":
        """What lies in both; may be empty."""
        return Region(*map(max, self[:2], other[:2]), *map(min, self[2:], other[2:]))

    def grown(self, rows: int, columns: int) -> "Region":
        """It with `rows` more above and below, and `columns` more on the left and right; not clipped."""
        return Region(self.top - rows, self.left - columns, self.bottom + rows, self.right + columns)


class FrameRange(NamedTuple):
    """Frames `first` to `last`, both included, counted from 1 as the standard counts them."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Box:
    """A region that is to be painted over, on some frames or all, and who says so.

    Attributes
    ----------
    frames
        Ranges of frames; none means all of them.
    origin
        Who says so, for the audit: ``drawn``, ``rule GE CT dose page``, ``text``. Never a value of the file.
    """

    region: Region
    origin: str
    frames: tuple[FrameRange, ...] = ()

    def holds_for(self, frame: int) -> bool:
        """Whether `frame`, counted from 1, is one of its frames."""
        return not self.frames or any(first <= frame <= last for first, last in self.frames)


def regions_of(boxes: Iterable[Box], frame: int, *, rows: int, columns: int) -> tuple[Region, ...]:
    """What is to be painted over in `frame`, counted from 1: clipped, none of them empty.

    >>> name = Box(Region(0, 0, 10, 99), "drawn", (FrameRange(2, 3),))
    >>> [regions_of([name], frame, rows=8, columns=64) for frame in (1, 2)]
    [(), (Region(top=0, left=0, bottom=8, right=64),)]
    """
    clipped = (box.region.clipped(rows=rows, columns=columns) for box in boxes if box.holds_for(frame))
    return tuple(region for region in clipped if not region.is_empty)


def covered_area(regions: Sequence[Region]) -> int:
    """Pixels that lie in at least one of `regions`.

    >>> covered_area([Region(0, 0, 10, 10), Region(5, 5, 10, 20), Region(5, 15, 6, 16)])
    150
    """
    area = 0
    for top, bottom in pairwise(sorted({edge for region in regions for edge in (region.top, region.bottom)})):
        reach = -1
        for region in sorted(regions, key=lambda each: each.left):
            if region.top <= top and region.bottom >= bottom:
                area += (bottom - top) * max(0, region.right - max(region.left, reach))
                reach = max(reach, region.right)
    return area
