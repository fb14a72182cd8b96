"""Instances read by pydicom; of large files, pixels stay a view of the file, so that memory stays bounded."""

import mmap
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import cast

from pydicom import FileDataset, dcmread
from pydicom.dataelem import RawDataElement
from pydicom.uid import DeflatedExplicitVRLittleEndian

__all__ = ["MAPPED_FROM", "Data", "equal", "open_data", "read_dataset", "windows"]

MAPPED_FROM = 16 << 20
"""Files of this many bytes and more are mapped."""

Data = bytes | mmap.mmap

_PIXEL_TAGS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
_DEFERRED_BYTES = 1 << 20
_WINDOW_BYTES = 16 << 20
_UNDEFINED = 0xFFFFFFFF
_ITEM = b"\xfe\xff\x00\xe0"
_ITEM_HEADER_BYTES = 8


def open_data(path: Path) -> Data:
    """The bytes of a file, or a map of them."""
    with open(path, "rb") as file:
        if path.stat().st_size < MAPPED_FROM:
            return file.read()
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def read_dataset(data: Data, *, force: bool) -> FileDataset:
    """The dataset; where `data` is a map, long pixel values at the top level are views of it."""
    if isinstance(data, bytes):
        return dcmread(BytesIO(data), force=force)
    dataset = dcmread(cast("BytesIO", _File(data)), force=force, defer_size=_DEFERRED_BYTES)
    if dataset.file_meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
        return dcmread(BytesIO(data[:]), force=force)
    for tag, item in [*dataset.items()]:
        if isinstance(item, RawDataElement) and item.value is None and item.length:
            is_undefined = item.length == _UNDEFINED
            end = _fragments_end(data, item.value_tell) if is_undefined else item.value_tell + item.length
            view = memoryview(data)[item.value_tell : end]
            value = cast("bytes", view) if int(tag) in _PIXEL_TAGS else bytes(view)
            dataset[tag] = item._replace(value=value)
    return dataset


class _File:
    """A map as a file; beyond the end of a map itself, nobody may seek."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = 0

    def read(self, size: int | None = -1) -> bytes:
        end = len(self._data) if size is None or size < 0 else self._at + size
        found = self._data[self._at : end]
        self._at += len(found)
        return found

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, len(self._data))[whence]
        return self._at

    def tell(self) -> int:
        return self._at


def _fragments_end(data: Data, at: int) -> int:
    """Where the items of an encapsulated value end (PS3.5, A.4)."""
    while data[at : at + 4] == _ITEM:
        at += _ITEM_HEADER_BYTES + int.from_bytes(data[at + 4 : at + 8], "little")
    return at


def windows(value: bytes, overlap: int = 0) -> Iterator[bytes]:
    """A value, or a view of one, part by part; each part repeats so many bytes of the next one."""
    if isinstance(value, bytes):
        yield value
        return
    for start in range(0, len(value), _WINDOW_BYTES):
        yield bytes(value[start : start + _WINDOW_BYTES + overlap])


def equal(first: bytes, second: bytes) -> bool:
    """Whether two values, or views, are the same bytes."""
    if len(first) != len(second):
        return False
    starts = range(0, len(first), _WINDOW_BYTES)
    spans = (slice(start, start + _WINDOW_BYTES) for start in starts)
    return all(bytes(first[span]) == bytes(second[span]) for span in spans)
