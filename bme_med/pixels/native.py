"""Native frames: regions painted over in place (PS3.5, 8.1; PS3.3, C.7.6.3.1.2, C.7.6.3.1.3).

Pure Python, row by row, so that it runs in a browser as well.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bme_med.core import MalformedFileError, UnsupportedFileError
from bme_med.core.regions import Region
from bme_med.pixels.fills import Fill
from bme_med.pixels.form import PixelForm

__all__ = [
    "SUBSAMPLED",
    "aligned_frames",
    "frame_bits",
    "frame_bytes",
    "in_pairs",
    "is_paired",
    "paint_native",
    "unused_low_bits",
    "widened",
]

SUBSAMPLED = frozenset(("YBR_FULL_422", "YBR_PARTIAL_422"))
"""Two luma samples and one pair of chroma samples for two pixels of a row, in this order."""

_ALLOCATED = frozenset((1, 8, 12, 16, 32, 64))
"""Bits Allocated; 12 in files older than the standard of today."""


class _Plane(NamedTuple):
    """Where samples lie: cells of `samples`, each for one pixel of a row, or for two where they share some.

    Attributes
    ----------
    start
        Bit that its first row starts with.
    samples
        What a painted cell holds, each with `allocated` bits.
    """

    start: int
    cells_of_row: int
    samples: tuple[int, ...]


def frame_bits(form: PixelForm) -> int:
    """Bits of one native frame.

    Raises
    ------
    UnsupportedFileError
        If its samples lie as the standard does not foresee.
    """
    if form.allocated not in _ALLOCATED:
        raise UnsupportedFileError(
            "samples of that many bits are not foreseen (PS3.5, 8.1.1): "
            "convert the image with another tool, then run again"
        )
    pixels = form.rows * form.columns
    if form.photometric not in SUBSAMPLED:
        return pixels * form.samples * form.allocated
    if form.columns % 2 or form.samples != 3 or form.planar:
        raise UnsupportedFileError(
            "two columns share chroma samples, but the columns are odd in number, or samples lie in planes: "
            "convert the image to RGB with another tool, then run again"
        )
    return pixels * 2 * form.allocated


def unused_low_bits(form: PixelForm) -> int:
    """Bits below the lowest one of a sample in its container.

    Raises
    ------
    MalformedFileError
        If Bits Allocated, Bits Stored and High Bit contradict each other.
    """
    if not 0 < form.stored <= form.high + 1 <= form.allocated:
        raise MalformedFileError(
            "Bits Allocated, Bits Stored and High Bit contradict each other",
            where="(0028,0100)",
        )
    return form.high + 1 - form.stored


def frame_bytes(form: PixelForm, frames: int = 1) -> int:
    """Bytes that hold `frames` native frames, where the first starts with a byte, or with a word."""
    size = -(-frames * frame_bits(form) // 8)
    return size + size % 2 if is_paired(form) else size


def aligned_frames(form: PixelForm) -> int:
    """How many frames fill whole bytes, or words: each such group can be painted without its neighbours.

    >>> aligned_frames(PixelForm(rows=3, columns=6, samples=1, allocated=1, stored=1, high=0, is_signed=False,
    ...                          photometric="MONOCHROME2"))
    4
    """
    unit = 16 if is_paired(form) else 8
    return next(count for count in (1, 2, 4, 8, 16) if count * frame_bits(form) % unit == 0)


def is_paired(form: PixelForm) -> bool:
    """Whether samples lie in big endian words that they do not fill, second byte first (PS3.5, 8.1.2)."""
    return form.byte_order == "big" and form.vr == "OW" and form.allocated % 16 != 0


def in_pairs(samples: bytes | bytearray) -> bytearray:
    """`samples` with the two bytes of each word exchanged.

    Raises
    ------
    MalformedFileError
        If a word is cut.
    """
    if len(samples) % 2:
        raise MalformedFileError("Pixel Data ends within a word", where="(7FE0,0010)")
    exchanged = bytearray(samples)
    exchanged[::2], exchanged[1::2] = samples[1::2], samples[::2]
    return exchanged


def widened(regions: Sequence[Region], form: PixelForm) -> tuple[Region, ...]:
    """What is painted for `regions`: inside the picture, and on even columns where two share samples."""
    clipped = (region.clipped(rows=form.rows, columns=form.columns) for region in regions)
    kept = tuple(region for region in clipped if not region.is_empty)
    if form.photometric not in SUBSAMPLED:
        return kept
    return tuple(r._replace(left=r.left // 2 * 2, right=r.right + r.right % 2) for r in kept)


def paint_native(
    frame: bytearray, form: PixelForm, regions: Sequence[Region], fill: Fill, *, index: int = 0
) -> None:
    """Paint `regions` of one native frame over with `fill`, in place.

    What lies outside the picture is left out. Unused bits of painted samples are cleared, or repeat the sign.

    Parameters
    ----------
    frame
        ``frame_bytes(form)`` bytes of Pixel Data; or a group of `aligned_frames`, whole or the last, where
        a frame alone does not end with a byte.
    form
        How its samples lie.
    regions
        What to paint; need not be `widened`.
    fill
        With one sample for each of the pixel.
    index
        Which frame of the group is painted, from 0.

    Raises
    ------
    MalformedFileError
        If `frame` is too short.
    UnsupportedFileError
        If its samples lie as the standard does not foresee.
    """
    start = frame_bits(form) * index
    if len(frame) * 8 < start + frame_bits(form):
        raise MalformedFileError("Pixel Data is shorter than its frames", where="(7FE0,0010)")
    if is_paired(form):
        frame[:] = in_pairs(frame)
    for plane in _planes(form, fill, start):
        for region in widened(regions, form):
            _paint_plane(frame, form, plane, region)
    if is_paired(form):
        frame[:] = in_pairs(frame)


def _planes(form: PixelForm, fill: Fill, start: int) -> Iterator[_Plane]:
    samples = tuple(_container(sample, form) for sample in fill.samples)
    if len(samples) != form.samples:
        raise ValueError("a fill needs as many samples as a pixel")
    if form.photometric in SUBSAMPLED:
        luma, *chroma = samples
        yield _Plane(start, form.columns // 2, (luma, luma, *chroma))
    elif form.planar:
        plane_bits = form.rows * form.columns * form.allocated
        yield from (_Plane(start + n * plane_bits, form.columns, (s,)) for n, s in enumerate(samples))
    else:
        yield _Plane(start, form.columns, samples)


def _container(sample: float, form: PixelForm) -> int:
    """The bits that a sample is stored in, as a number: unused ones cleared, or the sign repeated."""
    if form.is_float:
        packed = struct.pack(">f" if form.allocated == 32 else ">d", sample)
        return int.from_bytes(packed, "big")
    return int(sample) << unused_low_bits(form) & (1 << form.allocated) - 1


def _paint_plane(frame: bytearray, form: PixelForm, plane: _Plane, region: Region) -> None:
    cells_of_pixel = plane.cells_of_row / form.columns
    left, right = int(region.left * cells_of_pixel), int(region.right * cells_of_pixel)
    cell_bits = len(plane.samples) * form.allocated
    starts = [plane.start + (row * plane.cells_of_row + left) * cell_bits for row in range(*region[::2])]
    if form.allocated % 8:
        _paint_bits(frame, starts, form.allocated, plane.samples * (right - left))
        return
    size = form.allocated // 8
    cells = b"".join(sample.to_bytes(size, form.byte_order) for sample in plane.samples) * (right - left)
    for start in starts:
        frame[start // 8 : start // 8 + len(cells)] = cells


def _paint_bits(frame: bytearray, starts: Sequence[int], allocated: int, samples: Sequence[int]) -> None:
    """Samples that do not fill bytes lie one behind the other, the lowest bit first (PS3.5, 8.1.1)."""
    length = allocated * len(samples)
    new = sum(sample << place * allocated for place, sample in enumerate(samples))
    for start in starts:
        first, last = start // 8, -(-(start + length) // 8)
        kept = int.from_bytes(frame[first:last], "little") & ~((1 << length) - 1 << start % 8)
        frame[first:last] = (kept | new << start % 8).to_bytes(last - first, "little")
