"""What still stands is listed once, approved once, and becomes a rule with one command."""

import json
import tomllib
from pathlib import Path

import pytest
from pydicom import Dataset

from bme_med.core import UsageError
from bme_med.verify import add_approved, read_approved, review, unapproved
from tests.cli.calling import call
from tests.dicom.making import profile
from tests.oracles.runs import deidentify, policy
from tests.photo.making import chunk, jpeg, png
from tests.run.making import instance
from tests.verify.sabotage import edited

SPOKEN: dict[str, object] = {
    "ManufacturerModelName": "Model Q",
    "SoftwareVersions": ["VB 17", "as Dr. Vole likes it"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve outputs that say the same, and one that says more."""
    out = tmp_path / "clean"
    out.mkdir()
    for number in range(12):
        values = SPOKEN if number else {**SPOKEN, "Manufacturer": "Halcyon Works"}
        output = deidentify(instance(number, 1, **values), policy("ps315-basic"))
        assert isinstance(output, bytes)
        (out / f"{number}.dcm").write_bytes(output)
    (out / "knee.jpg").write_bytes(jpeg())
    return out


def texts(folder: Path) -> dict[str, tuple[tuple[str, ...], int]]:
    return {one.value: (one.places, one.files) for one in review(folder).standing}


def test_each_text_is_listed_once_with_its_places_and_the_number_of_files(folder: Path) -> None:
    found = texts(folder)
    assert found["Model Q"] == (("ManufacturerModelName",), 12)
    assert found["as Dr. Vole likes it"] == (("SoftwareVersions",), 12)
    assert found["Halcyon Works"] == (("Manufacturer",), 1)
    assert review(folder).standing[0].files == 1, "the rarest comes first"


def test_what_this_application_wrote_is_left_out(folder: Path) -> None:
    assert not [text for text in texts(folder) if "bme-med" in text or text.startswith("S-") or text == "YES"]


def test_what_stands_beside_our_marks_is_listed(folder: Path) -> None:
    def say(ds: Dataset) -> None:
        ds.DeidentificationMethod = [ds.DeidentificationMethod, "checked by Vole", "bme-med x", "bme-med 1 y"]
        item = Dataset()
        item.DeidentificationMethod = "sent for Oriana"
        item.PatientIdentityRemoved = "ORIANA"
        ds.SharedFunctionalGroupsSequence = [item]
        ds.Manufacturer = "bme-med of Vole"

    first = folder / "0.dcm"
    first.write_bytes(edited(first.read_bytes(), say))
    said = {"checked by Vole", "bme-med x", "bme-med 1 y", "sent for Oriana", "ORIANA", "bme-med of Vole"}
    assert said <= texts(folder).keys()
    assert not [text for text in texts(folder) if text.endswith("ps315-basic")]


def test_nested_texts_private_ones_and_those_of_photos_are_listed(folder: Path) -> None:
    def say(ds: Dataset) -> None:
        item = Dataset()
        item.add_new(0x00181030, "LO", "deep down")
        ds.SharedFunctionalGroupsSequence = [item]
        ds.private_block(0x0011, "ACME", create=True).add_new(1, "LO", "private words")

    first = folder / "0.dcm"
    first.write_bytes(edited(first.read_bytes(), say))
    (folder / "a.jpg").write_bytes(jpeg(comment=b"a comment"))
    (folder / "a.png").write_bytes(png()[:33] + chunk(b"tEXt", b"Author\0An author") + png()[33:])
    found = texts(folder)
    assert found["deep down"][0] == ("ProtocolName",)
    assert found["private words"][0] == ("(0011,1001)",)
    assert {"a comment", "An author"} <= found.keys()


def test_what_is_approved_is_shown_again_in_another_attribute_only(folder: Path, tmp_path: Path) -> None:
    listed = tmp_path / "approved.txt"
    before = review(folder).standing
    add_approved(listed, before)
    assert unapproved(before, read_approved(listed)) == []
    last = folder / "11.dcm"
    last.write_bytes(edited(last.read_bytes(), lambda ds: setattr(ds, "Manufacturer", "Model Q")))
    (new,) = unapproved(review(folder).standing, read_approved(listed))
    assert (new.value, new.places) == ("Model Q", ("Manufacturer",))


def test_the_list_is_text_that_a_person_can_edit(folder: Path, tmp_path: Path) -> None:
    listed = tmp_path / "approved.txt"
    add_approved(listed, review(folder).standing)
    lines = listed.read_text(encoding="utf-8").splitlines()
    assert 'ManufacturerModelName\t"Model Q"' in lines
    listed.write_text("\n".join(line for line in lines if "Model Q" not in line) + "\n\n", encoding="utf-8")
    assert [one.value for one in unapproved(review(folder).standing, read_approved(listed))] == ["Model Q"]


@pytest.mark.parametrize(
    "line", ["Model Q", "Manufacturer\tModel Q", "Manufacturer\t7", "Manufacturer Model"]
)
def test_a_line_that_is_none_is_an_error_that_names_it(line: str, tmp_path: Path) -> None:
    listed = tmp_path / "approved.txt"
    listed.write_text(f"# a comment\n{line}\n")
    with pytest.raises(UsageError, match="line 2 is no approved value"):
        read_approved(listed)


def test_a_list_that_cannot_be_read_or_written_is_told_before_anything_is_shown(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "latin").write_bytes(b"\xff")
    for option, path, said in (
        (
            "--approved",
            "nosuch",
            "No such file or directory): give one that `bme-med review",
        ),
        ("--approved", "latin", "not UTF-8 text: save it as such"),
        ("--approve", "nodir/x", "there is no folder"),
        ("--approve", "clean", "give a file that you may write to"),
    ):
        done = call(capsys, "review", folder, option, tmp_path / path)
        assert (done.code, done.out) == (2, "")
        assert said in done.err


def test_the_command_lists_approves_and_lists_what_is_new(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = tmp_path / "approved.txt"
    first = call(capsys, "review", folder, "--json")
    assert first.code == 1
    assert "Halcyon Works" in {one["value"] for one in json.loads(first.out)["values"]}
    assert call(capsys, "review", folder, "--approve", listed).code == 0
    assert call(capsys, "review", folder, "--approved", listed).code == 0
    (folder / "a.jpg").write_bytes(jpeg(comment=b"a comment"))
    again = call(capsys, "review", folder, "--approved", listed)
    assert again.code == 1
    assert "a comment" in again.out
    assert "Model Q" not in again.out
    assert call(capsys, "review", folder, "--approved", tmp_path / "gone.txt").code == 2


def test_a_value_becomes_a_rule_that_takes_it_away(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = call(capsys, "review", folder, "--rule", "as Dr. Vole likes it")
    assert done.code == 0
    assert tomllib.loads(done.out) == {"dicom": {"attributes": {"SoftwareVersions": "C"}}}
    assert "Vole" not in done.out, "a profile does not hold what it takes away"
    under = policy("ps315-basic")
    output = deidentify(instance(1, 1, **SPOKEN), type(under)(profile(done.out), under.pseudonyms))
    assert isinstance(output, bytes)
    assert b"Vole" not in output


def test_a_value_that_stands_nowhere_becomes_no_rule(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(capsys, "review", folder, "--rule", "nowhere").code == 2


def test_a_file_that_nobody_can_read_is_named(folder: Path) -> None:
    (folder / "notes.txt").write_bytes(b"Quillfeather")
    assert review(folder).unread == ("notes.txt",)
