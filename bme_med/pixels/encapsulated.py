"""Compressed frames, painted over in the transfer syntax that they came in (PS3.5, 8.2, A.4).

What cannot be coded again as it was becomes a native frame. In either case no pixel outside changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bme_med.core import FileError, MalformedFileError, UnsupportedFileError
from bme_med.core.regions import Region
from bme_med.pixels.codec_jpeg_dct import decode_dct, recompressed_jpeg
from bme_med.pixels.coded import Codec, Coded
from bme_med.pixels.fills import Rendering, black, is_low_white, wants_outside
from bme_med.pixels.form import PixelForm
from bme_med.pixels.native import paint_native
from bme_med.pixels.outside import values_outside
from bme_med.pixels.rle import decode_rle, encode_rle
from bme_med.pixels.samples import from_native, inside, to_native, wrapped
from bme_med.pixels.syntaxes import CODECS, DCT, EXPLICIT_LE, JPEG_XL_OF_JPEG, NATIVE, RLE, undecodable

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Painted", "decode_frame", "paint_as_native", "paint_encapsulated"]

_NATIVE_COLORS = {"YBR_RCT": "RGB", "YBR_ICT": "RGB", "XYB": "RGB", "YBR_FULL_422": "YBR_FULL"}
"""What decoded samples are, whose Photometric Interpretation only compressed frames may have."""


@dataclass(frozen=True, slots=True)
class Painted:
    """A frame that was painted over.

    Attributes
    ----------
    codestream
        Without padding; a native frame where `transfer_syntax` says so.
    form
        As it is now: Photometric Interpretation may be another one.
    transfer_syntax
        Nothing where it is the old one. Else Explicit VR Little Endian: all other frames of the file have to
        come from `paint_as_native` as well, painted or not.
    note
        What the audit should say of it.
    """

    codestream: bytes
    form: PixelForm
    transfer_syntax: str = ""
    note: str = ""


def paint_encapsulated(
    codestream: bytes, form: PixelForm, regions: Sequence[Region], rendering: Rendering | None = None
) -> Painted:
    """Paint `regions` of one compressed frame black.

    The result follows from what lies outside of `regions` alone: nothing of what is painted over is in it.

    Raises
    ------
    MalformedFileError
        If it cannot be decoded, or is of another size than the attributes say.
    UnsupportedFileError
        If frames of its transfer syntax cannot be decoded here; with what to do.
    """
    if form.transfer_syntax == RLE:
        return Painted(_paint_rle(codestream, form, regions, rendering or Rendering()), form)
    if form.transfer_syntax in (*DCT, JPEG_XL_OF_JPEG):
        try:
            return Painted(_paint_jpeg(codestream, form, regions, rendering or Rendering()), form)
        except UnsupportedFileError:
            return paint_as_native(codestream, form, regions, rendering)
    codec = _codec(form)
    coded = _repainted(_decoded(codestream, form), form, regions, rendering or Rendering())
    new = _encoded(codec, coded, form)
    if new is None:
        return _native(coded, form)
    return Painted(new, replace(form, photometric=coded.photometric), note=coded.note)


def paint_as_native(
    codestream: bytes, form: PixelForm, regions: Sequence[Region], rendering: Rendering | None = None
) -> Painted:
    """The frame as a native one in Explicit VR Little Endian, `regions` of it painted black.

    For files in which one frame could not be coded again as it was.

    Raises
    ------
    MalformedFileError, UnsupportedFileError
        As `paint_encapsulated` does.
    """
    coded = _decoded(codestream, form)
    return _native(_repainted(coded, form, regions, rendering or Rendering()), form)


def decode_frame(frame: bytes, form: PixelForm) -> "NDArray[Any]":
    """The samples of a frame, compressed or native: ``(rows, columns)``, or ``(rows, columns, samples)``.

    Colors are those that `form` names, or RGB where it names YBR_RCT, YBR_ICT or XYB; shared chroma samples
    are enlarged. Signed samples have their sign.

    Raises
    ------
    MalformedFileError, UnsupportedFileError
        As `paint_encapsulated` does.
    """
    coded = _decoded(frame, form)
    return coded.samples if form.is_float else _as_read(coded.samples, coded, form)


def _as_read(samples: "NDArray[Any]", coded: Coded, form: PixelForm) -> "NDArray[Any]":
    """Samples of a codestream with the sign that Pixel Representation says."""
    return wrapped(samples, coded.precision, is_signed=form.is_signed)


def _codec(form: PixelForm) -> Codec:
    codec = CODECS.get(form.transfer_syntax)
    if codec is None:
        raise undecodable(form.transfer_syntax)
    return codec


def _decoded(frame: bytes, form: PixelForm) -> Coded:
    """A frame of any transfer syntax, of the size that its attributes say."""
    if form.transfer_syntax in NATIVE:
        coded = Coded(from_native(frame, form), form.stored, form.is_signed, form.photometric)
    elif form.transfer_syntax == RLE:
        planes = _planes(form)
        samples = from_native(decode_rle(frame, form), planes)
        coded = Coded(samples, form.stored, form.is_signed, planes.photometric)
    elif form.transfer_syntax in DCT:
        coded = decode_dct(frame, form)
    elif form.transfer_syntax == JPEG_XL_OF_JPEG:
        coded = decode_dct(recompressed_jpeg(frame), form)
    else:
        coded = _codec(form).decode(frame, form)
    shape = (form.rows, form.columns) if form.samples == 1 else (form.rows, form.columns, form.samples)
    if coded.samples.shape != shape:
        raise MalformedFileError("a frame is not of the size that the attributes say", where="(7FE0,0010)")
    return coded


def _repainted(coded: Coded, form: PixelForm, regions: Sequence[Region], rendering: Rendering) -> Coded:
    """With regions painted over, in the codestream's own precision and sign."""
    import numpy as np

    covered = inside(regions, form)
    if not covered.any():
        return coded
    seen = replace(form, photometric=coded.photometric, stored=coded.precision, high=coded.precision - 1)
    outside: set[float] = set()
    if wants_outside(seen):
        outside.update(np.unique(_as_read(coded.samples[~covered], coded, form)).tolist())
    fill = np.array(black(seen, rendering, outside).samples, "i8")
    samples = coded.samples.copy()
    samples[covered] = wrapped(fill, coded.precision, is_signed=coded.is_signed).astype(samples.dtype)
    return replace(coded, samples=samples)


def _encoded(codec: Codec, coded: Coded, form: PixelForm) -> bytes | None:
    """The codestream; nothing where it does not say the same samples again."""
    import numpy as np

    try:
        codestream = codec.encode(coded)
        samples = codec.decode(codestream, form).samples
    except (FileError, RuntimeError, ValueError):
        return None
    return codestream if np.array_equal(samples, coded.samples) else None


def _native(coded: Coded, form: PixelForm) -> Painted:
    if coded.precision > form.allocated:
        raise MalformedFileError("a frame has more bits than the attributes say", where="(7FE0,0010)")
    native = replace(
        form,
        photometric=_NATIVE_COLORS.get(coded.photometric, coded.photometric),
        planar=0,
        byte_order="little",
        vr="OB" if form.allocated == 8 else "OW",
        transfer_syntax=EXPLICIT_LE,
    )
    frame = to_native(_as_read(coded.samples, coded, form), native)
    return Painted(
        frame, native, EXPLICIT_LE, "frames were decompressed: none of the encoders here codes them"
    )


def _planes(form: PixelForm) -> PixelForm:
    """Of a decoded RLE frame, which has no shared samples (PS3.5, 8.2.2)."""
    photometric = "YBR_FULL" if form.photometric == "YBR_FULL_422" else form.photometric
    return replace(form, photometric=photometric, planar=1, byte_order="little")


def _paint_rle(codestream: bytes, form: PixelForm, regions: Sequence[Region], rendering: Rendering) -> bytes:
    frame, planes = decode_rle(codestream, form), _planes(form)
    outside = values_outside(frame, planes, regions) if wants_outside(form) else frozenset[float]()
    paint_native(frame, planes, regions, black(planes, rendering, outside))
    return encode_rle(frame, form)


def _paint_jpeg(codestream: bytes, form: PixelForm, regions: Sequence[Region], rendering: Rendering) -> bytes:
    """With blocks of coefficients painted over; JPEG XL that packs a JPEG is unpacked and packed again."""
    from bme_med.pixels.jpeg import paint_jpeg

    color = form.photometric
    if form.samples == 1:
        color = "MONOCHROME1" if is_low_white(form, rendering) else "MONOCHROME2"
    if form.transfer_syntax != JPEG_XL_OF_JPEG:
        return paint_jpeg(codestream, regions, color=color)
    from imagecodecs import jpegxl_encode_jpeg

    painted = paint_jpeg(recompressed_jpeg(codestream), regions, color=color)
    return bytes(jpegxl_encode_jpeg(painted, numthreads=1))
