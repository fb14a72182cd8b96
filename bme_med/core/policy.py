"""What an engine needs beside the bytes: the profile and the names that replace others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bme_med.core.boxes import BoxRule
from bme_med.core.detection import Detector
from bme_med.core.profile import Profile
from bme_med.core.pseudonyms import Pseudonyms
from bme_med.core.subjects import Subjects

__all__ = ["Policy"]


@dataclass(frozen=True, slots=True)
class Policy:
    """One profile under one key.

    Attributes
    ----------
    patients
        By study, patient ID and issuer as one file tells them: ID and issuer as the whole study tells them.
    subjects
        Names that the user gave to patients; None where there are none.
    boxes
        What the user drew; conditions on paths are settled before a policy reaches an engine.
    detector
        Looks for text and faces; None where none is installed.
    """

    profile: Profile
    pseudonyms: Pseudonyms
    patients: Mapping[tuple[str, str, str], tuple[str, str]] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )
    subjects: Subjects | None = field(default=None, hash=False)
    boxes: tuple[BoxRule, ...] = field(default=(), hash=False)
    detector: Detector | None = field(default=None, hash=False)

    def person(self, identity: tuple[str, ...]) -> tuple[str, ...]:
        """What new names and date shift of a patient hang on.

        Raises
        ------
        UnsupportedFileError
            If a map of subjects has no single answer, and the profile refuses such patients.
        """
        return self.subjects.person(identity) if self.subjects else identity

    def subject(self, person: tuple[str, ...]) -> str:
        """The name of a `person`: the user's own, or a pseudonym."""
        kind, *names = person
        return names[0] if kind == "subject" else self.pseudonyms.subject(*person)
