"""Subjects that a user's map gives to patients: none may tell who the patient is."""

from bme_med.core import UnsupportedFileError
from bme_med.dicom.identifiers import Kind, Mention, identifiers_in
from bme_med.dicom.instance import Instance

__all__ = ["refuse_telling_subject"]

_NAMES = (0x00100010, 0x00101001, 0x00101005)
"""Patient's Name, Other Patient Names, Patient's Birth Name."""
_IDS = (0x00100020, 0x00101000)
"""Patient ID, Other Patient IDs."""
_SHORTEST_NUMBER = 4


def refuse_telling_subject(instance: Instance, subject: str) -> None:
    """See that no name and no ID of the patient of `instance` stands in `subject`; short numbers may.

    Raises
    ------
    UnsupportedFileError
        If one does.
    """
    kinds = {**dict.fromkeys(_NAMES, Kind.PERSON), **dict.fromkeys(_IDS, Kind.ID)}
    mentions = tuple(
        Mention(kind, instance.charset, raw) for tag, kind in kinds.items() if (raw := instance.raw(tag))
    )
    found = (subject[start:end] for start, end in identifiers_in(mentions).spans(subject))
    if any(len(text) >= _SHORTEST_NUMBER or not text.isdigit() for text in found):
        raise UnsupportedFileError(
            "the map of subjects gives this patient a subject that holds a name or an ID of the file: choose "
            "another"
        )
