"""Regions that an audit declares as covered: one value inside, and the source's picture outside."""

import io
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset
from pydicom.uid import ExplicitVRLittleEndian, RLELossless

from bme_med.core import Box, FrameRange, Plan, Region, splice
from bme_med.core.boxes import BoxRule, BoxSpec
from bme_med.run.painted_photos import plan_any
from bme_med.verify.audits import told_of
from bme_med.verify.dicom import DicomJudge
from bme_med.verify.findings import Check
from bme_med.verify.judged import Told
from bme_med.verify.photo import PhotoJudge
from tests.oracles.planting import small_mr
from tests.oracles.runs import deidentify, policy
from tests.photo.making import png
from tests.verify.sabotage import Pair, edited, pair

ROWS, COLUMNS, FRAMES = 16, 24, 3
NAME_PLATE = Region(0, 0, 4, 10)
TOLD = Told((Box(NAME_PLATE, "audit", (FrameRange(1, 2),)),), were_pixels_cleaned=True)


@cache
def frames() -> "np.ndarray[tuple[int, ...], np.dtype[np.uint16]]":
    return np.arange(FRAMES * ROWS * COLUMNS, dtype="<u2").reshape(FRAMES, ROWS, COLUMNS)


@cache
def multi_frame() -> Pair:
    ds = small_mr()
    ds.NumberOfFrames, ds.Rows, ds.Columns = FRAMES, ROWS, COLUMNS
    ds.add_new(0x7FE00010, "OW", frames().tobytes())
    return pair(ds, ExplicitVRLittleEndian)


def painted(paint: "Callable[[np.ndarray[tuple[int, ...], np.dtype[np.uint16]]], None]") -> bytes:
    changed = frames().copy()
    paint(changed)
    return edited(multi_frame()[1], lambda ds: setattr(ds, "PixelData", changed.tobytes()))


def cover(array: "np.ndarray[tuple[int, ...], np.dtype[np.uint16]]") -> None:
    array[:2, :4, :10] = 7


def pixel_findings(output: bytes, source: bytes, told: Told = TOLD) -> list[str]:
    judge = DicomJudge(policy("ps315-basic").profile)
    return [one.problem for one in judge.judge(output, source, told).problems if one.check is Check.PIXELS]


def test_a_covered_region_is_no_finding() -> None:
    assert pixel_findings(painted(cover), multi_frame()[0]) == []


def test_the_same_picture_compressed_otherwise_is_no_finding() -> None:
    assert pixel_findings(edited(painted(cover), compress), multi_frame()[0]) == []


def compress(ds: Dataset) -> None:
    ds.compress(RLELossless, generate_instance_uid=False)


@pytest.mark.parametrize(
    ("what", "place"),
    [
        ("another frame", np.s_[2, 0, 0]),
        ("one row more", np.s_[0, 4, 0]),
        ("one column more", np.s_[1, 0, 10]),
        ("the last sample", np.s_[2, -1, -1]),
    ],
)
def test_a_change_outside_is_found(what: str, place: "tuple[int, int, int]") -> None:
    def paint(array: "np.ndarray[tuple[int, ...], np.dtype[np.uint16]]") -> None:
        cover(array)
        array[place] += 1

    assert len(pixel_findings(painted(paint), multi_frame()[0])) == 1


@pytest.mark.parametrize("place", [np.s_[0, 0, 0], np.s_[0, 3, 9], np.s_[1, 2, 5]])
def test_a_region_that_was_not_covered_whole_is_found(place: "tuple[int, int, int]") -> None:
    def paint(array: "np.ndarray[tuple[int, ...], np.dtype[np.uint16]]") -> None:
        cover(array)
        array[place] = frames()[place]

    assert "not one value" in pixel_findings(painted(paint), multi_frame()[0])[0]


def test_a_region_that_is_declared_and_was_not_covered_is_found() -> None:
    source, output = multi_frame()
    assert pixel_findings(output, source)


def test_a_covered_region_that_nobody_declares_is_found() -> None:
    assert pixel_findings(painted(cover), multi_frame()[0], Told())


def test_regions_are_read_from_the_audit() -> None:
    where = "(7FE0,0010) PixelData"
    lines = [
        (f"{where} frames 1-2: 0,0,10,4", "drawn"),
        (f"{where} all frames: 3,1,1,1", "text"),
        (f"{where}: 3,1,1,1", "text"),
        ("pixels: 3,1,1,1", "eyes"),
        (f"{where} outside the boxes", "as before in 3 frames, SHA-256 with zeros in the boxes 00"),
        ("pixels: outside the boxes", "as before, SHA-256 of the samples 00"),
    ]
    told = told_of({"actions": [{"where": place, "code": "redact", "rule": rule} for place, rule in lines]})
    small = Region(1, 3, 2, 4)
    assert told.boxes == (
        Box(NAME_PLATE, "drawn", (FrameRange(1, 2),)),
        *(Box(small, origin) for origin in ("text", "text", "eyes")),
    )
    assert not told.were_pixels_cleaned
    assert told_of(None) == Told()


def photo_findings(output: bytes, told: Told = TOLD) -> list[str]:
    judge = PhotoJudge(policy("ps315-basic").profile)
    return [one.problem for one in judge.judge(output, png(), told).problems if one.check is Check.PIXELS]


def covered_photo(box: tuple[int, int, int, int], colour: tuple[int, int, int] = (0, 0, 0)) -> bytes:
    output = deidentify(png(), policy("ps315-basic"))
    assert isinstance(output, bytes)
    with Image.open(io.BytesIO(output)) as image:
        changed = image.copy()
    changed.paste(colour, box)
    out = io.BytesIO()
    changed.save(out, "PNG")
    return out.getvalue()


def test_a_covered_region_of_a_photo_is_no_finding_and_a_larger_or_smaller_one_is() -> None:
    assert photo_findings(covered_photo((0, 0, 10, 4))) == []
    assert photo_findings(covered_photo((0, 0, 11, 4)))
    assert photo_findings(covered_photo((0, 0, 9, 4)))
    assert photo_findings(covered_photo((0, 0, 10, 4)), Told())


@pytest.mark.parametrize("format_", ["PNG", "TIFF", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", [2, 6, 7])
def test_regions_of_a_turned_photo_are_looked_for_where_a_viewer_shows_them(
    format_: str, orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    noise = np.random.default_rng(3).integers(40, 255, (64, 96, 3)).astype("u1")
    lossless: dict[str, dict[str, Any]] = {
        "WEBP": {"lossless": True},
        "AVIF": {"quality": 100, "subsampling": "4:4:4"},
    }
    Image.fromarray(noise).save(out, format_, exif=exif, **lossless.get(format_, {}))
    rule = BoxRule("drawn", (), (BoxSpec.parse("40,6,9,5"),))
    painted, plan = plan_any(out.getvalue(), replace(policy("ps315-basic"), boxes=(rule,)))
    assert isinstance(plan, Plan)
    judge, output = PhotoJudge(policy("ps315-basic").profile), splice(plan.pieces, painted)
    for region, is_right in ((Region(6, 40, 11, 49), True), (Region(5, 40, 11, 49), False)):
        told = Told((Box(region, "audit"),), were_pixels_cleaned=True)
        problems = judge.judge(output, out.getvalue(), told).problems
        assert (not [one for one in problems if one.check is Check.PIXELS]) is is_right


def test_blocks_around_a_region_of_a_jpeg_are_no_finding_and_a_picture_that_changed_elsewhere_is() -> None:
    noise = np.random.default_rng(3).integers(40, 255, (96, 160, 3)).astype("u1")
    photos = []
    for picture in (noise, noise[:, ::-1]):
        out = io.BytesIO()
        Image.fromarray(picture).save(out, "JPEG", quality=90)
        photos.append(out.getvalue())
    rule = BoxRule("drawn", (), (BoxSpec.parse("3,5,16,10"),))
    judge, told = PhotoJudge(policy("ps315-basic").profile), Told((Box(Region(5, 3, 15, 19), "audit"),))
    outputs = []
    for photo in photos:
        painted, plan = plan_any(photo, replace(policy("ps315-basic"), boxes=(rule,)))
        assert isinstance(plan, Plan)
        outputs.append(splice(plan.pieces, painted))
    for output, is_right in zip(outputs, (True, False), strict=True):
        problems = judge.judge(output, photos[0], told).problems
        assert (not [one for one in problems if one.check is Check.PIXELS]) is is_right
