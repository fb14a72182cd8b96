"""Which fragments of encapsulated Pixel Data make a frame, and what in them is no picture (PS3.5, A.4)."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from bme_med.core import Range, Source, UnsupportedFileError
from bme_med.dicom.codestreams import JPEG_XL_START, Pictures, is_start
from bme_med.dicom.instance import Instance
from bme_med.dicom.offset_tables import fragments_of, frame_starts
from bme_med.dicom.pixeldata import frame_bits, number_of_frames
from bme_med.dicom.rle import rle_spare
from bme_med.dicom.streams import Stream
from bme_med.dicom.walker import Element

__all__ = ["Frame", "counted_frames", "frames_of", "read_frame"]

_PICTURES = re.compile(r"1\.2\.840\.10008\.1\.2\.4\.(?:[5-8]\d|9[0-3]|11[0-2]|20[1-3])")
"""JPEG, JPEG-LS, JPEG 2000, JPEG XL, High-Throughput JPEG 2000 (PS3.5, A.4)."""

_RLE = "1.2.840.10008.1.2.5"
_HEAD_BYTES = 8


class Frame(NamedTuple):
    """One frame: the payloads of its fragments, and what in them to overwrite, both in order."""

    fragments: list[Range]
    spare: list[Range]


_Look = Callable[[list[Range]], tuple[list[Range], bool]]
"""What in the fragments of a frame is no part of it, and whether the frame is whole."""


def frames_of(data: Source, pixel_data: Element, described: Instance, count: int) -> Iterator[Frame]:
    """Frames in order; `count` of them, if the file says the truth.

    By the offset table, where it names as many. Else RLE has a frame in a fragment, and a picture starts a
    frame, unless the one before is not whole: a thumbnail at the very start of a fragment is no frame.

    Raises
    ------
    UnsupportedFileError
        If a frame does not start as its transfer syntax says, or is a video: nothing can look into it.
    """
    syntax = described.transfer_syntax
    fragments, starts = fragments_of(data, pixel_data), frame_starts(data, pixel_data)
    if syntax == _RLE:
        look = _rle_look(data, frame_bits(described) // 8)
    elif _PICTURES.fullmatch(syntax):
        look = _picture_look(data)
    else:
        raise UnsupportedFileError(
            "a video can hold texts beside its pictures, and nothing here looks into it: "
            "export the pictures that you need, or leave it out"
        )
    if starts and len(starts) >= count:
        return _grouped(fragments, look, lambda fragment: fragment.start in starts, is_sure=True)
    if syntax == _RLE:
        return _grouped(fragments, look, lambda _: True, is_sure=count > 1)
    return _grouped(fragments, look, lambda fragment: _opens(data, fragment), is_sure=False)


def counted_frames(data: Source, pixel_data: Element, described: Instance) -> list[Frame]:
    """All frames that Number of Frames counts.

    Raises
    ------
    UnsupportedFileError
        As `frames_of` does, and if there are fewer.
    """
    count = number_of_frames(described)
    frames = list(islice(frames_of(data, pixel_data, described, count), count))
    if len(frames) < count:
        raise UnsupportedFileError(
            "there are fewer compressed frames than Number of Frames says, so that boxes cannot be placed: "
            "export it again from where it came"
        )
    return frames


def read_frame(data: Source, frame: Frame) -> bytes:
    """The bytes of one frame."""
    return b"".join(data[start:end] for start, end in frame.fragments)


def _grouped(
    fragments: Iterable[Range], look: _Look, begins: Callable[[Range], bool], *, is_sure: bool
) -> Iterator[Frame]:
    """Frames that start with a fragment that `begins` one; where that is not sure, behind a whole one."""
    frame: list[Range] = []
    for fragment in fragments:
        if frame and begins(fragment):
            spare, is_whole = look(frame)
            if is_whole or is_sure:
                yield Frame(frame, spare)
                frame = []
        frame.append(fragment)
    if frame:
        yield Frame(frame, look(frame)[0])


def _opens(data: Source, fragment: Range) -> bool:
    """Whether a fragment starts a picture; two bytes, as of a bare JPEG XL, may stand there by chance."""
    head = data[fragment.start : fragment.start + _HEAD_BYTES]
    return is_start(head) and not head.startswith(JPEG_XL_START)


def _picture_look(data: Source) -> _Look:
    pictures = Pictures(data)

    def look(fragments: list[Range]) -> tuple[list[Range], bool]:
        start, end = fragments[0]
        if len(fragments) == 1 and pictures.is_plain(start, end):
            return [], True
        if not is_start(data[start : start + _HEAD_BYTES]):
            raise UnsupportedFileError(
                "the compressed pixels do not start as the transfer syntax says: "
                "convert them with another tool, then run again"
            )
        return pictures.spare_ranges(fragments)

    return look


def _rle_look(data: Source, frame_bytes: int) -> _Look:
    return lambda fragments: rle_spare(Stream(data, fragments), frame_bytes)
