"""What is in a folder, before anything is done to it: per patient, study, series and kind.

Only headers are read, so that thousands of files take seconds.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from bme_med import dicom, engines
from bme_med.audit.reasons import reason_group
from bme_med.core import FileError, Format, Profile, Source, sniff
from bme_med.core.resources import read_table
from bme_med.run.detecting import detector_for
from bme_med.run.finding import Found, find
from bme_med.run.opening import open_source
from bme_med.run.stopping import Interrupts
from bme_med.run.unwanted import why_unwanted
from bme_med.workers import chunked, ordered

__all__ = ["Glance", "Look", "Series", "Survey", "gather", "survey"]

_MAPPED_FROM = 1 << 16
_RISK = "high risk of burned-in text"


class Glance(NamedTuple):
    """What one file is. `problem` says why a run would refuse it, `skipped` why it would pass it over."""

    key: tuple[str, str, str, str]
    study_date: str = ""
    description: str = ""
    risk: str = ""
    problem: str = ""
    skipped: str = ""


@dataclass(slots=True)
class Series:
    """Files of one patient, study, series and kind. Shown on the user's own screen only."""

    patient: str
    study: str
    study_date: str
    series: str
    description: str
    kind: str
    names: list[str] = field(default_factory=list)
    risky: int = 0
    refused: int = 0

    @property
    def files(self) -> int:
        """How many there are."""
        return len(self.names)

    def to_json(self) -> dict[str, Any]:
        """One document for scripts: counts, no names."""
        return {**{key: value for key, value in asdict(self).items() if key != "names"}, "files": self.files}


@dataclass(slots=True)
class Survey:
    """All series, and why files would be refused or skipped."""

    found: int = 0
    series: list[Series] = field(default_factory=list)
    risks: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    def to_json(self) -> dict[str, Any]:
        """One document for scripts."""
        return {
            "found": self.found,
            "series": [series.to_json() for series in self.series],
            "burned_in_risk": dict(self.risks.most_common()),
            "refused": dict(self.problems.most_common()),
            "skipped": dict(self.skipped.most_common()),
        }


def survey(inputs: Sequence[Path], profile: Profile, workers: int) -> Survey:
    """Look at every file below `inputs`; nothing is written.

    Raises
    ------
    StoppedError
        If interrupted.
    """
    engines.prepare(profile)
    with Interrupts() as interrupts:
        items = find(inputs, interrupts.check)
        chunks = chunked(items, lambda item: item.size, workers)
        looks = ordered(Look(profile), chunks, workers=workers, lost=_lost, check=interrupts.check)
        with closing(looks):
            return gather(zip(items, looks, strict=True))


def gather(looks: Iterable[tuple[Found, Glance]]) -> Survey:
    """What glances at all sources come to."""
    result = Survey()
    groups: dict[tuple[str, str, str, str], Series] = {}
    for item, glance in looks:
        _count(item.name, glance, result, groups)
    result.series = sorted(
        groups.values(), key=lambda s: (not s.study, s.patient, s.study_date, s.study, s.series, s.kind)
    )
    return result


def _count(
    name: str, glance: Glance, result: Survey, groups: dict[tuple[str, str, str, str], Series]
) -> None:
    result.found += 1
    if glance.skipped:
        result.skipped[glance.skipped] += 1
        return
    patient, study, series, kind = glance.key
    new = Series(patient, study, glance.study_date, series, glance.description, kind)
    group = groups.setdefault(glance.key, new)
    group.names.append(name)
    if glance.risk:
        group.risky += 1
        result.risks[glance.risk] += 1
    if glance.problem:
        group.refused += 1
        result.problems[reason_group(glance.problem)] += 1


class Look:
    """Looks at one file after the other, in a worker; never raises."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._has_detector = detector_for(profile) is not None

    def __call__(self, item: Found) -> Glance:
        """What one source is."""
        if item.skipped:
            return Glance(_key("unread"), skipped=item.skipped)
        if item.refused:
            return Glance(_key("unread"), problem=item.refused)
        try:
            with open_source(item.path, mapped_from=_MAPPED_FROM) as source:
                return self._look(item.name, source)
        except FileError as error:
            return Glance(_key("unreadable"), problem=str(error))
        except Exception as error:  # noqa: BLE001 - one file must not end the survey
            return Glance(_key("unreadable"), problem=f"internal error ({type(error).__name__})")

    def _look(self, name: str, source: Source) -> Glance:
        format_ = sniff(source)
        if reason := why_unwanted(name, source, format_):
            return Glance(_key("unread"), skipped=reason)
        if format_ is not Format.DICOM:
            return Glance(_key(f"{format_.value} file"), problem=engines.why_no_engine(format_))
        try:
            seen = dicom.summarize(source, self._profile, has_detector=self._has_detector)
        except FileError as error:
            return Glance(_key("unreadable DICOM"), problem=str(error))
        return Glance(
            (seen.patient_id, seen.study_uid, seen.series_uid, _kind(seen.sop_class_uid, seen.modality)),
            seen.study_date,
            seen.series_description,
            seen.risk or "",
            seen.refusal or (_RISK if seen.is_unanswered else ""),
        )


def _lost(_: Found) -> Glance:
    return Glance(_key("unreadable"), problem="the process that looked at it died")


def _key(kind: str) -> tuple[str, str, str, str]:
    """The group of files that belong to no patient."""
    return "", "", "", kind


def _kind(sop_class: str, modality: str) -> str:
    """What an instance is, in words: the IOD of its SOP Class, or else its modality."""
    words = _iods().get(sop_class, modality or "unknown SOP Class").split("-")
    return " ".join(word.upper() if len(word) < 3 else word for word in words)


@cache
def _iods() -> dict[str, str]:
    return {row["sop_class_uid"]: row["iod"] for row in read_table("sop_class_iod.csv")}
