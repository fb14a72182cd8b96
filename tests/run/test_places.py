from pathlib import Path
from typing import Any

import pytest

from bme_med.core import UsageError
from bme_med.run import make_job
from bme_med.run.places import check_places
from tests.run.making import snapshot


def check(source: Path, out: Path, *, resume: bool = False, **options: Any) -> None:
    check_places(make_job([source], out, **options).places, resume=resume)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "file").touch()
    return folder


@pytest.mark.parametrize(
    ("out", "options", "message"),
    [
        ("in", {}, "lies inside the input"),
        ("in/sub/clean", {}, "lies inside the input"),
        (".", {}, "lies inside the output"),
        ("link to in/clean", {}, "lies inside the input"),
        ("in/file", {}, "lies inside the input"),
        ("a file", {}, "is a file"),
        ("full", {}, "is not empty"),
        ("clean", {"audit": "clean/a.jsonl"}, "audit .* lies inside the output"),
        ("clean", {"audit": "in/a.jsonl"}, "audit .* lies inside the input"),
        ("clean", {"audit": "gone/a.jsonl"}, "there is no folder"),
        ("clean", {"audit": "a file"}, "lies at .* already"),
        ("clean", {"key_file": "clean/key"}, "key file .* lies inside the output"),
        ("left", {}, "did not complete"),
        ("/", {}, "no folder that a run could make"),
    ],
)
def test_what_would_mix_input_output_and_audit_is_an_error_before_anything_is_written(
    tmp_path: Path, source: Path, out: str, options: dict[str, Any], message: str
) -> None:
    (tmp_path / "link to in").symlink_to(source)
    (tmp_path / "a file").touch()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    (tmp_path / "left.run").mkdir()
    before = snapshot(tmp_path)
    with pytest.raises(UsageError, match=message):
        check(source, tmp_path / out, **{name: tmp_path / path for name, path in options.items()})
    assert snapshot(tmp_path) == before


def test_a_missing_input_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no input .*gone"):
        check(tmp_path / "gone", tmp_path / "out")


def test_an_empty_folder_and_a_sibling_with_a_longer_name_are_fine(tmp_path: Path, source: Path) -> None:
    (tmp_path / "in-clean").mkdir()
    check(source, tmp_path / "in-clean")
    check(source, tmp_path / "new" / "deep" / "clean")


def test_there_is_nothing_to_resume_without_an_audit(tmp_path: Path, source: Path) -> None:
    with pytest.raises(UsageError, match="there is no audit"):
        check(source, tmp_path / "out", resume=True)


@pytest.mark.parametrize(
    "options", [{"resume": True, "dry_run": True}, {"retry_refused": True}], ids=["dry", "retry"]
)
def test_options_that_make_no_sense_together_are_refused(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        make_job([tmp_path], tmp_path / "out", **options)


def test_the_audit_lies_beside_the_output(tmp_path: Path) -> None:
    places = make_job([tmp_path], tmp_path / "clean.v1").places
    assert places.audit == tmp_path / "clean.v1.audit.jsonl"
    assert places.state == tmp_path / "clean.v1.run"
