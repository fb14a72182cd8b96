"""Where the parts of an old JPEG inside TIFF lie (TIFF 6.0, section 22; compression 6)."""

from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Range
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.jpeg_frame import FrameReader
from bme_med.photo.jpeg_segments import walk
from bme_med.photo.spliced import Spliced
from bme_med.photo.tiff_fields import Fields
from bme_med.photo.tiff_geometry import Geometry
from bme_med.photo.tiff_tags import Tag

__all__ = ["OldJpeg", "read_old_jpeg"]

_SOI = b"\xff\xd8"
_FRAMES = (0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, 0xCB)
_TABLES = (Tag.JPEGQTables, Tag.JPEGDCTables, Tag.JPEGACTables)
_QUANTISATION_BYTES, _COUNTS = 64, 16
_BLOCK, _MOST = 8, 0xFFFF
_YCBCR = 6
_ADVICE = "save the picture as TIFF with LZW, or as PNG, then run again"


class OldJpeg(NamedTuple):
    """The parts of one page.

    Attributes
    ----------
    stream
        The interchange stream; None where there is none.
    strips
        Strips or tiles; none where the stream holds everything and the page does not say where.
    is_inside
        Whether the strips are parts of the stream.
    tables
        Those that stand apart, each once.
    selectors
        Which of them each sample uses.
    columns, lines
        How large the one JPEG may be.
    interval
        MCUs between two RST, if the stream itself does not say; 0 for none.
    declared_interval
        What the page says of that.
    """

    stream: Range | None
    strips: tuple[Range, ...]
    is_inside: bool
    tables: dict[int, tuple[Range, ...]]
    selectors: dict[int, tuple[int, ...]]
    columns: int
    lines: int
    samples: int
    subsampling: tuple[int, int]
    interval: int
    declared_interval: int

    @property
    def places_of_stream(self) -> tuple[Range, ...]:
        """What the one JPEG is made of, in its order."""
        return ((self.stream,) if self.stream else ()) + (() if self.is_inside else self.strips)

    @property
    def places(self) -> tuple[Range, ...]:
        """All parts."""
        return self.places_of_stream + tuple(place for places in self.tables.values() for place in places)


def read_old_jpeg(fields: Fields, geometry: Geometry, samples: int) -> OldJpeg:
    """Find the parts of a page.

    Raises
    ------
    FileError
        If one is missing, lies outside the file, or does not say how long it is.
    """
    starts, sizes = geometry.starts_and_sizes()
    stream, strips = _read_stream(fields, starts, sizes)
    is_inside = stream is not None and all(stream.start <= strip.start < stream.end for strip in strips)
    _check_places(fields, stream, strips)
    if not is_inside and geometry.is_apart:
        raise UnsupportedFileError(f"an old kind of JPEG inside TIFF, plane by plane: {_ADVICE}")
    tables: dict[int, tuple[Range, ...]] = {}
    selectors: dict[int, tuple[int, ...]] = {}
    if stream is None and fields.source[strips[0].start : strips[0].start + 2] != _SOI:
        for tag in _TABLES:
            tables[tag], selectors[tag] = _read_tables(fields, tag, samples)
    columns, lines = geometry.size_of_column()
    if max(columns, lines) > _MOST:
        raise DamagedPhotoError("the picture is larger than JPEG allows", where=fields.where)
    subsampling = _read_subsampling(fields, stream or strips[0], has_tables=bool(tables))
    declared = fields.number(Tag.JPEGRestartInterval, 0)
    interval = geometry.rows // (_BLOCK * subsampling[1]) * -(-columns // (_BLOCK * subsampling[0]))
    return OldJpeg(
        stream,
        strips,
        is_inside,
        tables,
        selectors,
        columns,
        lines,
        samples,
        subsampling,
        min(interval if geometry.rows < lines else declared, _MOST),
        declared,
    )


def _check_places(fields: Fields, stream: Range | None, strips: tuple[Range, ...]) -> None:
    """Refuse what lies outside the file, and a page without any data."""
    if stream is None and not strips:
        raise DamagedPhotoError("strips or tiles are missing", where=fields.where)
    for place in (*((stream,) if stream else ()), *strips):
        if place.start >= place.end or place.end > len(fields.source):
            raise DamagedPhotoError("a strip or tile does not lie in the file", where=fields.where)


def _read_stream(
    fields: Fields, starts: tuple[int, ...], sizes: tuple[int, ...]
) -> tuple[Range | None, tuple[Range, ...]]:
    """The interchange stream, and the strips; of one strip that starts in it, the longer one counts."""
    start = fields.number(Tag.JPEGInterchangeFormat, 0)
    size = fields.number(Tag.JPEGInterchangeFormatLength, 0)
    if start and len(starts) == 1 and len(sizes) == 1 and start <= starts[0] <= start + max(size - 1, 0):
        size = max(size, starts[0] + sizes[0] - start)
    if start and not size:
        raise UnsupportedFileError(
            f"an old kind of JPEG inside TIFF that does not say how long it is: {_ADVICE}"
        )
    stream = Range(start, start + size) if start else None
    if not sizes and stream and all(stream.start <= at < stream.end for at in starts):
        sizes = tuple(stream.end - at for at in starts)
    if len(sizes) < len(starts):
        raise DamagedPhotoError("sizes of strips or tiles are missing", where=fields.where)
    return stream, tuple(Range(at, at + size) for at, size in zip(starts, sizes, strict=False))


def _read_tables(fields: Fields, tag: Tag, samples: int) -> tuple[tuple[Range, ...], tuple[int, ...]]:
    """Where the tables of a kind lie, each once, and which of them each sample uses."""
    offsets = fields.numbers(tag)[:samples]
    if not offsets or not all(offsets):
        raise DamagedPhotoError(f"{tag.name} is missing", where=fields.where)
    offsets += offsets[-1:] * (samples - len(offsets))
    once = tuple(dict.fromkeys(offsets))
    places = []
    for start in once:
        size = _QUANTISATION_BYTES
        if tag is not Tag.JPEGQTables:
            size = _COUNTS + sum(fields.source[start : start + _COUNTS])
        if start + size > len(fields.source):
            raise DamagedPhotoError("a table does not lie in the file", where=fields.where)
        places.append(Range(start, start + size))
    return tuple(places), tuple(once.index(start) for start in offsets)


def _read_subsampling(fields: Fields, head: Range, *, has_tables: bool) -> tuple[int, int]:
    """How many pixels share a pair of chroma samples: as the frame says, where there is one."""
    if not has_tables:
        source = Spliced((head,), fields.source)
        for segment in walk(source):
            if segment.marker in _FRAMES:
                payload = source[segment.start + 4 : segment.end]
                frame = FrameReader().read_frame(segment.marker, payload, fields.where)
                first = next(iter(frame.components.values()))
                return first.horizontal, first.vertical
    if fields.number(Tag.PhotometricInterpretation, 0) != _YCBCR:
        return 1, 1
    across, down = (fields.numbers(Tag.YCbCrSubSampling) or (2, 2))[:2]
    if across not in (1, 2, 4) or down not in (1, 2, 4):
        raise DamagedPhotoError("impossible subsampling", where=fields.where)
    return across, down
