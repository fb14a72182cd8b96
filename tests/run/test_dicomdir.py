"""An old DICOMDIR never reaches the output; a new one tells nothing but new values."""

import hashlib
import json
import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.fileset import FileSet
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from bme_med.audit import check_file
from bme_med.run import Summary
from tests.oracles.residue import residue
from tests.oracles.runs import CORPUS, dcmdump_complains, iod_errors, tool
from tests.photo.making import jpeg
from tests.run.making import instance, records, run, tree
from tests.run.test_resume import kill

PLANTED = ("Quillfeather", "Oriana", "4711023", "Report of Quillfeather", "ZQ-ACC-77", "19310211")
SAMPLE = Path(__file__).parents[2] / "sample_data" / "input"


def of(number: int, patient: str = "4711023", study: int = 1, **values: object) -> bytes:
    names: dict[str, object] = {
        "PatientID": patient,
        "StudyInstanceUID": f"1.2.{study}",
        "PatientName": f"Quillfeather^Oriana^{patient}",
        "PatientBirthDate": "19310211",
        "StudyDescription": "Report of Quillfeather",
        "AccessionNumber": "ZQ-ACC-77",
        "StudyID": "4711023",
    }
    return instance(number, study * 10, **{**names, **values})


def stale(root: Path) -> Path:
    """A DICOMDIR as a medium has it: pydicom's own file-set of two patients, names and all."""
    files = FileSet()
    for number, patient in enumerate(("4711023", "8150-77"), 1):
        ds = pydicom.dcmread(BytesIO(of(number, patient, number)))
        ds.SeriesNumber = 1
        files.add(ds)
    files.write(root)
    return root / "DICOMDIR"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A medium: two patients, a photo, and its DICOMDIR."""
    folder = tmp_path / "in"
    stale(folder)
    for number in range(3, 9):
        (folder / f"more{number}").write_bytes(of(number, "4711023", 1 + number % 2 * 2))
    (folder / "a.jpg").write_bytes(jpeg("RGB"))
    return folder


needs_dcmtk = pytest.mark.skipif(not (tool("dcmdump") and tool("dcmgpdir")), reason="dcmtk is not installed")
needs_dicom3tools = pytest.mark.skipif(not tool("dciodvfy"), reason="dicom3tools is not installed")


def go(source: Path, out: str = "out", text: str = 'dicomdir = "rebuild"', **options: Any) -> Summary:
    profile = source.parent / f"{hashlib.sha256(text.encode()).hexdigest()}.toml"
    profile.write_text(f'name = "ours"\nextends = "research-longitudinal"\n[files]\n{text}\n')
    return run(source, source.parent / out, profile=str(profile), **options)


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_stale_dicomdir_with_names_never_reaches_the_output(source: Path, tmp_path: Path) -> None:
    (source / "deep").mkdir()
    data = (source / "DICOMDIR").read_bytes()
    assert residue(PLANTED, data) >= {"Quillfeather", "4711023"}
    dataset = pydicom.dcmread(BytesIO(data))
    for name, syntax in (("implicit", ImplicitVRLittleEndian), ("big", ExplicitVRBigEndian)):
        dataset.file_meta.TransferSyntaxUID = syntax
        pydicom.dcmwrite(
            source / "deep" / name,
            dataset,
            implicit_vr=syntax == ImplicitVRLittleEndian,
            little_endian=syntax != ExplicitVRBigEndian,
        )
    start = data.index(b"\x04\x00\x30\x11")
    disguises = {
        "DICOMDIR": data,
        "IM0001.dcm": data,
        "without preamble": data[128:],
        "without file meta": data[start:],
        "without class": data.replace(b"1.2.840.10008.1.3.10\0", b"1.2.840.10008.1.3.9\0\0", 1),
        "an image by its class": data.replace(b"1.2.840.10008.1.3.10", b"1.2.840.10008.5.1.4 ", 1),
        "cut off": data[: len(data) // 2],
        "longer": data + bytes(7),
    }
    for name, variant in disguises.items():
        (source / "deep" / name).write_bytes(variant)
    for out, text in (("plain", ""), ("made anew", 'dicomdir = "rebuild"')):
        summary = go(source, out, text)
        assert not summary.stopped
        assert residue(PLANTED, all_bytes(tmp_path / out)) == set()
    outcomes = {r["filename"]: r for r in records(tmp_path / "plain.audit.jsonl")}
    assert "an old DICOMDIR" in outcomes["DICOMDIR"]["reason"]
    for name in ("DICOMDIR", "IM0001.dcm", "implicit", "big"):
        assert outcomes[f"deep/{name}"]["status"] == "skipped", name
    for name in disguises:
        assert outcomes[f"deep/{name}"]["status"] != "written", name
    assert not [name for name in tree(tmp_path / "plain") if "DICOMDIR" in name]


def test_pydicom_finds_every_instance_by_the_new_dicomdir(source: Path, tmp_path: Path) -> None:
    summary = go(source)
    assert (summary.not_in_dicomdir, summary.exit_code) == (0, 0)
    files = FileSet(tmp_path / "out" / "DICOMDIR")
    there = {name for name, digest in tree(tmp_path / "out").items() if digest}
    assert {Path(i.path).relative_to(tmp_path / "out").as_posix() for i in files} == {
        name for name in there if name not in ("DICOMDIR", "Study_001.jpg")
    }
    assert len(files) == 8
    for found in files:
        ds = found.load()
        assert (ds.SOPInstanceUID, ds.file_meta.TransferSyntaxUID) == (
            found.SOPInstanceUID,
            found.TransferSyntaxUID,
        )
        assert (ds.PatientID, ds.StudyInstanceUID) == (found.PatientID, found.StudyInstanceUID)
    assert len(files.find_values("PatientID")) == 2
    assert len(files.find_values("StudyInstanceUID")) == 3


@needs_dcmtk
@needs_dicom3tools
def test_dcmtk_and_dicom3tools_find_no_fault_in_it_and_nothing_planted(source: Path, tmp_path: Path) -> None:
    go(source)
    path = tmp_path / "out" / "DICOMDIR"
    assert not dcmdump_complains(path)
    assert not iod_errors(path)
    dumped = subprocess.run([str(tool("dcmdump")), "+L", str(path)], capture_output=True, check=True).stdout
    assert dumped.count(b"Directory Record") >= 2 + 3 + 3 + 8
    assert residue(PLANTED, path.read_bytes() + dumped) == set()
    assert b"S-" in dumped


@needs_dcmtk
def test_dcmtk_accepts_the_paths_and_makes_the_same_tree(source: Path, tmp_path: Path) -> None:
    go(source)
    medium = tmp_path / "medium"
    shutil.copytree(tmp_path / "out", medium, ignore=shutil.ignore_patterns("*.jpg", "DICOMDIR"))
    command = [str(tool("dcmgpdir")), "+r", "+I", "+id", ".", "+D", str(tmp_path / "theirs")]
    done = subprocess.run(command, cwd=medium, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert outline(tmp_path / "theirs") == outline(tmp_path / "out" / "DICOMDIR")


def outline(path: Path) -> set[tuple[str, ...]]:
    """The records that lead to each file: what a reader needs to find it."""
    records = {r.seq_item_tell: r for r in pydicom.dcmread(path).DirectoryRecordSequence}

    def below(offset: int, above: tuple[str, ...]) -> set[tuple[str, ...]]:
        found: set[tuple[str, ...]] = set()
        while offset:
            record = records[offset]
            ids = "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "ReferencedSOPInstanceUIDInFile"
            name = next(str(record[i].value) for i in ids if i in record)
            here = (*above, record.DirectoryRecordType, name)
            lower = record.OffsetOfReferencedLowerLevelDirectoryEntity
            found |= below(lower, here) if lower else {(*here, *record.ReferencedFileID)}
            offset = record.OffsetOfTheNextDirectoryRecord
        return found

    first = pydicom.dcmread(path).OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity
    return below(first, ())


def test_the_audit_accounts_for_it(source: Path, tmp_path: Path) -> None:
    go(source)
    last = json.loads((tmp_path / "out.audit.jsonl").read_bytes().splitlines()[-1])
    assert last["end"]["dicomdir_sha256"] == tree(tmp_path / "out")["DICOMDIR"]
    assert check_file(tmp_path / "out.audit.jsonl") == []


def test_the_same_key_gives_the_same_bytes_with_any_number_of_workers(source: Path, tmp_path: Path) -> None:
    go(source)
    go(source, "again", workers=3)
    assert tree(tmp_path / "out") == tree(tmp_path / "again")


@pytest.mark.parametrize("point", ["lines appended", "table in place", "before footer"])
def test_a_killed_run_that_is_resumed_has_the_same(source: Path, tmp_path: Path, point: str) -> None:
    profile = tmp_path / "ours.toml"
    profile.write_text('name = "ours"\nextends = "hipaa-safe-harbor"\n[files]\ndicomdir = "rebuild"\n')
    run(source, tmp_path / "whole", profile=str(profile))
    out = kill(point, 1, source, profile=str(profile))
    run(source, out, profile=str(profile), resume=True)
    assert tree(out) == tree(tmp_path / "whole")
    assert "DICOMDIR" in tree(out)
    assert not list(out.glob(".*"))


def test_none_is_made_unless_the_profile_asks(source: Path, tmp_path: Path) -> None:
    go(source, text="")
    assert "DICOMDIR" not in tree(tmp_path / "out")


def test_none_is_made_of_photos_alone(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").write_bytes(jpeg("RGB"))
    assert go(tmp_path / "in").dicomdir_sha256 == ""
    assert list(tree(tmp_path / "out")) == ["Study_001.jpg"]


def test_paths_are_file_ids(source: Path, tmp_path: Path) -> None:
    go(source)
    for name in tree(tmp_path / "out"):
        assert re.fullmatch(r"[A-Z0-9_]{1,8}(/[A-Z0-9_]{1,8}){0,7}|Study_001\.jpg", name)


def test_other_content_under_a_known_instance_uid_is_refused_here_too(source: Path) -> None:
    (source / "twice").write_bytes(of(3, "4711023", 3, InstanceNumber=99))
    go(source)
    [refused] = [r for r in records(source.parent / "out.audit.jsonl") if r["status"] == "refused"]
    assert "SOP Instance UID as more3" in refused["reason"]


def test_patients_whose_id_the_profile_removes_do_not_become_one(source: Path, tmp_path: Path) -> None:
    go(source, text='dicomdir = "rebuild"\n[dicom.attributes]\nPatientID = "Z"\nPatientName = "Z"')
    directory = pydicom.dcmread(tmp_path / "out" / "DICOMDIR")
    types = [record.DirectoryRecordType for record in directory.DirectoryRecordSequence]
    assert (types.count("PATIENT"), types.count("STUDY")) == (3, 3)


@needs_dcmtk
@needs_dicom3tools
@pytest.mark.parametrize(
    "folder",
    [
        pytest.param(SAMPLE, id="sample"),
        pytest.param(
            CORPUS / "dicom",
            id="corpus",
            marks=pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout"),
        ),
    ],
)
def test_every_kind_of_instance_has_a_record_that_readers_accept(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    profile = tmp_path / "ours.toml"
    profile.write_text(
        'name = "ours"\nextends = "hipaa-safe-harbor"\n[files]\ndicomdir = "rebuild"\n'
        '[dicom]\nstructured-reports = "empty"\n[pixels]\nburned-in = "keep"\n'
    )
    summary = run(folder, tmp_path / "out", profile=str(profile), workers=2)
    assert not summary.stopped
    assert capfd.readouterr() == ("", "")
    written = [r for r in records(tmp_path / "out.audit.jsonl") if r["format"] == "dicom" and r["output"]]
    assert len(FileSet(tmp_path / "out" / "DICOMDIR")) + summary.not_in_dicomdir == len(written)
    assert summary.not_in_dicomdir == 0
    names = ("Quillfeather", "Vandersloot", "8841907", "55310278")
    assert residue(names, (tmp_path / "out" / "DICOMDIR").read_bytes()) == set()
    assert not dcmdump_complains(tmp_path / "out" / "DICOMDIR")
    assert not iod_errors(tmp_path / "out" / "DICOMDIR")
