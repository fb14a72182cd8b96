"""What a run did, counted, for a person and for a script."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bme_med.audit import Status
from bme_med.audit.kinds import KINDS, count_kinds
from bme_med.audit.reasons import finding_group, reason_group
from bme_med.run.ledger import Verdict
from bme_med.run.working import Outcome

__all__ = ["Group", "Summary"]


@dataclass(slots=True)
class Group:
    """Sources with the same reason, and one of them, as the audit names it."""

    count: int
    example: str


@dataclass(slots=True)
class Summary:
    """The counts of one run.

    Attributes
    ----------
    has_pseudonyms
        Whether sources are named by pseudonyms, here and in the audit.
    key
        ``kept`` (a key file), or ``forgotten`` (random), or ``waiting`` (random, the run is not complete).
    subjects, crosswalk
        Paths of the two tables; empty where there is none.
    stopped
        Why the run ended early; empty for a complete one.
    earlier
        Sources that were finished before a resume; all other counts include them.
    files
        Of a dry run: what would become of each source.
    unmatched
        Lines of the map of subjects that cover nothing in the input.
    unused_boxes
        Entries of the boxes file whose boxes were painted in no file that was written.
    not_in_crosswalk
        Instances whose patient could not be read again.
    dicomdir_sha256
        Of the DICOMDIR that was made; empty where there is none.
    not_in_dicomdir
        Instances that have no record in it.
    """

    profile: str
    profile_sha256: str
    out: str
    audit: str
    dry_run: bool
    has_pseudonyms: bool
    key: str
    subjects: str = ""
    crosswalk: str = ""
    seconds: float = 0.0
    stopped: str = ""
    earlier: int = 0
    counts: Counter[Status] = field(default_factory=Counter)
    reasons: dict[tuple[Status, str], Group] = field(default_factory=dict)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    files: list[dict[str, str]] = field(default_factory=list)
    unmatched: tuple[int, ...] = ()
    unused_boxes: list[str] = field(default_factory=list)
    not_in_crosswalk: int = 0
    dicomdir_sha256: str = ""
    not_in_dicomdir: int = 0

    @property
    def found(self) -> int:
        """All sources: written, refused and skipped."""
        return self.counts.total()

    @property
    def exit_code(self) -> int:
        """0 all done, 1 some refused, 3 stopped early."""
        if self.stopped:
            return 3
        return 1 if self.counts[Status.REFUSED] else 0

    def add(self, name: str, verdict: Verdict, outcome: Outcome) -> None:
        """Count one source, called `name` by the audit."""
        self._count(name, verdict.status, verdict.reason)
        if verdict.status is Status.WRITTEN:
            self.kinds.update(outcome.kinds)
            self.findings.update(map(finding_group, outcome.findings))
            self.unused_boxes = [entry for entry in self.unused_boxes if not outcome.obeys(entry)]
        if self.dry_run:
            self.files.append(
                {
                    "filename": name,
                    "status": verdict.status,
                    "reason": verdict.reason,
                    "format": outcome.format,
                    "output": verdict.output,
                }
            )

    def add_record(self, record: Mapping[str, Any]) -> None:
        """Count a source that was finished before."""
        self.earlier += 1
        status = Status(record["status"])
        self._count(record["filename"], status, record["reason"])
        if status is Status.WRITTEN:
            self.kinds.update(count_kinds((action["where"], action["code"]) for action in record["actions"]))
            self.findings.update(map(finding_group, record["findings"]))
            if self.unused_boxes:
                rules = {action["rule"] for action in record["actions"]}
                self.unused_boxes = [entry for entry in self.unused_boxes if entry not in rules]

    def _count(self, name: str, status: Status, reason: str) -> None:
        self.counts[status] += 1
        if reason:
            group = self.reasons.setdefault((status, reason_group(reason)), Group(0, name))
            group.count += 1

    def groups(self, status: Status) -> list[tuple[str, Group]]:
        """Reasons of `status`, the most frequent first."""
        chosen = [(reason, group) for (of, reason), group in self.reasons.items() if of is status]
        return sorted(chosen, key=lambda item: (-item[1].count, item[0]))

    def kinds_by_code(self) -> dict[str, dict[str, int]]:
        """For each kind that occurs, how often each code was applied."""
        rows = {
            kind: {code: n for (of, code), n in sorted(self.kinds.items()) if of == kind} for kind in KINDS
        }
        return {kind: codes for kind, codes in rows.items() if codes}

    def to_json(self) -> dict[str, Any]:
        """One document for scripts."""
        document = {
            "profile": self.profile,
            "profile_sha256": self.profile_sha256,
            "out": self.out,
            "audit": self.audit,
            "dry_run": self.dry_run,
            "key": self.key,
            "subjects": self.subjects,
            "subjects_lines_unmatched": list(self.unmatched),
            "boxes_unused": self.unused_boxes,
            "crosswalk": self.crosswalk,
            "not_in_crosswalk": self.not_in_crosswalk,
            "dicomdir_sha256": self.dicomdir_sha256,
            "not_in_dicomdir": self.not_in_dicomdir,
            "stopped": self.stopped,
            "found": self.found,
            **{status.value: self.counts[status] for status in Status},
            "finished_earlier": self.earlier,
            "seconds": round(self.seconds, 3),
            "refused_by_reason": self._reasons_to_json(Status.REFUSED),
            "skipped_by_reason": self._reasons_to_json(Status.SKIPPED),
            "removed": self.kinds_by_code(),
            "findings": dict(self.findings.most_common()),
        }
        return {**document, "files": self.files} if self.dry_run else document

    def _reasons_to_json(self, status: Status) -> list[dict[str, Any]]:
        return [
            {"reason": reason, "count": group.count, "example": group.example}
            for reason, group in self.groups(status)
        ]
