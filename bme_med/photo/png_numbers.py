"""Numbers in PNG's ancillary chunks: which are of this world (PNG 3rd ed., 11.3.1, 11.3.2, 11.3.4).

A chunk of numbers has room for text of its length. Text gives numbers that no picture has, be it one letter
in four bytes.
"""

import struct
from collections.abc import Callable, Sequence

from bme_med.core.code_points import PRIMARIES, TRANSFERS
from bme_med.photo.png_image import Header

__all__ = ["NUMBERS", "plain_numbers"]

_PALETTE = 3
_LENGTHS = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"cICP": 4, b"mDCV": 24, b"cLLI": 8, b"pHYs": 9}
_LENGTHS_BY_COLOR = {
    b"sBIT": {0: 1, 2: 3, 3: 3, 4: 2, 6: 4},
    b"bKGD": {0: 2, 2: 6, 3: 1, 4: 2, 6: 6},
    b"tRNS": {0: 2, 2: 6},
}
NUMBERS = frozenset((*_LENGTHS, *_LENGTHS_BY_COLOR))
"""Ancillary chunks that may stay."""
_GAMMAS = range(5_000, 1_000_001)
"""In 1/100,000."""
_MAX_DENSITIES = (10_000, 400_000)
"""Of pixels without a unit, and per metre: 10,000 per inch."""
_MAX_LUMINANCE = 100_000_000
"""10,000 cd/m2, the highest of ITU-R BT.2100, in 1/10,000."""
_MAX_BLACK = 100_000
_INTENTS = 4
_WHITES_OF_ONE_BIT = (b"\0\1", b"\0\xff")
"""As PNG has it, and as Pillow writes and reads it."""

_Place = tuple[float, float]


def plain_numbers(type_: bytes, data: bytes, header: Header, palette_entries: int) -> bytes | None:
    """What stays of an ancillary chunk: `data` without bits that mean nothing; None where nothing stays.

    >>> gray = Header(1, 1, 8, 0, False)
    >>> density = struct.pack(">IIB", 2835, 2835, 1)
    >>> plain_numbers(b"pHYs", density, gray, 0) == density, plain_numbers(b"pHYs", b"Quillfeat", gray, 0)
    (True, None)
    >>> plain_numbers(b"tRNS", b"Q7", gray, 0).hex()
    '0037'
    """
    color = header.color
    if type_ == b"tRNS" and color == _PALETTE:
        return data if 1 <= len(data) <= palette_entries else None
    if len(data) != _LENGTHS.get(type_, _LENGTHS_BY_COLOR.get(type_, {}).get(color)):
        return None
    if type_ == b"sBIT":
        depth = 8 if color == _PALETTE else header.depth
        return data if all(1 <= bits <= depth for bits in data) else None
    if type_ == b"bKGD" and color == _PALETTE:
        return data if data[0] < palette_entries else None
    if type_ in _LENGTHS_BY_COLOR:
        return _samples(data, header.depth)
    return data if _CHECKS[type_](data) else None


def _samples(data: bytes, depth: int) -> bytes:
    """A colour, each sample in two bytes of which those above `depth` mean nothing (11.3.1.1, 11.3.4.1)."""
    if depth == 1 and data in _WHITES_OF_ONE_BIT:
        return data
    samples = (sample & (1 << depth) - 1 for (sample,) in struct.iter_unpack(">H", data))
    return b"".join(struct.pack(">H", sample) for sample in samples)


def _is_gamma(data: bytes) -> bool:
    return int.from_bytes(data, "big") in _GAMMAS


def _is_intent(data: bytes) -> bool:
    return data[0] < _INTENTS


def _is_density(data: bytes) -> bool:
    across, down, unit = struct.unpack(">IIB", data)
    return unit < len(_MAX_DENSITIES) and bool(max(across, down) <= _MAX_DENSITIES[unit])


def _is_coding(data: bytes) -> bool:
    """CICP: values that H.273 defines; of matrices RGB's alone (PNG, 11.3.2.6)."""
    primaries, transfer, matrix, is_full = data
    return primaries in PRIMARIES and transfer in TRANSFERS and matrix == 0 and is_full <= 1


def _are_light_levels(data: bytes) -> bool:
    """CLLI: brightest pixel and brightest average; 0 is unknown."""
    most, average = struct.unpack(">II", data)
    return bool(average <= (most or _MAX_LUMINANCE) and most <= _MAX_LUMINANCE)


def _are_chromaticities(data: bytes) -> bool:
    """CHRM: white, red, green, blue, in 1/100,000."""
    numbers = struct.unpack(">8i", data)
    white, *primaries = ((x / 100_000, y / 100_000) for x, y in zip(numbers[::2], numbers[1::2], strict=True))
    return _is_white(white) and _are_primaries(primaries)


def _is_mastering_display(data: bytes) -> bool:
    """MDCV: red, green, blue, white, in 1/50,000; brightest and darkest."""
    *numbers, brightest, darkest = struct.unpack(">8HII", data)
    *primaries, white = ((x / 50_000, y / 50_000) for x, y in zip(numbers[::2], numbers[1::2], strict=True))
    is_range = darkest < brightest <= _MAX_LUMINANCE and darkest <= _MAX_BLACK
    return is_range and _is_white(white) and _are_primaries(primaries)


def _is_white(place: _Place) -> bool:
    return all(0.2 <= part <= 0.5 for part in place)


def _are_primaries(places: Sequence[_Place]) -> bool:
    """Whether one of three places is red, one green and one blue: CIE 1931, or beyond it as in ACES."""
    red = max(places)
    green = max(places, key=lambda place: place[1])
    blue = min(places, key=sum)
    is_red = 0.5 <= red[0] <= 1 and 0 <= red[1] <= 0.45
    is_green = 0 <= green[0] <= 0.45 and 0.5 <= green[1] <= 1
    return is_red and is_green and 0 <= blue[0] <= 0.25 and -0.1 <= blue[1] <= 0.15


_CHECKS: dict[bytes, Callable[[bytes], bool]] = {
    b"gAMA": _is_gamma,
    b"sRGB": _is_intent,
    b"pHYs": _is_density,
    b"cICP": _is_coding,
    b"cLLI": _are_light_levels,
    b"cHRM": _are_chromaticities,
    b"mDCV": _is_mastering_display,
}
