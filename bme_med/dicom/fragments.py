"""Compressed frames: the pictures stay, what is in and behind them goes (PS3.5, A.4).

A JPEG in a fragment can carry Exif, XMP or comments, an RLE frame bytes behind its segments. What no decoder
needs is overwritten with zero bytes of the same length, so that fragments, offset tables and the coded image
data stay as they are. Frames beyond Number of Frames go as a whole.
"""

from collections.abc import Iterable

from bme_med.core import Pieces, Range, Source
from bme_med.dicom.coded_bits import Look
from bme_med.dicom.encoding import EXPLICIT_LE, item_header
from bme_med.dicom.frames import frames_of
from bme_med.dicom.instance import Instance
from bme_med.dicom.offset_tables import basic_table, has_true_basic_table
from bme_med.dicom.pixeldata import number_of_frames
from bme_med.dicom.walker import SEQUENCE_END, Element

__all__ = ["FRAGMENTS_END", "keep_encapsulated", "keep_overwritten"]

FRAGMENTS_END = EXPLICIT_LE.plain.pack(SEQUENCE_END >> 16, SEQUENCE_END & 0xFFFF, 0)
"""Sequence Delimitation Item."""


def keep_encapsulated(
    data: Source, pixel_data: Element, instance: Instance, look: Look, out: Pieces
) -> list[str]:
    """Append the frames of encapsulated `pixel_data`; the findings say what was done.

    Each frame is given a `look`, which raises where it must not stay.

    Raises
    ------
    FileError
        If a frame starts as none of its kind, or nothing says how many there are.
    """
    count = number_of_frames(instance)
    findings = []
    if not has_true_basic_table(data, pixel_data):
        findings.append("an offset table that pointed to no frames was emptied")
    kept = end = _keep_table(data, pixel_data, 0 if findings else count, out)
    is_overwritten = is_cut = False
    for number, (fragments, spare) in enumerate(frames_of(data, pixel_data, instance, count)):
        if number == count:
            is_cut = True
            break
        look(fragments)
        end = fragments[-1].end
        if spare:
            is_overwritten = True
            keep_overwritten(kept, end, spare, out)
            kept = end
    out.keep(kept, end if is_cut else pixel_data.end)
    if is_overwritten:
        findings.append("metadata inside compressed frames was overwritten")
    if is_cut:
        findings.append("compressed frames beyond Number of Frames were cut")
        out.literal(FRAGMENTS_END)
    return findings


def keep_overwritten(start: int, end: int, spare: Iterable[Range], out: Pieces) -> None:
    """Append the bytes from `start` to `end`, zeros in place of `spare`, which lies between them in order."""
    for payload in spare:
        out.keep(start, payload.start)
        out.literal(bytes(payload.end - payload.start))
        start = payload.end
    out.keep(start, end)


def _keep_table(data: Source, pixel_data: Element, count: int, out: Pieces) -> int:
    """Append the header and the first `count` offsets of the basic table; where the fragments start."""
    table = basic_table(data, pixel_data)
    kept = min(4 * count, table.end - table.start - 8)
    out.keep(pixel_data.start, table.start)
    if kept == table.end - table.start - 8:
        out.keep(table.start, table.end)
    else:
        out.literal(item_header(kept, coding=EXPLICIT_LE))
        out.keep(table.start + 8, table.start + 8 + kept)
    return table.end
