"""What a de-identified instance says of itself: (0012,006x), (0028,0303) (PS3.15, E.1.1 and E.3)."""

from functools import lru_cache

from bme_med import __version__
from bme_med.core import DatePolicy, Option, Profile
from bme_med.core.resources import read_table
from bme_med.dicom.encoding import Coding, element, sequence_item

__all__ = [
    "CODE_VALUE",
    "DEIDENTIFICATION_METHOD",
    "DEIDENTIFICATION_METHOD_CODES",
    "IDENTITY_REMOVED",
    "MARKER_TAGS",
    "TEMPORAL_INFORMATION",
    "code_item",
    "method_codes",
    "method_text",
    "temporal_information",
]

IDENTITY_REMOVED = 0x00120062
DEIDENTIFICATION_METHOD = 0x00120063
DEIDENTIFICATION_METHOD_CODES = 0x00120064
CODE_VALUE = 0x00080100
TEMPORAL_INFORMATION = 0x00280303
MARKER_TAGS = (IDENTITY_REMOVED, DEIDENTIFICATION_METHOD, DEIDENTIFICATION_METHOD_CODES, TEMPORAL_INFORMATION)

_TEMPORAL = {
    DatePolicy.REMOVE: b"REMOVED",
    DatePolicy.YEAR: b"MODIFIED",
    DatePolicy.SHIFT: b"MODIFIED",
    DatePolicy.KEEP: b"UNMODIFIED",
}


def method_text(profile: Profile) -> str:
    """Our value of De-identification Method (0012,0063)."""
    return f"bme-med {__version__} {profile.name}"[:64].replace("\\", " ")


@lru_cache(maxsize=8)
def method_codes(profile: Profile) -> tuple[tuple[str, str], ...]:
    """Code value and meaning, from CID 7050, of the basic profile and of each option that was applied."""
    applied = set(profile.options)
    if profile.dates is DatePolicy.SHIFT:
        applied.add(Option.MODIFIED_DATES)
    rows = []
    for row in read_table("cid7050.csv"):
        option = row["code_meaning"].lower().removesuffix(" option").replace(" ", "-")
        if row["e1_1_column"] == "basic" or option in applied:
            rows.append((row["code_value"], row["code_meaning"]))
    return tuple(rows)


def code_item(value: str, scheme: str, meaning: str, *, coding: Coding) -> bytes:
    """One item of a code sequence (PS3.3, 8.8)."""
    return sequence_item(
        element(0x00080100, "SH", value.encode(), coding=coding)
        + element(0x00080102, "SH", scheme.encode(), coding=coding)
        + element(0x00080104, "LO", meaning.encode(), coding=coding),
        coding=coding,
    )


def temporal_information(profile: Profile) -> bytes:
    """Longitudinal Temporal Information Modified (0028,0303)."""
    return _TEMPORAL[profile.dates]
