"""The self-test finds what a profile leaves, says why, and leaves nothing behind."""

import io
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from bme_med.core import UsageError
from bme_med.run import check_profile
from bme_med.selftest import Result, selftest
from bme_med.selftest.sampling import samples_in
from bme_med.selftest.trying import _Tester
from bme_med.verify.tables import load_tables
from tests.cli.calling import call
from tests.oracles.planting import EVERY_ENCODING, encode, small_mr
from tests.oracles.runs import PROFILE_NAMES
from tests.photo.making import bmp, gif, jpeg, png, tiff, webp
from tests.run.making import snapshot

PHOTOS: dict[str, Callable[[], bytes]] = {
    "jpeg": jpeg,
    "png": png,
    "gif": gif,
    "tiff": tiff,
    "webp": webp,
    "bmp": bmp,
}


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """One small instance."""
    folder = tmp_path / "scans"
    folder.mkdir()
    (folder / "a.dcm").write_bytes(encode(small_mr(), EVERY_ENCODING["explicit"], load_tables()))
    return folder


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary files go; empty again at the end of each test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def profile_of(folder: Path, text: str, name: str = "ours") -> str:
    path = folder / f"{name}.toml"
    path.write_text(f'name = "{name}"\n{text}')
    return str(path)


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_nothing_is_left_that_a_ready_made_profile_does_not_allow(name: str, scans: Path) -> None:
    result = selftest(scans, name)
    assert result.leaked == {}
    assert result.planted > 1_600
    assert result.gone > result.planted * 0.85
    assert result.unplanted == 0
    assert result.exit_code == 0


@pytest.mark.parametrize("encoding", EVERY_ENCODING)
def test_every_encoding_takes_tokens(encoding: str, scans: Path) -> None:
    (scans / "a.dcm").write_bytes(encode(small_mr(), EVERY_ENCODING[encoding], load_tables()))
    result = selftest(scans, "ps315-basic")
    assert result.leaked == {}
    assert result.planted > 1_600
    assert result.unplanted == (8 if encoding == "implicit" else 0), "pydicom does not know them yet"


def test_a_rule_taken_out_of_a_profile_shows(scans: Path, tmp_path: Path) -> None:
    without = profile_of(
        tmp_path, 'extends = "ps315-basic"\n[dicom.attributes]\nPatientName = "K"\n"(0008,0020)" = "K"\n'
    )
    left = {place: why for place, why in selftest(scans, without).allowed if "profile says so" in why}
    assert left["(0010,0010) PatientName"] == "the profile says so: PatientName"
    assert left["(0010,0010) PatientName, in items"] == "the profile says so: PatientName"
    assert left["(0008,0020) StudyDate"] == "the profile says so: (0008,0020)", (
        "dates are seen in their place"
    )


def test_an_option_is_named_as_what_kept_a_token(scans: Path, tmp_path: Path) -> None:
    devices = profile_of(tmp_path, 'extends = ["ps315-basic", "option-retain-device-identity"]\n')
    kept = selftest(scans, devices).allowed
    assert kept["(0018,1000) DeviceSerialNumber", "retain-device-identity (PS3.15 Table E.1-1)"]
    assert not any(place.startswith("(0010,0010)") for place, _ in kept)


def test_what_a_run_leaves_although_the_profile_forbids_it_is_found(scans: Path, tmp_path: Path) -> None:
    lax = profile_of(
        tmp_path,
        'extends = "ps315-basic"\n[dicom.attributes]\nPatientName = "K"\nPatientBirthDate = "K"\n'
        'StudyInstanceUID = "K"\n[files]\nnames = "keep"\n',
        "lax",
    )
    for name, photo in PHOTOS.items():
        (scans / name).write_bytes(photo())
    tester = _Tester(check_profile("ps315-basic"))
    with tempfile.TemporaryDirectory() as home:
        tester.plant_all(scans, Path(home) / "in")
        tester.run(Path(home), lax)
    left = {place for place, _ in tester.result.leaked}
    for attribute in (
        "(0010,0010) PatientName",
        "(0010,0030) PatientBirthDate",
        "(0020,000D) StudyInstanceUID",
    ):
        assert {attribute, f"{attribute}, in items"} <= left
    assert "name of folder and file" in left
    assert sum(place.startswith("a name in ") for place in left) == 7, "of each character set"
    assert not any("Accession" in place or "Exif" in place for place in left)
    assert tester.result.exit_code == 1


@pytest.mark.parametrize("name", PHOTOS)
def test_every_place_of_a_photo_takes_a_token_and_loses_it(name: str, scans: Path) -> None:
    (scans / "a.dcm").unlink()
    (scans / "photo").write_bytes(PHOTOS[name]())
    result = selftest(scans, "hipaa-safe-harbor")
    assert result.leaked == result.allowed == {}
    assert result.refused == {}
    least = {"jpeg": 100, "png": 85, "webp": 55, "tiff": 88, "gif": 5, "bmp": 2}[name]
    assert result.planted >= least
    assert result.unplanted == 0


def test_a_colour_profile_that_is_kept_keeps_its_description(scans: Path, tmp_path: Path) -> None:
    (scans / "photo").write_bytes(jpeg())
    keeping = profile_of(tmp_path, 'extends = "ps315-basic"\n[photo]\ncolor-profile = "keep"\n')
    result = selftest(scans, keeping)
    assert result.allowed["description of the colour profile", "the profile says color-profile = keep"] == 1
    assert result.leaked == {}


def test_sources_are_not_touched(scans: Path) -> None:
    before = snapshot(scans)
    selftest(scans, "ps315-basic")
    assert snapshot(scans) == before


def test_what_a_profile_refuses_is_told_with_the_reason(scans: Path) -> None:
    captured = small_mr()
    captured.ConversionType = "WSD"
    captured.BurnedInAnnotation = "YES"
    (scans / "a.dcm").write_bytes(encode(captured, EVERY_ENCODING["explicit"], load_tables()))
    result = selftest(scans, "ps315-basic")
    [(what, reason)] = result.refused
    assert what == "MR Image Storage, Explicit VR Little Endian"
    assert "burned-in text" in reason
    assert result.exit_code == 1, "nothing was tried"


def test_an_attribute_that_makes_a_profile_refuse_is_named_and_the_others_are_tried(scans: Path) -> None:
    result = selftest(scans, "ps315-basic")
    assert any("EncapsulatedDocument" in what for what, _ in result.refused)
    assert result.planted > 1_600


def test_a_few_files_of_each_kind_are_chosen(tmp_path: Path) -> None:
    for number in range(9):
        for name, photo in PHOTOS.items():
            path = tmp_path / "many" / f"{name}{number}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(photo())
    (tmp_path / "many" / "notes.txt").write_text("Quillfeather")
    chosen = [*samples_in(tmp_path / "many", lambda _: True)]
    assert sorted({sample.kind for sample in chosen}) == sorted(PHOTOS)
    assert len(chosen) == 12
    assert len([*samples_in(tmp_path / "many", lambda sample: sample.kind == "png")]) == 2


def test_a_folder_that_holds_nothing_to_try_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert selftest(tmp_path / "empty", "ps315-basic").exit_code == 1
    with pytest.raises(UsageError, match="no folder"):
        selftest(tmp_path / "missing", "ps315-basic")


def test_the_command_prints_what_was_left_and_why(
    scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without = profile_of(tmp_path, 'extends = "ps315-basic"\n[dicom.attributes]\nPatientID = "K"\n')
    done = call(capsys, "selftest", scans, "--profile", without)
    assert done.code == 0
    assert "Tried with ours: 1 file of 1 kind." in done.out
    assert "the profile says so: PatientID" in done.out
    told = json.loads(call(capsys, "selftest", scans, "--json").out)
    assert told["planted"] == told["gone"] + sum(row["count"] for row in told["left_as_allowed"])
    assert told["left_though_not_allowed"] == []


def test_a_leak_is_exit_code_1() -> None:
    result = Result("ours", files=1, planted=2)
    assert result.exit_code == 0
    result.leaked["APP1", "jpeg"] += 1
    assert result.exit_code == 1
    assert result.gone == 1


def test_the_photos_of_this_test_are_photos() -> None:
    for photo in PHOTOS.values():
        assert Image.open(io.BytesIO(photo())).size
