"""Whether a value says nothing: a dummy of the table, zeros, or items of such."""

import re

from bme_med.verify.elements import Element
from bme_med.verify.tables import Tables

__all__ = ["NEW_UID", "is_dummy", "is_made_uid", "says_nothing"]

NEW_UID = re.compile(r"2\.25\.(0|[1-9][0-9]{0,38})")
"""A UID made of a UUID (PS3.5, B.2)."""

_NO_UID = "2.25.0"
_IDLE_TEXTS = frozenset(
    ("99BMEMED", "DCM", "121106", "Comment", "CONTAINS", "TEXT", "PIXEL", "POINT", "N", "PSN")
)
"""What dummy items are made of beside dummies."""
_GRAPHIC_LAYER = 0x00700002
_NUMBERS = frozenset({"AT", "FD", "FL", "SL", "SS", "SV", "UL", "US", "UV"})
_LONGEST_NUMBER_BYTES = 8


def is_dummy(found: Element, tables: Tables) -> bool:
    """Whether a value that is no sequence is what code D writes for its VR.

    The table has two for a VR, one for sources that hold the other. Numbers and bytes are zero.
    """
    text = found.text or found.raw.decode("latin-1").strip(" \0")
    if found.vr == "UI":
        return all(uid == _NO_UID or is_made_uid(uid) for uid in found.values)
    return not text or text in tables.dummies_of.get(found.vr, tables.dummies)


def is_made_uid(uid: str) -> bool:
    """Whether a UID has the form of a replaced one: a UUID of version 8."""
    return NEW_UID.fullmatch(uid) is not None and int(uid[5:]) >> 76 & 0xF == 8


def says_nothing(after: Element, tables: Tables) -> bool:
    """Whether an element is a dummy, a number without content, or a sequence of such."""
    if after.items is not None:
        inner = [found for item in after.items for _, _, found in item.walk() if found.items is None]
        return bool(inner) and all(_is_idle(found, tables) for found in inner)
    return not after.is_empty and _is_idle(after, tables)


def _is_idle(found: Element, tables: Tables) -> bool:
    if found.is_empty or found.text in tables.dummies | _IDLE_TEXTS:
        return True
    if found.vr in _NUMBERS:
        return len(found.raw) <= _LONGEST_NUMBER_BYTES
    if found.vr == "UI":
        return all(uid in tables.registered or uid == _NO_UID for uid in found.values)
    return found.tag == _GRAPHIC_LAYER or not (found.text or any(found.raw))
