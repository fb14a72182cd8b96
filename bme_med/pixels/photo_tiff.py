"""TIFF and BigTIFF painted over, page by page (TIFF 6.0; technical note 2 for JPEG).

Only strips and tiles that a region reaches are unpacked and packed again, in the compression of their page;
fax pages become deflated ones. What they were is overwritten; what they are lies there or at the file's end.
"""

import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bme_med.core import MalformedFileError, Region, UnsupportedFileError
from bme_med.pixels.jpeg import paint_jpeg
from bme_med.pixels.photo_webp import paint_webp
from bme_med.pixels.tiff_directory import Directory, Tiff
from bme_med.pixels.tiff_samples import Layout, paint_samples

__all__ = ["paint_tiff"]

_SUBFILE, _WIDTH, _LENGTH, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER = 254, 256, 257, 258, 259, 262, 266
_STRIPS, _SAMPLES, _STRIP_ROWS, _STRIP_BYTES, _PLANAR, _PREDICTOR = 273, 277, 278, 279, 284, 317
_COLORS, _TILE_WIDTH, _TILE_LENGTH, _TILES, _TILE_BYTES, _EXTRA, _TABLES = 320, 322, 323, 324, 325, 338, 347
_SUBSAMPLING, _T4_OPTIONS, _ORIENTATION = 530, 292, 274
_RAW, _FAX, _JPEG, _WEBP, _ZIP = 1, (2, 3, 4), 7, 50001, 8
_YCBCR = 6
_JPEG_COLORS = {0: "MONOCHROME1", 1: "MONOCHROME2", 2: "RGB", 6: "YBR_FULL"}
_TURNED_BITS = bytes(int(f"{number:08b}"[::-1], 2) for number in range(256))
_TURNED = (
    "the pages of this TIFF are turned in different ways, so that a box lies elsewhere on each: "
    "save each page as a file of its own, and use those"
)
_ADVICE = "save the picture as PNG, or as TIFF with LZW, and use that"


class _Unit(NamedTuple):
    """A strip or tile: its number, which sample it holds where they lie apart, and its place in the page."""

    number: int
    plane: int
    place: Region


def paint_tiff(tiff: bytes, regions: Sequence[Region]) -> tuple[bytes, bool]:
    """`tiff` with `regions` black on every page, and whether a page was lossy and is no longer.

    Reduced versions of a page stay as they are, for the engine to remove.

    Raises
    ------
    MalformedFileError
        If a page is cut off or cannot be unpacked.
    UnsupportedFileError
        If its samples are laid out or compressed in a way that cannot be written, or its pages are turned in
        different ways.
    """
    writer, was_lossy = Tiff(tiff), False
    pages = [
        directory
        for directory in writer.directories()
        if _WIDTH in directory.numbers and not directory.first(_SUBFILE, 0) & 1
    ]
    if len(set(map(_turned, pages))) > 1:
        raise UnsupportedFileError(_TURNED)
    for directory in pages:
        page = _Page(writer, directory)
        page.paint(regions)
        was_lossy = was_lossy or (page.compression == _WEBP and page.is_painted)
    return bytes(writer.written), was_lossy


def _turned(directory: Directory) -> tuple[int, ...]:
    """How a viewer turns a page; of one that is turned, also the size that it is turned in."""
    orientation = directory.first(_ORIENTATION, 1)
    if orientation == 1:
        return (1,)
    return orientation, directory.first(_LENGTH, 0), directory.first(_WIDTH, 0)


class _Page:
    """One page, and what of it was painted."""

    def __init__(self, writer: Tiff, directory: Directory) -> None:
        self._writer = writer
        self._directory = directory
        first = directory.first
        self.compression = first(_COMPRESSION, 1)
        self.is_painted = False
        self._rows, self._columns = first(_LENGTH, 0), first(_WIDTH, 0)
        self._samples = first(_SAMPLES, 1)
        self._is_planar = first(_PLANAR, 1) == 2 and self._samples > 1
        self._is_tiled = _TILES in directory.numbers
        self._unit_rows = first(_TILE_LENGTH if self._is_tiled else _STRIP_ROWS, self._rows) or self._rows
        self._unit_rows = self._unit_rows if self._is_tiled else min(self._unit_rows, self._rows)
        self._unit_columns = first(_TILE_WIDTH, 0) if self._is_tiled else self._columns
        if not (self._rows and self._unit_rows and self._unit_columns):
            raise MalformedFileError("a page has no size")

    def paint(self, regions: Sequence[Region]) -> None:
        """Paint the units that `regions` reach; those at the page's edge with what lies beyond it."""
        reached = [
            Region(
                top,
                left,
                bottom if bottom < self._rows else bottom + self._unit_rows,
                right if right < self._columns else right + self._unit_columns,
            )
            for top, left, bottom, right in (
                region.clipped(rows=self._rows, columns=self._columns) for region in regions
            )
            if top < bottom and left < right
        ]
        if not reached:
            return
        self.is_painted = True
        if self.compression in _FAX:
            self._paint_fax(reached)
            return
        offsets, lengths = self._places()
        for unit in self._units(len(offsets)):
            inside = [found for region in reached if not (found := _within(region, unit.place)).is_empty]
            if inside:
                start, end = offsets[unit.number], offsets[unit.number] + lengths[unit.number]
                data = self._painted(self._writer.source[start:end], unit, inside)
                offsets[unit.number], lengths[unit.number] = self._writer.put(start, end, data), len(data)
        self._write_places(offsets, lengths)

    def _places(self) -> tuple[list[int], list[int]]:
        """Where the units start, and how long they are."""
        numbers = self._directory.numbers
        offsets = list(numbers.get(_TILES if self._is_tiled else _STRIPS, ()))
        lengths = list(numbers.get(_TILE_BYTES if self._is_tiled else _STRIP_BYTES, ()))
        size = len(self._writer.source)
        if len(offsets) != len(lengths) or any(
            start + length > size for start, length in zip(offsets, lengths, strict=True)
        ):
            raise MalformedFileError("the strips or tiles of a page are not where they should be")
        return offsets, lengths

    def _write_places(self, offsets: Sequence[int], lengths: Sequence[int]) -> None:
        self._writer.replace(self._directory, _TILES if self._is_tiled else _STRIPS, offsets)
        self._writer.replace(self._directory, _TILE_BYTES if self._is_tiled else _STRIP_BYTES, lengths)

    def _units(self, count: int) -> Iterator[_Unit]:
        """The strips or tiles, plane by plane, from left to right and top to bottom."""
        across = -(-self._columns // self._unit_columns)
        per_plane = across * -(-self._rows // self._unit_rows)
        if count != per_plane * (self._samples if self._is_planar else 1):
            raise MalformedFileError("a page has too many or too few strips or tiles")
        for number in range(count):
            plane, index = divmod(number, per_plane)
            top, left = index // across * self._unit_rows, index % across * self._unit_columns
            bottom = top + self._unit_rows
            if not self._is_tiled:
                bottom = min(bottom, self._rows)
            yield _Unit(number, plane, Region(top, left, bottom, left + self._unit_columns))

    def _painted(self, data: bytes, unit: _Unit, regions: Sequence[Region]) -> bytes:
        """The data of one unit; `regions` in its own rows and columns."""
        if self.compression == _JPEG:
            return self._painted_jpeg(data, regions)
        if self.compression == _WEBP:
            return paint_webp(data, regions)[0]
        return self._in_order(paint_samples(self._in_order(data), self._layout(unit), regions))

    def _in_order(self, data: bytes) -> bytes:
        """`data` with the bits of each byte turned round, where FillOrder says so."""
        return data.translate(_TURNED_BITS) if self._directory.first(_FILL_ORDER, 1) == 2 else data

    def _painted_jpeg(self, data: bytes, regions: Sequence[Region]) -> bytes:
        """A unit of JPEG, with the tables that its page shares."""
        photometric = self._directory.first(_PHOTOMETRIC, 1)
        if photometric not in _JPEG_COLORS or (self._is_planar and photometric > 1):
            raise UnsupportedFileError(
                f"a TIFF with JPEG data of this kind cannot be painted over: {_ADVICE}"
            )
        shared = bytes(self._directory.numbers.get(_TABLES, ()))
        if shared:
            data = shared.removesuffix(b"\xff\xd9") + data.removeprefix(b"\xff\xd8")
        return paint_jpeg(data, regions, color=_JPEG_COLORS[photometric])

    def _layout(self, unit: _Unit) -> Layout:
        """How the samples of a unit lie."""
        bits = set(self._directory.numbers.get(_BITS, (1,)))
        subsampling = self._directory.numbers.get(_SUBSAMPLING, (2, 2))
        is_coarse = self._directory.first(_PHOTOMETRIC, 1) == _YCBCR and subsampling != (1, 1)
        is_odd = len(bits) != 1 or is_coarse
        if is_odd:
            raise UnsupportedFileError(f"a TIFF with samples of this kind cannot be painted over: {_ADVICE}")
        (depth,) = bits
        black = self._black(depth)
        if self._is_planar:
            black = black[unit.plane : unit.plane + 1]
        return Layout(
            unit.place.bottom - unit.place.top,
            unit.place.right - unit.place.left,
            len(black),
            depth,
            black,
            self.compression,
            self._directory.first(_PREDICTOR, 1),
            self._writer.order,
        )

    def _black(self, bits: int) -> tuple[int, ...]:
        """The value of each sample of a black and opaque pixel (TIFF 6.0, PhotometricInterpretation)."""
        highest, middle = (1 << bits) - 1, 1 << bits - 1
        palette = self._directory.numbers.get(_COLORS, ())
        known = {0: (highest,), 1: (0,), 2: (0, 0, 0), 4: (0,), 5: (0, 0, 0, highest)}
        known |= {_YCBCR: (0, middle, middle), 8: (0, 0, 0), 9: (0, middle, middle)}
        if palette:
            known[3] = (_darkest(palette, 1 << bits),)
        colors = known.get(self._directory.first(_PHOTOMETRIC, 1))
        if colors is None or len(colors) > self._samples:
            raise UnsupportedFileError(f"a TIFF with colours of this kind cannot be painted over: {_ADVICE}")
        extra = self._directory.numbers.get(_EXTRA, ())
        extra += (0,) * (self._samples - len(colors) - len(extra))
        return colors + tuple(highest if kind else 0 for kind in extra)

    def _paint_fax(self, regions: Sequence[Region]) -> None:
        """A page of fax data, whose units all become deflated ones; the tags for fax then mean nothing."""
        offsets, lengths = self._places()
        for unit in self._units(len(offsets)):
            start, end = offsets[unit.number], offsets[unit.number] + lengths[unit.number]
            rows = self._unpacked_fax(self._in_order(self._writer.source[start:end]), unit)
            layout = self._layout(unit)._replace(compression=_RAW)
            inside = [_within(region, unit.place) for region in regions]
            data = self._in_order(zlib.compress(paint_samples(rows, layout, inside)))
            offsets[unit.number], lengths[unit.number] = self._writer.put(start, end, data), len(data)
        self._write_places(offsets, lengths)
        self._writer.replace(self._directory, _COMPRESSION, (_ZIP,))

    def _unpacked_fax(self, data: bytes, unit: _Unit) -> bytes:
        """The rows of fax data (ITU-T T.4 and T.6)."""
        import imagecodecs
        import numpy as np

        rows, columns = unit.place.bottom - unit.place.top, self._unit_columns
        try:
            if self.compression == _FAX[0]:
                samples = imagecodecs.ccittrle_decode(data, rows, columns)
            elif self.compression == _FAX[1]:
                options = self._directory.first(_T4_OPTIONS, 0)
                samples = imagecodecs.ccittfax3_decode(data, rows, columns, t4options=options)
            else:
                samples = imagecodecs.ccittfax4_decode(data, rows, columns)
        except (RuntimeError, ValueError):
            raise MalformedFileError("a strip of fax data cannot be unpacked") from None
        return np.packbits(samples, axis=1).tobytes()


def _within(region: Region, place: Region) -> Region:
    """`region` in rows and columns of `place`, clipped to it."""
    top, left, bottom, right = region
    moved = Region(top - place.top, left - place.left, bottom - place.top, right - place.left)
    return moved.clipped(rows=place.bottom - place.top, columns=place.right - place.left)


def _darkest(palette: Sequence[int], entries: int) -> int:
    """The index of the darkest entry; a palette has all reds first."""
    colors = zip(palette[:entries], palette[entries : 2 * entries], palette[2 * entries :], strict=False)
    lightness = (
        (299 * red + 587 * green + 114 * blue, index) for index, (red, green, blue) in enumerate(colors)
    )
    return min(lightness)[1]
