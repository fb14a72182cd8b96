"""One page of a TIFF: its fields, and how many bytes each of its strips or tiles has (TIFF 6.0, 8 to 15)."""

import struct
from fractions import Fraction
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Range
from bme_med.core.source import Source
from bme_med.photo.errors import RAW_FILE, DamagedPhotoError
from bme_med.photo.tiff_ifd import LONG, RATIONAL, SHORT, Directory, Entry, Form
from bme_med.photo.tiff_tags import KEPT, Kind, Rule, Tag

__all__ = [
    *("FAX", "JPEG", "JPEG_2000", "LERC", "LZW", "PACKBITS", "RAW", "WEBP", "XZ", "ZSTD"),
    *("Coding", "Field", "Page", "Unit", "read_page"),
]

RAW, _FAX_1, _FAX_3, _FAX_4, LZW, _OLD_JPEG, JPEG, _ZIP, PACKBITS, _OLD_ZIP = (
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    32773,
    32946,
)
FAX, _ZIPS = (_FAX_1, _FAX_3, _FAX_4), (_ZIP, _OLD_ZIP)
LERC, XZ, ZSTD, WEBP = 34887, 34925, 50000, 50001
JPEG_2000 = (33003, 33005, 34712)
"""Aperio's YCbCr and RGB, and the one of everybody else."""
_COMPRESSIONS = (RAW, *FAX, LZW, JPEG, *_ZIPS, PACKBITS, LERC, XZ, ZSTD, WEBP, *JPEG_2000)
_ORDERED = (LZW, PACKBITS, *_ZIPS, LERC, XZ, ZSTD, WEBP, *JPEG_2000)
"""Compressions whose bits have one order."""
_PHOTOMETRIC = range(11)
_PALETTE, _SEPARATED, _YCBCR = 3, 5, 6
_GRAY = (0, 1, _PALETTE, 4)
_REVERSED = 2
_SENSOR = (32803, 34892)
_SEPARATE = 2
_MAX_SAMPLES = 64
_DIGITS = 10_000


class Field(NamedTuple):
    """The value of a tag as it is written."""

    type: int
    members: int
    data: bytes


class Unit(NamedTuple):
    """One strip or tile: where it lies, and the picture that it holds.

    `is_cut` says that it was declared longer than a picture that is not compressed can be.
    """

    place: Range
    width: int
    height: int
    decoded_bytes: int
    is_cut: bool


class Coding(NamedTuple):
    """How the strips or tiles of a page are coded; of a palette it is asked which colours they use."""

    compression: int
    is_reversed: bool
    is_palette: bool
    lerc: tuple[int, ...] = ()
    fax_options: int = 0


class Page(NamedTuple):
    """One page.

    Attributes
    ----------
    fields
        What stays of its directory by a rule alone.
    units
        Its strips or tiles, in their order.
    is_tiled
        Which of the two.
    has_margin
        Whether tiles reach beyond the picture.
    """

    directory: Directory
    fields: dict[int, Field]
    units: tuple[Unit, ...]
    is_tiled: bool
    has_margin: bool
    coding: Coding
    bits: tuple[int, ...]
    predictor: int
    extra_samples: tuple[int, ...]


class _Reader:
    """Reads the numbers of one directory."""

    def __init__(self, source: Source, form: Form, directory: Directory) -> None:
        self.source = source
        self.form = form
        self.directory = directory
        self.where = f"IFD{directory.number}"

    def numbers(self, tag: Tag) -> tuple[int, ...]:
        """Whole numbers; none where the tag is absent."""
        entry = self.directory.find(tag)
        if entry is None:
            return ()
        numbers = entry.numbers(self.source, self.form)
        if not all(isinstance(number, int) for number in numbers):
            raise DamagedPhotoError("a value is not a whole number", where=entry.where)
        return tuple(int(number) for number in numbers)

    def number(self, tag: Tag, default: int | None = None) -> int:
        """One whole number."""
        numbers = self.numbers(tag)
        if not numbers and default is None:
            raise DamagedPhotoError(f"{tag.name} is missing", where=self.where)
        return numbers[0] if numbers else default or 0

    def fields(self, samples: int) -> dict[int, Field]:
        """Every tag that stays by a rule alone."""
        fields = {}
        for tag, rule in KEPT.items():
            entry = self.directory.find(tag)
            if entry is None:
                continue
            try:
                field = self._field(entry, rule, samples)
            except DamagedPhotoError:
                if rule.is_needed:
                    raise
                continue
            fields[int(tag)] = field
        return fields

    def _field(self, entry: Entry, rule: Rule, samples: int) -> Field:
        if rule.kind is Kind.FRACTION:
            return self._fractions(entry, rule)
        numbers = entry.numbers(self.source, self.form)
        count = rule.members or (samples if entry.members >= samples else 1)
        count = min(entry.members, samples) if count < 0 else count
        if len(numbers) < count or not all(isinstance(n, int) and n <= rule.highest for n in numbers[:count]):
            raise DamagedPhotoError("a value is not one that is legal", where=entry.where)
        type_ = SHORT if rule.highest <= 0xFFFF else LONG
        letter = "H" if type_ == SHORT else "I"
        kept = (int(number) for number in numbers[:count])
        return Field(type_, count, struct.pack(f"{self.form.order}{count}{letter}", *kept))

    def _fractions(self, entry: Entry, rule: Rule) -> Field:
        """Rational numbers of few digits: what a number says stays, what could be spelt in it goes."""
        if entry.type == RATIONAL:
            parts = struct.unpack(f"{self.form.order}{2 * entry.members}I", entry.read(self.source))
            pairs = list(zip(parts[::2], parts[1::2], strict=True))[: rule.members]
            values = [Fraction(*pair) if pair[1] else Fraction(-1) for pair in pairs]
        else:
            numbers = entry.numbers(self.source, self.form)[: rule.members]
            is_finite = all(abs(number) <= rule.highest for number in numbers)
            values = [Fraction(number) for number in numbers] if is_finite else []
        if len(values) < rule.members or not all(0 <= value <= rule.highest for value in values):
            raise DamagedPhotoError("a value is not one that is legal", where=entry.where)
        data = b"".join(
            struct.pack(f"{self.form.order}II", value.numerator, value.denominator)
            for value in (value.limit_denominator(_DIGITS) for value in values)
        )
        return Field(RATIONAL, rule.members, data)


def read_page(source: Source, form: Form, directory: Directory) -> Page:
    """Read what a directory says of its picture.

    Raises
    ------
    FileError
        If it is not a picture that can be looked through, or parts of it lie outside the file.
    """
    reader = _Reader(source, form, directory)
    compression = reader.number(Tag.Compression, RAW)
    photometric = reader.number(Tag.PhotometricInterpretation, 0)
    _check_kind(reader, compression, photometric)
    samples = reader.number(Tag.SamplesPerPixel, 1)
    width, height = reader.number(Tag.ImageWidth), reader.number(Tag.ImageLength)
    if not (0 < samples <= _MAX_SAMPLES and width and height):
        raise DamagedPhotoError("the picture has no size", where=reader.where)
    bits = reader.numbers(Tag.BitsPerSample)[:samples] or (1,)
    if len(bits) not in (1, samples) or not all(0 < number <= 64 for number in bits):
        raise DamagedPhotoError("impossible numbers of bits", where=reader.where)
    bits = bits if len(bits) == samples else bits * samples
    geometry = _Geometry(reader, width, height, bits, _subsampling(reader, photometric, compression, samples))
    units = tuple(geometry.units())
    _check_places(source, units, reader.where)
    fields = reader.fields(samples)
    if compression != LERC:
        fields.pop(Tag.LercParameters, None)
    for tag in (Tag.RowsPerStrip,) if geometry.is_tiled else (Tag.TileWidth, Tag.TileLength):
        fields.pop(tag, None)
    extra = reader.numbers(Tag.ExtraSamples) or (0,) * (samples - _colors(reader, photometric))
    return Page(
        directory,
        fields,
        units,
        geometry.is_tiled,
        geometry.has_margin,
        Coding(
            compression,
            reader.number(Tag.FillOrder, 1) == _REVERSED,
            photometric == _PALETTE,
            reader.numbers(Tag.LercParameters) if compression == LERC else (),
            reader.number(Tag.T4Options, 0) if compression in FAX else 0,
        ),
        bits,
        reader.number(Tag.Predictor, 1),
        extra,
    )


def _colors(reader: _Reader, photometric: int) -> int:
    """How many samples a pixel has for its colour."""
    if photometric == _SEPARATED:
        return reader.number(Tag.NumberOfInks, 4)
    return 1 if photometric in _GRAY else 3


def _check_kind(reader: _Reader, compression: int, photometric: int) -> None:
    if photometric in _SENSOR:
        raise UnsupportedFileError(RAW_FILE)
    if reader.number(Tag.ImageDepth, 1) != 1:
        raise UnsupportedFileError("a page that is a volume: save its slices as pages, then run again")
    if compression == _OLD_JPEG:
        raise UnsupportedFileError(
            "an old kind of JPEG inside TIFF: save the picture as TIFF with LZW, or as PNG, then run again"
        )
    if compression not in _COMPRESSIONS or photometric not in _PHOTOMETRIC:
        raise UnsupportedFileError(
            "a compression or a kind of colour that cannot be looked through: save the picture as TIFF with "
            "LZW, or as PNG, then run again"
        )
    if compression in _ORDERED and reader.number(Tag.FillOrder, 1) != 1:
        raise UnsupportedFileError("bits in reverse order: save the picture as TIFF anew, then run again")


def _subsampling(reader: _Reader, photometric: int, compression: int, samples: int) -> tuple[int, int]:
    """How many pixels share a pair of chroma samples; one where they are not subsampled in the data."""
    is_apart = reader.number(Tag.PlanarConfiguration, 1) == _SEPARATE
    if photometric != _YCBCR or compression in (JPEG, *JPEG_2000) or samples != 3 or is_apart:
        return 1, 1
    across, down = (reader.numbers(Tag.YCbCrSubSampling) or (2, 2))[:2]
    if across not in (1, 2, 4) or down not in (1, 2, 4):
        raise DamagedPhotoError("impossible subsampling", where=reader.where)
    return across, down


class _Geometry:
    """How a page is cut into strips or tiles."""

    def __init__(
        self, reader: _Reader, width: int, height: int, bits: tuple[int, ...], subsampling: tuple[int, int]
    ) -> None:
        self._reader = reader
        self._size = width, height
        self._bits = bits
        self._subsampling = subsampling
        self.is_tiled = reader.directory.find(Tag.TileOffsets) is not None
        self._is_apart = reader.number(Tag.PlanarConfiguration, 1) == _SEPARATE
        self._cell = self._cell_size()
        self.has_margin = self.is_tiled and bool(width % self._cell[0] or height % self._cell[1])

    def _cell_size(self) -> tuple[int, int]:
        width, height = self._size
        if self.is_tiled:
            cell = self._reader.number(Tag.TileWidth), self._reader.number(Tag.TileLength)
        else:
            cell = width, min(self._reader.number(Tag.RowsPerStrip, height), height)
        if not all(cell):
            raise DamagedPhotoError("strips or tiles without a size", where=self._reader.where)
        return cell

    def units(self) -> list[Unit]:
        """The strips or tiles that the picture needs; more are left out."""
        across, down = (-(-side // cell) for side, cell in zip(self._size, self._cell, strict=True))
        planes = len(self._bits) if self._is_apart else 1
        tags = (
            (Tag.TileOffsets, Tag.TileByteCounts)
            if self.is_tiled
            else (Tag.StripOffsets, Tag.StripByteCounts)
        )
        offsets, sizes = (self._reader.numbers(tag) for tag in tags)
        needed = across * down * planes
        if len(offsets) < needed:
            raise DamagedPhotoError("strips or tiles are missing", where=self._reader.where)
        if not sizes and needed == 1 and self._reader.number(Tag.Compression, RAW) == RAW:
            sizes = (self._decoded_bytes(*self._unit_size(0), 0),)
        if len(sizes) < needed:
            raise DamagedPhotoError("sizes of strips or tiles are missing", where=self._reader.where)
        is_raw = self._reader.number(Tag.Compression, RAW) == RAW
        units = []
        for number in range(needed):
            plane, at = divmod(number, across * down)
            width, height = self._unit_size(at)
            start = offsets[number]
            decoded = self._decoded_bytes(width, height, plane)
            size = min(sizes[number], decoded) if is_raw else sizes[number]
            place = Range(start, start + size)
            units.append(Unit(place, width, height, decoded, is_cut=size < sizes[number]))
        return units

    def _unit_size(self, at: int) -> tuple[int, int]:
        """Width and height of strip or tile number `at` of a plane."""
        width, height = self._cell
        return (width, height) if self.is_tiled else (width, min(height, self._size[1] - at * height))

    def _decoded_bytes(self, width: int, height: int, plane: int) -> int:
        across, down = self._subsampling
        if (across, down) != (1, 1):
            samples = -(-width // across) * (across * down + 2)
            return (samples * self._bits[0] + 7) // 8 * -(-height // down)
        bits = self._bits[plane] if self._is_apart else sum(self._bits)
        return (width * bits + 7) // 8 * height


def _check_places(source: Source, units: tuple[Unit, ...], where: str) -> None:
    for unit in units:
        if unit.place.end > len(source) or unit.place.start >= unit.place.end:
            raise DamagedPhotoError("a strip or tile does not lie in the file", where=where)
