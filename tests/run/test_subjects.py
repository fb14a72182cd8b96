from pathlib import Path

import pytest

from bme_med.core import ProfileError, UsageError
from bme_med.run import deidentify, make_job
from bme_med.run.subjects import SubjectMap, read_subjects


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "subjects.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, *rows: str) -> SubjectMap:
    return read_subjects(written(folder, "\n".join(("source,subject", *rows))))


@pytest.mark.parametrize(
    "text",
    [
        "source,subject\n4711023,KNEE-01\n",
        "\ufeffSource, Subject\r\n 4711023 , KNEE-01 \r\n\r\n,\r\n",
        'source,subject\n"4711023","KNEE-01"',
    ],
)
def test_a_table_is_read_as_spreadsheets_write_it(tmp_path: Path, text: str) -> None:
    [line] = read_subjects(written(tmp_path, text)).lines
    assert line == (2, "4711023", "KNEE-01")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: expected the columns source,subject"),
        ("id;name\n", "line 1: expected the columns"),
        ("source;subject\nQuillfeather;K-1\n", "with commas"),
        ("source,subject\nQuillfeather\n", "line 2: expected a source and a subject"),
        ("source,subject\nQuillfeather,\n", "line 2: expected a source and a subject"),
        ("source,subject\nQuillfeather,Oriana,K-1\n", "line 2: .* double quotes"),
        ('source,subject\nQuillfeather,"K-1" x\n', "line 2: broken quotes"),
        ('source,subject\n"Quillfeather,K-1\n', "broken quotes"),
        ("source,subject\nQuillfeather,K/1\n", "line 2: not a legal subject: .* 1 to 64"),
        (
            "source,subject\nQuillfeather,K-1\n\nQuillfeather,K-1\n",
            "line 4: the source of line 2 again: remove",
        ),
        ("source,subject\nQuillfeather,K-1\nQuillfeather,K-2\n", "line 3: .* with another subject"),
        ("source,subject\nS|Quillfeather,K-1\nS | Quillfeather,K-2\n", "line 3: .* with another subject"),
        ("source,subject\nphotos\\Quillfeather,K-1\n", "line 2: a backslash"),
        ("source,subject\nQuillfeather/,K-1\n./Quillfeather,K-2\n", "line 3: .* with another subject"),
        ("source,subject\nQuillfeather,K-1\nOriana,k-1\n", "line 3: .* line 2 only in case"),
        ("source,subject\nQuillfeather,quillfeather\n", "line 2: the subject holds the patient ID"),
        ("source,subject\nSITE|Quillfeather,K-QUILLFEATHER-1\n", "line 2: the subject holds"),
        ("source,subject\nQuillf\xe4ther,K-1\n".encode("latin-1"), "CSV UTF-8"),
    ],
)
def test_an_error_names_file_line_and_what_to_do_and_no_value(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        read_subjects(written(tmp_path, text))
    assert str(caught.value).startswith(str(tmp_path / "subjects.csv"))
    for value in ("Quillf", "Oriana", "K-1", "K-2"):
        assert value not in str(caught.value)


def test_a_map_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.csv: the subjects map cannot be read"):
        read_subjects(tmp_path / "gone.csv")


def test_two_sources_may_be_one_subject(tmp_path: Path) -> None:
    assert len(read(tmp_path, "4711023,KNEE-01", "SITE|8150,KNEE-01", "photos/anna/,KNEE-01").lines) == 3


def test_a_short_id_or_the_name_of_a_folder_may_stand_in_a_subject(tmp_path: Path) -> None:
    assert read(tmp_path, "01,KNEE-01", "KNEE-02/,KNEE-02").longest == 7


@pytest.mark.parametrize(
    ("source", "name", "covers"),
    [
        ("photos/anna", "photos/anna/a.jpg", True),
        ("photos/anna/", "photos/anna/deep/a.jpg", True),
        ("photos/anna", "photos/annabel/a.jpg", False),
        ("photos/*", "photos/anna/a.jpg", True),
        ("photos/*.jpg", "photos/anna/a.jpg", False),
        ("photos/**/*.jpg", "photos/anna/a.jpg", True),
        ("photos/**/*.jpg", "photos/a.jpg", True),
        ("photos/a?.jpg", "photos/ab.jpg", True),
        ("photos/a?.jpg", "photos/a/.jpg", False),
        ("photos/a.jpg", "photos/axjpg", False),
        ("cafe\u0301/", "caf\u00e9/a.jpg", True),
        ("anna", "anna/a.jpg", True),
        ("SITE|anna", "SITE|anna/a.jpg", False),
    ],
)
def test_a_path_covers_itself_and_what_lies_below(
    tmp_path: Path, source: str, name: str, covers: bool
) -> None:
    assert bool(read(tmp_path, f"{source},KNEE-01").for_path(name)) is covers


@pytest.mark.parametrize(
    ("attribute", "template", "length", "problem"),
    [
        ("PatientID", "KNEE-{subject}", 60, "65 characters with a subject of 60, but LO takes 64"),
        ("AccessionNumber", "{subject}", 17, "17 characters with a subject of 17, but SH takes 16"),
        ('"(0008,0050)"', "ACC-{subject}", 5, "18 characters with a subject of 14, but SH takes 16"),
    ],
)
def test_a_subject_that_is_too_long_for_an_attribute_is_an_error_before_the_run(
    tmp_path: Path, attribute: str, template: str, length: int, problem: str
) -> None:
    profile = tmp_path / "ours.toml"
    profile.write_text(
        'name = "ours"\nextends = "ps315-basic"\n[dicom.attributes]\n'
        f'{attribute} = {{ action = "D", value = "{template}" }}\n'
    )
    (tmp_path / "in").mkdir()
    path = written(tmp_path, f"source,subject\n4711023,{'x' * length}\n")
    job = make_job([tmp_path / "in"], tmp_path / "out", profile=str(profile), subjects=path)
    with pytest.raises(ProfileError, match=problem):
        deidentify(job)
    assert not (tmp_path / "out").exists()
