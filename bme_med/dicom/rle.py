"""RLE frames: which of their bytes no decoder needs (PS3.5, Annex G).

A frame is a header and segments, each a plane of bytes packed in runs. What follows the run that completes a
plane is not picture, nor is an offset of a segment that there is not.
"""

from itertools import pairwise
from struct import unpack

from bme_med.core import Range, UnsupportedFileError
from bme_med.dicom.streams import Stream

__all__ = ["rle_spare"]

_HEADER_BYTES = 64
_MOST_SEGMENTS = 15
_NO_RUN = 128


def rle_spare(stream: Stream, frame_bytes: int) -> tuple[list[Range], bool]:
    """What in `stream` is no part of a frame of `frame_bytes`, decoded, and whether the frame is whole.

    Raises
    ------
    UnsupportedFileError
        If the header is none: nothing tells what is picture.
    """
    segments = _segments(stream)
    if not segments or frame_bytes % len(segments):
        raise UnsupportedFileError(
            "the compressed pixels are no RLE frame: convert them with another tool, then run again"
        )
    ends, is_whole = [_HEADER_BYTES], True
    for start, end in segments:
        used, is_whole = _used(stream.read(start, end), frame_bytes // len(segments))
        ends.append(min(start + used, stream.size))
    starts = [min(start, stream.size) for start, _ in segments] + [stream.size]
    gaps = [(4 + 4 * len(segments), _HEADER_BYTES), *zip(ends, starts, strict=True)]
    spare = [found for start, end in gaps for found in stream.said(start, end)]
    return [place for start, end in spare for place in stream.places(start, end)], is_whole


def _segments(stream: Stream) -> list[tuple[int, int]]:
    """Start and end of each segment by the header, or nothing."""
    head = stream.read(0, _HEADER_BYTES)
    if len(head) < _HEADER_BYTES:
        return []
    count, *offsets = unpack("<16I", head)
    if not 1 <= count <= _MOST_SEGMENTS:
        return []
    bounds = offsets[:count]
    is_ascending = bounds[0] >= _HEADER_BYTES and all(start < end for start, end in pairwise(bounds))
    return list(pairwise([*bounds, max(bounds[-1], stream.size)])) if is_ascending else []


def _used(segment: bytes, plane_bytes: int) -> tuple[int, bool]:
    r"""Bytes of `segment` that make a plane, and whether they make all of it.

    >>> _used(b"\x01ab\xfdczzz", 6), _used(b"\x05abcdef", 4), _used(b"\x01ab", 6)
    ((5, True), (5, True), (3, False))
    """
    position = made = surplus = 0
    while made < plane_bytes and position < len(segment):
        control = segment[position]
        if control < _NO_RUN:
            made += control + 1
            position += control + 2
            surplus = max(made - plane_bytes, 0)
        elif control > _NO_RUN:
            made += 257 - control
            position += 2
        else:
            position += 1
    return min(position, len(segment)) - surplus, made >= plane_bytes and position <= len(segment)
