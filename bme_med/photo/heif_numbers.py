"""Properties of HEIF items that are nothing but numbers: which values mean something, and stay.

Colours by number (ISO/IEC 14496-12, 12.1.5; ITU-T H.273, 8.1 to 8.3), the display of the master and the light
level (14496-12, 12.1.6 and 12.1.7; SMPTE ST 2086; CTA-861.3), the shape of a pixel (14496-12, 12.1.4).
Numbers that mean nothing could spell a text.
"""

from itertools import pairwise
from math import gcd

from bme_med.core.code_points import MATRICES, PRIMARIES, TRANSFERS, UNSPECIFIED
from bme_med.photo.heif_boxes import Fields

__all__ = ["clean_colours", "clean_light_level", "clean_mastering_display", "clean_pixel_shape"]

_ONE = 50_000
"""A chromaticity of 1, in its unit of 0.00002."""
_BRIGHTEST = 50_000, 100_000_000
_DARKEST = 0, 50_000
"""What the luminance of a display may be, in 0.0001 candela per square metre (ITU-T H.265, D.3.28)."""
_LIGHTEST = 10_000
_MAX_SHAPE = 255

_Point = tuple[int, int]


def clean_colours(content: bytes) -> bytes:
    """``nclx``; numbers that H.273 reserves become 2, as decoders take them (ITU-T H.265, E.3.1)."""
    fields = Fields(content, "colr")
    kind = fields.take(4)
    known = (
        value if value in defined else UNSPECIFIED
        for value, defined in ((fields.number(2), defined) for defined in (PRIMARIES, TRANSFERS, MATRICES))
    )
    numbers = b"".join(value.to_bytes(2, "big") for value in known)
    return kind + numbers + bytes([fields.number(1) & 0x80])


def clean_mastering_display(content: bytes) -> bytes | None:
    """``mdcv``, None if no display is like that: its white lies between its primaries."""
    fields = Fields(content, "mdcv")
    *primaries, white = [(fields.number(2), fields.number(2)) for _ in range(4)]
    brightest, darkest = fields.number(4), fields.number(4)
    is_light = _BRIGHTEST[0] <= brightest <= _BRIGHTEST[1] and _DARKEST[0] <= darkest <= _DARKEST[1]
    is_colour = all(x + y <= _ONE for x, y in (*primaries, white)) and _is_between(white, primaries)
    return content[:24] if is_light and darkest < brightest and is_colour else None


def _is_between(point: _Point, corners: list[_Point]) -> bool:
    """Whether a point lies inside a triangle: on the same side of each edge."""
    sides = [_side(start, end, point) for start, end in pairwise((*corners, corners[0]))]
    return min(sides) > 0 or max(sides) < 0


def _side(start: _Point, end: _Point, point: _Point) -> int:
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def clean_light_level(content: bytes) -> bytes | None:
    """``clli``, None if no picture is that light: 10,000 candela per square metre, none on average above all.

    0 says that a level is not known.
    """
    fields = Fields(content, "clli")
    most, average = fields.number(2), fields.number(2)
    is_known = most <= _LIGHTEST and average <= (most or _LIGHTEST)
    return content[:4] if is_known else None


def clean_pixel_shape(content: bytes) -> bytes | None:
    """``pasp`` as a reduced ratio, None if it is of large numbers, or says nothing."""
    fields = Fields(content, "pasp")
    across, down = fields.number(4), fields.number(4)
    if not across or not down:
        return None
    divisor = gcd(across, down)
    if max(across, down) // divisor > _MAX_SHAPE:
        return None
    return (across // divisor).to_bytes(4, "big") + (down // divisor).to_bytes(4, "big")
