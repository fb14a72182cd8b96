"""Which earlier outputs a changed profile concerns."""

import json
from pathlib import Path

import pytest

from bme_med.core import UsageError
from bme_med.run import EarlierRun, compare_profiles, compare_tables, earlier_runs, load_profile
from tests.cli.calling import call
from tests.photo.making import jpeg
from tests.run.making import instance, run

BASIC = 'extends = "ps315-basic"\n'


def profile_of(folder: Path, name: str, text: str) -> str:
    path = folder / f"{name}.toml"
    path.write_text(f'name = "{name}"\n{text}')
    return str(path)


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, str]:
    """Outputs of three files under a profile: one has a sex, one a serial number, one is a photo."""
    source = tmp_path / "in"
    source.mkdir()
    (source / "sex.dcm").write_bytes(instance(1, PatientSex="F"))
    (source / "serial.dcm").write_bytes(instance(2, PatientSex=None, DeviceSerialNumber="4711"))
    (source / "photo.jpg").write_bytes(jpeg())
    (source / "notes.txt").write_text("no picture")
    old = profile_of(tmp_path, "old", 'extends = ["ps315-basic", "option-retain-patient-characteristics"]\n')
    run(source, tmp_path / "out", profile=old)
    return tmp_path / "out", old


def judged(made: tuple[Path, str], new: str) -> EarlierRun:
    profiles = load_profile(made[1]), load_profile(new)
    [one] = earlier_runs(made[0], compare_profiles(*profiles), *profiles)
    return one


KEEPING = 'extends = ["ps315-basic", "option-retain-patient-characteristics"]\n'


def test_what_was_removed_and_would_stay_today_is_found_by_the_audit(
    made: tuple[Path, str], tmp_path: Path
) -> None:
    new = profile_of(tmp_path, "new", f'{KEEPING}[dicom.attributes]\nDeviceSerialNumber = "K"\n')
    found = judged(made, new)
    [one] = found.outdated
    assert one.why == "(0018,1000) DeviceSerialNumber"
    assert (found.state, found.written, found.refused) == ("first", 3, 0)


def test_what_stayed_and_would_go_today_is_found_in_the_output(
    made: tuple[Path, str], tmp_path: Path
) -> None:
    new = profile_of(tmp_path, "new", f'{KEEPING}[dicom.attributes]\nPatientSex = "Z"\n')
    [one, *more] = judged(made, new).outdated
    assert "(0010,0040) PatientSex" in one.why
    assert all(one.output.endswith(".dcm") for one in more)
    for path in made[0].rglob("*.dcm"):
        path.unlink()
    assert {one.why for one in judged(made, new).outdated} == {
        "the output is not there, so that nothing tells what it holds"
    }


def test_a_key_for_photos_concerns_photos_alone(made: tuple[Path, str], tmp_path: Path) -> None:
    found = judged(made, profile_of(tmp_path, "new", f'{KEEPING}[photo]\norientation = "drop"\n'))
    assert [(one.output, one.why) for one in found.outdated] == [("Study_001.jpg", "photo.orientation")]
    assert found.refused == 1


def test_names_of_outputs_concern_none(made: tuple[Path, str], tmp_path: Path) -> None:
    assert judged(made, profile_of(tmp_path, "new", f'{KEEPING}[files]\nnames = "hash"\n')).outdated == ()


def test_outputs_of_another_profile_are_told_apart(made: tuple[Path, str], tmp_path: Path) -> None:
    other, new = (profile_of(tmp_path, name, BASIC) for name in ("other", "new"))
    profiles = load_profile(other), load_profile(new)
    [one] = earlier_runs(made[0], compare_profiles(*profiles), *profiles)
    assert (one.state, one.outdated) == ("other", ())
    profiles = load_profile(other), load_profile(made[1])
    [one] = earlier_runs(made[0], compare_profiles(*profiles), *profiles)
    assert (one.state, one.outdated) == ("second", ())


def test_a_new_edition_concerns_what_has_its_attributes(made: tuple[Path, str], tmp_path: Path) -> None:
    older = tmp_path / "older.csv"
    text = Path(__file__).parents[2] / "profiles" / "ps315_e1_1.csv"
    lines = text.read_text(encoding="utf-8").splitlines()
    older.write_text("\n".join(line for line in lines if not line.startswith('"(0018,1000)"')))
    found = compare_tables(str(older), "ps315_e1_1.csv")
    [one] = earlier_runs(made[0], found, None, None)
    assert [file.why for file in one.outdated] == ["(0018,1000) DeviceSerialNumber"]


def test_a_folder_of_several_runs_is_looked_through(made: tuple[Path, str], tmp_path: Path) -> None:
    new = profile_of(tmp_path, "new", BASIC)
    profiles = load_profile(made[1]), load_profile(new)
    found = earlier_runs(tmp_path, compare_profiles(*profiles), *profiles)
    assert [Path(one.audit).name for one in found] == ["out.audit.jsonl"]
    with pytest.raises(UsageError, match="no audit"):
        earlier_runs(tmp_path / "in", compare_profiles(*profiles), *profiles)


def test_the_command_tells_what_differs_and_what_needs_another_run(
    made: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = profile_of(tmp_path, "new", f'{KEEPING}[dicom.attributes]\nDeviceSerialNumber = "K"\n')
    shown = call(capsys, "profiles", "diff", made[1], new)
    assert shown.code == 0
    assert "(0018,1000) DeviceSerialNumber" in shown.out
    found = call(capsys, "profiles", "diff", made[1], new, "--outputs", made[0], "--json")
    assert found.code == 1
    told = json.loads(found.out)
    assert [one["what"] for one in told["attributes"]] == ["(0018,1000) DeviceSerialNumber"]
    assert len(told["runs"][0]["outdated"]) == 1
    listed = call(capsys, "profiles", "diff", made[1], new, "--outputs", made[0])
    assert "by A" in listed.out
    assert call(capsys, "profiles", "diff", made[1], made[1]).out == "No difference.\n"
