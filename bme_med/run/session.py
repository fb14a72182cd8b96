"""Starting a run, or going on with one: key, audit, and what was done before."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from bme_med import __version__
from bme_med.audit import Audit, AuditNames, AuditWriter, Status, check, footer_text, read
from bme_med.core import AuditError, Pseudonyms, UsageError
from bme_med.run.job import Job
from bme_med.run.keys import create_key, erase_key, new_key, read_key
from bme_med.run.places import Places
from bme_med.run.recording import key_checks, run_text, timestamp
from bme_med.run.summary import Summary

__all__ = ["Session", "resume_session", "start_session"]

_PARTS_PREFIX = ".bme-med-"


class Session:
    """What a run holds while it lasts.

    Attributes
    ----------
    past
        The last record of every source that was finished before, by the audit's name for it.
    lines
        Records in the audit, those of earlier tries included.
    parts
        Folder for temporary files inside OUT, so that renaming stays within one file system.
    """

    def __init__(self, job: Job, names: AuditNames, audit: AuditWriter, past: Audit | None) -> None:
        self.names = names
        self.audit = audit
        self.past: dict[str, dict[str, Any]] = past.records if past else {}
        self.lines = past.lines if past else 0
        self._places = job.places
        _remove_parts(job.places.out)
        self.parts = Path(tempfile.mkdtemp(prefix=_PARTS_PREFIX, dir=job.places.out))

    def complete(self, summary: Summary) -> None:
        """Write the footer, bring the audit to disk, and forget a random key."""
        counts = {"found": summary.found, **{status.value: summary.counts[status] for status in Status}}
        footer = footer_text(
            timestamp=timestamp(),
            seconds=summary.seconds,
            records=self.lines,
            counts=counts,
            prev=self.audit.prev,
            dicomdir_sha256=summary.dicomdir_sha256,
        )
        self.audit.append([footer])
        self.audit.flush()
        _forget_random_key(self._places)

    def close(self) -> None:
        """Remove temporary files and close the audit."""
        _remove_parts(self._places.out)
        self.audit.close()


def start_session(job: Job) -> Session:
    """Make OUT, key and audit.

    Raises
    ------
    UsageError, KeyFileError
        If one of them cannot be made.
    """
    places = job.places
    key = read_key(places.key_file) if places.key_file else new_key()
    names = AuditNames(job.names, Pseudonyms(key))
    try:
        places.out.mkdir(mode=0o755, parents=True, exist_ok=True)
        if places.key_file is None:
            places.state.mkdir(mode=0o700)
            create_key(places.random_key, key)
        return Session(job, names, _new_audit(job, names), None)
    except OSError as error:
        raise UsageError(
            f"{error.filename}: cannot be made ({error.strerror}): give a place that you may write to"
        ) from None


def _new_audit(job: Job, names: AuditNames) -> AuditWriter:
    """An audit with its header; where there can be none, no random key is left behind."""
    try:
        audit = AuditWriter.create(job.places.audit)
        audit.append([run_text(job.profile, names, job.places.inputs, _checks(job, names))])
    except (OSError, UsageError):
        _forget_random_key(job.places)
        raise
    return audit


def resume_session(job: Job) -> Session:
    """Open key and audit of a run that stopped, and see that it is the same run.

    Raises
    ------
    UsageError, KeyFileError, AuditError
        If it is not, or cannot be gone on with.
    """
    audit = AuditWriter.reopen(job.places.audit)
    try:
        past, names = _same_run(job, audit)
        job.places.out.mkdir(mode=0o755, parents=True, exist_ok=True)
        return Session(job, names, audit, past)
    except BaseException:
        audit.close()
        raise


def _same_run(job: Job, audit: AuditWriter) -> tuple[Audit, AuditNames]:
    """What `audit` says was done before, after everything shows that this run is the same."""
    places = job.places
    past = read(audit.lines(), str(places.audit))
    for finding in check(audit.lines(), complete=False):
        raise AuditError(
            f"{places.audit}: line {finding.line}: {finding.problem}; "
            "it cannot be gone on with: start anew in another --out"
        )
    names = AuditNames(job.names, Pseudonyms(_key_again(places, past)))
    _compare(job, names, past.header)
    _check_outputs(places, past)
    return past, names


def _key_again(places: Places, past: Audit) -> bytes:
    if places.key_file:
        return read_key(places.key_file)
    if places.random_key.exists():
        return read_key(places.random_key)
    if past.end:
        raise UsageError("this run is complete, and its random key is forgotten: there is nothing to resume")
    raise UsageError(
        f"the key of this run is not in {places.state}: give its --key-file, or start anew with another --out"
    )


def _compare(job: Job, names: AuditNames, header: dict[str, Any]) -> None:
    """The same profile, key, inputs and version make the same output; anything else would mix two runs."""
    checks = _checks(job, names)
    for what, mine, then in (
        ("version of bme-med", __version__, header["version"]),
        ("profile", job.profile.sha256, header["profile_sha256"]),
        ("--audit-names", job.names, header["names"]),
        ("key", checks["key"], header["checks"].get("key")),
        ("input", checks["inputs"], header["checks"].get("inputs")),
        ("--subjects", checks.get("subjects"), header["checks"].get("subjects")),
        ("--boxes", checks.get("boxes"), header["checks"].get("boxes")),
        ("conversion", checks.get("conversion"), header["checks"].get("conversion")),
    ):
        if mine != then:
            raise UsageError(
                f"the run to resume had another {what}: give the same, or start anew in another --out"
            )
    if "crosswalk" in header["checks"] and "crosswalk" not in checks:
        raise UsageError("the run to resume writes a crosswalk: give its --crosswalk again")


def _check_outputs(places: Places, past: Audit) -> None:
    """What the audit says was written must be there."""
    outputs = [record["output"] for record in past.records.values() if record["status"] == Status.WRITTEN]
    missing = [output for output in outputs if not os.path.lexists(places.out / output)]
    if missing:
        raise UsageError(
            f"{len(missing)} files that this run wrote are gone from {places.out}, such as {missing[0]}: "
            "put them back, or start anew in another --out"
        )


def _checks(job: Job, names: AuditNames) -> dict[str, str]:
    """What must be the same when a run is resumed: nothing here says what it is."""
    checks = key_checks(names, job.places.inputs)
    if job.conversion:
        checks["conversion"] = job.conversion.describe()
    if job.subjects:
        checks["subjects"] = names.pseudonyms.digest("audit-subjects", job.subjects.sha256).hex()
    if job.boxes:
        checks["boxes"] = names.pseudonyms.digest("audit-boxes", job.boxes.sha256).hex()
    if job.places.crosswalk:
        checks["crosswalk"] = "yes"
    return checks


def _forget_random_key(places: Places) -> None:
    if places.key_file is None:
        erase_key(places.random_key)
        places.state.rmdir()


def _remove_parts(out: Path) -> None:
    """Remove temporary files, also those that a killed run left."""
    for folder in out.glob(f"{_PARTS_PREFIX}*"):
        shutil.rmtree(folder, ignore_errors=True)
