"""Whose an instance is: what a patient's pseudonym and date shift hang on.

Patients are keyed by issuer and ID, for an ID alone is unique in one hospital only (PS3.3, C.7.1.1). The
issuer is (0010,0021) and the Universal Entity ID of (0010,0024), joined as HL7 v2 does (HD: namespace, then
``&`` and universal ID). Where some files of a study say less of the issuer, the study's other files decide:
the run looks at all of them first. Spaces around an ID do not count (PS3.5, 6.2, LO); its case does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bme_med.core import FileError, MalformedFileError, Source
from bme_med.dicom.instance import Instance, read_instance
from bme_med.dicom.layout import Layout
from bme_med.dicom.walker import Items, walk

__all__ = [
    "Owner",
    "fits_issuer",
    "glance",
    "glance_layout",
    "identity_of",
    "issuers_by_study",
    "owner_of",
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
            return owner_of(read_instance(data[0:_HEAD_BYTES], layout=layout))
        except MalformedFileError:
            return owner_of(read_instance(data, layout=layout))
    except FileError:
        return None


def issuers_by_study(owners: Iterable[Owner]) -> dict[tuple[str, str, str], str]:
    """``(study, patient ID, issuer as a file tells it) -> issuer`` where the study tells more.

    >>> issuers_by_study([Owner("1.2", "7", "SITE"), Owner("1.2", "7", ""), Owner("1.3", "7", "")])
    {('1.2', '7', ''): 'SITE'}
    """
    told: dict[tuple[str, str], set[str]] = {}
    for owner in owners:
        told.setdefault((owner.study, owner.patient), set()).add(owner.issuer)
    fuller: dict[tuple[str, str, str], str] = {}
    for (study, patient), issuers in told.items():
        whole = [a for a in issuers if a and not any(a != b and fits_issuer(a, b) for b in issuers)]
        for issuer in issuers:
            fitting = [other for other in whole if fits_issuer(issuer, other)]
            if len(fitting) == 1 and fitting[0] != issuer:
                fuller[study, patient, issuer] = fitting[0]
    return fuller


def fits_issuer(part: str, whole: str) -> bool:
    """Whether nothing that `part` says of an issuer is other than what `whole` says.

    >>> fits_issuer("SITE", "SITE&1.2.3"), fits_issuer("&1.2.3", "SITE&1.2.3"), fits_issuer("SITE", "OTHER")
    (True, True, False)
    """
    pairs = zip(part.partition("&")[::2], whole.partition("&")[::2], strict=True)
    return all(mine in ("", other) for mine, other in pairs)


def identity_of(owner: Owner, issuers: Mapping[tuple[str, str, str], str]) -> tuple[str, ...]:
    """The key of the patient: issuer and ID, or the study where there is no ID."""
    if not owner.patient:
        return ("study", owner.study)
    issuer = issuers.get((owner.study, owner.patient, owner.issuer), owner.issuer)
    return ("patient", issuer, owner.patient)
