"""The options that retain: what stays, what is cleaned in it, which of two wins (PS3.15, E.3.6 to E.3.11)."""

import pytest
from pydicom import Dataset, FileDataset
from pydicom.dataelem import RawDataElement
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from bme_med.core import Option
from tests.dicom.making import encoded, mr_instance, planned

_TEMPORAL = "retain-longitudinal-temporal-information"


def _output(ds: FileDataset, *options: str, dates: str = "") -> FileDataset:
    listed = ", ".join(f"'option-{option}'" for option in options)
    text = f"name='p'\nextends=['ps315-basic', {listed}]\n"
    return planned(encoded(ds), text + (f"[dates]\npolicy='{dates}'" if dates else ""))[1]


def _code(meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "X1", "99SITE", meaning
    return item


def _put(ds: Dataset, keyword: str, vr: str, value: str) -> None:
    """An element as it may stand in a file, whatever its VR allows."""
    raw = value.encode() + b" " * (len(value) % 2)
    tag = Tag(keyword)
    ds[tag] = RawDataElement(tag, vr, len(raw), raw, 0, False, True)


def test_uids_and_references_stay_under_retain_uids() -> None:
    ds = mr_instance()
    ds.FrameOfReferenceUID, ds.IrradiationEventUID = "1.2.3.9", ["1.2.3.77", "1.2.3.78"]
    ds.ReferencedStudySequence = Sequence([Dataset()])
    ds.ReferencedStudySequence[0].ReferencedSOPInstanceUID = "1.2.3.99"
    ds.ReferencedStudySequence[0].ReferencedSOPClassUID = "1.2.840.10008.3.1.2.3.1"
    ds.SourceImageSequence = Sequence([Dataset()])
    ds.SourceImageSequence[0].ReferencedSOPInstanceUID = "1.2.3.98"
    out = _output(ds, Option.RETAIN_UIDS)
    keywords = ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID")
    for keyword in (*keywords, "IrradiationEventUID"):
        assert out[keyword].value == ds[keyword].value
    assert out.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID
    for name in ("SourceImageSequence", "ReferencedStudySequence"):
        if name in out:
            assert out[name][0].ReferencedSOPInstanceUID == ds[name][0].ReferencedSOPInstanceUID


def test_what_is_no_uid_does_not_stay_for_being_called_one() -> None:
    ds = mr_instance()
    raw = b"1.2.3.9.Quillfeather"
    ds[0x00200052] = RawDataElement(Tag(0x00200052), "UI", len(raw), raw, 0, False, True)
    out = _output(ds, Option.RETAIN_UIDS)
    assert str(out.FrameOfReferenceUID).startswith("2.25.")


def test_devices_stay_and_sequences_about_them_are_cleaned_inside() -> None:
    ds = mr_instance()
    ds.DeviceSerialNumber, ds.StationName = "SN-0815", "MR1"
    ds.StationAETitle = "ZQSITE"
    ds.DeviceDescription = "magnet of Quillfeather"
    udi = Dataset()
    udi.UniqueDeviceIdentifier = "(01)04711"
    udi.DeviceDescription = "for Oriana Quillfeather"
    udi.PersonName = "Vole^Ada"
    udi.InstitutionName = "Sonnblick"
    ds.UDISequence = Sequence([udi])
    out = _output(ds, Option.RETAIN_DEVICE_IDENTITY)
    assert (out.DeviceSerialNumber, out.StationName) == ("SN-0815", "MR1")
    assert out.DeviceDescription == "magnet of"
    assert "StationAETitle" not in out
    item = out.UDISequence[0]
    assert (item.UniqueDeviceIdentifier, item.DeviceDescription) == ("(01)04711", "for")
    assert "InstitutionName" not in item
    assert item.get("PersonName") != "Vole^Ada"


@pytest.mark.parametrize(
    ("dates", "calibrated"), [("year", "20190101"), ("shift", None), ("remove", "20190607"), ("", "20190607")]
)
def test_of_keeping_a_calibration_and_modifying_dates_the_latter_wins(
    dates: str, calibrated: str | None
) -> None:
    ds = mr_instance()
    ds.DateOfLastCalibration = "20190607"
    out = _output(ds, Option.RETAIN_DEVICE_IDENTITY, dates=dates)
    assert out.DateOfLastCalibration == calibrated or (
        calibrated is None and out.DateOfLastCalibration < "20190607"
    )


def test_institutions_stay_in_their_attributes_and_in_text_and_codes_are_cleaned() -> None:
    ds = mr_instance()
    ds.InstitutionName, ds.InstitutionAddress = "Klinik Sonnblick", "Sonnblickgasse 7"
    ds.InstitutionalDepartmentName = "ward of Quillfeather"
    ds.Manufacturer = "at Klinik Sonnblick"
    ds.InstitutionCodeSequence = Sequence([_code("house of Quillfeather")])
    ds.InstitutionCodeSequence[0].PersonName = "Vole^Ada"
    out = _output(ds, Option.RETAIN_INSTITUTION_IDENTITY)
    assert (out.InstitutionName, out.InstitutionAddress) == ("Klinik Sonnblick", "Sonnblickgasse 7")
    assert out.InstitutionalDepartmentName == "ward of"
    assert out.Manufacturer == "at Klinik Sonnblick"
    item = out.InstitutionCodeSequence[0]
    assert (item.CodeValue, item.CodingSchemeDesignator) == ("X1", "99SITE")
    assert "Quillfeather" not in item.CodeMeaning
    assert item.get("PersonName") != "Vole^Ada"
    assert _output(ds, Option.RETAIN_UIDS).Manufacturer == "at"


def test_patient_characteristics_stay_and_allergies_are_cleaned_word_by_word() -> None:
    ds = mr_instance()
    ds.PatientSex, ds.PatientAge, ds.PatientSize, ds.PatientWeight = "F", "041Y", "1.7", "63.5"
    ds.EthnicGroup, ds.SmokingStatus = "of Quillfeather", "NO"
    ds.EthnicGroupCodeSequence = Sequence([_code("known to Quillfeather")])
    ds.Allergies = ["contrast, says Zzyzxqu", "iodine"]
    ds.PatientBirthDate = "19830101"
    out = _output(ds, Option.RETAIN_PATIENT_CHARACTERISTICS)
    for keyword in ("PatientSex", "PatientAge", "PatientSize", "PatientWeight", "SmokingStatus"):
        assert out[keyword].value == ds[keyword].value
    assert out.EthnicGroup == "of"
    assert "Quillfeather" not in out.EthnicGroupCodeSequence[0].CodeMeaning
    assert "Zzyzxqu" not in str(out.Allergies)
    assert "contrast" in str(out.Allergies)
    assert out.PatientBirthDate == ""


def _dated() -> FileDataset:
    ds = mr_instance()
    ds.SeriesDate, ds.SeriesTime = "20240301", "101500.25"
    ds.AcquisitionDateTime, ds.TimezoneOffsetFromUTC = "20240301101500.25+0100", "+0100"
    ds.PatientBirthDate = "19830101"
    ds.CalibrationDateTime = "20230101000000"
    item = Dataset()
    item.ScheduledProcedureStepStartDate = "20240227"
    item.RequestedProcedureDescription = "for Quillfeather"
    ds.RequestAttributesSequence = Sequence([item])
    ds.MREchoSequence = Sequence([Dataset()])
    ds.MREchoSequence[0].ContentDate = "20240302"
    return ds


def test_full_dates_stay_at_any_depth_and_the_birth_date_does_not() -> None:
    ds = _dated()
    out = _output(ds, f"{_TEMPORAL}-full-dates")
    for keyword in ("StudyDate", "StudyTime", "SeriesDate", "SeriesTime", "AcquisitionDateTime"):
        assert out[keyword].value == ds[keyword].value
    assert out.CalibrationDateTime == ds.CalibrationDateTime
    assert out.TimezoneOffsetFromUTC == "+0100"
    assert out.MREchoSequence[0].ContentDate == "20240302"
    assert out.PatientBirthDate == ""
    assert out.LongitudinalTemporalInformationModified == "UNMODIFIED"


def test_modified_dates_keep_intervals_at_any_depth() -> None:
    ds = _dated()
    out = _output(ds, f"{_TEMPORAL}-modified-dates")
    assert out.SeriesDate < "20240301"
    assert out.MREchoSequence[0].ContentDate != "20240302"
    assert str(out.AcquisitionDateTime) == f"{out.SeriesDate}101500.25+0100"
    assert out.SeriesTime == "101500.25"
    assert out.PatientBirthDate == ""


@pytest.mark.parametrize("option", [o for o in Option if o.startswith("retain")])
def test_no_retaining_option_lets_the_patients_name_or_id_stay_anywhere(option: Option) -> None:
    ds = _dated()
    ds.DeviceDescription = ds.InstitutionName = ds.EthnicGroup = "of Quillfeather, ZQ-90210"
    ds.StudyDescription = ds.PatientComments = "Oriana Quillfeather ZQ-90210"
    out = encoded(_output(ds, option))
    assert b"uillfeather" not in out
    assert b"90210" not in out


@pytest.mark.parametrize("value", ["20240506101112", "20240506", "19310211", "1.2.826.0.1", "1011121"])
def test_what_is_no_time_does_not_stay_as_one(value: str) -> None:
    ds = mr_instance()
    _put(ds, "StudyTime", "TM", value)
    assert value.encode() in encoded(ds)
    assert _output(ds, f"{_TEMPORAL}-modified-dates").StudyTime != value


@pytest.mark.parametrize("value", ["4711023", "19310211", "045Y4711"])
def test_what_is_no_age_does_not_stay_as_one(value: str) -> None:
    ds = mr_instance()
    _put(ds, "PatientAge", "AS", value)
    assert value not in str(_output(ds, Option.RETAIN_PATIENT_CHARACTERISTICS))


@pytest.mark.parametrize("value", ["045Y", "045Y\\046Y", "45", "003W"])
def test_an_age_stays(value: str) -> None:
    ds = mr_instance()
    _put(ds, "PatientAge", "AS", value)
    assert _output(ds, Option.RETAIN_PATIENT_CHARACTERISTICS).PatientAge == ds.PatientAge


@pytest.mark.parametrize("value", ["10", "101112.123456", "10:11:12.5", "101112\\101113", "235960"])
def test_a_time_stays(value: str) -> None:
    ds = mr_instance()
    _put(ds, "StudyTime", "TM", value)
    assert _output(ds, f"{_TEMPORAL}-modified-dates")["StudyTime"].value == ds["StudyTime"].value
