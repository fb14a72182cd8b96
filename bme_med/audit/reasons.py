"""Reasons and findings of one source, and what they have in common with those of others."""

import re

__all__ = ["DUPLICATE", "SAME_INSTANCE", "SAME_PATH", "finding_group", "reason_group"]

DUPLICATE = "an exact duplicate of "
SAME_INSTANCE = "other content under the same SOP Instance UID as "
SAME_PATH = "its output would have the same name as that of "
"""These end with a source, as the audit names it."""

_PLACE = re.compile(r" at byte \d+")
_REGIONS = re.compile(r": -?\d+,-?\d+,\d+,\d+(?:; -?\d+,-?\d+,\d+,\d+)*$")


def reason_group(reason: str) -> str:
    """`reason` without what differs from file to file, so that it can be counted; it names no source.

    >>> reason_group("an exact duplicate of a.jpg"), reason_group("broken in APP1 at byte 12")
    ('an exact duplicate of another file', 'broken in APP1')
    """
    for start in (DUPLICATE, SAME_INSTANCE, SAME_PATH):
        if reason.startswith(start):
            return f"{start}another file"
    return _PLACE.sub("", reason)


def finding_group(finding: str) -> str:
    """`finding` without the regions that it lists, so that it can be counted.

    >>> finding_group("look at it: 5,0,10,20; 7,8,9,10")
    'look at it'
    """
    return _REGIONS.sub("", finding)
