import errno
import fcntl
import json
import os
import stat
from pathlib import Path

import pytest

from bme_med.audit import AuditWriter, check_file, read_file
from bme_med.core import AuditError, UsageError
from tests.audit.making import write_audit


def test_an_audit_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_audit(tmp_path / "a")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_an_audit_is_never_overwritten(tmp_path: Path) -> None:
    write_audit(tmp_path / "a")
    before = (tmp_path / "a").read_bytes()
    with pytest.raises(UsageError, match="already"):
        AuditWriter.create(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == before


def test_every_line_holds_the_digest_of_the_one_before_and_every_key(tmp_path: Path) -> None:
    write_audit(tmp_path / "a")
    lines = [json.loads(line) for line in (tmp_path / "a").read_bytes().splitlines()]
    assert [line["prev"] == "" for line in lines] == [True] + [False] * 6
    assert list(lines[1]) == [
        *("filename", "timestamp", "status", "reason", "format", "output", "source_sha256", "output_sha256"),
        *("profile", "profile_sha256", "actions", "findings", "prev"),
    ]
    assert lines[5]["filename"] == "e\udcff.jpg"
    assert lines[5]["actions"] == [{"where": "APP1", "code": "X", "rule": "r"}]


def test_a_reopened_audit_goes_on_where_it_ended_and_loses_a_torn_line(tmp_path: Path) -> None:
    write_audit(tmp_path / "a", complete=False)
    with open(tmp_path / "a", "ab") as file:
        file.write(b'{"filename":"torn')
    audit = AuditWriter.reopen(tmp_path / "a")
    assert len(list(audit.lines())) == 6
    audit.append(['{"end":{"records":5,"found":5}'])
    audit.close()
    assert [finding.problem for finding in check_file(tmp_path / "a") if "order" in finding.problem] == []
    assert len((tmp_path / "a").read_bytes().splitlines()) == 7


@pytest.mark.parametrize("text", [b"", b"half a line"])
def test_an_audit_without_a_whole_line_cannot_be_reopened(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "a").write_bytes(text)
    with pytest.raises(AuditError):
        AuditWriter.reopen(tmp_path / "a")


def test_reading_gives_the_last_record_of_each_file(tmp_path: Path) -> None:
    write_audit(tmp_path / "a")
    audit = read_file(tmp_path / "a")
    assert audit.counts() == {"found": 5, "written": 2, "refused": 2, "skipped": 1}
    assert audit.end
    assert audit.to_json()["complete"] is True


@pytest.mark.parametrize("text", [b"", b"x\n", b"[]\n", b'{"audit":"other"}\n'])
def test_what_is_no_audit_is_said_to_be_none(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "a").write_bytes(text)
    with pytest.raises(AuditError, match="no audit of bme-med"):
        read_file(tmp_path / "a")


def test_a_line_that_is_no_record_is_named(tmp_path: Path) -> None:
    write_audit(tmp_path / "a")
    lines = (tmp_path / "a").read_bytes().splitlines(keepends=True)
    (tmp_path / "a").write_bytes(b"".join([*lines[:2], b'{"filename":"x"}\n', *lines[2:]]))
    with pytest.raises(AuditError, match="line 3"):
        read_file(tmp_path / "a")


def test_a_file_system_without_locks_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "lockf", refuse)
    write_audit(tmp_path / "a")
    assert check_file(tmp_path / "a") == []
