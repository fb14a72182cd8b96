"""Where lines may stand."""

from itertools import pairwise

import numpy as np
import pytest

from bme_med.core.regions import Region
from bme_med.pixels.detect import lines
from bme_med.pixels.detect.lines import (
    Line,
    hinted_parts,
    likely_hearts,
    lines_of,
    traces_of,
    upright_lines,
)
from tests.pixels.detect.drawing import glyphs, page


@pytest.mark.parametrize(("longest", "common"), [(960, 96), (320, 32)])
@pytest.mark.parametrize("side", [1, 31, 320, 321, 609, 960, 961, 1024, 1760, 1824, 1825, 5000])
def test_tiles_cover_a_side_overlap_and_are_never_too_long(side: int, longest: int, common: int) -> None:
    tiles = list(lines._tiles(side, longest, common))
    assert tiles[0].start == 0
    assert tiles[-1].stop == side
    assert all(0 < tile.stop - tile.start <= longest for tile in tiles)
    overlaps = [one.stop - other.start for one, other in pairwise(tiles)]
    assert all(overlap >= common for overlap in overlaps)


def test_a_flat_picture_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "run_model", lambda *_: pytest.fail("the model was asked"))
    assert not likely_hearts(np.full((2000, 2000), 7, np.uint8), 1.0).any()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_a_line_stands_where_it_was_drawn_at_every_scale(scale: float) -> None:
    (line,) = lines_of(likely_hearts(page("QUILLFEATHER"), scale), scale)
    top, left, bottom, right = line.heart
    assert 20 < top < bottom < 48
    assert 10 < left < 40
    assert 110 < right < 170


def test_a_line_that_touches_anatomy_is_seen_apart_from_it() -> None:
    likely = np.zeros((200, 400), np.float32)
    likely[40:180, 200:380] = 0.5
    likely[100:110, 20:220] = 0.95
    found = {line.heart for line in lines_of(likely, 1.0)}
    assert found == {Region(40, 20, 180, 380), Region(100, 20, 110, 220)}


def test_faint_letters_in_noise_are_seen_where_less_is_in_sight() -> None:
    picture = np.random.default_rng(5).normal(100, 22, (512, 512)).clip(0, 255).astype(np.uint8)
    picture[200:296, 100:388] += np.where(glyphs("NG^MAREN", size=14), 90, 0).astype(np.uint8)
    wide, narrow = (likely_hearts(picture, 1.0, narrowly=narrowly) for narrowly in (False, True))
    assert narrow[200:296, 100:388].max() > wide[200:296, 100:388].max()


def test_traces_are_less_likely_than_lines_and_no_taller_than_letters() -> None:
    likely = np.zeros((200, 400), np.float32)
    likely[20:30, 20:120] = 0.9
    likely[20:30, 120:220] = 0.1
    likely[100:140, 20:220] = 0.1
    likely[180:182, 20:220] = 0.1
    assert {line.heart for line in lines_of(likely, 1.0)} == {Region(20, 20, 30, 120)}
    assert {trace.heart for trace in traces_of(likely, 1.0)} == {Region(20, 20, 30, 220)}


@pytest.mark.parametrize("turns", [1, 3])
def test_an_upright_line_stands_where_it_was_drawn(turns: int) -> None:
    picture = np.zeros((400, 200), np.uint8)
    picture[50:338, 60:156] = np.rot90(page("QUILLFEATHER", paper=0), turns)
    found = list(upright_lines(picture, Region(30, 40, 360, 170)))
    assert found
    ink = np.nonzero(picture > 100)
    around = Region(ink[0].min(), ink[1].min(), ink[0].max() + 1, ink[1].max() + 1).grown(8, 8)
    for line in found:
        assert line.is_upright
        assert around.covers(line.heart)
        assert line.heart.bottom - line.heart.top > 80


def test_parts_that_hint_at_lines_are_named_with_room_around_them() -> None:
    likely = np.zeros((600, 1000), np.float32)
    likely[300, 700] = 0.2
    assert list(hinted_parts(likely)) == [Region(224, 480, 544, 800)]


def test_a_line_grows_along_itself() -> None:
    flat, tall = Line(Region(10, 20, 20, 80), 0.9), Line(Region(20, 10, 80, 20), 0.9)
    assert flat.grown(0.6, 2.0) == Region(2, -2, 28, 102)
    assert tall.grown(0.6, 2.0) == Region(-2, 2, 102, 28)
    assert (flat.is_upright, tall.is_upright) == (False, True)
