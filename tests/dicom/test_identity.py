"""Whose an instance is."""

from collections.abc import Mapping

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.dataelem import DataElement
from pydicom.sequence import Sequence

from bme_med.core import Policy, Pseudonyms, parse_profile, splice
from bme_med.core.resources import read_resource
from bme_med.dicom import Owner, glance, glance_layout, identity_of, patients_by_study, plan
from tests.dicom.making import encoded, mr_instance

POLICY = Policy(
    parse_profile("research-longitudinal", lambda name: (name, read_resource(f"{name}.toml"))),
    Pseudonyms(bytes(32)),
)


def qualifiers(universal: str, *, delimited: bool = False) -> DataElement:
    """Issuer of Patient ID Qualifiers Sequence with one item."""
    item = Dataset()
    item.UniversalEntityID = universal
    item.UniversalEntityIDType = "ISO"
    item.is_undefined_length_sequence_item = delimited
    element = DataElement(0x00100024, "SQ", Sequence([item]))
    element.is_undefined_length = delimited
    return element


def file(*, explicit: bool = True, universal: str = "", delimited: bool = False, **values: object) -> bytes:
    ds = mr_instance(explicit=explicit)
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    if universal:
        ds.add(qualifiers(universal, delimited=delimited))
    return encoded(ds)


def owner(data: bytes) -> Owner:
    found = glance(data, glance_layout())
    assert found
    return found


def subject(data: bytes, patients: Mapping[tuple[str, str, str], tuple[str, str]] | None = None) -> str:
    """Patient ID of the output, read by pydicom."""
    policy = Policy(POLICY.profile, POLICY.pseudonyms, patients or {})
    out = splice(plan(data, policy).pieces, data)
    return str(pydicom.dcmread(pydicom.filebase.DicomBytesIO(out)).PatientID)


@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize("delimited", [True, False])
def test_the_issuer_is_its_name_and_its_universal_id(*, explicit: bool, delimited: bool) -> None:
    data = file(explicit=explicit, delimited=delimited, universal="1.2.840.77", IssuerOfPatientID="SITE")
    assert owner(data).issuer == "SITE&1.2.840.77"
    data = file(explicit=explicit, delimited=delimited, universal="1.2.840.77")
    assert owner(data).issuer == "&1.2.840.77"


def test_universal_ids_alone_tell_patients_apart() -> None:
    assert len({subject(file(universal=u)) for u in ("", "1.2.3", "1.2.4")}) == 3


@pytest.mark.parametrize("patient", ["4711023", " 4711023", "4711023  ", " 4711023 \0"])
def test_spaces_around_an_id_are_not_significant(patient: str) -> None:
    assert subject(file(PatientID=patient)) == subject(file(PatientID="4711023"))


def test_the_case_of_an_id_is_significant() -> None:
    assert subject(file(PatientID="zq-90210")) != subject(file(PatientID="ZQ-90210"))


@pytest.mark.parametrize("patient", ["", " ", "\0\0", None])
def test_without_an_id_the_study_is_the_patient(patient: str | None) -> None:
    one, two = (file(PatientID=patient, StudyInstanceUID=uid) for uid in ("1.2.3", "1.2.4"))
    assert subject(one) != subject(two)
    assert subject(one) == subject(file(PatientID="", StudyInstanceUID="1.2.3", SOPInstanceUID="1.2.9"))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (["", "SITE"], {"": "SITE"}),
        (["SITE", "SITE&1.2"], {"SITE": "SITE&1.2"}),
        (["", "&1.2", "SITE&1.2"], {"": "SITE&1.2", "&1.2": "SITE&1.2"}),
        (["", "SITE", "OTHER"], {}),
        (["SITE", "SITE&1.2", "SITE&1.3"], {}),
        (["SITE&1.2", "OTHER"], {}),
    ],
)
def test_a_study_completes_what_its_files_say_of_the_issuer_where_they_agree(
    told: list[str], expected: dict[str, str]
) -> None:
    found = patients_by_study(Owner("1.2.3", "7", issuer) for issuer in told)
    assert found == {("1.2.3", "7", part): ("7", whole) for part, whole in expected.items()}
    for issuer in told:
        identity = identity_of(Owner("1.2.3", "7", issuer), found)
        assert identity == ("patient", expected.get(issuer, issuer), "7")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([("7", ""), ("", "")], ("7", "")),
        ([("7", "SITE"), ("", ""), ("", "SITE")], ("7", "SITE")),
        ([("7", ""), ("7", "SITE"), ("", "")], ("7", "SITE")),
        ([("7", ""), ("8", ""), ("", "")], None),
        ([("7", "SITE"), ("", "OTHER")], None),
        ([("", "SITE"), ("", "")], None),
    ],
)
def test_a_file_without_an_id_is_the_one_patient_of_its_study(
    told: list[tuple[str, str]], expected: tuple[str, str] | None
) -> None:
    owners = [Owner("1.2.3", *who) for who in told]
    found = patients_by_study(owners)
    identity = ("patient", expected[1], expected[0]) if expected else ("study", "1.2.3")
    for owner in owners:
        if not owner.patient:
            assert identity_of(owner, found) == identity


def test_ids_of_other_systems_go_or_become_the_subject_and_never_stay() -> None:
    other = Dataset()
    other.PatientID = "4711023-B"
    other.IssuerOfPatientID = "Quillfeather Clinic"
    other.TypeOfPatientID = "TEXT"
    data = file(OtherPatientIDsSequence=[other], OtherPatientIDs="4711023-C", universal="1.2.840.77")
    kept = 'name = "kept"\nextends = "research-longitudinal"\n'
    kept += '[dicom.attributes]\nOtherPatientIDsSequence = "K"\n'
    profile = parse_profile("kept", lambda n: (n, kept if n == "kept" else read_resource(f"{n}.toml")))
    for policy in (POLICY, Policy(profile, POLICY.pseudonyms)):
        out = splice(plan(data, policy).pieces, data)
        ds = pydicom.dcmread(pydicom.filebase.DicomBytesIO(out))
        for text in (b"4711023", b"Quillfeather", b"1.2.840.77"):
            assert text not in out
        assert all(item.PatientID == ds.PatientID for item in ds.get("OtherPatientIDsSequence", []))


NAMES = st.text(
    st.characters(codec="ascii", exclude_characters="\\&\0 \r\n\t\f\x1b", min_codepoint=33), max_size=8
)
WHO = st.tuples(NAMES, NAMES, st.integers(1, 3))


@given(st.lists(WHO, min_size=2, max_size=6))
def test_different_patients_never_meet(who: list[tuple[str, str, int]]) -> None:
    """Two have one name only if issuer and ID are the same, or, without any ID, the study."""
    owners = [Owner(f"1.2.{study}", patient, issuer) for issuer, patient, study in who]
    fuller = patients_by_study(owners)
    names: dict[str, tuple[str, ...]] = {}
    for owner in owners:
        told = fuller.get((owner.study, owner.patient, owner.issuer), (owner.patient, owner.issuer))
        key = told if told[0] else (owner.study,)
        name = POLICY.subject(POLICY.person(identity_of(owner, fuller)))
        assert names.setdefault(name, key) == key
    assert len(set(names.values())) == len(names)
