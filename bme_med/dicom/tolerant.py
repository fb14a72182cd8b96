"""The tolerant way: what the walker refuses, read by pydicom and written well-formed (PS3.5, chapter 7).

Values keep their bytes; lengths, order and nesting are written anew. Only elements that pydicom read reach
the result, and the same engine plans it.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from bme_med.core import MalformedFileError, Source, UnsupportedFileError
from bme_med.dicom.encoding import (
    EXPLICIT_LE,
    UNDEFINED,
    Coding,
    element,
    header,
    sequence_item,
    split_values,
)
from bme_med.dicom.lenient import LenientElement, UnreadableError, read_leniently
from bme_med.dicom.odd_fragments import even_fragments
from bme_med.dicom.part10 import (
    MAX_COPY_BYTES,
    SENDERS,
    Contents,
    coding_at,
    contents_of,
    group_2_at,
    is_bomb,
    syntax_of,
)
from bme_med.dicom.walker import SEQUENCE_END

__all__ = ["mended"]

_META_BYTES = 1 << 16
_TRANSFER_SYNTAX = 0x00020010
_EXTENDED_OFFSETS = 0x7FE00001


def mended(data: Source, error: MalformedFileError) -> Contents:
    """The dataset of `data`, which the walker refused with `error`, written well-formed.

    Raises
    ------
    FileError
        If it cannot be mended; the message says what to do.
    """
    try:
        with _silence():
            return _rewritten(_contents(data), error)
    except UnsupportedFileError:
        raise
    except ImportError:
        raise MalformedFileError(f"{error}; mending it takes pydicom, which is not installed") from None
    except UnreadableError as why:
        raise MalformedFileError(f"{error}; {why}") from None
    except MalformedFileError as why:
        raise MalformedFileError(f"{why}; it cannot be mended: export it again from where it came") from None
    except Exception:  # noqa: BLE001 - pydicom raises whatever its conversions raise
        raise MalformedFileError(
            f"{error}; pydicom cannot read it either: export it again from where it came"
        ) from None


@contextmanager
def _silence() -> Iterator[None]:
    """Context in which pydicom neither warns nor logs: it repeats values of the file."""
    from pydicom.config import logger

    was_disabled = logger.disabled
    logger.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = was_disabled


def _contents(data: Source) -> Contents:
    """What stands before the dataset, file meta read by pydicom where it is damaged."""
    try:
        return contents_of(data)
    except MalformedFileError:
        start = group_2_at(data)
        for is_implicit in (False, True):
            found = _meta(data[start : start + _META_BYTES], is_implicit=is_implicit)
            if found:
                syntax, size, senders = found
                return replace(Contents.of(data, start + size, syntax), senders=senders)
        raise


def _meta(head: bytes, *, is_implicit: bool) -> tuple[str, int, tuple[bytes, ...]] | None:
    """Transfer syntax, length and senders of the file meta that `head` starts with."""
    from pydicom.filebase import DicomBytesIO
    from pydicom.filereader import read_dataset

    file: Any = DicomBytesIO(head)
    meta = read_dataset(file, is_implicit, True, stop_when=lambda tag, _vr, _length: tag >> 16 != 2)
    raw = {int(tag): meta.get_item(tag, keep_deferred=True).value or b"" for tag in list(meta.keys())}
    if _TRANSFER_SYNTAX not in raw:
        return None
    senders = tuple(value for tag, value in raw.items() if tag in SENDERS and value)
    return split_values(raw[_TRANSFER_SYNTAX])[0], file.tell(), senders


def _rewritten(contents: Contents, error: MalformedFileError) -> Contents:
    """The dataset in the encoding that it turned out to have, or in the one that compressed pixels take."""
    if len(contents.data) - contents.start > MAX_COPY_BYTES:
        limit = MAX_COPY_BYTES >> 20
        raise UnreadableError(f"over {limit} MiB it is not mended: convert it with another tool")
    found = coding_at(contents.data, contents.start)
    coding = found if contents.is_native else EXPLICIT_LE
    if found.byte_order != coding.byte_order:
        raise UnreadableError("its byte order is not that of its transfer syntax: export it again")
    dataset = contents.data[contents.start : len(contents.data)]
    if is_bomb(dataset):
        raise UnreadableError("it has more sequence items than are mended: convert it with another tool")
    elements = read_leniently(dataset, found)
    _refuse_stale_offsets(elements)
    return replace(
        contents,
        data=_encoded(elements, coding),
        start=0,
        transfer_syntax=syntax_of(coding) if contents.is_native else contents.transfer_syntax,
        coding=coding,
        is_copy=True,
        mended=error.reason,
    )


def _refuse_stale_offsets(elements: list[LenientElement]) -> None:
    """Padding would move fragments away from where an Extended Offset Table says that they are."""
    is_odd = any(one.is_encapsulated and even_fragments(one.value) != one.value for one in elements)
    if is_odd and any(one.tag == _EXTENDED_OFFSETS for one in elements):
        raise UnreadableError("its Extended Offset Table counts odd fragments: convert it with another tool")


def _encoded(elements: list[LenientElement], coding: Coding) -> bytes:
    """A dataset, in ascending order; of two elements with one tag, neither is the right one."""
    known: dict[int, LenientElement] = {}
    for one in elements:
        if known.setdefault(one.tag, one) != one:
            raise UnreadableError("it says an attribute twice: export it again from where it came")
    return b"".join(_element(known[tag], coding) for tag in sorted(known))


def _element(one: LenientElement, coding: Coding) -> bytes:
    if one.is_encapsulated:
        end = coding.plain.pack(SEQUENCE_END >> 16, SEQUENCE_END & 0xFFFF, 0)
        return header(one.tag, "OB", UNDEFINED, coding=coding) + even_fragments(one.value) + end
    if one.items is not None:
        items = b"".join(sequence_item(_encoded(item, coding), coding=coding) for item in one.items)
        return element(one.tag, "SQ", items, coding=coding)
    return element(one.tag, one.vr, one.value, coding=coding)
