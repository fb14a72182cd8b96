"""What happens to one file: open, plan, hash, write to a temporary name. Runs in a worker.

What comes back is small and complete, so that the main process never looks at the file again.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from bme_med.audit import ActionTexts, Status
from bme_med.audit.blocks import by_block
from bme_med.audit.kinds import count_kinds
from bme_med.core import Action, Code, DatePolicy, FileError, Format, Plan, Policy, Refusal, Source, sniff
from bme_med.core.templates import YEAR, fields_in
from bme_med.dicom.dates import shift
from bme_med.photo.taken import taken_on
from bme_med.run.boxes import boxes_for
from bme_med.run.converting import Conversion, plan_converted
from bme_med.run.finding import Found
from bme_med.run.hashing import sha256_beside
from bme_med.run.opening import open_source
from bme_med.run.painted_photos import plan_any
from bme_med.run.people import NOBODY, Given, person_of_photo
from bme_med.run.unwanted import why_unwanted
from bme_med.run.writing import write_pieces

__all__ = ["Outcome", "Task", "Worker", "lost"]


_NO_MEMORY = "there is not enough memory for it: try it alone, or on the command line of a larger machine"

_KNOWN = 256
"""Sets of actions that a worker remembers."""

_Described = tuple[str, Mapping[tuple[str, str], int]]
"""Actions as JSON, and how many there are of each kind."""


class Task(NamedTuple):
    """One file to work on; `number` names its temporary file, `given` is what the map says of its path."""

    number: int
    found: Found
    given: Given = NOBODY


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a worker did with one file. `stop` says why the run cannot go on, such as a full disk."""

    status: Status
    reason: str = ""
    format: str = ""
    source_sha256: str = ""
    output_sha256: str = ""
    size: int = 0
    suffix: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    actions: str = "[]"
    kinds: Mapping[tuple[str, str], int] = field(default_factory=dict)
    findings: tuple[str, ...] = ()
    stop: str = ""

    def obeys(self, rule: str) -> bool:
        """Whether one of the actions follows from `rule`, which is ASCII."""
        return f'"rule":{json.dumps(rule)}' in self.actions


class _StoppedError(Exception):
    """The output cannot be written; another file would fare no better."""


class Worker:
    """Works on one file after the other under one policy.

    Parameters
    ----------
    policy
        Profile and pseudonyms.
    parts
        Folder for temporary files; None for a dry run, which writes nothing.
    conversion
        What photos are converted to before they are planned; None where they stay what they are.
    """

    def __init__(self, policy: Policy, parts: Path | None, conversion: Conversion | None = None) -> None:
        self._conversion = conversion
        self._policy = policy
        self._parts = parts
        self._texts = ActionTexts()
        self._last: tuple[Sequence[Action], _Described] = (), ("[]", {})
        self._known: dict[str, _Described] = {}

    def __call__(self, task: Task) -> Outcome:
        """The outcome of one file; whatever goes wrong is one."""
        found = task.found
        if found.refused or found.skipped:
            status = Status.REFUSED if found.refused else Status.SKIPPED
            return Outcome(status, found.refused or found.skipped)
        try:
            with open_source(found.path) as source, sha256_beside(source) as digest:
                outcome = self._work(task, source, digest)
        except FileError as error:
            outcome = Outcome(Status.REFUSED, str(error))
        except MemoryError:
            outcome = Outcome(Status.REFUSED, _NO_MEMORY)
        except _StoppedError as error:
            outcome = Outcome(Status.REFUSED, stop=str(error))
        except Exception as error:  # noqa: BLE001 - an engine's fault costs one file, not the run
            outcome = Outcome(Status.REFUSED, _internal(error))
        if outcome.status is not Status.WRITTEN:
            self.forget(task.number)
        return outcome

    def keep(self, number: int, plan: Plan, source: Source, *, is_source: bool) -> str:  # noqa: ARG002
        """Keep the output of task `number`, here in its temporary file; its SHA-256, empty in a dry run.

        `is_source` says whether `source` is the file itself, and not its picture made anew.
        """
        return _write(self._parts / str(number), plan, source) if self._parts else ""

    def forget(self, number: int) -> None:
        """Drop what was kept of task `number`."""
        if self._parts:
            with suppress(OSError):
                (self._parts / str(number)).unlink(missing_ok=True)

    def _work(self, task: Task, source: Source, digest: Callable[[], str]) -> Outcome:
        format_ = sniff(source)
        if reason := why_unwanted(task.found.name, source, format_):
            return Outcome(Status.SKIPPED, reason, format_.value, digest())
        planned, plan = self._plan(task, source)
        if isinstance(plan, Refusal):
            return Outcome(Status.REFUSED, plan.reason, plan.format.value, digest())
        try:
            is_dicom = format_ is Format.DICOM
            fields = plan.fields if is_dicom else self._photo_fields(task, source, digest())
        except FileError as error:
            return Outcome(Status.REFUSED, str(error), format_.value, digest())
        actions, kinds = self._described(plan.actions)
        kept = self.keep(task.number, plan, planned, is_source=planned is source)
        return Outcome(
            Status.WRITTEN,
            format=plan.format.value,
            source_sha256=digest(),
            output_sha256=kept,
            size=plan.size,
            suffix=plan.suffix,
            fields=dict(fields),
            actions=actions,
            kinds=kinds,
            findings=plan.findings,
        )

    def _plan(self, task: Task, source: Source) -> tuple[Source, Plan | Refusal]:
        """What is planned, `source` or its picture saved or painted anew, and the plan."""
        policy = self._policy
        if policy.boxes:
            policy = replace(policy, boxes=boxes_for(policy.boxes, task.found.name))
        if self._conversion:
            return plan_converted(source, self._conversion, policy)
        return plan_any(source, policy)

    def _photo_fields(self, task: Task, source: Source, sha256: str) -> dict[str, str]:
        """What a photo's name may be made of, beside its number."""
        policy = self._policy
        person = person_of_photo(task.given, policy.subjects, sha256)
        fields = {"subject": policy.subject(person)}
        if YEAR in fields_in(policy.profile.pattern):
            fields[YEAR] = _year(taken_on(source, sniff(source)), policy, person)
        return fields

    def _described(self, actions: Sequence[Action]) -> _Described:
        """`actions` as JSON and counted.

        Files with equal actions get the same two objects, which pickle sends once for a chunk of them.
        """
        if actions == self._last[0]:
            return self._last[1]
        text = self._texts.join(by_block(actions))
        if text not in self._known:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            kinds = count_kinds((a.where, a.code.value) for a in actions if a.code is not Code.K)
            self._known[text] = text, kinds
        self._last = actions, self._known[text]
        return self._last[1]


def _year(taken: str, policy: Policy, person: tuple[str, ...]) -> str:
    """The year of a photo as the profile lets it be known; shifted only for a subject, else empty."""
    if policy.profile.dates is DatePolicy.SHIFT:
        if person[0] == "photo":
            return ""
        taken = shift(taken, "DA", policy.pseudonyms.shift_days(*person)) or ""
    return "" if policy.profile.dates is DatePolicy.REMOVE else taken[:4]


def lost(_: Task) -> Outcome:
    """The outcome of a file that its worker died of."""
    return Outcome(
        Status.REFUSED, "the process that worked on it died, perhaps for lack of memory: try it alone"
    )


def _write(part: Path, plan: Plan, source: Source) -> str:
    try:
        try:
            return write_pieces(str(part), plan.pieces, source)
        except FileExistsError:
            part.unlink()
            return write_pieces(str(part), plan.pieces, source)
    except OSError as error:
        raise _StoppedError(f"the output cannot be written: {error.strerror}") from None


def _internal(error: Exception) -> str:
    """A reason without the error's own text, which may hold a value."""
    return f"internal error ({type(error).__name__}): this is a fault of bme-med, please report it"
