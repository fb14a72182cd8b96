"""UIDs that name a class or a scheme stay, unless they tell whose instance it is."""

from io import BytesIO

import pydicom
import pytest
from pydicom import Dataset

from bme_med.verify.findings import Check
from bme_med.verify.instance import check
from bme_med.verify.tables import load_tables
from tests.oracles.judged import encoded, output_of
from tests.oracles.planting import ENCODINGS, small_mr
from tests.oracles.runs import PROFILE_NAMES, deidentify, policy

every_profile = pytest.mark.parametrize("name", PROFILE_NAMES)
every_encoding = pytest.mark.parametrize("encoding", ENCODINGS)

ROOT = "1.2.826.0.1.3680043"
KEYWORDS = ("CodingSchemeUID", "ContextUID", "MappingResourceUID", "ContextGroupExtensionCreatorUID")


def _told(keyword: str, uid: str, patient: str = "4711023") -> Dataset:
    ds = small_mr()
    ds.PatientID, ds.PatientBirthDate = patient, "19610304"
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "T-A0100", "SRT", "Brain"
    setattr(code, keyword, uid)
    ds.AnatomicRegionSequence = [code]
    return ds


def _uid(data: bytes, keyword: str) -> str:
    return str(pydicom.dcmread(BytesIO(data)).AnatomicRegionSequence[0][keyword].value)


@every_profile
@every_encoding
@pytest.mark.parametrize("keyword", KEYWORDS)
@pytest.mark.parametrize(
    ("uid", "patient"),
    [
        (f"{ROOT}.4711023", "4711023"),
        (f"{ROOT}.94711023.2", "4711023"),
        (f"{ROOT}.47110.2", "47110"),
        (f"{ROOT}.4711", "4711"),
        (f"{ROOT}.19610304.1", "QF-1"),
        ("1.2.840.10008.4711023", "4711023"),
    ],
)
def test_an_identifier_in_a_class_uid_goes(
    name: str, encoding: str, keyword: str, uid: str, patient: str
) -> None:
    output = output_of(encoded(_told(keyword, uid, patient), encoding), name)
    assert _uid(output, keyword).startswith("2.25.")
    assert uid.encode() not in output


@every_profile
@pytest.mark.parametrize("keyword", KEYWORDS)
@pytest.mark.parametrize(
    ("uid", "patient"),
    [
        (f"{ROOT}.4711024", "4711023"),
        (f"{ROOT}.47110.2", "711"),
        (f"{ROOT}.12", "12"),
        ("1.2.840.10008.2.16.4", "10008"),
        ("1.2.840.10008.6.1.308", "10008"),
    ],
)
def test_every_other_class_uid_stays(name: str, keyword: str, uid: str, patient: str) -> None:
    assert _uid(output_of(encoded(_told(keyword, uid, patient), "explicit"), name), keyword) == uid


@every_profile
def test_the_class_of_the_instance_is_the_same_in_file_meta(name: str) -> None:
    ds = small_mr()
    ds.PatientID, ds.SOPClassUID = "4711023", f"{ROOT}.4711023"
    output = deidentify(encoded(ds, "explicit"), policy(name))
    assert isinstance(output, bytes), output
    out = pydicom.dcmread(BytesIO(output))
    assert out.file_meta.MediaStorageSOPClassUID == out.SOPClassUID
    assert b"4711023" not in output


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_the_judge_finds_the_identifier_that_was_left(keyword: str) -> None:
    source = encoded(_told(keyword, f"{ROOT}.4711023"), "explicit")
    output = output_of(source, "ps315-basic")
    altered = pydicom.dcmread(BytesIO(output))
    altered.AnatomicRegionSequence[0][keyword].value = f"{ROOT}.4711023"
    profile = policy("ps315-basic").profile
    problems = check(pydicom.dcmread(BytesIO(source)), altered, profile, load_tables())
    assert Check.IDENTIFIER in {problem.check for problem in problems}
