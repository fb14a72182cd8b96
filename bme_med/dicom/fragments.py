"""Metadata inside compressed frames: a JPEG in a fragment can carry Exif, XMP or comments (PS3.5, A.4).

Payloads that no decoder needs are overwritten with zero bytes of the same length, so that fragments,
offset tables and the coded image data stay as they are.
"""

import re
from collections.abc import Iterator

from bme_med.core import Pieces, Range, Source
from bme_med.dicom.walker import Element

__all__ = ["keep_encapsulated", "metadata_payloads"]

_JPEG_START, _JPEG_2000_START = b"\xff\xd8", b"\xff\x4f\xff\x51"
_JPEG_METADATA = frozenset((*range(0xE1, 0xE8), *range(0xE9, 0xEE), 0xEF, 0xFE))
"""APPn and COM, but for what says how to decode: JFIF (APP0), SPIFF and JPEG-LS (APP8), Adobe (APP14)."""
_JPEG_ENDS = frozenset((0xDA, 0xD9))
_JPEG_2000_METADATA = frozenset((0x64,))
_JPEG_2000_ENDS = frozenset((0x90, 0x93, 0xD9))
_IMAGE_END = b"\xff\xd9"
_TAIL_BYTES = 1 << 20
_WRITER = re.compile(
    rb"(?:\x00\x01)?(?:Created by |Creator: )?(?:GDCM/)?(?:Kakadu|OpenJPEG|JasPer|LEAD)"
    rb"(?: Technologies Inc\.)?(?: [Vv]ersion)?[ v\-.\d]*\x00?"
)
"""Comments in which an encoder names itself and no more."""


def keep_encapsulated(data: Source, pixel_data: Element, out: Pieces) -> bool:
    """Append encapsulated `pixel_data`; says whether a payload was overwritten."""
    position = pixel_data.start
    for payload in metadata_payloads(data, pixel_data):
        out.keep(position, payload.start)
        out.literal(bytes(payload.end - payload.start))
        position = payload.end
    out.keep(position, pixel_data.end)
    return position > pixel_data.start


def metadata_payloads(data: Source, pixel_data: Element) -> Iterator[Range]:
    """Ranges to overwrite, in order: payloads of fragments' headers, and what follows an image's end."""
    position = pixel_data.value
    while position + 8 <= pixel_data.end:
        end = position + 8 + int.from_bytes(data[position + 4 : position + 8], "little")
        head = data[position + 8 : position + 12]
        if head.startswith(_JPEG_START):
            yield from _payloads(data, position + 10, end, _JPEG_METADATA, _JPEG_ENDS)
        elif head == _JPEG_2000_START:
            yield from _payloads(data, position + 10, end, _JPEG_2000_METADATA, _JPEG_2000_ENDS)
        if head.startswith((_JPEG_START, _JPEG_2000_START)):
            yield from _tail(data, position + 10, end)
        position = end


def _tail(data: Source, position: int, end: int) -> Iterator[Range]:
    """What follows the last end-of-image marker of the fragment, if it is more than padding.

    The last one: a picture must not lose data because its bytes look like a marker.
    """
    start = max(position, end - _TAIL_BYTES)
    last = data[start:end].rfind(_IMAGE_END)
    if last >= 0 and any(data[start + last + 2 : end]):
        yield Range(start + last + 2, end)


def _payloads(
    data: Source, position: int, end: int, metadata: frozenset[int], ends: frozenset[int]
) -> Iterator[Range]:
    """Payloads of `metadata` marker segments between `position` and the first marker of `ends`."""
    while position + 4 <= end:
        fill, marker, *length = data[position : position + 4]
        if fill != 0xFF or marker in ends:
            return
        if marker == 0xFF:
            position += 1
            continue
        payload = Range(position + 4, min(position + 2 + int.from_bytes(length, "big"), end))
        if payload.end < payload.start:
            return
        old = data[payload.start : payload.end]
        if marker in metadata and any(old) and not _WRITER.fullmatch(old):
            yield payload
        position = payload.end
