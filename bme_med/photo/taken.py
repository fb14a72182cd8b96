"""When a photo was taken, by its Exif (Exif 3.0, 4.6.5): for the year in a file's name, and nothing else.

Only Date and Time of Original and of Digitization count. What a program wrote when it saved the picture
(IFD0 DateTime, a PNG's tIME) is another day's.
"""

import re
import struct
from collections.abc import Iterator

from bme_med.core.sniff import Format
from bme_med.core.source import Source
from bme_med.photo import jpeg_segments, png_chunks, webp_chunks
from bme_med.photo.orientation import EXIF_HEADER

__all__ = ["read_exif_date", "taken_on"]

_EXIF_IFD, _ORIGINAL, _DIGITIZED = 0x8769, 0x9003, 0x9004
_DATE = re.compile(rb"([12]\d{3}):(0[1-9]|1[0-2]):(0[1-9]|[12]\d|3[01])[ \0]")
_ENTRY_BYTES = 12


def taken_on(source: Source, format_: Format) -> str:
    """The date as ``YYYYMMDD``; empty where the photo does not say, or is of a format not read here.

    Raises
    ------
    FileError
        If the file breaks the grammar of its format.
    """
    return next(filter(None, map(read_exif_date, _payloads(source, format_))), "")


def _payloads(source: Source, format_: Format) -> Iterator[bytes]:
    """Every Exif in the photo."""
    if format_ is Format.JPEG:
        for segment in jpeg_segments.walk(source):
            if segment.kind == "APP1/Exif":
                yield source[segment.start + 4 : segment.end]
    elif format_ is Format.PNG:
        for run in png_chunks.walk(source):
            if run.type == b"eXIf":
                yield source[slice(*run.chunks[0].data)]
    elif format_ is Format.WEBP:
        for chunk in webp_chunks.walk(source):
            if chunk.type == b"EXIF":
                yield source[slice(*chunk.data)]


def read_exif_date(exif: bytes) -> str:
    """The date in the TIFF structure of `exif`; empty where it has none."""
    tiff = exif.removeprefix(EXIF_HEADER)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return ""
    main = _entries(tiff, order, struct.unpack_from(f"{order}I", tiff, 4)[0])
    below = _entries(tiff, order, main.get(_EXIF_IFD, 0))
    for tag in (_ORIGINAL, _DIGITIZED):
        if match := _DATE.match(tiff, below.get(tag, len(tiff))):
            return b"".join(match.groups()).decode()
    return ""


def _entries(tiff: bytes, order: str, start: int) -> dict[int, int]:
    """The values or offsets in a directory, by tag; as many as there are bytes for."""
    if not 8 <= start <= len(tiff) - 2:
        return {}
    count = struct.unpack_from(f"{order}H", tiff, start)[0]
    places = range(
        start + 2, min(start + 2 + _ENTRY_BYTES * count, len(tiff) - _ENTRY_BYTES + 1), _ENTRY_BYTES
    )
    found: dict[int, int] = {}
    for place in places:
        tag, _, _, value = struct.unpack_from(f"{order}HHII", tiff, place)
        found.setdefault(tag, value)
    return found
