import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bme_med.core import Profile, Pseudonyms, parse_profile
from bme_med.run.naming import instance_in, instance_path, photo_path

SECRET = Pseudonyms(bytes(32))
UIDS = {"StudyInstanceUID": "2.25.1", "SeriesInstanceUID": "2.25.2", "SOPInstanceUID": "2.25.3"}


def profile(text: str = "") -> Profile:
    return parse_profile("test", lambda name: (name, f'name = "test"\n[files]\n{text}'))


def photo(
    profile: Profile, name: str = "a/b.jpg", suffix: str = ".jpg", number: int = 7, **fields: str
) -> str:
    return photo_path(profile, SECRET, number=number, name=name, content=["1a"], suffix=suffix, fields=fields)


@given(values=st.lists(st.text(max_size=300), min_size=4, max_size=4))
def test_no_value_of_a_file_can_make_a_path_that_is_not_safe(values: list[str]) -> None:
    path = instance_path(profile(), SECRET, dict(zip([*UIDS, "PatientID"], values, strict=True)))
    parts = path.split("/")
    assert len(parts) == 4
    for part in parts:
        assert re.fullmatch(r"[A-Za-z0-9._-]{1,240}", part)
        assert part.strip(".")


@pytest.mark.parametrize("value", ["", ".", "..", "../..", "/", "\0", "~", " "])
def test_a_value_without_safe_characters_still_makes_a_name(value: str) -> None:
    assert instance_path(profile(), SECRET, {**UIDS, "PatientID": value}).startswith("unnamed/2.25.1/")


@pytest.mark.parametrize(
    "template",
    [
        "{PatientID}/{StudyInstanceUID}/{SeriesInstanceUID}/{SOPInstanceUID}.dcm",
        "flat/{SOPInstanceUID}.dcm",
        "{PatientID}_{SOPInstanceUID}",
        "{StudyInstanceUID}/{SOPInstanceUID}/{StudyInstanceUID}.dcm",
        "site 4/{SOPInstanceUID}",
    ],
)
def test_the_instance_is_found_again_in_a_path(template: str) -> None:
    ours = profile(f'dicom-path = "{template}"\n')
    path = instance_path(ours, SECRET, {**UIDS, "PatientID": "S-ABC"})
    assert instance_in(ours, path) == "2.25.3"


def test_photos_are_numbered_hashed_or_keep_their_names() -> None:
    assert photo(profile()) == "Study_007.jpg"
    assert photo(profile('pattern = "site 4/Photo{n}"\n')) == "site_4/Photo7.jpg"
    assert re.fullmatch(r"Case_[0-9A-F]{12}\.jpg", photo(profile('names = "hash"\n')))
    assert photo(profile('names = "keep"\n')) == "a/b.jpg"


@pytest.mark.parametrize(
    ("name", "suffix", "expected"),
    [
        ("ward/IMG 1.JPEG", ".jpg", "ward/IMG 1.JPEG"),
        ("really a jpeg.png", ".jpg", "really a jpeg.png.jpg"),
        ("no suffix", ".png", "no suffix.png"),
        ("Löwe/ä.jpg", ".jpg", "Löwe/ä.jpg"),
        ("line\nbreak\x1b[2J.jpg", ".jpg", "line_break_[2J.jpg"),
        ("\udcff.jpg", ".jpg", "_.jpg"),
    ],
)
def test_kept_names_are_as_they_were_where_that_is_a_name(name: str, suffix: str, expected: str) -> None:
    assert photo(profile('names = "keep"\n'), name, suffix) == expected


@pytest.mark.parametrize("letter", ["x", "ä", "😀"])
def test_a_kept_name_that_gets_a_suffix_still_fits(tmp_path: Path, letter: str) -> None:
    longest = letter * (255 // len(letter.encode()))
    (tmp_path / photo(profile('names = "keep"\n'), longest)).touch()
