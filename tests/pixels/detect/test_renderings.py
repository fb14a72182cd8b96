"""Renderings: what no window shows is seen by the detector."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from bme_med.pixels.detect import Appearance, renderings_of
from tests.pixels.detect.drawing import glyphs

INK = glyphs("QUILLFEATHER")
RNG = np.random.default_rng(5)


def contrast(rendering: NDArray[np.uint8]) -> float:
    """How many grey levels the ink is away from what is around it, in the best channel."""
    levels = rendering.reshape(*rendering.shape[:2], -1).astype(float)
    return float(np.abs(levels[INK].mean(axis=0) - levels[20:46, :180][~INK[20:46, :180]].mean(axis=0)).max())


def air(value: float, dtype: Any) -> NDArray[Any]:
    """A frame of `value`, with a body of many values beside it."""
    frame = np.full(INK.shape, value, dtype)
    frame[70:] = (np.linspace(0, 1, frame[70:].size) * 1500).reshape(26, -1).astype(dtype)
    return frame


@pytest.mark.parametrize(
    ("dtype", "value", "step"),
    [
        (np.int16, -1024, 24),
        (np.int16, -1024, 1),
        (np.uint16, 30_000, 1),
        (np.uint8, 200, 1),
        (np.int32, -2_000_000_000, 1),
        (np.uint32, 4_000_000_000, 1),
        (np.float32, 0.0, 1e-6),
        (np.float64, 1e9, 1e-5),
    ],
)
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_text_of_one_step_is_seen(dtype: Any, value: float, step: float, photometric: str) -> None:
    frame = air(value, dtype)
    frame[INK] += np.array(step, dtype)
    found = renderings_of(frame, Appearance(photometric, ((40, 400),)))
    assert max(map(contrast, found)) > 200


def test_a_faint_text_is_clear_in_a_picture_of_its_own_and_the_first_stays_as_it_is() -> None:
    frame = air(100, np.int16)
    frame[INK] += 195
    for photometric in ("MONOCHROME1", "MONOCHROME2"):
        first, last = renderings_of(frame, Appearance(photometric))
        assert contrast(first) < 40
        assert contrast(last) > 200
        (alone,) = renderings_of(frame, Appearance(photometric), with_faint=False)
        assert np.array_equal(alone, first)


def test_a_text_in_noisy_air_is_seen() -> None:
    frame = (air(-1024, np.int16) + RNG.normal(0, 5, INK.shape)).astype(np.int16)
    frame[INK] += 24
    assert max(map(contrast, renderings_of(frame, Appearance("MONOCHROME2", ((40, 400),))))) > 90


def test_a_text_beside_padding_of_extreme_value_is_seen() -> None:
    frame = RNG.integers(1000, 1100, INK.shape).astype(np.uint16)
    frame[0, :5] = 65_535
    frame[INK] = 1200
    assert max(map(contrast, renderings_of(frame, Appearance("MONOCHROME2")))) > 120


def test_a_window_that_shows_more_contrast_is_looked_at_and_one_that_shows_less_is_not() -> None:
    frame = RNG.integers(0, 4000, INK.shape).astype(np.int16)
    plain = len(renderings_of(frame, Appearance("MONOCHROME2")))
    assert len(renderings_of(frame, Appearance("MONOCHROME2", ((40, 400), (2000, 9000))))) == plain + 1


def test_a_window_holds_for_rescaled_values() -> None:
    frame = RNG.integers(0, 4000, INK.shape).astype(np.int16)
    frame[INK] = 1064
    frame[:70][~INK[:70]] = 1024
    found = renderings_of(frame, Appearance("MONOCHROME2", ((20, 60),), slope=1, intercept=-1024))
    assert max(map(contrast, found)) > 150


def test_monochrome_1_is_shown_as_it_is_seen() -> None:
    frame = np.where(INK, 1000, 10).astype(np.uint16)
    (picture, *_) = renderings_of(frame, Appearance("MONOCHROME1"))
    assert (picture[INK] == 0).all()
    assert (picture[~INK] == 255).all()


def test_a_palette_is_applied_and_what_it_hides_is_seen() -> None:
    palette = np.zeros((256, 3), np.uint16)
    palette[9] = (65_535, 0, 0)
    frame = np.full(INK.shape, 3, np.uint8)
    frame[70:, :40] = 9
    frame[INK] = 7
    (picture,) = renderings_of(frame, Appearance("PALETTE COLOR", palette=palette))
    assert (picture[80, 20] == (255, 0, 0)).all()
    assert contrast(picture) > 200


def test_a_palette_that_starts_elsewhere_is_applied_from_there() -> None:
    palette = np.array([(0, 0, 0), (200, 0, 0)], np.uint16)
    frame = np.where(INK, -99, -100).astype(np.int16)
    (colours, *_) = renderings_of(frame, Appearance("PALETTE COLOR", palette=palette, first_entry=-100))
    assert (colours[INK] == (255, 0, 0)).all()


def test_ybr_full_is_converted_as_pillow_converts_it() -> None:
    samples = RNG.integers(0, 256, (64, 64, 3)).astype(np.uint8)
    (picture, *_) = renderings_of(samples, Appearance("YBR_FULL_422"))
    expected = np.asarray(Image.fromarray(samples, "YCbCr").convert("RGB"))
    assert np.abs(picture.astype(int) - expected).max() <= 4


def test_rgb_stays_as_it_is_but_for_a_little_contrast() -> None:
    samples = RNG.integers(0, 256, (64, 64, 3)).astype(np.uint8)
    (picture, *_) = renderings_of(samples, Appearance("RGB"))
    assert np.abs(picture.astype(int) - samples).max() <= 3


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_a_text_of_one_step_in_one_colour_is_seen(channel: int) -> None:
    samples = np.full((*INK.shape, 3), 100, np.uint8)
    samples[80:, :, :] = 255
    samples[INK, channel] += 1
    assert max(map(contrast, renderings_of(samples, Appearance("RGB")))) > 200


def test_no_number_and_infinity_do_no_harm() -> None:
    frame = np.where(INK, 1.0, 0.5).astype(np.float32)
    frame[80:, :40], frame[80:, 60:70], frame[80:, 80:90] = np.nan, np.inf, -np.inf
    assert max(map(contrast, renderings_of(frame, Appearance("MONOCHROME2")))) > 200


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_text_of_what_is_no_number_is_seen(value: float) -> None:
    frame = np.where(INK, value, 7.0).astype(np.float64)
    assert max(map(contrast, renderings_of(frame, Appearance("MONOCHROME2")))) > 200


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_a_frame_of_one_value_needs_no_look(dtype: Any) -> None:
    assert renderings_of(np.full((20, 30), 5, dtype), Appearance("MONOCHROME2")) == []
    assert renderings_of(np.full((20, 30), np.nan, np.float32), Appearance("MONOCHROME2")) == []


def test_what_shows_everything_is_made_once() -> None:
    frame = np.where(INK, 255, RNG.integers(0, 200, INK.shape)).astype(np.uint8)
    assert len(renderings_of(frame, Appearance("MONOCHROME2", ((128, 256),)))) == 1
