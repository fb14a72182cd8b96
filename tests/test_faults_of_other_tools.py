"""What was measured on twenty de-identification tools must not be found here: each fault is one test.

All of them go through the command line, as a user does; pydicom and a search of the bytes are the judges.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pydicom
import pytest
from pydicom import Dataset, FileDataset
from pydicom._dicom_dict import DicomDictionary
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    EncapsulatedPDFStorage,
    GrayscaleSoftcopyPresentationStateStorage,
)

from bme_med.core.resources import read_table
from bme_med.verify.tables import load_tables
from tests.cli.calling import call
from tests.dicom.making import encoded, mr_instance
from tests.oracles.planting import ENCODINGS, NEST, Planted, encode, nested, plant, small_mr
from tests.oracles.residue import residue
from tests.run.making import key_file, records

Capture = pytest.CaptureFixture[str]

pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR:UserWarning")  # planted on purpose

every_encoding = pytest.mark.parametrize("encoding", ENCODINGS)
every_profile = pytest.mark.parametrize("name", ["ps315-basic", "hipaa-safe-harbor", "research-longitudinal"])
strict_profiles = pytest.mark.parametrize("name", ["ps315-basic", "hipaa-safe-harbor"])

_WORD = "ZQTOKENQ"
_DOCUMENT = 0x00420011
_NEWER_THAN_2023 = """
PrincipalDiagnosisCodeSequence PrimaryDiagnosisCodeSequence SecondaryDiagnosesCodeSequence
HistologicalDiagnosesCodeSequence PersonNamesToUseSequence NameToUse NameToUseComment
ThirdPersonPronounsSequence PronounCodeSequence PronounComment GenderIdentitySequence
SexParametersForClinicalUseCategoryComment SexParametersForClinicalUseCategorySequence
GenderIdentityCodeSequence GenderIdentityComment SexParametersForClinicalUseCategoryCodeSequence
SexParametersForClinicalUseCategoryReference EthnicGroupCodeSequence EthnicGroups
IssuerOfClinicalTrialProtocolID OtherClinicalTrialProtocolIDsSequence IssuerOfClinicalTrialSiteID
IssuerOfClinicalTrialSubjectID IssuerOfClinicalTrialSubjectReadingID IssuerOfClinicalTrialTimePointID
IssuerOfClinicalTrialSeriesID SecondaryCaptureDeviceID HardcopyCreationDeviceID MultiplexGroupLabel
ChannelLabel ChannelDerivationDescription AcquisitionContextDescription EffectiveStartDateTime
EffectiveStopDateTime WaveformAnnotationSequence AnnotationDateTime SegmentDefinitionDateTime MontageName
MontageChannelLabel DisplayURI UnformattedTextValue DoseCalculationModelName ROIDateTime
ROIObservationDateTime ROICreatorSequence ROIInterpreterSequence TableTopPositionAlignmentUID
"""
"""Rows that Table E.1-1 got since its edition of 2023, by keyword."""


class Run(NamedTuple):
    """What a run printed with ``--json``, and what it left."""

    code: int
    summary: dict[str, object]
    out: Path
    audit: Path

    def instances(self) -> list[FileDataset]:
        """Every instance of the output."""
        return [pydicom.dcmread(path) for path in sorted(self.out.rglob("*.dcm"))]

    def bytes(self) -> bytes:
        """Everything that would be handed on, names included."""
        paths = sorted(path for path in self.out.rglob("*") if path.is_file())
        return b"\n".join(str(path.relative_to(self.out)).encode() + path.read_bytes() for path in paths)


def _run(tmp_path: Path, capsys: Capture, name: str, files: Mapping[str, bytes]) -> Run:
    """De-identify `files` under a ready-made profile; instances at risk of burned-in text are written too."""
    source, out = tmp_path / "in", tmp_path / "out"
    for path, data in files.items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_bytes(data)
    profile = tmp_path / "p.toml"
    profile.write_text(f'name = "p"\nextends = "{name}"\n[pixels]\nburned-in = "keep"\n')
    words = ("--profile", profile, "--key-file", key_file(tmp_path), "--workers", 1, "--json")
    result = call(capsys, "deid", source, "--out", out, *words)
    return Run(result.code, json.loads(result.out), out, tmp_path / "out.audit.jsonl")


def _rows() -> Iterator[Planted]:
    """A value in every row of Table E.1-1 that belongs into an instance, and in every gap."""
    tables = load_tables()
    tags = sorted(tag for tag in {**tables.listed, **tables.gaps} if tag >> 16 > 4 and tag != _DOCUMENT)
    return (plant(tag, number, tables) for number, tag in enumerate(tags, 1))


def _is_cleaned_only(planted: Planted) -> bool:
    """Whether the table of gaps wants the value cleaned: a word of no vocabulary may be left of it."""
    row = load_tables().gaps.get(planted.tag)
    return row is not None and row["suggested_action"] == "C"


@every_encoding
def test_no_row_is_left_inside_of_a_sequence_that_the_table_does_not_list(
    tmp_path: Path, capsys: Capture, encoding: str
) -> None:
    listed = {row["keyword"] for row in read_table("ps315_e1_1.csv")}
    assert listed.isdisjoint(NEST)
    planted = [one for one in _rows() if one.token and not _is_cleaned_only(one)]
    assert len(planted) > 550
    source = encode(nested(planted), ENCODINGS[encoding], load_tables())
    run = _run(tmp_path, capsys, "ps315-basic", {"nested": source})
    assert run.code == 0
    assert NEST[0] in run.instances()[0]
    assert residue([one.token for one in planted], run.bytes()) == set()


@strict_profiles
@every_encoding
@pytest.mark.parametrize("shape", [small_mr, nested])
def test_no_row_is_missed_that_is_newer_than_the_table_of_2023(
    tmp_path: Path, capsys: Capture, name: str, encoding: str, shape: object
) -> None:
    tables = load_tables()
    newer = _NEWER_THAN_2023.split()
    rows = {row["keyword"]: row for row in read_table("ps315_e1_1.csv")}
    assert len(newer) == 47
    assert set(newer) <= set(rows)
    tags = [int(rows[keyword]["tag"].strip("()").replace(",", ""), 16) for keyword in newer]
    planted = [plant(tag, number, tables) for number, tag in enumerate(tags, 1)]
    assert all(one.token for one in planted)
    source = encode(shape(planted), ENCODINGS[encoding], tables)  # type: ignore[operator]
    run = _run(tmp_path, capsys, name, {"newer": source})
    assert run.code == 0
    assert residue([one.token for one in planted], run.bytes()) == set()


@every_profile
@every_encoding
def test_no_name_stays_in_an_attribute_that_no_table_lists(
    tmp_path: Path, capsys: Capture, name: str, encoding: str
) -> None:
    tables = load_tables()
    ds = small_mr()
    ds.OperatorsName = f"{_WORD}^Ada"
    texts, people = 0, 0
    for tag, (vr, *_) in DicomDictionary.items():
        if tag in tables.listed or tag in ds or tag >> 16 in (0, 2, 4, 8, 0xFFFE):
            continue
        if vr == "PN":
            ds.add_new(tag, vr, f"ZQOTHER^No{people}")
            people += 1
        elif vr in ("LO", "SH", "ST", "LT", "UT", "UC"):
            ds.add_new(tag, vr, f"by {_WORD}")
            texts += 1
    assert people == 3
    assert texts > 150
    run = _run(tmp_path, capsys, name, {"unlisted": encode(ds, ENCODINGS[encoding], tables)})
    assert run.code == 0
    assert residue([_WORD, "ZQOTHER"], run.bytes()) == set()


@every_profile
def test_no_excess_bytes_stay_behind_the_frames(tmp_path: Path, capsys: Capture, name: str) -> None:
    ds = mr_instance()
    ds.PixelData = bytes(range(32)) + b"ZQ-HIDDEN, Oriana" + b"!"
    run = _run(tmp_path, capsys, name, {"excess": encoded(ds)})
    assert run.instances()[0].PixelData == bytes(range(32))
    assert residue(["ZQ-HIDDEN"], run.bytes()) == set()
    findings = [text for record in records(run.audit) for text in record["findings"]]
    assert "Pixel Data was longer than its frames and was cut" in findings


@every_profile
def test_nothing_stays_in_preamble_file_meta_and_behind_the_last_element(
    tmp_path: Path, capsys: Capture, name: str
) -> None:
    ds = mr_instance()
    ds.file_meta.SourceApplicationEntityTitle = ds.file_meta.SendingApplicationEntityTitle = "ZQMETA"
    ds.file_meta.PrivateInformationCreatorUID = UID("1.2.826.0.1.3680043.99999.77")
    ds.file_meta.PrivateInformation = b"ZQMETA"
    ds.file_meta.ImplementationVersionName = "ZQMETA"
    ds.add_new(0xFFFCFFFC, "OB", b"ZQPADDING!")
    whole = b"ZQPREAMBLE".ljust(128, b"\0") + encoded(ds)[128:]
    plain = encoded(mr_instance()).replace(b"1.2.3.4.5\0", b"1.2.3.4.6\0")
    run = _run(tmp_path, capsys, name, {"whole": whole, "trailing": plain + b"ZQTRAILING"})
    words = ["ZQPREAMBLE", "ZQMETA", "ZQPADDING", "ZQTRAILING", "1.2.826.0.1.3680043.99999.77"]
    assert residue(words, run.bytes()) == set()
    for record in records(run.audit):
        assert record["status"] == "written" or record["reason"]


def _of(patient: str, number: int, **values: object) -> bytes:
    ds = mr_instance()
    ds.PatientID = patient
    ds.StudyInstanceUID, ds.SeriesInstanceUID = f"1.2.9.{number}", f"1.2.9.{number}.1"
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(f"1.2.9.{number}.1.1")
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return encoded(ds)


@every_profile
def test_patients_do_not_become_one(tmp_path: Path, capsys: Capture, name: str) -> None:
    files = {
        "1": _of("ZQ-1", 1),
        "2": _of("ZQ-1", 2),
        "3": _of("ZQ-2", 3),
        "4": _of("ZQ-1", 4, IssuerOfPatientID="ELSEWHERE"),
        "5": _of("", 5),
        "6": _of("", 6),
    }
    run = _run(tmp_path, capsys, name, files)
    outputs = {record["filename"]: run.out / record["output"] for record in records(run.audit)}
    ids = {path: str(pydicom.dcmread(outputs[path]).PatientID) for path in outputs}
    assert ids["1"] == ids["2"]
    assert len(set(ids.values())) == 5
    assert all(ids.values())


@every_profile
def test_references_still_lead_to_what_they_led_to(tmp_path: Path, capsys: Capture, name: str) -> None:
    slices = [_of("ZQ-1", number, FrameOfReferenceUID="1.2.9.77") for number in (1, 2, 3)]
    state = mr_instance()
    state.SOPClassUID = state.file_meta.MediaStorageSOPClassUID = GrayscaleSoftcopyPresentationStateStorage
    state.Modality, state.PatientID = "PR", "ZQ-1"
    state.StudyInstanceUID, state.SeriesInstanceUID = "1.2.9.1", "1.2.9.1.9"
    state.SOPInstanceUID = state.file_meta.MediaStorageSOPInstanceUID = UID("1.2.9.1.9.1")
    del state.PixelData
    series = Dataset()
    series.SeriesInstanceUID = "1.2.9.2.1"
    series.ReferencedImageSequence = Sequence([_reference("1.2.9.2.1.1"), _reference("1.2.9.3.1.1")])
    state.ReferencedSeriesSequence = Sequence([series])
    state.ReferencedFrameOfReferenceUID = "1.2.9.77"
    files = {str(number): data for number, data in enumerate([*slices, encoded(state)])}
    run = _run(tmp_path, capsys, name, files)
    by_source = {
        record["filename"]: pydicom.dcmread(run.out / record["output"]) for record in records(run.audit)
    }
    one, two, three, presented = (by_source[key] for key in "0123")
    item = presented.ReferencedSeriesSequence[0]
    assert item.SeriesInstanceUID == two.SeriesInstanceUID
    assert [image.ReferencedSOPInstanceUID for image in item.ReferencedImageSequence] == [
        two.SOPInstanceUID,
        three.SOPInstanceUID,
    ]
    assert presented.StudyInstanceUID == one.StudyInstanceUID
    assert len({ds.FrameOfReferenceUID for ds in (one, two, three)}) == 1
    assert presented.ReferencedFrameOfReferenceUID == one.FrameOfReferenceUID
    assert residue(["1.2.9.77", "1.2.9.2.1.1"], run.bytes()) == set()


def _reference(uid: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    item.ReferencedSOPInstanceUID = uid
    return item


@every_profile
def test_no_study_is_dated_into_the_future(tmp_path: Path, capsys: Capture, name: str) -> None:
    files = {
        str(n): _of(
            f"ZQ-{n}", n, StudyDate="20240229", SeriesDate="20240301", AcquisitionDateTime="20240301101500"
        )
        for n in range(1, 25)
    }
    run = _run(tmp_path, capsys, name, files)
    instances = run.instances()
    assert len(instances) == 24
    for ds in instances:
        for keyword, before in (("StudyDate", "20240229"), ("SeriesDate", "20240301")):
            assert str(ds.get(keyword) or "") <= before
        assert str(ds.get("AcquisitionDateTime") or "") <= "20240301"
    if name == "research-longitudinal":
        days = {(date(2024, 2, 29) - date.fromisoformat(str(ds.StudyDate))).days for ds in instances}
        assert all(1 <= number <= 3650 for number in days)
        assert len(days) > 20


@every_profile
def test_no_body_of_a_pdf_is_passed_on(tmp_path: Path, capsys: Capture, name: str) -> None:
    pdf = b"%PDF-1.4\n(ZQ-REPORT on Quillfeather)"
    ds = mr_instance()
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = EncapsulatedPDFStorage
    ds.Modality = "DOC"
    del ds.PixelData
    ds.MIMETypeOfEncapsulatedDocument = "application/pdf"
    ds.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    hidden = mr_instance()
    hidden.SOPInstanceUID = hidden.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3.4.6")
    hidden.EncapsulatedDocument = ds.EncapsulatedDocument
    files = {"report.dcm": encoded(ds), "slice.dcm": encoded(hidden), "report.pdf": pdf, "report.jpg": pdf}
    run = _run(tmp_path, capsys, name, files)
    assert run.code == 1
    assert {record["status"] for record in records(run.audit)} == {"refused"}
    assert all(record["reason"] for record in records(run.audit))
    assert not list(run.out.rglob("*.*"))


@every_profile
def test_no_input_is_lost_without_a_word(tmp_path: Path, capsys: Capture, name: str) -> None:
    files = {
        "a/b/c/d/e/f/deep": _of("ZQ-1", 1),
        "A/same name": _of("ZQ-1", 2),
        "B/same name": _of("ZQ-1", 3),
        ".hidden/instance": _of("ZQ-1", 4),
        "no suffix, and a wrong one.jpg": _of("ZQ-1", 5),
        "copy": _of("ZQ-1", 1),
        "other content, same UID": _of("ZQ-1", 1, InstanceNumber=7),
        "empty": b"",
        "text.dcm": b"Quillfeather was here",
        "cut off.dcm": _of("ZQ-1", 6)[:400],
        "Thumbs.db": b"\xd0\xcf\x11\xe0" + bytes(64),
        "a\nb.dcm": _of("ZQ-1", 7),
    }
    run = _run(tmp_path, capsys, name, files)
    seen = {record["filename"]: record for record in records(run.audit)}
    assert set(seen) == set(files)
    counts = {key: run.summary[key] for key in ("found", "written", "refused", "skipped")}
    assert counts == {"found": 12, "written": 6, "refused": 4, "skipped": 2}
    for record in seen.values():
        if record["status"] == "written":
            assert (run.out / record["output"]).is_file()
        else:
            assert record["reason"]
    assert len({record["output"] for record in seen.values() if record["output"]}) == 6
    assert len(run.instances()) == 6
