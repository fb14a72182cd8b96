import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bme_med.audit import AuditWriter, Status, check, check_file, is_unfinished, record_text
from bme_med.audit.records import footer_text, seal
from bme_med.core import AuditError
from tests.audit.making import COUNTS, PROFILE, RECORDS, TIME, audit_lines, write_audit


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    return audit_lines(tmp_path_factory.mktemp("audit"))


def said(lines: list[bytes]) -> list[tuple[int, str]]:
    return [(finding.line, finding.problem) for finding in check(lines)]


def test_an_audit_as_it_was_written_has_no_findings(lines: list[bytes]) -> None:
    assert len(lines) == 7
    assert said(lines) == []


@pytest.mark.parametrize("number", range(1, 8))
def test_a_changed_line_is_found_and_named(lines: list[bytes], number: int) -> None:
    changed = list(lines)
    changed[number - 1] = lines[number - 1].replace(b"2026-01-02", b"2026-01-03")
    assert changed != lines
    found = said(changed)
    assert [line for line, _ in found] == [number]
    assert "changed" in found[0][1]


@pytest.mark.parametrize("number", range(1, 8))
def test_a_link_that_was_changed_is_found_and_named(lines: list[bytes], number: int) -> None:
    changed = list(lines)
    changed[number - 1] = re.sub(rb'"prev":"[^"]*"', b'"prev":"00"', lines[number - 1])
    assert number in [line for line, _ in said(changed)]


@pytest.mark.parametrize("number", range(1, 7))
def test_a_line_that_is_no_json_any_more_is_found_and_named(lines: list[bytes], number: int) -> None:
    changed = list(lines)
    changed[number - 1] = b"{" + lines[number - 1]
    assert (number, said(changed)[0][1]) in said(changed)
    assert min(line for line, _ in said(changed)) == number


@pytest.mark.parametrize("number", range(2, 7))
def test_a_missing_line_is_found_at_its_place(lines: list[bytes], number: int) -> None:
    assert (number, "a line before it is missing (1 in all)") in said(lines[: number - 1] + lines[number:])


def test_several_missing_lines_are_counted(lines: list[bytes]) -> None:
    assert (3, "a line before it is missing (3 in all)") in said(lines[:2] + lines[5:])


def test_a_missing_header_is_named(lines: list[bytes]) -> None:
    assert said(lines[1:])[0] == (1, "the header is missing or was changed")


@pytest.mark.parametrize(("first", "second"), [(2, 3), (3, 4), (2, 6), (4, 5)])
def test_lines_that_changed_places_are_named(lines: list[bytes], first: int, second: int) -> None:
    swapped = list(lines)
    swapped[first - 1], swapped[second - 1] = lines[second - 1], lines[first - 1]
    found = said(swapped)
    assert {first, second} <= {line for line, _ in found}
    assert all("out of order" in problem for _, problem in found)


@pytest.mark.parametrize("number", range(2, 7))
def test_a_line_that_stands_twice_is_named(lines: list[bytes], number: int) -> None:
    doubled = lines[:number] + lines[number - 1 :]
    assert any(line == number + 1 and "out of order" in problem for line, problem in said(doubled))


@pytest.mark.parametrize("kept", range(1, 7))
def test_a_file_that_was_cut_between_lines_shows_it(lines: list[bytes], kept: int) -> None:
    assert said(lines[:kept]) == [
        (kept, "no footer after it: the run did not complete, or the end was cut off")
    ]


@pytest.mark.parametrize("bytes_left", [1, 40])
@pytest.mark.parametrize("kept", range(6))
def test_a_file_that_was_cut_within_a_line_shows_it(lines: list[bytes], kept: int, bytes_left: int) -> None:
    found = said([*lines[:kept], lines[kept][:bytes_left]])
    assert (kept + 1, "cut off in the middle") in found


@pytest.mark.parametrize("count", ["found", "written", "refused", "skipped"])
def test_a_footer_that_counts_otherwise_is_named(lines: list[bytes], count: str) -> None:
    footer = json.loads(lines[-1])
    footer["end"][count] += 1
    found = said([*lines[:-1], json.dumps(footer, separators=(",", ":")).encode() + b"\n"])
    assert (7, "changed: the footer's seal does not fit") in found
    assert any(f"{count}, but the records say" in problem for _, problem in found)


def rechained(lines: list[bytes]) -> list[bytes]:
    """The lines as somebody writes them anew who knows how an audit is made."""
    prev, done = "", []
    for line in lines:
        document = {**json.loads(line), "prev": prev}
        if "end" in document:
            document["seal"] = seal(document["end"], prev)
        text = json.dumps(document, separators=(",", ":")).encode()
        prev = hashlib.sha256(text).hexdigest()
        done.append(text + b"\n")
    return done


@pytest.mark.parametrize("number", [2, 3, 5])
def test_a_record_that_was_copied_under_a_new_chain_is_named(lines: list[bytes], number: int) -> None:
    assert said(rechained(lines)) == []
    found = said(rechained([*lines[:number], lines[number - 1], *lines[number:]]))
    assert (number + 1, f"a source has two records: line {number} is of it, and was not refused") in found
    assert (8, "the footer says 5 records, but the records say 6") in found


def test_a_footer_that_agrees_does_not_hide_a_copied_record(lines: list[bytes]) -> None:
    footer = json.loads(lines[-1])
    footer["end"]["records"] = 6
    found = said(rechained([*lines[:2], lines[1], *lines[2:-1], json.dumps(footer).encode()]))
    assert found == [(3, "a source has two records: line 2 is of it, and was not refused")]


def test_what_was_refused_may_be_tried_again(tmp_path: Path) -> None:
    write_audit(tmp_path / "a")
    audit = AuditWriter.reopen(tmp_path / "a")
    again = [replace(RECORDS[2], status=Status.WRITTEN, output="x.jpg", output_sha256="9" * 64), RECORDS[4]]
    audit.append(record_text(record, timestamp=TIME, **PROFILE) for record in again)
    counts = {**COUNTS, "written": 3, "refused": 1}
    audit.append([footer_text(timestamp=TIME, seconds=1, records=7, counts=counts, prev=audit.prev)])
    audit.close()
    assert check_file(tmp_path / "a") == []


def test_an_empty_file_is_no_audit() -> None:
    assert said([]) == [(1, "nothing is in this file")]


def test_a_run_that_stopped_needs_no_footer(tmp_path: Path) -> None:
    write_audit(tmp_path / "a", complete=False)
    stopped = (tmp_path / "a").read_bytes().splitlines(keepends=True)
    assert check(stopped, complete=False) == []
    assert check(stopped) != []


def test_a_run_that_stopped_is_told_from_one_that_was_tampered_with(lines: list[bytes]) -> None:
    stopped = [lines[:4], lines[:-1], [*lines[:4], lines[4][:30]]]
    assert all(is_unfinished(check(one)) for one in stopped)
    tampered = [lines, lines[:1] + lines[2:4], [*lines[:-1], lines[-1][:30]][2:], [b"{}\n"], []]
    assert not any(is_unfinished(check(one)) for one in tampered)


@given(position=st.integers(min_value=0), value=st.integers(0, 255))
def test_no_byte_changes_unseen(lines: list[bytes], position: int, value: int) -> None:
    data = bytearray(b"".join(lines))
    position %= len(data)
    if data[position] == value:
        value ^= 1
    data[position] = value
    assert check(bytes(data).splitlines(keepends=True))


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match=r"cannot be read .*: give the file that a run named"):
        check_file(tmp_path / "gone")
