"""Painted frames beside what they were: equal outside the boxes, one value inside.

Nothing of the painter is used, so that the two check each other.
"""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bme_med.core import Action, Code, Region, UnsupportedFileError
from bme_med.pixels import PixelForm
from bme_med.pixels.native import SUBSAMPLED, frame_bits, is_paired

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Comparison"]

_FAULT = (
    "painting changed pixels outside the boxes, or not all inside: this is a fault of bme-med, "
    "please report it"
)


class Comparison:
    """Compares frame after frame of one image, and remembers one digest of all."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._values: dict[int, bytes] = {}
        self._frames = 0

    def add(self, form: PixelForm, regions: Sequence[Sequence[Region]], before: bytes, after: bytes) -> None:
        """Compare frames that fill whole bytes together; `regions` are those of each.

        Raises
        ------
        UnsupportedFileError
            If anything outside its regions changed, or something inside is not of one value.
        """
        import numpy as np

        old, new = _units(before, form), _units(after, form)
        frames = (_cells(units, form, len(regions)) for units in (old, new))
        for old_frame, new_frame, found in zip(*frames, regions, strict=True):
            for region in found:
                self._cover(old_frame, new_frame, region, form)
        if not np.array_equal(old, new):
            raise UnsupportedFileError(_FAULT)
        self._digest.update(_bytes(_of_frames(old, form, len(regions)), form))
        self._frames += sum(map(bool, regions))

    def _cover(
        self, old: "NDArray[np.uint8]", new: "NDArray[np.uint8]", region: Region, form: PixelForm
    ) -> None:
        """Put zeros where `region` is, which must be of the same value in every frame."""
        shared = _columns_of_cell(form)
        columns = slice(region.left // shared, region.right // shared)
        for plane in range(len(old)):
            inside = new[plane, region.top : region.bottom, columns]
            value = self._values.setdefault(plane, _bytes(inside[0, 0], form))
            if (inside != inside[0, 0]).any() or _bytes(inside[0, 0], form) != value:
                raise UnsupportedFileError(_FAULT)
            inside[:] = old[plane, region.top : region.bottom, columns] = 0

    def actions(self) -> list[Action]:
        """What was seen, for the audit; nothing where no frame has a box."""
        if not self._frames:
            return []
        value = b"".join(self._values.values()).hex()
        outside = (
            f"as before in {self._frames} frames, SHA-256 with zeros in the boxes {self._digest.hexdigest()}"
        )
        return [
            Action("(7FE0,0010) PixelData outside the boxes", Code.REDACT, outside),
            Action("(7FE0,0010) PixelData inside the boxes", Code.REDACT, f"one value, {value} as stored"),
        ]


def _units(samples: bytes, form: PixelForm) -> "NDArray[np.uint8]":
    """The bytes of `samples` in their order; their bits, lowest first, where samples fill no bytes."""
    import numpy as np

    units = np.frombuffer(samples, np.uint8).copy()
    if is_paired(form):
        units = units.reshape(-1, 2)[:, ::-1].reshape(-1)
    return np.unpackbits(units, bitorder="little") if form.allocated % 8 else units


def _of_frames(units: "NDArray[np.uint8]", form: PixelForm, frames: int) -> "NDArray[np.uint8]":
    """`units` without those behind the last frame."""
    return units[: frames * (frame_bits(form) if form.allocated % 8 else frame_bits(form) // 8)]


def _cells(units: "NDArray[np.uint8]", form: PixelForm, frames: int) -> "NDArray[np.uint8]":
    """A view of `units` as frames, planes, rows, and cells of a pixel, or of two that share samples."""
    planes = form.samples if form.planar and form.samples > 1 else 1
    across = form.columns // _columns_of_cell(form)
    return _of_frames(units, form, frames).reshape(frames, planes, form.rows, across, -1)


def _columns_of_cell(form: PixelForm) -> int:
    return 2 if form.photometric in SUBSAMPLED else 1


def _bytes(units: "NDArray[np.uint8]", form: PixelForm) -> bytes:
    import numpy as np

    return (np.packbits(units, bitorder="little") if form.allocated % 8 else units).tobytes()
