"""What differs between two profiles, or two editions of the table."""

from pathlib import Path

import pytest

from bme_med.core import ProfileError, UsageError
from bme_med.core.resources import read_resource
from bme_med.run import Differences, compare_profiles, compare_tables, load_profile


def compared(folder: Path, first: str, second: str) -> Differences:
    profiles = []
    for name, text in (("a", first), ("b", second)):
        path = folder / f"{name}.toml"
        path.write_text(f'name = "{name}"\n{text}')
        profiles.append(load_profile(str(path)))
    return compare_profiles(*profiles)


_BASIC_FROM_THE_END = -11
"""Column of the basic profile: ten options stand behind it."""

BASIC = 'extends = "ps315-basic"\n'


def test_a_profile_does_not_differ_from_itself_under_another_name(tmp_path: Path) -> None:
    assert compared(tmp_path, BASIC, f'title = "the same"\n{BASIC}') == Differences(())


def test_an_exception_shows_as_what_it_resolves_to(tmp_path: Path) -> None:
    found = compared(tmp_path, BASIC, f'{BASIC}[dicom.attributes]\nDeviceSerialNumber = "K"\n')
    [one] = found.attributes
    assert (one.what, one.first, one.second) == (
        "(0018,1000) DeviceSerialNumber",
        "X; Type 2: Z; Type 1: D",
        "K, identifiers cut out",
    )
    assert found.keys == ()


def test_an_exception_that_says_what_the_table_says_is_no_difference(tmp_path: Path) -> None:
    assert not compared(tmp_path, BASIC, f'{BASIC}[dicom.attributes]\nStudyInstanceUID = "U"\n').attributes


def test_other_values_of_a_dummy_are_a_difference(tmp_path: Path) -> None:
    [one] = compared(
        tmp_path,
        BASIC,
        f'{BASIC}[dicom.attributes]\nPatientID = {{ action = "D", value = "X-{{subject}}" }}\n',
    ).attributes
    assert (one.first, one.second) == ("D, {subject}", "D, X-{subject}")


def test_an_option_shows_as_its_attributes_and_as_a_key(tmp_path: Path) -> None:
    parts = 'extends = ["ps315-basic", "option-retain-patient-characteristics"]\n'
    found = compared(tmp_path, BASIC, parts)
    assert {"(0010,0040) PatientSex", "(0010,1010) PatientAge"} <= {one.what for one in found.attributes}
    assert not any("PatientName" in one.what for one in found.attributes)
    [key] = found.keys
    assert (key.what, key.second) == ("dicom.options", "retain-patient-characteristics")


def test_dates_differ_by_what_is_done_to_them() -> None:
    found = compare_profiles(load_profile("hipaa-safe-harbor"), load_profile("research-longitudinal"))
    [study] = [one for one in found.attributes if one.what == "(0008,0020) StudyDate"]
    assert (study.first, study.second) == ("C, the year alone", "C, shifted")


def test_private_exceptions_and_other_keys_are_compared_as_they_stand(tmp_path: Path) -> None:
    text = f'{BASIC}[dicom.attributes]\n"(0019,xx0C) SIEMENS MR HEADER" = "K"\n[files]\nnames = "hash"\n'
    found = compared(tmp_path, BASIC, text)
    assert [one.what for one in found.keys] == [
        "dicom.attributes.(0019,xx0C) SIEMENS MR HEADER",
        "files.names",
        "files.pattern",
    ]


def test_a_list_of_words_is_compared_by_what_it_holds(tmp_path: Path) -> None:
    text = f'{BASIC}[dicom]\nvocabulary = ["words.txt"]\n'
    loaded = []
    for folder, words in (("a", "Knieprotokoll\n"), ("b", "Knieprotokoll\nSchulter\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "words.txt").write_text(words)
        (tmp_path / folder / "ours.toml").write_text(f'name = "ours"\n{text}')
        loaded.append(load_profile(str(tmp_path / folder / "ours.toml")))
    [one] = compare_profiles(*loaded).keys
    assert (one.what, one.first, one.second) == ("dicom.vocabulary", "1 lines", "2 lines")


def test_a_profile_that_cannot_be_used_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ProfileError):
        compared(tmp_path, BASIC, f'{BASIC}[dicom.attributes]\nPatientNme = "K"\n')


def test_editions_differ_by_rows_and_letters(tmp_path: Path) -> None:
    lines = read_resource("ps315_e1_1.csv").splitlines()
    [patient] = [line.split(",") for line in lines if line.startswith('"(0010,0020)"')]
    older = [line for line in lines if not line.startswith(('"(0010,4000)"', '"(0010,0020)"'))]
    patient[_BASIC_FROM_THE_END] = "K"
    (tmp_path / "older.csv").write_text("\n".join([*older, ",".join(patient)]))
    found = compare_tables(str(tmp_path / "older.csv"), "ps315_e1_1.csv").attributes
    assert [(one.what, one.first) for one in found] == [
        ("(0010,0020) PatientID", "K"),
        ("(0010,4000) PatientComments", "no row"),
    ]
    assert compare_tables("ps315_e1_1.csv", "ps315_e1_1.csv") == Differences(())


def test_what_is_no_table_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("source,subject\na,b\n")
    for name in ("other.csv", "missing.csv"):
        with pytest.raises(UsageError, match=name):
            compare_tables("ps315_e1_1.csv", str(tmp_path / name))
