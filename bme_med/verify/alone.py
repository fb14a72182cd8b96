"""Whether an element whose source nobody has may be what a rule leaves behind."""

import re
from typing import assert_never

from bme_med.core import DatePolicy
from bme_med.verify.colours import foreign_in_profile
from bme_med.verify.elements import Element
from bme_med.verify.rules import State
from bme_med.verify.tables import Tables
from bme_med.verify.values import LAYER, NEW_UID, Context, is_given

__all__ = ["stands"]

_IDLE_TEXTS = frozenset(
    ("99BMEMED", "DCM", "121106", "Comment", "CONTAINS", "TEXT", "PIXEL", "POINT", "N", "PSN")
)
"""What dummy items are made of beside dummies."""
_GRAPHIC_LAYER = 0x00700002
_NUMBERS = frozenset({"AT", "FD", "FL", "SL", "SS", "SV", "UL", "US", "UV"})
_LONGEST_NUMBER_BYTES = 8


def stands(state: State, after: Element, context: Context) -> bool:
    """Whether an element whose source nobody has may be in `state`."""
    match state:
        case State.ABSENT:
            return False
        case State.EMPTY:
            return after.is_empty
        case State.ITEMS:
            return after.items is not None
        case State.DERIVED:
            return after.values[0] != "ORIGINAL"
        case State.SAME | State.CLEANED | State.SHORTER | State.RECODED:
            return after.items is None
        case State.DUMMY:
            return _says_nothing(after, context.tables)
        case State.GIVEN:
            return is_given(after, context)
        case State.DATED:
            return after.is_empty or _may_be_dated(after, context)
        case State.UIDS:
            return all(not uid or uid in context.tables.registered or _is_new(uid) for uid in after.values)
        case State.LAYER:
            return LAYER.fullmatch(after.text) is not None
        case State.ICC:
            return not foreign_in_profile(after.raw) or _says_nothing(after, context.tables)
    assert_never(state)


def _may_be_dated(after: Element, context: Context) -> bool:
    if context.dates is not DatePolicy.YEAR:
        return True
    form = r"\d{4}0101" if after.vr == "DA" else r"\d{4}"
    is_year = all(re.fullmatch(form, value) or not value for value in after.values)
    return is_year or after.text in context.tables.dummies


def _is_new(uid: str) -> bool:
    """Whether a UID has the form of a replaced one: a UUID of version 8."""
    return NEW_UID.fullmatch(uid) is not None and int(uid[5:]) >> 76 & 0xF == 8


def _says_nothing(after: Element, tables: Tables) -> bool:
    """Whether a value is a dummy of the table, a number without content, or a sequence of such."""
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
        return all(uid in tables.registered or uid == "2.25.0" for uid in found.values)
    return found.tag == _GRAPHIC_LAYER or not (found.text or any(found.raw))
