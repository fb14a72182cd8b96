"""What stands before a dataset: preamble, prefix, file meta, and how the dataset is encoded (PS3.10, 7.1).

Any of them may be missing; then the dataset's first element tells the encoding. A deflated dataset is
inflated here, within a bound (PS3.5, A.5).
"""

import re
import zlib
from dataclasses import dataclass, replace

from bme_med.core import MalformedFileError, Source, UnsupportedFileError
from bme_med.dicom.encoding import EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, VRS, Coding, split_values
from bme_med.dicom.walker import walk_group

__all__ = [
    "DEFLATED",
    "MAX_COPY_BYTES",
    "SENDERS",
    "Contents",
    "coding_at",
    "contents_of",
    "group_2_at",
    "is_bomb",
    "syntax_of",
]

DEFLATED = "1.2.840.10008.1.2.1.99"
MAX_COPY_BYTES = 256 << 20
"""Longest dataset that is worked on in memory, as deflated and mended ones are."""

_NATIVE = {
    "1.2.840.10008.1.2": IMPLICIT_LE,
    "1.2.840.10008.1.2.1": EXPLICIT_LE,
    "1.2.840.10008.1.2.2": EXPLICIT_BE,
}
_ON_A_SERVER = frozenset(f"1.2.840.10008.1.2.4.{number}" for number in (94, 95, 204, 205))
_ENCAPSULATED = re.compile(r"1\.2\.840\.10008\.1\.2\.(?:4\.\d{2,3}|5)")
"""Compressed transfer syntaxes, later ones too; with no tail, since file meta repeats the UID."""

_TRANSFER_SYNTAX = 0x00020010
_WINDOW_BYTES = 1 << 20
_MAX_ITEMS = 1 << 20
SENDERS = frozenset((*range(0x00020016, 0x00020019), *range(0x00020026, 0x00020029)))
"""Titles and presentation addresses of who sent and received."""

_NO_META = "no file meta information names the transfer syntax: it was found by looking at the dataset"


@dataclass(frozen=True, slots=True)
class Contents:
    """Where a dataset lies, and how it is encoded.

    Attributes
    ----------
    data
        The file, or a copy of its dataset: inflated, mended.
    start
        Offset of the dataset in `data`.
    is_copy
        Whether offsets in `data` are none in the file.
    notes
        What a person should know of how the file was read.
    mended
        Why the walker refused the file, of which this is a well-formed copy.
    senders
        Application entities, and their addresses, that file meta names.
    """

    data: Source
    start: int
    transfer_syntax: str
    coding: Coding
    is_copy: bool = False
    notes: tuple[str, ...] = ()
    mended: str = ""
    senders: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, data: Source, start: int, syntax: str) -> "Contents":
        """What `syntax` says of the dataset at `start`; without one, what its first element says.

        Raises
        ------
        FileError
            If nothing can read the syntax, or a deflated dataset cannot be inflated.
        """
        if not syntax:
            coding = coding_at(data, start)
            return cls(data, start, syntax_of(coding), coding, notes=(_NO_META,))
        if syntax == DEFLATED:
            return cls(_inflated(data, start), 0, syntax, EXPLICIT_LE, is_copy=True)
        if syntax in _ON_A_SERVER:
            raise UnsupportedFileError(
                "the pixel data lies on a server (JPIP): fetch the instance with its pixels, then run again"
            )
        if syntax not in _NATIVE and not _ENCAPSULATED.fullmatch(syntax):
            raise UnsupportedFileError("unknown or private transfer syntax: convert it to a standard one")
        return cls(data, start, syntax, _NATIVE.get(syntax, EXPLICIT_LE))

    @property
    def is_native(self) -> bool:
        """Whether the syntax says no more than how elements are encoded (PS3.5, A.1 to A.3)."""
        return self.transfer_syntax in _NATIVE

    @property
    def is_compressed(self) -> bool:
        """Whether the syntax says that pixels are compressed (PS3.5, A.4)."""
        return bool(_ENCAPSULATED.fullmatch(self.transfer_syntax))


def contents_of(data: Source) -> Contents:
    """Find the dataset of a file.

    Raises
    ------
    FileError
        As `Contents.of` does, or if file meta is damaged.
    """
    meta, start = walk_group(data, group_2_at(data), 0x0002)
    senders = tuple(data[element.value : element.end] for element in meta if element.tag in SENDERS)
    for element in meta:
        if element.tag == _TRANSFER_SYNTAX:
            contents = Contents.of(data, start, split_values(data[element.value : element.end])[0])
            return replace(contents, senders=senders) if senders else contents
    return replace(Contents.of(data, start, ""), senders=senders)


def group_2_at(data: Source) -> int:
    """Where file meta starts, or the dataset where there is none."""
    if data[128:132] == b"DICM":
        return 132
    if data[0:4] == b"DICM":
        return 4
    return next((at for at in (128, 132) if _is_file_meta(data[at : at + 8])), 0)


def _is_file_meta(head: bytes) -> bool:
    return head[:4] in (b"\2\0\0\0", b"\2\0\1\0", b"\2\0\2\0") and head[4:6] in VRS


def coding_at(data: Source, start: int) -> Coding:
    """How the element at `start` is encoded: it names a VR or not; groups below 256 tell the byte order."""
    head = data[start : start + 6]
    if not (head[4:6].isalpha() and head[4:6].isupper()):
        return IMPLICIT_LE
    return EXPLICIT_BE if head[:1] == b"\0" != head[1:2] else EXPLICIT_LE


def syntax_of(coding: Coding) -> str:
    """The transfer syntax of native pixels in `coding`."""
    return next(syntax for syntax, known in _NATIVE.items() if known is coding)


def _inflated(data: Source, start: int) -> bytes:
    """The dataset that the deflate stream at `start` holds; what follows the stream is no part of it."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    parts, size = [], 0
    try:
        for at in range(start, len(data), _WINDOW_BYTES):
            parts.append(stream.decompress(data[at : at + _WINDOW_BYTES], MAX_COPY_BYTES + 1 - size))
            size += len(parts[-1])
            if size > MAX_COPY_BYTES:
                raise UnsupportedFileError(
                    f"the deflated dataset is longer than {MAX_COPY_BYTES >> 20} MiB: "
                    "convert it to explicit VR little endian, then run again"
                )
            if stream.eof:
                break
    except zlib.error:
        raise MalformedFileError("the deflated dataset is damaged") from None
    if not stream.eof:
        raise MalformedFileError("the deflated dataset ends too early")
    dataset = b"".join(parts)
    if is_bomb(dataset):
        raise UnsupportedFileError(
            "the deflated dataset has more sequence items than any instance: "
            "convert it to explicit VR little endian, then run again"
        )
    return dataset


def is_bomb(dataset: bytes) -> bool:
    """Whether `dataset` has more items than any instance: each takes far more memory than its bytes."""
    return dataset.count(IMPLICIT_LE.plain.pack(0xFFFE, 0xE000, 0)[:4]) > _MAX_ITEMS
