"""What the audit of a run says, held against the outputs and the sources as they lie."""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bme_med.audit import Audit, NameStyle, Status, boxes_of, check_file, outside_of, read_file
from bme_med.core import AuditError, Profile, UsageError
from bme_med.verify.findings import Check, Finding
from bme_med.verify.judged import Told
from bme_med.verify.methods import Maker

__all__ = ["DICOMDIR", "Accounts", "account_for", "open_audit", "told_of"]

DICOMDIR = "DICOMDIR"
"""An output without a source, if the audit's footer has its digest."""

_PSEUDONYM = re.compile(r"src-[0-9A-F]{12}")
_CLEAN = re.compile(r"\(0028,0301\) .*"), re.compile(r"PS3\.15 E\.1\.1: NO, .*")
"""The action that says of an instance that nothing is known to be left of burned-in text."""

_BUFFER = 1 << 20


@dataclass(slots=True)
class Accounts:
    """An audit and what it accounts for.

    Attributes
    ----------
    by_output
        The record of each output.
    """

    path: Path
    audit: Audit | None
    findings: list[Finding] = field(default_factory=list)
    by_output: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def names_sources(self) -> bool:
        """Whether it names sources as they are called."""
        return self.audit is not None and self.audit.header["names"] == NameStyle.KEEP

    @property
    def maker(self) -> Maker | None:
        """What made the outputs, as it says."""
        if self.audit is None:
            return None
        return Maker(str(self.audit.header["profile"]), str(self.audit.header["version"]))

    def has_check(self, name: str) -> bool:
        """Whether the run was made with a map of subjects (`subjects`), or converted (`conversion`)."""
        return self.audit is not None and name in self.audit.header["checks"]

    def add(self, place: str, problem: str, file: str = "") -> None:
        """Note what is wrong."""
        self.findings.append(Finding(file or self.path.name, place, Check.AUDIT, problem))


def open_audit(path: Path) -> Accounts:
    """The audit at `path`; what is wrong with its lines, chain and footer is noted.

    Raises
    ------
    UsageError
        If there is no file that can be read.
    """
    try:
        findings = check_file(path)
    except AuditError as error:
        raise UsageError(str(error)) from None
    try:
        accounts = Accounts(path, read_file(path))
    except AuditError:
        accounts = Accounts(path, None)
        accounts.add("", "it cannot be read to its end as an audit of bme-med")
    for finding in findings:
        accounts.add(f"line {finding.line}", finding.problem)
    for record in accounts.audit.records.values() if accounts.audit else ():
        if record["status"] == Status.WRITTEN:
            if record["output"] in accounts.by_output:
                accounts.add("output", "two sources have the same output", record["output"])
            accounts.by_output[record["output"]] = record
    return accounts


def account_for(
    accounts: Accounts, outputs: Mapping[str, Path], sources: Mapping[str, Path] | None, profile: Profile
) -> list[Finding]:
    """Whether every output and every source is accounted for, once and truly."""
    audit = accounts.audit
    if audit is None:
        return accounts.findings
    if audit.header["profile_sha256"] != profile.sha256:
        accounts.add("header", "the run had another profile than the one that outputs are checked by")
    elif audit.header["profile"] != profile.name:
        accounts.add("header", "another name than that of the run's profile")
    _check_outputs(accounts, audit, outputs)
    for name, record in audit.records.items():
        _check_record(accounts, name, record)
    if audit.header["names"] == NameStyle.PSEUDONYM:
        _check_pseudonyms(accounts, audit, sources)
    elif sources is not None:
        _check_sources(accounts, audit, sources)
    return accounts.findings


def _check_outputs(accounts: Accounts, audit: Audit, outputs: Mapping[str, Path]) -> None:
    for name, path in outputs.items():
        record = accounts.by_output.get(name)
        if record is None:
            digest = (audit.end or {}).get("dicomdir_sha256") if name == DICOMDIR else None
            if digest is None:
                accounts.add("output", "the audit knows nothing of it", name)
            elif digest != _digest(path):
                accounts.add("dicomdir_sha256", "not the file that was written", name)
        elif record["output_sha256"] != _digest(path):
            accounts.add("output_sha256", "not the file that was written", name)
    for name in accounts.by_output.keys() - outputs.keys():
        accounts.add("output", "the audit says that it was written, and it is not there", name)


def _check_record(accounts: Accounts, name: str, record: Mapping[str, Any]) -> None:
    is_written = record["status"] == Status.WRITTEN
    if is_written != bool(record["output"]) or is_written != bool(record["output_sha256"]):
        accounts.add("output", "the status and the output do not agree", name)
    if not is_written and not record["reason"]:
        accounts.add("reason", "no reason for what was not written", name)
    if record["profile_sha256"] != (accounts.audit.header["profile_sha256"] if accounts.audit else ""):
        accounts.add("profile_sha256", "another profile than the run's", name)


def _check_pseudonyms(accounts: Accounts, audit: Audit, sources: Mapping[str, Path] | None) -> None:
    """An audit that is made to be shared names no source, and confirms no guess at one."""
    if audit.header["inputs"]:
        accounts.add("inputs", "names of inputs in an audit that is made to be shared")
    for name in audit.records:
        if not _PSEUDONYM.fullmatch(name):
            accounts.add("filename", "a name in an audit that is made to be shared", name)
    if sources is None:
        return
    if len(sources) != len(audit.records):
        accounts.add("filename", f"{len(audit.records)} sources are in it, and there are {len(sources)}")
    plain = {_digest(path) for path in sources.values() if path.is_file()}
    for name, record in audit.records.items():
        if record["source_sha256"] in plain:
            accounts.add("source_sha256", "a plain digest in an audit that is made to be shared", name)


def _check_sources(accounts: Accounts, audit: Audit, sources: Mapping[str, Path]) -> None:
    folders = tuple(name for name in audit.records if name.endswith("/"))
    inputs = _inputs_below(audit.header["inputs"])
    for name, path in sources.items():
        record = audit.records.get(name)
        if record is None:
            if not name.startswith(folders) and f"{name}/".startswith(inputs):
                accounts.add("filename", "a source that the audit does not account for", name)
        elif record["source_sha256"] and record["source_sha256"] != _digest(path):
            accounts.add("source_sha256", "not the file that was read", name)
    for name in audit.records.keys() - sources.keys() - set(folders):
        accounts.add("filename", "the audit accounts for a source that is not there", name)


def _inputs_below(inputs: list[str]) -> tuple[str, ...]:
    """What names of sources start with: a run of several inputs names them from the folder that holds all.

    >>> _inputs_below(["/data/scans/a", "/data/scans/b.dcm"]), _inputs_below(["/data/scans"])
    (('a/', 'b.dcm/'), ('',))
    """
    if len(inputs) < 2 or len({Path(path).is_absolute() for path in inputs}) > 1:
        return ("",)
    base = os.path.commonpath([str(Path(path).parent) for path in inputs])
    return tuple(f"{Path(path).relative_to(base).as_posix()}/" for path in inputs)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while chunk := file.read(_BUFFER):
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()


def told_of(record: Mapping[str, Any] | None, *, was_converted: bool = False) -> Told:
    """What the record of an output tells of its pixels: regions that were covered, and whether text is left.

    Pixels may be clean without a region, where a detector looked and found nothing.
    """
    actions = record["actions"] if record else []
    is_clean = any(_CLEAN[0].match(one["where"]) and _CLEAN[1].match(one["rule"]) for one in actions)
    return Told(boxes_of(actions), is_clean, was_converted, outside_of(actions))
