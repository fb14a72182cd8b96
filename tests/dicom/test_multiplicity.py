"""Texts in the place of numbers (PS3.5, 6.4): as many as the VM says, and no name among them."""

from io import BytesIO

import pydicom
import pytest

from bme_med.core import Refusal
from tests.oracles.judged import encoded, output_of
from tests.oracles.planting import ENCODINGS, Planted, nested, small_mr
from tests.oracles.raw import explicit, item, with_element
from tests.oracles.residue import residue
from tests.oracles.runs import PROFILE_NAMES, deidentify, policy

pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR:UserWarning")  # planted on purpose

every_profile = pytest.mark.parametrize("name", PROFILE_NAMES)
every_encoding = pytest.mark.parametrize("encoding", ENCODINGS)

UNSEEN = b"ZQUNSEENZQUNSEENZQUNSEEN"
"""24 bytes, whole numbers of every size; stands in one element alone."""

TOO_MANY = {
    0x00280106: "US",  # Smallest Image Pixel Value
    0x00189219: "SS",  # Tag Angle Second Axis has one
    0x00081163: "FD",  # Time Range has two
    0x00089459: "FL",  # Recommended Display Frame Rate in Float
    0x00181612: "US",  # a vertex of two
    0x00286010: "US",  # Representative Frame Number
    0x0048021E: "SL",  # Column Position in Total Image Pixel Matrix
    0x00480006: "UL",  # Total Pixel Matrix Columns
    0x00720026: "AT",  # Selector Attribute
}
"""Attributes that no table lists, with fewer values than 24 bytes hold."""


def _small(tag: int, vr: str) -> Planted:
    return Planted(tag, vr, UNSEEN, "")


@every_profile
@pytest.mark.parametrize("tag", TOO_MANY, ids=hex)
def test_numbers_beyond_the_multiplicity_go(name: str, tag: int) -> None:
    raw = explicit(tag, TOO_MANY[tag].encode(), UNSEEN)
    output = deidentify(with_element(raw), policy(name))
    assert isinstance(output, bytes)
    assert not residue([UNSEEN[:8].decode()], output)


@every_profile
def test_they_go_from_items_too(name: str) -> None:
    raw = explicit(0x00189114, b"SQ", item(explicit(0x00280106, b"US", UNSEEN)))
    assert not residue([UNSEEN[:8].decode()], output_of(with_element(raw), name))


@every_profile
@pytest.mark.parametrize(("tag", "vr"), [(0x00180050, b"FL"), (0x00180088, b"FD"), (0x00200013, b"UL")])
def test_a_binary_number_in_the_place_of_a_written_one_is_held_to_the_multiplicity(
    name: str, tag: int, vr: bytes
) -> None:
    output = deidentify(with_element(explicit(tag, vr, UNSEEN)), policy(name))
    assert isinstance(output, bytes)
    assert not residue([UNSEEN[:8].decode()], output)


@every_profile
@every_encoding
def test_as_many_numbers_as_there_may_be_stay(name: str, encoding: str) -> None:
    legal = [
        Planted(0x00280106, "US", 7, ""),
        Planted(0x00283002, "US", [256, 0, 16], ""),
        Planted(0x00189089, "FD", [0.5, 0.25, 1.0], ""),
        Planted(0x00081161, "UL", list(range(1, 40)), ""),
    ]
    for ds in (small_mr(legal), nested(legal)):
        source = encoded(ds, encoding)
        output = pydicom.dcmread(BytesIO(output_of(source, name)))
        found = {int(element.tag): element.value for element in output.iterall()}
        assert all(found[one.tag] == one.value for one in legal)


NAME = "Quillfeather"


@every_profile
@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("tag", "vr"),
    [(0x00081161, b"UL"), (0x00286040, b"US"), (0x00409212, b"FD"), (0x00700022, b"FL"), (0x00280009, b"AT")],
)
def test_a_name_among_any_number_of_numbers_goes(name: str, encoding: str, tag: int, vr: bytes) -> None:
    for written in (NAME, NAME.upper()):
        value = bytes(16) + written.encode(encoding) + bytes(1 << 10)
        value += bytes(-len(value) % 8)
        output = deidentify(with_element(explicit(tag, vr, value)), policy(name))
        assert isinstance(output, bytes)
        assert not residue([NAME], output)


@every_profile
def test_a_name_across_two_looks_at_a_long_table_goes(name: str) -> None:
    value = bytes((1 << 20) - 5) + NAME.encode() + bytes(1 << 10)
    raw = explicit(0x00281201, b"OW", value + bytes(len(value) & 1))
    output = deidentify(with_element(raw), policy(name))
    assert isinstance(output, bytes)
    assert not residue([NAME], output)


@every_profile
def test_a_picture_that_is_described_by_several_numbers_is_refused(name: str) -> None:
    source = encoded(small_mr(), "explicit")
    rows = explicit(0x00280010, b"US", b"\2\0")
    assert source.count(rows) == 1
    refusal = deidentify(source.replace(rows, explicit(0x00280010, b"US", b"\2\0" + UNSEEN)), policy(name))
    assert isinstance(refusal, Refusal)
    assert "(0028,0010)" in refusal.reason
