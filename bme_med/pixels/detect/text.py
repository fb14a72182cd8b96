"""Burned-in text: lines are found, read, and sorted into text, what may be text, and harmless marks.

Orientation marks are the letters of PS3.3, C.7.6.1.1.1. What was read is compared and forgotten.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bme_med.core.regions import Region
from bme_med.pixels.detect.lines import Line, hinted_parts, likely_hearts, lines_of, traces_of, upright_lines
from bme_med.pixels.detect.sorting import Kind, kind_of
from bme_med.pixels.detect.words import read_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Search", "TextFound", "find_text", "never"]

_LARGE = 1_300_000
"""Pixels of a large picture."""
_READ = 0.35
"""Share of the height by which a heart grows on each side to be read."""
_ACROSS, _ALONG = 0.6, 4.5
"""The same to be covered: hearts are cut off at the ends of a line."""
_ASIDE, _ONWARD = 2.0, 12.0
"""The same to look for more of an upright text."""
_COVERED = 0.9
"""Share of a line that lies in text found before: it needs no reading."""
_PART = 0.6
"""Share of what may be text that lies in a mark: it is a part of it."""
_BESIDE = 0.35
"""Share of a line that lies in the region of a text: the text goes on there."""


@dataclass(frozen=True, slots=True)
class TextFound:
    """Regions of text, in the picture's own pixels and inside it. What was read there is not kept.

    Attributes
    ----------
    confirmed
        The recogniser read at least two letters or digits there, or an identifier of the file.
    suspect
        Something was read there, but not with certainty.
    marks
        R, L, orientation letters, strokes of a scale.
    """

    confirmed: tuple[Region, ...] = ()
    suspect: tuple[Region, ...] = ()
    marks: tuple[Region, ...] = ()


def never(_words: str) -> bool:
    """No words identify: nothing is known of the file's identifiers."""
    return False


def find_text(
    renderings: "Iterable[NDArray[np.uint8]]", is_identifier: Callable[[str], bool] = never
) -> TextFound:
    """Where text stands in any of `renderings`, which show the same picture.

    Parameters
    ----------
    renderings
        (rows, columns) or (rows, columns, 3), 8 bits. The first is looked at thoroughly, others in their own
        size: on the frames of the bench, windows looked at twice as large showed no more.
    is_identifier
        Told each line and each of its words; what it says yes to is confirmed, however uncertain the reading.

    Raises
    ------
    DetectorMissingError
        If the extra ``bme-med[detect]`` is not installed.
    """
    search: Search | None = None
    for number, rendering in enumerate(renderings):
        rows, columns = rendering.shape[:2]
        search = search or Search(rows, columns, is_identifier)
        search.look(rendering, quickly=number > 0)
    return search.found() if search else TextFound()


class Search:
    """Text found so far, in pictures of the same size that show the same thing."""

    def __init__(self, rows: int, columns: int, is_identifier: Callable[[str], bool]) -> None:
        self._rows, self._columns = rows, columns
        self._is_identifier = is_identifier
        self._regions: dict[Kind, set[Region]] = {kind: set() for kind in Kind}
        self._upright: list[Line] = []

    def look(
        self, picture: "NDArray[np.uint8]", *, part: Region | None = None, quickly: bool = False
    ) -> None:
        """Look at `part` of `picture`, or all of it; quickly: in its own size alone.

        A large picture is enlarged only where its own size hints at lines, and reduced for large letters.
        """
        whole = part or Region(0, 0, self._rows, self._columns)
        likely = self._look_once(picture, whole, 1.0, narrowly=not quickly)
        if quickly:
            return
        if whole.area < _LARGE:
            self._look_once(picture, whole, 2.0)
        else:
            self._look_once(picture, whole, 0.5)
            for hinted in hinted_parts(likely):
                self._look_once(picture, hinted.moved(whole.top, whole.left), 2.0)
        self._look_along(picture)

    def _look_along(self, picture: "NDArray[np.uint8]") -> None:
        """Look from the side at each upright text, and at what may go on above and below it."""
        texts, self._upright = self._upright, []
        for text in texts:
            part = text.grown(_ASIDE, _ONWARD).clipped(rows=self._rows, columns=self._columns)
            for line in upright_lines(picture, part):
                self._sort(picture, line)

    def _look_once(
        self, picture: "NDArray[np.uint8]", part: Region, scale: float, *, narrowly: bool = False
    ) -> "NDArray[np.float32]":
        top, left, bottom, right = part
        likely = likely_hearts(picture[top:bottom, left:right], scale, narrowly=narrowly)
        for line in lines_of(likely, scale):
            self._sort(picture, line.moved(top, left))
        for trace in traces_of(likely, scale):
            self._put(Kind.UNREAD, trace.moved(top, left))
        return likely

    def found(self) -> TextFound:
        """All of it, without what lies in something else; a line beside text is text, however it was read."""
        read = self._regions[Kind.TEXT]
        unsure = [*self._regions[Kind.SUSPECT], *self._regions[Kind.UNREAD]]
        beside = [each for each in unsure if _lies_in(each, read, _BESIDE)]
        texts = [*read, *beside]
        marks = [mark for mark in self._regions[Kind.MARK] if not _lies_in(mark, texts, _PART)]
        suspects = [
            each for each in self._regions[Kind.SUSPECT] if not _lies_in(each, [*texts, *marks], _PART)
        ]
        return TextFound(_largest(texts), _largest(suspects), _largest(marks))

    def _sort(self, picture: "NDArray[np.uint8]", line: Line) -> None:
        """Read a line and put it where it belongs; what is known to be text is a line beside it, unread."""
        if _lies_in(line.heart, self._regions[Kind.TEXT], _COVERED):
            self._put(Kind.UNREAD, line)
            return
        words = read_words(picture, line.grown(_READ, _READ), is_upright=line.is_upright)
        kind = kind_of(words, line.height, self._is_identifier)
        if kind is not None:
            self._put(kind, line)
        if kind is Kind.TEXT and line.is_upright:
            self._upright.append(line)

    def _put(self, kind: Kind, line: Line) -> None:
        region = line.grown(_ACROSS, _ACROSS if kind is Kind.MARK else _ALONG)
        self._regions[kind].add(region.clipped(rows=self._rows, columns=self._columns))


def _lies_in(region: Region, others: Iterable[Region], share: float) -> bool:
    """Whether that share of `region` lies in one of `others`."""
    return any(region.common(other).area >= share * region.area for other in others)


def _largest(regions: Iterable[Region]) -> tuple[Region, ...]:
    """`regions` without those that lie in another, from top to bottom."""
    kept: list[Region] = []
    for region in sorted(regions, key=lambda each: -each.area):
        if not _lies_in(region, kept, 1.0):
            kept.append(region)
    return tuple(sorted(kept))
