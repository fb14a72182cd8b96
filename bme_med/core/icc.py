"""ICC profiles without what identifies (ICC.1:2001-04 and ICC.1:2022, sections 7 to 10).

A profile is rebuilt from an allowlist of tags: those that a colour transform is made of, each cut to exactly
what its type declares. What describes them once more (chromaticities, black point, luminance, gamut) goes.
Description and copyright are fixed texts; date, device, maker, vendor fields and profile ID are zero. The
colour transform stays the same.
"""

import struct
from collections.abc import Mapping

from bme_med.core.icc_elements import Spaces, cut_element, pad_element

__all__ = ["MAX_PROFILE_BYTES", "sanitize"]

MAX_PROFILE_BYTES = 8 << 20
"""Longest profile that is read."""

_DESCRIPTION, _COPYRIGHT = "Colour profile", "Removed"

_CLASSES = (b"scnr", b"mntr", b"prtr", b"spac")
_SPACES = (b"GRAY", b"RGB ", b"CMYK", b"Lab ", b"XYZ ", b"YCbr", b"HSV ")
_CONNECTION_SPACES = (b"XYZ ", b"Lab ")
_D50 = bytes.fromhex("0000f6d6000100000000d32d")
_HEADER_BYTES, _ENTRY_BYTES, _MAX_TAGS = 128, 12, 200

_TYPES: Mapping[bytes, tuple[bytes, ...]] = {
    **dict.fromkeys((b"wtpt", b"rXYZ", b"gXYZ", b"bXYZ"), (b"XYZ ",)),
    **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC", b"kTRC"), (b"curv", b"para")),
    b"chad": (b"sf32",),
    b"cicp": (b"cicp",),
    **dict.fromkeys((b"A2B0", b"A2B1", b"A2B2"), (b"mft1", b"mft2", b"mAB ")),
    **dict.fromkeys((b"B2A0", b"B2A1", b"B2A2"), (b"mft1", b"mft2", b"mBA ")),
}
"""The tags that stay, in output order, and the types that each may have (ICC.1, 9.2)."""

_SHAPERS = ((b"kTRC",), (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"), (b"A2B0",))
"""Any of these sets of tags makes a transform (ICC.1, 8.3 to 8.5)."""
_HINTS = (b"cicp",)
"""Tags that a transform does without: dropped where they are damaged."""


def sanitize(profile: bytes) -> bytes | None:
    """`profile` rebuilt from what its colours need; None where it cannot be read.

    The result depends on nothing but `profile`, and sanitising it again changes nothing.
    """
    is_sized = _HEADER_BYTES + 4 <= len(profile) <= MAX_PROFILE_BYTES
    if not is_sized or profile[8] not in (2, 4) or profile[36:40] != b"acsp":
        return None
    device_class, space, connection_space = profile[12:16], profile[16:20], profile[20:24]
    if device_class not in _CLASSES or space not in _SPACES or connection_space not in _CONNECTION_SPACES:
        return None
    try:
        tags = _read_tags(profile)
    except (ValueError, IndexError, struct.error):
        return None
    if not any(all(name in tags for name in shaper) for shaper in _SHAPERS):
        return None
    return _assemble(profile, {**_texts(profile[8]), **tags})


def _read_tags(profile: bytes) -> dict[bytes, bytes]:
    """The elements that stay, in output order."""
    (count,) = struct.unpack_from(">I", profile, _HEADER_BYTES)
    entries = profile[_HEADER_BYTES + 4 : _HEADER_BYTES + 4 + _ENTRY_BYTES * count]
    places = {name: (start, start + size) for name, start, size in struct.iter_unpack(">4sII", entries)}
    if count > _MAX_TAGS or len(places) != count:
        raise ValueError("an impossible tag table")
    tags, ends = {}, (profile[16:20], profile[20:24])
    for name, types in _TYPES.items():
        if name not in places:
            continue
        start, end = places[name]
        spaces = Spaces(*(ends if name[:3] == b"A2B" else reversed(ends)))
        try:
            tags[name] = cut_element(profile[start : min(end, len(profile))], types, spaces)
        except (ValueError, IndexError, struct.error):
            if name not in _HINTS:
                raise
    if sum(map(len, set(tags.values()))) > len(profile):
        raise ValueError("elements that overlap")
    return tags


def _texts(version: int) -> dict[bytes, bytes]:
    """Description and copyright: fixed, in the types that the profile's major version asks for."""
    if version == 4:
        return {b"desc": _multi_localized(_DESCRIPTION), b"cprt": _multi_localized(_COPYRIGHT)}
    ascii_ = _DESCRIPTION.encode() + b"\0"
    description = struct.pack(f">4s4xI{len(ascii_)}s78x", b"desc", len(ascii_), ascii_)
    return {b"desc": description, b"cprt": b"text" + bytes(4) + _COPYRIGHT.encode() + b"\0"}


def _multi_localized(text: str) -> bytes:
    encoded = text.encode("utf-16-be")
    return struct.pack(">4s4xII4sII", b"mluc", 1, 12, b"enUS", len(encoded), 28) + encoded


def _assemble(profile: bytes, tags: Mapping[bytes, bytes]) -> bytes:
    """A profile of `tags`, equal elements stored once, and of what may stay of the header (ICC.1, 7.2)."""
    table, body = b"", bytearray()
    first = _HEADER_BYTES + 4 + _ENTRY_BYTES * len(tags)
    places: dict[bytes, int] = {}
    for name, element in tags.items():
        if element not in places:
            places[element] = first + len(body)
            body += pad_element(element)
        table += struct.pack(">4sII", name, places[element], len(element))
    header = struct.pack(
        ">I4x2s2x12s12x4s4xI12xII12s48x",
        first + len(body),
        profile[8:10],
        profile[12:24],
        b"acsp",
        int.from_bytes(profile[44:48], "big") & 3,
        int.from_bytes(profile[60:64], "big") & 15,
        int.from_bytes(profile[64:68], "big") & 3,
        _D50,
    )
    return header + struct.pack(">I", len(tags)) + table + bytes(body)
