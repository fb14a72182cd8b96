"""Application data that a JPEG carries for its picture.

JFIF 1.02, 10; Adobe: ITU-T T.872, 6.5.3; Exif 3.0, 4.7.2; ICC.1:2022, B.4.

A colour profile is split over APP2 segments, each with its number and how many there are.
"""

import struct
from collections.abc import Iterable
from itertools import islice

from bme_med.photo.orientation import EXIF_HEADER

__all__ = [
    "PROFILE_HEADER",
    "XMP_HEADER",
    "encode_adobe",
    "encode_exif",
    "encode_jfif",
    "encode_profile",
    "encode_xmp",
    "join_profile",
]

PROFILE_HEADER = b"ICC_PROFILE\0"
XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\0"

_JFIF_VERSIONS = (b"\1\1", b"\1\2")
_MAX_DENSITIES = (10_000, 10_000, 4_000)
"""That are believed, by unit: none, inch, centimetre. Two letters are a larger number."""

_CHUNK_BYTES, _MAX_CHUNKS = 65_519, 255


def encode_jfif(payload: bytes) -> bytes:
    """The APP0 segment of JFIF with the density of `payload`, of 14 bytes or more, and no thumbnail.

    >>> encode_jfif(b"JFIF" + bytes((0, 1, 2, 1, 1, 44, 1, 44, 0, 0)))[9:].hex(" ")
    '01 02 01 01 2c 01 2c 00 00'
    >>> encode_jfif(b"JFIF" + bytes(1) + b"John Doe.")[9:].hex(" ")
    '01 01 00 00 01 00 01 00 00'
    """
    version = payload[5:7] if payload[5:7] in _JFIF_VERSIONS else _JFIF_VERSIONS[0]
    unit, across, down = struct.unpack_from(">BHH", payload, 7)
    if unit >= len(_MAX_DENSITIES) or max(across, down) > _MAX_DENSITIES[unit]:
        unit, across, down = 0, 1, 1
    return _encode_segment(0xE0, payload[:5] + version + struct.pack(">BHHH", unit, across, down, 0))


def encode_adobe(payload: bytes) -> bytes:
    """The APP14 segment of Adobe, version 100 without flags, with the colour transform of `payload`.

    >>> encode_adobe(b"Adobe" + b"J. Doe" + bytes((1,))).hex(" ", 5)
    'ff ee000e4164 6f62650064 0000000001'
    """
    return _encode_segment(0xEE, payload[:5] + b"\0\x64\0\0\0\0" + payload[11:12])


def encode_exif(tiff: bytes) -> bytes:
    """The APP1 segment of an Exif."""
    return _encode_segment(0xE1, EXIF_HEADER + tiff)


def encode_xmp(packet: bytes) -> bytes:
    """The APP1 segment of an XMP packet."""
    return _encode_segment(0xE1, XMP_HEADER + packet)


def encode_profile(profile: bytes) -> bytes:
    """The APP2 segments of `profile`, each as long as it may be."""
    chunks = [profile[start : start + _CHUNK_BYTES] for start in range(0, len(profile), _CHUNK_BYTES)]
    return b"".join(
        _encode_segment(0xE2, PROFILE_HEADER + bytes((number, len(chunks))) + chunk)
        for number, chunk in enumerate(chunks, 1)
    )


def join_profile(payloads: Iterable[bytes]) -> bytes | None:
    """The profile, if the chunks carry the numbers 1 to n of n, each once, in any order.

    >>> split = [PROFILE_HEADER + bytes((2, 2)) + b"file", PROFILE_HEADER + bytes((1, 2)) + b"pro"]
    >>> join_profile(split)
    b'profile'
    """
    chunks = sorted(payload.removeprefix(PROFILE_HEADER) for payload in islice(payloads, _MAX_CHUNKS + 1))
    numbers = [tuple(chunk[:2]) for chunk in chunks]
    if numbers != [(number, len(chunks)) for number in range(1, len(chunks) + 1)]:
        return None
    return b"".join(chunk[2:] for chunk in chunks)


def _encode_segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload
