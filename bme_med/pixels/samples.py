"""Samples of a frame as numpy arrays: from native bytes and back (PS3.5, 8.1)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bme_med.core import MalformedFileError
from bme_med.core.regions import Region
from bme_med.pixels.form import PixelForm
from bme_med.pixels.native import SUBSAMPLED, frame_bits, in_pairs, is_paired, unused_low_bits

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["from_native", "inside", "to_native", "wrapped"]


def from_native(frame: bytes | bytearray, form: PixelForm, *, index: int = 0) -> "NDArray[Any]":
    """The samples of a native frame: ``(rows, columns)``, or ``(rows, columns, samples)``.

    Shared chroma samples are repeated. `frame` and `index` are as `paint_native` takes them.

    Raises
    ------
    MalformedFileError
        If `frame` is too short.
    """
    if len(frame) * 8 < frame_bits(form) * (index + 1):
        raise MalformedFileError("Pixel Data is shorter than its frames", where="(7FE0,0010)")
    flat = _containers(in_pairs(frame) if is_paired(form) else frame, form, index)
    if not form.is_float:
        bits = flat.dtype.itemsize * 8
        flat = flat.view(f"i{bits // 8}") if form.is_signed else flat
        flat = flat << bits - unused_low_bits(form) - form.stored >> bits - form.stored
    return _arranged(flat, form)


def to_native(samples: "NDArray[Any]", form: PixelForm) -> bytes:
    """The native frame of `samples`: little endian, by pixel, unused bits cleared or repeating the sign."""
    kind = "i" if form.is_signed else "u"
    containers = samples.astype(f"<{kind}{form.allocated // 8}") << unused_low_bits(form)
    return containers.astype(f"<{kind}{form.allocated // 8}").tobytes()


def wrapped(samples: "NDArray[Any]", bits: int, *, is_signed: bool) -> "NDArray[Any]":
    """What the lowest `bits` of `samples` say, with a sign or without.

    >>> import numpy as np
    >>> [*map(int, wrapped(np.array([4095, 2, -3]), 12, is_signed=True))]
    [-1, 2, -3]
    """
    size = samples.dtype.itemsize
    kind = "i" if is_signed else "u"
    return samples.astype(f"{kind}{size}") << size * 8 - bits >> size * 8 - bits


def inside(regions: Sequence[Region], form: PixelForm) -> "NDArray[Any]":
    """Of each pixel, whether one of `regions` covers it."""
    import numpy as np

    covered = np.zeros((form.rows, form.columns), bool)
    for region in regions:
        kept = region.clipped(rows=form.rows, columns=form.columns)
        if not kept.is_empty:
            covered[kept.top : kept.bottom, kept.left : kept.right] = True
    return covered


def _containers(frame: bytes | bytearray, form: PixelForm, index: int) -> "NDArray[Any]":
    """The numbers that samples are stored as, in their order."""
    import numpy as np

    start, bits = frame_bits(form) * index, frame_bits(form)
    if form.allocated % 8:
        stored = np.unpackbits(np.frombuffer(frame, "u1"), bitorder="little")[start : start + bits]
        weights = 1 << np.arange(form.allocated, dtype="u2")
        numbers: NDArray[Any] = stored.reshape(-1, form.allocated).astype("u2") @ weights
        return numbers
    kind = "f" if form.is_float else "u"
    order = "<" if form.byte_order == "little" else ">"
    stored = np.frombuffer(
        frame, f"{order}{kind}{form.allocated // 8}", bits // form.allocated, offset=start // 8
    )
    return stored.astype(stored.dtype.newbyteorder("="))


def _arranged(flat: "NDArray[Any]", form: PixelForm) -> "NDArray[Any]":
    import numpy as np

    if form.photometric in SUBSAMPLED:
        pairs = flat.reshape(form.rows, form.columns // 2, 4)
        chroma = pairs[:, :, 2:].repeat(2, axis=1)
        luma = pairs[:, :, :2].reshape(form.rows, form.columns, 1)
        return np.concatenate((luma, chroma), axis=2)
    if form.samples == 1:
        return flat.reshape(form.rows, form.columns)
    if form.planar:
        return np.moveaxis(flat.reshape(form.samples, form.rows, form.columns), 0, -1)
    return flat.reshape(form.rows, form.columns, form.samples)
