"""What the colours of a BMP mean: masks of their bits, and the colour space (BITMAPV4HEADER, V5HEADER)."""

import struct
from typing import NamedTuple

from bme_med.photo.errors import DamagedPhotoError

__all__ = ["Calibration", "read_calibration", "read_masks"]

_PRIMARIES_AT, _PROFILE_AT, _V5 = 56, 108, 124
_CALIBRATED, _SRGB, _WINDOWS, _LINKED, _EMBEDDED = bytes(4), b"BGRs", b" niW", b"KNIL", b"DEBM"
_INTENTS = (1, 2, 4, 8)
_ONE = 1 << 30
_MAX_GAMMA = 10 << 16


class Calibration(NamedTuple):
    """What the picture's colours refer to: `space` as it stands in the file; all empty before version 4.

    `profile_start` counts from the start of the file, and is 0 where no profile is embedded.
    """

    space: bytes = _SRGB
    primaries: bytes = bytes(48)
    intent: int = 0
    profile_start: int = 0
    profile_bytes: int = 0
    is_linked: bool = False


def read_masks(raw: bytes, depth: int) -> tuple[int, int, int, int]:
    """Red, green, blue, alpha, of the 16 bytes `raw`.

    Raises
    ------
    DamagedPhotoError
        If a mask has holes, shares a bit with another, or does not fit into a pixel.
    """
    red, green, blue, alpha = struct.unpack("<4I", raw)
    total = 0
    for mask in (red, green, blue, alpha):
        lowest = mask & -mask
        if mask >> depth or total & mask or (mask and (mask // lowest + 1) & (mask // lowest)):
            raise DamagedPhotoError("impossible masks of colours")
        total |= mask
    if not total:
        raise DamagedPhotoError("impossible masks of colours")
    return red, green, blue, alpha


def read_calibration(info: bytes, file_header_bytes: int) -> Calibration:
    """What the info header says; nothing before version 4."""
    if len(info) < _PROFILE_AT:
        return Calibration()
    space, primaries = info[_PRIMARIES_AT : _PRIMARIES_AT + 4], info[_PRIMARIES_AT + 4 : _PROFILE_AT]
    if space == _CALIBRATED:
        return Calibration(space, primaries) if _is_plausible(primaries) else Calibration()
    if space not in (_LINKED, _EMBEDDED) or len(info) < _V5:
        return Calibration(space if space == _WINDOWS else _SRGB)
    if space == _LINKED:
        return Calibration(is_linked=True)
    intent, start, size = struct.unpack_from("<III", info, _PROFILE_AT)
    return Calibration(space, bytes(48), intent if intent in _INTENTS else 0, file_header_bytes + start, size)


def _is_plausible(primaries: bytes) -> bool:
    """Whether each primary's x, y, z add up to one and the gammas are of this world, or all is zero."""
    numbers = struct.unpack("<12I", primaries)
    sums = [sum(numbers[at : at + 3]) for at in (0, 3, 6)]
    is_set = all(abs(total - _ONE) < _ONE >> 6 for total in sums)
    return not any(numbers) or (is_set and all(0 < gamma < _MAX_GAMMA for gamma in numbers[9:]))
