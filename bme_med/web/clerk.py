"""The run as a whole, beside the workers of a page: names of outputs, duplicates, audit, report.

It judges sources in the order of the command line, with the command line's own ledger and audit.
"""

import tempfile
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from bme_med.audit import (
    Audit,
    AuditNames,
    AuditWriter,
    NameStyle,
    Status,
    check,
    footer_text,
    read,
)
from bme_med.core import AuditError, Policy, Profile, Pseudonyms, UsageError
from bme_med.dicom import Owner
from bme_med.report.writing import render_report
from bme_med.run.boxes import DrawnBoxes
from bme_med.run.ledger import Ledger, Verdict
from bme_med.run.people import People, people_among
from bme_med.run.recording import run_text, source_text, timestamp
from bme_med.run.summary import Summary
from bme_med.run.working import Outcome

__all__ = ["Clerk"]


class Clerk:
    """One run.

    Parameters
    ----------
    owners
        Of the instances among the sources, by name.
    boxes
        What the user drew; None where that is nothing.
    earlier
        The audit of an earlier try; empty for a new run.
    """

    def __init__(
        self,
        profile: Profile,
        key: bytes,
        owners: Mapping[str, Owner],
        names: Sequence[str],
        boxes: DrawnBoxes | None,
        earlier: str,
    ) -> None:
        self._profile = profile
        self._names = AuditNames(NameStyle.KEEP, Pseudonyms(key))
        self.people: People = people_among(names, owners, profile, None)
        self._ledger = Ledger(profile, self._names)
        self.summary = _new_summary(profile)
        self._pending: deque[tuple[str, str, Outcome, Verdict]] = deque()
        self._folder = tempfile.TemporaryDirectory()
        self._path = Path(self._folder.name) / "audit.jsonl"
        self._lines = 0
        self._checks = self._key_checks(boxes)
        self.finished = self._go_on(earlier) if earlier else self._start()

    def _key_checks(self, boxes: DrawnBoxes | None) -> dict[str, str]:
        """As the command line's: keyed digests that say nothing about what they are of."""
        pseudonyms = self._names.pseudonyms
        checks = {"key": pseudonyms.digest("audit-key").hex()}
        if boxes:
            checks["boxes"] = pseudonyms.digest("audit-boxes", boxes.sha256).hex()
        return checks

    def _start(self) -> frozenset[str]:
        self._audit = AuditWriter.create(self._path)
        self._audit.append([run_text(self._profile, self._names, [], self._checks)])
        return frozenset()

    def _go_on(self, earlier: str) -> frozenset[str]:
        """Take over what an earlier try finished; the names of those sources."""
        self._path.write_bytes(earlier.encode())
        self._audit = AuditWriter.reopen(self._path)
        past = read(self._audit.lines(), "the audit")
        for finding in check(self._audit.lines(), complete=False):
            raise AuditError(f"the audit, line {finding.line}: {finding.problem}: start anew")
        self._compare(past)
        for record in past.records.values():
            self.summary.add_record(record)
            self._ledger.restore(record)
        self._lines = past.lines
        return frozenset(past.records)

    def _compare(self, past: Audit) -> None:
        """The same profile, key and boxes make the same output; anything else would mix two runs."""
        for what, mine, then in (
            ("profile", self._profile.sha256, past.header["profile_sha256"]),
            ("key", self._checks["key"], past.header["checks"].get("key")),
            ("boxes", self._checks.get("boxes"), past.header["checks"].get("boxes")),
        ):
            if mine != then:
                raise UsageError(f"the run to go on with had another {what}: give the same, or start anew")

    def policy(self, boxes: DrawnBoxes | None) -> Policy:
        """What the workers plan under."""
        return self.people.policy(self._profile, self._names.pseudonyms, boxes.rules if boxes else ())

    def judge(self, name: str, outcome: Outcome) -> Verdict:
        """What becomes of the source `name`; asked in the order of the names."""
        verdict = self._ledger.judge(name, outcome)
        text = source_text(self._profile, self._names, name, outcome, verdict)
        self._pending.append((text, name, outcome, verdict))
        return verdict

    def commit(self) -> None:
        """Put the first source that was judged, and is done now, into the audit."""
        text, name, outcome, verdict = self._pending.popleft()
        self._audit.append([text])
        self._lines += 1
        self.summary.add(name, verdict, outcome)

    def finish(self, seconds: float, stopped: str) -> tuple[bytes, bytes]:
        """End the run, complete unless it `stopped`: its audit and its report."""
        if not stopped:
            counts = {status.value: self.summary.counts[status] for status in Status}
            footer = footer_text(
                timestamp=timestamp(),
                seconds=seconds,
                records=self._lines,
                counts={"found": self.summary.found, **counts},
                prev=self._audit.prev,
            )
            self._audit.append([footer])
        lines = list(self._audit.lines())
        self._audit.close()
        self._folder.cleanup()
        return b"".join(lines), render_report(read(lines, "the audit"), None)


def _new_summary(profile: Profile) -> Summary:
    """Counts that start at nothing; a page has no paths."""
    return Summary(
        profile=profile.name,
        profile_sha256=profile.sha256,
        out="",
        audit="",
        dry_run=False,
        has_pseudonyms=False,
        key="",
    )
