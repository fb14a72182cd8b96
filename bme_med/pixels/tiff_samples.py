"""Strips and tiles of a TIFF: unpacked, painted over, packed again (TIFF 6.0, 3 to 9, 14 and 18)."""

import zlib
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from bme_med.core import MalformedFileError, Region, UnsupportedFileError

__all__ = ["Layout", "paint_samples"]

_HORIZONTAL, _FLOAT = 2, 3
_MAX_BYTES = 1 << 30
_MAX_RATIO = 4096
"""No code of LZW, Deflate or PackBits stands for more bytes."""
_ADVICE = "save the picture as PNG, or as TIFF with LZW, and use that"


class Packing(IntEnum):
    """Compressions that can be written."""

    RAW = 1
    LZW = 5
    ZIP = 8
    PACKBITS = 32773
    OLD_ZIP = 32946
    XZ = 34925
    ZSTD = 50000


_BOUNDED = (Packing.RAW, Packing.LZW, Packing.ZIP, Packing.OLD_ZIP, Packing.PACKBITS)


class Layout(NamedTuple):
    """How the samples of a strip or tile lie.

    Attributes
    ----------
    samples
        Of a pixel, in this strip or tile.
    bits
        Of a sample.
    black
        The value of each sample of a black pixel.
    """

    rows: int
    columns: int
    samples: int
    bits: int
    black: tuple[int, ...]
    compression: int
    predictor: int
    order: str

    @property
    def row_bytes(self) -> int:
        """Bytes of a row."""
        return -(-self.columns * self.samples * self.bits // 8)


def paint_samples(data: bytes, layout: Layout, regions: Sequence[Region]) -> bytes:
    """One strip or tile painted; `regions` in its own rows and columns.

    Raises
    ------
    MalformedFileError
        If it cannot be unpacked, or holds too little.
    UnsupportedFileError
        If it is compressed in a way that cannot be written.
    """
    size = layout.rows * layout.row_bytes
    if size > _MAX_BYTES or (layout.compression in _BOUNDED and size > _MAX_RATIO * len(data)):
        raise MalformedFileError("a strip or tile cannot hold as much as it should")
    rows = bytearray(_unpack(data, layout.compression, size)[:size])
    if len(rows) < size:
        raise MalformedFileError("a strip or tile holds too little")
    undo, redo = _PREDICTORS.get(layout.predictor, (_same, _same))
    rows = bytearray(undo(rows, layout))
    for region in regions:
        _fill(rows, region.clipped(rows=layout.rows, columns=layout.columns), layout)
    return _pack(redo(rows, layout), layout.compression, layout.row_bytes)


def _fill(rows: bytearray, region: Region, layout: Layout) -> None:
    """Overwrite `region`, whatever number of bits its pixels have."""
    if region.is_empty:
        return
    pixel_bits = layout.samples * layout.bits
    if layout.bits % 8 == 0:
        is_little = layout.order == "<"
        pixel = b"".join(
            value.to_bytes(layout.bits // 8, "little" if is_little else "big") for value in layout.black
        )
        size = len(pixel)
        run = pixel * (region.right - region.left)
        for row in range(region.top, region.bottom):
            start = row * layout.row_bytes + region.left * size
            rows[start : start + len(run)] = run
        return
    value = sum(black << layout.bits * at for at, black in enumerate(reversed(layout.black)))
    length, count = 8 * layout.row_bytes, region.right - region.left
    run_bits = int(f"{value:0{pixel_bits}b}" * count, 2)
    shift = length - region.right * pixel_bits
    mask = ((1 << count * pixel_bits) - 1) << shift
    for row in range(region.top, region.bottom):
        start = row * layout.row_bytes
        line = int.from_bytes(rows[start : start + layout.row_bytes], "big")
        rows[start : start + layout.row_bytes] = (line & ~mask | run_bits << shift).to_bytes(
            layout.row_bytes, "big"
        )


def _summed(rows: bytearray, layout: Layout) -> bytes:
    """The samples that horizontal differences stand for."""
    import numpy as np

    differences = np.frombuffer(rows, _dtype(layout)).reshape(layout.rows, layout.columns, layout.samples)
    return np.cumsum(differences, axis=1, dtype=differences.dtype).astype(_dtype(layout)).tobytes()


def _differences(rows: bytearray, layout: Layout) -> bytes:
    import numpy as np

    samples = np.frombuffer(rows, _dtype(layout)).reshape(layout.rows, layout.columns, layout.samples)
    return np.diff(samples, axis=1, prepend=samples[:, :1] * 0).astype(_dtype(layout)).tobytes()


def _joined(rows: bytearray, layout: Layout) -> bytes:
    """The samples of floating point prediction: bytes of one weight lie together (TIFF technical note 3)."""
    import numpy as np

    size = np.dtype(_dtype(layout)).itemsize
    differences = np.frombuffer(rows, np.uint8).reshape(layout.rows, -1, layout.samples)
    weights = np.cumsum(differences, axis=1, dtype=np.uint8).reshape(layout.rows, size, -1)
    samples = np.ascontiguousarray(weights.transpose(0, 2, 1)).view(f">u{size}")
    return samples.astype(_dtype(layout)).tobytes()


def _parted(rows: bytearray, layout: Layout) -> bytes:
    import numpy as np

    size = np.dtype(_dtype(layout)).itemsize
    samples = np.frombuffer(rows, _dtype(layout)).astype(f">u{size}")
    weights = samples.view(np.uint8).reshape(layout.rows, -1, size).transpose(0, 2, 1)
    parted = weights.reshape(layout.rows, -1, layout.samples)
    return np.diff(parted, axis=1, prepend=parted[:, :1] * 0).tobytes()


def _same(rows: bytearray, _: Layout) -> bytes:
    return bytes(rows)


_PREDICTORS = {_HORIZONTAL: (_summed, _differences), _FLOAT: (_joined, _parted)}
"""How samples come from what is stored, and how that comes from samples."""


def _dtype(layout: Layout) -> str:
    if layout.bits not in (8, 16, 32, 64):
        raise UnsupportedFileError(f"a TIFF with prediction of odd samples cannot be painted over: {_ADVICE}")
    return f"{layout.order}u{layout.bits // 8}"


def _unpack(data: bytes, compression: int, size: int) -> bytes:
    import imagecodecs

    try:
        match compression:
            case Packing.RAW:
                return data
            case Packing.LZW:
                return bytes(imagecodecs.lzw_decode(data, out=size))
            case Packing.ZIP | Packing.OLD_ZIP:
                return zlib.decompressobj().decompress(data, size)
            case Packing.PACKBITS:
                return bytes(imagecodecs.packbits_decode(data, out=size))
            case Packing.XZ:
                return bytes(imagecodecs.lzma_decode(data, out=size))
            case Packing.ZSTD:
                return bytes(imagecodecs.zstd_decode(data, out=size))
    except (RuntimeError, ValueError, zlib.error):
        raise MalformedFileError("a strip or tile cannot be unpacked") from None
    raise UnsupportedFileError(f"a TIFF of this compression cannot be painted over: {_ADVICE}")


def _pack(rows: bytes, compression: int, row_bytes: int) -> bytes:
    import imagecodecs

    match compression:
        case Packing.RAW:
            return rows
        case Packing.LZW:
            return bytes(imagecodecs.lzw_encode(rows))
        case Packing.PACKBITS:
            lines = (rows[start : start + row_bytes] for start in range(0, len(rows), row_bytes))
            return b"".join(bytes(imagecodecs.packbits_encode(line)) for line in lines)
        case Packing.XZ:
            return bytes(imagecodecs.lzma_encode(rows))
        case Packing.ZSTD:
            return bytes(imagecodecs.zstd_encode(rows))
    return zlib.compress(rows)
