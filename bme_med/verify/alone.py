"""Whether an element whose source nobody has may be what a rule leaves behind."""

import re
from typing import assert_never

from bme_med.core import DatePolicy
from bme_med.verify.colours import foreign_in_profile
from bme_med.verify.dated import are_times
from bme_med.verify.dummies import is_made_uid, says_nothing
from bme_med.verify.elements import Element
from bme_med.verify.rules import State
from bme_med.verify.values import LAYER, Context, is_given

__all__ = ["stands"]


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
        case State.SAME | State.CLEANED | State.SHORTER | State.RECODED | State.WARNED:
            return after.items is None
        case State.TIME:
            return after.items is None and are_times(after.values)
        case State.DUMMY:
            return says_nothing(after, context.tables)
        case State.GIVEN:
            return is_given(after, context)
        case State.DATED:
            return after.is_empty or _may_be_dated(after, context)
        case State.UIDS:
            return all(
                not uid or uid in context.tables.registered or is_made_uid(uid) for uid in after.values
            )
        case State.LAYER:
            return LAYER.fullmatch(after.text) is not None
        case State.ICC:
            return not foreign_in_profile(after.raw) or says_nothing(after, context.tables)
    assert_never(state)


def _may_be_dated(after: Element, context: Context) -> bool:
    if context.dates is not DatePolicy.YEAR:
        return True
    form = r"\d{4}0101" if after.vr == "DA" else r"\d{4}"
    is_year = all(re.fullmatch(form, value) or not value for value in after.values)
    return is_year or after.text in context.tables.dummies
