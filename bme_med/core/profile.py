"""Profiles: what a run does, as one frozen record.

What only an engine can judge, such as an attribute's keyword, the engine checks when it compiles the profile.
"""

from dataclasses import dataclass
from enum import StrEnum

from bme_med.core.boxes import BoxRule
from bme_med.core.plan import Code

__all__ = ["ATTRIBUTE_CODES", "AttributeRule", "DatePolicy", "Descriptors", "Option", "Profile", "WordList"]


ATTRIBUTE_CODES = tuple(code for code in Code if code is not Code.REDACT)
"""Codes that a profile may give an attribute."""


class Option(StrEnum):
    """The options of PS3.15, E.3, named as CID 7050 names them."""

    CLEAN_PIXEL_DATA = "clean-pixel-data"
    CLEAN_VISUAL_FEATURES = "clean-recognizable-visual-features"
    CLEAN_GRAPHICS = "clean-graphics"
    CLEAN_STRUCTURED_CONTENT = "clean-structured-content"
    CLEAN_DESCRIPTORS = "clean-descriptors"
    FULL_DATES = "retain-longitudinal-temporal-information-full-dates"
    MODIFIED_DATES = "retain-longitudinal-temporal-information-modified-dates"
    RETAIN_PATIENT_CHARACTERISTICS = "retain-patient-characteristics"
    RETAIN_DEVICE_IDENTITY = "retain-device-identity"
    RETAIN_UIDS = "retain-uids"
    RETAIN_SAFE_PRIVATE = "retain-safe-private"
    RETAIN_INSTITUTION_IDENTITY = "retain-institution-identity"


class Descriptors(StrEnum):
    """What stays of texts that are cleaned (code C)."""

    VOCABULARY = "vocabulary"
    PATTERNS = "patterns"


class DatePolicy(StrEnum):
    """What becomes of dates and times. `KEEP` follows from the Full Dates Option alone."""

    REMOVE = "remove"
    YEAR = "year"
    SHIFT = "shift"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """One line of ``[dicom.attributes]``: the selector as written, the code, and the value for D."""

    selector: str
    code: Code
    value: str | None
    source: str


@dataclass(frozen=True, slots=True)
class WordList:
    """A file of ``dicom.vocabulary``: its name as the profile has it, and its lines."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A complete, checked profile. Compared by identity, so that engines can cache what they compile."""

    name: str
    title: str
    options: frozenset[Option]
    attributes: tuple[AttributeRule, ...]
    descriptors: Descriptors
    words: tuple[str, ...]
    word_lists: tuple[WordList, ...]
    safe_private: tuple[str, ...]
    structured_reports: str
    orientation: str
    color_profile: str
    hidden_pixels: str
    faces: str
    photo_text: str
    dates: DatePolicy
    burned_in: str
    suspect: str
    marks: str
    regions: tuple[BoxRule, ...]
    unused_bits: str
    names: str
    pattern: str
    dicom_path: str
    dicomdir: str
    unlisted: str
    sha256: str

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """Words, and codes with their meanings, that a site adds to the standard's."""
        return (*self.words, *(line for words in self.word_lists for line in words.lines))
