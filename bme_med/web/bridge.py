"""What a worker of the page asks of Python: each question by its name, with JSON in and out.

A worker answers for files (`owners`, `glances`, `inspect`, `plan`) or as the one clerk of a run (`begin` to
`finish`). Files are given as pairs of a name below the input and a path to open. No value leaves this module
but in an answer, and a key is held by nothing but the run that it was given to.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from bme_med import engines
from bme_med.core import BmeError, Format, Policy, Profile, Pseudonyms, UsageError, sniff
from bme_med.dicom import glance_layout
from bme_med.dicom.viewing import view_frame
from bme_med.run.boxes import DrawnBoxes, unpack_boxes
from bme_med.run.finding import Found
from bme_med.run.inspecting import Row, inspect_source
from bme_med.run.keys import new_key
from bme_med.run.opening import open_source
from bme_med.run.owners import owner_in
from bme_med.run.people import People
from bme_med.run.profiles import load_profile, ready_made_profiles
from bme_med.run.surveying import Look, gather
from bme_med.web.clerk import Clerk
from bme_med.web.crossing import (
    glance_from_json,
    glance_to_json,
    outcome_from_json,
    outcome_to_json,
    owner_from_json,
    owner_to_json,
)
from bme_med.web.planner import MOST_BYTES, Emit, Planner

__all__ = ["Bridge"]

_File = Sequence[str]
"""Name and path."""


class Bridge:
    """One worker's Python."""

    def __init__(self) -> None:
        self._clerk: Clerk | None = None
        self._planner: Planner | None = None

    def ask(self, question: str, text: str) -> str:
        """The answer to `question`, whose arguments are the JSON `text`: a ``value`` or an ``error``."""
        try:
            return json.dumps({"value": _QUESTIONS[question](self, **json.loads(text))})
        except BmeError as error:
            return json.dumps({"error": str(error)})
        except Exception as error:  # noqa: BLE001 - an error's own text may hold a value
            return json.dumps({"error": f"internal error ({type(error).__name__}) in {question}"})

    def plan(self, name: str, path: str, emit: Emit) -> str:
        """The outcome of one file of the open run; `emit` hears its output."""
        if self._planner is None:
            raise UsageError("no run is open")
        return json.dumps(outcome_to_json(self._planner.plan(Found(name, path), emit)))

    def profiles(self) -> list[dict[str, str]]:
        """What there is to choose from."""
        return [
            {"name": one.name, "title": one.title, "summary": _summary(one)} for one in ready_made_profiles()
        ]

    def glances(self, profile: str, files: Sequence[_File]) -> list[list[Any]]:
        """What each file is, for `series`."""
        look = Look(_profile(profile))
        return [glance_to_json(look(Found(name, path))) for name, path in files]

    def series(self, names: Sequence[str], glances: Sequence[list[Any]]) -> list[dict[str, Any]]:
        """All files per patient, study, series and kind."""
        found = [Found(name, "") for name in names]
        survey = gather(zip(found, map(glance_from_json, glances), strict=True))
        return [
            {
                "patient": one.patient,
                "study": one.study,
                "date": one.study_date,
                "series": one.series,
                "description": one.description,
                "kind": one.kind,
                "names": one.names,
                "risky": one.risky,
                "refused": one.refused,
            }
            for one in survey.series
        ]

    def inspect(self, profile: str, name: str, path: str) -> dict[str, Any]:
        """One file before and after."""
        policy = Policy(_profile(profile), Pseudonyms(new_key()))
        with open_source(path) as source:
            if len(source) > MOST_BYTES:
                raise UsageError("too large for a page to show before and after: use `bme-med inspect`")
            seen = inspect_source(name, source, policy)
        return {
            "name": name,
            "format": seen.format,
            "refusal": seen.refusal,
            "findings": list(seen.findings),
            "rows": list(map(_row, seen.rows)),
        }

    def view(self, number: int, files: Sequence[_File]) -> dict[str, Any]:
        """What shows one file on a screen: frame `number` of an instance, from 1, or a photo."""
        [(_, path)] = files
        with open_source(path) as source:
            if (format_ := sniff(source)) is not Format.DICOM:
                return {"format": format_.value}
            view = asdict(view_frame(source, number))
        return {**view, "format": format_.value, "data": b64encode(view["data"]).decode()}

    def check_boxes(self, boxes: str) -> None:
        """See that `boxes` is a boxes file."""
        _boxes(boxes)

    def owners(self, files: Sequence[_File]) -> list[list[str] | None]:
        """Whose each file is, for `begin`."""
        layout = glance_layout()
        return [owner_to_json(owner_in(path, layout)) for _, path in files]

    def begin(
        self,
        profile: str,
        key: str,
        boxes: str,
        names: Sequence[str],
        owners: Sequence[list[str] | None],
        earlier: str,
    ) -> dict[str, Any]:
        """Start a run as its clerk.

        Returns the order of the work, as positions in `names` without what an earlier try finished; and what
        all files together say of their patients, for `open`.
        """
        known = {name: owner_from_json(owner) for name, owner in zip(names, owners, strict=True) if owner}
        if len(set(names)) < len(names):
            raise UsageError("two files have the same name: drop them again, as one folder")
        self._clerk = Clerk(_profile(profile), bytes.fromhex(key), known, names, _boxes(boxes), earlier)
        patients = [[*said, *whole] for said, whole in self._clerk.people.patients.items()]
        order = sorted(
            (n for n, name in enumerate(names) if name not in self._clerk.finished), key=lambda n: names[n]
        )
        return {"order": order, "patients": patients}

    def open(self, profile: str, key: str, boxes: str, patients: Sequence[Sequence[str]]) -> None:
        """Start planning for a run."""
        people = People({(study, id_, issuer): (who, of) for study, id_, issuer, who, of in patients})
        drawn = _boxes(boxes)
        self._planner = Planner(
            people.policy(_profile(profile), Pseudonyms(bytes.fromhex(key)), drawn.rules if drawn else ())
        )

    def judge(self, name: str, outcome: dict[str, Any]) -> dict[str, str]:
        """What becomes of the next source."""
        verdict = self._run().judge(name, outcome_from_json(outcome))
        return {"status": verdict.status, "reason": verdict.reason, "output": verdict.output}

    def commit(self) -> None:
        """The first source that was judged is done."""
        self._run().commit()

    def finish(self, seconds: float, stopped: str) -> dict[str, Any]:
        """End the run, and forget its key."""
        clerk = self._run()
        audit, report = clerk.finish(seconds, stopped)
        self._clerk = None
        counts = {status.value: count for status, count in clerk.summary.counts.items()}
        return {
            "found": clerk.summary.found,
            **{status: counts.get(status, 0) for status in ("written", "refused", "skipped")},
            "audit": audit.decode(),
            "report": report.decode(),
        }

    def close(self) -> None:
        """Forget the run, and its key."""
        self._planner = self._clerk = None

    def _run(self) -> Clerk:
        if self._clerk is None:
            raise UsageError("no run has begun")
        return self._clerk


_QUESTIONS: dict[str, Callable[..., Any]] = {
    question.__name__: question
    for question in (
        Bridge.profiles,
        Bridge.glances,
        Bridge.series,
        Bridge.inspect,
        Bridge.view,
        Bridge.check_boxes,
        Bridge.owners,
        Bridge.begin,
        Bridge.open,
        Bridge.judge,
        Bridge.commit,
        Bridge.finish,
        Bridge.close,
    )
}
"""What `Bridge.ask` answers, by the names of the methods."""


@cache
def _profile(name: str) -> Profile:
    """The ready-made profile `name`, compiled."""
    profile = load_profile(name)
    engines.prepare(profile)
    return profile


def _summary(profile: Profile) -> str:
    """What a user chooses by."""
    options = ", ".join(sorted(option.replace("-", " ") for option in profile.options)) or "none"
    return (
        f"Dates: {profile.dates}. Burned-in text: {profile.burned_in}. Faces in photos: {profile.faces}. "
        f"Options of PS3.15: {options}."
    )


def _boxes(text: str) -> DrawnBoxes | None:
    return unpack_boxes(text.encode(), "boxes") if text else None


def _row(row: Row) -> dict[str, str]:
    return {
        "where": row.where,
        "code": row.code,
        "rule": row.rule,
        "before": row.before,
        "after": row.after,
    }
