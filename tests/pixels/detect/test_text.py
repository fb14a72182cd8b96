"""Text in pictures that show the same thing."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bme_med.core.regions import Region
from bme_med.pixels.detect import TextFound, find_text
from tests.pixels.detect.drawing import glyphs, page


def covered(ink: NDArray[np.bool_], regions: tuple[Region, ...]) -> float:
    """The share of the ink that lies in one of `regions`."""
    painted = np.zeros_like(ink)
    for top, left, bottom, right in regions:
        painted[top:bottom, left:right] = True
    return float((ink & painted).sum() / ink.sum())


@pytest.mark.parametrize("turns", [0, 1, 3])
@pytest.mark.parametrize(("ink", "paper"), [(230, 20), (20, 230), (110, 60)])
def test_a_name_is_confirmed_in_either_polarity_and_upright(turns: int, ink: int, paper: int) -> None:
    picture = np.rot90(page("QUILLFEATHER^ORIANA", ink=ink, paper=paper), turns)
    found = find_text([picture])
    assert covered(np.rot90(glyphs("QUILLFEATHER^ORIANA"), turns), found.confirmed) == 1
    assert sum(region.area for region in found.confirmed) < picture.size / 3
    assert (found.suspect, found.marks) == ((), ())


def test_small_letters_and_large_ones_are_found() -> None:
    for size, text in ((9, "MRN 8841907"), (40, "12.03.1961")):
        assert covered(glyphs(text, size=size), find_text([page(text, size=size)]).confirmed) > 0.99


def test_text_in_one_rendering_is_enough() -> None:
    blank = np.full((96, 288), 30, np.uint8)
    found = find_text([blank, page("QUILLFEATHER"), blank])
    assert covered(glyphs("QUILLFEATHER"), found.confirmed) == 1


def test_colour_is_looked_at_where_grey_shows_nothing() -> None:
    ink = glyphs("QUILLFEATHER")
    picture = np.where(ink[..., None], (0, 128, 0), (218, 0, 0)).astype(np.uint8)
    assert covered(ink, find_text([picture]).confirmed) == 1


def test_a_letter_of_a_side_is_a_mark_unless_it_identifies() -> None:
    picture = page("R", size=24)
    assert find_text([picture]).confirmed == ()
    assert len(find_text([picture]).marks) == 1
    assert len(find_text([picture], is_identifier="R".__eq__).confirmed) == 1


def test_regions_lie_in_the_picture_and_none_in_another() -> None:
    found = find_text([page("DOB: 12/03/1961 QUILLFEATHER^ORIANA", size=14)])
    for region in found.confirmed:
        assert region == region.clipped(rows=96, columns=288)
        assert not region.is_empty
        assert not any(region.common(other) == region for other in found.confirmed if other is not region)


def test_nothing_to_look_at_shows_nothing() -> None:
    assert find_text([]) == TextFound()
    assert find_text([np.zeros((1, 1), np.uint8)]) == TextFound()
    assert find_text([np.zeros((3, 500, 3), np.uint8)]) == TextFound()
