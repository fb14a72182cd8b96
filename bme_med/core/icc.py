"""ICC profiles without what identifies (ICC.1:2001-04 and ICC.1:2022, sections 7 to 10).

A profile is rebuilt from an allowlist of tags: those that say what the colours are, each cut to exactly what
its type declares. Description and copyright are fixed texts; date, device, maker, vendor fields and profile
ID are zero. The colour transform stays the same.
"""

import struct
from collections.abc import Mapping
from itertools import accumulate
from math import prod

__all__ = ["MAX_PROFILE_BYTES", "sanitize"]

MAX_PROFILE_BYTES = 8 << 20
"""Longest profile that is read."""

_DESCRIPTION, _COPYRIGHT = "Colour profile", "Removed"

_CLASSES = (b"scnr", b"mntr", b"prtr", b"spac")
_SPACES = (b"GRAY", b"RGB ", b"CMYK", b"Lab ", b"XYZ ", b"YCbr", b"HSV ")
_CONNECTION_SPACES = (b"XYZ ", b"Lab ")
_D50 = bytes.fromhex("0000f6d6000100000000d32d")
_HEADER_BYTES, _ENTRY_BYTES, _MAX_TAGS, _MAX_CHANNELS = 128, 12, 200, 15

_TYPES: Mapping[bytes, tuple[bytes, ...]] = {
    **dict.fromkeys((b"wtpt", b"bkpt", b"rXYZ", b"gXYZ", b"bXYZ", b"lumi"), (b"XYZ ",)),
    **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC", b"kTRC"), (b"curv", b"para")),
    b"chad": (b"sf32",),
    b"chrm": (b"chrm",),
    b"cicp": (b"cicp",),
    **dict.fromkeys((b"A2B0", b"A2B1", b"A2B2"), (b"mft1", b"mft2", b"mAB ")),
    **dict.fromkeys((b"B2A0", b"B2A1", b"B2A2", b"gamt"), (b"mft1", b"mft2", b"mBA ")),
}
"""The tags that stay, in output order, and the types that each may have (ICC.1, 9.2)."""

_SHAPERS = ((b"kTRC",), (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"), (b"A2B0",))
"""Any of these sets of tags makes a transform (ICC.1, 8.3 to 8.5)."""
_HINTS = (b"bkpt", b"lumi", b"chrm", b"cicp", b"gamt")
"""Tags that a transform does without: dropped where they are damaged."""

_CURVE_PARAMETERS = (1, 3, 4, 5, 7)
"""How many parameters a parametric curve has, by its function type (ICC.1, 10.18)."""


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
    tags = {}
    for name, types in _TYPES.items():
        if name not in places:
            continue
        start, end = places[name]
        try:
            tags[name] = _cut(profile[start : min(end, len(profile))], types)
        except (ValueError, IndexError, struct.error):
            if name not in _HINTS:
                raise
    if sum(map(len, set(tags.values()))) > len(profile):
        raise ValueError("elements that overlap")
    return tags


def _cut(element: bytes, types: tuple[bytes, ...]) -> bytes:
    """`element`, of one of `types`, with nothing but what its type declares (ICC.1, section 10)."""
    type_ = element[:4]
    if type_ not in types:
        raise ValueError("a type that the tag cannot have")
    match type_:
        case b"XYZ ":
            return _take(element, 20)
        case b"sf32":
            return _take(element, 8 + 4 * 9)
        case b"cicp":
            return _take(element, 12)
        case b"chrm":
            return _take(element, 12 + 8 * int.from_bytes(element[8:10], "big"))
        case b"mft1":
            inputs, outputs, grid = element[8:11]
            return _take(element, 48 + 256 * (inputs + outputs) + grid**inputs * outputs)
        case b"mft2":
            inputs, outputs, grid = element[8:11]
            entries = struct.unpack_from(">2H", element, 48)
            samples = entries[0] * inputs + entries[1] * outputs + grid**inputs * outputs
            return _take(element, 52 + 2 * samples)
        case b"mAB " | b"mBA ":
            return _cut_lut(element)
        case _:
            return _cut_curve(element)


def _take(element: bytes, size: int) -> bytes:
    """The first `size` bytes, the reserved ones zero."""
    if len(element) < size:
        raise ValueError("an element ends too early")
    is_table = element[:3] == b"mft"
    middle = element[8:11] + b"\0" if is_table else element[8:12]
    return element[:4] + bytes(4) + middle + element[12:size]


def _cut_curve(element: bytes) -> bytes:
    if element[:4] == b"curv":
        return _take(element, 12 + 2 * struct.unpack_from(">I", element, 8)[0])
    if element[:4] != b"para":
        raise ValueError("not a curve")
    function = int.from_bytes(element[8:10], "big")
    return _take(element[:10] + bytes(2) + element[12:], 12 + 4 * _CURVE_PARAMETERS[function])


def _cut_lut(element: bytes) -> bytes:
    """A lutAToBType or lutBToAType, its five parts laid out anew without gaps (ICC.1, 10.12 and 10.13)."""
    inputs, outputs = element[8:10]
    if not (1 <= inputs <= _MAX_CHANNELS and 1 <= outputs <= _MAX_CHANNELS):
        raise ValueError("an impossible number of channels")
    b, matrix, m, grid, a = (
        element[offset:] if offset else b"" for offset in struct.unpack_from(">5I", element, 12)
    )
    near, far = (outputs, inputs) if element[:4] == b"mAB " else (inputs, outputs)
    if 0 < len(matrix) < 48:
        raise ValueError("a matrix ends too early")
    parts = (
        _cut_curves(b, near) if b else b"",
        matrix[:48],
        _cut_curves(m, near) if m else b"",
        _cut_grid(grid, inputs, outputs) if grid else b"",
        _cut_curves(a, far) if a else b"",
    )
    starts = accumulate((len(part) for part in parts), initial=32)
    placed = (start if part else 0 for part, start in zip(parts, starts, strict=False))
    return struct.pack(">4s4xBB2x5I", element[:4], inputs, outputs, *placed) + b"".join(parts)


def _cut_curves(data: bytes, count: int) -> bytes:
    curves = b""
    for _ in range(count):
        curves += _pad(_cut_curve(data[len(curves) :]))
    return curves


def _cut_grid(data: bytes, inputs: int, outputs: int) -> bytes:
    """A multi-dimensional table: 16 grid sizes, the sample size and the samples (ICC.1, 10.12.3)."""
    points, sample_bytes = data[:inputs], data[16]
    end = 20 + prod(points) * outputs * sample_bytes
    if sample_bytes not in (1, 2) or end > len(data):
        raise ValueError("an impossible grid")
    return _pad(points + bytes(16 - inputs) + bytes((sample_bytes, 0, 0, 0)) + data[20:end])


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
            body += _pad(element)
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


def _pad(element: bytes) -> bytes:
    return element + bytes(-len(element) % 4)
