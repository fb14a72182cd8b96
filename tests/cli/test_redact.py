"""`bme-med redact`."""

import errno
import json
import os
import signal
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image

from bme_med import engines
from bme_med.audit import AuditWriter, check_file
from tests.cli.calling import call
from tests.dicom.making import mr_instance
from tests.photo.making import jpeg
from tests.run.making import instance, key_file, records


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "scan.dcm"
    path.write_bytes(instance(1, BurnedInAnnotation="YES"))
    return path


def test_one_file_is_painted_over_and_deidentified_with_an_audit(
    scan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = scan.with_name("clean.dcm")
    result = call(capsys, "redact", scan, "--out", out, "--box", "1,1,2,2", "--profile", "ps315-basic")
    assert result.code == 0, result
    assert "painted over" in result.out
    ds = pydicom.dcmread(out)
    assert str(ds.PatientName) != "Quillfeather^Oriana"
    assert ds.BurnedInAnnotation == "NO"
    before = mr_instance().pixel_array
    assert np.array_equal(ds.pixel_array != before, [[0] * 4, [0, 1, 1, 0], [0, 1, 1, 0], [0] * 4])
    audit = scan.with_name("clean.dcm.audit.jsonl")
    assert audit.stat().st_mode & 0o777 == 0o600
    assert check_file(audit) == []
    (record,) = records(audit)
    assert record["status"] == "written"
    assert record["output"] == "clean.dcm"
    assert {"where": "(7FE0,0010) PixelData: 1,1,2,2", "code": "redact", "rule": "drawn"} in record["actions"]
    assert not list(scan.parent.glob(".bme-med-*"))


def test_the_same_key_gives_the_same_bytes(scan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = key_file(scan.parent)
    outputs = []
    for name in ("a.dcm", "b.dcm"):
        words = ("--box", "0,0,1,1", "--key-file", key, "--profile", "ps315-basic")
        assert call(capsys, "redact", scan, "--out", scan.with_name(name), *words).code == 0
        outputs.append(scan.with_name(name).read_bytes())
    assert outputs[0] == outputs[1]


def test_what_is_refused_leaves_an_audit_and_no_output(
    scan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = scan.with_name("clean.dcm")
    result = call(capsys, "redact", scan, "--out", out, "--profile", "ps315-basic", "--json")
    assert result.code == 1
    assert not out.exists()
    assert (json.loads(result.out)["refused"], json.loads(result.out)["out"]) == (1, "")
    assert records(scan.with_name("clean.dcm.audit.jsonl"))[0]["status"] == "refused"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_neither_an_output_nor_an_audit(
    scan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    monkeypatch.setattr(engines, "plan", lambda *_: os.kill(os.getpid(), number))
    words = ("--out", scan.with_name("clean.dcm"), "--box", "1,1,2,2", "--profile", "ps315-basic")
    result = call(capsys, "redact", scan, *words)
    assert (result.code, result.err) == (3, f"bme-med: interrupted by {number.name}\n")
    assert list(scan.parent.iterdir()) == [scan]


def test_a_full_disk_leaves_neither_an_output_nor_an_audit(
    scan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(AuditWriter, "flush", fail)
    words = ("--out", scan.with_name("clean.dcm"), "--box", "1,1,2,2", "--profile", "ps315-basic")
    assert call(capsys, "redact", scan, *words).code == 3
    assert list(scan.parent.iterdir()) == [scan]


def test_a_photo_is_painted_with_boxes_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo, boxes, out = (tmp_path / name for name in ("arm.jpg", "boxes.json", "clean.jpg"))
    photo.write_bytes(jpeg("RGB"))
    box = {"x": 0, "y": 0, "w": 10, "h": 10}
    document = {
        "files": [
            {"match": {"path": "arm.jpg"}, "boxes": [box]},
            {"match": {"path": "leg.jpg"}, "boxes": [{**box, "x": 30}]},
        ]
    }
    boxes.write_text(json.dumps(document))
    result = call(capsys, "redact", photo, "--out", out, "--boxes", boxes, "--profile", "ps315-basic")
    assert result.code == 0, result
    samples = np.asarray(Image.open(out).convert("L"))
    assert samples[:10, :10].max() == 0
    assert samples[:, 30:].max() > 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--box", "1,2,3"), "--box: expected"),
        (("--detect", "words"), "--detect: 'words' is not known"),
        (("--boxes", "none.json"), "none.json"),
        (("--profile", "none"), "none"),
    ],
)
def test_wrong_use_writes_nothing(
    scan: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, str], expected: str
) -> None:
    before = sorted(scan.parent.iterdir())
    result = call(capsys, "redact", scan, "--out", scan.with_name("clean.dcm"), *words)
    assert result.code == 2
    assert expected in result.err
    assert sorted(scan.parent.iterdir()) == before


def test_nothing_is_overwritten(scan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = scan.read_bytes()
    assert call(capsys, "redact", scan, "--out", scan, "--box", "0,0,1,1").code == 2
    assert scan.read_bytes() == before
    out = scan.with_name("clean.dcm")
    scan.with_name("clean.dcm.audit.jsonl").write_text("mine")
    assert call(capsys, "redact", scan, "--out", out, "--box", "0,0,1,1").code == 2
    assert not out.exists()


def test_a_run_over_a_folder_takes_the_same_boxes_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    for number in (1, 2):
        (scans / f"{number}.dcm").write_bytes(instance(number, BurnedInAnnotation="YES"))
    boxes = tmp_path / "boxes.json"
    rule = {"match": {"path": "1.dcm"}, "boxes": [{"x": 0, "y": 0, "w": 1, "h": 1}]}
    boxes.write_text(json.dumps({"files": [rule]}))
    words = ("--out", tmp_path / "out", "--boxes", boxes, "--profile", "ps315-basic", "--json")
    result = call(capsys, "deid", scans, *words)
    document = json.loads(result.out)
    assert (document["written"], document["refused"]) == (1, 1)


def test_a_run_is_resumed_with_the_same_boxes_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    (scans / "1.dcm").write_bytes(instance(1))
    boxes = tmp_path / "boxes.json"
    boxes.write_text('{"files": [{"boxes": [{"x": 0, "y": 0, "w": 1, "h": 1}]}]}')
    key = key_file(tmp_path)
    words = ("--out", tmp_path / "out", "--key-file", key, "--profile", "ps315-basic")
    assert call(capsys, "deid", scans, *words, "--boxes", boxes).code == 0
    result = call(capsys, "deid", scans, *words, "--resume")
    assert result.code == 2
    assert "--boxes" in result.err
    assert call(capsys, "deid", scans, *words, "--boxes", boxes, "--resume").code == 0


def test_a_boxes_file_is_checked_and_its_schema_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boxes = tmp_path / "boxes.json"
    boxes.write_text('{"files": [{"boxes": [{"x": 0, "y": 0, "w": 1, "h": 1}]}]}')
    assert "1 boxes under 1 conditions" in call(capsys, "boxes", "check", boxes).out
    boxes.write_text('{"files": [{"boxes": []}]}')
    result = call(capsys, "boxes", "check", boxes)
    assert (result.code, "files[0]" in result.err) == (2, True)
    assert json.loads(call(capsys, "boxes", "schema").out)["title"] == "bme-med boxes"


@pytest.mark.parametrize(
    ("name", "box"),
    [
        *(("scan.dcm", box) for box in ("900,1,2,2", "1,1,2,2@2", "0,-900,0,3")),
        *(("arm.jpg", box) for box in ("900,1,2,2", "0,-900,0,3")),
    ],
)
def test_a_box_that_covers_nothing_is_refused_with_its_reason(
    scan: Path, capsys: pytest.CaptureFixture[str], name: str, box: str
) -> None:
    (scan.parent / "arm.jpg").write_bytes(jpeg("RGB"))
    out = scan.with_name("clean")
    words = ("--out", out, f"--box={box}", "--profile", "ps315-basic")
    result = call(capsys, "redact", scan.with_name(name), *words)
    assert result.code == 1
    assert not out.exists()
    (record,) = records(scan.with_name("clean.audit.jsonl"))
    assert f"the box {box} covers nothing of the picture" in record["reason"]


def boxes_file(folder: Path, *paths: str) -> Path:
    files = [{"match": {"path": path}, "boxes": [{"x": 1, "y": 1, "w": 2, "h": 2}]} for path in paths]
    (folder / "boxes.json").write_text(json.dumps({"files": files}))
    return folder / "boxes.json"


def test_a_file_that_no_entry_of_the_boxes_is_for_is_refused(
    scan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boxes, out = boxes_file(scan.parent, "scna.dcm"), scan.with_name("clean.dcm")
    words = ("--out", out, "--boxes", boxes, "--detect", "text", "--profile", "ps315-basic")
    assert call(capsys, "redact", scan, *words).code == 1
    assert not out.exists()
    (record,) = records(scan.with_name("clean.dcm.audit.jsonl"))
    assert "none of the boxes is for this file" in record["reason"]


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_run_names_the_boxes_that_were_for_no_file(
    scan: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...]
) -> None:
    boxes = boxes_file(scan.parent, "scan.dcm", "scna.dcm")
    words = ("--boxes", boxes, "--profile", "ps315-basic", *more)
    result = call(capsys, "deid", scan, "--out", scan.with_name("a"), *words)
    assert (result.code, "of drawn 2, none was painted" in result.out) == (0, True)
    result = call(capsys, "deid", scan, "--out", scan.with_name("b"), *words, "--json")
    assert json.loads(result.out)["boxes_unused"] == ["drawn 2"]
