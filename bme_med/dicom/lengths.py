"""How long values may be that a profile gives (PS3.5, 6.2), with a subject in them: checked before a run."""

import re

from bme_med.core import AttributeRule, Profile, ProfileError
from bme_med.core.templates import fill
from bme_med.dicom.dictionary import dictionary

__all__ = ["check_lengths"]

_MOST = {
    "AE": 16,
    "CS": 16,
    "SH": 16,
    "DS": 16,
    "IS": 12,
    "LO": 64,
    "PN": 64,
    "UI": 64,
    "ST": 1024,
    "LT": 10240,
}
"""Characters of one value, by VR."""

_TAG = re.compile(r"\(([0-9A-Fa-f]{4}),([0-9A-Fa-f]{4})\)")


def check_lengths(profile: Profile, subject_length: int) -> None:
    """See that the values of `profile` fit their attributes, with a subject of so many characters in them.

    Raises
    ------
    ProfileError
        If one does not.
    """
    for rule in profile.attributes:
        vr = _vr_of(rule)
        length = len(fill(rule.value or "", {"subject": "x" * subject_length}))
        if length > _MOST.get(vr, length):
            raise ProfileError(
                f"{length} characters with a subject of {subject_length}, but {vr} takes {_MOST[vr]}: "
                "make the value, or the subjects, shorter",
                source=rule.source,
                key=f"dicom.attributes.{rule.selector}.value",
            )


def _vr_of(rule: AttributeRule) -> str:
    """The VR of the one attribute that `rule` names; empty for a pattern or a private attribute."""
    match = _TAG.fullmatch(rule.selector)
    tag = int(match[1] + match[2], 16) if match else dictionary().tags.get(rule.selector, 0)
    entry = dictionary().get(tag)
    return entry[0] if entry else ""
