from pathlib import Path

import pytest

from bme_med import dicom
from bme_med.run import Survey, inspect_path, load_profile
from bme_med.run.surveying import survey
from tests.run.making import instance, mixed_folder, run, snapshot

PROFILE = load_profile("hipaa-safe-harbor")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = mixed_folder(tmp_path / "in")
    (folder / "us.dcm").write_bytes(
        instance(50, 9, Modality="US", StudyInstanceUID="1.2.9", PatientID="ZQ-2")
    )
    (folder / "broken.dcm").write_bytes(instance(51)[:300])
    return folder


@pytest.mark.parametrize("workers", [1, 3])
def test_a_folder_is_told_by_patient_study_series_and_kind(source: Path, workers: int) -> None:
    before = snapshot(source)
    result = survey([source], PROFILE, workers)
    series = {(s.patient, s.series): s for s in result.series if s.study}
    assert {key: s.files for key, s in series.items()} == {
        ("ZQ-2", "1.2.3.9"): 1,
        ("ZQ-90210", "1.2.3.0"): 5,
        ("ZQ-90210", "1.2.3.1"): 5,
        ("ZQ-90210", "1.2.3.2"): 4,
    }
    assert (series["ZQ-2", "1.2.3.9"].risky, series["ZQ-2", "1.2.3.9"].refused) == (1, 0)
    refusing = survey([source], load_profile("ps315-basic"), workers).series
    assert sum(s.refused for s in refusing if s.patient == "ZQ-2") == 1
    assert series["ZQ-90210", "1.2.3.1"].kind == "MR image"
    assert snapshot(source) == before


def test_files_without_a_patient_come_last_by_what_they_are(source: Path) -> None:
    others = {s.kind: (s.files, s.refused) for s in survey([source], PROFILE, 1).series if not s.study}
    assert others == {
        "empty file": (1, 1),
        "jpeg file": (4, 0),
        "png file": (1, 0),
        "unknown file": (1, 1),
        "unreadable DICOM": (1, 1),
    }


def test_found_is_what_is_in_series_or_skipped(source: Path) -> None:
    result = survey([source], PROFILE, 1)
    assert result.found == sum(s.files for s in result.series) + sum(result.skipped.values())


def test_what_a_survey_calls_refused_a_run_refuses(source: Path) -> None:
    expected = survey([source], load_profile("ps315-basic"), 1)
    summary = run(source, source.parent / "out", profile="ps315-basic")
    clashes_and_photos = 2  # a glance at headers finds neither the broken photo nor the instance met twice
    assert summary.counts["refused"] == sum(expected.problems.values()) + clashes_and_photos  # type: ignore[index]


def test_a_folder_is_surveyed_where_a_file_would_be_inspected(source: Path) -> None:
    result = inspect_path(source, PROFILE)
    assert isinstance(result, Survey)
    assert result.to_json()["found"] == result.found


def test_links_and_faults_are_counted_and_end_nothing(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (source / "out of here").symlink_to("/")
    (source / "again").symlink_to(source / "us.dcm")

    def fail(*_: object, **__: object) -> None:
        raise KeyError("Quillfeather")

    monkeypatch.setattr(dicom, "summarize", fail)
    result = survey([source], PROFILE, 1)
    assert result.problems["internal error (KeyError)"] == 16
    assert sum("link that leaves" in problem for problem in result.problems) == 1
    assert sum("link to something" in reason for reason in result.skipped) == 1
