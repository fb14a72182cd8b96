"""WebP inside TIFF: its metadata goes, its picture stays."""

import io

import pytest
from PIL import Image

from bme_med.core import MalformedFileError, UnsupportedFileError, splice
from bme_med.photo import tiff as engine
from bme_med.photo import webp as webp_engine
from tests.photo.judging import clean, residue
from tests.photo.making import TiffValue, exif, icc_profile, moving, policy, tiff_of, token, webp

POLICY = policy()
TOKENS = [token(number) for number in range(10)]


def inside(*files: bytes, width: int = 48, rows: int = 32) -> bytes:
    """A TIFF of strips that are WebP files."""
    page: dict[int, TiffValue] = {
        256: (3, (width,)),
        257: (3, (rows * len(files),)),
        258: (3, (8, 8, 8)),
        259: (3, (50001,)),
        262: (3, (2,)),
        277: (3, (3,)),
        278: (3, (rows,)),
    }
    return tiff_of((page, list(files)))


@pytest.mark.parametrize("is_lossless", [False, True])
def test_metadata_inside_strips_goes(is_lossless: bool) -> None:
    plain = webp(lossless=is_lossless)
    planted = webp(lossless=is_lossless, exif=exif(6, 1), xmp=TOKENS[7], icc_profile=icc_profile())
    source = inside(planted + TOKENS[8], plain)
    output = clean(engine, source, POLICY)
    assert residue(source, TOKENS)
    assert not residue(output, TOKENS)
    start = output.index(b"RIFF")
    with Image.open(io.BytesIO(output[start:])) as image, Image.open(io.BytesIO(plain)) as expected:
        assert image.tobytes() == expected.tobytes()
        assert set(image.info) <= {"background", "loop", "timestamp", "duration"}


def test_a_strip_without_metadata_is_unchanged() -> None:
    plain = webp()
    planned = engine.plan(inside(plain), POLICY)
    assert plain in splice(planned.pieces, inside(plain))
    assert {action.code.value for action in planned.actions if "StripOffsets" in action.where} == {"K"}


def test_a_picture_larger_than_its_strip_or_a_moving_one_is_refused() -> None:
    for source in (inside(webp(), width=47), inside(webp(), rows=31), inside(moving("WEBP"))):
        with pytest.raises(MalformedFileError, match=r"larger picture|animation"):
            engine.plan(source, POLICY)


def test_lossless_strips_share_the_pixels_that_are_read() -> None:
    part = webp_engine.plan_part(webp(lossless=True), POLICY.profile, 2000)
    assert part.pixels_left == 2000 - 48 * 32
    with pytest.raises(UnsupportedFileError):
        webp_engine.plan_part(webp(lossless=True), POLICY.profile, 1000)
