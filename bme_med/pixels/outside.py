"""The samples of a native frame that stay: which values occur among them."""

import sys
from array import array
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from bme_med.core.regions import Region
from bme_med.pixels.form import PixelForm
from bme_med.pixels.native import frame_bits, in_pairs, is_paired, unused_low_bits

__all__ = ["gaps", "value_of", "values_outside"]

_TYPES = {8: "B", 16: "H", 32: "I", 64: "Q"}
_FLOATS = {32: "f", 64: "d"}


def values_outside(
    frame: bytes | bytearray, form: PixelForm, regions: Sequence[Region], *, index: int = 0
) -> AbstractSet[float]:
    """The values of a gray native frame that occur in none of `regions`, for the choice of black.

    `frame` and `index` are as `paint_native` takes them.
    """
    samples = _samples(in_pairs(frame) if is_paired(form) else frame, form, index)
    values: set[float] = set()
    for row in range(form.rows):
        first = row * form.columns
        for left, right in gaps(regions, row, form.columns):
            values.update(samples[first + left : first + right])
    return values if form.is_float else {value_of(int(value), form) for value in values}


def _samples(frame: bytes | bytearray, form: PixelForm, index: int) -> Sequence[float]:
    """All samples of the frame, as they are stored."""
    start, count = frame_bits(form) * index, form.rows * form.columns
    kind = (_FLOATS if form.is_float else _TYPES).get(form.allocated)
    if kind is None:
        places = range(start, start + count * form.allocated, form.allocated)
        mask = (1 << form.allocated) - 1
        return [int.from_bytes(frame[at // 8 : at // 8 + 4], "little") >> at % 8 & mask for at in places]
    size = form.allocated // 8
    samples = array(kind, bytes(frame[start // 8 : start // 8 + count * size]))
    if form.byte_order != sys.byteorder:
        samples.byteswap()
    return samples


def gaps(regions: Sequence[Region], row: int, columns: int) -> Iterator[tuple[int, int]]:
    """The runs of a row that no region covers."""
    covered = sorted((r.left, r.right) for r in regions if r.top <= row < r.bottom and not r.is_empty)
    start = 0
    for left, right in (*covered, (columns, columns)):
        if start < left:
            yield start, min(left, columns)
        start = max(start, right)


def value_of(stored: int, form: PixelForm) -> int:
    """What the stored bits of a sample say."""
    number = stored >> unused_low_bits(form)
    half = 1 << form.stored - 1
    number &= 2 * half - 1
    return (number ^ half) - half if form.is_signed else number
