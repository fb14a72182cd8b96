"""When a photo was taken, by its Exif (Exif 3.0, 4.6.5): for the year in its copy and in its name.

Only Date and Time of Original and of Digitization count. What a program wrote when it saved the picture
(IFD0 DateTime, a PNG's tIME) is another day's. Where Exif does not say, a packet of ours tells the year.
"""

import re
import struct
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from bme_med.core.errors import FileError
from bme_med.core.profile import DatePolicy, Profile
from bme_med.core.sniff import Format
from bme_med.core.source import Source
from bme_med.photo import heif_file, jpeg_segments, png_chunks, tiff_ifd, webp_chunks
from bme_med.photo.jpeg_metadata import XMP_HEADER
from bme_med.photo.orientation import EXIF_HEADER
from bme_med.photo.packet import MAX_PACKET_BYTES, YEAR, read_year
from bme_med.photo.png_metadata import XMP_IN_PNG
from bme_med.photo.tiff_tags import Tag

__all__ = [
    *("Metadata", "Taken", "find_taken", "heif_metadata", "jpeg_metadata", "png_metadata"),
    *("read_exif_date", "taken_on", "tiff_metadata", "webp_metadata", "year_to_keep"),
]

_EXIF_IFD, _ORIGINAL, _DIGITIZED = 0x8769, 0x9003, 0x9004
_DATE = re.compile(rb"(" + YEAR + rb"):(0[1-9]|1[0-2]):(0[1-9]|[12]\d|3[01])[ \0]")
_DATE_BYTES = 20
_ENTRY_BYTES = 12
_MAX_EXIF_BYTES = 1 << 20


class Metadata(NamedTuple):
    """Exif or XMP of a photo: where it stands, and the date that it tells; of XMP like ours, the packet."""

    where: str
    date: str
    packet: bytes = b""


class Taken(NamedTuple):
    """The year a photo was taken, where that stands, and the packet of ours if it is one."""

    year: str
    where: str
    packet: bytes


def taken_on(source: Source, format_: Format) -> str:
    """The date as ``YYYYMMDD``, or a year; empty where the photo does not say, or its format cannot.

    Raises
    ------
    FileError
        If the file breaks the grammar of its format.
    """
    found = _first(_walk(source, format_))
    return found.date if found else ""


def find_taken(parts: Iterable[Metadata]) -> Taken | None:
    """The year that the metadata of a photo tells."""
    found = _first(parts)
    return Taken(found.date[:4], found.where, found.packet) if found else None


def year_to_keep(profile: Profile, parts: Iterable[Metadata]) -> Taken | None:
    """The year that a copy may tell under `profile`."""
    return find_taken(parts) if profile.dates is DatePolicy.YEAR else None


def _first(parts: Iterable[Metadata]) -> Metadata | None:
    """The first date in Exif, or else the first packet of ours."""
    packet = None
    for part in parts:
        if part.date and not part.packet:
            return part
        packet = packet or (part if part.date else None)
    return packet


def _walk(source: Source, format_: Format) -> Iterator[Metadata]:
    match format_:
        case Format.JPEG:
            return jpeg_metadata(source, jpeg_segments.walk(source))
        case Format.PNG:
            return png_metadata(source, png_chunks.walk(source))
        case Format.WEBP:
            return webp_metadata(source, webp_chunks.walk(source))
        case Format.TIFF:
            return tiff_metadata(source, tiff_ifd.walk(source))
        case Format.HEIF:
            return heif_metadata(heif_file.read_file(source))
        case _:
            return iter(())


def _exif(where: str, exif: bytes) -> Metadata:
    return Metadata(where, read_exif_date(exif))


def _packet(where: str, payload: bytes, prefix: bytes = b"") -> Metadata:
    packet = payload[len(prefix) :] if payload.startswith(prefix) else b""
    year = read_year(packet)
    return Metadata(where, year, packet if year else b"")


def jpeg_metadata(source: Source, segments: Iterable[jpeg_segments.Segment]) -> Iterator[Metadata]:
    """Of a JPEG, up to its first scan."""
    for segment in segments:
        if segment.kind == "SOS":
            return
        payload = source[segment.start + 4 : segment.end] if segment.marker == 0xE1 else b""
        if segment.kind == "APP1/Exif":
            yield _exif(segment.where, payload)
        elif segment.kind == "APP1/XMP":
            yield _packet(segment.where, payload, XMP_HEADER)


def png_metadata(source: Source, runs: Iterable[png_chunks.Run]) -> Iterator[Metadata]:
    """Of a PNG."""
    for run in runs:
        start, end = run.chunks[0].data
        if run.type == b"eXIf":
            yield _exif(run.where, source[start : min(end, start + _MAX_EXIF_BYTES)])
        elif run.type == b"iTXt" and end - start <= len(XMP_IN_PNG) + MAX_PACKET_BYTES:
            yield _packet(run.where, source[start:end], XMP_IN_PNG)


def webp_metadata(source: Source, chunks: Iterable[webp_chunks.Chunk]) -> Iterator[Metadata]:
    """Of a WebP."""
    for chunk in chunks:
        start, end = chunk.data
        if chunk.type == b"EXIF":
            yield _exif(chunk.where, source[start : min(end, start + _MAX_EXIF_BYTES)])
        elif chunk.type == b"XMP " and chunk.size <= MAX_PACKET_BYTES:
            yield _packet(chunk.where, source[start:end])


def tiff_metadata(source: Source, pages: Iterable[tiff_ifd.Directory]) -> Iterator[Metadata]:
    """Of a TIFF: that of the first of `pages`."""
    form, _ = tiff_ifd.read_form(source)
    for page in islice(pages, 1):
        if exif := page.find(_EXIF_IFD):
            yield Metadata(exif.where, _date_below(source, form, exif))
        xmp = page.find(Tag.XMP)
        if xmp and xmp.type == tiff_ifd.BYTE and xmp.members <= MAX_PACKET_BYTES:
            yield _packet(xmp.where, xmp.read(source))


def heif_metadata(file: heif_file.HeifFile) -> Iterator[Metadata]:
    """Of a HEIF file: its first Exif item, which starts with the offset of the Exif in it; and its XMP."""
    items = list(file.catalog.items.values())
    for item in islice((item for item in items if item.type == b"Exif"), 1):
        data = file.metadata(item.number, _MAX_EXIF_BYTES)
        yield _exif(heif_file.name_item(item), data[4 + int.from_bytes(data[:4], "big") :])
    for item in items:
        if item.content == heif_file.XMP_TYPE:
            yield _packet(heif_file.name_item(item), file.metadata(item.number, MAX_PACKET_BYTES + 1))


def _date_below(source: Source, form: tiff_ifd.Form, entry: tiff_ifd.Entry) -> str:
    """The date in the directory that `entry` leads to; empty where it leads nowhere."""
    try:
        (offset, *_) = entry.numbers(source, form)
        directory = tiff_ifd.read_directory(source, form, 0, int(offset))
        found = [directory.find(tag) for tag in (_ORIGINAL, _DIGITIZED)]
        return next(filter(None, (_date(each.read(source, _DATE_BYTES)) for each in found if each)), "")
    except (FileError, ValueError, OverflowError):
        return ""


def _date(text: bytes) -> str:
    match = _DATE.match(text)
    return b"".join(match.groups()).decode() if match else ""


def read_exif_date(exif: bytes) -> str:
    """The date in the TIFF structure of `exif`; empty where it has none."""
    tiff = exif.removeprefix(EXIF_HEADER)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return ""
    main = _entries(tiff, order, struct.unpack_from(f"{order}I", tiff, 4)[0])
    below = _entries(tiff, order, main.get(_EXIF_IFD, 0))
    offsets = [below.get(tag, len(tiff)) for tag in (_ORIGINAL, _DIGITIZED)]
    return next(filter(None, (_date(tiff[start : start + _DATE_BYTES]) for start in offsets)), "")


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
