"""Frames of every transfer syntax, decoded (PS3.5, 8, A.4)."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bme_med.core import MalformedFileError
from bme_med.pixels.codec_jpeg_dct import decode_dct
from bme_med.pixels.codec_jpeg_xl import JPEG_XL, packed_jpeg
from bme_med.pixels.coded import Coded
from bme_med.pixels.decoders import require_decoders
from bme_med.pixels.form import PixelForm
from bme_med.pixels.rle import decode_rle
from bme_med.pixels.samples import from_native, wrapped
from bme_med.pixels.syntaxes import DCT, JPEG_XL_SYNTAXES, NATIVE, RLE, codec_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["as_read", "decode", "decode_frame", "jpeg_of", "native_bytes", "planes_of"]


def decode_frame(frame: bytes, form: PixelForm) -> "NDArray[Any]":
    """The samples of a frame, compressed or native: ``(rows, columns)``, or ``(rows, columns, samples)``.

    Colors are those that `form` names, or RGB where it names YBR_RCT, YBR_ICT or XYB; shared chroma samples
    are enlarged. Signed samples have their sign.

    Raises
    ------
    MalformedFileError
        If it cannot be decoded, or is of another size than the attributes say.
    UnsupportedFileError
        If frames of its transfer syntax cannot be decoded here; with what to do.
    """
    coded = decode(frame, form)
    return as_read(coded.samples, coded, form)


def decode(frame: bytes, form: PixelForm) -> Coded:
    """A frame as its codestream holds it, of the size that its attributes say."""
    require_decoders()
    coded = _decoded(frame, form)
    shape = (form.rows, form.columns) if form.samples == 1 else (form.rows, form.columns, form.samples)
    if coded.samples.shape != shape:
        raise MalformedFileError("a frame is not of the size that the attributes say", where="(7FE0,0010)")
    return coded


def native_bytes(frame: bytes, form: PixelForm, *, is_signed: bool) -> bytes:
    """The samples of a compressed frame in Bits Allocated, little endian; of RLE as they are, in planes.

    Samples of a codestream have all its bits, with the sign of the highest one repeated, or zeros, above.

    Raises
    ------
    FileError
        As `decode_frame` does, and if samples are longer than Bits Allocated.
    """
    if form.transfer_syntax == RLE:
        return bytes(decode_rle(frame, form))
    coded = decode(frame, form)
    if coded.precision > form.allocated:
        raise MalformedFileError("a frame has more bits than the attributes say", where="(7FE0,0010)")
    samples = wrapped(coded.samples, coded.precision, is_signed=is_signed)
    return samples.astype(f"<u{form.allocated // 8}").tobytes()


def as_read(samples: "NDArray[Any]", coded: Coded, form: PixelForm) -> "NDArray[Any]":
    """`samples` of a codestream with the sign that Pixel Representation says, however they were coded."""
    if coded.is_signed == form.is_signed:
        return samples
    bits = min(coded.precision, form.stored) if form.is_signed else coded.precision
    return wrapped(samples, bits, is_signed=form.is_signed)


def jpeg_of(frame: bytes, form: PixelForm) -> bytes | None:
    """The JPEG of 8 or 12 bits that the frame is, or that JPEG XL packed."""
    if form.transfer_syntax in DCT:
        return frame
    if form.transfer_syntax not in JPEG_XL_SYNTAXES:
        return None
    require_decoders()
    return packed_jpeg(frame)


def planes_of(form: PixelForm) -> PixelForm:
    """Of a decoded RLE frame: in planes, none of whose samples are shared (PS3.5, 8.2.2)."""
    photometric = "YBR_FULL" if form.photometric == "YBR_FULL_422" else form.photometric
    return replace(form, photometric=photometric, planar=1, byte_order="little")


def _decoded(frame: bytes, form: PixelForm) -> Coded:
    if form.transfer_syntax in NATIVE:
        return Coded(from_native(frame, form), form.stored, form.is_signed, form.photometric)
    if form.transfer_syntax == RLE:
        planes = planes_of(form)
        samples = from_native(decode_rle(frame, form), planes)
        return Coded(samples, form.stored, form.is_signed, planes.photometric)
    if (jpeg := jpeg_of(frame, form)) is not None:
        return decode_dct(jpeg, form)
    codec = JPEG_XL if form.transfer_syntax in JPEG_XL_SYNTAXES else codec_of(form.transfer_syntax)
    return codec.decode(frame, form)
