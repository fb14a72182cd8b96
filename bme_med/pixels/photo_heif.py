"""HEIC and AVIF stills painted over (ISO/IEC 23008-12, 6.5.10, 6.5.12, 6.6.2.3, 6.5.8).

The file is written anew with the primary picture, its alpha, its Exif and XMP, and nothing else. Of a grid of
HEVC tiles only those that a region reaches are coded again; a single picture as a whole, without loss.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bme_med.core import MalformedFileError, Region, UnsupportedFileError
from bme_med.pixels.heif_container import Container, Item, encode_container, read_container
from bme_med.pixels.heif_picture import identity_colors, repaint

__all__ = ["paint_heif"]

_CODED, _GRID, _METADATA = (b"hvc1", b"av01"), b"grid", (b"Exif", b"mime")
_ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")
_ADVICE = "convert the picture to PNG, then run again"
_CHROMA_PIXELS = 2
"""Chroma of one sample is shared by so many pixels, and is mixed over as many more."""


def paint_heif(heif: bytes, regions: Sequence[Region]) -> tuple[bytes, bool]:
    """`heif` with `regions` black and opaque, and whether it was lossy: always, as far as one can tell.

    `regions` are in rows and columns of the picture as the container turns it.

    Raises
    ------
    MalformedFileError
        If it is damaged.
    UnsupportedFileError
        If its primary picture is neither coded nor a grid, or has pixels that are not shown.
    """
    container = read_container(heif)
    painter = _Painter(container)
    for number, fill in (
        (container.primary, 0),
        *((alpha, 1) for alpha in painter.alphas(container.primary)),
    ):
        painter.paint(number, regions, fill=fill)
    return encode_container(replace(container, items=painter.kept())), True


class _Painter:
    """Paints the pictures of one file."""

    def __init__(self, container: Container) -> None:
        self._brands = container.brands
        self._primary = container.primary
        self._items = container.items

    def alphas(self, picture: int) -> Iterator[int]:
        """The items that hold alpha of `picture`."""
        for number, item in self._items.items():
            kinds = [known.payload[4:].rstrip(b"\0") for known in item.properties if known.kind == b"auxC"]
            is_alpha = any(kind.startswith(_ALPHA) for kind in kinds)
            if is_alpha and picture in item.references.get(b"auxl", ()):
                yield number

    def kept(self) -> dict[int, Item]:
        """The items that stay."""
        pictures = [self._primary, *self.alphas(self._primary)]
        tiles = [tile for number in pictures for tile in self._items[number].references.get(b"dimg", ())]
        tiles += [alpha for tile in tiles for alpha in self.alphas(tile)]
        about = [
            number
            for number, item in self._items.items()
            if item.kind in _METADATA and self._primary in item.references.get(b"cdsc", ())
        ]
        return {number: self._items[number] for number in (*pictures, *tiles, *about)}

    def paint(self, number: int, regions: Sequence[Region], *, fill: int) -> None:
        """Paint a picture, whose regions are given as it is shown."""
        item = self._items[number]
        rows, columns = _size(item)
        placed = [_before_turning(region, item, rows, columns) for region in regions]
        if item.kind == _GRID:
            self._paint_grid(item, placed, fill)
        elif item.kind in _CODED:
            self._items[number] = repaint(item, self._brands, placed, keep_form=False, fill=fill)
        else:
            raise UnsupportedFileError(f"a picture that is put together from others: {_ADVICE}")

    def _paint_grid(self, grid: Item, regions: Sequence[Region], fill: int) -> None:
        """Paint the tiles that `regions` reach; of AV1 all tiles, since they must be coded alike."""
        tiles = grid.references.get(b"dimg", [])
        if len(grid.data) < 8 or len(tiles) != (grid.data[2] + 1) * (grid.data[3] + 1):
            raise MalformedFileError("a grid has too many or too few tiles", where="grid")
        across, is_hevc = grid.data[3] + 1, all(self._items[tile].kind == b"hvc1" for tile in tiles)
        for index, number in enumerate(tiles):
            tile = self._items[number]
            rows, columns = _size(tile)
            top, left = index // across * rows, index % across * columns
            reached = [
                inside
                for region in (map(_whole_chroma, regions) if is_hevc else regions)
                if not (inside := _within(region, top, left, rows, columns)).is_empty
            ]
            if reached or not is_hevc:
                self._items[number] = repaint(tile, self._brands, reached, keep_form=is_hevc, fill=fill)
                for alpha in self.alphas(number):
                    item = self._items[alpha]
                    self._items[alpha] = repaint(item, self._brands, reached, keep_form=is_hevc, fill=1)
        if not is_hevc and not fill:
            grid.properties = identity_colors(grid.properties)


def _size(item: Item) -> tuple[int, int]:
    """Rows and columns of a picture (6.5.3)."""
    for known in item.properties:
        if known.kind == b"ispe" and len(known.payload) == 12:
            columns, rows = struct.unpack_from(">II", known.payload, 4)
            if rows and columns:
                return rows, columns
    raise MalformedFileError("a picture has no size", where="ispe")


def _before_turning(region: Region, item: Item, rows: int, columns: int) -> Region:
    """Where `region`, of the picture as it is shown, lies before irot and imir turn it."""
    turns = [known for known in item.properties if known.kind in (b"irot", b"imir", b"clap")]
    quarters = sum(known.payload[0] & 3 for known in turns if known.kind == b"irot")
    if quarters % 2:
        rows, columns = columns, rows
    for known in reversed(turns):
        top, left, bottom, right = region
        if known.kind == b"clap":
            raise UnsupportedFileError(f"the picture has pixels outside what is shown: {_ADVICE}")
        if known.kind == b"imir" and known.payload[0] & 1:
            region = Region(top, columns - right, bottom, columns - left)
        elif known.kind == b"imir":
            region = Region(rows - bottom, left, rows - top, right)
        else:
            for _ in range(known.payload[0] & 3):
                top, left, bottom, right = region
                region = Region(left, rows - bottom, right, rows - top)
                rows, columns = columns, rows
    return region


def _whole_chroma(region: Region) -> Region:
    """`region` with all pixels that share chroma with it, and those whose chroma is mixed from it."""
    step = _CHROMA_PIXELS
    top, left, bottom, right = region.grown(step, step)
    return Region(
        top // step * step, left // step * step, -(-bottom // step) * step, -(-right // step) * step
    )


def _within(region: Region, top: int, left: int, rows: int, columns: int) -> Region:
    """`region` in rows and columns of a tile, clipped to it."""
    moved = Region(region.top - top, region.left - left, region.bottom - top, region.right - left)
    return moved.clipped(rows=rows, columns=columns)
