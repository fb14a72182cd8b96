import errno
import os
import signal
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from bme_med import engines
from bme_med.audit import AuditWriter, Status, check_file, read_file
from bme_med.core import Plan, Policy, Pseudonyms, Refusal, Source, UsageError
from bme_med.run import Summary, committing, deidentify, make_job
from bme_med.run.writing import flush, write_pieces
from tests.run.making import instance, mixed_folder, records, run, snapshot, tree
from tests.run.test_unwanted import media_directory


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return mixed_folder(tmp_path / "in")


def outcome_of(audit: Path) -> dict[str, tuple[str, str]]:
    return {record["filename"]: (record["status"], record["reason"]) for record in records(audit)}


def test_a_mixed_folder_is_accounted_for_file_by_file(tmp_path: Path, source: Path) -> None:
    before = snapshot(source)
    summary = run(source, tmp_path / "out")
    assert summary.exit_code == 1
    assert summary.counts == {Status.WRITTEN: 15, Status.REFUSED: 4, Status.SKIPPED: 4}
    outcomes = outcome_of(tmp_path / "out.audit.jsonl")
    assert outcomes.keys() == {name for name, digest in tree(source).items() if digest}
    assert outcomes["photos/same as b.jpeg"] == ("skipped", "an exact duplicate of photos/b.jpeg")
    assert outcomes["scans/s0/I000.dcm"] == ("skipped", "an exact duplicate of scans/copy of I000.dcm")
    assert outcomes["scans/s1/I001.dcm"][0] == "refused"
    assert "SOP Instance UID as scans/s1/I001 again.dcm" in outcomes["scans/s1/I001.dcm"][1]
    assert outcomes["photos/Thumbs.db"][0] == outcomes["photos/._b.jpeg"][0] == "skipped"
    assert all(outcomes[name][0] == "refused" for name in ("notes.txt", "empty.dcm", "photos/cut off.jpg"))
    assert snapshot(source) == before


def test_found_is_written_and_refused_and_skipped_and_every_output_is_listed_once(
    tmp_path: Path, source: Path
) -> None:
    summary = run(source, tmp_path / "out")
    listed = records(tmp_path / "out.audit.jsonl")
    assert summary.found == len(listed) == sum(summary.counts.values())
    outputs = [record["output"] for record in listed if record["status"] == "written"]
    there = {name: digest for name, digest in tree(tmp_path / "out").items() if digest}
    assert sorted(outputs) == sorted(there)
    for record in listed:
        assert there.get(record["output"], "") == record["output_sha256"]
        assert bool(record["reason"]) == (record["status"] != "written")


@pytest.mark.parametrize("workers", [2, 4])
def test_the_same_run_with_more_workers_is_byte_identical(tmp_path: Path, source: Path, workers: int) -> None:
    run(source, tmp_path / "one")
    run(source, tmp_path / "more", workers=workers)
    assert tree(tmp_path / "one") == tree(tmp_path / "more")
    assert outcome_of(tmp_path / "one.audit.jsonl") == outcome_of(tmp_path / "more.audit.jsonl")


def test_photos_are_numbered_in_sorted_order_without_gaps(tmp_path: Path, source: Path) -> None:
    run(source, tmp_path / "out", workers=3)
    photos = {
        r["filename"]: r["output"] for r in records(tmp_path / "out.audit.jsonl") if r["format"] != "dicom"
    }
    assert photos["photos/a knee.jpg"] == "Study_001.jpg"
    assert photos["photos/b.jpeg"] == "Study_002.jpg"
    assert photos["photos/c.png"] == "Study_003.png"


def test_without_a_key_file_a_random_key_is_used_and_forgotten(tmp_path: Path, source: Path) -> None:
    first, second = (run(source, tmp_path / name, key_file=None) for name in ("a", "b"))
    assert first.key == second.key == "forgotten"
    assert tree(tmp_path / "a").keys() != tree(tmp_path / "b").keys()
    assert not list(tmp_path.glob("*.run"))


def test_modes_are_ours_and_nothing_else_is_left(tmp_path: Path, source: Path) -> None:
    for path in source.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o777)
    run(source, tmp_path / "out")
    for path in [tmp_path / "out", *(tmp_path / "out").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o755 if path.is_dir() else 0o644)
        assert path.stat().st_mtime > 1_600_000_000
        assert not path.name.startswith(".")
    assert stat.S_IMODE((tmp_path / "out.audit.jsonl").stat().st_mode) == 0o600


def test_an_old_dicomdir_is_skipped_and_a_file_of_that_name_is_not(tmp_path: Path) -> None:
    source = tmp_path / "in"
    (source / "cd").mkdir(parents=True)
    (source / "DICOMDIR").write_bytes(media_directory())
    (source / "cd" / "DICOMDIR").write_bytes(instance(1))
    summary = run(source, tmp_path / "out")
    assert (summary.counts[Status.SKIPPED], summary.counts[Status.WRITTEN]) == (1, 1)
    assert summary.exit_code == 0


def test_an_audit_with_pseudonyms_names_nothing(tmp_path: Path, source: Path) -> None:
    (source / "Quillfeather.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    summary = run(source, tmp_path / "out", audit_names="pseudonym")
    text = (tmp_path / "out.audit.jsonl").read_text()
    for name in (*tree(source), str(tmp_path)):
        assert name.rpartition("/")[2] not in text or name == "scans"
    public = set(tree(tmp_path / "out").values())  # a photo that was clean is what it was
    for digest in set(tree(source).values()) - public:
        assert digest not in text
    assert all(group.example.startswith("src-") for group in summary.reasons.values())
    assert check_file(tmp_path / "out.audit.jsonl") == []


def test_a_fault_of_ours_costs_one_file_and_its_text_stays_inside(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = engines.plan

    def fail(data: Source, policy: Policy) -> Plan | Refusal:
        if len(data) == len(instance(5, 2)) and b"1.2.3.2.5" in bytes(data[0 : len(data)]):
            raise KeyError("Quillfeather^Oriana")
        return plan(data, policy)

    monkeypatch.setattr(engines, "plan", fail)
    run(source, tmp_path / "out", workers=2)
    outcomes = outcome_of(tmp_path / "out.audit.jsonl")
    assert outcomes["scans/s2/I005.dcm"][1].startswith("internal error (KeyError)")
    assert "Quillfeather" not in (tmp_path / "out.audit.jsonl").read_text()
    assert outcomes["scans/s2/I008.dcm"][0] == "written"


def test_a_worker_that_dies_costs_one_file(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(path: str, *rest: Any) -> str:
        if path.endswith("/9"):
            Path(path).write_bytes(b"half")
            os.kill(os.getpid(), signal.SIGKILL)
        return write_pieces(path, *rest)

    monkeypatch.setattr("bme_med.run.working.write_pieces", die)
    summary = run(source, tmp_path / "out", workers=2)
    deaths = [record for record in records(tmp_path / "out.audit.jsonl") if "died" in record["reason"]]
    assert len(deaths) == 1
    assert summary.found == len([1 for digest in tree(source).values() if digest])
    assert not list((tmp_path / "out").glob(".*"))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_disk_stops_the_run_and_resume_finishes_it(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    run(source, tmp_path / "undisturbed")

    def fill_up(path: str, *rest: Any) -> str:
        if path.endswith("/12"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write_pieces(path, *rest)

    with monkeypatch.context() as patch:
        patch.setattr("bme_med.run.working.write_pieces", fill_up)
        summary = run(source, tmp_path / "out", workers=workers)
    assert summary.exit_code == 3
    assert "No space left on device" in summary.stopped
    assert read_file(tmp_path / "out.audit.jsonl").end is None
    assert summary.found == len(records(tmp_path / "out.audit.jsonl"))
    assert not list((tmp_path / "out").glob(".*"))
    finished(run(source, tmp_path / "out", resume=True), tmp_path)


@pytest.mark.parametrize("call", ["append", "rename", "flush"])
def test_a_disk_that_fails_while_files_are_named_stops_the_run_and_resume_finishes_it(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    run(source, tmp_path / "undisturbed")

    with monkeypatch.context() as patch:
        patch.setattr(committing, "_BATCH_ENTRIES", 3)
        where, replacement = {
            "append": ("bme_med.audit.AuditWriter.append", failing_after(2, AuditWriter.append)),
            "rename": ("pathlib.Path.rename", failing_after(4, Path.rename)),
            "flush": ("bme_med.run.committing.flush", failing_after(0, flush)),
        }[call]
        patch.setattr(where, replacement)
        summary = run(source, tmp_path / "out")
    assert summary.exit_code == 3
    assert "Input/output error" in summary.stopped
    finished(run(source, tmp_path / "out", resume=True), tmp_path)


def failing_after(calls: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, which fails after some calls."""
    left = [calls]

    def fail(*args: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return function(*args)

    return fail


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_stops_between_two_files_and_resume_finishes_the_run(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    run(source, tmp_path / "undisturbed", profile="ps315-basic")
    add = committing.Committer.add
    seen = []

    def interrupt(self: committing.Committer, entry: committing.Entry) -> None:
        add(self, entry)
        seen.append(entry)
        if len(seen) == 9:
            os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    with monkeypatch.context() as patch:
        patch.setattr(committing.Committer, "add", interrupt)
        summary = run(source, tmp_path / "out", workers=workers, profile="ps315-basic")
    assert signal.getsignal(signal.SIGTERM) is before
    assert (summary.exit_code, summary.stopped) == (3, "interrupted by SIGTERM")
    assert len(records(tmp_path / "out.audit.jsonl")) == len(seen)
    finished(run(source, tmp_path / "out", resume=True, profile="ps315-basic"), tmp_path)


def finished(summary: Summary, folder: Path) -> None:
    """The resumed run in ``out`` equals the undisturbed one."""
    assert not summary.stopped
    assert tree(folder / "out") == tree(folder / "undisturbed")
    assert check_file(folder / "out.audit.jsonl") == []
    assert outcome_of(folder / "out.audit.jsonl") == outcome_of(folder / "undisturbed.audit.jsonl")


def test_a_record_says_written_only_after_file_and_name_were_flushed(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: set[str] = set()
    folders: set[str] = set()
    append = AuditWriter.append

    def note(paths: list[str], folder: str) -> None:
        flush(paths, folder)
        folders.update(path for path in paths if Path(path).is_dir())
        flushed.update(str(Path(path).stat().st_ino) for path in paths)

    def see(self: AuditWriter, texts: Iterable[str]) -> None:
        texts = list(texts)
        for text in texts:
            if '"status":"written"' in text:
                path = tmp_path / "out" / text.partition('"output":"')[2].partition('"')[0]
                assert str(path.stat().st_ino) in flushed
                assert str(path.parent) in folders
        append(self, texts)

    monkeypatch.setattr(committing, "_BATCH_ENTRIES", 4)
    monkeypatch.setattr("bme_med.run.committing.flush", note)
    monkeypatch.setattr(AuditWriter, "append", see)
    assert run(source, tmp_path / "out").counts[Status.WRITTEN] > 10


def test_a_file_that_somebody_puts_in_the_way_is_never_overwritten(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = committing.Committer.add

    def intrude(self: committing.Committer, entry: committing.Entry) -> None:
        (tmp_path / "out" / "Study_001.jpg").write_bytes(b"mine")
        add(self, entry)

    monkeypatch.setattr(committing.Committer, "add", intrude)
    summary = run(source, tmp_path / "out")
    assert summary.exit_code == 3
    assert "in the way" in summary.stopped
    assert (tmp_path / "out" / "Study_001.jpg").read_bytes() == b"mine"


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path, source: Path) -> None:
    real = run(source, tmp_path / "out", workers=2)
    before = snapshot(tmp_path)
    dry = run(source, tmp_path / "dry", dry_run=True, workers=2)
    assert snapshot(tmp_path) == before
    assert (dry.counts, dry.kinds, dry.reasons) == (real.counts, real.kinds, real.reasons)
    listed = {r["filename"]: r["output"] for r in records(tmp_path / "out.audit.jsonl")}
    assert {item["filename"]: item["output"] for item in dry.files} == listed


def test_names_of_any_bytes_come_through(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    names = [b"\xff\xfe.dcm", b"line\nbreak.dcm", "Größe 身.dcm".encode(), b"tab\t\x1b[2J.dcm"]
    for number, name in enumerate(names):
        with open(os.fsencode(source) + b"/" + name, "wb") as file:
            file.write(instance(number))
    run(source, tmp_path / "out", workers=2)
    listed = records(tmp_path / "out.audit.jsonl")
    assert {os.fsencode(record["filename"]) for record in listed} == set(names)
    assert {record["status"] for record in listed} == {"written"}


def test_an_empty_folder_is_done_at_once(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    summary = run(tmp_path / "in", tmp_path / "out")
    assert (summary.found, summary.exit_code) == (0, 0)
    assert check_file(tmp_path / "out.audit.jsonl") == []


def test_what_was_removed_is_counted_by_kind(tmp_path: Path, source: Path) -> None:
    kinds = run(source, tmp_path / "out").kinds_by_code()
    assert kinds["patient"]["D"] >= 24
    assert kinds["preamble and file meta"] == {"D": 12}
    assert set(kinds["dates and times"]) <= {"X", "Z", "D", "C"}


def test_a_dry_run_that_is_interrupted_says_so(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = engines.plan

    def interrupt(data: Source, policy: Policy) -> Plan | Refusal:
        os.kill(os.getpid(), signal.SIGINT)
        return plan(data, policy)

    monkeypatch.setattr(engines, "plan", interrupt)
    summary = run(source, tmp_path / "out", dry_run=True)
    assert (summary.exit_code, summary.stopped) == (3, "interrupted by SIGINT")


def test_two_sources_with_one_pseudonym_are_told_apart_or_not_at_all(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pseudonyms, "hex_name", lambda *_: "0" * 12)
    with pytest.raises(UsageError, match="same pseudonym"):
        run(source, tmp_path / "out", audit_names="pseudonym")


@pytest.mark.parametrize("target", ["pathlib.Path.mkdir", "bme_med.audit.AuditWriter.create"])
def test_an_output_that_cannot_be_made_is_an_error_before_any_work(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "place")

    monkeypatch.setattr(target, refuse)
    with pytest.raises(UsageError, match=r"place: cannot be made \(Permission denied\)"):
        deidentify(make_job([source], tmp_path / "out", workers=1))
    assert not list(tmp_path.glob("out.*"))
