"""Whose an instance is: what a patient's pseudonym and date shift hang on.

Patients are keyed by issuer and ID, for an ID alone is unique in one hospital only (PS3.3, C.7.1.1). The
issuer is (0010,0021) and the Universal Entity ID of (0010,0024), joined as HL7 v2 does (HD: namespace, then
``&`` and universal ID). Where some files of a study say less of the issuer, or leave out the ID, the study's
other files decide, if they name one patient: the run looks at all of them first. Spaces around an ID do not
count (PS3.5, 6.2, LO); its case does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bme_med.core import FileError, MalformedFileError, Source
from bme_med.dicom.instance import Instance, read_instance, read_strictly
from bme_med.dicom.layout import Layout
from bme_med.dicom.walker import Items, walk

__all__ = [
    "Owner",
    "fits_issuer",
    "glance",
    "glance_layout",
    "identity_of",
    "owner_of",
    "patients_by_study",
]

_HEAD_BYTES = 1 << 14
_PATIENT_ID, _ISSUER, _QUALIFIERS = 0x00100020, 0x00100021, 0x00100024
_UNIVERSAL_ENTITY_ID = 0x00400032
_SOP_INSTANCE, _STUDY = 0x00080018, 0x0020000D


@dataclass(frozen=True, slots=True)
class Owner:
    """Study, patient ID and its issuer, as they stand in one instance."""

    study: str
    patient: str
    issuer: str


def owner_of(instance: Instance) -> Owner:
    """The owner that `instance` names."""
    universal = _universal_entity(instance)
    return Owner(
        instance.first(_STUDY) or instance.first(_SOP_INSTANCE),
        instance.text(_PATIENT_ID),
        instance.text(_ISSUER) + (f"&{universal}" if universal else ""),
    )


def _universal_entity(instance: Instance) -> str:
    """Universal Entity ID (0040,0032) in the first item of Issuer of Patient ID Qualifiers (0010,0024)."""
    if _QUALIFIERS not in instance.by_tag:
        return ""
    data, element = instance.by_tag[_QUALIFIERS]
    items: Items | None = element.items
    if items is None:  # a glance steps over sequences
        items = walk(data, element.start, element.end, coding=instance.coding)[0].items
    for item in items.items[:1] if items else ():
        for inner in item.elements:
            if inner.tag == _UNIVERSAL_ENTITY_ID:
                return data[inner.value : inner.end].decode("ascii", "replace").strip(" \0")
    return ""


def glance_layout() -> Layout:
    """What `glance` remembers from file to file."""
    return Layout(before=_STUDY + 1)


def glance(data: Source, layout: Layout) -> Owner | None:
    """The owner of a DICOM file, from its head alone; nothing where it cannot be read."""
    try:
        try:
            return owner_of(read_strictly(data[0:_HEAD_BYTES], layout=layout))
        except MalformedFileError:
            return owner_of(read_instance(data, layout=layout))
    except FileError:
        return None


def patients_by_study(owners: Iterable[Owner]) -> dict[tuple[str, str, str], tuple[str, str]]:
    """``(study, patient ID, issuer) -> (patient ID, issuer)`` where the study tells more than a file.

    >>> patients_by_study([Owner("1.2", "7", "SITE"), Owner("1.2", "7", ""), Owner("1.3", "7", "")])
    {('1.2', '7', ''): ('7', 'SITE')}
    >>> patients_by_study([Owner("1.2", "7", "SITE"), Owner("1.2", "", "")])
    {('1.2', '', ''): ('7', 'SITE')}
    """
    studies: dict[str, list[tuple[str, str]]] = {}
    for owner in dict.fromkeys(owners):
        studies.setdefault(owner.study, []).append((owner.patient, owner.issuer))
    fuller: dict[tuple[str, str, str], tuple[str, str]] = {}
    for study, told in studies.items():
        whole = [who for who in told if who[0] and not any(who != o and _fits(who, o) for o in told)]
        for who in told:
            fitting = [other for other in whole if _fits(who, other)]
            if len(fitting) == 1 and fitting[0] != who:
                fuller[study, *who] = fitting[0]
    return fuller


def _fits(part: tuple[str, str], whole: tuple[str, str]) -> bool:
    """Whether an ID and issuer say nothing other than `whole` does."""
    return part[0] in ("", whole[0]) and fits_issuer(part[1], whole[1])


def fits_issuer(part: str, whole: str) -> bool:
    """Whether nothing that `part` says of an issuer is other than what `whole` says.

    >>> fits_issuer("SITE", "SITE&1.2.3"), fits_issuer("&1.2.3", "SITE&1.2.3"), fits_issuer("SITE", "OTHER")
    (True, True, False)
    """
    pairs = zip(part.partition("&")[::2], whole.partition("&")[::2], strict=True)
    return all(mine in ("", other) for mine, other in pairs)


def identity_of(owner: Owner, patients: Mapping[tuple[str, str, str], tuple[str, str]]) -> tuple[str, ...]:
    """The key of the patient: issuer and ID, or the study where no file of it has an ID."""
    known = patients.get((owner.study, owner.patient, owner.issuer), (owner.patient, owner.issuer))
    patient, issuer = known
    return ("patient", issuer, patient) if patient else ("study", owner.study)
