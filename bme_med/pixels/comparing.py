"""Decoded frames beside what they were: equal outside the regions, one value inside, as a decoder sees it."""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from bme_med.core import Region, UnsupportedFileError
from bme_med.pixels.decoding import decode_frame
from bme_med.pixels.form import PixelForm
from bme_med.pixels.samples import inside
from bme_med.pixels.syntaxes import DCT, JPEG_XL_OF_JPEG

__all__ = ["Seen", "compare_frames"]

_FAULT = (
    "painting changed pixels outside the boxes, or not all inside: this is a fault of bme-med, "
    "please report it"
)
_BLOCK = 40
"""Pixels around a region of a JPEG that may change: the largest MCU, and what chroma is mixed from."""


class Seen(NamedTuple):
    """What a comparison saw: a digest of the samples outside, and the value inside."""

    outside: bytes
    inside: tuple[float, ...]


def compare_frames(
    before: bytes, form: PixelForm, after: bytes, new_form: PixelForm, regions: Sequence[Region]
) -> Seen:
    """Decode both and compare; `regions` are what was asked for, of which not all may be empty.

    Raises
    ------
    UnsupportedFileError
        If anything outside changed, or something inside is not of one value.
    MalformedFileError
        If one of them cannot be decoded.
    """
    import numpy as np

    old, new = decode_frame(before, form), decode_frame(after, new_form)
    covered = inside(regions, form)
    is_coded_in_blocks = form.transfer_syntax in (*DCT, JPEG_XL_OF_JPEG)
    margin = _BLOCK if is_coded_in_blocks and form.transfer_syntax == new_form.transfer_syntax else 0
    changed = inside([region.grown(margin, margin) for region in regions], form)
    values = np.unique(new[covered].reshape(int(covered.sum()), -1), axis=0)
    if not np.array_equal(old[~changed], new[~changed]) or len(values) != 1:
        raise UnsupportedFileError(_FAULT)
    return Seen(sha256(new[~changed].tobytes()).digest(), tuple(values[0].tolist()))
