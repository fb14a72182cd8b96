"""Zstandard inside TIFF: where the one frame of a strip or tile ends (RFC 8878, 3.1.1; compression 50000).

Block headers tell how long each block is. How much a compressed one decodes to they do not tell, so that a
frame is held against the picture by what is certain of its blocks alone.
"""

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Range
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError

__all__ = ["end_of_frame"]

_MAGIC = b"\x28\xb5\x2f\xfd"
_SKIPPABLE = b"\x2a\x4d\x18"
_RAW, _RLE, _COMPRESSED = range(3)
_MAX_BLOCK_BYTES = 1 << 17
_CONTENT_SIZE_BYTES = (0, 2, 4, 8)
_RESERVED, _DICTIONARY, _CHECKSUM, _SINGLE = 0x18, 0x03, 0x04, 0x20
_DAMAGED = "the compressed data is damaged"


def end_of_frame(source: Source, place: Range, decoded_bytes: int | None, where: str) -> int:
    """Where the frame at the start of `place` ends; None as `decoded_bytes` if nobody knows how many.

    Raises
    ------
    FileError
        If it is no frame, cannot be as large as the picture, or another one follows, which may be needed.
    """
    position, declared = _read_header(source, place, where)
    if declared is not None and decoded_bytes is not None and declared != decoded_bytes:
        raise DamagedPhotoError("the compressed data is not as large as the picture", where=where)
    least = most = 0
    is_last = False
    while not is_last:
        head = int.from_bytes(_read(source, position, 3, place, where), "little")
        is_last, kind, size = bool(head & 1), head >> 1 & 3, head >> 3
        if kind > _COMPRESSED or size > _MAX_BLOCK_BYTES:
            raise DamagedPhotoError(_DAMAGED, where=where)
        least += 0 if kind == _COMPRESSED else size
        most += _MAX_BLOCK_BYTES if kind == _COMPRESSED else size
        position += 3 + (1 if kind == _RLE else size)
    position += 4 if _read(source, place.start + 4, 1, place, where)[0] & _CHECKSUM else 0
    if position > place.end or (decoded_bytes is not None and not least <= decoded_bytes <= most):
        raise DamagedPhotoError("the compressed data is not as large as the picture", where=where)
    following = source[position : min(position + 4, place.end)]
    if following == _MAGIC or following[1:] == _SKIPPABLE:
        raise UnsupportedFileError(
            "a strip or tile that is compressed in more than one piece: save the picture anew, then run again"
        )
    return position


def _read_header(source: Source, place: Range, where: str) -> tuple[int, int | None]:
    """Where the first block stands, and how many bytes the frame says that it decodes to."""
    head = _read(source, place.start, 5, place, where)
    flags = head[4]
    if head[:4] != _MAGIC or flags & (_RESERVED | _DICTIONARY):
        raise DamagedPhotoError(_DAMAGED, where=where)
    position = place.start + 5 + (0 if flags & _SINGLE else 1)
    width = _CONTENT_SIZE_BYTES[flags >> 6] or bool(flags & _SINGLE)
    raw = _read(source, position, width, place, where)
    number = int.from_bytes(raw, "little") + (256 if width == 2 else 0)
    return position + width, number if width else None


def _read(source: Source, position: int, size: int, place: Range, where: str) -> bytes:
    if position + size > place.end:
        raise DamagedPhotoError("the image data ends too early", where=where)
    return source[position : position + size]
