"""Elements as pydicom reads them, with the bytes that they had, and a proof that none was lost.

pydicom keeps the last of two elements with one tag, and reads on after what it does not understand. So every
byte of the dataset must belong to an element, to an item or to a delimiter: what got lost between them could
name a person whom the search would then not know. The one exception is what follows the pixels and is no
element.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from bme_med.dicom.dictionary import implicit_vr
from bme_med.dicom.encoding import LONG_VRS, UNDEFINED, VRS, Coding
from bme_med.dicom.walker import MAX_DEPTH, PIXEL_DATA, PIXEL_TAGS, is_zero

__all__ = ["LenientElement", "UnreadableError", "read_leniently"]

_NO_GROUPS = (0x0000, 0x0002, 0xFFFE, 0xFFFF)
"""Groups of commands, file meta and delimiters, which no element of a dataset has (PS3.5, 7.1)."""
_ENDS = "an element reaches beyond its end: copy it again from where it came"
_NO_DATASET = "its elements cannot all be told apart: export it again from where it came"
_MAX_REREAD_BYTES = 512 << 20
"""Bytes of sequences with defined length, which pydicom copies at each level of nesting."""


class UnreadableError(Exception):
    """Why a dataset was not read, and what to do."""


class LenientElement(NamedTuple):
    """One element. `value` of encapsulated pixel data holds the fragments, without the last delimiter."""

    tag: int
    vr: str
    value: bytes
    items: "list[list[LenientElement]] | None" = None
    is_encapsulated: bool = False


def read_leniently(dataset: bytes, coding: Coding) -> list[LenientElement]:
    """The elements of `dataset` as pydicom finds them, in that order.

    Raises
    ------
    UnreadableError
        If bytes belong to no element, or a value is shorter than its length; the message says what to do.
    Exception
        Whatever pydicom raises.
    """
    return _Reader(dataset, coding).read()


class _Reader:
    """Reads one dataset. `spans` are the ranges that the elements read so far account for."""

    def __init__(self, dataset: bytes, coding: Coding) -> None:
        self.dataset = dataset
        self.is_little = coding.byte_order == "little"
        self.is_explicit = coding.explicit
        self.delimiters = tuple(coding.plain.pack(0xFFFE, tag, 0)[:4] for tag in (0xE00D, 0xE0DD))
        self.item_tag = coding.plain.pack(0xFFFE, 0xE000, 0)[:4]
        self.spans: list[tuple[int, int]] = []
        self.reread_bytes = 0

    def read(self) -> list[LenientElement]:
        """The main dataset, and what stands behind it as far as that is readable."""
        from pydicom.filebase import DicomBytesIO
        from pydicom.filereader import data_element_generator

        file: Any = DicomBytesIO(self.dataset)
        found = data_element_generator(file, not self.is_explicit, self.is_little)
        elements: list[LenientElement] = []
        end = 0
        while any(self.dataset[end : end + 8]) or not is_zero(self.dataset, end, len(self.dataset)):
            known = len(self.spans)
            try:
                elements.append(self._element(next(found, None), 0, 0))
            except Exception:
                if not any(element.tag in PIXEL_TAGS and element.value for element in elements):
                    raise
                del self.spans[known:]
                break
            end = file.tell()
        self._account(end)
        return elements

    def _element(self, found: Any, base: int, depth: int) -> LenientElement:
        """One element of pydicom's; offsets of its own count from `base`."""
        from pydicom.dataelem import RawDataElement

        if found is None:
            raise UnreadableError(_ENDS)
        tag = int(found.tag)
        if tag >> 16 in _NO_GROUPS or depth > MAX_DEPTH:
            raise UnreadableError(_NO_DATASET)
        if isinstance(found, RawDataElement):
            return self._raw(tag, found, base, depth)
        if tag == PIXEL_DATA:
            raise UnreadableError(_NO_DATASET)
        value = base + found.file_tell
        self.spans.append((value - self._undefined_header(value), value))
        return LenientElement(tag, "SQ", b"", [self._item(item, base, depth) for item in found.value])

    def _raw(self, tag: int, found: Any, base: int, depth: int) -> LenientElement:
        """An element with a value of bytes, which may be items."""
        value, start = found.value or b"", base + found.value_tell
        is_undefined = found.length == UNDEFINED
        if not is_undefined and found.length != len(value):
            raise UnreadableError(_ENDS)
        vr = found.VR if found.VR and found.VR.encode() in VRS else implicit_vr(tag)
        head = 12 if self.is_explicit and found.VR in LONG_VRS else 8
        if vr == "SQ" and not is_undefined:
            self.spans.append((start - head, start))
            return LenientElement(tag, vr, b"", self._items(found, value, start, depth))
        self.spans.append((start - head, start + len(value)))
        return LenientElement(tag, vr, value, None, is_undefined and tag == PIXEL_DATA)

    def _items(self, found: Any, value: bytes, start: int, depth: int) -> list[list[LenientElement]]:
        """Items of a sequence with defined length."""
        from pydicom.filebase import DicomBytesIO
        from pydicom.filereader import read_sequence

        self.reread_bytes += len(value)
        if self.reread_bytes > _MAX_REREAD_BYTES:
            raise UnreadableError(_NO_DATASET)
        file: Any = DicomBytesIO(value)
        items = read_sequence(file, found.is_implicit_VR, self.is_little, len(value), "iso8859")
        return [self._item(item, start, depth) for item in items]

    def _item(self, item: Any, base: int, depth: int) -> list[LenientElement]:
        start = base + item.seq_item_tell
        if self.dataset[start : start + 4] != self.item_tag:
            raise UnreadableError(_NO_DATASET)
        self.spans.append((start, start + 8))
        raw = (item.get_item(tag, keep_deferred=True) for tag in sorted(item.keys()))
        return [self._element(found, base, depth + 1) for found in raw]

    def _undefined_header(self, value: int) -> int:
        """Bytes of the header of a sequence with undefined length, which may be implicit among explicit."""
        named = self.dataset[value - 8 : value - 6]
        return 12 if self.is_explicit and named in (b"SQ", b"UN") else 8

    def _account(self, end: int) -> None:
        """Hold spans against the bytes up to `end`: between them there are delimiters alone."""
        position = 0
        for start, stop in [*sorted(self.spans), (end, end)]:
            gap = self.dataset[position:start]
            if start < position or not all(part[:4] in self.delimiters for part in _parts(gap)):
                raise UnreadableError(_NO_DATASET)
            position = stop


def _parts(gap: bytes) -> Iterable[bytes]:
    return (gap[at : at + 8] for at in range(0, len(gap), 8))
