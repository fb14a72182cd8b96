"""What is known of an output before it is judged, and what is known afterwards."""

from dataclasses import dataclass, field

from bme_med.audit import Outside
from bme_med.core import Box, Format
from bme_med.verify.findings import Problem
from bme_med.verify.harvest import NOBODY, Identifiers
from bme_med.verify.seen import Seen

__all__ = ["Judged", "Told"]


@dataclass(frozen=True, slots=True)
class Told:
    """What the audit tells of one output.

    Attributes
    ----------
    boxes
        Regions of its pixels that were covered.
    were_pixels_cleaned
        Whether nothing is known to be left of burned-in text, as all was covered or looked at.
    was_converted
        Whether the picture was encoded anew, so that it is not the source's bit for bit.
    outside
        A digest of what was not covered, where there is one.
    """

    boxes: tuple[Box, ...] = ()
    were_pixels_cleaned: bool = False
    was_converted: bool = False
    outside: Outside | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The judgement of one output.

    Attributes
    ----------
    words, uids
        What stands in it and not in its source, to be compared with the other sources; UIDs also in texts.
    source_words, source_uids
        What names the patient and the parts of its source.
    digest
        SHA-256 of its pixels.
    has_source
        Whether it was compared with a source.
    instance, series
        UIDs of a DICOM file.
    seen
        What of it must be the same in others.
    format
        What it is; nothing where it could not be read.
    identifiers
        What of its source must not stand in its path either.
    """

    problems: tuple[Problem, ...]
    words: frozenset[bytes] = frozenset()
    uids: frozenset[str] = frozenset()
    source_words: frozenset[bytes] = frozenset()
    source_uids: frozenset[str] = frozenset()
    digest: str = ""
    has_source: bool = False
    instance: str = ""
    series: str = ""
    seen: Seen = field(default_factory=Seen)
    format: Format | None = None
    identifiers: Identifiers = NOBODY
