"""How elements are encoded: VR and byte order, headers, padding, dummies (PS3.5, 6.2, 7.1 and 7.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from struct import Struct, pack
from typing import Literal

from bme_med.core.resources import read_table

__all__ = [
    "CODED_VRS",
    "EXPLICIT_BE",
    "EXPLICIT_LE",
    "IMPLICIT_LE",
    "LONG_VRS",
    "TEXT_VRS",
    "UNDEFINED",
    "VRS",
    "Coding",
    "dummy_value",
    "element",
    "header",
    "item_header",
    "numbers",
    "sequence_item",
    "split_values",
]

UNDEFINED = 0xFFFF_FFFF
"""Value length that stands for "until the delimiter" (PS3.5, 7.1.1)."""


@dataclass(frozen=True, slots=True, eq=False)
class Coding:
    """How a dataset's elements are encoded. There are three, compared by identity.

    Attributes
    ----------
    explicit
        Whether elements name their VR.
    byte_order
        As `int.from_bytes` calls it.
    mark
        The same, as `struct` calls it.
    plain
        Header of an item, and of an element that names no VR: group, number, length.
    named
        First eight bytes of an element that names its VR: group, number, VR, short length.
    length
        The long length behind `named`.
    """

    explicit: bool
    byte_order: Literal["little", "big"]
    mark: str
    plain: Struct
    named: Struct
    length: Struct


def _coding(byte_order: Literal["little", "big"], *, explicit: bool) -> Coding:
    mark = "<" if byte_order == "little" else ">"
    structs = (Struct(mark + layout) for layout in ("HHI", "HH2sH", "I"))
    return Coding(explicit, byte_order, mark, *structs)


IMPLICIT_LE = _coding("little", explicit=False)
EXPLICIT_LE = _coding("little", explicit=True)
EXPLICIT_BE = _coding("big", explicit=True)

LONG_VRS = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"))
"""VRs with a 32-bit length in Explicit VR (PS3.5, 7.1.2)."""

_LONGEST_SHORT = 0xFFFE

_SHORT_VRS = (
    *("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "PN", "SH", "SL", "SS", "ST"),
    *("TM", "UI", "UL", "US"),
)
VRS: Mapping[bytes, tuple[str, bool]] = {
    **{vr.encode(): (vr, False) for vr in _SHORT_VRS},
    **{vr.encode(): (vr, True) for vr in LONG_VRS},
}
"""Every VR as elements name it, and whether its length has 32 bits."""

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


def header(tag: int, vr: str, length: int, *, coding: Coding) -> bytes:
    r"""An element's header; VR UN where 16 bits do not hold the length (PS3.5, 6.2.2).

    >>> header(0x00100010, "PN", 4, coding=EXPLICIT_LE)
    b'\x10\x00\x10\x00PN\x04\x00'
    """
    if not coding.explicit:
        return coding.plain.pack(tag >> 16, tag & 0xFFFF, length)
    if vr in LONG_VRS or length > _LONGEST_SHORT:
        vr = vr if vr in LONG_VRS else "UN"
        return coding.named.pack(tag >> 16, tag & 0xFFFF, vr.encode(), 0) + coding.length.pack(length)
    return coding.named.pack(tag >> 16, tag & 0xFFFF, vr.encode(), length)


def element(tag: int, vr: str, value: bytes, *, coding: Coding) -> bytes:
    """A whole element; odd values are padded (PS3.5, 6.2: UI and bytes with NUL, text with space)."""
    if len(value) & 1:
        value += b"\0" if vr == "UI" or vr in _BINARY_DUMMIES else b" "
    return header(tag, vr, len(value), coding=coding) + value


def item_header(length: int, *, coding: Coding) -> bytes:
    """The item tag and its length (PS3.5, 7.5)."""
    return coding.plain.pack(0xFFFE, 0xE000, length)


def sequence_item(content: bytes, *, coding: Coding) -> bytes:
    """One item around encoded elements."""
    return item_header(len(content), coding=coding) + content


def numbers(layout: str, *values: float, coding: Coding) -> bytes:
    r"""Binary `values` in the dataset's byte order, each as `struct` writes it under `layout`.

    >>> numbers("HH", 1, 0, coding=EXPLICIT_BE)
    b'\x00\x01\x00\x00'
    """
    return pack(coding.mark + layout, *values)


def split_values(raw: bytes) -> list[str]:
    """Values of a multi-valued ASCII attribute, without padding; other bytes survive as surrogates."""
    text = raw.decode("ascii", "surrogateescape")
    return [value.strip(" \0") for value in text.split("\\")]
