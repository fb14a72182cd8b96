"""Whether a colour profile says more than what colours are (ICC.1:2022, 7 to 10): a reading of its own."""

import struct
from collections.abc import Iterator

from bme_med.verify.code_points import are_defined

__all__ = ["foreign_in_profile", "may_fall"]

_ZERO = ((4, 8), (10, 12), (24, 36), (40, 46), (48, 60), (80, 128))
"""Of the header: CMM, reserved, date, platform, flags and attributes of vendors, device, creator, ID."""
_TEXTS, _WORDED = {"Colour profile", "Removed"}, (b"desc", b"cprt")
_NEEDED = frozenset(
    b"desc cprt wtpt rXYZ gXYZ bXYZ rTRC gTRC bTRC kTRC chad cicp A2B0 A2B1 A2B2 B2A0 B2A1 B2A2".split()
)
"""Tags that a transform takes, and the two texts that a profile must have."""
_NONE = "no colour profile that can be read"
_ODD = "more in an element of the colour profile than a colour needs"
_TABLE, _MATRIX = 132, 36
_COLOUR, _FACTOR = 4 << 16, 32 << 16
"""What numbers of colours and of functions stay below, as s15Fixed16Numbers."""
_PARAMETERS = (1, 3, 4, 5, 7)
_IDENTITY = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)


def foreign_in_profile(profile: bytes) -> list[str]:
    """What is wrong in it; nothing is where it was rebuilt.

    >>> foreign_in_profile(b"not a profile")
    ['no colour profile that can be read']
    """
    try:
        return list(_foreign(profile))
    except (struct.error, IndexError, UnicodeDecodeError):
        return [_NONE]


def may_fall(profile: bytes) -> bool:
    """Whether a profile of a source is none, or holds what no colour is, so that nothing could be rebuilt."""
    return profile[36:40] != b"acsp" or not {_NONE, _ODD}.isdisjoint(foreign_in_profile(profile))


def _foreign(profile: bytes) -> Iterator[str]:
    size, count = struct.unpack_from(">I124xI", profile)
    if any(any(profile[start:end]) for start, end in _ZERO):
        yield "a date, a device or an identity in the colour profile"
    if profile[36:40] != b"acsp" or size != len(profile):
        yield "a colour profile that is longer than it says, or none"
    covered = bytearray(profile[_TABLE + 12 * count :])
    for at in range(_TABLE, _TABLE + 12 * count, 12):
        name, start, length = struct.unpack_from(">4sII", profile, at)
        element = profile[start : start + length]
        first = max(start - _TABLE - 12 * count, 0)
        covered[first : first + length] = bytes(len(covered[first : first + length]))
        if name not in _NEEDED:
            yield "an element of the colour profile that no colour needs"
        elif name in _WORDED and _text(element) not in _TEXTS:
            yield "a text in the colour profile"
        elif len(element) != length or not (name in _WORDED or _is_plain(element, _source(profile, name))):
            yield _ODD
    if any(covered):
        yield "bytes between the elements of the colour profile"


def _is_plain(element: bytes, source: bytes) -> bool:
    """Whether an element, a table of which leads from that space, holds its numbers and no more."""
    match element[:4]:
        case b"XYZ ":
            return len(element) == 20 and _are_below(element[8:], _COLOUR)
        case b"sf32":
            return len(element) == 44 and _are_below(element[8:], _COLOUR)
        case b"cicp":
            primaries, transfer, matrix, is_full = element[8:]
            return are_defined(primaries, transfer, matrix) and is_full <= 1
        case b"curv":
            return len(element) == 12 + 2 * int.from_bytes(element[8:12], "big")
        case b"para":
            count = _PARAMETERS[element[9]]
            return len(element) == 12 + 4 * count and _are_below(element[12:], _FACTOR)
        case b"mft1" | b"mft2":
            matrix_ = element[12 : 12 + _MATRIX]
            return _are_below(matrix_, _FACTOR) if source == b"XYZ " else matrix_ == _IDENTITY
        case b"mAB " | b"mBA ":
            start = int.from_bytes(element[16:20], "big")
            return not start or _are_below(element[start : start + 48], _FACTOR)
    return False


def _source(profile: bytes, name: bytes) -> bytes:
    """The space that a table leads from."""
    return profile[16:20] if name[:3] == b"A2B" else profile[20:24]


def _are_below(numbers: bytes, limit: int) -> bool:
    return all(abs(number) < limit for (number,) in struct.iter_unpack(">i", numbers))


def _text(element: bytes) -> str:
    """The whole text of a textDescriptionType, a textType or a multiLocalizedUnicodeType of one record."""
    if element[:4] == b"text":
        return element[8:].decode("ascii").removesuffix("\0")
    if element[:4] == b"desc":
        return element[12:].decode("ascii").rstrip("\0")
    is_one = element[:4] == b"mluc" and element[8:16] == b"\0\0\0\1\0\0\0\x0c"
    return element[28:].decode("utf-16-be") if is_one else ""
