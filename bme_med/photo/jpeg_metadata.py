"""Application data that a JPEG carries for its picture (Exif 3.0, 4.7.2; ICC.1:2022, B.4).

A colour profile is split over APP2 segments, each with its number and how many there are.
"""

import struct
from collections.abc import Iterable
from itertools import islice

from bme_med.photo.orientation import EXIF_HEADER

__all__ = ["PROFILE_HEADER", "XMP_HEADER", "encode_exif", "encode_profile", "encode_xmp", "join_profile"]

PROFILE_HEADER = b"ICC_PROFILE\0"
XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\0"

_CHUNK_BYTES, _MAX_CHUNKS = 65_519, 255


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
