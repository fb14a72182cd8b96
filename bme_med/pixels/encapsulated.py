"""Compressed frames, painted over in the transfer syntax that they came in (PS3.5, 8.2, A.4).

What cannot be coded again as it was becomes a native frame. In either case no pixel outside changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bme_med.core import FileError, MalformedFileError, UnsupportedFileError
from bme_med.core.regions import Region
from bme_med.pixels.codec_jpeg_dct import require_jpeg_size
from bme_med.pixels.codec_jpeg_xl import pack_jpeg
from bme_med.pixels.coded import Codec, Coded
from bme_med.pixels.decoding import as_read, decode, jpeg_of, planes_of
from bme_med.pixels.fills import Rendering, black, is_low_white, wants_outside
from bme_med.pixels.form import PixelForm
from bme_med.pixels.native import paint_native
from bme_med.pixels.outside import values_outside
from bme_med.pixels.rle import decode_rle, encode_rle
from bme_med.pixels.samples import inside, to_native, wrapped
from bme_med.pixels.syntaxes import DCT, ENCAPSULATED_NATIVE, EXPLICIT_LE, JPEG_XL_OF_JPEG, RLE, codec_of

__all__ = ["Painted", "paint_as_native", "paint_encapsulated"]

_NATIVE_COLORS = {"YBR_RCT": "RGB", "YBR_ICT": "RGB", "XYB": "RGB", "YBR_FULL_422": "YBR_FULL"}
"""What decoded samples are, whose Photometric Interpretation only compressed frames may have."""

_DECOMPRESSED = "frames were decompressed, as no encoder here codes them again without loss"


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
    rendering = rendering or Rendering()
    if form.transfer_syntax in {RLE, ENCAPSULATED_NATIVE}:
        return Painted(_paint_bytes(codestream, form, regions, rendering), form)
    jpeg = jpeg_of(codestream, form)
    if jpeg is not None:
        return _paint_jpeg(codestream, jpeg, form, regions, rendering)
    if form.transfer_syntax == JPEG_XL_OF_JPEG:
        return paint_as_native(codestream, form, regions, rendering)
    codec = codec_of(form.transfer_syntax)
    coded = _repainted(decode(codestream, form), form, regions, rendering)
    new = _encoded(codec, coded, form)
    if new is None:
        return _native(coded, form)
    return Painted(new, replace(form, photometric=coded.photometric), note=coded.note)


def paint_as_native(
    codestream: bytes, form: PixelForm, regions: Sequence[Region], rendering: Rendering | None = None
) -> Painted:
    """The frame as a native one in Explicit VR Little Endian, `regions` of it painted black.

    For files of which one frame could not be coded again as it was. Raises what `paint_encapsulated` raises.
    """
    return _native(_repainted(decode(codestream, form), form, regions, rendering or Rendering()), form)


def _paint_bytes(
    codestream: bytes, form: PixelForm, regions: Sequence[Region], rendering: Rendering
) -> bytes:
    """Painted without a package: RLE, and native frames in fragments."""
    is_rle = form.transfer_syntax == RLE
    frame = decode_rle(codestream, form) if is_rle else bytearray(codestream)
    seen = planes_of(form) if is_rle else form
    outside = values_outside(frame, seen, regions) if wants_outside(seen) else frozenset[float]()
    paint_native(frame, seen, regions, black(seen, rendering, outside))
    return encode_rle(frame, form) if is_rle else bytes(frame)


def _paint_jpeg(
    codestream: bytes, jpeg: bytes, form: PixelForm, regions: Sequence[Region], rendering: Rendering
) -> Painted:
    """With blocks of coefficients painted over, and all others kept."""
    from bme_med.pixels.jpeg import paint_jpeg

    color = form.photometric
    if form.samples == 1:
        color = "MONOCHROME1" if is_low_white(form, rendering) else "MONOCHROME2"
    require_jpeg_size(jpeg, form)
    try:
        painted = paint_jpeg(jpeg, regions, color=color)
    except UnsupportedFileError:
        return paint_as_native(codestream, form, regions, rendering)
    return Painted(painted if form.transfer_syntax in DCT else pack_jpeg(painted), form)


def _repainted(coded: Coded, form: PixelForm, regions: Sequence[Region], rendering: Rendering) -> Coded:
    """With regions painted over, in the codestream's own precision and sign."""
    import numpy as np

    covered = inside(regions, form)
    if not covered.any():
        return coded
    bits = min(coded.precision, form.stored)
    seen = replace(form, photometric=coded.photometric, stored=bits, high=bits - 1)
    outside: set[float] = set()
    if wants_outside(seen):
        outside.update(np.unique(as_read(coded.samples[~covered], coded, form)).tolist())
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
    frame = to_native(as_read(coded.samples, coded, form), native)
    return Painted(frame, native, EXPLICIT_LE, _DECOMPRESSED)
