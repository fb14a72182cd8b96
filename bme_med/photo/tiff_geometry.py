"""How a page of a TIFF is cut into strips or tiles, and how many bytes each has (TIFF 6.0, 8, 15 and 21)."""

from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Range
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.tiff_coding import JPEG, JPEG_2000, OLD_JPEG, PIXAR_LOG, RAW
from bme_med.photo.tiff_fields import Fields
from bme_med.photo.tiff_tags import Tag

__all__ = ["Geometry", "Unit"]

_YCBCR = 6
_SEPARATE = 2
_PIXAR_BITS = 16
"""Of a logarithm, whatever the samples are that it stands for."""
_SIDE_BY_SIDE = (
    "an old kind of JPEG inside TIFF, in tiles side by side: save the picture as TIFF with LZW, or as PNG, "
    "then run again"
)


class Unit(NamedTuple):
    """One strip or tile: where it lies, and the picture that it holds.

    `is_cut` says that it was declared longer than a picture that is not compressed can be.
    """

    place: Range
    width: int
    height: int
    decoded_bytes: int
    is_cut: bool


class Geometry:
    """How a page is cut; `bits` are those of each sample of a pixel.

    Raises
    ------
    DamagedPhotoError
        If page, strips or tiles have no size.
    """

    def __init__(self, fields: Fields, compression: int, bits: tuple[int, ...]) -> None:
        self._fields = fields
        self._is_raw = compression == RAW
        self._bits = len(bits) * (_PIXAR_BITS,) if compression == PIXAR_LOG else bits
        self._size = self._width, self._height = fields.number(Tag.ImageWidth), fields.number(Tag.ImageLength)
        if not all(self._size):
            raise DamagedPhotoError("the picture has no size", where=fields.where)
        self.is_tiled = fields.directory.find(Tag.TileOffsets) is not None
        self.is_apart = fields.number(Tag.PlanarConfiguration, 1) == _SEPARATE
        self._subsampling = self._read_subsampling(compression)
        self._cell = self._read_cell()
        self.has_margin = self.is_tiled and any(
            side % cell for side, cell in zip(self._size, self._cell, strict=True)
        )

    def _read_subsampling(self, compression: int) -> tuple[int, int]:
        """How many pixels share a pair of chroma samples; one where they are not subsampled in the data."""
        is_ycbcr = self._fields.number(Tag.PhotometricInterpretation, 0) == _YCBCR
        if (
            not is_ycbcr
            or compression in (JPEG, OLD_JPEG, *JPEG_2000)
            or len(self._bits) != 3
            or self.is_apart
        ):
            return 1, 1
        across, down = (self._fields.numbers(Tag.YCbCrSubSampling) or (2, 2))[:2]
        if across not in (1, 2, 4) or down not in (1, 2, 4):
            raise DamagedPhotoError("impossible subsampling", where=self._fields.where)
        return across, down

    def _read_cell(self) -> tuple[int, int]:
        """Width and height of a strip or tile."""
        if self.is_tiled:
            cell = self._fields.number(Tag.TileWidth), self._fields.number(Tag.TileLength)
        else:
            cell = self._width, min(self._fields.number(Tag.RowsPerStrip, self._height), self._height)
        if not all(cell):
            raise DamagedPhotoError("strips or tiles without a size", where=self._fields.where)
        return cell

    def units(self) -> tuple[Unit, ...]:
        """The strips or tiles that the picture needs; more are left out.

        Raises
        ------
        DamagedPhotoError
            If some are missing, or do not lie in the file.
        """
        across, down = self._counts()
        needed = across * down * (len(self._bits) if self.is_apart else 1)
        offsets, sizes = self._read_places(needed)
        return tuple(
            self._make(number % (across * down), number // (across * down), *place)
            for number, place in enumerate(zip(offsets[:needed], sizes[:needed], strict=True))
        )

    def _counts(self) -> tuple[int, int]:
        """How many strips or tiles stand side by side, and one below the other."""
        width, height = (-(-side // cell) for side, cell in zip(self._size, self._cell, strict=True))
        return width, height

    @property
    def rows(self) -> int:
        """How many rows of the picture a strip or tile has."""
        return self._cell[1]

    def size_of_column(self) -> tuple[int, int]:
        """Width and height of all strips or tiles together, of which none may stand beside another.

        Raises
        ------
        UnsupportedFileError
            If some do.
        """
        across, down = self._counts()
        if across > 1:
            raise UnsupportedFileError(_SIDE_BY_SIDE)
        return self._cell[0], self._cell[1] * down if self.is_tiled else self._height

    def starts_and_sizes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Offsets and sizes of the strips or tiles that the picture needs; none where none is told.

        Raises
        ------
        DamagedPhotoError
            If some are missing.
        """
        across, down = self._counts()
        needed = across * down * (len(self._bits) if self.is_apart else 1)
        offsets, sizes = (self._fields.numbers(tag)[:needed] for tag in self._tags())
        if 0 < len(offsets) < needed:
            raise DamagedPhotoError("strips or tiles are missing", where=self._fields.where)
        return offsets, sizes

    def _tags(self) -> tuple[Tag, Tag]:
        if self.is_tiled:
            return Tag.TileOffsets, Tag.TileByteCounts
        return Tag.StripOffsets, Tag.StripByteCounts

    def _read_places(self, needed: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Where the strips or tiles start, and their sizes."""
        offsets, sizes = (self._fields.numbers(tag) for tag in self._tags())
        if len(offsets) < needed:
            raise DamagedPhotoError("strips or tiles are missing", where=self._fields.where)
        if not sizes and needed == 1 and self._is_raw:
            sizes = (self._decoded_bytes(*self._unit_size(0), 0),)
        if len(sizes) < needed:
            raise DamagedPhotoError("sizes of strips or tiles are missing", where=self._fields.where)
        return offsets, sizes

    def _make(self, at: int, plane: int, start: int, declared: int) -> Unit:
        """Strip or tile number `at` of a plane."""
        width, height = self._unit_size(at)
        decoded = self._decoded_bytes(width, height, plane)
        size = min(declared, decoded) if self._is_raw else declared
        if size <= 0 or start + size > len(self._fields.source):
            raise DamagedPhotoError("a strip or tile does not lie in the file", where=self._fields.where)
        return Unit(Range(start, start + size), width, height, decoded, is_cut=size < declared)

    def _unit_size(self, at: int) -> tuple[int, int]:
        """Width and height of strip or tile number `at` of a plane."""
        width, height = self._cell
        return (width, height) if self.is_tiled else (width, min(height, self._height - at * height))

    def _decoded_bytes(self, width: int, height: int, plane: int) -> int:
        across, down = self._subsampling
        if (across, down) != (1, 1):
            samples = -(-width // across) * (across * down + 2)
            return (samples * self._bits[0] + 7) // 8 * -(-height // down)
        bits = self._bits[plane] if self.is_apart else sum(self._bits)
        return (width * bits + 7) // 8 * height
