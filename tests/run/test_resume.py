import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bme_med.audit import Status, check_file, read_file
from bme_med.core import AuditError, BmeError, KeyFileError, UsageError
from tests.run.making import instance, key_file, mixed_folder, records, run, tree

ROOT = Path(__file__).parents[2]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return mixed_folder(tmp_path / "in")


def kill(
    point: str,
    calls: int,
    source: Path,
    *,
    workers: int = 1,
    random_key: bool = False,
    profile: str = "hipaa-safe-harbor",
) -> Path:
    """A run that was killed; where its output lies."""
    out = source.parent / "out"
    key = "" if random_key else str(key_file(source.parent))
    command = [sys.executable, "-m", "tests.run.killed", point, str(calls), str(source), str(out), key]
    done = subprocess.run([*command, str(workers), profile], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    return out


def outcomes(audit: Path) -> list[tuple[str, str, str, str]]:
    return [(r["filename"], r["status"], r["reason"], r["output_sha256"]) for r in records(audit)]


@pytest.mark.parametrize(
    ("point", "calls", "workers"),
    [
        ("part written", 7, 1),
        ("part written", 3, 2),
        ("batch flushed", 2, 1),
        ("batch flushed", 5, 2),
        ("file named", 2, 1),
        ("file named", 8, 2),
        ("lines appended", 4, 1),
        ("lines appended", 6, 2),
        ("before footer", 1, 1),
        *(pytest.param("part written", calls, 1, marks=pytest.mark.nightly) for calls in (1, 14)),
        pytest.param("batch flushed", 1, 1, marks=pytest.mark.nightly),
        pytest.param("file named", 1, 1, marks=pytest.mark.nightly),
        *(pytest.param("lines appended", calls, 1, marks=pytest.mark.nightly) for calls in (1, 2)),
    ],
)
def test_a_killed_run_that_is_resumed_equals_an_undisturbed_one(
    source: Path, point: str, calls: int, workers: int
) -> None:
    run(source, undisturbed := source.parent / "undisturbed")
    out = kill(point, calls, source, workers=workers)
    assert not any(path.suffix == ".dcm" and path.name.startswith(".") for path in out.rglob("*"))
    summary = run(source, out, resume=True, workers=workers)
    assert tree(out) == tree(undisturbed)
    assert check_file(out.parent / "out.audit.jsonl") == []
    assert outcomes(out.parent / "out.audit.jsonl") == outcomes(
        undisturbed.parent / "undisturbed.audit.jsonl"
    )
    assert summary.found == len(outcomes(out.parent / "out.audit.jsonl"))


@pytest.mark.parametrize("cut", [1, 50, 700])
def test_a_line_that_a_power_cut_tore_is_written_again(source: Path, cut: int) -> None:
    run(source, undisturbed := source.parent / "undisturbed")
    out = kill("lines appended", 5, source)
    audit = out.parent / "out.audit.jsonl"
    audit.write_bytes(audit.read_bytes()[:-cut])
    run(source, out, resume=True)
    assert tree(out) == tree(undisturbed)
    assert check_file(audit) == []


def test_the_random_key_of_a_killed_run_waits_and_is_erased_in_the_end(source: Path) -> None:
    out = kill("file named", 5, source, random_key=True)
    state = out.parent / "out.run"
    assert (state.stat().st_mode & 0o777, (state / "key").stat().st_mode & 0o777) == (0o700, 0o600)
    shutil.copy2(state / "key", source.parent / "copied.key")
    summary = run(source, out, resume=True, key_file=None)
    assert summary.key == "forgotten"
    assert not state.exists()
    run(source, undisturbed := source.parent / "undisturbed", key_file=source.parent / "copied.key")
    assert tree(out) == tree(undisturbed)


def test_a_run_without_its_random_key_cannot_be_resumed(source: Path) -> None:
    out = kill("file named", 5, source, random_key=True)
    shutil.rmtree(out.parent / "out.run")
    with pytest.raises(UsageError, match="key of this run"):
        run(source, out, resume=True, key_file=None)


def test_a_run_killed_before_it_began_is_told_from_one_to_resume(source: Path) -> None:
    out = kill("key made", 1, source, random_key=True)
    with pytest.raises(UsageError, match="did not complete"):
        run(source, out)
    shutil.rmtree(out.parent / "out.run")
    assert run(source, out).found == 23


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"profile": "ps315-basic"}, "another profile"),
        ({"audit_names": "pseudonym"}, "another --audit-names"),
        ({"key_file": "other.key"}, "another key"),
    ],
)
def test_another_run_is_not_mixed_into_this_one(source: Path, change: dict[str, str], message: str) -> None:
    out = kill("file named", 5, source)
    other = source.parent / "other.key"
    other.touch(0o600)
    other.write_text("bme-med-key-v1 " + "B" * 43 + "=\n")
    options = {name: source.parent / value if name == "key_file" else value for name, value in change.items()}
    with pytest.raises(BmeError, match=message):
        run(source, out, resume=True, **options)


def test_another_input_is_not_mixed_into_this_run(source: Path) -> None:
    out = kill("file named", 5, source)
    with pytest.raises(UsageError, match="another input"):
        run(source / "photos", out, resume=True)


def test_a_key_that_others_may_read_is_refused_on_resume_too(source: Path) -> None:
    out = kill("file named", 5, source, random_key=True)
    (out.parent / "out.run" / "key").chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod"):
        run(source, out, resume=True, key_file=None)


def test_an_audit_that_was_changed_is_not_gone_on_with(source: Path) -> None:
    out = kill("lines appended", 4, source)
    audit = out.parent / "out.audit.jsonl"
    audit.write_bytes(audit.read_bytes().replace(b'"refused"', b'"skipped"', 1))
    with pytest.raises(AuditError, match="line 2: changed"):
        run(source, out, resume=True)


def test_an_audit_that_is_none_is_not_gone_on_with(source: Path) -> None:
    out = source.parent / "out"
    for text in ("", "no audit\n", '{"a": 1}\n'):
        (out.parent / "out.audit.jsonl").write_text(text)
        with pytest.raises(AuditError):
            run(source, out, resume=True)


def test_outputs_that_are_gone_are_named(source: Path) -> None:
    out = kill("lines appended", 6, source)
    (out / "Study_001.jpg").unlink()
    with pytest.raises(UsageError, match=r"1 files .* such as Study_001\.jpg"):
        run(source, out, resume=True)


def test_a_run_killed_before_its_first_output_is_resumed_where_nothing_is(source: Path) -> None:
    run(source, undisturbed := source.parent / "undisturbed")
    out = kill("part written", 1, source)
    shutil.rmtree(out)
    run(source, out, resume=True)
    assert tree(out) == tree(undisturbed)


def test_a_complete_run_has_nothing_to_resume(source: Path) -> None:
    out = source.parent / "out"
    run(source, out)
    before = tree(out)
    summary = run(source, out, resume=True)
    assert summary.earlier == summary.found
    assert tree(out) == before
    assert check_file(out.parent / "out.audit.jsonl") == []
    run(source, other := source.parent / "other", key_file=None)
    with pytest.raises(UsageError, match="nothing to resume"):
        run(source, other, resume=True, key_file=None)


def test_retry_refused_tries_again_what_was_mended(source: Path) -> None:
    out = source.parent / "out"
    first = run(source, out)
    (source / "empty.dcm").write_bytes(instance(99))
    assert run(source, out, resume=True).counts == first.counts
    second = run(source, out, resume=True, retry_refused=True)
    assert second.counts[Status.WRITTEN] == first.counts[Status.WRITTEN] + 1
    assert second.counts[Status.REFUSED] == first.counts[Status.REFUSED] - 1
    audit = read_file(out.parent / "out.audit.jsonl")
    assert audit.records["empty.dcm"]["status"] == "written"
    assert check_file(out.parent / "out.audit.jsonl") == []


def test_two_runs_never_write_one_audit(source: Path) -> None:
    out = kill("file named", 5, source)
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(out.parent / "out.audit.jsonl")], stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout
        holder.stdout.readline()
        with pytest.raises(UsageError, match="another run"):
            run(source, out, resume=True)
    finally:
        holder.kill()
        holder.communicate()


_HOLD = """
import sys, time
from pathlib import Path
from bme_med.audit import AuditWriter
audit = AuditWriter.reopen(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""
