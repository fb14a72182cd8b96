"""The headers of a BMP (Microsoft, BITMAPFILEHEADER, BITMAPCOREHEADER to BITMAPV5HEADER; OS/2 2.x).

Every field is read, checked and written anew; what is reserved, or means nothing for the picture at hand, is
zero in the output.
"""

import struct
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.source import Source
from bme_med.photo.bmp_color import Calibration, read_calibration, read_masks
from bme_med.photo.errors import DamagedPhotoError

__all__ = ["FILE_HEADER_BYTES", "RGB", "RLE4", "RLE8", "Header", "encode_header", "read_header"]

FILE_HEADER_BYTES = 14
RGB, RLE8, RLE4, _BITFIELDS, _JPEG, _PNG, _ALPHA_BITFIELDS = range(7)

_CORE, _OS2_SHORT, _INFO, _V2, _V3, _OS2, _V4, _V5 = 12, 16, 40, 52, 56, 64, 108, 124
_SIZES = (_CORE, _OS2_SHORT, _INFO, _V2, _V3, _OS2, _V4, _V5)
_DEPTHS = {
    RGB: (1, 2, 4, 8, 16, 24, 32),
    RLE8: (8,),
    RLE4: (4,),
    _BITFIELDS: (16, 32),
    _ALPHA_BITFIELDS: (16, 32),
}
_MAX_PER_METRE = 1_000_000


class Header(NamedTuple):
    """What the headers say.

    Attributes
    ----------
    header_bytes
        Of the info header, which tells its version.
    height
        Without its sign: see `is_top_down`.
    resolution
        Pixels per metre, across and down; zero where that is no resolution.
    masks
        Red, green, blue, alpha; zero where the compression does not use them.
    mask_bytes
        Of the masks that follow the info header instead of standing in it.
    palette_start, palette_entries, entry_bytes
        Of the colour table, which has no entries above 8 bits.
    pixel_start
        Where the file says that the pixels are.
    """

    header_bytes: int
    width: int
    height: int
    is_top_down: bool
    depth: int
    compression: int
    resolution: bytes
    masks: tuple[int, int, int, int]
    mask_bytes: int
    palette_start: int
    palette_entries: int
    entry_bytes: int
    pixel_start: int
    calibration: Calibration

    @property
    def stride(self) -> int:
        """Bytes of a row of pixels that are not compressed."""
        return (self.width * self.depth + 31) // 32 * 4

    @property
    def spare_bits(self) -> int:
        """Bits of each pixel that mean nothing."""
        if self.depth not in (16, 32):
            return 0
        used = 0
        for mask in self.masks:
            used |= mask
        plain = 0x7FFF if self.depth == 16 else 0xFFFFFF
        return (1 << self.depth) - 1 & ~(used or plain)


class _Fields(NamedTuple):
    """Fields of the info header, as they stand there."""

    width: int
    height: int
    depth: int
    compression: int = RGB
    resolution: bytes = bytes(8)
    colors: int = 0


def read_header(source: Source) -> Header:
    """Read file header and info header.

    Raises
    ------
    FileError
        If they are not those of a picture that is known here.
    """
    data = source[0 : FILE_HEADER_BYTES + _V5 + 16]
    if len(data) < FILE_HEADER_BYTES + 4 or data[:2] != b"BM":
        raise DamagedPhotoError("the file does not start with a BMP header")
    pixel_start, header_bytes = struct.unpack_from("<II", data, 10)
    if header_bytes not in _SIZES:
        raise UnsupportedFileError(
            "a BMP header of an unknown version: save the picture as PNG, then run again"
        )
    if len(source) < FILE_HEADER_BYTES + header_bytes:
        raise DamagedPhotoError("the header is cut off")
    info = data[FILE_HEADER_BYTES : FILE_HEADER_BYTES + header_bytes]
    fields = _read_fields(info)
    masks, mask_bytes = _read_masks(data, header_bytes, fields)
    entry_bytes = 3 if header_bytes == _CORE else 4
    palette_start = FILE_HEADER_BYTES + header_bytes + mask_bytes
    if not palette_start <= pixel_start <= len(source):
        raise DamagedPhotoError("the pixels do not lie behind the header")
    return Header(
        header_bytes,
        fields.width,
        abs(fields.height),
        fields.height < 0,
        fields.depth,
        fields.compression,
        fields.resolution,
        masks,
        mask_bytes,
        palette_start,
        _count_entries(fields, (pixel_start - palette_start) // entry_bytes),
        entry_bytes,
        pixel_start,
        read_calibration(info, FILE_HEADER_BYTES),
    )


def _read_fields(info: bytes) -> _Fields:
    """The fields of an info header of any version; a resolution that is none is zero."""
    if len(info) == _CORE:
        width, height, _, depth = struct.unpack_from("<HHHH", info, 4)
        fields = _Fields(width, height, depth)
    else:
        width, height, _, depth = struct.unpack_from("<iiHH", info, 4)
        compression, resolution, colors = struct.unpack_from("<I4x8sI", info[16:].ljust(24, b"\0"))
        is_resolution = max(struct.unpack("<II", resolution)) <= _MAX_PER_METRE
        fields = _Fields(width, height, depth, compression, resolution if is_resolution else bytes(8), colors)
    _check_compression(len(info), fields.compression, depth)
    if not (0 < width < 1 << 31 and 0 < abs(height) < 1 << 31):
        raise DamagedPhotoError("the picture has no size")
    return fields


def _read_masks(data: bytes, header_bytes: int, fields: _Fields) -> tuple[tuple[int, int, int, int], int]:
    """The masks, and how many bytes of them follow the info header."""
    if fields.compression not in (_BITFIELDS, _ALPHA_BITFIELDS):
        return (0, 0, 0, 0), 0
    outside = 0 if header_bytes > _INFO else 12 if fields.compression == _BITFIELDS else 16
    has_alpha = header_bytes > _V2 or outside == 16
    start = FILE_HEADER_BYTES + _INFO
    raw = data[start : start + (16 if has_alpha else 12)].ljust(16, b"\0")
    return read_masks(raw, fields.depth), outside


def _count_entries(fields: _Fields, room: int) -> int:
    """How many entries the colour table has, at most as many as there is `room` for."""
    if fields.depth > 8:
        return 0
    most = 1 << fields.depth
    return min(fields.colors or most, most, room)


def _check_compression(header_bytes: int, compression: int, depth: int) -> None:
    if compression in (_JPEG, _PNG):
        raise UnsupportedFileError("a JPEG or PNG inside a BMP: save the picture as PNG, then run again")
    is_os2 = header_bytes in (_OS2_SHORT, _OS2)
    if compression not in _DEPTHS or (is_os2 and compression > RLE4):
        raise UnsupportedFileError("an unknown compression: save the picture as PNG, then run again")
    if depth not in _DEPTHS[compression]:
        raise DamagedPhotoError("an impossible number of bits per pixel")


def encode_header(header: Header, pixel_bytes: int, profile_bytes: int) -> bytes:
    """File header, info header and masks of the output, whose pixels follow the palette without a gap."""
    pixel_start = header.palette_start + header.palette_entries * header.entry_bytes
    total = pixel_start + pixel_bytes + profile_bytes
    file_header = struct.pack("<2sIHHI", b"BM", total, 0, 0, pixel_start)
    height = -header.height if header.is_top_down else header.height
    if header.header_bytes == _CORE:
        return file_header + struct.pack("<IHHHH", _CORE, header.width, height, 1, header.depth)
    declared = header.palette_entries if header.palette_entries != 1 << header.depth else 0
    info = struct.pack("<IiiHH", header.header_bytes, header.width, height, 1, header.depth)
    if header.header_bytes == _OS2_SHORT:
        return file_header + info
    info += struct.pack("<II8sII", header.compression, pixel_bytes, header.resolution, declared, 0)
    if header.header_bytes == _OS2:
        return file_header + info + bytes(_OS2 - _INFO)
    masks = struct.pack("<4I", *header.masks)
    if header.header_bytes < _V4:
        return file_header + info + masks[: header.header_bytes - _INFO + header.mask_bytes]
    color = header.calibration
    info += masks + color.space + color.primaries
    if header.header_bytes == _V5:
        start = pixel_start + pixel_bytes - FILE_HEADER_BYTES if profile_bytes else 0
        info += struct.pack("<IIII", color.intent, start, profile_bytes, 0)
    return file_header + info
