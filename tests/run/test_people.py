"""Who is which subject: files in, subjects out."""

import re
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from PIL import Image

from bme_med.audit import Status, check_file
from bme_med.core import UsageError
from bme_med.run import Summary
from tests.photo.making import jpeg
from tests.run.making import instance, records, run, tree

UNLISTED = 'extends = "research-longitudinal"\n[subjects]\nunlisted = "pseudonym"\n'
NUMBERED = 'extends = "ps315-basic"\n[files]\npattern = "{subject}/{subject}_{n:02}"\n'

Run = Callable[..., Summary]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


@pytest.fixture
def go(tmp_path: Path, source: Path) -> Run:
    """Run over `files` with the map `rows` and the profile `text`."""

    def go(
        files: dict[str, bytes], *rows: str, text: str = "", out: str = "out", **options: object
    ) -> Summary:
        for name, data in files.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes(data)
        if rows:
            (tmp_path / "map.csv").write_text("\n".join(("source,subject", *rows)))
            options["subjects"] = tmp_path / "map.csv"
        profile = tmp_path / "ours.toml"
        profile.write_text('name = "ours"\n' + (text or 'extends = "research-longitudinal"\n'))
        return run(source, tmp_path / out, profile=str(profile), **options)

    return go


@pytest.fixture
def new(tmp_path: Path) -> Callable[[str], pydicom.FileDataset]:
    """What an instance became."""

    def new(name: str) -> pydicom.FileDataset:
        [record] = [r for r in records(tmp_path / "out.audit.jsonl") if r["filename"] == name]
        assert record["status"] == "written", record["reason"]
        return pydicom.dcmread(tmp_path / "out" / record["output"])

    return new


New = Callable[[str], pydicom.FileDataset]


def reasons(tmp_path: Path) -> dict[str, str]:
    return {r["filename"]: r["reason"] for r in records(tmp_path / "out.audit.jsonl") if r["reason"]}


def of(number: int, patient: str, study: int = 1, **values: object) -> bytes:
    return instance(number, study * 10, PatientID=patient, StudyInstanceUID=f"1.2.{study}", **values)


def test_the_given_subject_stands_in_id_name_and_path(go: Run, new: New, tmp_path: Path) -> None:
    go({"a": of(1, "4711023")}, "4711023,KNEE-01")
    ds = new("a")
    assert (ds.PatientID, ds.PatientName) == ("KNEE-01", "KNEE-01")
    assert next(iter(tree(tmp_path / "out"))) == "KNEE-01"


@pytest.mark.parametrize(
    "subject", ["Quillfeather", "ORIANA-01", "QuillfeatherO", "K-8841907", "MRN8841907", "oriana.q"]
)
def test_a_subject_that_tells_who_the_patient_is_is_refused(go: Run, tmp_path: Path, subject: str) -> None:
    name = "Quillfeather^Oriana"
    go({"a": of(1, "MRN-8841907", PatientName=name), "b": of(2, "7", 2)}, f"MRN-8841907,{subject}", "7,B-7")
    assert "a subject that holds a name or an ID" in reasons(tmp_path)["a"]
    assert "b" not in reasons(tmp_path)
    assert subject.lower() not in reasons(tmp_path)["a"].lower()


def test_a_subject_may_hold_what_places_and_short_numbers_tell(go: Run, new: New) -> None:
    go({"a": of(1, "12", InstitutionName="Mainz")}, "12,MAINZ-12-001")
    assert new("a").PatientID == "MAINZ-12-001"


def test_two_ids_of_one_subject_share_date_offset_and_name_and_a_third_does_not(go: Run, new: New) -> None:
    files = {"a": of(1, "4711023"), "b": of(2, "8150-77", 2), "c": of(3, "90210", 3)}
    go(files, "4711023,KNEE-01", "8150-77,KNEE-01", "90210,KNEE-02")
    assert new("a").PatientID == new("b").PatientID == "KNEE-01"
    assert new("a").StudyDate == new("b").StudyDate != new("c").StudyDate
    assert new("c").PatientID == "KNEE-02"


def test_a_patient_who_is_not_in_the_map_is_refused_with_what_to_do(go: Run, tmp_path: Path) -> None:
    summary = go({"a": of(1, "4711023"), "b": of(2, "ZQ-8150", 2)}, "4711023,KNEE-01")
    assert (summary.counts[Status.WRITTEN], summary.exit_code) == (1, 1)
    assert "add a line for the patient ID" in reasons(tmp_path)["b"]
    assert "ZQ-8150" not in (tmp_path / "out.audit.jsonl").read_text()


def test_or_gets_the_pseudonym_that_it_has_without_a_map(go: Run, new: New, tmp_path: Path) -> None:
    files = {"a": of(1, "4711023"), "b": of(2, "8150-77", 2)}
    go(files, "4711023,KNEE-01", text=UNLISTED)
    with_map = new("b")
    go({}, text=UNLISTED, out="other")
    paths = {name for name in tree(tmp_path / "other") if name.endswith(f"{with_map.SOPInstanceUID}.dcm")}
    assert {path.split("/")[0] for path in paths} == {with_map.PatientID}


@pytest.mark.parametrize("rows", [("SITE|7,K-1", "OTHER|7,K-2"), ("SITE|7,K-1", "7,K-2")])
def test_the_issuer_tells_patients_apart(go: Run, new: New, rows: tuple[str, ...]) -> None:
    files = {"a": of(1, "7", IssuerOfPatientID="SITE"), "b": of(2, "7", 2, IssuerOfPatientID="OTHER")}
    go(files, *rows)
    assert (new("a").PatientID, new("b").PatientID) == ("K-1", "K-2")


def test_a_line_without_issuer_never_makes_two_hospitals_patients_one(go: Run, tmp_path: Path) -> None:
    files = {"a": of(1, "7", IssuerOfPatientID="SITE"), "b": of(2, "7", 2, IssuerOfPatientID="OTHER")}
    assert go(files, "7,K-1").counts[Status.WRITTEN] == 0
    assert all("issuer|id" in reason for reason in reasons(tmp_path).values())


def test_a_line_with_the_empty_issuer_names_the_patient_without_one(go: Run, new: New) -> None:
    go({"a": of(1, "7", IssuerOfPatientID="SITE"), "b": of(2, "7", 2)}, "|7,K-2", "SITE|7,K-1")
    assert (new("a").PatientID, new("b").PatientID) == ("K-1", "K-2")


def test_a_file_without_issuer_is_its_studys_patient_in_the_map_too(go: Run, new: New) -> None:
    go({"a": of(1, "7", IssuerOfPatientID="SITE"), "b": of(2, "7")}, "SITE|7,K-1")
    assert new("a").PatientID == new("b").PatientID == "K-1"


def test_a_file_without_an_id_is_its_studys_patient_in_the_map_too(go: Run, new: New) -> None:
    go({"a": of(1, "4711023"), "b": of(2, "")}, "4711023,K-1")
    assert new("a").PatientID == new("b").PatientID == "K-1"
    assert new("a").StudyDate == new("b").StudyDate


def test_a_folder_names_the_subject_of_its_scans_and_photos(go: Run, new: New, tmp_path: Path) -> None:
    files = {"anna/scan": of(1, "4711023"), "anna/knee.jpg": jpeg("RGB"), "elsewhere/scan": of(2, "4711023")}
    go(files, "anna/,KNEE-01", text=NUMBERED)
    assert new("anna/scan").PatientID == new("elsewhere/scan").PatientID == "KNEE-01"
    assert (tmp_path / "out" / "KNEE-01" / "KNEE-01_01.jpg").is_file()


def test_a_folder_names_a_patient_without_an_id(go: Run, new: New) -> None:
    files = {"anna/1": of(1, ""), "anna/2": of(2, " ", 2), "ben/1": of(3, "", 3)}
    go(files, "anna/,KNEE-01", "ben/,KNEE-02")
    assert [new(name).PatientID for name in files] == ["KNEE-01", "KNEE-01", "KNEE-02"]


def test_a_folder_that_holds_two_patients_names_neither(go: Run, tmp_path: Path) -> None:
    assert go({"anna/1": of(1, "7"), "anna/2": of(2, "8", 2)}, "anna/,K-1").counts[Status.WRITTEN] == 0
    assert all("a path holds several patients" in reason for reason in reasons(tmp_path).values())


def test_a_stray_file_in_a_folder_named_by_a_patient_id_is_refused(go: Run, tmp_path: Path) -> None:
    summary = go({"4711023/1": of(1, "4711023"), "4711023/2": of(2, "8150-77", 2)}, "4711023,KNEE-01")
    assert summary.counts[Status.WRITTEN] == 1
    assert list(reasons(tmp_path)) == ["4711023/2"]


@pytest.mark.parametrize(
    "rows", [("4711023,K-1", "anna/,K-2"), ("anna/,K-1", "anna/*,K-2"), ("anna/,K-1", "ben/,K-2")]
)
def test_lines_that_disagree_about_a_patient_are_found(
    go: Run, tmp_path: Path, rows: tuple[str, ...]
) -> None:
    summary = go({"anna/1": of(1, "4711023"), "ben/2": of(2, "4711023")}, *rows)
    assert summary.counts[Status.WRITTEN] == 0
    assert all("lines disagree" in reason for reason in reasons(tmp_path).values())


def test_lines_that_disagree_about_a_photo_are_named(go: Run, tmp_path: Path) -> None:
    go({"anna/1.jpg": jpeg("RGB")}, "anna/,K-1", "**/*.jpg,K-2")
    assert "lines 2 and 3 of the subjects map" in reasons(tmp_path)["anna/1.jpg"]


def test_lines_that_cover_nothing_are_counted_by_number(go: Run) -> None:
    summary = go({"a": of(1, "4711023")}, "4711023,K-1", "471102,K-2", "gone/,K-3", "SITE|4711023,K-4")
    assert summary.unmatched == (3, 4, 5)


def photos(number: int, quality: int = 40) -> dict[str, bytes]:
    return {f"anna/{n}.jpg": jpeg("RGB", quality=quality + n) for n in range(number)}


def test_photos_of_each_subject_are_numbered_from_one(go: Run, tmp_path: Path) -> None:
    files = {**photos(3), "ben/0.jpg": jpeg("RGB", quality=80), "anna/9.jpg": jpeg("RGB", quality=81)}
    go(files, "anna/,A", "ben/,B", text=NUMBERED, workers=2)
    names = [name for name in tree(tmp_path / "out") if name.endswith(".jpg")]
    assert names == ["A/A_01.jpg", "A/A_02.jpg", "A/A_03.jpg", "A/A_04.jpg", "B/B_01.jpg"]


@pytest.mark.parametrize("names", ["sequential", "hash", "keep"])
def test_the_same_photo_of_two_subjects_is_written_for_each(go: Run, tmp_path: Path, names: str) -> None:
    same = dict.fromkeys(("anna/1.jpg", "anna/2.jpg", "ben/1.jpg"), jpeg("RGB"))
    go(same, "anna/,A", "ben/,B", text=f'extends = "ps315-basic"\n[files]\nnames = "{names}"\n')
    assert reasons(tmp_path) == {"anna/2.jpg": "an exact duplicate of anna/1.jpg"}
    assert sum(name.endswith(".jpg") for name in tree(tmp_path / "out")) == 2


def test_numbers_run_over_all_photos_where_the_pattern_names_no_subject(go: Run, tmp_path: Path) -> None:
    go({**photos(2), "ben/0.jpg": jpeg("RGB", quality=80)}, "anna/,A", "ben/,B")
    assert list(tree(tmp_path / "out")) == ["Study_001.jpg", "Study_002.jpg", "Study_003.jpg"]


def test_a_photo_that_no_line_covers_is_refused_or_a_subject_of_its_own(go: Run, tmp_path: Path) -> None:
    files = {**photos(1), "loose/1.jpg": jpeg("RGB", quality=80), "loose/2.jpg": jpeg("RGB", quality=81)}
    go(files, "anna/,A", text=NUMBERED)
    assert all("path or folder" in reason for reason in reasons(tmp_path).values())
    assert len(reasons(tmp_path)) == 2
    go({}, "anna/,A", text=NUMBERED + '[subjects]\nunlisted = "pseudonym"\n', out="other")
    names = [name for name in tree(tmp_path / "other") if name.endswith("_01.jpg")]
    assert len({name.split("/")[0] for name in names}) == 3


def test_photos_have_subjects_without_a_map_too_and_never_share_one(go: Run, tmp_path: Path) -> None:
    go(photos(3), text=NUMBERED)
    names = [name for name in tree(tmp_path / "out") if name.endswith(".jpg")]
    assert len(names) == 3
    assert all(re.fullmatch(r"(S-\w{12})/\1_01\.jpg", name) for name in names)


def test_the_map_may_lie_among_the_sources_and_is_none_of_them(go: Run, source: Path) -> None:
    (source / "subjects.csv").write_text("source,subject\n4711023,K-1\n")
    summary = go({"a": of(1, "4711023")}, subjects=source / "subjects.csv")
    assert (summary.counts[Status.SKIPPED], summary.exit_code) == (1, 0)


def test_a_dry_run_tells_the_names_that_a_run_gives(go: Run, tmp_path: Path) -> None:
    files = {**photos(2), "anna/scan": of(1, "4711023"), "ben/scan": of(2, "8150-77", 2)}
    dry = go(files, "anna/,A", text=NUMBERED, dry_run=True)
    go(files, "anna/,A", text=NUMBERED)
    names = {name for name, digest in tree(tmp_path / "out").items() if digest}
    assert {file["output"] for file in dry.files if file["output"]} == names
    assert [file["filename"] for file in dry.files if file["status"] == "refused"] == ["ben/scan"]


def test_workers_do_not_change_who_is_who(go: Run, tmp_path: Path) -> None:
    files = {f"p{p}/{n}": of(n, f"47110{p}", p) for p in range(5) for n in range(8)}
    rows = [f"47110{p},KNEE-{p % 3}" for p in range(5)]
    go(files, *rows)
    go({}, *rows, out="more", workers=3)
    assert tree(tmp_path / "out") == tree(tmp_path / "more")
    assert len({name.split("/")[0] for name in tree(tmp_path / "out")}) == 3


def test_a_run_is_not_resumed_with_another_map(go: Run) -> None:
    go({"a": of(1, "4711023")}, "4711023,KNEE-01")
    for rows in (["4711023,KNEE-02"], []):
        with pytest.raises(UsageError, match="another --subjects"):
            go({}, *rows, resume=True)
    assert go({}, "4711023,KNEE-01", resume=True).found == 1


def test_the_audit_holds_no_line_of_the_map_and_no_plain_digest_of_it(go: Run, tmp_path: Path) -> None:
    go({"a": of(1, "ZQ-4711"), "b": of(2, "ZQ-8150", 2)}, "ZQ-4711,KNEE-01")
    text = (tmp_path / "out.audit.jsonl").read_text()
    assert "ZQ-" not in text
    assert tree(tmp_path)["map.csv"] not in text
    assert check_file(tmp_path / "out.audit.jsonl") == []


def test_resuming_goes_on_with_the_numbers_of_each_subject(
    go: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {**photos(3), **{f"ben/{n}.jpg": jpeg("RGB", quality=70 + n) for n in range(3)}}
    rows = ("anna/,A", "ben/,B")
    go(files, *rows, text=NUMBERED, out="whole")

    def fill_up(path: str, *rest: object) -> str:
        raise OSError(28, "No space left on device")

    def until_full(path: str, *rest: object) -> str:
        return fill_up(path) if path.endswith("/4") else writing.write_pieces(path, *rest)  # type: ignore[arg-type]

    from bme_med.run import writing

    with monkeypatch.context() as patch:
        patch.setattr("bme_med.run.working.write_pieces", until_full)
        assert go({}, *rows, text=NUMBERED).exit_code == 3
    assert go({}, *rows, text=NUMBERED, resume=True).exit_code == 0
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def dated(year: int) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = f"{year}:06:15 10:11:12"
    return jpeg("RGB", quality=60 + year % 30, exif=exif.tobytes())


YEARS = (
    'pattern = "{subject}/{date:year}_{n:02}"\ndicom-path = "{subject}/{date:year}/{SOPInstanceUID}.dcm"\n'
)


def test_the_year_stands_in_names_where_the_date_policy_keeps_it(go: Run, tmp_path: Path) -> None:
    files = {
        "anna/1": of(1, "7", StudyDate="20200615"),
        "anna/2.jpg": dated(2020),
        "anna/3": of(2, "7", StudyDate=""),
    }
    go(files, "anna/,A", text=f'extends = "hipaa-safe-harbor"\n[files]\n{YEARS}')
    names = {name.rpartition("/")[0] for name, digest in tree(tmp_path / "out").items() if digest}
    assert names == {"A", "A/2020", "A/undated"}
    assert (tmp_path / "out" / "A" / "2020_01.jpg").is_file()


def test_a_shifted_year_is_the_shifted_one_for_scans_and_photos_alike(
    go: Run, new: New, tmp_path: Path
) -> None:
    files = {"anna/1": of(1, "7", StudyDate="20200615"), "anna/2.jpg": dated(2020)}
    go(files, "anna/,A", text=f'extends = "research-longitudinal"\n[files]\n{YEARS}')
    year = new("anna/1").StudyDate[:4]
    assert (tmp_path / "out" / "A" / f"{year}_01.jpg").is_file()
    assert (tmp_path / "out" / "A" / year / f"{new('anna/1').SOPInstanceUID}.dcm").is_file()


def test_no_year_is_shifted_without_a_subject(go: Run, tmp_path: Path) -> None:
    text = f'extends = "research-longitudinal"\n[subjects]\nunlisted = "pseudonym"\n[files]\n{YEARS}'
    go({"anna/1.jpg": dated(2020), "2.jpg": dated(2021)}, "anna/,A", text=text)
    names = [name for name, digest in tree(tmp_path / "out").items() if digest]
    assert sorted("undated" in name for name in names) == [False, True]


def test_a_year_that_the_profile_removes_by_exception_stands_in_no_name(go: Run, tmp_path: Path) -> None:
    text = f'extends = "hipaa-safe-harbor"\n[files]\n{YEARS}\n[dicom.attributes]\nStudyDate = "Z"\n'
    go({"1": of(1, "7", StudyDate="20200615")}, "7,A-1", text=text)
    assert "2020" not in "".join(tree(tmp_path / "out"))
