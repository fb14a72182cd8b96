"""What dates reduced to their year would still tell of a person: the birth year, an age over 89.

A year may stay; the birth year of a person over 89 may not, nor what tells it (45 CFR 164.514(b)(2)(i)(C)).
The birth date itself is emptied; these are the other dates that repeat it or reach back as far.
"""

from typing import NamedTuple

from bme_med.dicom.date_notations import dates_of_value
from bme_med.dicom.folding import fold
from bme_med.dicom.instance import Instance

__all__ = ["Lifetime", "lifetime_of"]

_BIRTH_DATE = 0x00100030
_EXAMINATION_DATES = (0x00080020, 0x00080021, 0x00080022, 0x00080023, 0x0008002A)
_OLDEST_YEARS = 90


class Lifetime(NamedTuple):
    """What the birth date may be, as ``YYYYMMDD``, and the year of the examination, where they are said."""

    births: frozenset[str] = frozenset()
    examined: int = 0

    def is_told_by(self, date: str) -> bool:
        """Whether the year of `date`, a DA or DT value, would tell the birth year or an age over 89.

        >>> lifetime = Lifetime(frozenset(("19610405",)), 2024)
        >>> [lifetime.is_told_by(date) for date in ("1961.04.05", "19340101", "19610406")]
        [True, True, False]
        """
        digits = _digits(date)
        year = int(digits[:4] or 0)
        return digits in self.births or 0 < year <= self.examined - _OLDEST_YEARS


def lifetime_of(instance: Instance) -> Lifetime:
    """Birth date and latest date of the examination, from the main dataset."""
    births = dates_of_value(fold(instance.first(_BIRTH_DATE)).text)
    years = (_digits(instance.first(tag))[:4] for tag in _EXAMINATION_DATES)
    return Lifetime(
        frozenset(f"{year:04}{month:02}{day:02}" for year, month, day in births),
        max(int(year or 0) for year in years),
    )


def _digits(date: str) -> str:
    """Year, month and day of a DA or DT value, as far as they are there and digits."""
    digits = date.replace(".", "", 2)[:8] if "." in date[:5] else date[:8]
    return digits if digits.isascii() and digits.isdigit() else ""
