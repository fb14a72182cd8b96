"""Where a run reads and writes, and whether it may."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bme_med.core import UsageError
from bme_med.run.finding import is_inside

__all__ = ["Places", "check_places"]


@dataclass(frozen=True, slots=True)
class Places:
    """The paths of one run.

    Attributes
    ----------
    out
        Folder for what leaves the secure side.
    audit
        Beside `out`, never inside: it names sources.
    key_file
        The user's own key; None for a random one.
    subjects
        The user's map of subjects.
    crosswalk
        Where original and new IDs go.
    boxes
        The user's boxes file.
    """

    inputs: tuple[Path, ...]
    out: Path
    audit: Path
    key_file: Path | None
    subjects: Path | None = None
    crosswalk: Path | None = None
    boxes: Path | None = None

    @property
    def mappings(self) -> tuple[Path, ...]:
        """Beside the crosswalk: tables of patient IDs and of UIDs."""
        return mappings(self.crosswalk) if self.crosswalk else ()

    @property
    def state(self) -> Path:
        """Folder for the random key of a run that is not complete."""
        return self.out.with_name(f"{self.out.name}.run")

    @property
    def random_key(self) -> Path:
        """The random key."""
        return self.state / "key"


def mappings(crosswalk: Path) -> tuple[Path, Path]:
    """Where the tables of patient IDs and of UIDs lie, beside `crosswalk`.

    >>> [path.name for path in mappings(Path("crosswalk.csv"))]
    ['crosswalk.patient-ids.csv', 'crosswalk.uids.csv']
    """
    return crosswalk.with_name(f"{crosswalk.stem}.patient-ids.csv"), crosswalk.with_name(
        f"{crosswalk.stem}.uids.csv"
    )


def check_places(places: Places, *, resume: bool) -> None:
    """Look at all paths before anything is written.

    Raises
    ------
    UsageError
        With what to do.
    """
    for path in places.inputs:
        if not os.path.lexists(path):
            raise UsageError(
                f"there is no input {path}: look whether the name is right, and quote it if it has spaces"
            )
    _check_nesting(places)
    if places.out.exists() and not places.out.is_dir():
        raise UsageError(f"{places.out} is a file: --out names a folder")
    if not places.audit.parent.is_dir() and places.audit.parent != places.out.parent:
        raise UsageError(
            f"there is no folder {places.audit.parent} for the audit: make it, or give another --audit"
        )
    if places.crosswalk:
        _check_crosswalk(places, places.crosswalk, resume=resume)
    if resume:
        if not places.audit.exists():
            raise UsageError(f"there is no audit {places.audit} to go on from: run without --resume")
    else:
        _check_fresh(places)


def _check_nesting(places: Places) -> None:
    """Neither may output land among the input, nor input or anything that names sources among the output."""
    out = os.path.realpath(places.out)
    for path in places.inputs:
        source = os.path.realpath(path)
        if is_inside(out, source):
            raise UsageError(f"the output {places.out} lies inside the input {path}: choose a place outside")
        if is_inside(source, out):
            raise UsageError(f"the input {path} lies inside the output {places.out}: choose another --out")
    secret: Sequence[tuple[str, Path | None]] = (
        ("audit", places.audit),
        ("key file", places.key_file),
        ("subjects map", places.subjects),
        ("boxes file", places.boxes),
        ("crosswalk", places.crosswalk),
    )
    for what, place in secret:
        if place is None:
            continue
        if is_inside(os.path.realpath(place), out):
            raise UsageError(
                f"the {what} {place} lies inside the output, which is to be handed on: move it out"
            )
        if what in ("audit", "crosswalk") and any(
            is_inside(os.path.realpath(place), os.path.realpath(path)) for path in places.inputs
        ):
            raise UsageError(f"the {what} {place} lies inside the input, which is never changed: move it out")


def _check_crosswalk(places: Places, crosswalk: Path, *, resume: bool) -> None:
    """It has a folder, takes nobody's place, and is no other file of the run."""
    if not crosswalk.parent.is_dir():
        raise UsageError(
            f"there is no folder {crosswalk.parent} for the crosswalk: make it, or give another --crosswalk"
        )
    others = (places.audit, places.key_file, places.subjects, places.state)
    for path in (crosswalk, *places.mappings):
        if os.path.realpath(path) in {os.path.realpath(other) for other in others if other}:
            raise UsageError(f"the crosswalk {path} is another file of this run: give it a name of its own")
        if os.path.lexists(path) and not (resume and path.is_file()):
            raise UsageError(f"something lies at {path} already: give another --crosswalk, or move it away")


def _check_fresh(places: Places) -> None:
    """A new run finds nothing in its way."""
    if places.out.is_dir() and any(places.out.iterdir()):
        raise UsageError(
            f"{places.out} is not empty: give a new folder, or --resume to finish the run that made it"
        )
    if os.path.lexists(places.audit):
        raise UsageError(
            f"an audit lies at {places.audit} already: give another --audit, or --resume that run"
        )
    if os.path.lexists(places.state):
        raise UsageError(
            f"{places.state} is left from a run that did not complete: --resume it, or remove the folder"
        )
