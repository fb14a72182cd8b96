"""`bme-med convert`: a run like any other, with pixels saved anew."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.calling import call
from tests.photo.heif_making import assemble, coded, metadata
from tests.photo.judging import residue
from tests.photo.making import exif, png, token
from tests.run.making import instance

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "IMG_0001.HEIC").write_bytes(assemble([coded(), metadata(b"Exif", exif(1))]))
    (folder / "scan.png").write_bytes(png())
    (folder / "I1").write_bytes(instance(1))
    return folder


def test_photos_are_converted_and_the_audit_says_so(tmp_path: Path, source: Path, capsys: Capture) -> None:
    out = tmp_path / "out"
    result = call(capsys, "convert", source, "--out", out, "--to", "jpeg", "--max-side", 32, "--json")
    document = json.loads(result.out)
    assert (result.code, document["written"], document["refused"]) == (1, 2, 1)
    assert sorted(path.name for path in out.iterdir()) == ["Study_001.jpg", "Study_002.jpg"]
    for path in out.iterdir():
        data = path.read_bytes()
        assert max(Image.open(io.BytesIO(data)).size) == 32
        assert not residue(data, [token(number) for number in range(6)])
    audit = (tmp_path / "out.audit.jsonl").read_text()
    assert audit.count("decoded and saved anew as JPEG, quality 90, longest side at most 32") == 3
    assert call(capsys, "audit", "check", tmp_path / "out.audit.jsonl").code == 0


def test_png_and_a_summary_for_people(tmp_path: Path, source: Path, capsys: Capture) -> None:
    result = call(capsys, "convert", source / "IMG_0001.HEIC", "--out", tmp_path / "out", "--to", "png")
    assert result.code == 0
    assert "saved anew" in result.out
    assert (tmp_path / "out" / "Study_001.png").is_file()


def test_the_input_does_not_change_and_out_must_be_new(tmp_path: Path, source: Path, capsys: Capture) -> None:
    before = {path.name: path.read_bytes() for path in source.iterdir()}
    words = ("convert", source, "--out", tmp_path / "out", "--to", "png")
    assert call(capsys, *words).code == 1
    assert call(capsys, *words).code == 2
    assert {path.name: path.read_bytes() for path in source.iterdir()} == before


@pytest.mark.parametrize(
    "words", [("--to", "gif"), ("--to", "jpeg", "--quality", 0), ("--to", "png", "--max-side", 1), ()]
)
def test_bad_usage_writes_nothing(
    tmp_path: Path, source: Path, capsys: Capture, words: tuple[object, ...]
) -> None:
    assert call(capsys, "convert", source, "--out", tmp_path / "out", *words).code == 2
    assert not (tmp_path / "out").exists()
