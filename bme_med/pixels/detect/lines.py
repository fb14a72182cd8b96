"""Where lines of text may stand: PP-OCRv6 says of each pixel how likely it is the heart of a line.

A picture is looked at in its own size, and enlarged, since letters of less than about 14 pixels are
otherwise missed. Large letters in large pictures need it reduced. Hearts are narrower and shorter than the
lines that they stand for, so that boxes grow.
"""

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from bme_med.core.regions import Region
from bme_med.pixels.detect.components import components
from bme_med.pixels.detect.models import Model, run_model
from bme_med.pixels.detect.resizing import resized

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Line", "find_lines", "scales_for"]

_TILE = 960
"""Rows and columns of a tile at most: a multiple of `_STEP`."""
_OVERLAP = 96
_STEP = 32
"""Sides that the model takes are multiples of it."""
_FLAT = 4
"""Grey levels: a tile that spans no more shows nothing."""

_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)
"""Of the pictures that the model was trained on."""

_PIXEL = 0.3
_LINE = 0.5
"""How likely a pixel must be to count, and a line on average."""
_SHORTEST = 3
"""Pixels of a line's shorter side, at the scale it is looked at."""

_LARGE = 1_300_000
"""Pixels of a picture that is looked at reduced as well."""


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
        top, left, bottom, right = self.heart
        return Line(Region(top + rows, left + columns, bottom + rows, right + columns), self.score)

    def grown(self, across: float, along: float) -> Region:
        """The heart, grown by these shares of its height on each side, and by two pixels."""
        top, left, bottom, right = self.heart
        by_across, by_along = (round(share * self.height) + 2 for share in (across, along))
        if bottom - top > right - left:
            return self.heart.grown(by_along, by_across)
        return self.heart.grown(by_across, by_along)


def scales_for(rows: int, columns: int) -> tuple[float, ...]:
    """The scales at which a picture of that size is looked at."""
    return (1.0, 2.0) if rows * columns < _LARGE else (0.5, 1.0, 2.0)


def find_lines(picture: "NDArray[np.uint8]", scale: float) -> list[Line]:
    """What may be lines in `picture`, (rows, columns) or (rows, columns, 3), made `scale` times as large."""
    rows, columns = (max(1, round(side * scale)) for side in picture.shape[:2])
    likely = _likely(resized(picture, rows, columns))
    found = components(likely > _PIXEL, likely)
    lines = (Line(_unscaled(part.region, scale), part.mean) for part in found if part.mean >= _LINE)
    return [line for line in lines if line.height * scale >= _SHORTEST]


def _unscaled(region: Region, scale: float) -> Region:
    """`region` of a scaled picture in the picture's own pixels, rounded outwards."""
    top, left, bottom, right = region
    return Region(int(top // scale), int(left // scale), -int(-bottom // scale), -int(-right // scale))


def _likely(picture: "NDArray[np.uint8]") -> "NDArray[np.float32]":
    """For each pixel how likely it is in the heart of a line; tiles that are flat hold none."""
    import numpy as np

    rows, columns = picture.shape[:2]
    likely = np.zeros((rows, columns), np.float32)
    for down, across in product(_tiles(rows), _tiles(columns)):
        tile = picture[down, across]
        if int(tile.max()) - int(tile.min()) > _FLAT:
            np.maximum(likely[down, across], _of_tile(tile), out=likely[down, across])
    return likely


def _tiles(side: int) -> Iterator[slice]:
    """Overlapping parts of a side, about equal, none longer than a tile."""
    number = 1 if side <= _TILE else -(-(side - _OVERLAP) // (_TILE - _OVERLAP))
    length = -(-(side + (number - 1) * _OVERLAP) // number)
    for tile in range(number):
        start = min(tile * (length - _OVERLAP), max(0, side - length))
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
