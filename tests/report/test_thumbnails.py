"""Thumbnails: small, right way round, and nothing of a region left in them."""

import base64
import hashlib
import io
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEGLosslessSV1

from bme_med.core import Box, FrameRange, Region
from bme_med.pixels import limits
from bme_med.report.thumbnails import LONGEST_SIDE, Thumbnail, thumbnail_of
from bme_med.verify.tables import load_tables
from tests.oracles.planting import encode, small_mr
from tests.report.making import audit_of, page_of, record

BRIGHT = 60_000


def instance(rows: int, columns: int, *, frames: int = 1, box: Region | None = None) -> bytes:
    """Gray slopes that differ from frame to frame; `box` is far brighter than all of them."""
    ds: Dataset = small_mr()
    ds.Rows, ds.Columns = rows, columns
    samples = np.add.outer(np.arange(frames) * 100, np.add.outer(np.arange(rows), np.arange(columns)))
    if box:
        samples[:, box.top : box.bottom, box.left : box.right] = BRIGHT
    if frames > 1:
        ds.NumberOfFrames = frames
    ds.PixelData = samples.astype("<u2").tobytes()
    return encode(ds, ExplicitVRLittleEndian, load_tables())


def photo(orientation: int = 1) -> bytes:
    """Red above blue, and how it is to be turned."""
    image = Image.new("RGB", (300, 200), "red")
    image.paste("blue", (0, 100, 300, 200))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "Quillfeather"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def shown(thumbnail: Thumbnail | None) -> Image.Image:
    assert thumbnail
    data = base64.b64decode(thumbnail.uri.partition(",")[2])
    return Image.open(io.BytesIO(data)).convert("RGB")


def pixel(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    value = image.getpixel((x, y))
    assert isinstance(value, tuple)
    return value


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_of_many_frames_the_middle_one_is_shown(tmp_path: Path) -> None:
    made = thumbnail_of(write(tmp_path, "a", instance(400, 200, frames=5)), "dicom", (), is_covered=False)
    assert made
    assert (made.frame, made.frames, made.rows, made.columns) == (3, 5, 400, 200)
    assert shown(made).size == (LONGEST_SIDE // 2, LONGEST_SIDE)


def test_lossless_jpeg_is_shown_though_pydicom_does_not_decode_it(tmp_path: Path) -> None:
    ds = small_mr()
    ds.Rows, ds.Columns = 64, 48
    slope = np.add.outer(np.arange(64), np.arange(48)).astype("<u2")
    ds.PixelData = encapsulate([bytes(imagecodecs.ljpeg_encode(slope, bitspersample=12))])
    ds.BitsStored, ds.HighBit = 12, 11
    path = write(tmp_path, "a", encode(ds, JPEGLosslessSV1, load_tables()))
    image = shown(thumbnail_of(path, "dicom", (), is_covered=False))
    assert pixel(image, 0, 0)[0] == 0
    assert pixel(image, image.width - 1, image.height - 1)[0] == 255


def test_of_many_frames_one_that_was_painted_over_is_shown(tmp_path: Path) -> None:
    box = Box(Region(0, 0, 9, 9), "drawn", (FrameRange(5, 5),))
    made = thumbnail_of(write(tmp_path, "a", instance(64, 64, frames=5)), "dicom", [box], is_covered=True)
    assert made
    assert (made.frame, made.regions) == (5, 1)


@pytest.mark.parametrize("side", [64, 500])
def test_no_pixel_of_a_region_has_a_part_in_a_covered_thumbnail(side: int, tmp_path: Path) -> None:
    region = Region(side // 4, side // 8, side // 2, side - side // 8)
    path = write(tmp_path, "a", instance(side, side, box=region))
    other = write(tmp_path, "b", instance(side, side))
    covered = thumbnail_of(path, "dicom", [Box(region, "text")], is_covered=True)
    plain = thumbnail_of(other, "dicom", [Box(region, "text")], is_covered=True)
    assert covered == plain, "what was in the region makes no difference, not even to the contrast"
    open_ = thumbnail_of(path, "dicom", [Box(region, "text")], is_covered=False)
    assert open_ != covered


def test_a_photo_is_shown_the_right_way_round(tmp_path: Path) -> None:
    image = shown(thumbnail_of(write(tmp_path, "a", photo(6)), "jpeg", (), is_covered=False))
    assert image.height > image.width
    assert pixel(image, image.width - 3, 5)[0] > 200, "the top of the stored picture is on the right"
    assert pixel(image, 3, 5)[2] > 200


def test_a_region_of_a_photo_lies_where_a_viewer_shows_it(tmp_path: Path) -> None:
    box = Box(Region(0, 0, 100, 200), "drawn")
    image = shown(thumbnail_of(write(tmp_path, "a", photo(6)), "jpeg", [box], is_covered=True))
    assert pixel(image, image.width // 2 + 9, image.height - 5)[0] > 200
    top = {pixel(image, x, 20) for x in range(4, image.width - 4)}
    assert all(abs(red - blue) < 100 for red, _, blue in top), "hatched, not red and blue"


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff\xe0 no picture", instance(64, 64)[:600]])
def test_what_nothing_decodes_is_not_shown(data: bytes, tmp_path: Path) -> None:
    path = write(tmp_path, "a", data)
    for format_ in ("dicom", "jpeg"):
        assert thumbnail_of(path, format_, (), is_covered=False) is None


def test_a_source_is_shown_with_its_regions_covered_if_it_is_what_the_audit_knows(tmp_path: Path) -> None:
    region = Region(10, 10, 40, 60)
    before, after = instance(64, 64, box=region), instance(64, 64)
    write(tmp_path, "in/Quillfeather.dcm", before)
    write(tmp_path, "out/S/1.dcm", after)
    action = {"where": "(7FE0,0010) PixelData: 10,10,50,30", "code": "redact", "rule": "text"}
    known = hashlib.sha256(before).hexdigest()
    for digest, count in ((known, 2), ("0" * 64, 1)):
        one = record(
            "Quillfeather.dcm", format="dicom", output="S/1.dcm", source_sha256=digest, actions=[action]
        )
        page = page_of(tmp_path, audit_of(one), tmp_path / "out", source=tmp_path / "in")
        assert len(page.pictures) == count
        assert "painted over: 50 × 30 pixels at column 10, row 10: text" in page.shown
        assert ("no longer there as the run found it" in page.shown) == (count == 1)
        assert "Quillfeather" not in page.text


def test_a_source_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    data = instance(64, 64)
    write(tmp_path, "elsewhere.dcm", data)
    write(tmp_path, "out/S/1.dcm", data)
    (tmp_path / "in").mkdir()
    digest = hashlib.sha256(data).hexdigest()
    one = record("../elsewhere.dcm", format="dicom", output="S/1.dcm", source_sha256=digest)
    page = page_of(tmp_path, audit_of(one), tmp_path / "out", source=tmp_path / "in")
    assert len(page.pictures) == 1


def test_where_regions_were_painted_over_those_files_are_shown(tmp_path: Path) -> None:
    action = {"where": "(7FE0,0010) PixelData: 1,1,9,9", "code": "redact", "rule": "drawn"}
    records = [
        record(f"{n}", format="dicom", output=f"S/{n}.dcm", actions=[action] if n == 7 else [])
        for n in range(30)
    ]
    for n in range(30):
        write(tmp_path, f"out/S/{n}.dcm", instance(32, 32))
    page = page_of(tmp_path, audit_of(*records), tmp_path / "out")
    assert [image["alt"] for image in page.all("img")] == [
        "After: output 1 of Series 1, with regions painted over"
    ]


def test_a_picture_that_is_too_large_to_be_decoded_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = tmp_path / "photo.png"
    Image.new("RGB", (50, 40)).save(photo)
    assert thumbnail_of(photo, "png", (), is_covered=False)
    monkeypatch.setattr(limits, "MAX_PIXELS", 50 * 40 - 1)
    assert thumbnail_of(photo, "png", (), is_covered=False) is None
