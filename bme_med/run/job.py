"""What a user asked for, whole and frozen."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bme_med.audit import NameStyle
from bme_med.core import Profile, UsageError
from bme_med.run.boxes import DrawnBoxes, read_boxes
from bme_med.run.converting import Conversion
from bme_med.run.places import Places
from bme_med.run.profiles import load_profile
from bme_med.run.subjects import SubjectMap, read_subjects
from bme_med.workers import available_cpus

__all__ = ["Job", "make_job"]


@dataclass(frozen=True, slots=True)
class Job:
    """One run.

    Attributes
    ----------
    workers
        Processes.
    subjects
        The map of subjects; None where patients get pseudonyms.
    resume
        Go on with a run that stopped.
    retry_refused
        When going on, try again what was refused.
    dry_run
        Plan everything, write nothing.
    conversion
        What photos are converted to; None where files stay what they are.
    boxes
        What the user drew; None where that is nothing.
    """

    places: Places
    profile: Profile
    names: NameStyle
    workers: int
    subjects: SubjectMap | None = None
    resume: bool = False
    retry_refused: bool = False
    dry_run: bool = False
    conversion: Conversion | None = None
    boxes: DrawnBoxes | None = None


def make_job(
    inputs: Sequence[Path],
    out: Path,
    *,
    profile: str = "hipaa-safe-harbor",
    key_file: Path | None = None,
    subjects: Path | None = None,
    boxes: Path | None = None,
    crosswalk: Path | None = None,
    audit: Path | None = None,
    audit_names: str = "keep",
    workers: int | None = None,
    resume: bool = False,
    retry_refused: bool = False,
    dry_run: bool = False,
    conversion: Conversion | None = None,
) -> Job:
    """A job from the options of the command line, which mean the same here.

    Raises
    ------
    UsageError, ProfileError
        If they make no sense together, or the profile is wrong.
    """
    if resume and dry_run:
        raise UsageError("--dry-run and --resume exclude each other: a dry run leaves nothing to go on with")
    if retry_refused and not resume:
        raise UsageError("--retry-refused goes with --resume: it tries again what an earlier run refused")
    target = Path(os.path.abspath(out))  # noqa: PTH100 - links stay: the audit lies beside the name given
    if not target.name:
        raise UsageError(f"--out {out} is no folder that a run could make")
    places = Places(
        inputs=tuple(inputs),
        out=target,
        audit=audit.absolute() if audit else target.with_name(f"{target.name}.audit.jsonl"),
        key_file=key_file,
        subjects=subjects,
        boxes=boxes,
        crosswalk=crosswalk.absolute() if crosswalk else None,
    )
    return Job(
        places=places,
        profile=load_profile(profile),
        subjects=read_subjects(subjects) if subjects else None,
        names=NameStyle(audit_names),
        workers=workers or available_cpus(),
        resume=resume,
        retry_refused=retry_refused,
        dry_run=dry_run,
        conversion=conversion,
        boxes=read_boxes(boxes) if boxes else None,
    )
