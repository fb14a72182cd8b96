"""Faces: where they are, and what of them is covered."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from bme_med.core.regions import Region
from bme_med.pixels.detect import Face, face_regions, find_faces, is_unsure

PHOTO = Path(__file__).parents[4] / "shared" / "corpus" / "photos" / "Pillow" / "hopper.bmp"
"""A portrait of a public figure, 128 x 128."""

EYES = ((43, 53), (42, 75))
"""Its eyes, as a person sees them: row and column."""


@pytest.fixture(scope="module")
def portrait() -> NDArray[np.uint8]:
    if not PHOTO.is_file():
        pytest.skip(f"{PHOTO} is not here")
    return np.asarray(Image.open(PHOTO).convert("RGB"))


def turned(point: tuple[float, float], turns: int, side: int) -> tuple[float, float]:
    """Where `point` of a square picture lies after so many turns to the left."""
    for _ in range(turns):
        point = side - point[1], point[0]
    return point


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_face_and_its_eyes_are_found_however_the_photo_is_turned(
    portrait: NDArray[np.uint8], turns: int
) -> None:
    (face, *others) = find_faces(np.rot90(portrait, turns))
    assert face.score > 0.5
    assert all(other.score < 0.5 for other in others)
    for place in (turned(eye, turns, 128) for eye in EYES):
        assert min(abs(row - place[0]) + abs(column - place[1]) for row, column in face.eyes) < 5


@pytest.mark.parametrize("turns", [0, 1])
def test_both_coverings_hold_the_eyes(portrait: NDArray[np.uint8], turns: int) -> None:
    faces = find_faces(np.rot90(portrait, turns))[:1]
    for what in ("eyes", "face"):
        (region,) = face_regions(faces, what)
        for row, column in (turned(eye, turns, 128) for eye in EYES):
            assert region.top + 8 < row < region.bottom - 8
            assert region.left + 8 < column < region.right - 8
    (bar,), (whole,) = face_regions(faces, "eyes"), face_regions(faces, "face")
    assert bar.area < whole.area / 2


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_faces_in_a_picture_made_smaller_are_placed_in_the_picture_it_was_made_of(
    portrait: NDArray[np.uint8], turns: int
) -> None:
    wide = np.full((512, 900, 3), 120, np.uint8)
    wide[:, 200:712] = np.asarray(Image.fromarray(portrait).resize((512, 512)))
    picture = np.rot90(wide, turns)
    rows, columns = picture.shape[:2]
    smaller = np.asarray(Image.fromarray(np.ascontiguousarray(picture)).reduce(4))
    whole, placed = find_faces(picture)[0], find_faces(smaller, of=(rows, columns))[0]
    assert placed.box.common(whole.box).area > 0.7 * max(placed.box.area, whole.box.area)
    for place, other in zip(sorted(placed.eyes), sorted(whole.eyes), strict=True):
        assert abs(place[0] - other[0]) + abs(place[1] - other[1]) < 40


def test_what_shows_no_face_has_none() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (200, 150, 3)).astype(np.uint8)
    assert find_faces(noise) == ()
    assert find_faces(np.zeros((1, 1, 3), np.uint8)) == ()


def test_a_bar_lies_along_a_line_that_is_not_level() -> None:
    level = Face(Region(0, 0, 100, 100), ((50.0, 30.0), (50.0, 70.0)), 0.9)
    steep = Face(Region(0, 0, 100, 100), ((30.0, 50.0), (70.0, 50.0)), 0.9)
    slanting = Face(Region(0, 0, 100, 100), ((36.0, 36.0), (64.0, 64.0)), 0.9)
    assert face_regions([level, steep, slanting], "eyes") == (
        Region(30, 0, 70, 100),
        Region(0, 30, 100, 70),
        Region(1, 1, 99, 99),
    )


def test_eyes_that_lie_on_each_other_are_covered_as_wide_as_a_profile_needs() -> None:
    profile = Face(Region(0, 0, 100, 80), ((40.0, 40.0), (40.0, 40.0)), 0.9)
    (bar,) = face_regions([profile], "eyes")
    assert (bar.right - bar.left, bar.bottom - bar.top) == (50, 20)
    assert is_unsure([profile])


def test_a_faint_face_makes_a_photo_unsure_and_none_does_not() -> None:
    sure = Face(Region(0, 0, 100, 80), ((40.0, 20.0), (40.0, 60.0)), 0.9)
    assert not is_unsure([])
    assert not is_unsure([sure])
    assert is_unsure([sure, sure._replace(score=0.3)])
