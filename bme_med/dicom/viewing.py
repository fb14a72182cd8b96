"""One frame of an instance for a screen: where its bytes lie, and what shows them. Nothing is decoded.

What decodes it, for looking alone, gets attributes as numbers and nothing that names
a person (PS3.3, C.7.6.3, C.7.6.16.2.9, C.7.6.16.2.10, C.11.2).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from math import isfinite

from bme_med.core import Range, Source, UnsupportedFileError
from bme_med.dicom.decoded_frames import pixel_element
from bme_med.dicom.frames import frames_of
from bme_med.dicom.instance import Instance, read_instance
from bme_med.dicom.pixel_form import form_of, rendering_of, shown_of
from bme_med.dicom.pixeldata import is_encapsulated, number_of_frames
from bme_med.dicom.walker import Element
from bme_med.pixels import Palette, PixelForm, aligned_frames, frame_bytes
from bme_med.pixels.native import frame_bits, is_paired, unused_low_bits

__all__ = ["FrameView", "view_frame"]

_VOI_FUNCTION = 0x00281056
_SHARED, _OF_FRAMES, _WINDOWS, _RESCALING = 0x52009229, 0x52009230, 0x00289132, 0x00289145
_NO_PICTURE = "there is no picture in this file"
_NO_FRAME = "there are not that many frames"


@dataclass(frozen=True, slots=True)
class FrameView:
    """What a screen needs.

    Attributes
    ----------
    data
        The bytes of the frame where `ranges` of the file do not hold them, as it was inflated or mended.
    ranges
        Where in the file the bytes of the frame lie, one behind the other.
    first_bit
        Of `data` or `ranges`, the bit that a native frame starts with.
    is_paired
        Whether the bytes of each word are exchanged (PS3.5, 8.1.2).
    low_bits
        Bits of a sample below its value.
    is_inverse
        Whether the lowest sample is white.
    windows
        Center and width, in pairs, for values behind Rescale Slope and Intercept.
    function
        VOI LUT Function (0028,1056).
    padding
        Lowest and highest sample that pads, or nothing.
    palette
        Red, green and blue of each entry in 8 bits; `first_entry` is the sample of the first.
    """

    data: bytes
    ranges: list[Range]
    is_encapsulated: bool
    transfer_syntax: str
    frames: int
    rows: int
    columns: int
    samples: int
    photometric: str
    planar: int
    allocated: int
    stored: int
    low_bits: int
    is_signed: bool
    is_float: bool
    is_big_endian: bool
    is_paired: bool
    first_bit: int
    slope: float
    intercept: float
    is_inverse: bool
    windows: list[tuple[float, float]]
    function: str
    padding: tuple[float, float] | None
    palette: list[int]
    first_entry: int


def view_frame(source: Source, number: int) -> FrameView:
    """The view of frame `number`, from 1, of the DICOM file `source`.

    Raises
    ------
    FileError
        If there is no such frame, or nothing can tell where it lies.
    """
    instance = read_instance(source)
    found = pixel_element(instance)
    if found is None:
        raise UnsupportedFileError(_NO_PICTURE)
    data, element = found
    form = form_of(instance, element)
    if not 1 <= number <= form.frames:
        raise UnsupportedFileError(_NO_FRAME)
    is_coded = is_encapsulated(data, element)
    if is_coded:
        ranges, first_bit = _coded(data, element, instance, number), 0
    else:
        ranges, first_bit = _native(element, form, number)
    is_file = data is source
    held = b"" if is_file else b"".join(data[start:end] for start, end in ranges)
    place = held, ranges if is_file else [], is_coded, first_bit
    return _view(instance, form, number, place)


def _coded(data: Source, element: Element, instance: Instance, number: int) -> list[Range]:
    """The fragments of an encapsulated frame."""
    frames = frames_of(data, element, instance, number_of_frames(instance))
    frame = next(islice(frames, number - 1, None), None)
    if frame is None:
        raise UnsupportedFileError(_NO_FRAME)
    return frame.fragments


def _native(element: Element, form: PixelForm, number: int) -> tuple[list[Range], int]:
    """The bytes that hold a native frame, and the bit in them that it starts with."""
    count = aligned_frames(form)
    group, index = divmod(number - 1, count)
    start = element.value + group * frame_bytes(form, count)
    size = frame_bytes(form, min(count, form.frames - group * count))
    return [Range(start, min(start + size, element.end))], index * frame_bits(form)


_Place = tuple[bytes, list[Range], bool, int]
"""Bytes, ranges, whether they are encapsulated, and the first bit."""


def _view(instance: Instance, form: PixelForm, number: int, place: _Place) -> FrameView:
    data, ranges, is_coded, first_bit = place
    rendering = rendering_of(instance, form)
    windowed, rescaled = (_said_of_frame(instance, number, tag) for tag in (_WINDOWS, _RESCALING))
    windows, rescale = shown_of(windowed, form, "").windows, shown_of(rescaled, form, "")
    palette = rendering.palette
    return FrameView(
        data=data,
        ranges=ranges,
        is_encapsulated=is_coded,
        transfer_syntax=form.transfer_syntax,
        frames=form.frames,
        rows=form.rows,
        columns=form.columns,
        samples=form.samples,
        photometric=form.photometric,
        planar=form.planar,
        allocated=form.allocated,
        stored=form.stored,
        low_bits=0 if form.is_float else unused_low_bits(form),
        is_signed=form.is_signed,
        is_float=form.is_float,
        is_big_endian=form.byte_order == "big",
        is_paired=is_paired(form),
        first_bit=first_bit,
        slope=rescale.slope if isfinite(rescale.slope) and rescale.slope else 1.0,
        intercept=rescale.intercept if isfinite(rescale.intercept) else 0.0,
        is_inverse=form.photometric == "MONOCHROME1" or rendering.is_inverse,
        windows=[window for window in windows if all(map(isfinite, window)) and window[1] > 0],
        function=windowed.first(_VOI_FUNCTION) or "LINEAR",
        padding=rendering.padding if rendering.padding and all(map(isfinite, rendering.padding)) else None,
        palette=list(_colors(palette)) if palette else [],
        first_entry=palette.first if palette else 0,
    )


def _said_of_frame(instance: Instance, number: int, tag: int) -> Instance:
    """Where the frame's own functional groups hold the sequence `tag`, its item; else the instance itself."""
    for groups, index in ((_OF_FRAMES, number - 1), (_SHARED, 0)):
        group = _item(instance, groups, index)
        if group and (found := _item(group, tag, 0)):
            return found
    return instance


def _item(instance: Instance, tag: int, index: int) -> Instance | None:
    """Item `index` of the sequence `tag`, if it has as many."""
    data, sequence = instance.by_tag.get(tag, (b"", None))
    if sequence is None or sequence.items is None or index >= len(sequence.items.items):
        return None
    return instance.within(data, sequence.items.items[index].elements, sequence.items.coding)


def _colors(palette: Palette) -> Iterator[int]:
    """The entries in 8 bits, as screens have them."""
    shift = 8 if max((*palette.red, *palette.green, *palette.blue), default=0) > 255 else 0
    for _, *color in palette.entries():
        yield from (part >> shift for part in color)
