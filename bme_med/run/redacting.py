"""One file painted over and de-identified, into one new file, with an audit beside it."""

import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bme_med import engines
from bme_med.audit import AuditNames, AuditWriter, NameStyle, Status, footer_text
from bme_med.core import Policy, Profile, Pseudonyms, UsageError
from bme_med.core.boxes import BoxRule
from bme_med.run.boxes import drawn_boxes, read_boxes
from bme_med.run.detecting import detector_for
from bme_med.run.finding import Found
from bme_med.run.keys import new_key, read_key
from bme_med.run.ledger import Verdict
from bme_med.run.profiles import load_profile
from bme_med.run.recording import key_checks, run_text, source_text, timestamp
from bme_med.run.stopping import Interrupts
from bme_med.run.summary import Summary
from bme_med.run.working import Outcome, Task, Worker
from bme_med.run.writing import flush

__all__ = ["DETECTED", "Redaction", "make_redaction", "redact"]

DETECTED = {"text": {"pixels.burned-in": "detect", "photo.text": "burn"}, "faces": {"photo.faces": "face"}}
"""What can be detected, and the keys of a profile that ask for it."""
_NO_BOX = (
    "none of the boxes is for this file, so that nothing was painted over: see `match` in the boxes file"
)
_PART = "0"
"""The temporary name of the only task."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """What a user asked for: one file, one output."""

    source: Path
    out: Path
    audit: Path
    profile: Profile
    boxes: tuple[BoxRule, ...]
    key: bytes
    is_key_kept: bool


def make_redaction(
    source: Path,
    out: Path,
    *,
    box: Sequence[str] = (),
    boxes: Path | None = None,
    detect: str = "",
    profile: str = "hipaa-safe-harbor",
    key_file: Path | None = None,
    audit: Path | None = None,
) -> Redaction:
    """A redaction from the options of the command line, which mean the same here.

    Raises
    ------
    UsageError, ProfileError, KeyFileError
        If they make no sense together.
    """
    found = [word.strip() for word in detect.split(",") if word.strip()]
    if unknown := [word for word in found if word not in DETECTED]:
        raise UsageError(
            f"--detect: {unknown[0]!r} is not known here (one or both of: {', '.join(DETECTED)})"
        )
    keys = {key: value for word in found for key, value in DETECTED[word].items()}
    rules = (*drawn_boxes(box), *(read_boxes(boxes).rules if boxes else ()))
    redaction = Redaction(
        source=source,
        out=out.absolute(),
        audit=(audit or out.with_name(f"{out.name}.audit.jsonl")).absolute(),
        profile=load_profile(profile, keys),
        boxes=rules,
        key=read_key(key_file) if key_file else new_key(),
        is_key_kept=key_file is not None,
    )
    engines.prepare(redaction.profile)
    _check(redaction)
    return redaction


def _check(redaction: Redaction) -> None:
    source, out, audit = redaction.source, redaction.out, redaction.audit
    if not source.is_file():
        raise UsageError(f"{source}: there is no such file: give a DICOM file or a photo")
    if os.path.lexists(out):
        raise UsageError(f"{out} exists already: give another --out")
    for path in (out, audit):
        if not path.parent.is_dir():
            raise UsageError(f"there is no folder {path.parent}: make it, or name another")
    if audit == out:
        raise UsageError("--audit and --out name the same file")
    if os.path.lexists(audit):
        raise UsageError(f"an audit lies at {audit} already: give another --audit, or another --out")


def redact(redaction: Redaction) -> Summary:
    """Do it. Where it stops, neither an output nor an audit is left.

    Raises
    ------
    UsageError
        If an audit is in the way, or the output cannot be written.
    Interruption
        If a signal came before the output had its name.
    """
    profile = redaction.profile
    summary = Summary(
        profile=profile.name,
        profile_sha256=profile.sha256,
        out="",
        audit=str(redaction.audit),
        dry_run=False,
        has_pseudonyms=False,
        key="kept" if redaction.is_key_kept else "forgotten",
    )
    audit = AuditWriter.create(redaction.audit)
    try:
        _write(redaction, audit, summary)
    except BaseException:
        redaction.audit.unlink(missing_ok=True)
        raise
    finally:
        audit.close()
    return summary


def _write(redaction: Redaction, audit: AuditWriter, summary: Summary) -> None:
    """Work in a folder beside the output; signals wait while audit and output become what they say."""
    started = time.monotonic()
    profile = redaction.profile
    names, inputs = AuditNames(NameStyle.KEEP, Pseudonyms(redaction.key)), [redaction.source]
    audit.append([run_text(profile, names, inputs, key_checks(names, inputs))])
    parts = tempfile.TemporaryDirectory(
        prefix=".bme-med-", dir=redaction.out.parent, ignore_cleanup_errors=True
    )
    with parts as folder:
        outcome = _work(redaction, Path(folder))
        if outcome.stop:
            raise UsageError(f"{redaction.out}: {outcome.stop}")
        with Interrupts():
            output = redaction.out.name if outcome.status is Status.WRITTEN else ""
            summary.out = str(redaction.out) if output else ""
            verdict = Verdict(outcome.status, outcome.reason, output)
            audit.append([source_text(profile, names, redaction.source.name, outcome, verdict)])
            summary.add(redaction.source.name, verdict, outcome)
            summary.seconds = time.monotonic() - started
            audit.append([_footer(summary, audit.prev)])
            audit.flush()
            if output:
                _give_name(redaction.out, Path(folder) / _PART)


def _footer(summary: Summary, prev: str) -> str:
    counts = {"found": 1, **{status.value: summary.counts[status] for status in Status}}
    return footer_text(timestamp=timestamp(), seconds=summary.seconds, records=1, counts=counts, prev=prev)


def _give_name(out: Path, part: Path) -> None:
    """Bring what was written to disk, and under its own name."""
    flush([str(part)], str(part.parent))
    part.rename(out)
    flush([str(out.parent)], str(out.parent))


def _work(redaction: Redaction, parts: Path) -> Outcome:
    """Plan, and write to a temporary name."""
    profile = redaction.profile
    policy = Policy(profile, Pseudonyms(redaction.key), boxes=redaction.boxes, detector=detector_for(profile))
    path = os.path.realpath(redaction.source)
    found = Found(redaction.source.name, path, redaction.source.stat().st_size)
    outcome = Worker(policy, parts)(Task(int(_PART), found))
    is_used = not redaction.boxes or any(outcome.obeys(rule.origin) for rule in redaction.boxes)
    if outcome.status is Status.WRITTEN and not is_used:
        return Outcome(Status.REFUSED, _NO_BOX, outcome.format, outcome.source_sha256)
    return outcome
