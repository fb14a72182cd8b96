"""What a de-identified instance says of itself: (0012,006x), (0028,0303) (PS3.15, E.1.1 and E.3)."""

from bme_med import __version__
from bme_med.core import Profile
from bme_med.dicom.encoding import Coding, element, sequence_item

__all__ = [
    "BURNED_IN_ANNOTATION",
    "CODE_SCHEME",
    "CODE_VALUE",
    "DEIDENTIFICATION_METHOD",
    "DEIDENTIFICATION_METHOD_CODES",
    "IDENTITY_REMOVED",
    "MARKER_TAGS",
    "TEMPORAL_INFORMATION",
    "code_item",
    "method_text",
]

IDENTITY_REMOVED = 0x00120062
DEIDENTIFICATION_METHOD = 0x00120063
DEIDENTIFICATION_METHOD_CODES = 0x00120064
CODE_VALUE, CODE_SCHEME = 0x00080100, 0x00080102
BURNED_IN_ANNOTATION = 0x00280301
TEMPORAL_INFORMATION = 0x00280303
MARKER_TAGS = (IDENTITY_REMOVED, DEIDENTIFICATION_METHOD, DEIDENTIFICATION_METHOD_CODES, TEMPORAL_INFORMATION)


def method_text(profile: Profile) -> str:
    """Our value of De-identification Method (0012,0063)."""
    return f"bme-med {__version__} {profile.name}"[:64].replace("\\", " ")


def code_item(value: str, scheme: str, meaning: str, *, coding: Coding) -> bytes:
    """One item of a code sequence (PS3.3, 8.8)."""
    return sequence_item(
        element(0x00080100, "SH", value.encode(), coding=coding)
        + element(0x00080102, "SH", scheme.encode(), coding=coding)
        + element(0x00080104, "LO", meaning.encode(), coding=coding),
        coding=coding,
    )
