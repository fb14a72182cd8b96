"""What a photo shows outside and inside of boxes is the same in bands of any size, and changes are seen."""

import hashlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from bme_med.core import Region
from bme_med.run import pictures
from bme_med.run.painted_outside import look_at

BOX, OTHER, BESIDE = Region(10, 5, 30, 25), Region(40, 0, 44, 64), Region(-5, 50, 3, 90)


def photo(*changes: tuple[int, int]) -> bytes:
    """Noise with boxes of one colour, changed at places."""
    samples = np.random.default_rng(7).integers(1, 250, (48, 64, 3)).astype("u1")
    for box in (BOX, OTHER):
        samples[box.top : box.bottom, box.left : box.right] = 0
    samples[0:3, 50:64] = 0
    for row, column in changes:
        samples[row, column] += 3
    out = BytesIO()
    Image.fromarray(samples).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("pixels", [1, 64 * 7, 10_000])
def test_the_digest_is_that_of_all_samples_outside(pixels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_BAND_PIXELS", pixels)
    samples = np.asarray(Image.open(BytesIO(photo())))
    outside = np.ones((48, 64), bool)
    for box in (BOX, OTHER):
        outside[box.top : box.bottom, box.left : box.right] = False
    outside[0:3, 50:] = False
    looked = look_at(photo(), (BOX, OTHER, BESIDE), (BOX, OTHER, BESIDE))
    assert looked.outside == hashlib.sha256(samples[outside].tobytes()).hexdigest()
    assert looked.sizes == ((48, 64),)
    assert looked.are_covered


@pytest.mark.parametrize("pixels", [64 * 7, 10_000])
@pytest.mark.parametrize(
    ("place", "is_equal", "is_covered"),
    [((0, 0), False, True), ((47, 63), False, True), ((29, 24), True, False), ((0, 63), True, False)],
)
def test_a_sample_that_changes_is_seen(
    place: tuple[int, int],
    is_equal: bool,
    is_covered: bool,
    pixels: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pictures, "_BAND_PIXELS", pixels)
    boxes = (BOX, OTHER, BESIDE)
    before, after = look_at(photo(), boxes), look_at(photo(place), boxes, boxes)
    assert (before.outside == after.outside) is is_equal
    assert after.are_covered is is_covered
