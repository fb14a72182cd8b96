"""One page of a TIFF: what stays of its directory, and the strips or tiles of its picture (TIFF 6.0, 8)."""

from typing import NamedTuple

from bme_med.core.plan import Range
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.tiff_coding import LERC, OLD_JPEG, PALETTE, Coding, read_coding
from bme_med.photo.tiff_fields import Field, Fields
from bme_med.photo.tiff_geometry import Geometry, Unit
from bme_med.photo.tiff_ifd import Directory, Form
from bme_med.photo.tiff_old_jpeg_parts import OldJpeg, read_old_jpeg
from bme_med.photo.tiff_tags import Tag

__all__ = ["Page", "read_page"]

_GRAY = (0, 1, PALETTE, 4)
_SEPARATED = 5
_MAX_SAMPLES = 64


class Page(NamedTuple):
    """One page.

    Attributes
    ----------
    fields
        What stays of its directory by a rule alone.
    units
        Its strips or tiles, in their order; none if it is an old JPEG.
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
    old_jpeg: OldJpeg | None

    @property
    def places(self) -> tuple[Range, ...]:
        """Where the picture lies."""
        return self.old_jpeg.places if self.old_jpeg else tuple(unit.place for unit in self.units)


def read_page(source: Source, form: Form, directory: Directory) -> Page:
    """Read what a directory says of its picture.

    Raises
    ------
    FileError
        If it is not a picture that can be looked through, or parts of it lie outside the file.
    """
    fields = Fields(source, form, directory)
    coding = read_coding(fields)
    is_old = coding.compression == OLD_JPEG
    bits = _read_bits(fields, is_old=is_old)
    geometry = Geometry(fields, coding.compression, bits)
    return Page(
        directory,
        _kept_fields(fields, coding, len(bits), is_tiled=geometry.is_tiled),
        () if is_old else geometry.units(),
        geometry.is_tiled,
        geometry.has_margin,
        coding,
        bits,
        fields.number(Tag.Predictor, 1),
        fields.numbers(Tag.ExtraSamples) or (0,) * (len(bits) - _count_colors(fields)),
        read_old_jpeg(fields, geometry, len(bits)) if is_old else None,
    )


def _read_bits(fields: Fields, *, is_old: bool) -> tuple[int, ...]:
    """How many bits each sample of a pixel has; writers of old JPEG left out how many there are."""
    samples = fields.number(Tag.SamplesPerPixel, len(fields.numbers(Tag.BitsPerSample)) if is_old else 1)
    if not 0 < samples <= _MAX_SAMPLES:
        raise DamagedPhotoError("an impossible number of samples", where=fields.where)
    bits = fields.numbers(Tag.BitsPerSample)[:samples] or (1,)
    if len(bits) not in (1, samples) or not all(0 < number <= 64 for number in bits):
        raise DamagedPhotoError("impossible numbers of bits", where=fields.where)
    return bits if len(bits) == samples else bits * samples


def _kept_fields(fields: Fields, coding: Coding, samples: int, *, is_tiled: bool) -> dict[int, Field]:
    """What stays by a rule alone, without what means nothing for this page."""
    kept = fields.kept(samples)
    if coding.compression != LERC:
        kept.pop(Tag.LercParameters, None)
    if coding.compression != OLD_JPEG:
        kept.pop(Tag.JPEGProc, None)
    for tag in (Tag.RowsPerStrip,) if is_tiled else (Tag.TileWidth, Tag.TileLength):
        kept.pop(tag, None)
    return kept


def _count_colors(fields: Fields) -> int:
    """How many samples a pixel has for its colour."""
    photometric = fields.number(Tag.PhotometricInterpretation, 0)
    if photometric == _SEPARATED:
        return fields.number(Tag.NumberOfInks, 4)
    return 1 if photometric in _GRAY else 3
