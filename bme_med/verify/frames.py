"""Frames of an instance as decoders give them that nobody here wrote: pydicom's, and imagecodecs."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from pydicom import FileDataset
from pydicom.encaps import generate_frames
from pydicom.uid import UID

__all__ = ["DCT", "JPEG_XL", "JPEG_XL_OF_JPEG", "codestreams", "is_encapsulated", "jpeg_in", "pictures"]

DCT = frozenset(f"1.2.840.10008.1.2.4.{last}" for last in range(50, 57))
JPEG_XL_OF_JPEG = "1.2.840.10008.1.2.4.111"
JPEG_XL = frozenset((JPEG_XL_OF_JPEG, "1.2.840.10008.1.2.4.110", "1.2.840.10008.1.2.4.112"))
_WITHOUT_DECODER = frozenset(f"1.2.840.10008.1.2.4.{last}" for last in (51, 53, 55, 57, 70))
"""JPEG that neither Pillow nor OpenJPEG decodes for pydicom: of 12 bits, progressive, lossless."""


def is_encapsulated(syntax: UID) -> bool:
    """Whether frames lie in fragments (PS3.5, A.4); pydicom knows no syntax of JPEG XL."""
    return syntax in JPEG_XL or syntax.is_encapsulated


def pictures(dataset: FileDataset, *, of_jpeg: bool = False) -> Iterator[Any]:
    """The frames that are declared, with the components as they were coded.

    JPEG XL that was made from a JPEG gives RGB, or with `of_jpeg` the components of the JPEG, where it still
    says how to make that.
    """
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax in _WITHOUT_DECODER or (of_jpeg and syntax in JPEG_XL):
        yield from _of_jpeg(dataset)
    elif syntax in JPEG_XL:
        yield from _of_jpeg_xl(dataset)
    else:
        yield from _of_pydicom(dataset)


def _of_pydicom(dataset: FileDataset) -> Iterator[Any]:
    from pydicom.pixels.utils import iter_pixels

    assumed: dict[str, Any] = {} if "PlanarConfiguration" in dataset else {"planar_configuration": 0}
    yield from iter_pixels(dataset, raw=True, allow_excess_frames=False, correct_unused_bits=False, **assumed)


def _of_jpeg_xl(dataset: FileDataset) -> Iterator[Any]:
    from imagecodecs import jpegxl_decode

    for frame in codestreams(dataset):
        yield jpegxl_decode(frame, keeporientation=True)


def _of_jpeg(dataset: FileDataset) -> Iterator[Any]:
    from imagecodecs import jpeg8_decode, jpegxl_decode

    colors = "RGB" if dataset.SamplesPerPixel == 3 else None
    for frame in codestreams(dataset):
        jpeg = jpeg_in(frame, dataset)
        if jpeg is None:
            yield jpegxl_decode(frame, keeporientation=True)
        else:
            yield jpeg8_decode(jpeg, colorspace=colors, outcolorspace=colors)


def codestreams(dataset: FileDataset) -> Iterator[bytes]:
    """The compressed frames that are declared (PS3.5, A.4)."""
    return generate_frames(dataset.PixelData, number_of_frames=int(dataset.get("NumberOfFrames") or 1))


def jpeg_in(frame: bytes, dataset: FileDataset) -> bytes | None:
    """The JPEG that a frame is, or that it says how to make (ISO/IEC 18181-2, 9.10)."""
    if dataset.file_meta.TransferSyntaxUID not in JPEG_XL:
        return frame
    from imagecodecs import jpegxl_decode_jpeg

    with suppress(RuntimeError, ValueError):
        return bytes(jpegxl_decode_jpeg(frame, numthreads=1))
    return None
