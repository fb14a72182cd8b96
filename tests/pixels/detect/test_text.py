"""Text in pictures that show the same thing."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bme_med.core.regions import Region
from bme_med.pixels.detect import TextFound, find_text
from bme_med.pixels.detect import text as searching
from bme_med.pixels.detect.lines import Line
from bme_med.pixels.detect.words import Words
from tests.pixels.detect.drawing import glyphs, page


def covered(ink: NDArray[np.bool_], regions: tuple[Region, ...]) -> float:
    """The share of the ink that lies in one of `regions`."""
    painted = np.zeros_like(ink)
    for top, left, bottom, right in regions:
        painted[top:bottom, left:right] = True
    return float((ink & painted).sum() / ink.sum())


@pytest.mark.parametrize(
    ("turns", "ink", "paper"), [(0, 230, 20), (0, 20, 230), (0, 110, 60), (1, 230, 20), (3, 20, 230)]
)
def test_a_name_is_confirmed_in_either_polarity_and_upright(turns: int, ink: int, paper: int) -> None:
    picture = np.rot90(page("QUILLFEATHER^ORIANA", ink=ink, paper=paper), turns)
    found = find_text([picture])
    assert covered(np.rot90(glyphs("QUILLFEATHER^ORIANA"), turns), found.confirmed) == 1
    assert covered(np.ones(picture.shape, np.bool_), found.confirmed) < 1 / 3
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


def found_in(
    readings: dict[Region, Words], monkeypatch: pytest.MonkeyPatch, *, traces: tuple[Region, ...] = ()
) -> TextFound:
    """What becomes of lines that are seen and read so, and of traces, in a picture of 200 x 400."""
    lines = {Line(heart, 0.9).grown(0.35, 0.35): words for heart, words in readings.items()}
    monkeypatch.setattr(searching, "likely_hearts", lambda _picture, _scale, **_: None)
    monkeypatch.setattr(searching, "traces_of", lambda *_: [Line(heart, 0.1) for heart in traces])
    monkeypatch.setattr(
        searching, "lines_of", lambda _likely, scale: [Line(heart, 0.9) for heart in readings if scale == 1]
    )
    monkeypatch.setattr(searching, "read_words", lambda _picture, region, **_: lines[region])
    return find_text([np.zeros((200, 400), np.uint8)])


def test_a_line_beside_a_text_is_text_however_it_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    name, rest, noise = Region(20, 50, 30, 150), Region(20, 160, 30, 190), Region(120, 50, 130, 150)
    readings = {name: Words("DOE^JANE", 0.95), rest: Words("?", 0.2), noise: Words("?", 0.2)}
    found = found_in(readings, monkeypatch)
    assert any(region.common(rest) == rest for region in found.confirmed)
    assert not any(region.common(noise).area for region in found.confirmed)
    assert (found.suspect, found.marks) == ((), ())


def test_a_line_that_is_longer_than_what_was_read_of_it_is_covered_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start, whole = Region(20, 50, 30, 110), Region(20, 50, 30, 160)
    found = found_in({start: Words("DOE^JANE", 0.95), whole: Words("?", 0.2)}, monkeypatch)
    assert max(region.right for region in found.confirmed) >= 160 + 4 * 10


def test_a_text_goes_on_where_there_are_traces_and_traces_alone_are_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name, rest, noise = Region(20, 50, 30, 150), Region(20, 140, 30, 260), Region(120, 50, 130, 150)
    found = found_in({name: Words("DOE^JANE", 0.95)}, monkeypatch, traces=(rest, noise))
    assert any(region.common(rest) == rest for region in found.confirmed)
    assert not any(region.common(noise).area for region in (*found.confirmed, *found.suspect))


def test_what_was_half_read_is_suspect_and_a_mark_in_a_text_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    name, half, letter = Region(20, 50, 30, 150), Region(120, 50, 130, 150), Region(20, 60, 30, 70)
    readings = {name: Words("DOE^JANE", 0.95), half: Words("D0E", 0.7), letter: Words("R", 0.9)}
    found = found_in(readings, monkeypatch)
    assert len(found.confirmed) == len(found.suspect) == 1
    assert found.suspect[0].common(half) == half
    assert found.marks == ()


def looks_at(shape: tuple[int, int], hint: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Shapes, scales and whether narrowly, of each look at a picture where one pixel hints at a line."""
    looks: list[object] = []

    def likely_hearts(
        picture: NDArray[np.uint8], scale: float, *, narrowly: bool = False
    ) -> NDArray[np.float32]:
        looks.append((picture.shape, scale, narrowly))
        likely = np.zeros(picture.shape, np.float32)
        if picture.shape == shape:
            likely[hint] = 0.25
        return likely

    monkeypatch.setattr(searching, "likely_hearts", likely_hearts)
    find_text([np.zeros(shape, np.uint8)] * 2)
    return looks


def test_a_large_picture_is_enlarged_where_it_hints_at_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    assert looks_at((1200, 1300), (600, 600), monkeypatch) == [
        ((1200, 1300), 1.0, True),
        ((1200, 1300), 0.5, False),
        ((320, 320), 2.0, False),
        ((1200, 1300), 1.0, False),
    ]


def test_a_small_picture_is_enlarged_as_a_whole_and_its_windows_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = looks_at((512, 512), (100, 100), monkeypatch)
    assert looks == [((512, 512), 1.0, True), ((512, 512), 2.0, False), ((512, 512), 1.0, False)]
