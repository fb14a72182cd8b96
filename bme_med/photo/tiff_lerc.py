"""LERC inside TIFF: where the blob of a strip or tile ends (Esri's Lerc2 format; compression 34887).

The blob says how long it is. It may be compressed again, with Deflate or Zstandard, as LercParameters say.
"""

import struct
import zlib

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Range
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.tiff_zstd import end_of_frame

__all__ = ["end_of_blob"]

_LERC_2_4 = 4
_NOTHING, _DEFLATE, _ZSTD = range(3)
_MAGIC = b"Lerc2 "
_HEAD_BYTES = 46
_VERSIONS = range(2, 6)
_CHECKSUM_FROM, _DEPTH_FROM = 3, 4
_MAX_MORE_THAN_DECODED_BYTES = 1 << 16
_WRONG_SIZE = "the compressed data is not as large as the picture"


def end_of_blob(
    source: Source, place: Range, size: tuple[int, int], decoded_bytes: int, parameters: tuple[int, ...]
) -> int:
    """Where the blob at the start of `place` ends, whose picture has width and height of `size`.

    Raises
    ------
    FileError
        If it is not a blob of that size, or of a version that is not known here.
    """
    if len(parameters) != 2 or parameters[0] != _LERC_2_4 or parameters[1] > _ZSTD:
        raise UnsupportedFileError(
            "a kind of LERC that is not known here: save the picture as TIFF with LZW, then run again"
        )
    if parameters[1] == _ZSTD:
        return end_of_frame(source, place, None, "")
    data = source[place.start : place.end]
    if parameters[1] == _NOTHING:
        return place.start + _measure(data, size)
    stream = zlib.decompressobj()
    try:
        blob = stream.decompress(data, 2 * decoded_bytes + _MAX_MORE_THAN_DECODED_BYTES)
    except zlib.error:
        raise DamagedPhotoError("the compressed data is damaged") from None
    if not stream.eof or _measure(blob, size) != len(blob):
        raise DamagedPhotoError(_WRONG_SIZE)
    return place.end - len(stream.unused_data)


def _measure(blob: bytes, size: tuple[int, int]) -> int:
    """Bytes of the blob by its header."""
    if len(blob) < _HEAD_BYTES or blob[:6] != _MAGIC:
        raise DamagedPhotoError("the compressed data is damaged")
    (version,) = struct.unpack_from("<i", blob, 6)
    if version not in _VERSIONS:
        raise UnsupportedFileError(
            "a version of LERC that is not known here: save the picture as TIFF with LZW, then run again"
        )
    position = 14 if version >= _CHECKSUM_FROM else 10
    height, width = struct.unpack_from("<2i", blob, position)
    position += 12 if version >= _DEPTH_FROM else 8
    blob_bytes: int = struct.unpack_from("<3i", blob, position)[2]
    if (width, height) != size or not _HEAD_BYTES <= blob_bytes <= len(blob):
        raise DamagedPhotoError(_WRONG_SIZE)
    return blob_bytes
