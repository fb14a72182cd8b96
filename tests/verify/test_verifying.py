"""A whole output: an audit that was tampered with, files that are missing or swapped, names that tell."""

import hashlib
import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset, dcmread

from bme_med.core import UsageError
from bme_med.run import deidentify, make_job
from bme_med.verify import Check, audit_beside, verify
from bme_med.verify.dicom import DicomJudge
from bme_med.verify.judged import Judged, Told
from tests.cli.calling import call
from tests.oracles.runs import policy
from tests.photo.making import jpeg, png
from tests.run.making import instance
from tests.verify.sabotage import edited
from tests.verify.scene import PROFILE, Scene, make


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return make(tmp_path_factory.mktemp("made"))


@pytest.fixture
def scene(made: Scene, tmp_path: Path) -> Scene:
    shutil.copytree(made.folder, tmp_path / "scene")
    return Scene(tmp_path / "scene")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return make(tmp_path_factory.mktemp("shared"), audit_names="pseudonym")


def test_a_good_output_raises_nothing(scene: Scene) -> None:
    report = scene.check()
    assert report.findings == []
    assert report.outputs == report.compared == len(report.digests) == 5
    assert scene.check(with_source=False).findings == []


def test_without_an_audit_that_names_sources_pixels_match_outputs(scene: Scene, shared: Scene) -> None:
    for report in (scene.check(with_audit=False), shared.check()):
        assert report.findings == []
        assert report.compared >= 2, "the photos; all the slices have the same pixels"
        assert any("equal pixels" in note for note in report.notes)


def test_a_run_of_several_inputs_is_checked_against_the_folder_that_holds_them(
    made: Scene, tmp_path: Path
) -> None:
    inputs = [made.source / "photos", made.source / "Brackenridge"]
    out = tmp_path / "clean"
    deidentify(make_job(inputs, out, profile=PROFILE, workers=1))
    profile = policy(PROFILE).profile
    report = verify(out, profile, source=made.source, audit=audit_beside(out))
    assert (report.findings, report.compared) == ([], 3)


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Scene], None]:
    def tamper(scene: Scene) -> None:
        scene.audit.write_bytes(b"".join(change(scene.audit.read_bytes().splitlines(keepends=True))))

    return tamper


def forged(edit: Callable[[Scene, list[dict[str, Any]]], object]) -> Callable[[Scene], None]:
    return lambda scene: scene.forge(lambda documents: edit(scene, documents))


def first_output(scene: Scene) -> Path:
    return scene.outputs()[0]


def append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def update(status: str = "written", **values: str) -> Callable[[Scene], None]:
    return forged(lambda scene, all_: scene.record(all_, status).update(values))


AUDIT_FAULTS: dict[str, Callable[[Scene], object]] = {
    "a line is missing": lines(lambda all_: all_[:2] + all_[3:]),
    "a line was changed": lines(lambda all_: [all_[0], all_[1].replace(b".dcm", b".dcn"), *all_[2:]]),
    "two lines were swapped": lines(lambda all_: [all_[0], all_[2], all_[1], *all_[3:]]),
    "the footer is missing": lines(lambda all_: all_[:-1]),
    "the header is missing": lines(lambda all_: all_[1:]),
    "the last line is cut off": lines(lambda all_: [*all_[:-1], all_[-1][:20]]),
    "a line more": lines(lambda all_: [*all_[:-1], all_[1], all_[-1]]),
    "no audit but something else": lambda scene: scene.audit.write_bytes(b"Quillfeather\n"),
    "an empty audit": lambda scene: scene.audit.write_bytes(b""),
    "an output was changed": lambda scene: first_output(scene).write_bytes(
        first_output(scene).read_bytes() + b"\0"
    ),
    "an output is missing": lambda scene: first_output(scene).unlink(),
    "an output that nobody wrote": lambda scene: (scene.out / "more.jpg").write_bytes(jpeg(quality=61)),
    "a DICOMDIR that nobody wrote": lambda scene: (scene.out / "DICOMDIR").write_bytes(b"x"),
    "an output was renamed": lambda scene: first_output(scene).rename(scene.out / "x.dcm"),
    "a source more": lambda scene: (scene.source / "late.dcm").write_bytes(instance(9)),
    "a source less": lambda scene: (scene.source / "notes.txt").unlink(),
    "a source was changed": lambda scene: (scene.source / "photos/b.png").write_bytes(png(mode="L")),
    "a source is left out": forged(lambda scene, all_: all_.remove(scene.record(all_))),
    "a refusal without a reason": update("refused", reason=""),
    "a refusal with an output": forged(
        lambda scene, all_: scene.record(all_, "refused").update(output="x.jpg")
    ),
    "something written without a digest": update(output_sha256=""),
    "two sources with one output": forged(
        lambda scene, all_: scene.record(all_).update(
            output=[one for one in all_ if one.get("status") == "written"][1]["output"]
        )
    ),
    "another profile": forged(
        lambda scene, all_: [one.update(profile_sha256="0" * 64) for one in all_ if "profile_sha256" in one]
    ),
    "another profile in one record": update(profile_sha256="0" * 64),
    "counts that do not add up": forged(lambda scene, all_: all_[-1]["end"].update(written=4)),
}


@pytest.mark.parametrize("what", AUDIT_FAULTS)
def test_an_audit_that_does_not_tell_what_is_so_is_found(what: str, scene: Scene) -> None:
    AUDIT_FAULTS[what](scene)
    assert Check.AUDIT in {finding.check for finding in scene.check().findings}


SHARED_FAULTS: dict[str, Callable[[Scene, list[dict[str, Any]]], object]] = {
    "a name": lambda scene, all_: scene.record(all_).update(filename="Quillfeather/a1.dcm"),
    "an input": lambda scene, all_: all_[0].update(inputs=["scans"]),
    "a plain digest": lambda scene, all_: scene.record(all_).update(
        source_sha256=hashlib.sha256((scene.source / "photos/b.png").read_bytes()).hexdigest()
    ),
    "a record less": lambda scene, all_: all_.remove(scene.record(all_, "skipped")),
}


@pytest.mark.parametrize("what", SHARED_FAULTS)
def test_an_audit_made_to_be_shared_that_tells_of_sources_is_found(
    what: str, shared: Scene, tmp_path: Path
) -> None:
    shutil.copytree(shared.folder, tmp_path / "scene")
    scene = Scene(tmp_path / "scene")
    scene.forge(lambda documents: SHARED_FAULTS[what](scene, documents))
    assert Check.AUDIT in {finding.check for finding in scene.check().findings}


def swap(scene: Scene) -> None:
    """Ada's output where Bob's was, and the other way round; the audit agrees."""
    ada, bob = scene.output_of("Quillfeather/a1.dcm"), scene.output_of("Brackenridge/b1.dcm")
    data = ada.read_bytes(), bob.read_bytes()
    scene.renew(bob, data[0])
    scene.renew(ada, data[1])


def name_file(scene: Scene) -> None:
    output = scene.output_of("photos/b.png")
    output.rename(output.with_name("Quillfeather_1.png"))


def copy_times(scene: Scene) -> None:
    times = (scene.source / "photos/b.png").stat()
    os.utime(scene.output_of("photos/b.png"), ns=(times.st_atime_ns, times.st_mtime_ns))


def say_of(source: str, **values: str) -> Callable[[Scene], None]:
    def spoil(scene: Scene) -> None:
        def edit(ds: Dataset) -> None:
            for name, value in values.items():
                setattr(ds, name, value)

        output = scene.output_of(source)
        scene.renew(output, edited(output.read_bytes(), edit))

    return spoil


def say_of_ada(**values: str) -> Callable[[Scene], None]:
    return say_of("Quillfeather/a1.dcm", **values)


def same_instance(scene: Scene) -> None:
    ada = scene.output_of("Quillfeather/a1.dcm")
    scene.renew(scene.output_of("Quillfeather/a2 copy.dcm"), ada.read_bytes())


def same_subject(scene: Scene) -> None:
    """Two patients under one pseudonym."""
    subject = str(dcmread(scene.output_of("Quillfeather/a1.dcm")).PatientID)
    say_of("Brackenridge/b1.dcm", PatientID=subject, PatientName=subject)(scene)


FAULTS: dict[str, tuple[Check, Callable[[Scene], object]]] = {
    "outputs are swapped": (Check.RULE, swap),
    "a file's name tells": (Check.NAME, name_file),
    "a file's time tells": (Check.NAME, copy_times),
    "another patient's name": (
        Check.IDENTIFIER,
        say_of_ada(ManufacturerModelName="Brackenridge"),
    ),
    "another patient's ID": (
        Check.IDENTIFIER,
        say_of_ada(ManufacturerModelName="br-0815"),
    ),
    "a UID of another source": (
        Check.IDENTIFIER,
        say_of_ada(StudyInstanceUID="1.2.3.77.1"),
    ),
    "another study than the other slice": (
        Check.CONSISTENCY,
        say_of("Quillfeather/a2 copy.dcm", StudyInstanceUID="2.25.7"),
    ),
    "an instance twice": (Check.CONSISTENCY, same_instance),
    "two patients become one": (Check.CONSISTENCY, same_subject),
    "a text beside the outputs": (
        Check.READABLE,
        lambda scene: (scene.out / "readme.txt").write_bytes(b"Quillfeather"),
    ),
    "a link": (
        Check.NAME,
        lambda scene: (scene.out / "x.dcm").symlink_to(scene.source / "Quillfeather/a1.dcm"),
    ),
    "no conformance": (Check.CONFORMANCE, say_of_ada(Modality="QQ", ImageType="WRONG")),
}


@pytest.mark.parametrize("what", FAULTS)
def test_what_files_tell_together_is_found(what: str, scene: Scene) -> None:
    check, spoil = FAULTS[what]
    spoil(scene)
    assert check in {finding.check for finding in scene.check().findings}


def test_workers_find_what_one_process_finds(scene: Scene) -> None:
    FAULTS["another study than the other slice"][1](scene)
    FAULTS["a text beside the outputs"][1](scene)
    profile, audit = policy(PROFILE).profile, audit_beside(scene.out)
    one, three = (
        verify(scene.out, profile, source=scene.source, audit=audit, workers=workers) for workers in (1, 3)
    )
    assert one == three
    assert {Check.CONSISTENCY, Check.READABLE} <= {finding.check for finding in three.findings}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("fail", [die, lambda: 1 / 0])
def test_a_check_that_dies_or_fails_is_a_finding_of_its_file_alone(
    fail: Callable[[], object], scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, spoilt = DicomJudge.judge, scene.outputs()[0]

    def judge_or_die(self: DicomJudge, data: bytes, source: bytes | None, told: Told) -> Judged:
        return judge(self, data, source, told) if data != spoilt.read_bytes() else Judged((str(fail()),))  # type: ignore[arg-type]

    monkeypatch.setattr(DicomJudge, "judge", judge_or_die)
    report = verify(scene.out, policy(PROFILE).profile, source=scene.source, workers=2)
    (finding,) = report.findings
    assert (finding.file, finding.check) == (spoilt.relative_to(scene.out).as_posix(), Check.READABLE)
    assert finding.problem.startswith("its check was killed" if fail is die else "the check failed")


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="this system has no extended attributes")
def test_extended_attributes_are_found(scene: Scene) -> None:
    try:
        os.setxattr(scene.outputs()[0], "user.origin", b"Quillfeather")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    assert Check.NAME in {finding.check for finding in scene.check().findings}


def test_no_finding_holds_a_value(scene: Scene) -> None:
    for spoil in (*[spoil for _, spoil in FAULTS.values()][3:6], name_file):
        spoil(scene)
    report = json.dumps([{**one.to_json(), "file": ""} for one in scene.check().findings])
    assert not [word for word in ("Quillfeather", "Brackenridge", "0815", "1.2.3.77") if word in report]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        verify(tmp_path / "gone", policy(PROFILE).profile)


def test_an_audit_that_is_not_there_is_an_error_and_no_finding(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    for audit in (scene.folder / "nosuch", scene.folder):
        done = call(capsys, "verify", scene.out, "--audit", audit)
        assert (done.code, done.out) == (2, "")
        assert "the audit cannot be read" in done.err
        assert "by default OUT.audit.jsonl" in done.err


def test_folders_without_an_output_are_counted_and_not_named(scene: Scene) -> None:
    inner = scene.output_of("Brackenridge/b1.dcm").parent
    (scene.out / "Quillfeather Ada/4711").mkdir(parents=True)
    (scene.out / "Quillfeather Bob").mkdir()
    (inner / "Quillfeather").mkdir()
    found = scene.check().findings
    assert [(one.file, one.check, one.problem) for one in found] == [
        ("", Check.NAME, "2 folders in it hold no output"),
        (inner.relative_to(scene.out).as_posix(), Check.NAME, "a folder in it holds no output"),
    ]
    assert "Quillfeather" not in str(found)
