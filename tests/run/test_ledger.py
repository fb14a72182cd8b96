from typing import Any

import pytest

from bme_med.audit import AuditNames, NameStyle, Status
from bme_med.core import Pseudonyms, parse_profile
from bme_med.run.ledger import Ledger, Verdict
from bme_med.run.working import Outcome

SECRET = Pseudonyms(bytes(32))


def ledger(names: str = "sequential", style: NameStyle = NameStyle.KEEP) -> Ledger:
    profile = parse_profile("test", lambda name: (name, f'name = "test"\n[files]\nnames = "{names}"\n'))
    return Ledger(profile, AuditNames(style, SECRET))


def photo(content: str) -> Outcome:
    return Outcome(Status.WRITTEN, format="jpeg", source_sha256=content, suffix=".jpg")


def instance(content: str, sop: str, series: str = "2.25.2") -> Outcome:
    fields = {
        "PatientID": "S",
        "StudyInstanceUID": "2.25.1",
        "SeriesInstanceUID": series,
        "SOPInstanceUID": sop,
    }
    return Outcome(Status.WRITTEN, format="dicom", source_sha256=content, suffix=".dcm", fields=fields)


def record(name: str, verdict: Verdict, outcome: Outcome) -> dict[str, Any]:
    return {
        "filename": name,
        "status": verdict.status,
        "output": verdict.output,
        "format": outcome.format,
        "source_sha256": outcome.source_sha256,
    }


def test_an_exact_duplicate_is_skipped_and_the_first_named() -> None:
    book = ledger()
    book.judge("a.jpg", photo("1"))
    verdict = book.judge("b.jpg", photo("1"))
    assert (verdict.status, verdict.reason) == (Status.SKIPPED, "an exact duplicate of a.jpg")


@pytest.mark.parametrize("names", ["sequential", "hash", "keep"])
def test_a_photo_of_two_subjects_is_written_for_both_and_twice_of_one_is_a_duplicate(names: str) -> None:
    book = ledger(names)
    first, second = (book.judge(f"{who}/a.jpg", photo("1"), who) for who in ("ANNA", "BEN"))
    assert first.status is second.status is Status.WRITTEN
    assert first.output != second.output
    assert book.judge("BEN/b.jpg", photo("1"), "BEN").reason == "an exact duplicate of BEN/a.jpg"


def test_an_instance_says_itself_whose_it_is() -> None:
    book = ledger()
    book.judge("anna/1.dcm", instance("1", "2.25.3"), "ANNA")
    assert book.judge("ben/1.dcm", instance("1", "2.25.3"), "BEN").status is Status.SKIPPED


def test_numbers_count_only_what_is_written() -> None:
    book = ledger()
    outcomes = [
        photo("1"),
        Outcome(Status.REFUSED, "broken"),
        photo("1"),
        instance("7", "2.25.9"),
        photo("2"),
    ]
    outputs = [book.judge(f"{n}", outcome).output for n, outcome in enumerate(outcomes)]
    assert [output for output in outputs if output.endswith(".jpg")] == ["Study_001.jpg", "Study_002.jpg"]


@pytest.mark.parametrize("series", ["2.25.2", "2.25.77"])
def test_other_content_under_a_known_instance_uid_is_refused_wherever_it_would_lie(series: str) -> None:
    book = ledger()
    book.judge("a.dcm", instance("1", "2.25.3"))
    verdict = book.judge("b.dcm", instance("2", "2.25.3", series))
    assert verdict.status is Status.REFUSED
    assert verdict.reason == "other content under the same SOP Instance UID as a.dcm"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("knee.jpg", "KNEE.JPG"),
        ("a/caf\u00e9.jpg", "a/cafe\u0301.jpg"),
        ("folder.jpg/x.jpg", "folder.jpg"),
        ("folder.jpg", "Folder.jpg/x.jpg"),
    ],
)
def test_outputs_that_some_file_system_takes_for_one_never_meet(first: str, second: str) -> None:
    book = ledger("keep")
    assert book.judge(first, photo("1")).status is Status.WRITTEN
    verdict = book.judge(second, photo("2"))
    assert verdict.status is Status.REFUSED
    assert verdict.reason.endswith(f"as that of {first}")


def test_a_path_that_is_too_long_is_refused() -> None:
    verdict = ledger("keep").judge("/".join(["x" * 200] * 9) + ".jpg", photo("1"))
    assert (verdict.status, verdict.output) == (Status.REFUSED, "")


def test_reasons_name_pseudonyms_where_the_audit_does() -> None:
    book = ledger(style=NameStyle.PSEUDONYM)
    book.judge("Quillfeather.jpg", photo("1"))
    reason = book.judge("b.jpg", photo("1")).reason
    assert "Quillfeather" not in reason
    assert "src-" in reason


@pytest.mark.parametrize("style", NameStyle)
def test_a_ledger_restored_from_an_audit_judges_as_the_first_did(style: NameStyle) -> None:
    first, second = ledger(style=style), ledger(style=style)
    done = [photo("1"), instance("2", "2.25.3"), Outcome(Status.REFUSED, "x"), photo("3"), photo("3")]
    for n, (outcome, subject) in enumerate(zip(done, ("", "", "", "ANNA", "BEN"), strict=True)):
        verdict = first.judge(f"{n}", outcome, subject)
        as_audited = record(first.names.file(f"{n}"), verdict, outcome)
        as_audited["source_sha256"] = first.names.digest(outcome.source_sha256)
        second.restore(as_audited, subject)
    for outcome in (photo("1"), photo("5"), instance("6", "2.25.3"), instance("2", "2.25.8"), photo("3")):
        for subject in ("BEN", ""):
            assert first.judge("new", outcome, subject) == second.judge("new", outcome, subject)
