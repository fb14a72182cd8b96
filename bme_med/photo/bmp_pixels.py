"""The pixels of a BMP: rows, and run lengths (Microsoft, "Bitmap Compression").

What pads a row, and every bit that no pixel owns, is zero in the output. Where each pixel has a byte or bits
that mean nothing, they must be the same everywhere: a second picture could lie there.
"""

from collections.abc import Iterator
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Pieces
from bme_med.core.source import Source
from bme_med.photo.bmp_header import RLE4, RLE8, Header
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.palette import split_samples

__all__ = ["Pixels", "write_pixels"]

_WINDOW_BYTES = 1 << 18
_WHERE = "pixels"
_TOO_EARLY = "the image data ends too early"
_OUTSIDE = "the image data goes on outside the picture"
_END_OF_ROW, _END_OF_BITMAP = b"\0\0", b"\0\1"


class Pixels(NamedTuple):
    """What was written.

    Attributes
    ----------
    end
        Where the pixels end in the source.
    colors
        The palette entries that they use.
    is_whole
        Whether nothing was changed.
    """

    end: int
    colors: frozenset[int]
    is_whole: bool


def write_pixels(source: Source, out: Pieces, header: Header) -> Pixels:
    """Write the pixels.

    Raises
    ------
    FileError
        If they are cut off, or could hide something.
    """
    if header.compression in (RLE4, RLE8):
        return _write_runs(source, out, header)
    end = header.pixel_start + header.stride * header.height
    if end > len(source):
        raise DamagedPhotoError(_TOO_EARLY, where=_WHERE)
    _check_spare_bits(source, header)
    row_bytes, odd_bits = divmod(header.width * header.depth, 8)
    if header.depth > 8 and row_bytes == header.stride:
        out.keep(header.pixel_start, end)
        return Pixels(end, frozenset(), is_whole=True)
    values: set[int] = set()
    last_values: set[int] = set()
    is_whole, start = True, header.pixel_start
    for row in _rows(source, header):
        if header.depth <= 8:
            values.update(row[:row_bytes])
        clean = row[:row_bytes]
        if odd_bits:
            last = row[row_bytes] & 0xFF00 >> odd_bits & 0xFF
            last_values.add(last)
            clean += bytes((last,))
        clean = clean.ljust(header.stride, b"\0")
        if clean == row:
            out.keep(start, start + header.stride)
        else:
            is_whole = False
            out.literal(clean)
        start += header.stride
    if header.depth > 8:
        return Pixels(end, frozenset(), is_whole)
    colors = split_samples(values, header.depth) | split_samples(last_values, header.depth, odd_bits)
    return Pixels(end, colors, is_whole)


def _rows(source: Source, header: Header) -> Iterator[bytes]:
    rows = max(1, _WINDOW_BYTES // header.stride)
    for first in range(0, header.height, rows):
        start = header.pixel_start + first * header.stride
        window = source[start : start + min(rows, header.height - first) * header.stride]
        for at in range(0, len(window), header.stride):
            yield window[at : at + header.stride]


def _check_spare_bits(source: Source, header: Header) -> None:
    """Refuse bits without a meaning that are neither all zero nor all one."""
    spare = header.spare_bits.to_bytes(4, "little")
    for at, bits in enumerate(spare):
        if not bits:
            continue
        folding = bytes(value & bits for value in range(256))
        seen: set[int] = set()
        for row in _rows(source, header):
            seen.update(
                set(row[at : header.width * header.depth // 8 : header.depth // 8].translate(folding))
            )
            if seen not in ({0}, {bits}):
                raise UnsupportedFileError(
                    "each pixel holds bits that the header gives no meaning, and a second picture could lie "
                    "there: save the picture as PNG, then run again"
                )


def _write_runs(source: Source, out: Pieces, header: Header) -> Pixels:
    """Runs and literal pixels, up to the code that ends the bitmap."""
    runs = _Runs(header)
    most = 4 * (header.width + 4) * header.height + 4096
    data = source[header.pixel_start : min(len(source), header.pixel_start + most)]
    end = runs.read(data)
    start = header.pixel_start
    for at, value in runs.patches:
        out.keep(start, header.pixel_start + at)
        out.literal(bytes((value,)))
        start = header.pixel_start + at + 1
    out.keep(start, header.pixel_start + end)
    if not runs.has_end:
        out.literal(_END_OF_BITMAP)
    return Pixels(header.pixel_start + end, frozenset(runs.colors), runs.has_end and not runs.patches)


class _Runs:
    """Reads run-length codes.

    Attributes
    ----------
    patches
        Where a byte has to be another, and which: what pads literal pixels, and half of a run of one pixel.
    has_end
        Whether the code was found that ends the bitmap.
    """

    def __init__(self, header: Header) -> None:
        self.width, self.height = header.width, header.height
        self.is_half = header.compression == RLE4
        self.patches: list[tuple[int, int]] = []
        self.colors = {0}
        self.has_end = False
        self._column = self._row = 0

    def read(self, data: bytes) -> int:
        """Where the codes of the bitmap end in `data`; those behind the last pixel do not count."""
        at, was_moved = 0, False
        while at + 2 <= len(data) and not self._is_full:
            count, value = data[at], data[at + 1]
            at += 2
            is_move = not count and value == 2
            if was_moved and not (count or value > 1):
                raise DamagedPhotoError("a jump that no pixel follows", where=_WHERE)
            was_moved = is_move
            if count:
                self._read_run(at - 1, value, count)
            elif value == 0:
                self._column, self._row = 0, self._row + 1
            elif value == 1:
                self.has_end = True
                return at
            elif is_move:
                at = self._move(data, at)
            else:
                at = self._read_literal(data, at, value)
        if not self._is_full:
            raise DamagedPhotoError(_TOO_EARLY, where=_WHERE)
        return self._read_end(data, at)

    @property
    def _is_full(self) -> bool:
        return self._row >= self.height or (self._row == self.height - 1 and self._column == self.width)

    def _read_end(self, data: bytes, at: int) -> int:
        """Behind the last pixel: the end of its row, which may be said, and of the bitmap."""
        for end in (_END_OF_ROW + _END_OF_BITMAP, _END_OF_BITMAP):
            if data[at : at + len(end)] == end:
                self.has_end = True
                return at + len(end)
        return at

    def _read_run(self, at: int, value: int, count: int) -> None:
        """One colour, or two in turn, for `count` pixels; one pixel shows the first alone."""
        self._paint(count)
        self._use(bytes((value,)), min(count, 2))
        if self.is_half and count == 1 and value & 15:
            self.patches.append((at, value & 0xF0))

    def _move(self, data: bytes, at: int) -> int:
        """A jump to the right and to rows that follow; a pixel must have room there."""
        if at + 2 > len(data):
            raise DamagedPhotoError(_TOO_EARLY, where=_WHERE)
        self._column, self._row = self._column + data[at], self._row + data[at + 1]
        if self._column >= self.width or self._row >= self.height:
            raise DamagedPhotoError(_OUTSIDE, where=_WHERE)
        return at + 2

    def _read_literal(self, data: bytes, at: int, count: int) -> int:
        size = (count + 1) // 2 if self.is_half else count
        end = at + size + size % 2
        if end > len(data):
            raise DamagedPhotoError(_TOO_EARLY, where=_WHERE)
        self._paint(count)
        self._use(data[at : at + size], count)
        if self.is_half and count % 2 and data[at + size - 1] & 15:
            self.patches.append((at + size - 1, data[at + size - 1] & 0xF0))
        if size % 2 and data[end - 1]:
            self.patches.append((end - 1, 0))
        return end

    def _paint(self, count: int) -> None:
        self._column += count
        if self._column > self.width or self._row >= self.height:
            raise DamagedPhotoError(_OUTSIDE, where=_WHERE)

    def _use(self, data: bytes, count: int) -> None:
        """Note the colours of `count` pixels."""
        if not self.is_half:
            self.colors.update(data)
            return
        self.colors.update(value >> 4 for value in data)
        self.colors.update(value & 15 for value in data[: count // 2])
