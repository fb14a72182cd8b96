import json
import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import pytest

from bme_med import engines
from tests.cli.calling import call, program, start
from tests.run.making import instance, key_file, mixed_folder, snapshot, tree

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return mixed_folder(tmp_path / "in")


@pytest.fixture
def clean_source(tmp_path: Path) -> Path:
    folder = tmp_path / "clean in"
    folder.mkdir()
    (folder / "I1").write_bytes(instance(1))
    (folder / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
    return folder


def test_a_run_prints_what_was_written_refused_and_removed(
    tmp_path: Path, source: Path, capsys: Capture
) -> None:
    result = call(capsys, "deid", source, "--out", tmp_path / "out", "--workers", 1)
    assert (result.code, result.err) == (1, "")
    assert result.out.startswith("23 found: 15 written, 4 refused, 4 skipped")
    for text in ("Refused", "notes.txt", "Skipped", "emptied", "patient", "164.514(c)", "forgotten"):
        assert text in result.out
    assert "burned-in text was not looked for" in result.out
    assert str(tmp_path / "out.audit.jsonl") in result.out


def test_nothing_refused_is_exit_code_zero_even_where_something_was_skipped(
    tmp_path: Path, clean_source: Path, capsys: Capture
) -> None:
    assert call(capsys, "deid", clean_source, "--out", tmp_path / "out").code == 0


def test_json_is_one_document_on_stdout(tmp_path: Path, source: Path, capsys: Capture) -> None:
    key = key_file(tmp_path)
    result = call(capsys, "deid", source, "--out", tmp_path / "out", "--json", "--key-file", key)
    document = json.loads(result.out)
    assert (result.code, result.err) == (1, "")
    assert document["found"] == document["written"] + document["refused"] + document["skipped"] == 23
    assert sum(group["count"] for group in document["refused_by_reason"]) == document["refused"]
    assert document["key"] == "kept"
    assert "files" not in document


def test_a_map_and_a_crosswalk_are_named_with_what_they_are(
    tmp_path: Path, clean_source: Path, capsys: Capture
) -> None:
    names, table = tmp_path / "map.csv", tmp_path / "crosswalk.csv"
    names.write_text("source,subject\nZQ-90210,KNEE-01\nZQ-9021O,KNEE-02\n")
    words = ("deid", clean_source, "--subjects", names, "--crosswalk", table, "--workers", 1)
    seen = call(capsys, *words, "--out", tmp_path / "out")
    assert (seen.code, seen.err) == (0, "")
    for text in (
        f"{names} (it leads",
        "fits line 3",
        f"{table}. It leads",
        "limited data set",
        "still leads back",
    ):
        assert text in " ".join(seen.out.split())
    assert "ZQ-90210" not in seen.out
    for path in tmp_path.glob("crosswalk*.csv"):
        path.unlink()
    document = json.loads(call(capsys, *words, "--out", tmp_path / "other", "--json").out)
    assert (document["subjects"], document["crosswalk"]) == (str(names), str(table))
    assert document["subjects_lines_unmatched"] == [3]


def test_a_new_dicomdir_is_mentioned(tmp_path: Path, clean_source: Path, capsys: Capture) -> None:
    profile = tmp_path / "disc.toml"
    profile.write_text('name = "disc"\nextends = "hipaa-safe-harbor"\n[files]\ndicomdir = "rebuild"\n')
    seen = call(capsys, "deid", clean_source, "--out", tmp_path / "out", "--profile", profile)
    assert seen.code == 0
    assert "dicomdir  made anew: it refers to every instance of the output" in seen.out


def test_a_dry_run_lists_what_would_become_of_each_file(
    tmp_path: Path, source: Path, capsys: Capture
) -> None:
    before = snapshot(tmp_path)
    result = call(capsys, "deid", source, "--out", tmp_path / "out", "--dry-run", "--json")
    document = json.loads(result.out)
    assert result.code == 1
    assert len(document["files"]) == document["found"]
    assert call(capsys, "deid", source, "--out", tmp_path / "out", "--dry-run").out.startswith("Dry run")
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["in", "--out", "in/out"], "lies inside the input"),
        (["gone", "--out", "out"], "there is no input gone: look whether the name is right"),
        (
            ["in", "--out", "out", "--audit", "gone/a.jsonl"],
            "make it, or give another --audit",
        ),
        (["in", "--out", "out", "--profile", "gone.toml"], "bme-med profiles list"),
        (["in", "--out", "out", "--profile", "hippa-safe-harbor"], "did you mean 'hipaa-safe-harbor'"),
        (["in", "--out", "out", "--key-file", "gone.key"], "bme-med key new"),
        (["in", "--out", "out", "--resume"], "there is no audit"),
        (["in", "--out", "out", "--retry-refused"], "--resume"),
        (["in", "--out", "out", "--subjects", "gone.csv"], "or leave --subjects out"),
        (["in", "--out", "out", "--subjects", "in/notes.txt"], "line 1: expected the columns source,subject"),
        (["in", "--out", "out", "--crosswalk", "out/x.csv"], "out/x.csv lies inside the output"),
        (["in"], "--out"),
        (["in", "--out", "out", "--workers", "0"], "--workers"),
        (["in", "--out", "out", "--audit-names", "hash"], "--audit-names"),
    ],
)
def test_bad_usage_is_one_message_and_exit_code_two_and_nothing_is_written(
    tmp_path: Path,
    source: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = snapshot(tmp_path)
    result = call(capsys, "deid", *words)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert "Traceback" not in result.err
    assert snapshot(tmp_path) == before


def test_a_profile_that_is_wrong_names_file_key_and_what_was_expected(
    tmp_path: Path, source: Path, capsys: Capture
) -> None:
    profile = tmp_path / "ours.toml"
    profile.write_text('name = "ours"\n[dates]\npolcy = "year"\n')
    result = call(capsys, "deid", source, "--out", tmp_path / "out", "--profile", profile)
    assert result.code == 2
    for text in ("ours.toml", "dates.polcy", "dates.policy"):
        assert text in result.err


def test_names_that_could_steer_a_terminal_or_are_no_text_are_escaped(
    tmp_path: Path, capsys: Capture
) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for name in (b"\xff\x1b[2J", b"line\nbreak", b"[red]markup[red]"):
        with open(os.fsencode(source) + b"/" + name, "wb") as file:
            file.write(name + b" is a text")
    result = call(capsys, "deid", source, "--out", tmp_path / "out")
    assert "\x1b" not in result.out
    document = json.loads(call(capsys, "audit", "show", tmp_path / "out.audit.jsonl", "--json").out)
    names = {os.fsencode(record["filename"]) for record in document["records"]}
    assert names == {b"\xff\x1b[2J", b"line\nbreak", b"[red]markup[red]"}
    shown = call(capsys, "audit", "show", tmp_path / "out.audit.jsonl").out
    for text in (r"\udcff\x1b[2J", r"line\nbreak", "[red]markup[red]"):
        assert text in shown


def test_a_fault_of_ours_is_one_line_without_values(
    tmp_path: Path, source: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("Quillfeather^Oriana")

    monkeypatch.setattr(engines, "prepare", fail)
    result = call(capsys, "deid", source, "--out", tmp_path / "out")
    assert result.code == 3
    assert "internal error (KeyError)" in result.err
    assert "Quillfeather" not in result.err
    assert "Traceback" not in result.err


def test_a_signal_outside_the_work_on_files_is_one_line_too(
    tmp_path: Path, source: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "prepare", lambda *_: os.kill(os.getpid(), signal.SIGINT))
    result = call(capsys, "deid", source, "--out", tmp_path / "out")
    assert (result.code, result.err) == (3, "bme-med: interrupted by SIGINT\n")


def test_the_place_of_a_fault_is_shown_on_request(
    tmp_path: Path, source: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(engines, "prepare", fail)
    monkeypatch.setenv("BME_MED_DEBUG", "1")
    with pytest.raises(KeyError):
        call(capsys, "deid", source, "--out", tmp_path / "out")


def test_an_empty_input_is_said_to_be_empty(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "in").mkdir()
    result = call(capsys, "deid", tmp_path / "in", "--out", tmp_path / "out")
    assert result.code == 0
    assert "Nothing was found in the input." in result.out


def test_progress_shows_on_a_terminal_only(tmp_path: Path, source: Path) -> None:
    silent = start("deid", source, "--out", tmp_path / "silent")
    assert silent.communicate()[1] == b""
    main_end, far_end = pty.openpty()
    command = [program(), "deid", str(source), "--out", str(tmp_path / "seen")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=far_end) as seen:
        os.close(far_end)
        assert seen.stdout
        assert b"\x1b" not in seen.stdout.read()
    assert b"de-identifying" in os.read(main_end, 100_000)
    os.close(main_end)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_how_to_go_on_and_resume_finishes_it(tmp_path: Path, number: int) -> None:
    source = tmp_path / "in"
    source.mkdir()
    template = instance(1)
    for n in range(1000):
        (source / f"{n:04}").write_bytes(template.replace(b"1.2.3.1.1", b"9.%07d" % n))
    key = key_file(tmp_path)
    process = start("deid", source, "--out", tmp_path / "out", "--key-file", key, "--workers", 2)
    while not list(tmp_path.glob("out/.bme-med-*/*")):
        time.sleep(0.001)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert b"Traceback" not in err
    assert process.returncode == 3
    assert b"--resume" in out
    resumed = start("deid", source, "--out", tmp_path / "out", "--key-file", key, "--resume", "--json")
    document = json.loads(resumed.communicate()[0])
    assert (resumed.returncode, document["written"]) == (0, 1000)
    start("deid", source, "--out", tmp_path / "undisturbed", "--key-file", key).communicate()
    assert tree(tmp_path / "out") == tree(tmp_path / "undisturbed")


def test_a_reader_that_leaves_early_is_no_fault(tmp_path: Path, source: Path) -> None:
    process = start("deid", source, "--out", tmp_path / "out", "--dry-run", "--json")
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    assert b"Traceback" not in process.stderr.read()
    process.wait()
