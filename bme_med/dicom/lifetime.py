"""What dates reduced to their year would still tell of a person: the birth year, an age over 89.

A year may stay; the birth year of a person over 89 may not, nor what tells it (45 CFR 164.514(b)(2)(i)(C)).
The birth date itself is emptied; these are the other dates that repeat it or reach back as far.
"""

from typing import NamedTuple

from bme_med.dicom.instance import Instance

__all__ = ["Lifetime", "lifetime_of"]

_BIRTH_DATE = 0x00100030
_EXAMINATION_DATES = (0x00080020, 0x00080021, 0x00080022, 0x00080023, 0x0008002A)
_OLDEST_YEARS = 90


class Lifetime(NamedTuple):
    """Birth date as ``YYYYMMDD`` and the year of the examination, as far as the instance says them."""

    birth: str = ""
    examined: int = 0

    def is_told_by(self, date: str) -> bool:
        """Whether the year of `date`, a DA or DT value, would tell the birth year or an age over 89.

        >>> Lifetime("19310405", 2024).is_told_by("1931.04.05"), Lifetime("", 2024).is_told_by("19340101")
        (True, True)
        >>> Lifetime("20240229", 2024).is_told_by("20240301")
        False
        """
        digits = _digits(date)
        year = int(digits[:4] or 0)
        return (bool(self.birth) and digits == self.birth) or 0 < year <= self.examined - _OLDEST_YEARS


def lifetime_of(instance: Instance) -> Lifetime:
    """Birth date and latest date of the examination, from the main dataset."""
    birth = _digits(instance.first(_BIRTH_DATE))
    years = (_digits(instance.first(tag))[:4] for tag in _EXAMINATION_DATES)
    return Lifetime(birth if len(birth) == 8 else "", max(int(year or 0) for year in years))


def _digits(date: str) -> str:
    """Year, month and day of a DA or DT value, as far as they are there and digits."""
    digits = date.replace(".", "", 2)[:8] if "." in date[:5] else date[:8]
    return digits if digits.isascii() and digits.isdigit() else ""
