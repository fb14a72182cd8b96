"""One patient, study, series, instance: one new value, over files, workers, machines and years."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom import Dataset
from pydicom._uid_dict import UID_dictionary
from pydicom.sequence import Sequence
from pydicom.uid import UID

from bme_med.core import Pseudonyms
from tests.dicom.making import encoded, mr_instance
from tests.oracles.runs import CORPUS
from tests.photo.making import jpeg
from tests.run.making import key_file, records, run, tree
from tests.run.test_dicomdir import SAMPLE

ROOT = Path(__file__).parents[2]
KEY = bytes(range(32))
"""That of `tests.run.making.KEY`."""

OUTSIDE = "1.2.840.99999.8.7"
"""An instance that is referred to and not there."""


def referring(number: int, patient: str, study: int, to: list[str]) -> bytes:
    """An instance that refers to others, at top level and nested."""
    ds = mr_instance()
    ds.PatientID, ds.PatientName = patient, f"Quillfeather^{patient}"
    ds.StudyInstanceUID = f"1.2.840.99999.1.{study}"
    ds.SeriesInstanceUID = f"1.2.840.99999.2.{study}.{number % 2}"
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(f"1.2.840.99999.3.{number}")
    ds.FrameOfReferenceUID = f"1.2.840.99999.4.{study}"
    ds.ReferencedImageSequence = Sequence([reference(uid) for uid in to])
    ds.ReferencedStudySequence = Sequence([reference(str(ds.StudyInstanceUID))])
    evidence = Dataset()
    evidence.StudyInstanceUID = ds.StudyInstanceUID
    inner = Dataset()
    inner.SeriesInstanceUID = ds.SeriesInstanceUID
    inner.ReferencedSOPSequence = Sequence([reference(uid) for uid in to])
    evidence.ReferencedSeriesSequence = Sequence([inner])
    ds.CurrentRequestedProcedureEvidenceSequence = Sequence([evidence])
    return encoded(ds)


def reference(uid: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = pydicom.uid.MRImageStorage
    item.ReferencedSOPInstanceUID = uid
    return item


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Two patients, three studies, twelve instances that refer to each other and to one that is missing."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(12):
        patient, study = (("4711023", number % 2), ("8150-77", 2))[number > 7]
        to = [f"1.2.840.99999.3.{(number + 1) % 12}", OUTSIDE]
        (folder / f"{number:02}.dcm").write_bytes(referring(number, patient, study, to))
    (folder / "knee.jpg").write_bytes(jpeg("RGB"))
    return folder


@pytest.fixture
def profile(tmp_path: Path) -> str:
    """One under which references stay."""
    path = tmp_path / "referring.toml"
    path.write_text(
        'name = "referring"\nextends = "research-longitudinal"\n[dicom.attributes]\n'
        'ReferencedImageSequence = "K"\nReferencedStudySequence = "K"\n'
    )
    return str(path)


def uids(ds: Dataset, path: tuple[object, ...] = ()) -> Iterator[tuple[tuple[object, ...], str]]:
    """Every UID in `ds` and where it stands."""
    for element in ds:
        here = (*path, int(element.tag))
        if element.VR == "SQ":
            for number, item in enumerate(element.value):
                yield from uids(item, (*here, number))
        elif element.VR == "UI" and element.value:
            values = element.value if element.VM > 1 else [element.value]
            yield from (((*here, number), str(value)) for number, value in enumerate(values))


def new_values(folder: Path, out: Path) -> dict[str, set[str]]:
    """Each old UID, and all that stand in its places in outputs."""
    found: dict[str, set[str]] = {}
    for record in records(out.with_name(f"{out.name}.audit.jsonl")):
        if record["format"] == "dicom" and record["output"]:
            before = dict(uids(pydicom.dcmread(folder / record["filename"], force=True)))
            after = dict(uids(pydicom.dcmread(out / record["output"])))
            for place in before.keys() & after.keys():
                found.setdefault(before[place], set()).add(after[place])
    return found


def test_each_uid_has_one_new_value_and_no_two_share_one(source: Path, tmp_path: Path, profile: str) -> None:
    run(source, tmp_path / "out", profile=profile, workers=2)
    found = new_values(source, tmp_path / "out")
    assert {len(new) for new in found.values()} == {1}
    changed = {old: next(iter(new)) for old, new in found.items() if old not in UID_dictionary}
    assert len(set(changed.values())) == len(changed) == 12 + 3 + 4 + 3 + 1
    assert OUTSIDE in changed
    for old, new in changed.items():
        assert new == Pseudonyms(KEY).uid(old)


@pytest.mark.parametrize(
    "folder",
    [
        pytest.param(SAMPLE, id="sample"),
        pytest.param(
            CORPUS / "dicom",
            id="corpus",
            marks=[
                pytest.mark.nightly,
                pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout"),
            ],
        ),
    ],
)
def test_that_holds_for_files_from_the_field_and_what_they_refer_to(folder: Path, tmp_path: Path) -> None:
    profile = tmp_path / "ours.toml"
    profile.write_text(
        'name = "ours"\nextends = "research-longitudinal"\n'
        '[dicom]\nstructured-reports = "empty"\n[pixels]\nburned-in = "keep"\n'
    )
    run(folder, tmp_path / "out", profile=str(profile), workers=2)
    found = new_values(folder, tmp_path / "out")
    assert len(found) > 20
    assert [old for old, new in found.items() if len(new) > 1] == []
    new = [next(iter(values)) for values in found.values()]
    assert len(set(new)) == len(new)


def test_references_inside_the_set_resolve(source: Path, tmp_path: Path, profile: str) -> None:
    run(source, tmp_path / "out", profile=profile)
    outputs = [pydicom.dcmread(path) for path in (tmp_path / "out").rglob("*.dcm")]
    there = {ds.SOPInstanceUID for ds in outputs}
    outside = {str(Pseudonyms(KEY).uid(OUTSIDE))}
    assert len(there) == 12
    for ds in outputs:
        assert ds.ReferencedStudySequence[0].ReferencedSOPInstanceUID == ds.StudyInstanceUID
        item = ds.CurrentRequestedProcedureEvidenceSequence[0]
        assert item.StudyInstanceUID == ds.StudyInstanceUID
        inner = item.ReferencedSeriesSequence[0].ReferencedSOPSequence
        for named in (ds.ReferencedImageSequence, inner):
            assert {i.ReferencedSOPInstanceUID for i in named} - there == outside


MACHINES = [
    {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "0"},
    {"LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "77"},
    {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR", "TZ": "America/Sao_Paulo", "PYTHONUTF8": "0"},
]


def test_every_machine_gives_the_same_bytes_under_the_same_names(source: Path, tmp_path: Path) -> None:
    """Another folder, order of copying, locale, time zone, hash seed, number of workers and umask."""
    (tmp_path / "map.csv").write_text("source,subject\n8150-77,KNEE-02\n")
    (tmp_path / "ours.toml").write_text(
        'name = "ours"\nextends = "research-longitudinal"\n[files]\ndicomdir = "rebuild"\n'
        '[subjects]\nunlisted = "pseudonym"\n'
    )
    trees = []
    for number, machine in enumerate(MACHINES):
        place = tmp_path / f"machine {number}"
        place.mkdir()
        for path in sorted(source.iterdir(), reverse=bool(number % 2)):
            (place / "in").mkdir(exist_ok=True)
            shutil.copyfile(path, place / "in" / path.name)
        command = [sys.executable, "-c", "from bme_med.cli import main; main()", "deid", "in", "--out", "out"]
        command += ["--key-file", str(key_file(tmp_path)), "--workers", str(number + 1)]
        command += ["--profile", str(tmp_path / "ours.toml"), "--subjects", str(tmp_path / "map.csv")]
        command += ["--crosswalk", "crosswalk.csv"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **machine}
        done = subprocess.run(
            command, cwd=place, env=environment, umask=number * 0o11, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        trees.append({**tree(place / "out"), "crosswalk": tree(place)["crosswalk.csv"]})
    assert trees[0] == trees[1] == trees[2]
    assert len([name for name in trees[0] if "/" in name]) > 12


def test_files_that_come_a_year_later_join_those_of_their_patient(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(source, tmp_path / "whole", profile="research-longitudinal")
    together: dict[str, str] = {}
    for year, odd in ((2026, False), (2031, True)):
        part = tmp_path / f"{year}"
        shutil.copytree(source, part)
        for path in part.glob("*.dcm"):
            if int(path.stem) % 4 // 2 != odd:
                path.unlink()
        for module in ("session", "recording"):
            monkeypatch.setattr(f"bme_med.run.{module}.timestamp", lambda: f"{year}-01-31T08:00:00.000Z")  # noqa: B023
        run(part, tmp_path / f"out {year}", profile="research-longitudinal")
        together |= tree(tmp_path / f"out {year}")
    assert together == tree(tmp_path / "whole")


@pytest.mark.parametrize("patient", ["4711023", "", " "])
def test_one_study_is_one_patient_with_one_shift_in_every_file(tmp_path: Path, patient: str) -> None:
    (tmp_path / "in").mkdir()
    for number in range(6):
        ds = pydicom.dcmread(BytesIO(referring(number, patient, 1, [])))
        if number % 2 and patient:
            ds.IssuerOfPatientID = "SITE"
        elif number % 3 == 0 and patient:
            ds.PatientID = f" {patient} "
        (tmp_path / "in" / f"{number}").write_bytes(encoded(ds))
    run(tmp_path / "in", tmp_path / "out", profile="research-longitudinal", workers=2)
    outputs = [pydicom.dcmread(path) for path in (tmp_path / "out").rglob("*.dcm")]
    assert len(outputs) == 6
    assert len({(str(ds.PatientID), str(ds.PatientName), ds.StudyDate) for ds in outputs}) == 1
