"""The strips and tiles of a TIFF: each holds its part of the picture, nothing behind it (TIFF 6.0, 9 to 15).

What is compressed is read to where the picture is full. Zstandard, LERC and JPEG 2000 say where they end.
"""

import lzma
import zlib
from collections.abc import Iterator
from typing import Any

from bme_med.core.plan import Pieces, Range
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.jpeg_2000 import write_codestream
from bme_med.photo.lzw import end_codes, measure_codes
from bme_med.photo.png_image import inflate_exactly
from bme_med.photo.spliced import known
from bme_med.photo.tiff_coding import FAX, JPEG_2000, LERC, LZW, PACKBITS, RAW, ROWS, XZ, ZSTD, Coding
from bme_med.photo.tiff_fax import measure_fax
from bme_med.photo.tiff_geometry import Unit
from bme_med.photo.tiff_lerc import end_of_blob
from bme_med.photo.tiff_rows import measure_rows
from bme_med.photo.tiff_zstd import end_of_frame

__all__ = ["UnitWriter"]

_WINDOW_BYTES = 1 << 16
_MAX_XZ_BYTES = 100 << 20
"""Memory for a dictionary: that of the highest level has 64 MiB."""
_TOO_EARLY = "the image data ends too early"
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


class UnitWriter:
    """Writes strips and tiles that are neither JPEG nor WebP; `measured` are those that stay as they are."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.measured: dict[tuple[str, int], tuple[int, Any]] = {}

    def write(self, out: Pieces, unit: Unit, coding: Coding, where: str) -> frozenset[int]:
        """Write one strip or tile; of a palette, the values of the bytes that it decodes to.

        Raises
        ------
        FileError
            If it does not hold exactly its part of the picture.
        """
        start, end = unit.place
        kind = f"{coding}, {unit.width} x {unit.height}, {unit.decoded_bytes}"
        known_end, values = known(self._source, kind, start) or (0, frozenset())
        if known_end == end:
            out.keep(start, end)
        else:
            values = _write_unit(self._source, out, unit, coding, where)
        if out.done() == (unit.place,):
            self.measured[kind, start] = end, values
        return values


def _write_unit(source: Source, out: Pieces, unit: Unit, coding: Coding, where: str) -> frozenset[int]:
    values: set[int] | None = set() if coding.is_palette else None
    if coding.compression in FAX:
        _write_fax(source, out, unit, coding, where)
    elif coding.compression in ROWS:
        data = source[unit.place.start : unit.place.end]
        size = measure_rows(data, unit.width, unit.height, coding, where)
        out.keep(unit.place.start, unit.place.start + size)
    elif coding.compression in JPEG_2000:
        _write_codestream(source, out, unit, where)
    elif coding.compression == LERC:
        sides = unit.width, unit.height
        out.keep(unit.place.start, end_of_blob(source, unit.place, sides, unit.decoded_bytes, coding.lerc))
    elif coding.compression == ZSTD:
        out.keep(unit.place.start, end_of_frame(source, unit.place, unit.decoded_bytes, where))
    else:
        write = {RAW: _write_raw, LZW: _write_lzw, PACKBITS: _write_packbits, XZ: _write_xz}
        write.get(coding.compression, _write_zip)(source, out, unit, values, where)
    return frozenset(values or ())


def _windows(source: Source, place: Range) -> Iterator[bytes]:
    for start in range(place.start, place.end, _WINDOW_BYTES):
        yield source[start : min(start + _WINDOW_BYTES, place.end)]


def _write_raw(source: Source, out: Pieces, unit: Unit, values: set[int] | None, where: str) -> None:
    if unit.place.end - unit.place.start < unit.decoded_bytes:
        raise DamagedPhotoError(_TOO_EARLY, where=where)
    out.keep(*unit.place)
    if values is not None:
        values.update(*_windows(source, unit.place))


def _write_zip(source: Source, out: Pieces, unit: Unit, values: set[int] | None, where: str) -> None:
    stream, left, used = zlib.decompressobj(), unit.decoded_bytes, 0
    for window in _windows(source, unit.place):
        for output in inflate_exactly(stream, window, left, where):
            left -= len(output)
            if values is not None:
                values.update(output)
        used += len(window) - len(stream.unused_data)
        if stream.eof:
            break
    if left or not stream.eof:
        raise DamagedPhotoError(_TOO_EARLY, where=where)
    out.keep(unit.place.start, unit.place.start + used)


def _write_xz(source: Source, out: Pieces, unit: Unit, values: set[int] | None, where: str) -> None:
    """The one xz stream that a strip or tile is; the decoder checks its padding, index and footer."""
    stream = lzma.LZMADecompressor(lzma.FORMAT_XZ, _MAX_XZ_BYTES)
    left, used = unit.decoded_bytes, 0
    try:
        for window in _windows(source, unit.place):
            data = window
            while not stream.eof and (data or not stream.needs_input):
                output = stream.decompress(data, _WINDOW_BYTES)
                data = b""
                left -= len(output)
                if left < 0:
                    raise DamagedPhotoError("the image data goes on below the picture", where=where)
                if values is not None:
                    values.update(output)
            used += len(window) - len(stream.unused_data)
            if stream.eof:
                break
    except lzma.LZMAError:
        raise DamagedPhotoError("the compressed data is damaged", where=where) from None
    if left or not stream.eof:
        raise DamagedPhotoError(_TOO_EARLY, where=where)
    out.keep(unit.place.start, unit.place.start + used)


def _write_codestream(source: Source, out: Pieces, unit: Unit, where: str) -> None:
    width, height = write_codestream(source, out, unit.place, where)
    if width > unit.width or height > unit.height:
        raise DamagedPhotoError("a strip or tile holds a larger picture than its page", where=where)


def _write_packbits(source: Source, out: Pieces, unit: Unit, values: set[int] | None, where: str) -> None:
    data, left, at = source[unit.place.start : unit.place.end], unit.decoded_bytes, 0
    while left > 0:
        head = data[at] if at < len(data) else 0
        size = 2 + head if head < 128 else 2 if head > 128 else 1
        if at + size > len(data):
            raise DamagedPhotoError(_TOO_EARLY, where=where)
        left -= 1 + head if head < 128 else 257 - head if head > 128 else 0
        if values is not None:
            values.update(data[at + 1 : at + size])
        at += size
    if left < 0:
        raise DamagedPhotoError("the image data goes on below the picture", where=where)
    out.keep(unit.place.start, unit.place.start + at)


def _write_lzw(source: Source, out: Pieces, unit: Unit, values: set[int] | None, where: str) -> None:
    """Codes, most significant bit first; or least, as they were before TIFF 5, told by their first bits."""
    data = source[unit.place.start : unit.place.end]
    is_old = data[:1] == b"\0" and bool(data[1:2]) and data[1] & 1 == 1
    measured = measure_codes(
        data,
        unit.decoded_bytes,
        sample_bits=8,
        is_msb_first=not is_old,
        early=0 if is_old else 1,
        where=where,
    )
    kept, tail = end_codes(data, measured, sample_bits=8, is_msb_first=not is_old)
    if data[: kept + len(tail)] == data[:kept] + tail:
        out.keep(unit.place.start, unit.place.start + kept + len(tail))
    else:
        out.keep(unit.place.start, unit.place.start + kept)
        out.literal(tail)
    if values is not None:
        values.update(measured.samples)


def _write_fax(source: Source, out: Pieces, unit: Unit, coding: Coding, where: str) -> None:
    """The codes of its lines; the bits behind them that fill the last byte are zero."""
    data = source[unit.place.start : unit.place.end]
    ordered = data.translate(_REVERSED) if coding.is_reversed else data
    bits = measure_fax(
        ordered,
        unit.width,
        unit.height,
        compression=coding.compression,
        options=coding.fax_options,
        where=where,
    )
    kept, odd = divmod(bits, 8)
    last = bytes((ordered[kept] & 0xFF00 >> odd & 0xFF,)) if odd else b""
    last = last.translate(_REVERSED) if coding.is_reversed else last
    if data[kept : kept + len(last)] == last:
        out.keep(unit.place.start, unit.place.start + kept + len(last))
    else:
        out.keep(unit.place.start, unit.place.start + kept)
        out.literal(last)
