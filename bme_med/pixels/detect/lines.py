"""Where lines of text may stand: PP-OCRv6 says of each pixel how likely it is the heart of a line.

A picture is looked at in its own size, and enlarged, since letters of less than about 14 pixels are
otherwise missed. Large letters in large pictures need it reduced. Hearts are narrower and shorter than the
lines that they stand for, so that boxes grow.
"""

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from bme_med.core.regions import Region
from bme_med.pixels.detect.components import Component, components
from bme_med.pixels.detect.models import Model, run_model
from bme_med.pixels.detect.resizing import resized

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Line", "hinted_parts", "likely_hearts", "lines_of", "traces_of", "upright_lines"]

_LARGE = 960, 96
_SMALL = 320, 32
"""Rows and columns of a tile at most, a multiple of `_STEP`, and of what two have in common."""
_STEP = 32
"""Sides that the model takes are multiples of it."""
_FLAT = 4
"""Grey levels: a tile that spans no more shows nothing."""

_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)
"""Of the pictures that the model was trained on."""

_PIXEL = (0.3, 0.6, 0.8)
_LINE = 0.5
"""How likely a pixel must be to count, at first and in what is tall; and a line on average."""
_TRACE = 0.06
"""How likely each pixel of what goes on beside a text must be."""
_TALLEST = 32
"""Pixels across a heart: letters of 64 pixels have about as much."""
_SHORTEST = 3
"""Pixels of a line's shorter side, at the scale it is looked at."""

_PART = 256
"""Pixels of a part's side that is enlarged alone."""
_HINT = 0.15
"""How likely one pixel of it must be."""


class Line(NamedTuple):
    """What may be a line: the heart of it in the picture's own pixels, and how likely it is."""

    heart: Region
    score: float

    @property
    def height(self) -> int:
        """Of the heart, across the line."""
        return min(self.heart.bottom - self.heart.top, self.heart.right - self.heart.left)

    @property
    def is_upright(self) -> bool:
        """Whether it is clearly taller than wide: read from bottom to top or the other way round."""
        top, left, bottom, right = self.heart
        return 2 * (bottom - top) > 3 * (right - left)

    def moved(self, rows: int, columns: int) -> "Line":
        """It, so much further down and to the right."""
        return Line(self.heart.moved(rows, columns), self.score)

    def grown(self, across: float, along: float) -> Region:
        """The heart, grown by these shares of its height on each side, and by two pixels."""
        top, left, bottom, right = self.heart
        by_across, by_along = (round(share * self.height) + 2 for share in (across, along))
        if bottom - top > right - left:
            return self.heart.grown(by_along, by_across)
        return self.heart.grown(by_across, by_along)


def likely_hearts(
    picture: "NDArray[np.uint8]", scale: float, *, narrowly: bool = False
) -> "NDArray[np.float32]":
    """For each pixel of `picture` made `scale` times as large how likely it is in the heart of a line.

    `picture` is (rows, columns) or (rows, columns, 3). Flat tiles hold no line, and are not looked at. Looked
    at narrowly, tiles are small: the model misses faint letters where much else is in sight.
    """
    import numpy as np

    rows, columns = (max(1, round(side * scale)) for side in picture.shape[:2])
    scaled = resized(picture, rows, columns)
    likely = np.zeros((rows, columns), np.float32)
    tile, overlap = _SMALL if narrowly else _LARGE
    for down, across in product(_tiles(rows, tile, overlap), _tiles(columns, tile, overlap)):
        part = scaled[down, across]
        if int(part.max()) - int(part.min()) > _FLAT:
            np.maximum(likely[down, across], _of_tile(part), out=likely[down, across])
    return likely


def lines_of(likely: "NDArray[np.float32]", scale: float) -> list[Line]:
    """The lines that `likely_hearts` of that scale shows, in the picture's own pixels."""
    lines = (Line(_unscaled(part.region, scale), part.mean) for part in _parts(likely, _TALLEST * scale))
    return [line for line in lines if line.height * scale >= _SHORTEST]


def traces_of(likely: "NDArray[np.float32]", scale: float) -> list[Line]:
    """Where a line may go on, in the picture's own pixels: mostly too unlikely to be one of its own."""
    parts = components(likely > _TRACE, likely)
    traces = [Line(_unscaled(part.region, scale), part.mean) for part in parts]
    return [trace for trace in traces if _SHORTEST <= trace.height * scale <= _TALLEST * scale]


def upright_lines(picture: "NDArray[np.uint8]", part: Region) -> Iterator[Line]:
    """The lines in `part` of `picture`, looked at from the side: the model knows lying lines best."""
    import numpy as np

    top, left, bottom, right = part
    lying = np.ascontiguousarray(np.rot90(picture[top:bottom, left:right]))
    for scale in (1.0, 2.0):
        for (above, before, below, behind), score in lines_of(likely_hearts(lying, scale), scale):
            yield Line(Region(top + before, right - below, top + behind, right - above), score)


def hinted_parts(likely: "NDArray[np.float32]") -> Iterator[Region]:
    """The parts of a picture, seen in its own size, that may hold lines too small to be sure of."""
    rows, columns = likely.shape
    for top, left in product(range(0, rows, _PART), range(0, columns, _PART)):
        part = Region(top, left, top + _PART, left + _PART).clipped(rows=rows, columns=columns)
        if likely[part.top : part.bottom, part.left : part.right].max() > _HINT:
            yield part.grown(_STEP, _STEP).clipped(rows=rows, columns=columns)


def _parts(likely: "NDArray[np.float32]", tallest: float, level: int = 0) -> Iterator[Component]:
    """The hearts; one that is tall may be anatomy and a line that touch: what is surer of it is seen too."""
    for part in components(likely > _PIXEL[level], likely):
        top, left, bottom, right = part.region
        if part.mean >= _LINE:
            yield part
        if min(bottom - top, right - left) > tallest and level + 1 < len(_PIXEL):
            for inner in _parts(likely[top:bottom, left:right], tallest, level + 1):
                yield inner._replace(region=inner.region.moved(top, left))


def _unscaled(region: Region, scale: float) -> Region:
    """`region` of a scaled picture in the picture's own pixels, rounded outwards."""
    top, left, bottom, right = region
    return Region(int(top // scale), int(left // scale), -int(-bottom // scale), -int(-right // scale))


def _tiles(side: int, tile: int, overlap: int) -> Iterator[slice]:
    """Overlapping parts of a side, about equal, none longer than a tile."""
    number = 1 if side <= tile else -(-(side - overlap) // (tile - overlap))
    length = -(-(side + (number - 1) * overlap) // number)
    for place in range(number):
        start = min(place * (length - overlap), max(0, side - length))
        yield slice(start, min(start + length, side))


def _of_tile(tile: "NDArray[np.uint8]") -> "NDArray[np.float32]":
    import numpy as np

    rows, columns = tile.shape[:2]
    colours = tile if tile.ndim == 3 else np.repeat(tile[..., None], 3, axis=2)
    edges = ((0, -rows % _STEP), (0, -columns % _STEP), (0, 0))
    scaled = np.pad(colours, edges, mode="edge").astype(np.float32) / np.float32(255)
    normal = (scaled - np.array(_MEAN, np.float32)) / np.array(_DEVIATION, np.float32)
    (likely,) = run_model(Model.TEXT_LINES, np.ascontiguousarray(normal.transpose(2, 0, 1)[None]))
    return likely[0, 0, :rows, :columns]
