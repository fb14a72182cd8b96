import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import bme_med
from bme_med.core.resources import option_names, profile_names
from bme_med.verify import files
from tests.audit.making import write_audit
from tests.cli.calling import call, program, start
from tests.docs.reading import commands
from tests.photo.making import jpeg
from tests.run.making import instance, mixed_folder, snapshot

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_has_help(words: tuple[str, ...], capsys: Capture) -> None:
    result = call(capsys, *words, "--help")
    assert result.code == 0
    assert " ".join(("Usage: bme-med", *words)) in result.out
    assert max(map(len, result.out.splitlines())) <= 110


def test_the_version_is_the_packages(capsys: Capture) -> None:
    assert call(capsys, "--version").out == f"bme-med {bme_med.__version__}\n"


def test_a_misspelt_command_is_bad_usage(capsys: Capture) -> None:
    assert call(capsys, "deidd").code == 2


def test_completion_offers_commands() -> None:
    asked = {"_BME_MED_COMPLETE": "complete_bash", "COMP_WORDS": "bme-med de", "COMP_CWORD": "1"}
    process = subprocess.run([program()], env=asked, capture_output=True, check=False)
    assert process.stdout.split() == [b"deid"]


def test_help_imports_none_of_what_commands_need() -> None:
    code = "import sys, bme_med.cli.app; print(*sys.modules)"
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=unmeasured)
    loaded = child.stdout.decode()
    late = {"rich", "pydicom", "pyexiv2", "multiprocessing", "concurrent", "bme_med.core", "bme_med.run"}
    assert not late & set(loaded.split())


def test_inspect_shows_a_scan_and_writes_nothing(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "scan").write_bytes(instance(1))
    before = snapshot(tmp_path)
    result = call(capsys, "inspect", tmp_path / "scan")
    assert result.code == 0
    for text in ("(0010,0010) PatientName", "Quillfeather^Oriana", "dummy", "PS3.15"):
        assert text in result.out
    assert snapshot(tmp_path) == before


def test_inspect_shows_a_photo(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "photo").write_bytes(jpeg("RGB", comment=b"ZQ"))
    document = json.loads(call(capsys, "inspect", tmp_path / "photo", "--json").out)
    assert {"where": "Comment", "before": "ZQ"}.items() <= document["rows"][-1].items()


def test_inspect_shows_a_folder(tmp_path: Path, capsys: Capture) -> None:
    folder = mixed_folder(tmp_path / "in")
    result = call(capsys, "inspect", folder)
    assert result.code == 0
    assert result.out.startswith("23 found: 1 patients, 1 studies.")
    assert json.loads(call(capsys, "inspect", folder, "--json").out)["found"] == 23


def test_inspect_of_nothing_is_bad_usage(tmp_path: Path, capsys: Capture) -> None:
    assert call(capsys, "inspect", tmp_path / "gone").code == 2


def test_profiles_are_listed_and_shown(capsys: Capture) -> None:
    listed = json.loads(call(capsys, "profiles", "list", "--json").out)
    shown = call(capsys, "profiles", "list").out
    assert all(one["name"] in shown and one["title"] in shown for one in listed)
    assert {one["name"] for one in listed if one["kind"] == "option"} == set(option_names())
    missing = {one["name"] for one in listed if not one["available"]}
    assert missing == {"option-clean-recognizable-visual-features"}
    assert shown.count("not in this version") == len(missing)
    profiles = [one for one in listed if one["kind"] == "profile"]
    assert [profile["name"] for profile in profiles] == profile_names()
    for profile in profiles:
        assert json.loads(call(capsys, "profiles", "show", profile["name"], "--json").out)["name"]
    assert "dates.policy" in call(capsys, "profiles", "show", "hipaa-safe-harbor").out


def test_a_profile_is_checked(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "p.toml"
    path.write_text('name = "p"\nextends = "ps315-basic"\n')
    assert call(capsys, "profiles", "check", path).code == 0
    path.write_text('name = "p"\n[dicom.attributes]\nPatientsName = "K"\n')
    result = call(capsys, "profiles", "check", path)
    assert result.code == 2
    assert "PatientsName" in result.err


def test_the_schema_accepts_what_the_loader_accepts(capsys: Capture) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(call(capsys, "profiles", "schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"name": "x", "dates": {"policy": "year"}}, schema)


def test_a_new_key_is_its_owners_alone_and_never_overwritten(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "k"
    assert call(capsys, "key", "new", path).code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    assert call(capsys, "key", "new", path).code == 2
    assert path.read_bytes() == before
    assert before.split()[1].decode() not in call(capsys, "key", "new", path).err


def test_an_audit_is_shown_and_checked(tmp_path: Path, capsys: Capture) -> None:
    call(capsys, "deid", mixed_folder(tmp_path / "in"), "--out", tmp_path / "out")
    audit = tmp_path / "out.audit.jsonl"
    shown = call(capsys, "audit", "show", audit)
    assert shown.code == 0
    for text in ("complete  yes", "23 found", "notes.txt", "Study_001.jpg"):
        assert text in shown.out
    assert re.search(r"^ +7   \w+ +", shown.out, re.MULTILINE), "sources have the numbers of a report"
    assert call(capsys, "audit", "check", audit).code == 0
    shutil.copy(audit, tmp_path / "changed")
    with open(tmp_path / "changed", "r+b") as file:
        file.seek(-400, 2)
        file.write(b"00")
    result = call(capsys, "audit", "check", tmp_path / "changed")
    assert result.code == 1
    assert "line " in result.out
    assert json.loads(call(capsys, "audit", "check", tmp_path / "changed", "--json").out)[0]["line"]
    assert call(capsys, "audit", "check", tmp_path / "gone").code == 2


def test_the_check_of_an_audit_tells_a_run_that_stopped_from_one_that_was_changed(
    tmp_path: Path, capsys: Capture
) -> None:
    write_audit(tmp_path / "a", complete=False)
    stopped = call(capsys, "audit", "check", tmp_path / "a")
    assert stopped.code == 1
    assert "1 finding: " in stopped.err
    assert "--resume" in stopped.err
    write_audit(tmp_path / "b")
    (tmp_path / "b").write_bytes((tmp_path / "b").read_bytes().replace(b"a.dcm", b"b.dcm"))
    changed = call(capsys, "audit", "check", tmp_path / "b")
    assert changed.err.endswith("this audit proves nothing any more\n")
    assert "--resume" not in changed.err


def test_what_is_no_regular_file_is_called_so(capsys: Capture) -> None:
    done = call(capsys, "inspect", "/dev/null")
    assert "not a regular file: leave it out" in done.out + done.err


def test_a_pipe_that_closes_is_no_fault(tmp_path: Path) -> None:
    process = start("profiles", "schema")
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert b"Traceback" not in process.stderr.read()
    process.wait()


def test_a_signal_amid_a_check_is_no_finding(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scan").write_bytes(instance(1))
    monkeypatch.setattr(files, "open_data", lambda _: os.kill(os.getpid(), signal.SIGINT))
    result = call(capsys, "verify", tmp_path, "--profile", "ps315-basic")
    assert (result.code, result.out, result.err) == (3, "", "bme-med: interrupted by SIGINT\n")
