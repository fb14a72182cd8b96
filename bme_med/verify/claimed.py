"""Digests that an audit gives of pixels outside of what was painted over, made again of the output alone.

A native frame is digested as it is stored, a compressed one as it decodes, a photo as a viewer shows it. Of a
JPEG, what its blocks may change around a region is left out.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageOps
from pydicom import FileDataset

from bme_med.audit import Outside
from bme_med.core import Box, Region, regions_of
from bme_med.verify.frames import DCT, JPEG_XL_OF_JPEG, pictures

__all__ = ["OTHER", "is_claim_of_instance", "is_claim_of_photo"]

OTHER = "outside the regions, not the pixels whose digest the audit gives"
_MARGIN = 40
"""Pixels around a region of a JPEG that the audit's digest leaves out."""

_SAMPLE_BYTES = (1, 2, 4)
"""Decoders hand samples out in numbers of one size or another."""


def is_claim_of_instance(output: FileDataset, boxes: Sequence[Box], claim: Outside) -> bool:
    """Whether the claim is true."""
    if claim.kind == "stored":
        return _of_stored(output, boxes) == claim.digest
    return claim.digest in _of_decoded(output, boxes)


def _of_stored(output: FileDataset, boxes: Sequence[Box]) -> str:
    """SHA-256 of native frames that hold a region, bytes of regions zero (PS3.5, 8.1; PS3.3, C.7.6.3.1.3)."""
    rows, columns, samples = int(output.Rows), int(output.Columns), int(output.SamplesPerPixel)
    is_planar = samples > 1 and output.PlanarConfiguration == 1
    shape = (samples, rows, columns, -1) if is_planar else (1, rows, columns, -1)
    value = output[next(tag for tag in (0x7FE00010, 0x7FE00008, 0x7FE00009) if tag in output)].value
    size, digest = rows * columns * samples * int(output.BitsAllocated) // 8, hashlib.sha256()
    for number in range(1, int(output.get("NumberOfFrames") or 1) + 1):
        regions = regions_of(boxes, number, rows=rows, columns=columns)
        if regions:
            frame = np.frombuffer(value, np.uint8, size, (number - 1) * size).reshape(shape).copy()
            for region in regions:
                frame[:, region.top : region.bottom, region.left : region.right] = 0
            digest.update(frame.tobytes())
    return digest.hexdigest()


def _of_decoded(output: FileDataset, boxes: Sequence[Box]) -> set[str]:
    """SHA-256 of the digests of decoded frames that hold a region, for each size of a sample."""
    digests = {size: hashlib.sha256() for size in _SAMPLE_BYTES}
    margin = _MARGIN if output.file_meta.TransferSyntaxUID in (*DCT, JPEG_XL_OF_JPEG) else 0
    for number, frame in enumerate(pictures(output, of_jpeg=True), 1):
        regions = regions_of(boxes, number, rows=frame.shape[0], columns=frame.shape[1])
        if regions:
            kept = _outside(frame, regions, margin)
            for size, digest in digests.items():
                digest.update(hashlib.sha256(kept.astype(f"<u{size}").tobytes()).digest())
    return {digest.hexdigest() for digest in digests.values()}


def is_claim_of_photo(
    data: bytes, boxes: Sequence[Box], claim: Outside, *, frames: int, is_jpeg: bool
) -> bool:
    """Whether the digest is that of the first `frames` pictures, as a viewer shows them."""
    digest = hashlib.sha256()
    for frame in _shown(data, frames):
        regions = regions_of(boxes, 1, rows=frame.shape[0], columns=frame.shape[1])
        digest.update(_outside(frame, regions, _MARGIN * is_jpeg).tobytes())
    return digest.hexdigest() == claim.digest


def _shown(data: bytes, frames: int) -> Iterator[Any]:
    """Pictures as RGB, the right way round."""
    with Image.open(io.BytesIO(data)) as image:
        for number in range(frames):
            if number:
                image.seek(number)
            yield np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


def _outside(frame: Any, regions: Iterable[Region], margin: int) -> Any:
    rows, columns = frame.shape[:2]
    is_kept = np.ones((rows, columns), bool)
    for region in regions:
        wide = region.grown(margin, margin).clipped(rows=rows, columns=columns)
        is_kept[wide.top : wide.bottom, wide.left : wide.right] = False
    return frame[is_kept]
