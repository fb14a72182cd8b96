"""Rules for devices, and ultrasound regions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset, FileDataset
from pydicom.uid import UID

from bme_med.core import Box, ProfileError, Region
from bme_med.core.boxes import BoxRule, BoxSpec, Condition
from bme_med.core.resources import read_table
from bme_med.dicom.device_regions import _outside, check_names, device_boxes, matching_boxes, ultrasound_boxes
from bme_med.dicom.instance import Instance, read_instance
from bme_med.engines import prepare
from tests.dicom.making import encoded, mr_instance, profile


def _ultrasound(rows: int = 720, columns: int = 960, **values: object) -> FileDataset:
    ds = mr_instance()
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.6.1")
    ds.Modality, ds.Rows, ds.Columns = "US", rows, columns
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def _read(ds: FileDataset) -> Instance:
    return read_instance(encoded(ds))


def _region(left: int, top: int, right: int, bottom: int) -> Dataset:
    item = Dataset()
    item.RegionLocationMinX0, item.RegionLocationMinY0 = left, top
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = right, bottom
    return item


def _regions(boxes: list[Box]) -> set[Region]:
    return {box.region for box in boxes}


def test_all_rules_that_match_are_united() -> None:
    device = _ultrasound(Manufacturer="SAMSUNG MEDISON CO.,LTD.", ManufacturerModelName="H60")
    device.SequenceOfUltrasoundRegions = [_region(0, 0, 959, 719)]
    boxes = device_boxes(_read(device), ())
    assert boxes
    assert all("Samsung H60" in box.origin or "MEDISON" in box.origin for box in boxes)


def test_another_device_or_size_matches_nothing() -> None:
    assert not device_boxes(_read(_ultrasound(Manufacturer="ACME", ManufacturerModelName="One")), ())
    known = {"Manufacturer": "GE Healthcare", "ManufacturerModelName": "V830"}
    assert device_boxes(_read(_ultrasound(662, 930, **known)), ())
    plain = mr_instance()
    plain.Modality, plain.Manufacturer, plain.Rows, plain.Columns = "CT", "GE MEDICAL SYSTEMS", 512, 512
    plain.CTDIPhantomTypeCodeSequence = [Dataset()]
    plain.CTDIPhantomTypeCodeSequence[0].CodeMeaning = "IEC Body Dosimetry Phantom"
    assert not device_boxes(_read(plain), ())


def test_a_rule_made_for_larger_images_does_not_black_out_a_small_one() -> None:
    small = _ultrasound(60, 80, Manufacturer="GE", ManufacturerModelName="LOGIQE9")
    assert not device_boxes(_read(small), ())


def test_every_rule_of_the_table_asks_for_attributes_that_exist_and_has_boxes() -> None:
    rows = read_table("pixel_regions.csv")
    assert len(rows) > 300
    assert {row["licence"] for row in rows} == {"MIT", "Apache-2.0"}
    for row in rows:
        conditions = [Condition(*part.split(" ", 1)) for part in row["match"].split(" & ")]
        assert not check_names([conditions]), row
        assert len(conditions) > 1, row
        assert all(BoxSpec.parse(box) for box in row["boxes"].split(";"))


def test_a_site_adds_regions_in_its_profile() -> None:
    text = """
        [[pixels.regions]]
        name = "our C-arm"
        match = { Manufacturer = "~ZIEHM", Rows = 512 }
        boxes = [{ x = 0, y = -30, w = 0, h = 0 }]
    """
    own = profile(text).regions
    device = _ultrasound(512, 512, Manufacturer="Ziehm Imaging")
    assert device_boxes(_read(device), own) == [
        Box(Region(482, 0, 512, 512), "region of the profile our C-arm")
    ]
    assert not device_boxes(_read(_ultrasound(480, 512, Manufacturer="Ziehm Imaging")), own)


def test_regions_of_a_profile_and_of_what_it_extends_add_up() -> None:
    text = """
        [[pixels.regions]]
        match = { Modality = "US" }
        boxes = [{ x = 0, y = 0, w = 1, h = 1 }]
        [[pixels.regions]]
        boxes = [{ x = 2, y = 2, w = 1, h = 1 }]
    """
    assert len(profile(text).regions) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[pixels]\nregions = 'all'", r"expected tables"),
        ("[[pixels.regions]]\nboxes = []", r"pixels\.regions\[0\].*boxes"),
        ("[[pixels.regions]]\nbox = []", r"'box' is not known"),
    ],
)
def test_a_wrong_region_of_a_profile_is_an_error_that_says_where(text: str, expected: str) -> None:
    with pytest.raises(ProfileError, match=expected):
        profile(text)


def test_a_keyword_that_no_attribute_has_is_an_error_before_a_run() -> None:
    text = "[[pixels.regions]]\nmatch = { Maker = 'x' }\nboxes = [{ x = 0, y = 0, w = 1, h = 1 }]"
    with pytest.raises(ProfileError, match=r"match\.Maker"):
        prepare(profile(text))


def test_private_tags_sequences_and_several_values_can_be_asked_for() -> None:
    device = _ultrasound()
    device.ImageType = ["DERIVED", "PRIMARY", "SMALL"]
    device.private_block(0x0019, "ACME", create=True).add_new(0x01, "LO", "Fluoro")
    device.SequenceOfUltrasoundRegions = [_region(0, 0, 1, 1)]
    asked = {
        "ImageType": "SMALL",
        "00191001": "^Flu",
        "SequenceOfUltrasoundRegions": "*",
        "Rows": "720",
    }
    for name, wanted in asked.items():
        rule = BoxRule("r", (Condition(name, wanted),), (BoxSpec(0, 0, 1, 1),))
        assert matching_boxes(_read(device), [rule]), name


def test_all_outside_ultrasound_regions_is_covered() -> None:
    device = _ultrasound(100, 200)
    device.SequenceOfUltrasoundRegions = [_region(20, 10, 119, 79), _region(100, 60, 179, 89)]
    outside = _regions(ultrasound_boxes(_read(device)))
    covered = {
        (row, column) for r in outside for row in range(r.top, r.bottom) for column in range(r.left, r.right)
    }
    kept = {(row, column) for row in range(10, 80) for column in range(20, 120)}
    kept |= {(row, column) for row in range(60, 90) for column in range(100, 180)}
    assert covered | kept == {(row, column) for row in range(100) for column in range(200)}
    assert not covered & kept


@pytest.mark.parametrize(
    "region",
    [
        pytest.param((0, 0, 639, 479), id="larger than the image"),
        pytest.param((0, 0, 199, 99), id="all of it"),
        pytest.param((0, 0, 198, 99), id="nearly all of it"),
        pytest.param((5, 5, 10, 10), id="nearly nothing"),
        pytest.param((50, 50, 20, 20), id="upside down"),
    ],
)
def test_regions_that_are_stale_or_say_nothing_cover_nothing(region: tuple[int, int, int, int]) -> None:
    device = _ultrasound(100, 200)
    device.SequenceOfUltrasoundRegions = [_region(*region)]
    assert not ultrasound_boxes(_read(device))


_SPANS = st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda pair: pair[0] < pair[1])


@given(st.lists(st.tuples(_SPANS, _SPANS), min_size=1, max_size=5))
def test_what_is_outside_and_the_regions_make_the_whole_image(
    spans: list[tuple[tuple[int, int], tuple[int, int]]],
) -> None:
    regions = [Region(top, left, bottom, right) for (top, bottom), (left, right) in spans]
    grid = [[0] * 30 for _ in range(30)]
    for region in _outside(regions, Region(0, 0, 30, 30)):
        for row in range(region.top, region.bottom):
            for column in range(region.left, region.right):
                grid[row][column] += 1
    for row in range(30):
        for column in range(30):
            is_kept = any(r.top <= row < r.bottom and r.left <= column < r.right for r in regions)
            assert grid[row][column] == (0 if is_kept else 1)
