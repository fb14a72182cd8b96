"""Whose an instance is: what a patient's pseudonym and date shift hang on.

Patients are keyed by issuer and ID, for an ID alone is unique in one hospital only (PS3.3, C.7.1.1). Where
some files of a study lack the issuer, the study's other files decide: the run looks at all of them first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bme_med.core import FileError, MalformedFileError, Source
from bme_med.dicom.instance import Instance, read_instance
from bme_med.dicom.layout import Layout

__all__ = ["Owner", "glance", "glance_layout", "identity_of", "issuers_by_study", "owner_of"]

_HEAD_BYTES = 1 << 14
_PATIENT_ID, _ISSUER = 0x00100020, 0x00100021
_SOP_INSTANCE, _STUDY = 0x00080018, 0x0020000D


@dataclass(frozen=True, slots=True)
class Owner:
    """Study, patient ID and its issuer, as they stand in one instance."""

    study: str
    patient: str
    issuer: str


def owner_of(instance: Instance) -> Owner:
    """The owner that `instance` names."""
    return Owner(
        instance.first(_STUDY) or instance.first(_SOP_INSTANCE),
        instance.text(_PATIENT_ID),
        instance.text(_ISSUER),
    )


def glance_layout() -> Layout:
    """What `glance` remembers from file to file."""
    return Layout(private=True, before=_STUDY + 1)


def glance(data: Source, layout: Layout) -> Owner | None:
    """The owner of a DICOM file, from its head alone; nothing where it cannot be read."""
    try:
        try:
            return owner_of(read_instance(data[0:_HEAD_BYTES], layout=layout))
        except MalformedFileError:
            return owner_of(read_instance(data, layout=layout))
    except FileError:
        return None


def issuers_by_study(owners: Iterable[Owner]) -> dict[tuple[str, str], str]:
    """``(study, patient ID) -> issuer`` where the study's files name exactly one.

    >>> issuers_by_study([Owner("1.2", "7", "SITE"), Owner("1.2", "7", ""), Owner("1.3", "7", "")])
    {('1.2', '7'): 'SITE'}
    """
    found: dict[tuple[str, str], set[str]] = {}
    for owner in owners:
        if owner.issuer:
            found.setdefault((owner.study, owner.patient), set()).add(owner.issuer)
    return {key: issuers.pop() for key, issuers in found.items() if len(issuers) == 1}


def identity_of(owner: Owner, issuers: Mapping[tuple[str, str], str]) -> tuple[str, ...]:
    """The key of the patient: issuer and ID, or the study where there is no ID."""
    if not owner.patient:
        return ("study", owner.study)
    return ("patient", owner.issuer or issuers.get((owner.study, owner.patient), ""), owner.patient)
