"""Subjects: the names that a coordinator gives to patients, and what such a name may be.

A subject stands in attributes of VR LO and PN (PS3.5, 6.2), in names of folders and files, and in texts of
the receiver. So it is plain ASCII, and two of them must differ by more than case: some file systems would
put both into one folder.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bme_med.core.errors import UnsupportedFileError

__all__ = ["SUBJECT_RULE", "Subjects", "is_subject"]

_SUBJECT = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices."""

SUBJECT_RULE = (
    "a subject has 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-', starts and ends with a letter or digit, "
    "and is no device name of Windows"
)

_UNLISTED = (
    "the subjects map does not name this patient: add a line for the patient ID or the path, "
    'or set subjects.unlisted = "pseudonym"'
)
_DISPUTED = (
    "the subjects map leaves open which subject this patient is (lines disagree, or a path holds several "
    "patients): give the patient a line of its own as `issuer|id`, and no other subject to its files"
)


def is_subject(name: str) -> bool:
    """Whether `name` is legal wherever a subject's name is written.

    >>> is_subject("KNEE-01"), is_subject("a/b"), is_subject("NUL"), is_subject("Jörg")
    (True, False, False, False)
    """
    return bool(_SUBJECT.fullmatch(name)) and not _DEVICE.fullmatch(name)


@dataclass(frozen=True, slots=True)
class Subjects:
    """Which patient is which subject, in one run.

    Attributes
    ----------
    names
        Subjects by the key of the patient, as `bme_med.dicom.identity` makes it.
    disputed
        Patients for whom the map has more than one answer.
    refuses
        Whether a patient who is not named is refused.
    """

    names: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    disputed: frozenset[tuple[str, ...]] = frozenset()
    refuses: bool = False

    def person(self, identity: tuple[str, ...]) -> tuple[str, ...]:
        """What pseudonym and date shift hang on: the subject, or the patient where there is none.

        Raises
        ------
        UnsupportedFileError
            If the map gives no single answer and must.

        >>> Subjects({("patient", "", "4711"): "KNEE-01"}).person(("patient", "", "4711"))
        ('subject', 'KNEE-01')
        """
        if identity in self.disputed:
            raise UnsupportedFileError(_DISPUTED)
        if identity in self.names:
            return ("subject", self.names[identity])
        if self.refuses:
            raise UnsupportedFileError(_UNLISTED)
        return identity
