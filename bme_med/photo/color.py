"""What the policy makes of an embedded colour profile, the same for every container that holds one whole."""

from typing import NamedTuple

from bme_med.core import icc
from bme_med.core.plan import Code

__all__ = ["TreatedProfile", "treat_profile"]


class TreatedProfile(NamedTuple):
    """The profile to write, empty where it goes; what was done, and whether that may change the colours."""

    profile: bytes
    code: Code
    rule: str
    is_lost: bool = False


def treat_profile(profile: bytes, color_profile: str) -> TreatedProfile:
    """Treat `profile` as the policy ``photo.color-profile`` says.

    >>> treat_profile(b"not a profile", "sanitize").is_lost
    True
    """
    if color_profile == "drop":
        return TreatedProfile(b"", Code.X, "colour profile")
    if color_profile == "keep" and 0 < len(profile) <= icc.MAX_PROFILE_BYTES:
        return TreatedProfile(profile, Code.K, "colour profile")
    sanitized = icc.sanitize(profile) if color_profile == "sanitize" else None
    if not sanitized:
        return TreatedProfile(b"", Code.X, "colour profile that cannot be read", is_lost=True)
    return TreatedProfile(sanitized, Code.C, "colour profile sanitised")
