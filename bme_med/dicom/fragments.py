"""Metadata inside compressed frames: a JPEG in a fragment can carry Exif, XMP or comments (PS3.5, A.4).

Payloads that no decoder needs are overwritten with zero bytes of the same length, so that fragments,
offset tables and the coded image data stay as they are.
"""

import re
from collections.abc import Iterator

from bme_med.core import Pieces, Range, Source, UnsupportedFileError
from bme_med.dicom.codestreams import Pictures, is_start
from bme_med.dicom.encoding import EXPLICIT_LE, item_header
from bme_med.dicom.offset_tables import basic_table, has_true_basic_table
from bme_med.dicom.walker import Element

__all__ = ["keep_encapsulated", "metadata_payloads", "refuse_other_forms"]

_PICTURES = re.compile(r"1\.2\.840\.10008\.1\.2\.4\.(?:[5-8]\d|9[0-3]|11[0-2]|20[1-3])")
"""JPEG, JPEG-LS, JPEG 2000, JPEG XL, High-Throughput JPEG 2000 (PS3.5, A.4): no RLE, no video."""


def keep_encapsulated(data: Source, pixel_data: Element, out: Pieces) -> list[str]:
    """Append encapsulated `pixel_data` without payloads; the findings say what was done."""
    findings = []
    position = start = pixel_data.start
    if not has_true_basic_table(data, pixel_data):
        table = basic_table(data, pixel_data)
        out.keep(position, table.start)
        out.literal(item_header(0, coding=EXPLICIT_LE))
        position = start = table.end
        findings.append("an offset table that pointed to no frames was emptied")
    for payload in metadata_payloads(data, pixel_data):
        out.keep(position, payload.start)
        out.literal(bytes(payload.end - payload.start))
        position = payload.end
    out.keep(position, pixel_data.end)
    if position > start:
        findings.append("metadata inside compressed frames was overwritten")
    return findings


def refuse_other_forms(data: Source, pixel_data: Element, transfer_syntax: str) -> None:
    """Raise where what should be a picture starts as none: it cannot be looked into.

    Raises
    ------
    UnsupportedFileError
        With what to do.
    """
    first = next(_fragments(data, pixel_data), None)
    if first is None or not _PICTURES.fullmatch(transfer_syntax):
        return
    if not is_start(data[first.start : first.start + 8]):
        raise UnsupportedFileError(
            "the compressed pixels do not start as the transfer syntax says: convert them with another tool, "
            "then run again"
        )


def metadata_payloads(data: Source, pixel_data: Element) -> Iterator[Range]:
    """Ranges to overwrite, in order: what no decoder of a frame needs.

    A frame starts with a fragment that starts a picture, unless that stands in a segment of the frame before:
    a thumbnail at the very start of a fragment is no frame.
    """
    pictures = Pictures(data)
    frame: list[Range] = []
    for fragment in _fragments(data, pixel_data):
        starts = is_start(data[fragment.start : fragment.start + 8])
        if starts and frame:
            spare, is_whole = pictures.spare_ranges(frame)
            if is_whole:
                yield from spare
                frame = []
        if starts or frame:
            frame.append(fragment)
    if frame:
        yield from pictures.spare_ranges(frame)[0]


def _fragments(data: Source, pixel_data: Element) -> Iterator[Range]:
    """Payloads of the fragments behind the Basic Offset Table."""
    position, is_table = pixel_data.value, True
    while position + 8 <= pixel_data.end:
        end = position + 8 + int.from_bytes(data[position + 4 : position + 8], "little")
        if not is_table and end > position + 8:
            yield Range(position + 8, end)
        position, is_table = end, False
