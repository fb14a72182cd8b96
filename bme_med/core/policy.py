"""What an engine needs beside the bytes: the profile and the names that replace others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bme_med.core.profile import Profile
from bme_med.core.pseudonyms import Pseudonyms

__all__ = ["Policy"]


@dataclass(frozen=True, slots=True)
class Policy:
    """One profile under one key.

    `issuers` says, by study and patient ID, who issued an ID whose own file does not say it.
    """

    profile: Profile
    pseudonyms: Pseudonyms
    issuers: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
