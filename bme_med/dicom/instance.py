"""Reading one instance: what stands before the main dataset, and its elements (PS3.10, chapter 7)."""

from dataclasses import dataclass, replace

from bme_med.core import MalformedFileError, Source
from bme_med.dicom.charsets import decode
from bme_med.dicom.encoding import Coding, split_values
from bme_med.dicom.layout import Layout, Section
from bme_med.dicom.number_strings import count
from bme_med.dicom.part10 import Contents, contents_of
from bme_med.dicom.tolerant import mended
from bme_med.dicom.walker import Element, walk

__all__ = ["Instance", "read_instance", "read_strictly", "text_of"]

_CHARACTER_SET = 0x00080005


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance's structure over its bytes; values are read when asked for.

    Attributes
    ----------
    contents
        The bytes, and how they were read.
    sections
        The main dataset, each section with the offset that its own offsets count from.
    by_tag
        Top-level elements by ascending tag, each with the bytes that its offsets refer to.
    """

    contents: Contents
    sections: list[tuple[int, Section]]
    by_tag: dict[int, tuple[Source, Element]]

    @property
    def data(self) -> Source:
        """What offsets refer to."""
        return self.contents.data

    @property
    def transfer_syntax(self) -> str:
        """Its UID."""
        return self.contents.transfer_syntax

    @property
    def coding(self) -> Coding:
        """How the main dataset is encoded."""
        return self.contents.coding

    def raw(self, tag: int) -> bytes:
        """Bytes of the value of a top-level attribute; none where it is absent."""
        found = self.by_tag.get(tag)
        if found is None:
            return b""
        data, (_, _, _, value, end, items) = found
        return data[value:end] if items is None else b""

    def values(self, tag: int) -> list[str]:
        """Values of a top-level ASCII attribute."""
        raw = self.raw(tag)
        return split_values(raw) if raw else []

    def first(self, tag: int) -> str:
        """First value of a top-level ASCII attribute, or nothing."""
        values = self.values(tag)
        return values[0] if values else ""

    def number(self, tag: int, default: int = 0) -> int:
        """A top-level US value, or an IS value where the attribute is one; 0 where that counts nothing."""
        raw = self.raw(tag)
        if not raw:
            return default
        if self.by_tag[tag][1].vr == "IS":
            return count(self.first(tag))
        return int.from_bytes(raw[:2], self.contents.coding.byte_order)

    def text(self, tag: int) -> str:
        """A top-level text attribute, decoded; undecodable bytes as Latin-1."""
        return text_of(self.raw(tag), self.charset)

    def within(self, data: Source, elements: list[Element], coding: Coding) -> "Instance":
        """An item's `elements`, to be asked like those of the main dataset."""
        by_tag = {element.tag: (data, element) for element in elements}
        return Instance(replace(self.contents, coding=coding), [], by_tag)

    @property
    def elements(self) -> list[Element]:
        """Elements of the main dataset, as read without a layout."""
        return self.sections[0][1].elements

    @property
    def charset(self) -> str:
        """Specific Character Set of the main dataset, as it stands."""
        return self.raw(_CHARACTER_SET).decode("ascii", "replace").strip(" \0")


def text_of(raw: bytes, charset: str) -> str:
    """A text in that Specific Character Set, decoded; undecodable bytes as Latin-1."""
    text = decode(raw, charset)
    return (raw.decode("latin-1") if text is None else text).strip(" \0")


def read_instance(data: Source, *, layout: Layout | None = None) -> Instance:
    """Walk `data` from its start to its end; what is irregular is mended first.

    Raises
    ------
    MalformedFileError
        If it is no well-formed file, and cannot be mended.
    UnsupportedFileError
        If its transfer syntax cannot be cleaned.
    """
    try:
        return read_strictly(data, layout=layout)
    except MalformedFileError as error:
        contents = mended(data, error)
        try:
            return _read(contents, layout)
        except MalformedFileError:
            raise MalformedFileError(
                f"{error}; it cannot be mended: export it again from where it came"
            ) from None


def read_strictly(data: Source, *, layout: Layout | None = None) -> Instance:
    """The same, and nothing is mended; `layout` remembers what instances have in common.

    Raises
    ------
    FileError
        As `read_instance` does.
    """
    return _read(contents_of(data), layout)


def _read(contents: Contents, layout: Layout | None) -> Instance:
    data, start, coding = contents.data, contents.start, contents.coding
    if layout:
        sections = layout.read(data, start, coding=coding)
    else:
        elements = walk(data, start, len(data), coding=coding)
        sections = [(0, Section(data, elements, is_run=False))] if elements else []
    if not sections:
        raise MalformedFileError("the file holds no dataset")
    by_tag: dict[int, tuple[Source, Element]] = {}
    for _, section in sections:
        by_tag.update(section.by_tag)
    return Instance(contents, sections, by_tag)
