"""JPEG XL: .110, .111, .112 (ISO/IEC 18181-1, D; PS3.5, A.4.12). Samples have no sign and up to 16 bits."""

from bme_med.core import MalformedFileError
from bme_med.pixels.coded import Codec, Coded, decoded_by
from bme_med.pixels.form import PixelForm

__all__ = ["JPEG_XL"]

_START = b"\xff\x0a"
_CODESTREAM_BOX, _PARTIAL_BOX = b"jxlc", b"jxlp"
_LOSSLESS = "1.2.840.10008.1.2.4.110"


def _decode(codestream: bytes, form: PixelForm) -> Coded:
    """Of what may be lossy the samples are RGB, whichever color space was inside."""
    from imagecodecs import jpegxl_decode

    samples = decoded_by(jpegxl_decode, codestream, keeporientation=True)
    is_lossless = form.transfer_syntax == _LOSSLESS
    return Coded(
        samples,
        _precision(_bare(codestream)),
        False,
        form.photometric if is_lossless or form.samples == 1 else "RGB",
        note="" if is_lossless else "JPEG XL that may be lossy was coded again without loss",
    )


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
        self._rest = int.from_bytes(codestream[2:64], "little")

    def take(self, bits: int) -> int:
        number = self._rest & (1 << bits) - 1
        self._rest >>= bits
        return number

    def choose(self, *choices: tuple[int, int]) -> int:
        """A number of one of four lengths: an offset, and bits that are added to it."""
        offset, bits = choices[self.take(2)]
        return offset + self.take(bits)


def _precision(codestream: bytes) -> int:
    """Bits of a sample, behind the size and what tells of orientation, preview and animation.

    Raises
    ------
    MalformedFileError
        If there is no header, or samples are no whole numbers.
    """
    bits = _Bits(codestream)
    _pass_size(bits)
    if bits.take(1):
        return 8
    if bits.take(1):
        _pass_extra_fields(bits)
    if len(codestream) < 12 or bits.take(1):
        raise MalformedFileError("a JPEG XL frame has no samples of whole numbers", where="(7FE0,0010)")
    return bits.choose((8, 0), (10, 0), (12, 0), (1, 6))


def _pass_size(bits: _Bits) -> None:
    lengths = ((1, 9), (1, 13), (1, 18), (1, 30))
    is_small = bits.take(1)
    _ = bits.take(5) if is_small else bits.choose(*lengths)
    if not bits.take(3):
        _ = bits.take(5) if is_small else bits.choose(*lengths)


def _pass_extra_fields(bits: _Bits) -> None:
    """The orientation; previews, intrinsic sizes and animations, which no frame has.

    Raises
    ------
    MalformedFileError
        If there is one nevertheless.
    """
    bits.take(3)
    if bits.take(3):
        raise MalformedFileError("a JPEG XL frame is no single picture", where="(7FE0,0010)")


def _bare(codestream: bytes) -> bytes:
    """How the codestream starts, in boxes or not (ISO/IEC 18181-2, 9)."""
    if codestream.startswith(_START):
        return codestream
    position = 0
    while position + 8 <= len(codestream):
        length = int.from_bytes(codestream[position : position + 4], "big")
        kind, start = codestream[position + 4 : position + 8], position + 8
        if length == 1:
            length, start = int.from_bytes(codestream[start : start + 8], "big"), start + 8
        if kind in {_CODESTREAM_BOX, _PARTIAL_BOX}:
            return codestream[start + 4 * (kind == _PARTIAL_BOX) :]
        position += length if length >= 8 else len(codestream)
    raise MalformedFileError("a JPEG XL frame has no codestream", where="(7FE0,0010)")


JPEG_XL = Codec(_decode, _encode)
