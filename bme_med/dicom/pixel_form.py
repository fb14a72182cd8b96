"""What the attributes of an instance say of its frames: how samples are stored, and how they are shown."""

from collections.abc import Sequence
from contextlib import suppress
from struct import unpack

from bme_med.core import MalformedFileError
from bme_med.core.detection import Shown
from bme_med.dicom.instance import Instance
from bme_med.dicom.walker import PIXEL_DATA, Element
from bme_med.pixels import Palette, PixelForm, Rendering, lookup_table

__all__ = ["form_of", "rendering_of", "shown_of"]

_SAMPLES, _PHOTOMETRIC, _PLANAR, _FRAMES = 0x00280002, 0x00280004, 0x00280006, 0x00280008
_ROWS, _COLUMNS = 0x00280010, 0x00280011
_ALLOCATED, _STORED, _HIGH, _SIGNED = 0x00280100, 0x00280101, 0x00280102, 0x00280103
_PADDING, _PADDING_LIMIT = 0x00280120, 0x00280121
_FLOAT_PADDING, _DOUBLE_PADDING = 0x00280122, 0x00280123
_CENTER, _WIDTH, _INTERCEPT, _SLOPE = 0x00281050, 0x00281051, 0x00281052, 0x00281053
_PRESENTATION_SHAPE = 0x20500020
_DESCRIPTOR, _TABLES, _SEGMENTED = 0x00281101, (0x00281201, 0x00281202, 0x00281203), 0x20


def form_of(instance: Instance, pixel_data: Element) -> PixelForm:
    """How the frames in `pixel_data` are stored.

    Raises
    ------
    MalformedFileError
        If that is not described.
    """
    rows, columns, allocated = (instance.number(tag) for tag in (_ROWS, _COLUMNS, _ALLOCATED))
    frames = instance.number(_FRAMES, 1) if instance.raw(_FRAMES).strip(b" \0") else 1
    if not (rows and columns and allocated and frames):
        raise MalformedFileError("nothing says how many rows, columns, bits and frames these pixels have")
    stored = instance.number(_STORED, allocated)
    return PixelForm(
        rows=rows,
        columns=columns,
        samples=instance.number(_SAMPLES, 1),
        allocated=allocated,
        stored=stored,
        high=instance.number(_HIGH, stored - 1),
        is_signed=instance.number(_SIGNED) == 1,
        photometric=instance.first(_PHOTOMETRIC),
        planar=instance.number(_PLANAR),
        frames=frames,
        is_float=pixel_data.tag != PIXEL_DATA,
        byte_order=instance.coding.byte_order,
        transfer_syntax=instance.transfer_syntax,
        vr="OB" if pixel_data.vr == "OB" else "OW",
    )


def rendering_of(instance: Instance, form: PixelForm) -> Rendering:
    """What decides, beside the form, which sample looks black."""
    slope = _decimals(instance, _SLOPE)
    return Rendering(
        palette=_palette(instance, form) if form.photometric == "PALETTE COLOR" else None,
        padding=_padding(instance, form),
        is_inverse=instance.first(_PRESENTATION_SHAPE) == "INVERSE" and form.photometric == "MONOCHROME2",
        has_negative_slope=bool(slope) and slope[0] < 0,
    )


def shown_of(instance: Instance, form: PixelForm, photometric: str) -> Shown:
    """How decoded samples of that `photometric` interpretation are shown."""
    slope, intercept = _decimals(instance, _SLOPE), _decimals(instance, _INTERCEPT)
    palette = _palette(instance, form) if photometric == "PALETTE COLOR" else None
    return Shown(
        photometric=photometric,
        windows=tuple(zip(_decimals(instance, _CENTER), _decimals(instance, _WIDTH), strict=False)),
        slope=slope[0] if slope else 1.0,
        intercept=intercept[0] if intercept else 0.0,
        palette=tuple((r, g, b) for _, r, g, b in palette.entries()) if palette else (),
        first_entry=palette.first if palette else 0,
    )


def _decimals(instance: Instance, tag: int) -> list[float]:
    """Values of a DS attribute, as far as they are numbers."""
    found = []
    for value in instance.values(tag):
        with suppress(ValueError):
            found.append(float(value))
    return found


def _padding(instance: Instance, form: PixelForm) -> tuple[float, float] | None:
    """Lowest and highest sample that pads."""
    mark = "<" if form.byte_order == "little" else ">"
    if form.is_float:
        tag, kind = (_FLOAT_PADDING, "f") if form.allocated == 32 else (_DOUBLE_PADDING, "d")
        value = _number(instance.raw(tag), mark + kind)
        return None if value is None else (value, value)
    kind = "h" if form.is_signed else "H"
    first, last = (_number(instance.raw(tag), mark + kind) for tag in (_PADDING, _PADDING_LIMIT))
    if first is None:
        return None
    return min(first, first if last is None else last), max(first, first if last is None else last)


def _number(raw: bytes, layout: str) -> float | None:
    size = {"h": 2, "H": 2, "f": 4, "d": 8}[layout[1]]
    return float(unpack(layout, raw[:size])[0]) if len(raw) >= size else None


def _palette(instance: Instance, form: PixelForm) -> Palette | None:
    """The palette of the image; nothing where it is not whole."""
    colors, first = [], 0
    for number, tag in enumerate(_TABLES):
        descriptor = _descriptor(instance, _DESCRIPTOR + number, form)
        plain, segmented = instance.raw(tag), instance.raw(tag + _SEGMENTED)
        if not descriptor or not (plain or segmented):
            return None
        data, is_segmented = (plain, False) if plain else (segmented, True)
        colors.append(lookup_table(data, descriptor, form.byte_order, is_segmented=is_segmented))
        first = descriptor[1]
    return Palette(first, *colors)


def _descriptor(instance: Instance, tag: int, form: PixelForm) -> Sequence[int]:
    """Number of entries, first sample, bits of an entry; the first sample is signed where samples are."""
    raw = instance.raw(tag)
    mark = "<" if form.byte_order == "little" else ">"
    return unpack(f"{mark}H{'h' if form.is_signed else 'H'}H", raw[:6]) if len(raw) >= 6 else ()
