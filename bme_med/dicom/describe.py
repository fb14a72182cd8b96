"""Every element of an instance as a person reads it."""

from collections.abc import Iterator
from struct import calcsize, iter_unpack

from bme_med.core import Source
from bme_med.core.describe import Part
from bme_med.dicom.charsets import decode
from bme_med.dicom.dictionary import format_tag, where
from bme_med.dicom.encoding import Coding
from bme_med.dicom.instance import Instance, read_instance
from bme_med.dicom.walker import Element

__all__ = ["describe"]

_NUMBERS = {
    "US": "H", "SS": "h", "UL": "I", "SL": "i", "UV": "Q", "SV": "q", "FL": "f", "FD": "d", "AT": "HH",
}  # fmt: skip
_SHOWN_NUMBERS = 8


def describe(data: Source) -> Iterator[Part]:
    """Yield the elements in order, nested ones behind their sequence.

    Raises
    ------
    FileError
        If the file cannot be read.
    """
    instance = read_instance(data)
    yield from _parts(instance, instance.elements, instance.coding, "")


def _parts(instance: Instance, elements: list[Element], coding: Coding, prefix: str) -> Iterator[Part]:
    for element in elements:
        name = prefix + where(element.tag)
        if element.items is None:
            raw = instance.data[element.value : element.end]
            yield Part(name, _shown(raw, element.vr, coding, instance.charset))
            continue
        count = len(element.items.items)
        yield Part(name, f"{count} item{'' if count == 1 else 's'}")
        for number, item in enumerate(element.items.items):
            inner = f"{prefix}{format_tag(element.tag)}[{number}]."
            yield from _parts(instance, item.elements, element.items.coding, inner)


def _shown(raw: bytes, vr: str, coding: Coding, charset: str) -> str:
    layout = coding.mark + _NUMBERS.get(vr, "")
    if vr in _NUMBERS and raw and len(raw) % calcsize(layout) == 0:
        values = list(iter_unpack(layout, raw))
        shown = [f"{n[0]:g}" if len(n) == 1 else f"({n[0]:04X},{n[1]:04X})" for n in values[:_SHOWN_NUMBERS]]
        return "\\".join(shown) + ("\\..." if len(values) > _SHOWN_NUMBERS else "")
    if vr in _NUMBERS or vr[0] == "O" or vr == "UN":
        return f"{len(raw):,} bytes" if raw else ""
    text = decode(raw, charset)
    return (raw.decode("latin-1") if text is None else text).strip(" \0")
