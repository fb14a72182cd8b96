"""Pictures in sequence items: nobody looks at them, so that they go, and the instance stays as valid."""

from io import BytesIO
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEGBaseline8Bit

from bme_med.core import Plan
from bme_med.engines import plan
from bme_med.verify.instance import check
from bme_med.verify.tables import load_tables
from tests.dicom.making import encoded as encoded_mr
from tests.dicom.making import mr_instance, planned, policy_of
from tests.dicom.test_hiding_places import jpeg
from tests.oracles.judged import output_of
from tests.oracles.planting import EVERY_ENCODING, encode, nested, small_mr
from tests.oracles.residue import residue
from tests.oracles.runs import PROFILE_NAMES, dcmdump_complains, iod_errors, policy

WORD = "SCREENTEXTPIXELS"
KINDS = {0x7FE00008: ("OF", 32), 0x7FE00009: ("OD", 64), 0x7FE00010: ("OW", 8), 0x7FE00020: ("OW", 8)}
FINDING = "pixels in sequence items were removed, as nobody looks at them"
EXTENDED_TABLE = 0x7FE00001

every_profile = pytest.mark.parametrize("name", PROFILE_NAMES)


def screen(tag: int = 0x7FE00010) -> Dataset:
    """A picture whose bytes are a text, and which says that text is burned in."""
    vr, bits = KINDS[tag]
    ds = Dataset()
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = 1, 8 * len(WORD) // bits
    ds.BitsAllocated = ds.BitsStored = bits
    ds.HighBit, ds.PixelRepresentation, ds.BurnedInAnnotation = bits - 1, 0, "YES"
    ds.add_new(tag, vr, WORD.encode())
    return ds


def deep(picture: Dataset) -> Dataset:
    """An instance with `picture` in an item four sequences deep."""
    ds = nested([])
    inner = ds.SharedFunctionalGroupsSequence[0].MREchoSequence[0].PixelValueTransformationSequence[0]
    inner.AnatomicRegionSequence = [picture]
    return ds


@every_profile
@pytest.mark.parametrize("encoding", EVERY_ENCODING)
@pytest.mark.parametrize("tag", KINDS, ids=hex)
def test_pixels_in_items_go_under_every_profile(name: str, encoding: str, tag: int) -> None:
    for ds in (small_mr(), deep(screen(tag))):
        ds.AnatomicRegionSequence = [screen(tag)]
        output = output_of(encode(ds, EVERY_ENCODING[encoding], load_tables()), name)
        assert not residue([WORD], output)
        read = dcmread(BytesIO(output))
        assert read.PixelData == ds.PixelData
        assert tag not in read.AnatomicRegionSequence[0]


@every_profile
def test_compressed_pixels_in_items_go_with_their_tables(name: str) -> None:
    ds, picture = small_mr(), screen()
    ds.Rows = ds.Columns = ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit = 7
    picture.add_new(EXTENDED_TABLE, "OV", WORD.encode())
    for dataset, frame in ((ds, jpeg()), (picture, jpeg(comment=WORD.encode()))):
        dataset["PixelData"].VR = "OB"
        dataset.PixelData = encapsulate([frame], has_bot=False)
        dataset["PixelData"].is_undefined_length = True
    ds.AnatomicRegionSequence = [picture]
    output = output_of(encode(ds, JPEGBaseline8Bit, load_tables()), name)
    assert not residue([WORD], output)
    read = dcmread(BytesIO(output))
    assert read.PixelData == ds.PixelData
    assert not [element for element in read.AnatomicRegionSequence[0] if element.tag.group == 0x7FE0]


def test_the_audit_says_where_and_why_and_a_finding_says_that() -> None:
    ds = deep(screen())
    made = plan(encode(ds, ExplicitVRLittleEndian, load_tables()), policy("ps315-basic"))
    assert isinstance(made, Plan)
    (action,) = [action for action in made.actions if "PixelData" in action.where and "[0]" in action.where]
    assert action.where.endswith(".(0008,2218)[0].(7FE0,0010) PixelData")
    assert action.code == "X"
    assert "in an item, which nobody looks at" in action.rule
    assert made.findings.count(FINDING) == 1


def test_a_finding_tells_of_each_slice_of_a_series() -> None:
    under = policy("ps315-basic")
    for number in range(5):
        ds = small_mr()
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(f"1.2.3.{number}")
        ds.AnatomicRegionSequence = [screen()]
        made = plan(encode(ds, ExplicitVRLittleEndian, load_tables()), under)
        assert isinstance(made, Plan)
        assert FINDING in made.findings


_KEPT = """name = "p"
extends = "ps315-basic"
[dicom.attributes]
IconImageSequence = "K"
PixelData = "K"
"(0009,xx10) GEIIS" = "K"
"""


def test_no_exception_of_a_profile_keeps_pixels_in_items() -> None:
    ds = mr_instance()
    ds.IconImageSequence = [screen()]
    ds.AnatomicRegionSequence = [Dataset()]
    ds.AnatomicRegionSequence[0].IconImageSequence = [screen()]
    ds.private_block(0x0009, "GEIIS", create=True).add_new(0x10, "SQ", [screen()])
    made, read = planned(encoded_mr(ds), _KEPT)
    assert "IconImageSequence" not in read
    assert "IconImageSequence" not in read.AnatomicRegionSequence[0]
    assert "PixelData" not in read[0x00091010].value[0]
    assert read.PixelData == ds.PixelData
    assert WORD.encode() not in encoded_mr(read)
    assert FINDING in made.findings


def test_the_check_knows_that_such_an_exception_keeps_nothing() -> None:
    ds = mr_instance()
    ds.IconImageSequence = [screen()]
    source = encoded_mr(ds)
    _, read = planned(source, _KEPT)
    assert check(dcmread(BytesIO(source)), read, policy_of(_KEPT).profile, load_tables()) == []


def test_an_instance_without_its_icon_is_as_valid_as_it_was(tmp_path: Path) -> None:
    ds = mr_instance()
    icon = screen()
    del icon.BurnedInAnnotation
    ds.IconImageSequence = [icon]
    before, after = tmp_path / "before.dcm", tmp_path / "after.dcm"
    before.write_bytes(encoded_mr(ds))
    after.write_bytes(output_of(before.read_bytes(), "ps315-basic"))
    assert dcmdump_complains(after) == []
    assert iod_errors(after) <= iod_errors(before)
