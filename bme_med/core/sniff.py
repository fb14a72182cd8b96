"""Telling a file's format by its content, never by its name."""

from enum import StrEnum

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

_HEIF_BRANDS = frozenset(
    b"heic heix heim heis hevc hevx mif1 mif2 mif3 msf1 avif avis avci avcs jpeg j2ki vvic evbi miaf".split()
)


def sniff(source: Source) -> Format:
    r"""The format that the first bytes of `source` declare.

    ``DICM`` at byte 128 (PS3.10, 7.1) wins over whatever the preamble pretends to be. A dataset without
    preamble is recognised by a first element of group 0002 or 0008 in ascending, plausible form.

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
    return Format.DICOM if _is_bare_dataset(head) else Format.UNKNOWN


def _is_bare_dataset(head: bytes) -> bool:
    """Whether `head` starts with a group 0002 or 0008 element, as in files without a preamble."""
    if len(head) < 8:
        return False
    group = int.from_bytes(head[0:2], "little")
    element = int.from_bytes(head[2:4], "little")
    if head[0:4] == b"\0\x08\0\x05" or head[0:4] == b"\0\x08\0\0":
        return True
    if group not in (0x0002, 0x0008) or element > 0x0020:
        return False
    is_explicit = head[4:6] in (b"UL", b"OB", b"CS", b"UI", b"DA", b"SH", b"TM")
    return is_explicit or int.from_bytes(head[4:8], "little") < 256
