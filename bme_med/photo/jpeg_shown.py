"""How a viewer shows a JPEG: its size, and what turns it (ITU-T T.81, B.2.2; Exif 3.0, 4.6.5)."""

from typing import NamedTuple

from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.jpeg_segments import Segment, walk
from bme_med.photo.orientation import read_exif_orientation, read_xmp_orientation

__all__ = ["ShownJpeg", "read_shown_jpeg"]

_SOF = range(0xC0, 0xD0)
_NO_FRAMES = (0xC4, 0xC8, 0xCC)
_SOS, _DNL = 0xDA, 0xDC


class ShownJpeg(NamedTuple):
    """Rows and columns as stored; Orientation by Exif and by XMP, None where it does not say."""

    rows: int
    columns: int
    exif: int | None
    xmp: int | None


def read_shown_jpeg(source: Source) -> ShownJpeg:
    """Read what stands before the first scan, and the height behind it where the frame leaves it out (B.2.5).

    Raises
    ------
    DamagedPhotoError
        If there is no frame header.
    """
    rows = columns = 0
    said: dict[str, int] = {}
    for segment in walk(source):
        payload = source[segment.start + 4 : segment.end]
        if segment.marker in _SOF and segment.marker not in _NO_FRAMES and len(payload) >= 5:
            rows, columns = int.from_bytes(payload[1:3], "big"), int.from_bytes(payload[3:5], "big")
        elif segment.marker == _DNL:
            rows = rows or int.from_bytes(payload[:2], "big")
        elif orientation := _orientation(segment, payload):
            said.setdefault(segment.kind, orientation)
        if rows and segment.marker == _SOS:
            break
    if not (rows and columns):
        raise DamagedPhotoError("nothing says how large the picture is", where="SOF")
    return ShownJpeg(rows, columns, said.get("APP1/Exif"), said.get("APP1/XMP"))


def _orientation(segment: Segment, payload: bytes) -> int | None:
    match segment.kind:
        case "APP1/Exif":
            return read_exif_orientation(payload)
        case "APP1/XMP":
            return read_xmp_orientation(payload)
    return None
