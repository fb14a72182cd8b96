"""What an engine needs beside the bytes: the profile and the names that replace others."""

from dataclasses import dataclass

from bme_med.core.profile import Profile
from bme_med.core.pseudonyms import Pseudonyms

__all__ = ["Policy"]


@dataclass(frozen=True, slots=True)
class Policy:
    """One profile under one key."""

    profile: Profile
    pseudonyms: Pseudonyms
