"""The directories of a TIFF or BigTIFF, in the order of their chain (TIFF 6.0, section 2; BigTIFF)."""

import struct
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Range
from bme_med.core.source import Source
from bme_med.photo.errors import RAW_FILE, DamagedPhotoError
from bme_med.photo.tiff_tags import tag_name

__all__ = [
    "BYTE",
    "LONG",
    "RATIONAL",
    "SHORT",
    "UNDEFINED",
    "Directory",
    "Entry",
    "Form",
    "read_directory",
    "read_form",
    "walk",
]

BYTE, SHORT, LONG, RATIONAL, UNDEFINED, _FLOAT, _DOUBLE, _IFD, _LONG8 = 1, 3, 4, 5, 7, 11, 12, 13, 16
_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_NUMBERS = {BYTE: "B", SHORT: "H", LONG: "I", _IFD: "I", _LONG8: "Q", _FLOAT: "f", _DOUBLE: "d"}
_MAX_PAGES, _MAX_ENTRIES, _MAX_NUMBERS = 10_000, 200_000, 500_000
_MORE_THAN_SOURCE_BYTES = 1 << 16


class Form(NamedTuple):
    """Byte order, as `struct` writes it, and whether offsets have eight bytes."""

    order: str
    is_big: bool

    def number(self, data: bytes) -> int:
        """The number that `data` is, as long as it is."""
        return int.from_bytes(data, "little" if self.order == "<" else "big")

    @property
    def header(self) -> bytes:
        """What precedes the offset of the first directory."""
        mark = b"II" if self.order == "<" else b"MM"
        if self.is_big:
            return mark + struct.pack(f"{self.order}HHH", 43, 8, 0)
        return mark + struct.pack(f"{self.order}H", 42)

    @property
    def offset_type(self) -> int:
        """Type of the entries that hold offsets."""
        return _LONG8 if self.is_big else LONG

    @property
    def inline_bytes(self) -> int:
        """How long a value may be to stand in its entry."""
        return 8 if self.is_big else 4

    def pack_offset(self, *offsets: int) -> bytes:
        """`offsets`, each in the width that this form has."""
        return struct.pack(f"{self.order}{len(offsets)}{'Q' if self.is_big else 'I'}", *offsets)

    def pack_count(self, entries: int) -> bytes:
        """How many entries a directory has."""
        return struct.pack(f"{self.order}{'Q' if self.is_big else 'H'}", entries)

    def directory_bytes(self, entries: int) -> int:
        """Size of a directory, from its count to the offset of the next."""
        return 16 + 20 * entries if self.is_big else 6 + 12 * entries


class Entry(NamedTuple):
    """One directory entry: `value` is where its value lies, wherever that is; empty for unknown types."""

    where: str
    tag: int
    type: int
    members: int
    value: Range

    def read(self, source: Source, most: int | None = None) -> bytes:
        """The value, or as much of it as `most` of its members take.

        Raises
        ------
        DamagedPhotoError
            If it does not lie in the file.
        """
        count = self.members if most is None else min(most, self.members)
        end = self.value.start + count * _SIZES.get(self.type, 0)
        if self.type not in _SIZES or end > len(source):
            raise DamagedPhotoError("a value does not lie in the file", where=self.where)
        return source[self.value.start : end]

    def numbers(self, source: Source, form: Form) -> tuple[float, ...]:
        """The value of an entry of plain numbers.

        Raises
        ------
        DamagedPhotoError
            If it is of another type, or does not lie in the file.
        UnsupportedFileError
            If there are more of them than strips and tiles that are handled.
        """
        if self.members > _MAX_NUMBERS:
            raise UnsupportedFileError(
                f"the file has more than {_MAX_NUMBERS:,} strips or tiles: save it anew"
            )
        if self.type not in _NUMBERS:
            raise DamagedPhotoError("a value is not a number", where=self.where)
        data = self.read(source)
        return struct.unpack(f"{form.order}{self.members}{_NUMBERS[self.type]}", data)


class Directory(NamedTuple):
    """One directory: where it lies, and its entries in file order."""

    number: int
    place: Range
    entries: tuple[Entry, ...]

    def find(self, tag: int) -> Entry | None:
        """The one entry of `tag`.

        Raises
        ------
        DamagedPhotoError
            If there are two.
        """
        found = [entry for entry in self.entries if entry.tag == tag]
        if len(found) > 1:
            raise DamagedPhotoError("an entry that may stand once stands twice", where=found[0].where)
        return found[0] if found else None


def read_form(source: Source) -> tuple[Form, int]:
    """Byte order, width of offsets, and where the first directory lies.

    Raises
    ------
    FileError
        If the file does not start as a TIFF does, or is of a camera's own kind.
    """
    head = source[0:16]
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order and len(head) >= 10:
        form = Form(order, is_big=struct.unpack_from(f"{order}H", head, 2)[0] == 43)
        if form.is_big and len(head) == 16 and head.startswith(form.header):
            return form, struct.unpack_from(f"{order}Q", head, 8)[0]
        if head.startswith(form.header) and not form.is_big:
            if head[8:10] == b"CR":
                raise UnsupportedFileError(RAW_FILE)
            return form, struct.unpack_from(f"{order}I", head, 4)[0]
    raise DamagedPhotoError("the file does not start with a TIFF header")


def walk(source: Source) -> Iterator[Directory]:
    """Yield every directory of the chain.

    Raises
    ------
    FileError
        If the chain leaves the file or meets itself, or its pages share more than the file holds.
    """
    form, offset = read_form(source)
    seen: set[int] = set()
    entries, left = 0, 2 * len(source) + _MORE_THAN_SOURCE_BYTES
    while offset:
        number = len(seen)
        where = f"IFD{number}"
        if offset in seen:
            raise DamagedPhotoError("the chain of pages meets itself", where=where)
        seen.add(offset)
        directory, offset = _read_directory(source, form, number, offset)
        entries += len(directory.entries)
        if len(seen) > _MAX_PAGES or entries > _MAX_ENTRIES:
            raise UnsupportedFileError(
                f"the file has more than {_MAX_PAGES:,} pages: split it, then run again"
            )
        values = (entry.value for entry in directory.entries)
        left -= sum(value.end - value.start for value in values if value.end <= len(source))
        if left < 0:
            raise UnsupportedFileError("pages share so much that the copy would grow: save the file anew")
        yield directory


def read_directory(source: Source, form: Form, number: int, offset: int) -> Directory:
    """The directory at `offset`, whichever chain it stands in.

    Raises
    ------
    DamagedPhotoError
        If it does not lie in the file.
    """
    return _read_directory(source, form, number, offset)[0]


def _read_directory(source: Source, form: Form, number: int, offset: int) -> tuple[Directory, int]:
    """The directory at `offset`, and where the next lies."""
    count_bytes, entry_bytes = (8, 20) if form.is_big else (2, 12)
    start = offset + count_bytes
    head = source[offset : min(start, len(source))]
    count = form.number(head)
    end = start + count * entry_bytes
    if len(head) < count_bytes or end > len(source) or count > _MAX_ENTRIES:
        raise DamagedPhotoError("a directory does not lie in the file", where=f"IFD{number}")
    table = source[start:end]
    names: Counter[int] = Counter()
    entries = []
    for at in range(count):
        position = start + at * entry_bytes
        tag, type_, members = struct.unpack_from(
            f"{form.order}HH{'Q' if form.is_big else 'I'}", table, at * entry_bytes
        )
        names[tag] += 1
        again = f"#{names[tag]}" if names[tag] > 1 else ""
        size = _SIZES.get(type_, 0) * members
        value = position + entry_bytes - form.inline_bytes
        if size > form.inline_bytes:
            at_value = at * entry_bytes + entry_bytes - form.inline_bytes
            (value,) = struct.unpack_from(f"{form.order}{'Q' if form.is_big else 'I'}", table, at_value)
        where = f"IFD{number}/{tag_name(tag)}{again}"
        entries.append(Entry(where, tag, type_, members, Range(value, value + size)))
    following = source[end : end + form.inline_bytes]
    next_ = form.number(following) if len(following) == form.inline_bytes else 0
    return Directory(number, Range(offset, end + len(following)), tuple(entries)), next_
