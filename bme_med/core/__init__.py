"""The pure centre: plans, sources, sniffing, pseudonyms, profiles."""

from bme_med.core.errors import (
    AuditError,
    BmeError,
    FileError,
    KeyFileError,
    MalformedFileError,
    ProfileError,
    UnsupportedFileError,
    UsageError,
)
from bme_med.core.plan import Action, Code, Piece, Pieces, Plan, Range, Refusal, Rendered, size_of
from bme_med.core.policy import Policy
from bme_med.core.profile import AttributeRule, DatePolicy, Descriptors, Option, Profile
from bme_med.core.profile_reading import parse_profile
from bme_med.core.pseudonyms import Pseudonyms
from bme_med.core.regions import Box, FrameRange, Region, regions_of
from bme_med.core.sniff import Format, sniff
from bme_med.core.source import Source
from bme_med.core.splice import iter_chunks, splice
from bme_med.core.subjects import Subjects

__all__ = [
    "Action",
    "AttributeRule",
    "AuditError",
    "BmeError",
    "Box",
    "Code",
    "DatePolicy",
    "Descriptors",
    "FileError",
    "Format",
    "FrameRange",
    "KeyFileError",
    "MalformedFileError",
    "Option",
    "Piece",
    "Pieces",
    "Plan",
    "Policy",
    "Profile",
    "ProfileError",
    "Pseudonyms",
    "Range",
    "Refusal",
    "Region",
    "Rendered",
    "Source",
    "Subjects",
    "UnsupportedFileError",
    "UsageError",
    "iter_chunks",
    "parse_profile",
    "regions_of",
    "size_of",
    "sniff",
    "splice",
]
