"""What `tcia-research` keeps, and what it takes away."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import NamedTuple

import pydicom
import pytest
from pydicom import Dataset, FileDataset
from pydicom.sequence import Sequence

from bme_med.core import Plan, Region, UnsupportedFileError, splice
from bme_med.core.detection import FacesFound
from bme_med.dicom import plan
from tests.dicom.making import encoded, mr_instance, policy_of

POLICY = policy_of("name = 'p'\nextends = 'tcia-research'\n")


class _Nothing(NamedTuple):
    confirmed: tuple[Region, ...] = ()
    suspect: tuple[Region, ...] = ()
    marks: tuple[Region, ...] = ()


class _Looks:
    """A detector that finds nothing."""

    def find_text(self, *_: object) -> _Nothing:
        return _Nothing()

    def find_photo_text(self, _: bytes) -> _Nothing:
        return _Nothing()

    def find_faces(self, _: bytes) -> FacesFound:
        return FacesFound()


def output(**values: object) -> FileDataset:
    """The output of an instance with these attributes."""
    ds = mr_instance()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return written(ds)


def written(ds: FileDataset) -> FileDataset:
    source = encoded(ds)
    made = plan(source, replace(POLICY, detector=_Looks()))
    assert isinstance(made, Plan)
    return pydicom.dcmread(BytesIO(splice(made.pieces, source)))


def test_an_instance_claims_the_codes_of_the_benchmark() -> None:
    ds = output()
    codes = {item.CodeValue for item in ds.DeidentificationMethodCodeSequence}
    assert codes == {"113100", "113101", "113105", "113107", "113108", "113109", "113111"}
    assert (ds.PatientIdentityRemoved, ds.LongitudinalTemporalInformationModified) == ("YES", "MODIFIED")


def test_what_nobody_looked_at_is_refused() -> None:
    with pytest.raises(UnsupportedFileError, match="no detector of text is installed"):
        plan(encoded(mr_instance()), POLICY)


def test_all_dates_move_alike_those_of_calibration_too_and_times_stay() -> None:
    ds = output(
        PatientBirthDate="19500117",
        AcquisitionDate="20240301",
        DateOfLastCalibration=["20230101", "20240101"],
        TimeOfLastCalibration="063000",
        TimezoneOffsetFromUTC="-0600",
        AcquisitionDateTime="20240301101500.5",
    )
    moved = [
        date.fromisoformat(str(new)) - date.fromisoformat(old)
        for new, old in zip(
            (ds.StudyDate, ds.AcquisitionDate, *ds.DateOfLastCalibration),
            ("20240229", "20240301", "20230101", "20240101"),
            strict=True,
        )
    ]
    assert len(set(moved)) == 1
    assert moved[0].days < 0
    assert ds.AcquisitionDateTime == f"{ds.AcquisitionDate}101500.5"
    assert (ds.StudyTime, ds.TimeOfLastCalibration) == ("101500", "063000")
    assert ds.TimezoneOffsetFromUTC == "-0600"
    assert ds.PatientBirthDate == ""


def test_patient_and_device_stay_and_the_institution_goes() -> None:
    kept = {
        "PatientSex": "F",
        "PatientAge": "041Y",
        "PatientSize": 1.71,
        "PatientWeight": 68.5,
        "EthnicGroup": "CAUCASIAN",
        "SmokingStatus": "NO",
        "PregnancyStatus": 4,
        "StationName": "SUITE0B",
        "DeviceSerialNumber": "48213",
        "SoftwareVersions": "syngo VB17",
        "Manufacturer": "ACME",
        "DetectorID": "D-17",
        "GantryID": "G2",
    }
    gone = {
        "InstitutionName": "Zephyrmoor Hospital",
        "InstitutionAddress": "9 Zephyrmoor Road",
        "InstitutionalDepartmentName": "Zephyrmoor Radiology",
        "ReferringPhysicianName": "Hollowell^Iris",
    }
    ds = output(**kept, **gone)
    assert {keyword: ds[keyword].value for keyword in kept} == kept
    assert not any(ds.get(keyword) for keyword in gone)


def test_texts_are_cleaned_word_by_word_and_meanings_stay() -> None:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = (
        "77477000",
        "SCT",
        "Computerized axial tomography",
    )
    ds = output(
        StudyDescription="MR BRAIN WITHOUT CONTRAST Oriana Quillfeather",
        AdditionalPatientHistory="cough and fever, seen by Dr. Hollowell on 03/12/2024",
        ProcedureCodeSequence=Sequence([code]),
    )
    assert ds.StudyDescription == "MR BRAIN WITHOUT CONTRAST"
    assert "cough and fever" in ds.AdditionalPatientHistory
    assert not any(word in ds.AdditionalPatientHistory for word in ("Hollowell", "2024"))
    assert ds.ProcedureCodeSequence[0].CodeMeaning == "Computerized axial tomography"


def test_private_numbers_of_the_standards_table_and_of_the_list_stay() -> None:
    ds = mr_instance()
    siemens = ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    siemens.add_new(0x0C, "IS", "1000")
    siemens.add_new(0x0A, "US", 36)
    siemens.add_new(0x23, "IS", "4")
    ds.private_block(0x0029, "SIEMENS CSA HEADER", create=True).add_new(0x10, "OB", b"Quillfeather")
    left = {f"{e.tag:08X}": e.value for e in written(ds) if e.tag.is_private and not e.tag.is_private_creator}
    assert left == {"0019100A": 36, "0019100C": 1000}
