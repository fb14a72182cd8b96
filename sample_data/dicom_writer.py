"""DICOM files from plain tuples: elements, sequences, file meta (PS3.5, 7; PS3.10, 7.1).

Only what the sample needs, and byte for byte what is asked for: undefined lengths, UN, a preamble with text,
group lengths, residue after the pixel data. A reader or writer for the world is elsewhere.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = [
    "EXPLICIT",
    "IMPLICIT",
    "Dataset",
    "Element",
    "el",
    "encode",
    "group_length",
    "part10",
    "seq",
    "walk",
]

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"

_LONG = frozenset(("OB", "OW", "SQ", "UN", "UT", "UC", "UR"))
_NUMBERS = {"US": "H", "SS": "h", "UL": "I", "FD": "d"}
_CODECS = {"": "ascii", "ISO_IR 100": "latin-1", "ISO_IR 192": "utf-8"}
_TEXT = frozenset(("PN", "LO", "SH", "LT", "ST", "UT", "UC"))


@dataclass(frozen=True)
class Element:
    """One data element. `value` is text, bytes, numbers, or the items of a sequence.

    `undefined` gives a sequence, its items, or a UN that holds items (PS3.5, 6.2.2) undefined lengths.
    """

    tag: int
    vr: str
    value: "str | bytes | tuple[float, ...] | tuple[Dataset, ...]"
    undefined: bool = False


Dataset = list[Element]


def el(tag: int, vr: str, value: str | bytes | float | Sequence[float] = "") -> Element:
    """An element that is no sequence."""
    if isinstance(value, (int, float)):
        value = (value,)
    return Element(tag, vr, value if isinstance(value, (str, bytes)) else tuple(value))


def seq(tag: int, *items: Dataset, vr: str = "SQ", undefined: bool = False) -> Element:
    """A sequence; with `vr` UN its items are implicit VR little endian, as the standard has it."""
    return Element(tag, vr, items, undefined=undefined)


def group_length(dataset: Dataset, group: int, *, explicit: bool, charset: str) -> Element:
    """The retired (gggg,0000) of `dataset`, with the true length."""
    members = [e for e in dataset if e.tag >> 16 == group]
    return el(group << 16, "UL", len(encode(members, explicit=explicit, charset=charset)))


def encode(dataset: Dataset, *, explicit: bool, charset: str) -> bytes:
    """`dataset` in little endian, in ascending order of tags."""
    ordered = sorted(dataset, key=lambda e: e.tag)
    if len({e.tag for e in ordered}) != len(ordered):
        raise ValueError("an element stands twice in a dataset")
    return b"".join(_element(e, explicit, charset) for e in ordered)


def part10(
    dataset: Dataset,
    *,
    syntax: str,
    charset: str,
    preamble: bytes = b"",
    meta: Dataset | None = None,
) -> bytes:
    """A file: preamble, ``DICM``, file meta with its length, the dataset in `syntax`."""
    values = {e.tag: e.value for e in dataset}
    group = [
        el(0x00020001, "OB", b"\0\1"),
        el(0x00020002, "UI", str(values[0x00080016])),
        el(0x00020003, "UI", str(values[0x00080018])),
        el(0x00020010, "UI", syntax),
        *(meta or []),
    ]
    group.append(group_length(group, 0x0002, explicit=True, charset=""))
    body = encode(dataset, explicit=syntax != IMPLICIT, charset=charset)
    return preamble.ljust(128, b"\0") + b"DICM" + encode(group, explicit=True, charset="") + body


def walk(dataset: Dataset, charset: str, prefix: str = "") -> Iterator[tuple[str, str, bytes]]:
    """Place, VR and value of every element that is no sequence, in the notation of an action's `where`."""
    for element in sorted(dataset, key=lambda e: e.tag):
        place = f"{prefix}({element.tag >> 16:04X},{element.tag & 0xFFFF:04X})"
        if _has_items(element):
            for number, item in enumerate(_items(element)):
                yield from walk(item, charset, f"{place}[{number}].")
        else:
            yield place, element.vr, _value(element, charset)


def _has_items(element: Element) -> bool:
    return element.vr == "SQ" or (isinstance(element.value, tuple) and isinstance(element.value[0], list))


def _items(element: Element) -> list[Dataset]:
    return [item for item in element.value if isinstance(item, list)]


def _element(element: Element, explicit: bool, charset: str) -> bytes:
    value = _sequence(element, explicit, charset) if _has_items(element) else _value(element, charset)
    length = 0xFFFFFFFF if element.undefined else len(value)
    tag = struct.pack("<HH", element.tag >> 16, element.tag & 0xFFFF)
    if not explicit:
        return tag + struct.pack("<I", length) + value
    if element.vr in _LONG:
        return tag + element.vr.encode() + struct.pack("<HI", 0, length) + value
    return tag + element.vr.encode() + struct.pack("<H", length) + value


def _sequence(element: Element, explicit: bool, charset: str) -> bytes:
    """The items of `element`, closed by delimiters where its length is undefined (PS3.5, 7.5)."""
    out = b""
    for item in _items(element):
        body = encode(item, explicit=explicit and element.vr == "SQ", charset=charset)
        if element.undefined:
            out += (
                struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
                + body
                + struct.pack("<HHI", 0xFFFE, 0xE00D, 0)
            )
        else:
            out += struct.pack("<HHI", 0xFFFE, 0xE000, len(body)) + body
    return out + (struct.pack("<HHI", 0xFFFE, 0xE0DD, 0) if element.undefined else b"")


def _value(element: Element, charset: str) -> bytes:
    value = element.value
    if isinstance(value, tuple):
        code = _NUMBERS[element.vr]
        return struct.pack(f"<{len(value)}{code}", *value)
    if isinstance(value, str):
        value = value.encode(_CODECS[charset] if element.vr in _TEXT else "ascii")
    if len(value) % 2:
        value += b"\0" if element.vr in ("UI", "OB", "UN") else b" "
    return value
