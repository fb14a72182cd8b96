"""JPEG XL: .110, .111, .112 (ISO/IEC 18181-1, D; 18181-2; PS3.5, 8.2.15).

Samples have no sign, and up to 16 bits. What was made from a JPEG holds what makes the same JPEG of it.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from bme_med.core import MalformedFileError
from bme_med.pixels.codec_jpeg_dct import FULL_CHROMA
from bme_med.pixels.coded import Codec, Coded, decoded_by, require_size
from bme_med.pixels.form import PixelForm

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["JPEG_XL", "pack_jpeg", "packed_jpeg"]

_START = b"\xff\x0a"
_RATIOS = (0, 1, Fraction(6, 5), Fraction(4, 3), Fraction(3, 2), Fraction(16, 9), Fraction(5, 4), 2)
"""Columns for a row, where they are not counted."""
_CODESTREAM_BOX, _PARTIAL_BOX, _JPEG_BOX = b"jxlc", b"jxlp", b"jbrd"


def packed_jpeg(codestream: bytes) -> bytes | None:
    """The JPEG that it was made from, if it was.

    None, too, where it no longer says how to make it: cleaning empties that box, which may hold the metadata
    of the JPEG. The picture is whole without.
    """
    from imagecodecs import jpegxl_decode_jpeg

    if not _is_of_jpeg(codestream):
        return None
    try:
        return bytes(decoded_by(jpegxl_decode_jpeg, codestream))
    except MalformedFileError:
        return None


def pack_jpeg(jpeg: bytes) -> bytes:
    """The JPEG XL that `packed_jpeg` makes the same JPEG of."""
    from imagecodecs import jpegxl_encode_jpeg

    return bytes(jpegxl_encode_jpeg(jpeg, numthreads=1))


def precision_of(codestream: bytes, form: PixelForm) -> int:
    """Bits of a sample by the header; raises what decoding raises."""
    return _header(_bare(codestream), form)[0]


def _decode(codestream: bytes, form: PixelForm) -> Coded:
    """Of one coded as XYB, samples are RGB; of one made from a JPEG, what that had coded."""
    from imagecodecs import jpegxl_decode

    precision, is_xyb = _header(_bare(codestream), form)
    samples = decoded_by(jpegxl_decode, codestream, keeporientation=True)
    note = "JPEG XL that may be lossy was coded again without loss" if is_xyb else ""
    photometric = "RGB" if is_xyb and form.samples == 3 else form.photometric
    if photometric.startswith("YBR_") and _is_of_jpeg(codestream):
        samples, photometric = _to_ycc(samples), FULL_CHROMA.get(photometric, photometric)
    return Coded(samples, precision, False, photometric, note=note)


def _to_ycc(rgb: "NDArray[Any]") -> "NDArray[Any]":
    """The components of a JPEG, which libjxl made RGB of (JFIF 1.02; PS3.3, C.7.6.3.1.2)."""
    import numpy as np

    red, green, blue = np.moveaxis(rgb.astype("f4"), -1, 0)
    luminance = 0.299 * red + 0.587 * green + 0.114 * blue
    chroma = (blue - luminance) / 1.772 + 128, (red - luminance) / 1.402 + 128
    components: NDArray[Any] = np.rint(np.stack((luminance, *chroma), -1)).clip(0, 255).astype("u1")
    return components


def _encode(coded: Coded) -> bytes:
    from imagecodecs import jpegxl_encode

    return bytes(
        jpegxl_encode(
            coded.samples, lossless=True, bitspersample=coded.precision, usecontainer=False, numthreads=1
        )
    )


class _Bits:
    """Numbers of a codestream, the lowest bit first."""

    def __init__(self, codestream: bytes) -> None:
        self._rest = int.from_bytes(codestream[len(_START) : 64], "little")

    def take(self, bits: int) -> int:
        number = self._rest & (1 << bits) - 1
        self._rest >>= bits
        return number

    def choose(self, *choices: tuple[int, int]) -> int:
        """A number of one of four lengths: an offset, and bits that are added to it."""
        offset, bits = choices[self.take(2)]
        return offset + self.take(bits)


def _header(codestream: bytes, form: PixelForm) -> tuple[int, bool]:
    """Bits of a sample, and whether colors are coded as XYB (ISO/IEC 18181-1, D.3).

    Raises
    ------
    MalformedFileError
        If it is no single picture of whole numbers, or not of the size of `form`.
    """
    bits = _Bits(codestream)
    require_size(form, *_size(bits), form.samples)
    if bits.take(1):
        return 8, True
    has_fields, is_other = bits.take(1), len(codestream) < 12
    if has_fields:
        bits.take(3)
        is_other |= bool(bits.take(3))
    is_other |= bool(bits.take(1))
    precision = bits.choose((8, 0), (10, 0), (12, 0), (1, 6))
    bits.take(1)
    is_other |= bool(bits.take(2))
    if is_other:
        raise MalformedFileError("a JPEG XL frame is no single picture of whole samples", where="(7FE0,0010)")
    return precision, bool(bits.take(1))


def _size(bits: _Bits) -> tuple[int, int]:
    """Rows and columns (ISO/IEC 18181-1, D.2)."""
    is_small = bool(bits.take(1))
    rows = _length(bits, is_small=is_small)
    if ratio := bits.take(3):
        return rows, int(rows * _RATIOS[ratio])
    return rows, _length(bits, is_small=is_small)


def _length(bits: _Bits, *, is_small: bool) -> int:
    return 8 * bits.take(5) + 8 if is_small else bits.choose((1, 9), (1, 13), (1, 18), (1, 30))


def _bare(codestream: bytes) -> bytes:
    """The codestream, in boxes or not."""
    if codestream.startswith(_START):
        return codestream
    bare = b"".join(
        content[4 * (kind == _PARTIAL_BOX) :]
        for kind, content in _boxes(codestream)
        if kind in {_CODESTREAM_BOX, _PARTIAL_BOX}
    )
    if not bare:
        raise MalformedFileError("a JPEG XL frame has no codestream", where="(7FE0,0010)")
    return bare


def _is_of_jpeg(codestream: bytes) -> bool:
    is_bare = codestream.startswith(_START)
    return not is_bare and any(kind == _JPEG_BOX for kind, _ in _boxes(codestream))


def _boxes(codestream: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kinds and contents (ISO/IEC 18181-2, 9)."""
    position = 0
    while position + 8 <= len(codestream):
        length = int.from_bytes(codestream[position : position + 4], "big")
        kind, start = codestream[position + 4 : position + 8], position + 8
        if length == 1:
            length, start = int.from_bytes(codestream[start : start + 8], "big"), start + 8
        end = position + length if length >= start - position else len(codestream)
        yield kind, codestream[start:end]
        position = end


JPEG_XL = Codec(_decode, _encode)
