"""Painted frames beside what they were: equal outside the boxes, one value inside.

Nothing of the painter is used, so that the two check each other.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bme_med.core import Action, Code, Region, UnsupportedFileError
from bme_med.pixels import PixelForm
from bme_med.pixels.native import SUBSAMPLED, frame_bits, in_pairs, is_paired

__all__ = ["Comparison"]

_FAULT = (
    "painting changed pixels outside the boxes, or not all inside: this is a fault of bme-med, "
    "please report it"
)


class _Span(NamedTuple):
    """Units of one row of a region in one plane of a frame; each `cell` is a pixel, or a pair of them."""

    plane: int
    start: int
    end: int
    cell: int


class Comparison:
    """Compares frame after frame of one image, and remembers one digest of all."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._values: dict[int, bytes] = {}
        self._stored = b""
        self._frames = 0

    def add(self, form: PixelForm, regions: Sequence[Sequence[Region]], before: bytes, after: bytes) -> None:
        """Compare frames that fill whole bytes together; `regions` are those of each.

        Raises
        ------
        UnsupportedFileError
            If anything outside its regions changed, or something inside is not of one value.
        """
        old, painted = _units(before, form), bytes(_units(after, form))
        new = bytearray(painted)
        zero, size = _zero(form), _units_of_frame(form)
        for number, found in enumerate(regions):
            for plane, start, end, cell in _spans(form, found, number * size):
                value = self._values.setdefault(plane, painted[start : start + cell])
                if painted[start:end] != value * ((end - start) // cell):
                    raise UnsupportedFileError(_FAULT)
                old[start:end] = new[start:end] = zero * (end - start)
        if old != new:
            raise UnsupportedFileError(_FAULT)
        self._digest.update(_bytes(old[: len(regions) * size], form))
        self._stored = b"".join(_bytes(value, form) for value in self._values.values())
        self._frames += sum(map(bool, regions))

    def actions(self) -> list[Action]:
        """What was seen, for the audit; nothing where no frame has a box."""
        if not self._frames:
            return []
        outside = (
            f"as before in {self._frames} frames, SHA-256 with zeros in the boxes {self._digest.hexdigest()}"
        )
        inside = f"one value, {self._stored.hex()} as stored"
        return [
            Action("(7FE0,0010) PixelData outside the boxes", Code.REDACT, outside),
            Action("(7FE0,0010) PixelData inside the boxes", Code.REDACT, inside),
        ]


def _has_bits(form: PixelForm) -> bool:
    """Whether samples fill no bytes, so that units are bits: each the digit of it, the lowest first."""
    return form.allocated % 8 != 0


def _zero(form: PixelForm) -> bytes:
    return b"0" if _has_bits(form) else b"\0"


def _units(samples: bytes, form: PixelForm) -> bytearray:
    """The bytes of `samples` in their order, or their bits."""
    units = in_pairs(samples) if is_paired(form) else bytearray(samples)
    if not _has_bits(form):
        return units
    digits = f"{int.from_bytes(units, 'little'):0{8 * len(units)}b}"
    return bytearray(digits[::-1].encode())


def _bytes(units: bytes | bytearray, form: PixelForm) -> bytes:
    if not _has_bits(form):
        return bytes(units)
    return int(units[::-1], 2).to_bytes(-(-len(units) // 8), "little")


def _units_of_frame(form: PixelForm) -> int:
    return frame_bits(form) if _has_bits(form) else frame_bits(form) // 8


def _spans(form: PixelForm, regions: Sequence[Region], base: int) -> Iterator[_Span]:
    """The rows of `regions` in a frame that starts at unit `base`."""
    planes = form.samples if form.planar and form.samples > 1 else 1
    units_of_plane = _units_of_frame(form) // planes
    pixel = units_of_plane // (form.rows * form.columns)
    cell = 2 * pixel if form.photometric in SUBSAMPLED else pixel
    for plane in range(planes):
        for region in regions:
            for row in range(region.top, region.bottom):
                start = base + plane * units_of_plane + (row * form.columns + region.left) * pixel
                yield _Span(plane, start, start + (region.right - region.left) * pixel, cell)
