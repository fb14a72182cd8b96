"""One patient has one pseudonym although some files of a study leave out the issuer."""

from pathlib import Path

import pytest

from bme_med.dicom import patients_by_study
from bme_med.run.finding import find
from bme_med.run.owners import find_owners
from tests.dicom.making import encoded, mr_instance


def _folder(tmp_path: Path, issuers: list[str], patients: list[str]) -> Path:
    for number, (issuer, patient) in enumerate(zip(issuers, patients, strict=True)):
        ds = mr_instance(explicit=bool(number % 2))
        ds.PatientID = patient
        if issuer:
            ds.IssuerOfPatientID = issuer
        (tmp_path / f"{number}.dcm").write_bytes(encoded(ds))
    (tmp_path / "notes.txt").write_text("no instance")
    (tmp_path / "broken.dcm").write_bytes(bytes(128) + b"DICM\2\0")
    return tmp_path


def _issuers(folder: Path, workers: int) -> dict[tuple[str, str, str], tuple[str, str]]:
    owners = find_owners(find([folder], lambda: None), workers=workers, check=lambda: None)
    return patients_by_study(owners.values())


def test_the_study_decides_where_a_file_does_not_name_the_issuer(tmp_path: Path) -> None:
    folder = _folder(tmp_path, ["", "SITE", "", "OTHER"], ["7", "7", "8", "8"])
    expected = {("1.2.3", "7", ""): ("7", "SITE"), ("1.2.3", "8", ""): ("8", "OTHER")}
    assert _issuers(folder, 1) == _issuers(folder, 2) == expected


def test_a_study_that_names_two_issuers_decides_nothing(tmp_path: Path) -> None:
    assert _issuers(_folder(tmp_path, ["SITE", "OTHER", ""], ["7", "7", "7"]), 1) == {}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_in_the_first_look_is_left_to_the_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    def fail(_: object) -> None:
        raise KeyError("ZQ-90210")

    monkeypatch.setattr("bme_med.run.owners.glance", fail)
    assert _issuers(_folder(tmp_path, ["SITE", ""], ["7", "7"]), workers) == {}
