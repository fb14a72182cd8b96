"""Whether pixels are the source's: byte for byte, or as they decode, outside what was declared as covered."""

import hashlib
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from pydicom import FileDataset
from pydicom.encaps import parse_fragments

from bme_med.core import Box
from bme_med.verify.claimed import OTHER, is_claim_of_instance
from bme_med.verify.elements import place_of
from bme_med.verify.findings import Check, Problem
from bme_med.verify.frames import is_encapsulated
from bme_med.verify.judged import Told
from bme_med.verify.painted import covered_problems, decoded_problems, offset_problems
from bme_med.verify.reading import equal

__all__ = ["PIXEL_TAGS", "claim_problems", "lost_pixels", "pixel_digest", "pixel_problems"]

PIXEL_TAGS = (0x7FE00008, 0x7FE00009, 0x7FE00010)
"""Float, double and integer pixel data."""

_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51")
_START_OF_SCAN, _START_OF_DATA = 0xDA, 0x93
_NEEDED = {
    b"\xd8": {*range(0xC0, 0xE0), 0xF7, 0xF8},
    b"\x4f": {*range(0x50, 0x62), 0x63, *range(0x70, 0x80), *range(0x90, 0x94)},
}
"""Marker segments that a decoder needs, of JPEG and JPEG-LS, and of JPEG 2000: no APPn, no COM."""


def pixel_problems(source: FileDataset, output: FileDataset, boxes: Sequence[Box]) -> list[Problem]:
    """What is wrong with the pixels of `output`, given the regions that the audit declares as covered."""
    texts: list[str] = []
    if boxes:
        lost = [place_of("", tag) for tag in PIXEL_TAGS if tag in output]
        texts += offset_problems(output) if is_encapsulated(output.file_meta.TransferSyntaxUID) else ()
    else:
        lost = lost_pixels(source, output)
    if lost and not is_encapsulated(output.file_meta.TransferSyntaxUID) and _has_more(output):
        texts.append("more bytes than its frames need")
    texts += decoded_problems(source, output, boxes) if lost else ()
    return [Problem(place, Check.PIXELS, text) for place in lost for text in texts]


def claim_problems(output: FileDataset, told: Told, *, is_alone: bool) -> Iterator[Problem]:
    """What the audit says of painted pixels and is not so; `is_alone` where there is no source to compare."""
    place = next((place_of("", tag) for tag in PIXEL_TAGS if tag in output), "")
    if not place or not told.boxes:
        return
    not_covered = [*covered_problems(output, told.boxes)]
    if is_alone:
        yield from (Problem(place, Check.PIXELS, text) for text in not_covered)
    if told.outside and not not_covered and not is_claim_of_instance(output, told.boxes, told.outside):
        yield Problem(place, Check.AUDIT, OTHER)


def _has_more(output: FileDataset) -> bool:
    stored = sum(len(_bytes(output.get_item(tag))) for tag in PIXEL_TAGS if tag in output)
    return stored > _frame_bytes(output) + 1


def pixel_digest(dataset: FileDataset) -> str:
    """SHA-256 of the pixels as they are stored; empty where there are none."""
    stored = [_bytes(dataset.get_item(tag)) for tag in PIXEL_TAGS if tag in dataset]
    digest = hashlib.sha256()
    for value in stored:
        digest.update(value)
    return digest.hexdigest() if stored else ""


def lost_pixels(source: FileDataset, output: FileDataset) -> list[str]:
    """Pixel elements with a byte that is not the source's.

    Two things may go: what lies behind the last native frame, and what lies in a compressed frame and is no
    part of its picture. An odd value gets its padding byte (PS3.5, 7.1.1).
    """
    return [place_of("", tag) for tag in PIXEL_TAGS if not _is_left(tag, source, output)]


def _is_left(tag: int, source: FileDataset, output: FileDataset) -> bool:
    old, new = _bytes(source.get_item(tag)), _bytes(output.get_item(tag))
    is_padded = len(new) == len(old) + 1 and len(new) % 2 == 0 and new[-1] == 0
    if equal(old, new[: len(old)] if is_padded else new):
        return True
    if is_encapsulated(source.file_meta.TransferSyntaxUID):
        return _is_same_picture(bytes(old), bytes(new))
    return equal(old[: len(new)], new) and len(new) >= _frame_bytes(source)


def _bytes(item: Any) -> bytes:
    return (item.value or b"") if item is not None else b""


def _frame_bytes(source: FileDataset) -> int:
    """Bytes of all native frames (PS3.5, 8.1.1); for 4:2:2 the chroma counts half (PS3.3, C.7.6.3.1.2).

    Where their number is no number, nothing may be cut.
    """
    text = str(source.get("NumberOfFrames") or 1)
    frames = int(text) if text.isdigit() else sys.maxsize
    per_pixel = 2 if source.PhotometricInterpretation == "YBR_FULL_422" else int(source.SamplesPerPixel)
    return (int(source.Rows) * int(source.Columns) * frames * per_pixel * int(source.BitsAllocated) + 7) // 8


def _is_same_picture(old: bytes, new: bytes) -> bool:
    before, after = [*map(_even, _fragments(old))], [*_fragments(new)]
    if [*map(len, before)] != [*map(len, after)]:
        return False
    return [*map(_picture, _frames(before))] == [*map(_picture, _frames(after))]


def _even(fragment: bytes) -> bytes:
    return fragment + bytes(len(fragment) % 2)


def _frames(fragments: list[bytes]) -> list[bytes]:
    """Fragments, each put behind the one before where it starts no picture of its own."""
    frames: list[bytes] = []
    for fragment in fragments:
        if frames and frames[-1].startswith(_STARTS) and not fragment.startswith(_STARTS):
            frames[-1] += fragment
        else:
            frames.append(fragment)
    return frames


def _fragments(value: bytes) -> Iterator[bytes]:
    """Basic Offset Table and fragments (PS3.5, A.4)."""
    for offset in parse_fragments(value)[1]:
        length = int.from_bytes(value[offset + 4 : offset + 8], "little")
        yield value[offset + 8 : offset + 8 + length]


def _picture(fragment: bytes) -> bytes:
    """The fragment without the payloads of metadata segments and without what follows the picture's end."""
    if fragment[4:8] == b"jP  ":
        return b"".join(_picture(content) for content in _boxed_pictures(fragment))
    if fragment[:1] != b"\xff" or fragment[1:2] not in _NEEDED:
        return fragment
    needed, kept, at = _NEEDED[fragment[1:2]], [fragment[:2]], 2
    while fragment[at : at + 1] == b"\xff" and fragment[at + 1] not in {_START_OF_SCAN, _START_OF_DATA}:
        end = at + 2 + int.from_bytes(fragment[at + 2 : at + 4], "big")
        kept.append(fragment[at:end] if fragment[at + 1] in needed else fragment[at : at + 4])
        at = end
    image_end = fragment.find(b"\xff\xd9", at)
    return b"".join(kept) + fragment[at : image_end if image_end > 0 else None]


def _boxed_pictures(data: bytes) -> Iterator[bytes]:
    """What describes and what holds the picture of a boxed JPEG 2000 (ISO/IEC 15444-1, I.5)."""
    at = 0
    while at < len(data):
        length, kind, start = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], at + 8
        if length == 1:
            length, start = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        end = at + length if length >= start - at else len(data)
        content = data[start:end]
        if kind == b"jp2h":
            yield from _boxed_pictures(content)
        elif kind == b"ihdr":
            yield content[:14]
        elif kind == b"pclr":
            entries, columns = int.from_bytes(content[:2], "big"), int.from_bytes(content[2:3], "big")
            yield content[: 3 + columns * (1 + entries)]
        elif kind == b"jp2c":
            yield content
        at = end
