"""Where the bytes of a frame lie, and what shows them: as pydicom reads it."""

import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.encaps import generate_frames

from bme_med.core import FileError
from bme_med.dicom.viewing import view_frame
from tests.pixels.reading import form_of, images, opened, value_of


def _viewed(path: Path, number: int) -> tuple[bytes, bytes]:
    """The bytes of a frame as viewed, and as pydicom hands them out."""
    data, ds = path.read_bytes(), opened(path)
    assert ds is not None
    view = view_frame(data, number)
    found = view.data or b"".join(data[start:end] for start, end in view.ranges)
    if view.is_encapsulated:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frames = [*generate_frames(value_of(ds), number_of_frames=form_of(ds).frames)]
        return found, frames[number - 1]
    size = (len(found) * 8 - view.first_bit) // 8 if view.first_bit else len(found)
    start = (number - 1) * size
    return found, value_of(ds)[start : start + size]


@pytest.mark.parametrize("name", ["SC_rgb_rle_16bit_2frame", "examples_ybr_color", "rtdose_rle"])
def test_the_last_compressed_frame_is_what_pydicom_hands_out(name: str) -> None:
    path = Path(str(pydicom.data.get_testdata_file(f"{name}.dcm")))
    found, expected = _viewed(path, int(pydicom.dcmread(path).NumberOfFrames))
    assert found == expected


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in images(encapsulated=True)])
def test_a_compressed_frame_is_what_pydicom_hands_out(path: Path) -> None:
    try:
        found, expected = _viewed(path, 1)
    except FileError:
        pytest.skip("refused, as it is without a view")
    assert found[: len(expected)] == expected
    assert found[len(expected) :] in (b"", b"\0")  # a fragment of odd length is mended


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in images(encapsulated=False)])
def test_a_native_frame_is_what_pydicom_hands_out(path: Path) -> None:
    try:
        found, expected = _viewed(path, 1)
    except FileError:
        pytest.skip("refused, as it is without a view")
    assert found.startswith(expected) or expected.startswith(found)
    assert min(len(found), len(expected)) > 0


def _ranged(ds: pydicom.Dataset, tmp_path: Path, number: int) -> bytes:
    path = tmp_path / "instance"
    ds.save_as(path)
    data, view = path.read_bytes(), view_frame(path.read_bytes(), number)
    [(start, end)] = view.ranges
    return data[start:end]


def test_a_later_frame_lies_where_it_lies(tmp_path: Path) -> None:
    ds = pydicom.dcmread(str(pydicom.data.get_testdata_file("rtdose.dcm")))
    frames = ds.pixel_array
    for number in (1, 7, int(ds.NumberOfFrames)):
        assert _ranged(ds, tmp_path, number) == np.ascontiguousarray(frames[number - 1]).tobytes()


def test_numbers_that_are_none_are_left_out(tmp_path: Path) -> None:
    ds = pydicom.dcmread(str(pydicom.data.get_testdata_file("CT_small.dcm")))
    for keyword in ("RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth"):
        if keyword in ds:
            del ds[keyword]
        ds.add_new(keyword, "LO", "inf")  # a reader of DS would refuse it
    ds.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
    pydicom.dcmwrite(tmp_path / "instance", ds)
    view = view_frame((tmp_path / "instance").read_bytes(), 1)
    assert (view.slope, view.intercept, view.windows) == (1, 0, [])


def _group(center: int, slope: int) -> pydicom.Dataset:
    group, window, rescale = pydicom.Dataset(), pydicom.Dataset(), pydicom.Dataset()
    window.WindowCenter, window.WindowWidth, window.VOILUTFunction = center, 50, "SIGMOID"
    rescale.RescaleSlope, rescale.RescaleIntercept, rescale.RescaleType = slope, -5, "US"
    group.FrameVOILUTSequence, group.PixelValueTransformationSequence = [window], [rescale]
    return group


def test_a_frame_is_shown_by_its_own_functional_groups_before_the_shared_ones(tmp_path: Path) -> None:
    ds = pydicom.dcmread(str(pydicom.data.get_testdata_file("rtdose.dcm")))
    own = [pydicom.Dataset() for _ in range(ds.NumberOfFrames)]
    own[2] = _group(700, 3)
    ds.SharedFunctionalGroupsSequence, ds.PerFrameFunctionalGroupsSequence = [_group(40, 2)], own
    ds.save_as(tmp_path / "instance")
    views = [view_frame((tmp_path / "instance").read_bytes(), number) for number in (1, 3)]
    assert [view.windows for view in views] == [[(40, 50)], [(700, 50)]]
    assert [(view.slope, view.intercept, view.function) for view in views] == [
        (2, -5, "SIGMOID"),
        (3, -5, "SIGMOID"),
    ]


@pytest.mark.parametrize("number", [0, 2])
def test_a_frame_that_there_is_not_is_refused(number: int) -> None:
    data = Path(str(pydicom.data.get_testdata_file("CT_small.dcm"))).read_bytes()
    with pytest.raises(FileError, match="not that many frames"):
        view_frame(data, number)


def test_a_file_without_pixels_has_no_picture() -> None:
    data = Path(str(pydicom.data.get_testdata_file("rtplan.dcm"))).read_bytes()
    with pytest.raises(FileError, match="no picture"):
        view_frame(data, 1)
