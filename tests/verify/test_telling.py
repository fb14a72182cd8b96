"""Names of subjects and paths of outputs tell nobody's name, and chance in them is no finding."""

from pathlib import Path

import pytest

from bme_med.run import deidentify, make_job
from bme_med.verify import Check, Finding, audit_beside, verify
from bme_med.verify.harvest import Identifiers
from bme_med.verify.telling import path_tells, subject_tells
from tests.oracles.runs import policy
from tests.photo.making import jpeg
from tests.run.making import instance, key_file, run
from tests.verify.scene import PROFILE, Scene

ORIANA = {
    "PatientName": "Quillfeather^Oriana",
    "PatientID": "MRN-8841907",
    "PatientBirthDate": "19310211",
    "InstitutionName": "Marrowgate",
}


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """One patient under a path that tells nothing, and a photo that says who took it."""
    scene = Scene(tmp_path)
    (scene.source / "a").mkdir(parents=True)
    (scene.source / "a/1").write_bytes(instance(1, 1, **ORIANA))
    (scene.source / "a/2").write_bytes(jpeg(comment=b"by Vandersloot, 7730415"))
    run(scene.source, scene.out, profile=PROFILE)
    assert scene.check().findings == []
    return scene


def rename(scene: Scene, source: str, new: str) -> list[Finding]:
    """What the check finds where an output lies at `new` and the audit says so."""
    output = scene.output_of(source)
    old = output.relative_to(scene.out).as_posix()
    (scene.out / new).parent.mkdir(parents=True, exist_ok=True)
    output.rename(scene.out / new)
    scene.forge(lambda all_: [one.update(output=new) for one in all_ if one.get("output") == old])
    return [one for one in scene.check().findings if one.file == new]


@pytest.mark.parametrize(
    "folder",
    [
        "MRN-8841907 Quillfeather Oriana 19310211",
        "quillfeather",
        "S-QUILLFEATHER",
        "Oriana",
        "MRN_8841907",
        "id8841907",
        "11.02.1931",
        "1931-02-11",
        "19310211",
        "Marrowgate",
    ],
)
def test_an_identifier_of_its_source_in_the_path_of_an_instance_is_found(folder: str, scene: Scene) -> None:
    found = rename(scene, "a/1", f"{folder}/x.dcm")
    assert {(one.place, one.check) for one in found} == {("path", Check.NAME)}
    assert "instance" in found[0].problem or "identifier" in found[0].problem


@pytest.mark.parametrize("name", ["Vandersloot.jpg", "Study_7730415.jpg", "by_vandersloot_2.jpg"])
def test_an_identifier_of_its_source_in_the_name_of_a_photo_is_found(name: str, scene: Scene) -> None:
    assert ("path", Check.NAME) in {(one.place, one.check) for one in rename(scene, "a/2", name)}


@pytest.mark.parametrize("folder", ["KNEE-01", "S-ABCDEFGHIJKL", "case_8841908", "19310212", "2.25.8841907"])
def test_a_path_that_tells_nothing_raises_nothing(folder: str, scene: Scene) -> None:
    assert rename(scene, "a/1", f"{folder}/x.dcm") == []


def test_a_profile_that_keeps_the_names_of_photos_may_keep_what_they_tell(tmp_path: Path) -> None:
    profile = tmp_path / "keep.toml"
    profile.write_text('name = "keep"\nextends = "ps315-basic"\n[files]\nnames = "keep"\n')
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans/Vandersloot.jpg").write_bytes(jpeg(comment=b"by Vandersloot"))
    run(tmp_path / "scans", tmp_path / "clean", profile=str(profile))
    out, job = tmp_path / "clean", make_job([tmp_path / "scans"], tmp_path / "other", profile=str(profile))
    report = verify(out, job.profile, source=tmp_path / "scans", audit=audit_beside(out))
    assert (report.outputs, report.findings) == (1, [])


def named(tmp_path: Path, subject: str, **values: str) -> list[Finding]:
    """What the check finds in an output whose subjects a user named."""
    scans, out, subjects = tmp_path / "scans", tmp_path / "clean", tmp_path / "s.csv"
    scans.mkdir()
    (scans / "1").write_bytes(instance(1, 1, **ORIANA | values))
    subjects.write_text("source,subject\n1,KNEE-01\n")
    deidentify(
        make_job([scans], out, profile=PROFILE, subjects=subjects, key_file=key_file(tmp_path), workers=1)
    )
    scene = Scene(tmp_path)
    output = scene.output_of("1")
    data = output.read_bytes()
    assert data.count(b"KNEE-01 ") == 2
    scene.renew(output, data.replace(b"KNEE-01 ", subject.ljust(8).encode()))
    return verify(out, policy(PROFILE).profile, source=scans, audit=audit_beside(out)).findings


@pytest.mark.parametrize("subject", ["ORIANA", "Oriana-1", "8841907", "MRN-8841", "Li-01", "19310211"])
def test_a_subject_that_tells_the_patient_is_found(subject: str, tmp_path: Path) -> None:
    values = {"PatientID": "MRN-8841"} if subject == "MRN-8841" else {}
    values |= {"PatientName": "Li^Oriana"} if subject == "Li-01" else {}
    found = named(tmp_path, subject, **values)
    assert {("(0010,0010)", Check.IDENTIFIER), ("(0010,0020)", Check.IDENTIFIER)} == {
        (one.place, one.check) for one in found
    }


@pytest.mark.parametrize("subject", ["KNEE-02", "MARROW-1", "S-12"])
def test_a_subject_that_a_coordinator_may_well_choose_raises_nothing(subject: str, tmp_path: Path) -> None:
    values = {"PatientID": "12", "InstitutionName": "MARROW"}
    assert named(tmp_path, subject, **values) == []


def test_short_words_in_what_was_made_by_chance_are_no_finding() -> None:
    told = Identifiers(frozenset({"kimm", "4725"}), frozenset({"s", "li"}), frozenset(), frozenset())
    chance = "S-AKIMM47254LI"
    assert not subject_tells(chance, told)
    assert not path_tells(f"{chance}/2.25.4725/1.dcm", told)
    assert subject_tells("KNEE-Kimm", told)
    assert path_tells("Kimm/1.dcm", told)
