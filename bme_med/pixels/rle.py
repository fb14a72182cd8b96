"""RLE Lossless frames (PS3.5, Annex G): a segment for each byte of a sample, most significant first.

Pure Python, as native frames are.
"""

import re
import struct
from collections.abc import Iterator

from bme_med.core import MalformedFileError, UnsupportedFileError
from bme_med.pixels.form import PixelForm

__all__ = ["decode_rle", "encode_rle"]

_HEADER = struct.Struct("<16I")
_RUN = re.compile(rb"(.)\1{2,127}", re.DOTALL)
"""Equal bytes that are shorter coded as a run; two of them are not, where others stand beside."""
_LONGEST = 128


def decode_rle(codestream: bytes, form: PixelForm) -> bytearray:
    """The native frame: samples in planes, little endian.

    Raises
    ------
    MalformedFileError
        If segments are missing or hold too few bytes.
    UnsupportedFileError
        If there are more segments than a header can name, or samples that are no bytes.
    """
    planes, pixels = _planes(form), form.rows * form.columns
    if len(codestream) < _HEADER.size:
        raise MalformedFileError("an RLE frame has no header", where="(7FE0,0010)")
    count, *offsets = _HEADER.unpack_from(codestream)
    if count != len(planes):
        raise MalformedFileError(
            "an RLE frame has another number of segments than samples", where="(7FE0,0010)"
        )
    ends = [*offsets[1:count], len(codestream)]
    frame = bytearray(pixels * len(planes))
    for plane, start, end in zip(planes, offsets, ends, strict=False):
        frame[plane] = _unpacked(codestream[start:end], pixels)
    return frame


def encode_rle(frame: bytes | bytearray, form: PixelForm) -> bytes:
    """The codestream of a frame as `decode_rle` makes it; each row is coded alone (PS3.5, G.3.1)."""
    segments, offsets = [], [_HEADER.size]
    for plane in _planes(form):
        rows, columns = frame[plane], form.columns
        segment = b"".join(_packed(rows[at : at + columns]) for at in range(0, len(rows), columns))
        segments.append(segment + bytes(len(segment) % 2))
        offsets.append(offsets[-1] + len(segments[-1]))
    numbers = [len(segments), *offsets[:-1]]
    return _HEADER.pack(*numbers, *[0] * (16 - len(numbers))) + b"".join(segments)


def _planes(form: PixelForm) -> list[slice]:
    """Where the bytes of each segment lie in a native frame."""
    size, pixels = form.allocated // 8, form.rows * form.columns
    if form.allocated % 8 or form.samples * size > 15:
        raise UnsupportedFileError(
            "RLE codes samples of whole bytes, and no more than 15 of them a pixel (PS3.5, G.5): "
            "decompress the file with another tool, then run again"
        )
    ends = range(pixels * size, pixels * size * form.samples + 1, pixels * size)
    return [slice(end - pixels * size + place, end, size) for end in ends for place in range(size)[::-1]]


def _unpacked(segment: bytes, pixels: int) -> bytearray:
    """The bytes that a segment stands for (PS3.5, G.3.2); what is coded behind the last pixel goes."""
    out, position = bytearray(), 0
    while len(out) < pixels and position + 1 < len(segment):
        control = segment[position]
        if control < _LONGEST:
            out += segment[position + 1 : position + 2 + control]
            position += 2 + control
        elif control == _LONGEST:
            position += 1
        else:
            out += segment[position + 1 : position + 2] * (257 - control)
            position += 2
    if len(out) < pixels:
        raise MalformedFileError("an RLE segment is cut short", where="(7FE0,0010)")
    return out[:pixels]


def _packed(row: bytes | bytearray) -> bytes:
    """A row as runs and literals (PS3.5, G.3.1)."""
    out, position = bytearray(), 0
    for run in _RUN.finditer(row):
        out += b"".join(_literals(row[position : run.start()]))
        out += bytes((257 - len(run[0]), row[run.start()]))
        position = run.end()
    return bytes(out) + b"".join(_literals(row[position:]))


def _literals(run: bytes | bytearray) -> Iterator[bytes]:
    for at in range(0, len(run), _LONGEST):
        part = run[at : at + _LONGEST]
        yield bytes((len(part) - 1,)) + part
