"""Every element of an instance as a person reads it."""

from collections.abc import Iterator
from struct import Struct

from bme_med.core import Source
from bme_med.core.describe import Part
from bme_med.dicom.charsets import decode
from bme_med.dicom.dictionary import format_tag, where
from bme_med.dicom.instance import read_instance
from bme_med.dicom.walker import Element

__all__ = ["describe"]

_NUMBERS = {
    vr: Struct(f"<{code}")
    for vr, code in zip(
        ("US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "AT"),
        ("H", "h", "I", "i", "Q", "q", "f", "d", "HH"),
        strict=True,
    )
}
_SHOWN_NUMBERS = 8


def describe(data: Source) -> Iterator[Part]:
    """Yield the elements in order, nested ones behind their sequence.

    Raises
    ------
    FileError
        If the file cannot be read.
    """
    instance = read_instance(data)
    yield from _parts(data, instance.elements, "", instance.charset)


def _parts(data: Source, elements: list[Element], prefix: str, charset: str) -> Iterator[Part]:
    for element in elements:
        name = prefix + where(element.tag)
        if element.items is None:
            yield Part(name, _shown(data[element.value : element.end], element.vr, charset))
            continue
        count = len(element.items.items)
        yield Part(name, f"{count} item{'' if count == 1 else 's'}")
        for number, item in enumerate(element.items.items):
            yield from _parts(data, item.elements, f"{prefix}{format_tag(element.tag)}[{number}].", charset)


def _shown(raw: bytes, vr: str, charset: str) -> str:
    numbers = _NUMBERS.get(vr)
    if numbers and raw and len(raw) % numbers.size == 0:
        values = list(numbers.iter_unpack(raw))
        shown = [f"{n[0]:g}" if len(n) == 1 else f"({n[0]:04X},{n[1]:04X})" for n in values[:_SHOWN_NUMBERS]]
        return "\\".join(shown) + ("\\..." if len(values) > _SHOWN_NUMBERS else "")
    if numbers or vr[0] == "O" or vr == "UN":
        return f"{len(raw):,} bytes" if raw else ""
    text = decode(raw, charset)
    return (raw.decode("latin-1") if text is None else text).strip(" \0")
