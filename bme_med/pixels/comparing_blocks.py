"""Painted JPEGs beside what they were, by their coefficients: where no decoder is installed.

What follows from the same coefficients with the same steps is the same to every decoder, so that this proves
more than decoded samples do (ITU-T T.81, A.3.3, A.3.4).
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from bme_med.core import Region, UnsupportedFileError
from bme_med.pixels.coefficient_scans import BLOCK
from bme_med.pixels.coefficients import Coefficients, Plane, read_coefficients
from bme_med.pixels.jpeg_markers import DQT
from bme_med.pixels.jpeg_picture import CodedScan

__all__ = ["FAULT", "SeenBlocks", "compare_blocks"]

FAULT = (
    "painting changed pixels outside the boxes, or not all inside: this is a fault of bme-med, "
    "please report it"
)
_REACH = 4
"""Pixels from which decoders may mix chroma, which is the largest sampling factor (A.1.1)."""


class SeenBlocks(NamedTuple):
    """What a comparison saw: a digest of the coefficients outside, and the value of each sample inside."""

    outside: bytes
    inside: tuple[int, ...]


def compare_blocks(before: bytes, after: bytes, regions: Sequence[Region]) -> SeenBlocks:
    """Compare two JPEGs; `regions` are what was asked for, in rows and columns as stored.

    Blocks under a region are flat and of one value; those that chroma may be mixed from are that, or as they
    were; all others are as they were.

    Raises
    ------
    UnsupportedFileError
        If they are not.
    MalformedFileError
        If one of them is damaged.
    """
    old, new = read_coefficients(before), read_coefficients(after)
    if _described(old) != _described(new):
        raise UnsupportedFileError(FAULT)
    digest, levels = sha256(), list[int]()
    for index, (was, now) in enumerate(zip(old.planes, new.planes, strict=True)):
        shown = Region(0, 0, was.coded_rows, was.coded_columns)
        under = set(_starts(was, [blocks.common(shown) for blocks in _blocks(old, index, regions, 0)]))
        near = sorted(set(_starts(was, _blocks(old, index, regions, _REACH))))
        flat = {now.values[start] for start in under}
        _require_flat(was, now, under, near, flat)
        levels.append(_level(old, index, flat.pop()) if flat else 0)
        for first, last in _gaps(near, len(now.values)):
            kept = now.values[first:last].tobytes()
            if was.values[first:last].tobytes() != kept:
                raise UnsupportedFileError(FAULT)
            digest.update(kept)
    return SeenBlocks(digest.digest(), tuple(levels))


def _described(read: Coefficients) -> tuple[object, ...]:
    """All that tells samples from coefficients."""
    picture = read.picture
    steps = [part.payload for part in picture.parts if not isinstance(part, CodedScan) and part.marker == DQT]
    return picture.frame, steps, picture.steps, picture.has_jfif, picture.adobe


def _blocks(read: Coefficients, index: int, regions: Sequence[Region], reach: int) -> list[Region]:
    """The blocks of one component in MCUs no further than `reach` pixels from `regions`, padding included."""
    frame = read.picture.frame
    wide, high = frame.components[index][1:3]
    found = []
    for region in regions:
        inside = region.clipped(rows=frame.rows, columns=frame.columns)
        if inside.is_empty:
            continue
        top, left, bottom, right = inside.grown(reach, reach).clipped(rows=frame.rows, columns=frame.columns)
        down, across = 8 * frame.tallest, 8 * frame.widest
        mcus = Region(top // down, left // across, -(-bottom // down), -(-right // across))
        found.append(Region(mcus.top * high, mcus.left * wide, mcus.bottom * high, mcus.right * wide))
    return found


def _starts(plane: Plane, blocks: Sequence[Region]) -> Iterator[int]:
    """Where the coefficients of `blocks` start."""
    for top, left, bottom, right in blocks:
        for row in range(top, bottom):
            yield from range(
                (row * plane.columns + left) * BLOCK, (row * plane.columns + right) * BLOCK, BLOCK
            )


def _require_flat(was: Plane, now: Plane, under: set[int], near: Sequence[int], flat: set[int]) -> None:
    """Raise unless blocks `under` regions are flat and of one value, others `near` them that or as before."""
    if len(flat) > 1:
        raise UnsupportedFileError(FAULT)
    for start in near:
        block = now.values[start : start + BLOCK]
        is_flat = block[0] in flat and not any(block[1:])
        if not is_flat and (start in under or block != was.values[start : start + BLOCK]):
            raise UnsupportedFileError(FAULT)


def _gaps(starts: Sequence[int], end: int) -> Iterator[tuple[int, int]]:
    """What lies between blocks that start there."""
    position = 0
    for start in (*starts, end):
        if position < start:
            yield position, start
        position = start + BLOCK


def _level(read: Coefficients, index: int, coefficient: int) -> int:
    """The sample that a flat block stands for (A.3.1, A.3.3)."""
    bits = read.picture.frame.bits
    level = round(coefficient * read.picture.steps[index] / 8) + (1 << bits - 1)
    return min(max(level, 0), (1 << bits) - 1)
