"""Whose every source is: what all sources together, and the map of subjects, say of their patients.

A worker sees one file. That two IDs are one subject, that a study names an issuer, or that a folder holds
two patients, shows only here, before the work begins.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bme_med.core import Policy, Profile, Pseudonyms, Subjects, UnsupportedFileError
from bme_med.core.boxes import BoxRule
from bme_med.dicom import Owner, fits_issuer, identity_of, patients_by_study
from bme_med.run.detecting import detector_for
from bme_med.run.finding import Found
from bme_med.run.owners import find_owners
from bme_med.run.subjects import Line, SubjectMap

__all__ = ["NOBODY", "Given", "People", "find_people", "people_among", "person_of_photo"]

_UNLISTED_PHOTO = (
    "no line of the subjects map covers this photo: add one for its path or folder, "
    'or set subjects.unlisted = "pseudonym"'
)

Identity = tuple[str, ...]


class Given(NamedTuple):
    """What paths in the map say of one source: its subject, or the problem of lines that disagree."""

    subject: str = ""
    problem: str = ""


NOBODY = Given()


@dataclass(frozen=True, slots=True)
class People:
    """The patients of a run.

    Attributes
    ----------
    patients
        As `bme_med.core.Policy` holds them.
    subjects
        Who is which subject; None without a map.
    identities
        The patient of each source, by the name of the source.
    given
        What paths in the map say of sources, by name.
    unmatched
        Numbers of lines of the map that cover nothing in the input.
    """

    patients: Mapping[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    subjects: Subjects | None = None
    identities: Mapping[str, Identity] = field(default_factory=dict)
    given: Mapping[str, Given] = field(default_factory=dict)
    unmatched: tuple[int, ...] = ()

    def policy(self, profile: Profile, pseudonyms: Pseudonyms, boxes: tuple[BoxRule, ...] = ()) -> Policy:
        """A profile under one key, for these patients; `boxes` are what the user drew."""
        return Policy(profile, pseudonyms, self.patients, self.subjects, boxes, detector_for(profile))


def find_people(
    found: Sequence[Found],
    profile: Profile,
    subject_map: SubjectMap | None,
    *,
    workers: int,
    check: Callable[[], None],
) -> People:
    """Look at all sources; `check` raises when the run must stop."""
    owners = find_owners(found, workers=workers, check=check)
    return people_among([item.name for item in found], owners, profile, subject_map)


def people_among(
    names: Iterable[str], owners: Mapping[str, Owner], profile: Profile, subject_map: SubjectMap | None
) -> People:
    """The patients of the sources `names`; `owners` has those of the instances among them."""
    patients = patients_by_study(set(owners.values()))
    identities = {name: identity_of(owner, patients) for name, owner in owners.items()}
    if subject_map is None:
        return People(patients, None, identities)
    covering = {name: lines for name in names if (lines := subject_map.for_path(name))}
    given = {name: _given(lines) for name, lines in covering.items()}
    matching = _Matching(subject_map, identities, given)
    used = matching.used.union(*map(_numbers, covering.values()))
    return People(
        patients,
        Subjects(matching.names, frozenset(matching.disputed), profile.unlisted == "refuse"),
        identities,
        given,
        tuple(line.number for line in subject_map.lines if line.number not in used),
    )


def _given(lines: Sequence[Line]) -> Given:
    if len({line.subject for line in lines}) == 1:
        return Given(lines[0].subject)
    numbers = " and ".join(map(str, _numbers(lines)))
    return Given(
        problem=f"lines {numbers} of the subjects map give it different subjects: change one of them"
    )


def _numbers(lines: Iterable[Line]) -> list[int]:
    return [line.number for line in lines]


def person_of_photo(given: Given, subjects: Subjects | None, sha256: str) -> tuple[str, ...]:
    """Whom a photo shows, as far as the map says; a photo that it does not cover is a subject of its own.

    Raises
    ------
    UnsupportedFileError
        If the map gives no single answer and must.
    """
    if given.problem:
        raise UnsupportedFileError(given.problem)
    if given.subject:
        return ("subject", given.subject)
    if subjects and subjects.refuses:
        raise UnsupportedFileError(_UNLISTED_PHOTO)
    return ("photo", sha256)


class _Matching:
    """Goes through all patients, and finds for each the subject, or that the map has no single answer."""

    def __init__(
        self, subject_map: SubjectMap, identities: Mapping[str, Identity], given: Mapping[str, Given]
    ) -> None:
        self.names: dict[Identity, str] = {}
        self.disputed: set[Identity] = set()
        self.used: set[int] = set()
        self._map = subject_map
        self._by_line: dict[int, list[Identity]] = {}
        self._by_path: list[Identity] = []
        paths: dict[Identity, set[str]] = {}
        for name in given.keys() & identities.keys():
            paths.setdefault(identities[name], set()).add(given[name].subject)
        for identity in dict.fromkeys(identities.values()):
            self._decide(identity, self._by_id(identity), paths.get(identity, set()))
        self._dispute_shared(paths)

    def _decide(self, identity: Identity, lines: Sequence[Line], paths: set[str]) -> None:
        """Take the one subject that lines and paths agree on; a path without one is the empty text."""
        subjects = {line.subject for line in lines} | paths
        if len(subjects) > 1 or "" in subjects:
            self.disputed.add(identity)
        elif subjects:
            self.names[identity] = subjects.pop()
            for line in lines:
                self._by_line.setdefault(line.number, []).append(identity)
            if not lines and identity[0] == "patient":
                self._by_path.append(identity)

    def _dispute_shared(self, paths: Mapping[Identity, set[str]]) -> None:
        """One line without an issuer may not name patients of several, nor a path several patients."""
        for group in self._by_line.values():
            if len(group) > 1:
                self.disputed.update(group)
        covered = Counter(s for identity, said in paths.items() if identity[0] == "patient" for s in said)
        self.disputed.update(who for who in self._by_path if covered[self.names[who]] > 1)

    def _by_id(self, identity: Identity) -> list[Line]:
        """The lines that name a patient: by the whole issuer, or else a part of it, or else by ID alone."""
        if identity[0] != "patient":
            return []
        _, issuer, patient = identity
        said = self._map.patients.get(patient, [])
        lines = [line for name, line in said if name == issuer]
        lines = lines or [line for name, line in said if name and _is_part(name, issuer)]
        lines = lines or [line for name, line in said if name is None]
        self.used.update(_numbers(lines))
        return lines


def _is_part(said: str, issuer: str) -> bool:
    """Whether the map's `said` is the name of the issuer, or its universal ID."""
    return fits_issuer(said, issuer) or fits_issuer(f"&{said}", issuer)
