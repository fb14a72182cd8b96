"""How many bytes a number may take: its VR's size, by its Value Multiplicity (PS3.5, 6.2 and 6.4).

Readers take any bytes for numbers, so that a text in their place would not be seen.
"""

from functools import cache

from bme_med.core.resources import read_table
from bme_med.dicom.dictionary import private_key

__all__ = ["ANY_LENGTH", "MOST_BYTES", "NUMBER_BYTES", "number_lengths", "private_multiplicity"]

NUMBER_BYTES = {"AT": 4, "FD": 8, "FL": 4, "SL": 4, "SS": 2, "SV": 8, "UL": 4, "US": 2, "UV": 8}

_LONGEST = 1 << 62
ANY_LENGTH = range(_LONGEST)

MOST_BYTES = {
    **dict.fromkeys(("ChannelMinimumValue", "ChannelMaximumValue", "WaveformPaddingValue"), 8),
    "FillPattern": 128,
    "InteroperabilityVersion": 4,
}
"""Of bytes whose content has a size: one sample (PS3.3, C.10.9), 32 by 32 bits (C.10.5), four digits."""


@cache
def number_lengths(vr: str, multiplicity: str) -> range:
    """Lengths in bytes of a value of the binary `vr`; the least number of values is not asked for.

    >>> 6 in number_lengths("US", "1-3"), 8 in number_lengths("US", "1-3"), 8 in number_lengths("US", "1-n")
    (True, False, True)
    """
    size = NUMBER_BYTES[vr]
    largest = multiplicity.rpartition("-")[2]
    return range(0, (int(largest) * size if largest.isdigit() else _LONGEST) + 1, size)


@cache
def _private() -> dict[tuple[str, int], str]:
    rows = read_table("safe_private.csv")
    keys = (
        private_key(row["private_creator"], int(row["tag_pattern"].strip("()").replace(",xx", "00"), 16))
        for row in rows
    )
    return dict(zip(keys, (row["vm"] for row in rows), strict=True))


def private_multiplicity(creator: str, tag: int) -> str:
    """What Table E.3.10-1 says of a private attribute, or nothing."""
    return _private().get(private_key(creator, tag), "")
