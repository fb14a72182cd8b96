"""Numbers written as text (PS3.5, 6.2): what readers understand stays, and nothing is lost in silence."""

from io import BytesIO

import pydicom
import pytest
from pydicom import Dataset

from bme_med.core import Code, Plan
from bme_med.dicom.number_strings import count, is_legal, legible
from bme_med.verify.instance import check
from bme_med.verify.tables import load_tables
from tests.oracles.judged import encoded, output_of
from tests.oracles.planting import small_mr
from tests.oracles.raw import explicit, item, with_element
from tests.oracles.reading import second_pass_changes
from tests.oracles.runs import PROFILE_NAMES, deidentify, plan, policy

pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR:UserWarning")  # planted on purpose

every_profile = pytest.mark.parametrize("name", PROFILE_NAMES)

INTERCEPT, SPACING, POSITION, INSTANCE, CURRENT = 0x00281052, 0x00280030, 0x00200032, 0x00200013, 0x00181151
FUNCTIONAL_GROUPS, PIXEL_MEASURES, TRANSFORMATION = 0x52009229, 0x00289110, 0x00289145

STAYING = [
    (INTERCEPT, b"DS", b"-1024.0 "),
    (INTERCEPT, b"DS", b" -1.024E+3"),
    (INTERCEPT, b"DS", b"-0.123456789012345678 "),
    (POSITION, b"DS", b"-123.4567890123456789\\.5\\7.00000000000000000000001"),
    (INSTANCE, b"IS", b"0000000000000007"),
    (INSTANCE, b"IS", b"+15\0"),
    (INSTANCE, b"IS", b"7.0 "),
    (CURRENT, b"IS", b"199.5 "),
]
REWRITTEN = [
    (INTERCEPT, b"DS", b"-1024,0 ", b"-1024.0 "),
    (SPACING, b"DS", b"0,660\\0,66", b"0.660\\0.66"),
    (POSITION, b"DS", b"-1,5\\2,0\\3.0", b"-1.5\\2.0\\3.0"),
    (INTERCEPT, b"DS", b"-1024.0\t", b"-1024.0 "),
    (POSITION, b"DS", b"1\0\\\n2\r\\\x0b3 ", b"1\\2\\3 "),
    (INSTANCE, b"IS", b"\t7\0\0", b"7 "),
    (CURRENT, b"IS", b"199,5 ", b"199.5 "),
]
LOST = [
    (INTERCEPT, b"DS", b"NaN "),
    (INTERCEPT, b"DS", b"-1,024"),
    (INTERCEPT, b"DS", b"1.024,5 "),
    (SPACING, b"DS", b"0.66\\mm "),
    (SPACING, b"DS", b"12.03.1978"),
    (POSITION, b"DS", b"1 2 3 "),
    (INSTANCE, b"IS", b"seven "),
]


def _value(data: bytes, tag: int) -> bytes:
    element = pydicom.dcmread(BytesIO(data)).get_item(tag)
    assert element is not None
    return bytes(element.value)


def _planned(source: bytes, name: str) -> Plan:
    made = plan(source, policy(name))
    assert isinstance(made, Plan)
    return made


@every_profile
@pytest.mark.parametrize(("tag", "vr", "value"), STAYING)
def test_what_every_reader_understands_stays_byte_for_byte(
    name: str, tag: int, vr: bytes, value: bytes
) -> None:
    assert _value(output_of(with_element(explicit(tag, vr, value)), name), tag) == value


@every_profile
@pytest.mark.parametrize(("tag", "vr", "old", "new"), REWRITTEN)
def test_what_can_mean_one_number_only_gets_its_legal_form(
    name: str, tag: int, vr: bytes, old: bytes, new: bytes
) -> None:
    source = with_element(explicit(tag, vr, old))
    output = output_of(source, name)
    assert _value(output, tag) == new
    made = _planned(source, name)
    assert [action.code for action in made.actions if f"{tag & 0xFFFF:04X})" in action.where] == [Code.C]
    assert not made.findings
    again = deidentify(output, policy(name))
    assert isinstance(again, bytes)
    profile = policy(name).profile
    first, second = (pydicom.dcmread(BytesIO(data)) for data in (output, again))
    assert not [*second_pass_changes(first, second, profile, load_tables())]


@every_profile
@pytest.mark.parametrize(("tag", "vr", "value"), LOST)
def test_what_is_in_doubt_is_lost_with_a_finding_that_names_no_value(
    name: str, tag: int, vr: bytes, value: bytes
) -> None:
    source = with_element(explicit(tag, vr, value))
    made = _planned(source, name)
    [finding] = [finding for finding in made.findings if "could not be understood" in finding]
    assert finding.startswith(f"({tag >> 16:04X},{tag & 0xFFFF:04X}) ")
    assert "is lost: " in finding
    assert value.strip().decode() not in finding
    output = output_of(source, name)
    assert value not in output


@every_profile
def test_a_text_in_the_place_of_a_number_is_lost_with_a_finding(name: str) -> None:
    source = with_element(explicit(INTERCEPT, b"LO", b"Quillfeather"))
    assert any("RescaleIntercept could not be understood" in text for text in _planned(source, name).findings)


@every_profile
def test_a_finding_comes_once_for_all_items_and_for_functional_groups_too(name: str) -> None:
    measures = explicit(PIXEL_MEASURES, b"SQ", item(explicit(SPACING, b"DS", b"0.5\\wide")))
    values = explicit(TRANSFORMATION, b"SQ", item(explicit(INTERCEPT, b"DS", b"none")))
    groups = explicit(0x52009230, b"SQ", item(measures + values) + item(measures))
    findings = _planned(with_element(groups), name).findings
    assert [finding.partition(" could")[0] for finding in findings if "is lost" in finding] == [
        "(0028,0030) PixelSpacing",
        "(0028,1052) RescaleIntercept",
    ]


def test_every_slice_says_what_it_lost_although_slices_are_decided_together() -> None:
    source = with_element(explicit(INTERCEPT, b"DS", b"none"))
    found = [len(_planned(source, "ps315-basic").findings) for _ in range(4)]
    assert found == [1, 1, 1, 1]


@every_profile
def test_a_number_that_the_profile_removes_is_no_finding(name: str) -> None:
    ds = small_mr()
    ds.PatientWeight = "72.5"
    assert not _planned(encoded(ds, "explicit"), name).findings


@every_profile
@pytest.mark.parametrize(
    ("vr", "value"),
    [(b"DS", b"0.00047110230000001 "), (b"IS", b"4711023.0 "), (b"DS", b"471102347110234711023 ")],
)
def test_an_identifier_in_a_number_beyond_its_vr_goes(name: str, vr: bytes, value: bytes) -> None:
    tag = INTERCEPT if vr == b"DS" else INSTANCE
    source = _with_id("4711023", explicit(tag, vr, value))
    assert b"4711023" not in output_of(source, name)


@every_profile
@pytest.mark.parametrize("patient", ["47", "0000000", "90210"])
def test_short_identifiers_and_zeros_in_a_long_number_are_chance(name: str, patient: str) -> None:
    value = b"0.00000004790210123456 "
    output = output_of(_with_id(patient, explicit(INTERCEPT, b"DS", value + b" ")), name)
    assert _value(output, INTERCEPT).rstrip() == value.rstrip()


def _with_id(patient: str, raw: bytes) -> bytes:
    source = with_element(raw)
    old = explicit(0x00100020, b"LO", b"QF-4711 ")
    assert source.count(old) == 1
    new = patient.encode()
    return source.replace(old, explicit(0x00100020, b"LO", new + b" " * (len(new) % 2)))


@every_profile
@pytest.mark.parametrize("vr", [b"OB", b"LO"])
def test_a_name_in_the_place_of_a_weight_goes(name: str, vr: bytes) -> None:
    output = deidentify(with_element(explicit(0x00101030, vr, b"Quillfeather")), policy(name))
    assert isinstance(output, bytes)
    assert b"Quillfeather" not in output


def test_frames_are_counted_with_a_sign() -> None:
    ds = small_mr()
    ds.PixelData = bytes(16)
    source = encoded(ds, "explicit")
    frames = explicit(0x00280008, b"IS", b"+2")
    columns = explicit(0x00280010, b"US", b"\2\0")
    output = output_of(source.replace(columns, frames + columns), "ps315-basic")
    assert pydicom.dcmread(BytesIO(output)).pixel_array.shape == (2, 2, 2)
    assert [count(text) for text in ("+15", "015", "-1", "1.5", "", "١")] == [15, 15, 0, 0, 0, 0]


def test_the_judge_does_not_take_another_number_for_a_rewritten_one() -> None:
    source = with_element(explicit(INTERCEPT, b"DS", b"-1024,0 "))
    output = output_of(source, "ps315-basic")
    for wrong in (b"-1024.5 ", b"-10240  ", b"1024.0  "):
        altered = output.replace(b"-1024.0 ", wrong)
        assert altered != output
        problems = check(
            pydicom.dcmread(BytesIO(source)),
            pydicom.dcmread(BytesIO(altered)),
            policy("ps315-basic").profile,
            load_tables(),
        )
        assert [problem.place for problem in problems] == ["(0028,1052)"]


def test_what_is_legible_is_legible_again() -> None:
    for _, vr, value in STAYING:
        assert legible(vr.decode(), value) == value
    for _, vr, old, new in REWRITTEN:
        assert (legible(vr.decode(), old) or b"").strip() == new.strip()
        assert legible(vr.decode(), new) == new
    assert is_legal("DS", b"1.5\\\\-2e5 ")
    assert not is_legal("DS", b"1.2345678901234567")
    assert is_legal("IS", b" +15\0")
    assert not is_legal("IS", b"7.0")


def test_a_megabyte_of_padding_takes_no_time() -> None:
    assert legible("DS", b" " * (1 << 20) + b"x") is None


def _spacing(ds: Dataset) -> list[float]:
    return [float(value) for value in ds.PixelSpacing]


def test_pydicom_reads_the_spacing_that_was_meant() -> None:
    output = output_of(with_element(explicit(SPACING, b"DS", b"0,66\\0,75 ")), "hipaa-safe-harbor")
    assert _spacing(pydicom.dcmread(BytesIO(output))) == [0.66, 0.75]
