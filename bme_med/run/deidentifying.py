"""The main job: everything below the inputs, de-identified into OUT, every source accounted for."""

import hashlib
import os
import time
from collections.abc import Callable, Container, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from bme_med import engines
from bme_med.audit import AuditNames, NameStyle, Status
from bme_med.core import Policy, Pseudonyms, UsageError
from bme_med.core.pseudonyms import PSEUDONYM_LENGTH
from bme_med.run.committing import Committer, Entry
from bme_med.run.crosswalk import Crosswalk
from bme_med.run.dicomdir import NAME as DICOMDIR
from bme_med.run.dicomdir import make_dicomdir
from bme_med.run.finding import Found, find
from bme_med.run.job import Job
from bme_med.run.keys import new_key, read_key
from bme_med.run.ledger import Ledger, Verdict
from bme_med.run.naming import is_photo
from bme_med.run.people import NOBODY, People, find_people
from bme_med.run.places import check_places
from bme_med.run.recording import source_text
from bme_med.run.session import Session, resume_session, start_session
from bme_med.run.stopping import Interruption, Interrupts, StoppedError
from bme_med.run.summary import Summary
from bme_med.run.working import Outcome, Task, Worker, lost
from bme_med.run.writing import put_in_place
from bme_med.workers import chunked, ordered

__all__ = ["deidentify"]

_MAP = "the map of subjects that this run was given"
_BOXES = "the boxes file that this run was given"

Progress = Callable[[int, int], None]
"""Told how many sources of how many are done."""


class _Watch(NamedTuple):
    """What looks at a run: `check` raises when it must stop, `progress` is told how far it is."""

    check: Callable[[], None]
    progress: Progress


_Judged = Generator[tuple[Task, Outcome, Verdict], None, None]


def _unseen(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def deidentify(job: Job, progress: Progress = _unseen) -> Summary:
    """Do `job`.

    A run that stops early (interrupted, disk full) returns too, and its summary says why.

    Raises
    ------
    UsageError, KeyFileError, ProfileError, AuditError
        Before anything is written.
    """
    engines.prepare(job.profile, max(PSEUDONYM_LENGTH, job.subjects.longest if job.subjects else 0))
    check_places(job.places, resume=job.resume)
    started = time.monotonic()
    summary = Summary(
        profile=job.profile.name,
        profile_sha256=job.profile.sha256,
        out=str(job.places.out),
        audit="" if job.dry_run else str(job.places.audit),
        dry_run=job.dry_run,
        has_pseudonyms=job.names is NameStyle.PSEUDONYM,
        key="kept" if job.places.key_file else "forgotten",
        subjects=str(job.places.subjects or ""),
        crosswalk=str(job.places.crosswalk or ""),
        unused_boxes=list(dict.fromkeys(rule.origin for rule in job.boxes.rules)) if job.boxes else [],
    )
    with Interrupts() as interrupts:
        if job.dry_run:
            _plan_all(job, summary, _Watch(interrupts.check, progress))
            summary.seconds = time.monotonic() - started
        else:
            _write_all(job, summary, _Watch(interrupts.check, progress), started)
    return summary


def _plan_all(job: Job, summary: Summary, watch: _Watch) -> None:
    """The dry run."""
    key = read_key(job.places.key_file) if job.places.key_file else new_key()
    names = AuditNames(job.names, Pseudonyms(key))
    ledger = Ledger(job.profile, names)
    try:
        found = _find(job, watch)
        people = _people(job, found, summary, watch)
        policy = people.policy(job.profile, names.pseudonyms, job.boxes.rules if job.boxes else ())
        with closing(_judged(job, policy, ledger, _tasks(found, people), None, watch)) as judged:
            for task, outcome, verdict in judged:
                summary.add(names.file(task.found.name), verdict, outcome)
    except (StoppedError, Interruption) as error:
        summary.stopped = str(error)


def _write_all(job: Job, summary: Summary, watch: _Watch, started: float) -> None:
    """The run itself; the footer says that it is complete."""
    session = resume_session(job) if job.resume else start_session(job)
    try:
        found = _find(job, watch)
        people = _people(job, found, summary, watch)
        run = _Run(job, session, people, summary, watch)
        run.commit_all(run.unfinished(found))
        run.write_tables()
        summary.seconds = time.monotonic() - started
        session.complete(summary)
    except (StoppedError, Interruption) as error:
        summary.stopped = str(error)
    except OSError as error:
        summary.stopped = f"the output cannot be written ({error.strerror})"
    finally:
        session.close()
    if summary.stopped:
        summary.seconds = time.monotonic() - started
        summary.key = "kept" if job.places.key_file else "waiting"


def _find(job: Job, watch: _Watch) -> list[Found]:
    """All sources; the user's own tables are none, where they lie among them."""
    tables = ((job.places.subjects, _MAP), (job.places.boxes, _BOXES))
    skipped = {os.path.realpath(path): reason for path, reason in tables if path}
    return [
        replace(item, skipped=skipped[item.path]) if item.path in skipped else item
        for item in find(job.places.inputs, watch.check)
    ]


def _people(job: Job, found: Sequence[Found], summary: Summary, watch: _Watch) -> People:
    """What all sources together say of their patients."""
    people = find_people(found, job.profile, job.subjects, workers=job.workers, check=watch.check)
    summary.unmatched = people.unmatched
    return people


def _tasks(found: Iterable[Found], people: People, past: Container[str] = ()) -> list[Task]:
    """What there is to do, those sources left out that were done in the `past`."""
    return [
        Task(number, item, people.given.get(item.name, NOBODY))
        for number, item in enumerate(found)
        if item.name not in past
    ]


def _judged(
    job: Job, policy: Policy, ledger: Ledger, tasks: list[Task], parts: Path | None, watch: _Watch
) -> _Judged:
    """What became of each source, in order.

    Raises
    ------
    StoppedError
        When the run cannot go on.
    """
    worker = Worker(policy, parts, job.conversion)
    chunks = chunked(tasks, lambda task: task.found.size, job.workers)
    outcomes = ordered(worker, chunks, workers=job.workers, lost=lost, check=watch.check)
    with closing(outcomes):
        for done, (task, outcome) in enumerate(zip(tasks, outcomes, strict=True)):
            watch.progress(done, len(tasks))
            if outcome.stop:
                raise StoppedError(outcome.stop)
            yield task, outcome, ledger.judge(task.found.name, outcome, task.given.subject)
    watch.progress(len(tasks), len(tasks))


class _Run:
    """A run that writes."""

    def __init__(self, job: Job, session: Session, people: People, summary: Summary, watch: _Watch) -> None:
        self.job = job
        self.session = session
        self.people = people
        self.summary = summary
        self.watch = watch
        self.ledger = Ledger(job.profile, session.names)
        boxes = job.boxes.rules if job.boxes else ()
        self.policy = people.policy(job.profile, session.names.pseudonyms, boxes)
        self.instances: dict[str, str] = {}
        """Outputs of the instances that were written, by the names of their sources."""
        self.sources: dict[str, str] = {}
        """Paths of all sources, by their names."""

    def unfinished(self, items: Sequence[Found]) -> list[Task]:
        """What is left to do; what was done before is counted and kept in mind."""
        self.sources = {item.name: item.path for item in items}
        found = {self.session.names.file(item.name): item.name for item in items}
        if len(found) < len(items):
            raise UsageError("two sources have the same pseudonym: run with --audit-names keep")
        past = {
            name: record
            for name, record in self.session.past.items()
            if not (self.job.retry_refused and record["status"] == Status.REFUSED and name in found)
        }
        for name, record in past.items():
            source = found.get(name, name)
            self.summary.add_record(record)
            self.ledger.restore(record, self.people.given.get(source, NOBODY).subject)
            if record["status"] == Status.WRITTEN:
                self._note(source, record["format"], record["output"])
        return _tasks(items, self.people, {found[name] for name in past if name in found})

    def commit_all(self, tasks: list[Task]) -> None:
        """Bring every source into the audit, and what is written into OUT; also when the run must stop."""
        job, session = self.job, self.session
        committer = Committer(job.places.out, session.audit, replace=job.resume)
        try:
            judged = _judged(job, self.policy, self.ledger, tasks, session.parts, self.watch)
            with closing(judged):
                for task, outcome, verdict in judged:
                    committer.add(self._entry(task, outcome, verdict))
                    session.lines += 1
                    self.summary.add(session.names.file(task.found.name), verdict, outcome)
                    if verdict.status is Status.WRITTEN:
                        self._note(task.found.name, outcome.format, verdict.output)
        finally:
            committer.finish()

    def write_tables(self) -> None:
        """Write what tells of the output as a whole."""
        places = self.job.places
        if places.crosswalk:
            crosswalk = Crosswalk(
                self.people.identities, self.policy, workers=self.job.workers, check=self.watch.check
            )
            self.summary.not_in_crosswalk = crosswalk.write(
                places.crosswalk, places.out, self.instances, self.sources
            )
        if self.job.profile.dicomdir == "rebuild" and self.instances:
            self._write_dicomdir()

    def _write_dicomdir(self) -> None:
        out, summary = self.job.places.out, self.summary
        data, summary.not_in_dicomdir = make_dicomdir(
            out, self.instances.values(), self.session.names.pseudonyms
        )
        put_in_place(data, out / DICOMDIR, self.session.parts / DICOMDIR, 0o644)
        summary.dicomdir_sha256 = hashlib.sha256(data).hexdigest()

    def _note(self, name: str, format_: str, output: str) -> None:
        is_needed = self.job.places.crosswalk or self.job.profile.dicomdir == "rebuild"
        if is_needed and not is_photo(format_):
            self.instances[name] = output

    def _entry(self, task: Task, outcome: Outcome, verdict: Verdict) -> Entry:
        """The audit's line and the temporary file, which goes at once where nothing is written of it."""
        is_written = verdict.status is Status.WRITTEN
        part = self.session.parts / str(task.number)
        if outcome.status is Status.WRITTEN and not is_written:
            part.unlink()
        text = source_text(self.job.profile, self.session.names, task.found.name, outcome, verdict)
        return Entry(text, str(part), verdict.output, outcome.size) if is_written else Entry(text)
