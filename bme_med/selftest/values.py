"""Values with a token of their own, legal for their VR (PS3.5, 6.2)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

__all__ = ["ROOT", "Planted", "plant", "word"]

ROOT = "1.2.826.0.1.3680043.99999."
"""Of UIDs that are planted."""

_ABSTRACT = {"OB or OW": "OB", "US or SS": "US", "US or OW": "US", "US or SS or OW": "US", "": "OB"}
"""VRs that a file settles, as settled here."""

_WORD_VRS = {"LO", "LT", "SH", "ST", "UC", "UT", "AE", "CS"}
_BYTE_VRS = {"OB", "OD", "OF", "OL", "OV", "OW", "UN"}
_NUMBERS = {"US", "SS", "UL", "SL", "FL", "FD", "SV", "UV"}
_ATTRIBUTES = 0x00181000


@dataclass(frozen=True, slots=True)
class Planted:
    """One attribute with a value of its own; `token` is empty where a value is too short to hold one."""

    tag: int
    vr: str
    value: Any
    token: str


def word(number: int) -> str:
    """Eight letters and digits that stand nowhere else.

    >>> word(12)
    'ZQ00012Q'
    """
    return f"ZQ{number:05d}Q"


def plant(tag: int, vr: str, number: int) -> Planted:
    """A value for the attribute `tag` of a `vr`, as the data dictionary gives it, that no other `number` has.

    Raises
    ------
    ValueError
        If no such VR is known.
    """
    vr = _ABSTRACT.get(vr, vr)
    token = word(number)
    if vr in _WORD_VRS:
        return Planted(tag, vr, token, token)
    if vr in _BYTE_VRS:
        return Planted(tag, vr, token.encode(), token)
    if vr in _NUMBERS:
        return Planted(tag, vr, 7 + number % 90, "")
    match vr:
        case "SQ":
            return Planted(tag, vr, [_item(token)], token)
        case "PN":
            return Planted(tag, vr, f"{token}^Ina", token)
        case "UR":
            return Planted(tag, vr, f"http://{token}.example", token)
        case "UI":
            return Planted(tag, vr, ROOT + str(10000 + number), ROOT + str(10000 + number))
        case "DA":
            return Planted(tag, vr, _day(number), _day(number))
        case "DT":
            return Planted(tag, vr, f"{_day(number)}101112.{number:06d}", _day(number))
        case "TM":
            return Planted(tag, vr, f"101112.{number:06d}", f".{number:06d}")
        case "DS":
            return Planted(tag, vr, f"77310{number:05d}.5", f"77310{number:05d}")
        case "IS":
            return Planted(tag, vr, f"17{number:06d}", f"17{number:06d}")
        case "AS":
            return Planted(tag, vr, f"{7 + number % 80:03d}Y", "")
        case "AT":
            return Planted(tag, vr, _ATTRIBUTES + number % 90, "")
    raise ValueError(vr)


def _item(token: str) -> Any:
    """An item with the token in a text that no table lists."""
    from pydicom import Dataset

    item = Dataset()
    item.ManufacturerModelName = token
    return item


def _day(number: int) -> str:
    """A date of its own that is not New Year, which the year policy writes."""
    return (date(1801 + number // 300, 1, 2) + timedelta(days=number % 300)).strftime("%Y%m%d")
