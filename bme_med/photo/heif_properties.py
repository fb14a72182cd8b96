"""Properties of HEIF items: which stay, cut to what their type declares (ISO/IEC 23008-12, 6.5; MIAF, 7.3.6).

What a picture needs to be decoded, turned and coloured stays. Names, descriptions, times, camera positions
and what is unknown goes.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from bme_med.photo.color import treat_profile
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.heif_boxes import Fields, encode_box
from bme_med.photo.heif_numbers import (
    clean_colours,
    clean_light_level,
    clean_mastering_display,
    clean_pixel_shape,
)

__all__ = [
    "ALPHA",
    "Size",
    "auxiliary_type",
    "check_layers",
    "clean_property",
    "has_profile",
    "hides_pixels",
    "is_kept",
    "kind_of",
    "read_size",
]

ALPHA = (
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
    b"urn:mpeg:hevc:2015:auxid:1",
)
"""Types of an auxiliary picture that is the transparency of another."""

_LENGTHS: Mapping[bytes, int] = {
    b"ispe": 12,
    b"clap": 32,
    b"irot": 1,
    b"imir": 1,
    b"lsel": 2,
    b"a1op": 1,
}
_MASKS = {b"irot": 3, b"imir": 1}
_NUMBERS = {b"pasp": clean_pixel_shape, b"clli": clean_light_level, b"mdcv": clean_mastering_display}
_OTHERS = (b"pixi", b"colr", b"auxC", b"a1lx", *_NUMBERS)
_PROFILES = (b"prof", b"rICC")
_MAX_CHANNELS, _MAX_BITS = 4, 16
_LAST_LAYER = {b"lsel": 3, b"a1op": 31}
_ALL_LAYERS = 0xFFFF
_CODING_UNIT, _SMALLEST_CODED = 8, 64


class Size(NamedTuple):
    """Columns and rows."""

    width: int
    height: int


def is_kept(type_: bytes) -> bool:
    """Whether properties of `type_` stay."""
    return type_ in _LENGTHS or type_ in _OTHERS


def has_profile(content: bytes) -> bool:
    """Whether the content of ``colr`` is an ICC profile."""
    return content[:4] in _PROFILES


def kind_of(type_: bytes, content: bytes) -> bytes:
    """What a property is one of: an item has each kind once, and ``colr`` is two, a profile or numbers."""
    return (
        _PROFILES[0]
        if type_ == b"colr" and has_profile(content)
        else type_ + content[:4] * (type_ == b"colr")
    )


def clean_property(type_: bytes, content: bytes, color_profile: str) -> bytes | None:
    """The property as a box; None where nothing of it may stay, such as an ICC profile that cannot be read.

    Raises
    ------
    FileError
        If the content breaks the grammar of its type.
    """
    cleaned = _clean_content(type_, content, color_profile)
    return None if cleaned is None else encode_box(type_, cleaned)


def _clean_content(type_: bytes, content: bytes, color_profile: str) -> bytes | None:
    fields = Fields(content, type_.decode("ascii"))
    match type_:
        case b"irot" | b"imir":
            return bytes([fields.number(1) & _MASKS[type_]])
        case b"pixi":
            return _clean_depths(fields)
        case b"colr":
            return _clean_colour(content, color_profile)
        case b"auxC":
            kind = auxiliary_type(content)
            return bytes(4) + kind + b"\0" if kind in ALPHA else None
        case b"a1lx":
            is_long = fields.number(1) & 1
            return bytes([is_long]) + fields.take(12 if is_long else 6)
        case b"pasp" | b"clli" | b"mdcv":
            return _NUMBERS[type_](content)
        case b"lsel" | b"a1op":
            _check_layer(type_, content)
        case b"ispe":
            read_size(content)
    return fields.take(_LENGTHS[type_])


def _check_layer(type_: bytes, content: bytes) -> None:
    """Refuse an operating point or a layer that AV1 does not have (AVIF 1.1, 2.3.2.1; AV1, 5.5.1)."""
    number = Fields(content, type_.decode("ascii")).number(_LENGTHS[type_])
    if number > _LAST_LAYER[type_] and number != _ALL_LAYERS:
        raise DamagedPhotoError("an impossible layer", where=type_.decode("ascii"))


def check_layers(content: bytes, data_bytes: int) -> None:
    """Refuse an ``a1lx`` whose layers are not a part of the data of its item (AVIF 1.1, 2.3.2.3)."""
    fields = Fields(content, "a1lx")
    size_bytes = 4 if fields.number(1) & 1 else 2
    if sum(fields.number(size_bytes) for _ in range(3)) >= data_bytes:
        raise DamagedPhotoError("the layers of a picture are larger than it", where="a1lx")


def _clean_depths(fields: Fields) -> bytes:
    """``pixi``: bits of each channel; what a later edition adds behind them is cut."""
    version, _ = fields.full_box()
    depths = fields.take(fields.number(1))
    if version or not 1 <= len(depths) <= _MAX_CHANNELS or any(depth > _MAX_BITS for depth in depths):
        raise DamagedPhotoError("an impossible depth of the picture", where="pixi")
    return bytes(4) + bytes([len(depths)]) + depths


def _clean_colour(content: bytes, color_profile: str) -> bytes | None:
    kind = content[:4]
    if kind == b"nclx":
        return clean_colours(content)
    if kind not in _PROFILES:
        return None
    profile = treat_profile(content[4:], color_profile).profile
    return kind + profile if profile else None


def auxiliary_type(content: bytes) -> bytes:
    """What kind of auxiliary picture the content of ``auxC`` names."""
    return content[4:].partition(b"\0")[0]


def read_size(content: bytes) -> Size:
    """The size that the content of ``ispe`` declares."""
    fields = Fields(content, "ispe")
    head, width, height = fields.number(4), fields.number(4), fields.number(4)
    if head or not width or not height:
        raise DamagedPhotoError("an impossible size of the picture", where="ispe")
    return Size(width, height)


def hides_pixels(aperture: bytes, size: Size) -> bool:
    """Whether a clean aperture, the content of ``clap``, hides more than the padding of an encoder.

    Encoders fill a picture up to whole coding units at its right and lower edge, and a tiny one to 64 pixels.
    """
    fields = Fields(aperture, "clap")
    signed = [int.from_bytes(fields.take(4), "big", signed=True) for _ in range(8)]
    if not all(signed[1::2]):
        raise DamagedPhotoError("an impossible crop", where="clap")
    columns, rows, across, down = (Fraction(*signed[at : at + 2]) for at in (0, 2, 4, 6))
    return _is_cut(columns, across, size.width) or _is_cut(rows, down, size.height)


def _is_cut(shown: Fraction, offset: Fraction, coded: int) -> bool:
    if not 0 < shown <= coded:
        raise DamagedPhotoError("an impossible crop", where="clap")
    hidden = coded - shown
    is_at_start = offset + hidden / 2 == 0
    return hidden != 0 and not (is_at_start and is_padding(int(hidden), coded))


def is_padding(hidden: int, coded: int) -> bool:
    """Whether that many columns or rows of `coded` ones can be nothing but what an encoder added."""
    return hidden < _CODING_UNIT or coded <= _SMALLEST_CODED
