"""The headers of a BMP (Microsoft, BITMAPFILEHEADER, BITMAPCOREHEADER to BITMAPV5HEADER; OS/2 2.x).

Every field is read, checked and written anew; what is reserved, or means nothing for the picture at hand, is
zero in the output.
"""

import struct
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError

__all__ = [
    "FILE_HEADER_BYTES",
    "RGB",
    "RLE4",
    "RLE8",
    "Calibration",
    "Header",
    "encode_header",
    "read_header",
]

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
_CALIBRATED, _SRGB, _WINDOWS, _LINKED, _EMBEDDED = 0, b"BGRs", b" niW", b"KNIL", b"DEBM"
_INTENTS = (1, 2, 4, 8)
_ONE = 1 << 30
_MAX_GAMMA = 10 << 16
_MAX_PER_METRE = 1_000_000


class Calibration(NamedTuple):
    """What the picture's colours refer to: `space` as it stands in the file; all empty before version 4.

    `profile_start` counts from the start of the file, and is 0 where no profile is embedded.
    """

    space: bytes = _SRGB
    primaries: bytes = bytes(48)
    intent: int = 0
    profile_start: int = 0
    profile_bytes: int = 0
    is_linked: bool = False


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
    if header_bytes == _CORE:
        width, height, _, depth = struct.unpack_from("<HHHH", info, 4)
        compression, resolution, declared = RGB, bytes(8), 0
    else:
        width, height, _, depth = struct.unpack_from("<iiHH", info, 4)
        fields = info[16:].ljust(24, b"\0")
        compression, declared, resolution = *struct.unpack_from("<I12xI", fields), fields[8:16]
    _check_compression(header_bytes, compression, depth)
    if not (0 < width < 1 << 31 and 0 < abs(height) < 1 << 31):
        raise DamagedPhotoError("the picture has no size")
    if max(struct.unpack("<II", resolution)) > _MAX_PER_METRE:
        resolution = bytes(8)
    masks, mask_bytes = _read_masks(data, header_bytes, compression, depth)
    entry_bytes = 3 if header_bytes == _CORE else 4
    palette_start = FILE_HEADER_BYTES + header_bytes + mask_bytes
    room = (pixel_start - palette_start) // entry_bytes
    if not palette_start <= pixel_start <= len(source):
        raise DamagedPhotoError("the pixels do not lie behind the header")
    entries = min(declared or 1 << depth, 1 << depth, room) if depth <= 8 else 0
    return Header(
        header_bytes,
        width,
        abs(height),
        height < 0,
        depth,
        compression,
        resolution,
        masks,
        mask_bytes,
        palette_start,
        entries,
        entry_bytes,
        pixel_start,
        _read_calibration(info),
    )


def _check_compression(header_bytes: int, compression: int, depth: int) -> None:
    if compression in (_JPEG, _PNG):
        raise UnsupportedFileError("a JPEG or PNG inside a BMP: save the picture as PNG, then run again")
    is_os2 = header_bytes in (_OS2_SHORT, _OS2)
    if compression not in _DEPTHS or (is_os2 and compression > RLE4):
        raise UnsupportedFileError("an unknown compression: save the picture as PNG, then run again")
    if depth not in _DEPTHS[compression]:
        raise DamagedPhotoError("an impossible number of bits per pixel")


def _read_masks(
    data: bytes, header_bytes: int, compression: int, depth: int
) -> tuple[tuple[int, int, int, int], int]:
    """The masks, and how many bytes of them follow the info header."""
    if compression not in (_BITFIELDS, _ALPHA_BITFIELDS):
        return (0, 0, 0, 0), 0
    outside = 0 if header_bytes > _INFO else 12 if compression == _BITFIELDS else 16
    has_alpha = header_bytes > _V2 or outside == 16
    start = FILE_HEADER_BYTES + _INFO
    raw = data[start : start + (16 if has_alpha else 12)].ljust(16, b"\0")
    red, green, blue, alpha = struct.unpack("<4I", raw)
    total = 0
    for mask in (red, green, blue, alpha):
        lowest = mask & -mask
        if mask >> depth or total & mask or (mask and (mask // lowest + 1) & (mask // lowest)):
            raise DamagedPhotoError("impossible masks of colours")
        total |= mask
    if not total:
        raise DamagedPhotoError("impossible masks of colours")
    return (red, green, blue, alpha), outside


def _read_calibration(info: bytes) -> Calibration:
    if len(info) < _V4:
        return Calibration()
    space, primaries = info[56:60], info[60:108]
    if space == bytes(4):
        return Calibration(space, primaries) if _is_plausible(primaries) else Calibration()
    if space not in (_LINKED, _EMBEDDED) or len(info) < _V5:
        return Calibration(space if space == _WINDOWS else _SRGB)
    intent, start, size = struct.unpack_from("<III", info, 108)
    if space == _LINKED:
        return Calibration(is_linked=True)
    return Calibration(space, bytes(48), intent if intent in _INTENTS else 0, FILE_HEADER_BYTES + start, size)


def _is_plausible(primaries: bytes) -> bool:
    """Whether each primary's x, y, z add up to one and the gammas are of this world, or all is zero."""
    numbers = struct.unpack("<12I", primaries)
    sums = [sum(numbers[at : at + 3]) for at in (0, 3, 6)]
    is_set = all(abs(total - _ONE) < _ONE >> 6 for total in sums)
    return not any(numbers) or (is_set and all(0 < gamma < _MAX_GAMMA for gamma in numbers[9:]))


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
