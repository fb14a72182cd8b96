"""What the engine makes of small instances, read back by pydicom."""

from collections.abc import Callable
from io import BytesIO

import pydicom
import pytest
from pydicom import Dataset, FileDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, EnhancedMRImageStorage

from bme_med.core import (
    Code,
    FileError,
    Plan,
    Policy,
    Pseudonyms,
    UnsupportedFileError,
    parse_profile,
    splice,
)
from bme_med.core.resources import read_resource
from bme_med.dicom import plan
from bme_med.dicom.meta import IMPLEMENTATION_CLASS_UID
from tests.dicom.making import encoded, mr_instance

_BASE = "name='p'\nextends='ps315-basic'\n"


def _policy(text: str = _BASE, key: bytes = bytes(32)) -> Policy:
    return Policy(
        parse_profile("p", lambda name: (name, text if name == "p" else read_resource(f"{name}.toml"))),
        Pseudonyms(key),
    )


def _plan(ds: FileDataset, policy: Policy | None = None) -> tuple[Plan, FileDataset]:
    source = encoded(ds)
    made = plan(source, policy or _policy())
    return made, pydicom.dcmread(BytesIO(splice(made.pieces, source)))


def _output(ds: FileDataset, text: str = _BASE) -> FileDataset:
    return _plan(ds, _policy(text))[1]


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize("undefined", [True, False])
def test_lengths_of_changed_sequences_are_rebuilt_bottom_up(explicit: bool, undefined: bool) -> None:
    ds = mr_instance(explicit=explicit)
    inner = Dataset()
    inner.PersonName = "Quillfeather^Oriana"
    inner.ReferencedSOPInstanceUID = "1.2.3.4.5"
    middle = Dataset()
    middle.ReferencedSeriesSequence = Sequence([inner, inner])
    middle.RequestedProcedureDescription = "for Quillfeather"
    ds.ReferencedFrameOfReferenceSequence = Sequence([middle])
    ds["ReferencedFrameOfReferenceSequence"].is_undefined_length = undefined
    middle.is_undefined_length_sequence_item = undefined
    out = _output(ds)
    read = out.ReferencedFrameOfReferenceSequence[0].ReferencedSeriesSequence
    assert [item.ReferencedSOPInstanceUID for item in read] == [out.SOPInstanceUID] * 2
    assert [item.PersonName for item in read] == ["ANONYMIZED"] * 2
    assert "RequestedProcedureDescription" not in out.ReferencedFrameOfReferenceSequence[0]
    assert out.PixelData == ds.PixelData


def test_file_meta_and_preamble_are_written_anew() -> None:
    ds = mr_instance()
    ds.preamble = b"Quillfeather".ljust(128, b"\0")
    ds.file_meta.SourceApplicationEntityTitle = "QUILLAE"
    ds.file_meta.PrivateInformationCreatorUID = UID("1.2.3")
    ds.file_meta.PrivateInformation = b"Quillfeather"
    out = _output(ds)
    assert out.preamble == bytes(128)
    assert [int(e.tag) & 0xFFFF for e in out.file_meta] == [0, 1, 2, 3, 0x10, 0x12, 0x13]
    assert out.file_meta.ImplementationClassUID == IMPLEMENTATION_CLASS_UID
    assert out.file_meta.MediaStorageSOPInstanceUID == out.SOPInstanceUID


def test_a_second_pass_changes_nothing_but_pseudonyms() -> None:
    policy = _policy()
    ds = mr_instance()
    ds.SegmentSequence = Sequence([Dataset()])
    ds.SegmentSequence[0].SegmentLabel = "Quillfeather lesion"
    first = _plan(ds, policy)[1]
    second = _plan(first, policy)[1]
    changed = {element.keyword for element in second if element.value != first[element.tag].value}
    assert changed == {
        "PatientID", "PatientName", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"
    }  # fmt: skip
    assert set(first.keys()) == set(second.keys())


def test_an_earlier_de_identification_is_kept_and_ours_appended() -> None:
    ds = mr_instance()
    ds.PatientIdentityRemoved = "NO"
    ds.DeidentificationMethod = "another tool"
    ds.DeidentificationMethodCodeSequence = Sequence(
        [_code("113109", "DCM", "Retain Device Identity Option")]
    )
    out = _output(ds)
    assert out.PatientIdentityRemoved == "YES"
    assert out.DeidentificationMethod[0] == "another tool"
    assert out.DeidentificationMethod[1].startswith("bme-med")
    assert [item.CodeValue for item in out.DeidentificationMethodCodeSequence] == ["113109", "113100"]
    assert out.LongitudinalTemporalInformationModified == "REMOVED"


@pytest.mark.parametrize(
    ("text", "codes", "temporal"),
    [
        (_BASE, {"113100"}, "REMOVED"),
        (_BASE + "[dates]\npolicy='year'", {"113100"}, "MODIFIED"),
        (_BASE + "[dates]\npolicy='shift'", {"113100", "113107"}, "MODIFIED"),
        (
            _BASE + "[dicom]\noptions=['retain-longitudinal-temporal-information-full-dates','retain-uids']",
            {"113100", "113106", "113110"},
            "UNMODIFIED",
        ),
    ],
)
def test_the_method_codes_say_what_was_done_and_no_more(text: str, codes: set[str], temporal: str) -> None:
    out = _output(mr_instance(), text)
    assert {item.CodeValue for item in out.DeidentificationMethodCodeSequence} == codes
    assert out.LongitudinalTemporalInformationModified == temporal


def test_dates_follow_the_policy() -> None:
    ds = mr_instance()
    ds.SeriesDate = "20240301"
    ds.AcquisitionDateTime = "20240301101500.25+0100"
    ds.PatientBirthDate = "19310405"
    ds.TimezoneOffsetFromUTC = "+0100"
    ds.CalibrationDateTime = "20230101000000"
    removed = _output(ds)
    assert not {"SeriesDate", "AcquisitionDateTime", "TimezoneOffsetFromUTC"} & set(removed.dir())
    assert removed.StudyDate == removed.StudyTime == removed.PatientBirthDate == ""
    assert not removed.CalibrationDateTime
    year = _output(ds, _BASE + "[dates]\npolicy='year'")
    assert (year.StudyDate, year.SeriesDate, year.AcquisitionDateTime) == ("20240101", "20240101", "2024")
    assert year.StudyTime == year.PatientBirthDate == ""
    shifted = _output(ds, _BASE + "[dates]\npolicy='shift'")
    days = Pseudonyms(bytes(32)).shift_days("patient", "", "ZQ-90210")
    assert (shifted["SeriesDate"].value, shifted.StudyTime, shifted.TimezoneOffsetFromUTC)[1:] == (
        "101500",
        "+0100",
    )
    from datetime import date, timedelta

    assert shifted.SeriesDate == f"{date(2024, 3, 1) + timedelta(days):%Y%m%d}"
    assert shifted.StudyDate == f"{date(2024, 2, 29) + timedelta(days):%Y%m%d}"
    assert shifted.AcquisitionDateTime == f"{date(2024, 3, 1) + timedelta(days):%Y%m%d}101500.25+0100"
    assert shifted.PatientBirthDate == ""


@pytest.mark.parametrize("birth", ["20240229", "2024.02.29"])
def test_a_date_that_repeats_the_birth_date_does_not_leave_the_birth_year(birth: str) -> None:
    ds = mr_instance()
    ds.PatientBirthDate = birth
    ds.SeriesDate = ds.ContentDate = "20240301"
    ds.AcquisitionDateTime = "20240229101500"
    ds.CalibrationDateTime = "20240302"
    out = _output(ds, _BASE + "[dates]\npolicy='year'")
    assert out.StudyDate == ""
    assert "AcquisitionDateTime" not in out
    assert (out.SeriesDate, out.ContentDate, out.CalibrationDateTime) == ("20240101", "20240101", "2024")


def test_no_date_tells_an_age_over_89_by_lying_that_far_back() -> None:
    ds = mr_instance()
    ds.PatientAge = "093Y"
    ds.SeriesDate = "19310405"  # some day in the life of a person who is over 89 in 2024
    ds.AcquisitionDateTime = "1934"
    ds.ContentDate = "19350101"
    out = _output(ds, _BASE + "[dates]\npolicy='year'")
    assert "SeriesDate" not in out
    assert "AcquisitionDateTime" not in out
    assert (out.StudyDate, out.ContentDate) == ("20240101", "19350101")


def test_a_date_that_is_none_gives_way_to_a_legal_value() -> None:
    ds = mr_instance()
    with pydicom.config.disable_value_validation():
        ds.StudyDate = ds.SeriesDate = "QUILLFE1"
    out = _output(ds, _BASE + "[dates]\npolicy='shift'")
    assert out.StudyDate == ""
    assert "SeriesDate" not in out


def test_what_was_harvested_is_cut_out_of_every_text_that_stays() -> None:
    ds = mr_instance()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.PatientName = "Vandersloot-Müller^Jörg=ヴァン^ヨルグ"
    ds.OperatorsName = "Ng^Ulf"
    ds.InstitutionName = "Klinik Sonnblick"
    ds.PatientTelephoneNumbers = "+49 30 555-0142"
    ds.Manufacturer = "made for Joerg vandersloot by ACME"
    ds.ManufacturerModelName = "Magnet at KLINIK_SONNBLICK"
    ds.SoftwareVersions = ["v1.2 (ZQ 90210)", "2024-02-29", "ヴァン 7", "call 49305550142", "29.Feb 2024"]
    ds.ReceiveCoilName = "NG coil"
    ds.TransmitCoilName = "Ngong coil"
    out = _output(ds)
    assert out.Manufacturer == "made for by ACME"
    assert out.ManufacturerModelName == "Magnet at"
    assert list(out.SoftwareVersions) == ["v1.2", "", "7", "call", ""]
    assert out.ReceiveCoilName == "coil"
    assert out.TransmitCoilName == "Ngong coil"


def test_a_text_that_is_nothing_but_an_identifier_becomes_a_dummy() -> None:
    ds = mr_instance()
    ds.Manufacturer = "Quillfeather, Oriana"
    assert _output(ds).Manufacturer == "ANONYMIZED"


def test_standard_code_meanings_stay_and_others_are_cleaned() -> None:
    ds = mr_instance()
    ds.PatientName = "Brain^Hand"
    ds.AnatomicRegionSequence = Sequence(
        [_code("69536005", "SCT", "Head"), _code("X1", "99LOCAL", "Brain scan for Zzyzxqu")]
    )
    meanings = [item.CodeMeaning for item in _output(ds).AnatomicRegionSequence]
    assert meanings[0] == "Head"
    assert "Zzyzxqu" not in meanings[1]
    assert "Brain scan" in meanings[1]


def test_private_attributes_go_at_every_depth_unless_the_profile_names_them() -> None:
    ds = mr_instance()
    for place in (ds, item := Dataset()):
        block = place.private_block(0x0019, "SIEMENS MR HEADER", create=True)
        block.add_new(0x0C, "IS", "1000")
        block.add_new(0x0D, "CS", "DIRECTIONAL")
        place.private_block(0x0021, "QUILLFEATHER", create=True).add_new(0x01, "LO", "Quillfeather")
    ds.ReferencedFrameOfReferenceSequence = Sequence([item])
    out = _output(ds)
    assert not any(element.tag.is_private for element in out.iterall())
    kept = _output(ds, _BASE + "[dicom.attributes]\n'(0019,xx0C) SIEMENS MR HEADER' = 'K'")
    private = [(f"{e.tag:08X}", e.value) for e in kept.iterall() if e.tag.is_private]
    assert private == [("00190010", "SIEMENS MR HEADER"), ("0019100C", 1000)] * 2
    safe = _output(ds, _BASE + "[dicom]\noptions=['retain-safe-private']")
    assert {f"{e.tag:08X}" for e in safe.iterall() if e.tag.is_private} == {
        "00190010",
        "0019100C",
        "0019100D",
    }


def test_an_exception_of_the_profile_beats_the_table() -> None:
    ds = mr_instance()
    ds.StudyDescription = "kept"
    text = (
        _BASE + "[dicom.attributes]\nStudyDescription='K'\nStudyTime='X'\nModality={action='D', value='OT'}"
    )
    out = _output(ds, text)
    assert out.StudyDescription == "kept"
    assert "StudyTime" not in out
    assert out.Modality == "OT"


def test_compound_codes_follow_the_type_in_the_iod() -> None:
    ds = mr_instance()
    ds.AcquisitionDateTime = "20240301"
    assert "AcquisitionDateTime" not in _output(ds)
    ds.SOPClassUID = EnhancedMRImageStorage  # where it is Type 1C
    assert _output(ds).AcquisitionDateTime == "19000101000000"


def test_registered_uids_stay_and_all_others_are_replaced() -> None:
    ds = mr_instance()
    ds.FrameOfReferenceUID = "1.2.840.10008.1.4.1.1"  # Talairach, PS3.6 Annex A
    ds.ReferencedImageSequence = Sequence([Dataset()])
    ds.ReferencedImageSequence[0].ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    ds.IrradiationEventUID = ["1.2.3.77", "1.2.3.78"]
    out = _output(ds)
    assert out.FrameOfReferenceUID == "1.2.840.10008.1.4.1.1"
    names = Pseudonyms(bytes(32))
    assert list(out.IrradiationEventUID) == [names.uid("1.2.3.77"), names.uid("1.2.3.78")]
    assert out.StudyInstanceUID == names.uid("1.2.3")


def test_patients_are_keyed_by_issuer_and_id_and_without_an_id_by_study() -> None:
    def subject(change: Callable[[FileDataset], None]) -> str:
        ds = mr_instance()
        change(ds)
        return str(_output(ds).PatientID)

    def issuer(ds: FileDataset) -> None:
        ds.IssuerOfPatientID = "SITE"

    def nameless(ds: FileDataset) -> None:
        ds.PatientID = ""

    def other_study(ds: FileDataset) -> None:
        ds.PatientID, ds.StudyInstanceUID = "", "1.2.9"

    subjects = [subject(change) for change in (lambda _ds: None, issuer, nameless, other_study)]
    assert len(set(subjects)) == 4
    assert all(name.startswith("S-") and len(name) == 14 for name in subjects)


def test_ages_over_89_are_one_category_under_the_year_policy() -> None:
    for age, expected in (("093Y", "090Y"), ("090Y", "090Y"), ("089Y", "089Y"), ("093M", "093M")):
        ds = mr_instance()
        ds.PatientAge = age
        text = _BASE + "[dicom]\noptions=['retain-patient-characteristics']\n[dates]\npolicy='year'"
        assert _output(ds, text).PatientAge == expected
        ds.PatientAge = ["045Y", age]
        assert _output(ds, text).PatientAge == ["045Y", expected]


def test_pixel_data_longer_than_its_frames_is_cut() -> None:
    ds = mr_instance()
    ds.PixelData = bytes(range(32)) + b"Quillfeather"
    made, out = _plan(ds)
    assert out.PixelData == bytes(range(32))
    assert any("longer than its frames" in finding for finding in made.findings)


def test_subsampled_chroma_is_cut_behind_its_frames_and_refused_where_it_is_whole() -> None:
    ds = mr_instance()
    ds.PhotometricInterpretation, ds.SamplesPerPixel, ds.PlanarConfiguration = "YBR_FULL_422", 3, 0
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit = 7
    keep = _BASE + "[pixels]\nburned-in='keep'"
    ds.PixelData = bytes(range(32)) + b"Quillfeather"
    assert _output(ds, keep).PixelData == bytes(range(32))
    ds.PixelData = bytes(range(48))
    with pytest.raises(UnsupportedFileError, match="YBR_FULL_422"):
        _output(ds, keep)


def test_overlays_curves_group_lengths_signatures_and_padding_go() -> None:
    ds = mr_instance()
    ds.add_new(0x60000010, "US", 4)
    ds.add_new(0x60003000, "OW", b"Quillfeather")
    ds.add_new(0x60021500, "LO", "Quillfeather")
    ds.add_new(0x50000030, "DA", "20240229")
    ds.add_new(0xFFFCFFFC, "OB", b"Quillfeather")
    ds.add_new(0x00080000, "UL", 4)
    out = _output(ds)
    assert not [e for e in out if e.tag.element == 0 or (e.tag.group >= 0x5000 and e.tag.group != 0x7FE0)]


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("BurnedInAnnotation", "YES"),
        ("Modality", "US"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.7"),
        ("ImageType", ["DERIVED", "SECONDARY"]),
        ("ConversionType", "SD"),
        ("SeriesDescription", "Patient Protocol screen save"),
        ("PhotometricInterpretation", "RGB"),
    ],
)
def test_risk_of_burned_in_text_is_refused_and_never_marked_clean(keyword: str, value: object) -> None:
    ds = mr_instance()
    setattr(ds, keyword, value)
    with pytest.raises(UnsupportedFileError, match="burned-in text"):
        _plan(ds)
    made, out = _plan(ds, _policy(_BASE + "[pixels]\nburned-in='keep'"))
    assert "PatientIdentityRemoved" not in out
    assert any("burned-in text" in finding for finding in made.findings)


def test_a_series_named_after_saving_by_slice_is_no_screen_save() -> None:
    ds = mr_instance()
    ds.SeriesDescription = "dti_tra_SaveBySlc photon"
    assert _output(ds).PatientIdentityRemoved == "YES"


def test_documents_reports_and_voices_are_refused_with_what_to_do() -> None:
    def document(ds: FileDataset) -> None:
        ds.EncapsulatedDocument = b"%PDF"

    def report(ds: FileDataset) -> None:
        ds.ContentSequence = Sequence([Dataset()])

    def voice(ds: FileDataset) -> None:
        ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.9.4.1"

    def audio(ds: FileDataset) -> None:
        ds.Modality = "AU"

    def speech(ds: FileDataset) -> None:
        ds.WaveformSequence = Sequence([Dataset()])
        ds.WaveformSequence[0].WaveformSampleInterpretation = "AB"

    for change, words in (
        (document, "encapsulated"),
        (report, "Structured"),
        (voice, "voice"),
        (audio, "voice"),
        (speech, "voice"),
    ):
        ds = mr_instance()
        change(ds)
        with pytest.raises(UnsupportedFileError, match=words):
            _plan(ds)


def test_a_report_may_be_emptied_by_choice() -> None:
    ds = mr_instance()
    del ds.PixelData
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.33"
    item = Dataset()
    item.TextValue = "Quillfeather"
    ds.ContentSequence = Sequence([item])
    out = _output(ds, _BASE + "[dicom]\nstructured-reports='empty'")
    assert out.ContentSequence[0].TextValue == "ANONYMIZED"
    assert out.ContentSequence[0].ConceptNameCodeSequence[0].CodeValue == "121106"


def test_every_element_has_an_action_and_none_holds_a_value() -> None:
    ds = mr_instance()
    made, _ = _plan(ds)
    places = [action.where for action in made.actions]
    assert len(places) == len(set(places))
    for element in ds:
        assert any(place.endswith(element.keyword) for place in places)
    assert not any("Quillfeather" in f"{action.where}{action.rule}" for action in made.actions)
    codes = {action.where: action.code for action in made.actions}
    assert codes["(0010,0010) PatientName"] is Code.D
    assert codes["(0020,000D) StudyInstanceUID"] is Code.U
    assert codes["(7FE0,0010) PixelData"] is Code.K


def test_the_same_input_and_key_give_the_same_bytes_and_another_key_others() -> None:
    source = encoded(mr_instance())
    one, two = (splice(plan(source, _policy()).pieces, source) for _ in range(2))
    other = splice(plan(source, _policy(key=b"\1" * 32)).pieces, source)
    assert one == two != other


def test_a_deflated_or_private_syntax_is_refused_by_name() -> None:
    for syntax in ("1.2.840.10008.1.2.1.99", "1.2.840.113619.5.2"):
        source = encoded(mr_instance()).replace(
            b"1.2.840.10008.1.2.1\0", syntax.encode()[:20].ljust(20, b"\0")
        )
        with pytest.raises(FileError):
            plan(source, _policy())


@pytest.mark.parametrize("value", [b"Quillfeather Oriana 90210\0", b"Quillfeather \xe4 Oriana 902\0"])
def test_a_sop_class_that_is_no_uid_is_refused_and_never_written_into_the_file_meta(value: bytes) -> None:
    source = encoded(mr_instance()).replace(b"1.2.840.10008.5.1.4.1.1.4\0", value)
    assert value in source
    with pytest.raises(FileError, match="SOP Class UID"):
        plan(source, _policy())


def test_a_transfer_syntax_is_one_of_the_standards_and_carries_no_tail() -> None:
    plain = b"UI\x14\x001.2.840.10008.1.2.1\0"
    for tail in (b"ZQ-90210\0\0", b"4711023\0\0\0", b"Oriana\0\0\0\0"):
        source = encoded(mr_instance()).replace(plain, b"UI\x1e\x001.2.840.10008.1.2.4." + tail)
        assert plain not in source
        with pytest.raises(UnsupportedFileError, match="transfer syntax"):
            plan(source, _policy())
