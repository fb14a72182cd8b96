"""Decoded frames beside what they were: equal outside the regions, one value inside, as a decoder sees it."""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from bme_med.core import Region, UnsupportedFileError
from bme_med.pixels.comparing_blocks import FAULT, compare_blocks
from bme_med.pixels.decoders import are_installed
from bme_med.pixels.decoding import decode_frame, planes_of
from bme_med.pixels.form import PixelForm
from bme_med.pixels.outside import gaps, value_of
from bme_med.pixels.rle import decode_rle
from bme_med.pixels.samples import inside
from bme_med.pixels.syntaxes import DCT, JPEG_XL_OF_JPEG, RLE

__all__ = ["Seen", "compare_frames"]

_BLOCK = 40
"""Pixels around a region of a JPEG that may change: the largest MCU, and what chroma is mixed from."""


class Seen(NamedTuple):
    """What a comparison saw.

    Attributes
    ----------
    outside
        A digest of what lies outside.
    inside
        The value inside, of each sample.
    what
        What was compared, and is digested.
    """

    outside: bytes
    inside: tuple[float, ...]
    what: str = "samples"


def compare_frames(
    before: bytes, form: PixelForm, after: bytes, new_form: PixelForm, regions: Sequence[Region]
) -> Seen:
    """Decode both and compare; `regions` are what was asked for, of which not all may be empty.

    Where no decoder is installed, the coefficients of a JPEG are compared.

    Raises
    ------
    UnsupportedFileError
        If anything outside changed, or something inside is not of one value.
    MalformedFileError
        If one of them cannot be decoded.
    """
    if form.transfer_syntax == RLE:
        return _compare_bytes(decode_rle(before, form), decode_rle(after, form), planes_of(form), regions)
    if new_form.transfer_syntax in DCT and not are_installed():
        return Seen(*compare_blocks(before, after, regions), "coefficients")
    import numpy as np

    old, new = decode_frame(before, form), decode_frame(after, new_form)
    covered = inside(regions, form)
    is_coded_in_blocks = form.transfer_syntax in (*DCT, JPEG_XL_OF_JPEG)
    margin = _BLOCK if is_coded_in_blocks and form.transfer_syntax == new_form.transfer_syntax else 0
    changed = inside([region.grown(margin, margin) for region in regions], form)
    values = np.unique(new[covered].reshape(int(covered.sum()), -1), axis=0)
    if not np.array_equal(old[~changed], new[~changed]) or len(values) != 1:
        raise UnsupportedFileError(FAULT)
    return Seen(sha256(new[~changed].tobytes()).digest(), tuple(values[0].tolist()))


def _compare_bytes(before: bytearray, after: bytearray, form: PixelForm, regions: Sequence[Region]) -> Seen:
    """Compare frames in planes, row by row."""
    old, new = _interleaved(before, form), _interleaved(after, form)
    size = form.samples * form.allocated // 8
    digest, values = sha256(), set[bytes]()
    for row in range(form.rows):
        start = row * form.columns * size
        position = start
        for left, right in (*gaps(regions, row, form.columns), (form.columns, form.columns)):
            first, last = start + left * size, start + right * size
            values.update(new[at : at + size] for at in range(position, first, size))
            if old[first:last] != new[first:last]:
                raise UnsupportedFileError(FAULT)
            digest.update(new[first:last])
            position = last
    if len(values) != 1:
        raise UnsupportedFileError(FAULT)
    [value] = values
    step = form.allocated // 8
    stored = (int.from_bytes(value[at : at + step], "little") for at in range(0, size, step))
    return Seen(digest.digest(), tuple(value_of(number, form) for number in stored))


def _interleaved(frame: bytearray, form: PixelForm) -> bytes:
    """A frame in planes, pixel by pixel."""
    step, plane_bytes = form.allocated // 8, len(frame) // form.samples
    pixels = bytearray(len(frame))
    for sample in range(form.samples):
        plane = frame[sample * plane_bytes : (sample + 1) * plane_bytes]
        for place in range(step):
            pixels[sample * step + place :: form.samples * step] = plane[place::step]
    return bytes(pixels)
