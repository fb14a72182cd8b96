"""Telling a file's format by its content, never by its name."""

from enum import StrEnum
from typing import Literal

from bme_med.core.source import Source

__all__ = ["Format", "sniff"]


class Format(StrEnum):
    """Formats told apart. Which of them have an engine is `bme_med.engines`' business."""

    DICOM = "dicom"
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIF = "heif"
    TIFF = "tiff"
    GIF = "gif"
    BMP = "bmp"
    JPEG_2000 = "jpeg-2000"
    JPEG_XL = "jpeg-xl"
    RAW = "raw"
    PSD = "psd"
    PDF = "pdf"
    VIDEO = "video"
    ARCHIVE = "archive"
    EMPTY = "empty"
    UNKNOWN = "unknown"


_MAGIC: tuple[tuple[bytes, Format], ...] = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"GIF87a", Format.GIF),
    (b"GIF89a", Format.GIF),
    (b"II*\0", Format.TIFF),
    (b"MM\0*", Format.TIFF),
    (b"II+\0", Format.TIFF),
    (b"MM\0+", Format.TIFF),
    (b"\0\0\0\x0cJXL \r\n\x87\n", Format.JPEG_XL),
    (b"\xff\x0a", Format.JPEG_XL),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Format.JPEG_2000),
    (b"\xff\x4f\xff\x51", Format.JPEG_2000),
    (b"FUJIFILMCCD-RAW", Format.RAW),
    (b"IIU\0", Format.RAW),
    (b"IIRO", Format.RAW),
    (b"IIRS", Format.RAW),
    (b"MMOR", Format.RAW),
    (b"FOVb", Format.RAW),
    (b"8BPS", Format.PSD),
    (b"%PDF-", Format.PDF),
    (b"BM", Format.BMP),
    (b"PK\x03\x04", Format.ARCHIVE),
    (b"\x1f\x8b", Format.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", Format.ARCHIVE),
    (b"\x1a\x45\xdf\xa3", Format.VIDEO),
)

_FIRST_ELEMENTS = 0x0060
"""A dataset starts with one of the first elements of its group 0008."""
_FIRST_VRS = frozenset((b"UL", b"CS", b"UI", b"DA", b"TM", b"DT", b"SH", b"LO", b"PN", b"OB"))

_HEIF_BRANDS = frozenset(
    b"heic heix heim heis hevc hevx mif1 mif2 mif3 msf1 avif avis avci avcs jpeg j2ki vvic evbi miaf".split()
)


def sniff(source: Source) -> Format:
    r"""The format that the first bytes of `source` declare.

    ``DICM`` at byte 128 (PS3.10, 7.1) wins over whatever the preamble pretends to be. Without it, DICOM is
    what starts with file meta, also behind 128 bytes of preamble, or with an element of group 0008.

    >>> sniff(b"\x89PNG\r\n\x1a\n" + bytes(20))
    <Format.PNG: 'png'>
    """
    head = source[0:144]
    if not head:
        return Format.EMPTY
    if head[128:132] == b"DICM":
        return Format.DICOM
    for magic, format_ in _MAGIC:
        if head.startswith(magic):
            return format_
    if head[:4] == b"RIFF":
        return {b"WEBP": Format.WEBP, b"AVI ": Format.VIDEO}.get(head[8:12], Format.UNKNOWN)
    if head[4:12] == b"ftypcrx ":
        return Format.RAW
    if head[4:8] == b"ftyp":
        return Format.HEIF if head[8:12] in _HEIF_BRANDS else Format.VIDEO
    return Format.DICOM if _is_bare_dicom(head) else Format.UNKNOWN


def _is_bare_dicom(head: bytes) -> bool:
    """Whether file meta or a dataset starts at one of the places that a missing preamble or prefix leaves."""
    if head.startswith(b"DICM"):
        head = head[4:]
    places = (head[:8], head[128:136], head[132:140])
    return _is_dataset(head[:8]) or any(_is_file_meta(place) for place in places)


def _is_file_meta(start: bytes) -> bool:
    """Whether an element of the first three of group 0002 starts so, Explicit VR or not."""
    return start[:4] in (b"\2\0\0\0", b"\2\0\1\0", b"\2\0\2\0") and (
        start[4:6] in (b"UL", b"OB", b"UI") or start[4:8] == b"\4\0\0\0"
    )


def _is_dataset(start: bytes) -> bool:
    """Whether an element of group 0008 starts so: it names its VR, or has a likely length."""
    orders: tuple[Literal["little", "big"], ...] = ("little", "big")
    for order in orders:
        group, number = int.from_bytes(start[:2], order), int.from_bytes(start[2:4], order)
        if len(start) == 8 and group == 0x0008 and number <= _FIRST_ELEMENTS:
            return start[4:6] in _FIRST_VRS or (order == "little" and _is_length(number, start[4:8]))
    return False


def _is_length(number: int, raw: bytes) -> bool:
    """Whether `raw` can be the length of element `number`: a group length has four bytes, others few."""
    length = int.from_bytes(raw, "little")
    return length == 4 if number == 0 else length < 256 and length % 2 == 0
