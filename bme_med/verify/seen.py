"""What instances of one set must share: the new UID of each old one, days of each patient, subjects."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from bme_med.verify.findings import Check, Problem

__all__ = ["NO_ID", "Seen", "collisions"]

K = TypeVar("K")
V = TypeVar("V")

NO_ID = "no ID: instance "
"""In front of what stands for the ID of a patient without one."""


@dataclass(slots=True)
class Seen:
    """What one instance shows, or all of a set: new UIDs by old ones, and days and subjects by patient."""

    uids: dict[str, str] = field(default_factory=dict)
    days: dict[tuple[str, str], int] = field(default_factory=dict)
    subjects: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, other: "Seen") -> list[Problem]:
        """Take over what another instance shows; problems where it shows otherwise than those before."""
        problems = []
        if _are_other(self.uids, other.uids):
            problems.append(Problem("UIDs", Check.CONSISTENCY, "one became another in other outputs"))
        if _are_other(self.days, other.days):
            problems.append(
                Problem("dates", Check.CONSISTENCY, "they are shifted otherwise in other outputs")
            )
        if _are_other(self.subjects, other.subjects):
            problems.append(Problem("patients", Check.CONSISTENCY, "one has another name in other outputs"))
        return problems


def _are_other(known: dict[K, V], new: dict[K, V]) -> bool:
    """Whether `known` has another value for a key of `new`; all other keys are added to it."""
    return bool({key for key, value in new.items() if known.setdefault(key, value) != value})


def collisions(seen: Seen) -> Iterator[Problem]:
    """No two UIDs became one, and none that was old is new."""
    if len(set(seen.uids.values())) != len(seen.uids):
        yield Problem("UIDs", Check.CONSISTENCY, "two of them became one")
    if not seen.uids.keys().isdisjoint(seen.uids.values()):
        yield Problem("UIDs", Check.CONSISTENCY, "a new one is an old one")
    patients: dict[str, str] = {}
    for (_, patient), subject in seen.subjects.items():
        if not patient.startswith(NO_ID) and patients.setdefault(subject, patient) != patient:
            yield Problem("patients", Check.CONSISTENCY, "two of them became one")
