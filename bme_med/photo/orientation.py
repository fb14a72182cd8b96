"""Orientation, the one Exif attribute that a picture needs to be shown the right way round.

Read from an Exif directory (Exif 3.0, 4.5 and 4.6.5; TIFF 6.0, section 2), or, where Exif does not say, from
XMP (XMP part 2, 2.2), as viewers do; written as a TIFF of 26 bytes that holds nothing else.
"""

import re
import struct
from itertools import pairwise
from typing import NamedTuple

from bme_med.core.regions import Region

__all__ = [
    "EXIF_HEADER",
    "Turn",
    "exif_turn",
    "orientation_exif",
    "read_exif_orientation",
    "read_xmp_orientation",
    "stored_region",
    "xmp_turn",
]

EXIF_HEADER = b"Exif\0\0"
"""What precedes the TIFF in a JPEG marker segment, and by mistake in some PNG chunks."""

_TAG = 0x0112
_FORMATS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i"}
_XMP = re.compile(rb"""tiff:Orientation(\s*(?:=\s*["']|>)\s*)([1-8])\s*["'<]""")
_PLAIN = (b'="', b">")
"""What stands between the name and the number in the spellings that Pillow looks for."""


class Turn(NamedTuple):
    """An Orientation, 1 to 8, and where it stands.

    `mark` is empty for Exif. For XMP it is the quotation mark that says it to the same readers: all take
    ``"6"``, and readers that know but few spellings, such as Pillow, pass over ``'6'``.
    """

    where: str
    orientation: int
    mark: bytes


def orientation_exif(orientation: int) -> bytes:
    """The TIFF that says `orientation` and nothing else.

    >>> read_exif_orientation(orientation_exif(6)), len(orientation_exif(6))
    (6, 26)
    """
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _TAG, 3, 1, orientation, 0, 0)


def read_exif_orientation(exif: bytes) -> int | None:
    """Orientation, 1 to 8, in the first directory of `exif`; 1 where it is not legal, None where absent."""
    tiff = exif.removeprefix(EXIF_HEADER)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return None
    start = struct.unpack_from(f"{order}I", tiff, 4)[0] + 2
    if start > len(tiff):
        return None
    count = struct.unpack_from(f"{order}H", tiff, start - 2)[0]
    stop = min(start + 12 * count, len(tiff))
    for offset, end in pairwise(range(start, stop + 1, 12)):
        tag, type_ = struct.unpack_from(f"{order}HH", tiff, offset)
        if tag == _TAG:
            value = tiff[offset + 8 : end]
            number: int = struct.unpack_from(order + _FORMATS.get(type_, "I"), value)[0]
            return number if 1 <= number <= 8 else 1
    return None


def read_xmp_orientation(xmp: bytes) -> int | None:
    """``tiff:Orientation``, 1 to 8, in an XMP packet.

    >>> read_xmp_orientation(b'<rdf:Description tiff:Orientation="3"/>')
    3
    """
    match = _XMP.search(xmp)
    return int(match[2]) if match else None


def exif_turn(where: str, exif: bytes) -> Turn | None:
    """What `read_exif_orientation` finds in the Exif at `where`."""
    orientation = read_exif_orientation(exif)
    return Turn(where, orientation, b"") if orientation else None


def xmp_turn(where: str, xmp: bytes) -> Turn | None:
    """What `read_xmp_orientation` finds in the XMP packet at `where`.

    >>> xmp_turn("", b'<tiff:Orientation>3</tiff:Orientation>'), xmp_turn("", b"tiff:Orientation = '3'")
    (Turn(where='', orientation=3, mark=b'"'), Turn(where='', orientation=3, mark=b"'"))
    """
    match = _XMP.search(xmp)
    return Turn(where, int(match[2]), b'"' if match[1] in _PLAIN else b"'") if match else None


def stored_region(shown: Region, orientation: int, *, rows: int, columns: int) -> Region:
    """Where a region of the picture as viewers show it lies in the picture as stored, of that size.

    >>> stored_region(Region(0, 0, 10, 30), 6, rows=200, columns=300)
    Region(top=170, left=0, bottom=200, right=10)
    """
    top, left, bottom, right = shown
    if orientation in (5, 6, 7, 8):
        top, left, bottom, right = left, top, right, bottom
    if orientation in (2, 3, 7, 8):
        left, right = columns - right, columns - left
    if orientation in (3, 4, 6, 7):
        top, bottom = rows - bottom, rows - top
    return Region(top, left, bottom, right)
