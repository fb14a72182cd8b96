"""Painted frames beside what they were: equal outside the boxes, one value inside.

Nothing of the painter is used, so that the two check each other.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bme_med.core import Action, Code, Region, UnsupportedFileError
from bme_med.pixels import PixelForm, frame_bytes
from bme_med.pixels.native import is_paired

__all__ = ["Comparison"]

_FAULT = (
    "painting changed pixels outside the boxes, or not all inside: this is a fault of bme-med, "
    "please report it"
)


class _Span(NamedTuple):
    """Bytes of one row of a region in one plane of a frame; each `cell` is a pixel, or a pair of them."""

    plane: int
    start: int
    end: int
    cell: int


class Comparison:
    """Compares frame after frame of one image, and remembers one digest of all."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._cells: dict[int, bytes] = {}
        self._frames = 0

    def add(self, form: PixelForm, regions: Sequence[Sequence[Region]], before: bytes, after: bytes) -> None:
        """Compare a frame that fills whole bytes; others are left to the painter.

        Raises
        ------
        UnsupportedFileError
            If anything outside its regions changed, or something inside is not of one value.
        """
        if form.allocated % 8 or is_paired(form) or len(regions) != 1 or len(before) != frame_bytes(form):
            return
        old, new = bytearray(before), bytearray(after)
        for plane, start, end, cell in _spans(form, regions[0]):
            value = self._cells.setdefault(plane, after[start : start + cell])
            if after[start:end] != value * ((end - start) // cell):
                raise UnsupportedFileError(_FAULT)
            old[start:end] = new[start:end] = bytes(end - start)
        if old != new:
            raise UnsupportedFileError(_FAULT)
        self._digest.update(old)
        self._frames += 1

    def actions(self) -> list[Action]:
        """What was seen, for the audit; nothing where no frame could be compared."""
        if not self._frames:
            return []
        value = b"".join(self._cells.values()).hex()
        outside = (
            f"as before in {self._frames} frames, SHA-256 with zeros in the boxes {self._digest.hexdigest()}"
        )
        return [
            Action("(7FE0,0010) PixelData outside the boxes", Code.REDACT, outside),
            Action("(7FE0,0010) PixelData inside the boxes", Code.REDACT, f"one value, {value} as stored"),
        ]


def _spans(form: PixelForm, regions: Sequence[Region]) -> Iterator[_Span]:
    planes = form.samples if form.planar and form.samples > 1 else 1
    is_shared = form.photometric.endswith("_422") and form.samples == 3
    plane_bytes = frame_bytes(form) // planes
    pixel = plane_bytes // (form.rows * form.columns)
    cell = 2 * pixel if is_shared else pixel
    for plane in range(planes):
        for region in regions:
            for row in range(region.top, region.bottom):
                start = plane * plane_bytes + (row * form.columns + region.left) * pixel
                yield _Span(plane, start, start + (region.right - region.left) * pixel, cell)
