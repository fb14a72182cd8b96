"""Text in images of many frames."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bme_med.core.regions import Region
from bme_med.pixels.detect import Appearance, find_text_in_frames, frames
from tests.pixels.detect.drawing import glyphs
from tests.pixels.detect.test_text import covered

GREY = Appearance("MONOCHROME2")
INK = glyphs("QUILLFEATHER", at=(12, 10), shape=(64, 160))


def cine(count: int, changed: Callable[[int, NDArray[np.uint8]], None]) -> list[NDArray[np.uint8]]:
    """Frames in which a square wanders along the lower border beside one that stays, changed by number."""
    made = []
    for number in range(1, count + 1):
        frame = np.full(INK.shape, 20, np.uint8)
        frame[50:60, number * 5 : number * 5 + 20] = 200
        frame[50:60, 130:150] = 200
        changed(number, frame)
        made.append(frame)
    return made


class Watched:
    """What is looked at instead of being searched."""

    def __init__(self, *_: Any) -> None:
        self.looks: list[tuple[bool, Region | None]] = []
        searches.append(self)

    def look(self, _picture: Any, *, part: Region | None = None, quickly: bool = False) -> None:
        """Note it."""
        self.looks.append((quickly, part))

    def found(self) -> None:
        """Nothing."""


searches: list[Watched] = []


def test_a_text_in_one_frame_alone_is_found() -> None:
    def write(number: int, frame: NDArray[np.uint8]) -> None:
        if number == 4:
            frame[INK] = 230

    images = cine(9, write)
    found = find_text_in_frames(lambda number: images[number - 1], len(images), GREY)
    assert covered(INK, found.confirmed) == 1


def test_a_text_that_stands_while_noise_moves_behind_it_is_found() -> None:
    rng = np.random.default_rng(3)
    images = [np.where(INK, 140, rng.integers(0, 256, INK.shape)).astype(np.uint8) for _ in range(3)]
    found = find_text_in_frames(lambda number: images[number - 1], len(images), GREY)
    assert covered(INK, found.confirmed) > 0.99


def test_each_frame_is_asked_for_once_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "Search", Watched)
    images, asked = cine(20, lambda *_: None), []

    def read_frame(number: int) -> NDArray[np.uint8]:
        asked.append(number)
        return images[number - 1]

    find_text_in_frames(read_frame, len(images), GREY)
    assert asked == list(range(1, 21))


def looks_of(images: list[NDArray[Any]], monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setattr(frames, "Search", Watched)
    find_text_in_frames(lambda number: images[number - 1], len(images), GREY)
    return searches[-1].looks


def test_every_frame_is_looked_at_where_it_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = looks_of(cine(20, lambda *_: None), monkeypatch)
    parts = [part for _, part in looks if part]
    assert len(parts) == 20 - 7
    assert all(part.top == 50 - 32 and part.bottom == 64 for part in parts)
    assert [quickly for quickly, part in looks if part is None] == [False] * (7 + 3)
    assert all(quickly for quickly, part in looks if part)


def test_frames_that_are_the_same_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    still = np.where(INK, 230, 20).astype(np.uint8)
    assert {part for _, part in looks_of([still] * 20, monkeypatch)} == {None}


def test_one_frame_has_no_projections(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(looks_of([np.where(INK, 230, 20).astype(np.uint8)], monkeypatch)) == 1
