"""Writing elements: headers, padding, and a legal dummy per VR (PS3.5, 6.2 and 7.1)."""

from functools import cache
from struct import pack

from bme_med.core.resources import read_table
from bme_med.dicom.walker import UNDEFINED

__all__ = [
    "CODED_VRS",
    "LONG_VRS",
    "TEXT_VRS",
    "dummy_value",
    "element",
    "header",
    "sequence_item",
    "split_values",
]

LONG_VRS = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"))
"""VRs with a 32-bit length in Explicit VR (PS3.5, 7.1.2)."""

TEXT_VRS = frozenset(("LO", "SH", "ST", "LT", "UT", "UC"))
"""VRs of free text in the dataset's character set."""

CODED_VRS = frozenset(("CS", "DS", "IS", "AS", "DA", "DT", "TM"))
"""VRs of a narrow repertoire of ASCII characters."""

_BINARY_DUMMIES = {
    "AT": bytes(4), "FD": bytes(8), "FL": bytes(4), "OB": bytes(2), "OD": bytes(8), "OF": bytes(4),
    "OL": bytes(4), "OV": bytes(8), "OW": bytes(2), "SL": bytes(4), "SS": bytes(2), "SV": bytes(8),
    "UL": bytes(4), "UN": bytes(2), "US": bytes(2), "UV": bytes(8),
}  # fmt: skip


@cache
def dummy_value(vr: str) -> bytes:
    """The value, unpadded, that code D writes for `vr`; sequences and UIDs have dummies of their own.

    >>> dummy_value("DA")
    b'19000101'
    """
    if vr in _BINARY_DUMMIES:
        return _BINARY_DUMMIES[vr]
    return next(row["dummy"].encode() for row in read_table("dummy_values.csv") if row["vr"] == vr)


def header(tag: int, vr: str, length: int, *, explicit: bool) -> bytes:
    r"""An element's header, little endian.

    >>> header(0x00100010, "PN", 4, explicit=True)
    b'\x10\x00\x10\x00PN\x04\x00'
    """
    if not explicit:
        return pack("<HHI", tag >> 16, tag & 0xFFFF, length)
    if vr in LONG_VRS:
        return pack("<HH2sHI", tag >> 16, tag & 0xFFFF, vr.encode(), 0, length)
    return pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr.encode(), length)


def element(tag: int, vr: str, value: bytes, *, explicit: bool) -> bytes:
    """A whole element; odd values are padded (PS3.5, 6.2: UI and bytes with NUL, text with space)."""
    if len(value) & 1:
        value += b"\0" if vr == "UI" or vr in _BINARY_DUMMIES else b" "
    return header(tag, vr, len(value), explicit=explicit) + value


def sequence_item(content: bytes, *, undefined: bool = False) -> bytes:
    """One item around encoded elements."""
    if undefined:
        return pack("<HHI", 0xFFFE, 0xE000, UNDEFINED) + content + pack("<HHI", 0xFFFE, 0xE00D, 0)
    return pack("<HHI", 0xFFFE, 0xE000, len(content)) + content


def split_values(raw: bytes) -> list[str]:
    """Values of a multi-valued ASCII attribute, without padding; other bytes survive as surrogates."""
    text = raw.decode("ascii", "surrogateescape")
    return [value.strip(" \0") for value in text.split("\\")]
