"""The table that leads back: complete, correct, and where nobody else can read it."""

import csv
from pathlib import Path
from typing import Any

import pydicom
import pytest

from bme_med.core import UsageError
from bme_med.run import Summary
from bme_med.run.crosswalk import COLUMNS, MAPPING
from tests.photo.making import jpeg
from tests.run.making import instance, records, run, tree

MODE = 0o600


def of(number: int, patient: str, study: int = 1, **values: object) -> bytes:
    return instance(number, study * 10, PatientID=patient, StudyInstanceUID=f"1.2.{study}", **values)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Three patients: two hospitals' 4711023, and one without an ID; a report, a photo."""
    folder = tmp_path / "in"
    folder.mkdir()
    files = {
        "a": of(1, "4711023", IssuerOfPatientID="SITE"),
        "b": of(2, "4711023"),
        "c": of(3, "4711023", 2, IssuerOfPatientID="OTHER"),
        "d": of(4, "", 3, StudyDate="20200102"),
        "e": of(5, "90210", 4)[:-20],
        "f.jpg": jpeg("RGB"),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def go(source: Path, **options: Any) -> Summary:
    table = source.parent / "crosswalk.csv"
    options = {"profile": "research-longitudinal", "crosswalk": table, **options}
    return run(source, source.parent / "out", **options)


def rows(source: Path) -> list[dict[str, str]]:
    with open(source.parent / "crosswalk.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_patient_of_whom_something_was_written_stands_there_once(source: Path) -> None:
    go(source)
    found = [
        (row["issuer_of_patient_id"], row["patient_id"], row["study_instance_uid"]) for row in rows(source)
    ]
    assert found == [("OTHER", "4711023", ""), ("SITE", "4711023", ""), ("", "", "1.2.3")]
    assert tuple(rows(source)[0]) == COLUMNS
    assert "90210" not in (source.parent / "crosswalk.csv").read_text()


def test_new_ids_and_offsets_are_those_of_the_outputs(source: Path) -> None:
    go(source)
    by_issuer = {row["issuer_of_patient_id"]: row for row in rows(source)}
    outputs = {r["filename"]: r["output"] for r in records(source.parent / "out.audit.jsonl")}
    for name, issuer, date in (
        ("a", "SITE", "2024-02-29"),
        ("b", "SITE", "2024-02-29"),
        ("d", "", "2020-01-02"),
    ):
        ds = pydicom.dcmread(source.parent / "out" / outputs[name])
        row = by_issuer[issuer]
        assert ds.PatientID == row["new_patient_id"] == row["subject"]
        new = pydicom.valuerep.DA(ds.StudyDate)
        old = pydicom.valuerep.DA(date.replace("-", ""))
        assert new is not None
        assert old is not None
        assert str((new - old).days) == row["date_offset_days"]


def test_an_offset_stands_there_only_where_dates_are_shifted(source: Path) -> None:
    go(source, profile="hipaa-safe-harbor")
    assert {row["date_offset_days"] for row in rows(source)} == {""}


def test_the_subjects_of_a_map_stand_there(source: Path) -> None:
    names = source.parent / "map.csv"
    names.write_text("source,subject\nSITE|4711023,K-1\nOTHER|4711023,K-1\nd,K-2\nf.jpg,K-3\n")
    go(source, subjects=names)
    assert [row["subject"] for row in rows(source)] == ["K-1", "K-1", "K-2"]
    assert rows(source)[0]["date_offset_days"] == rows(source)[1]["date_offset_days"]


def test_its_owner_alone_may_read_it_and_nothing_else_is_left(source: Path) -> None:
    go(source)
    path = source.parent / "crosswalk.csv"
    assert path.stat().st_mode & 0o777 == MODE
    assert not list(source.parent.glob(".*"))


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("out/crosswalk.csv", "lies inside the output"),
        ("in/crosswalk.csv", "lies inside the input"),
        ("gone/crosswalk.csv", "no folder"),
        ("out.audit.jsonl", "another file of this run"),
        ("test.key", "another file of this run"),
        ("taken", "already"),
        ("link", "already"),
        ("in", "lies inside"),
    ],
)
def test_it_never_lies_where_it_would_be_handed_on_or_take_a_place(
    source: Path, place: str, message: str
) -> None:
    folder = source.parent
    (folder / "taken").write_text("mine")
    (folder / "link").symlink_to("nowhere")
    with pytest.raises(UsageError, match=message):
        go(source, crosswalk=folder / place)
    assert (folder / "taken").read_text() == "mine"
    assert not (folder / "out").exists()


def test_a_dry_run_writes_none(source: Path) -> None:
    go(source, dry_run=True)
    assert not (source.parent / "crosswalk.csv").exists()


@pytest.mark.parametrize("stop_at", range(4))
def test_it_is_complete_after_a_resume(source: Path, monkeypatch: pytest.MonkeyPatch, stop_at: int) -> None:
    go(source)
    whole = (source.parent / "crosswalk.csv").read_bytes()
    before = tree(source.parent / "out")
    for path in (*source.parent.glob("crosswalk*.csv"), source.parent / "out.audit.jsonl"):
        path.unlink()
    for path in sorted((source.parent / "out").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()

    from bme_med.run.writing import write_pieces

    def until_full(path: str, *rest: Any) -> str:
        if path.endswith(f"/{stop_at}"):
            raise OSError(28, "No space left on device")
        return write_pieces(path, *rest)

    with monkeypatch.context() as patch:
        patch.setattr("bme_med.run.working.write_pieces", until_full)
        assert go(source).exit_code == 3
    assert not (source.parent / "crosswalk.csv").exists()
    with pytest.raises(UsageError, match="give its --crosswalk again"):
        go(source, resume=True, crosswalk=None)
    go(source, resume=True)
    assert (source.parent / "crosswalk.csv").read_bytes() == whole
    assert tree(source.parent / "out") == before


def test_a_complete_run_that_is_resumed_writes_the_same_again(source: Path) -> None:
    go(source)
    whole = (source.parent / "crosswalk.csv").read_bytes()
    go(source, resume=True)
    assert (source.parent / "crosswalk.csv").read_bytes() == whole


def test_a_crosswalk_that_cannot_be_written_stops_the_run_and_resume_finishes_it(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("bme_med.run.crosswalk.put_in_place", fail)
        assert go(source).exit_code == 3
    assert go(source, resume=True).exit_code == 1
    assert len(rows(source)) == 3


def mapping(source: Path, of_what: str) -> dict[str, str]:
    """Original to new, from a table that lies beside the crosswalk."""
    path = source.parent / f"crosswalk.{of_what}.csv"
    assert path.stat().st_mode & 0o777 == MODE
    with open(path, newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))
    assert lines[0] == list(MAPPING)
    return {row[0]: row[1] for row in lines[1:]}


def test_patient_ids_stand_in_a_table_of_their_own(source: Path) -> None:
    (source / "c").unlink()
    go(source)
    new = {row["patient_id"]: row["new_patient_id"] for row in rows(source) if row["patient_id"]}
    assert mapping(source, "patient-ids") == new != {}


def uids_of(ds: pydicom.Dataset) -> list[str]:
    """Every UID of `ds`, at any depth, in order."""
    return [str(element.value) for element in ds.iterall() if element.VR == "UI"]


@pytest.mark.parametrize("keeps", [False, True])
def test_every_uid_of_the_outputs_is_led_back_to_its_original(source: Path, keeps: bool) -> None:
    """Nested ones too; those that the standard registers are no one's."""
    inner = pydicom.Dataset()
    inner.FrameOfReferenceUID = "1.2.77"
    (source / "g").write_bytes(of(7, "90211", 7, ReferencedFrameOfReferenceSequence=[inner]))
    options: dict[str, Any] = {}
    if keeps:
        profile = source.parent / "own.toml"
        profile.write_text("name = 'own'\nextends = ['research-longitudinal', 'option-retain-uids']\n")
        options = {"profile": str(profile)}
    go(source, **options)
    table = mapping(source, "uids")
    assert "1.2.77" in table
    for record in records(source.parent / "out.audit.jsonl"):
        if record["status"] == "written" and record["format"] == "DICOM":
            old, new = (
                uids_of(pydicom.dcmread(source.parent / place / record[name]))
                for place, name in (("in", "filename"), ("out", "output"))
            )
            assert [table.get(uid, uid) for uid in old] == new
            assert all(uid in table or uid.startswith("1.2.840.10008.") for uid in old)
    assert all((old == new) is keeps for old, new in table.items())


@pytest.mark.parametrize("name", ["crosswalk.patient-ids.csv", "crosswalk.uids.csv"])
def test_the_tables_beside_it_take_no_place_either(source: Path, name: str) -> None:
    (source.parent / name).write_text("mine")
    with pytest.raises(UsageError, match="already"):
        go(source)
    assert (source.parent / name).read_text() == "mine"
