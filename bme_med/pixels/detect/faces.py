"""Faces in photos: CenterFace says for each cell of four pixels whether the middle of a face is there.

It is asked in four rotations, and of the photo as a small part of a grey one: a close-up is a face again.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from bme_med.core.regions import Region
from bme_med.pixels.detect.models import Model, run_model
from bme_med.pixels.detect.resizing import resized

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Face", "face_regions", "find_faces", "is_unsure"]

_LONGEST = 1280
"""Pixels of the longer side of what is looked at."""
_SMALL = (64, 32)
"""The same of what stands in the middle of a grey square three times as large."""
_STEP = 32
"""Sides that the model takes are multiples of it."""
_CELL = 4
"""Pixels of a cell of what the model says."""
_LEAST, _LEAST_TURNED, _LEAST_SMALL = 0.2, 0.3, 0.4
"""How sure a face must be: upright; in other rotations, where ornaments are taken for faces; and made small,
where anything is."""
_CERTAIN = 0.5
_SMALLEST = 12
"""Pixels of the shorter side of a face that tells who it is."""
_WITHIN, _SAME = 0.6, 0.3
"""Share of a box that lies in a surer one, or of both that is common, when they are the same face."""
_MARGIN = 0.15
"""Share of a box's sides by which it is grown on each side."""
_BAR_LENGTH, _BAR_HEIGHT = 2.5, 1.0
"""Of the bar over two eyes, in distances between them."""
_NARROW = 0.25
"""Share of a box's width below which the eyes' distance is that of a face seen from the side."""

Point = tuple[float, float]


class Face(NamedTuple):
    """A face: its box, the points of its eyes as (row, column), and how sure that is, 0 to 1."""

    box: Region
    eyes: tuple[Point, Point]
    score: float


def find_faces(rgb: "NDArray[np.uint8]", *, of: tuple[int, int] | None = None) -> tuple[Face, ...]:
    """The faces in a picture; the surest first.

    Parameters
    ----------
    rgb
        (rows, columns, 3), 8 bits.
    of
        Rows and columns of the picture that `rgb` was made of, and that the faces are placed in; its own if
        not given.

    Raises
    ------
    DetectorMissingError
        If the extra ``bme-med[detect]`` is not installed.
    """
    import numpy as np

    rows, columns = of or rgb.shape[:2]
    found = [
        _turned_back(face, turns, rows, columns)
        for turns, least in enumerate((_LEAST, *(_LEAST_TURNED,) * 3))
        for view in _views(np.rot90(rgb, turns), *((columns, rows) if turns % 2 else (rows, columns)))
        for face in _faces_in(view, _LEAST_SMALL if view.start else least)
    ]
    kept: list[Face] = []
    for face in sorted(found, key=lambda each: -each.score):
        if _shorter(face.box) >= _SMALLEST and not any(_is_same(face, other) for other in kept):
            kept.append(face)
    return tuple(kept)


def face_regions(faces: Iterable[Face], what: Literal["eyes", "face"]) -> tuple[Region, ...]:
    """What to paint over, with a margin; not clipped to the picture.

    >>> face = Face(Region(0, 0, 100, 80), ((40.0, 20.0), (40.0, 60.0)), 0.9)
    >>> face_regions([face], "face"), face_regions([face], "eyes")
    ((Region(top=-15, left=-12, bottom=115, right=92),), (Region(top=20, left=-10, bottom=60, right=90),))
    """
    return tuple(_grown(face.box) if what == "face" else _bar(face) for face in faces)


def is_unsure(faces: Iterable[Face]) -> bool:
    """Whether a person should look: one of them may be none, or its eyes may be elsewhere."""
    return any(face.score < _CERTAIN or _distance(face) < _narrow(face) for face in faces)


def _grown(box: Region) -> Region:
    rows, columns = box.bottom - box.top, box.right - box.left
    return box.grown(round(rows * _MARGIN), round(columns * _MARGIN))


def _bar(face: Face) -> Region:
    """The rectangle around a bar that lies along the line through the eyes."""
    (row, column), (other_row, other_column) = face.eyes
    distance = _distance(face)
    length, height = (max(distance, _narrow(face)) * share / 2 for share in (_BAR_LENGTH, _BAR_HEIGHT))
    across, down = (
        (abs(other_column - column) / distance, abs(other_row - row) / distance) if distance else (1.0, 0.0)
    )
    middle = Region(*(round(each) for each in ((row + other_row) / 2, (column + other_column) / 2) * 2))
    return middle.grown(round(length * down + height * across), round(length * across + height * down))


def _distance(face: Face) -> float:
    (row, column), (other_row, other_column) = face.eyes
    return float(((row - other_row) ** 2 + (column - other_column) ** 2) ** 0.5)


def _narrow(face: Face) -> float:
    return _NARROW * _shorter(face.box)


def _shorter(box: Region) -> int:
    return min(box.bottom - box.top, box.right - box.left)


class _View(NamedTuple):
    """A picture that the model takes, where the photo starts in it, and photo pixels for one of it."""

    picture: "NDArray[np.uint8]"
    start: int
    scale: tuple[float, float]


def _views(rgb: "NDArray[np.uint8]", rows: int, columns: int) -> Iterator[_View]:
    """What the model is asked about of a photo of that size."""
    import numpy as np

    share = min(1.0, _LONGEST / max(rows, columns))
    whole = resized(rgb, *(max(_STEP, -(-round(side * share) // _STEP) * _STEP) for side in (rows, columns)))
    yield _View(whole, 0, (rows / whole.shape[0], columns / whole.shape[1]))
    for longest in _SMALL:
        share = longest / max(rows, columns)
        small = resized(whole, *(max(1, round(side * share)) for side in (rows, columns)))
        square = np.full((3 * longest, 3 * longest, 3), 128, np.uint8)
        square[longest : longest + small.shape[0], longest : longest + small.shape[1]] = small
        yield _View(square, longest, (rows / small.shape[0], columns / small.shape[1]))


def _faces_in(view: _View, least: float) -> Iterator[Face]:
    """The faces in `view` as it stands, in the photo's pixels."""
    import numpy as np

    picture = view.picture.astype(np.float32).transpose(2, 0, 1)[None]
    heat, sizes, offsets, points = run_model(Model.FACES, np.ascontiguousarray(picture))
    for row, column in zip(*np.nonzero(heat[0, 0] > least), strict=True):
        spans = np.exp(sizes[0, :, row, column]) * _CELL
        starts = ((row, column) + offsets[0, :, row, column] + 0.5) * _CELL - spans / 2
        eyes = points[0, :4, row, column].reshape(2, 2) * spans + starts
        placed = [(point - view.start) * view.scale for point in (starts, starts + spans, *eyes)]
        (top, left), (bottom, right), first, second = (
            (float(down), float(across)) for down, across in placed
        )
        box = Region(round(top), round(left), round(bottom), round(right))
        yield Face(box, (first, second), float(heat[0, 0, row, column]))


def _turned_back(face: Face, turns: int, rows: int, columns: int) -> Face:
    """`face` of a picture that was turned anticlockwise so often, in the picture of that size."""
    first, second = (_point_back(point, turns, rows, columns) for point in face.eyes)
    top, left, bottom, right = face.box
    corners = [_point_back(corner, turns, rows, columns) for corner in ((top, left), (bottom, right))]
    (top, bottom), (left, right) = (
        sorted(round(each) for each in side) for side in zip(*corners, strict=True)
    )
    return Face(Region(top, left, bottom, right), (first, second), face.score)


def _point_back(point: Point, turns: int, rows: int, columns: int) -> Point:
    row, column = point
    backs = ((row, column), (column, columns - row), (rows - row, columns - column), (rows - column, row))
    return backs[turns]


def _is_same(face: Face, surer: Face) -> bool:
    """Whether they are one face. A box around an uncertain one is another: that one may be an ornament."""
    common = face.box.common(surer.box).area
    smaller = face.box.area if surer.score < _CERTAIN else min(face.box.area, surer.box.area)
    return common >= _WITHIN * smaller or common >= _SAME * (face.box.area + surer.box.area - common)
