"""Encapsulated pixel data with boxes painted over: touched frames are coded again, all others stay ranges.

Offset tables are made anew. Where no encoder codes a frame as it was, all frames become native ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import accumulate
from struct import pack

from bme_med.core import Action, Box, Code, Pieces, Range, Region, Rendered, Source, regions_of
from bme_med.dicom.coded_bits import Look
from bme_med.dicom.codestreams import Pictures, is_start
from bme_med.dicom.encoding import EXPLICIT_LE, header, item_header
from bme_med.dicom.fragments import FRAGMENTS_END, keep_overwritten
from bme_med.dicom.frames import Frame, counted_frames, read_frame
from bme_med.dicom.instance import Instance
from bme_med.dicom.offset_tables import EXTENDED_TABLES, basic_table, has_true_extended_tables
from bme_med.dicom.walker import PIXEL_DATA, Element
from bme_med.pixels import (
    Painted,
    PixelForm,
    Rendering,
    compare_frames,
    frame_bytes,
    paint_as_native,
    paint_encapsulated,
)

__all__ = ["EncapsulatedPainting"]

_HELD_BYTES = 64 << 20
"""Painted frames that are held from planning to writing; further ones are painted twice."""
_LONGEST_TABLE = 1 << 32
_LOSSY = frozenset(f"1.2.840.10008.1.2.4.{last}" for last in (*range(50, 57), 81))
"""Transfer syntaxes that always lose something."""
_PHOTOMETRIC, _PLANAR, _LOSSY_COMPRESSION = 0x00280004, 0x00280006, 0x00282110


@dataclass(frozen=True, slots=True)
class _Frame:
    """A frame of the output: the source's, or a codestream of `size` bytes that is painted."""

    source: Frame
    regions: tuple[Region, ...] = ()
    size: int = 0
    held: bytes = b""


@dataclass(slots=True)
class EncapsulatedPainting:
    """Paints the frames of one instance; made before its dataset is written, parts of which depend on it.

    Attributes
    ----------
    transfer_syntax
        Of the output.
    attributes
        Image Pixel attributes and offset tables that change: VR and value.
    notes
        What a person should know.
    """

    instance: Instance
    element: Element
    form: PixelForm
    rendering: Rendering
    boxes: tuple[Box, ...]
    look: Look
    transfer_syntax: str = ""
    attributes: dict[int, tuple[str, bytes]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    _frames: list[_Frame] = field(default_factory=list)
    _native: PixelForm | None = None

    def __post_init__(self) -> None:
        """Paint every touched frame.

        Raises
        ------
        FileError
            If one cannot be painted.
        """
        self.transfer_syntax = self.form.transfer_syntax
        self._paint_all()
        if self._native is None:
            self._set_extended_tables()

    @property
    def _data(self) -> Source:
        return self.instance.data

    def _paint_all(self) -> None:
        form = self.form
        digest, values, held, what = sha256(), set[tuple[float, ...]](), 0, ""
        for number, frame in enumerate(counted_frames(self._data, self.element, self.instance), 1):
            regions = regions_of(self.boxes, number, rows=form.rows, columns=form.columns)
            self.look(frame.fragments)
            if not regions:
                self._frames.append(_Frame(frame))
                continue
            before = read_frame(self._data, frame)
            painted = self._painted(before, regions)
            seen = compare_frames(before, form, painted.codestream, painted.form, regions)
            digest.update(seen.outside)
            values.add(seen.inside)
            what = seen.what
            self._learn(painted)
            codestream = b"" if self._native else _without_spare(painted.codestream)
            held += len(codestream)
            kept = codestream if held <= _HELD_BYTES else b""
            self._frames.append(_Frame(frame, regions, len(codestream), kept))
        count = sum(bool(made.regions) for made in self._frames)
        outside = f"as before in {count} frames, SHA-256 of the digests of their {what} {digest.hexdigest()}"
        inside = "; ".join(", ".join(f"{part:g}" for part in value) for value in sorted(values))
        self.actions = [
            Action("(7FE0,0010) PixelData outside the boxes", Code.REDACT, outside),
            Action(
                "(7FE0,0010) PixelData inside the boxes", Code.REDACT, f"one value in each frame: {inside}"
            ),
        ]

    def _painted(self, codestream: bytes, regions: Sequence[Region]) -> Painted:
        paint = paint_as_native if self._native else paint_encapsulated
        return paint(codestream, self.form, regions, self.rendering)

    def _learn(self, painted: Painted) -> None:
        """What one painted frame says of all."""
        if painted.note and painted.note not in self.notes:
            self.notes.append(painted.note)
        if painted.form.photometric != self.form.photometric:
            self.attributes[_PHOTOMETRIC] = "CS", painted.form.photometric.encode()
        if painted.transfer_syntax and self._native is None:
            self._native = painted.form
            self.transfer_syntax = painted.transfer_syntax
            if painted.form.samples > 1:
                self.attributes[_PLANAR] = "US", pack("<H", painted.form.planar)
            if self.form.transfer_syntax in _LOSSY:
                self.attributes[_LOSSY_COMPRESSION] = "CS", b"01"

    def _set_extended_tables(self) -> None:
        """Both tables anew where the source has true ones."""
        if not has_true_extended_tables(self.instance):
            return
        sizes = [self._content_bytes(frame) for frame in self._frames]
        offsets = accumulate((size + size % 2 + 8 for size in sizes[:-1]), initial=0)
        for tag, numbers in zip(EXTENDED_TABLES, (offsets, sizes), strict=True):
            self.attributes[tag] = "OV", b"".join(pack("<Q", number) for number in numbers)

    def _content_bytes(self, frame: _Frame) -> int:
        return frame.size or sum(end - start for start, end in frame.source.fragments)

    def write(self, out: Pieces) -> None:
        """Append the element."""
        if self._native:
            self._write_native(self._native, out)
            return
        out.keep(self.element.start, self.element.value)
        table = self._basic_table()
        out.literal(item_header(len(table), coding=EXPLICIT_LE) + table)
        for frame in self._frames:
            if frame.regions:
                self._write_painted(frame, out)
            else:
                self._keep(frame.source, out)
        out.literal(FRAGMENTS_END)

    def _basic_table(self) -> bytes:
        """Where frames start, if the source had such a table and 32 bits are enough; else nothing."""
        old = basic_table(self._data, self.element)
        lengths = [self._stored_bytes(frame) for frame in self._frames]
        if old.end - old.start == 8 or sum(lengths) >= _LONGEST_TABLE:
            return b""
        return b"".join(pack("<I", start) for start in accumulate(lengths[:-1], initial=0))

    def _stored_bytes(self, frame: _Frame) -> int:
        """Bytes of all items of `frame`."""
        if frame.regions:
            return 8 + frame.size + frame.size % 2
        return sum(8 + end - start for start, end in frame.source.fragments)

    def _write_painted(self, frame: _Frame, out: Pieces) -> None:
        size = frame.size + frame.size % 2
        out.literal(item_header(size, coding=EXPLICIT_LE))
        if frame.held:
            out.literal(frame.held + bytes(frame.size % 2))
        else:
            out.render(Rendered(size, _Again(self, frame)))

    def codestream(self, frame: _Frame, source: Source) -> bytes:
        """The painted codestream of `frame`, padded."""
        painted = self._painted(read_frame(source, frame.source), frame.regions)
        return _without_spare(painted.codestream) + bytes(frame.size % 2)

    def _keep(self, frame: Frame, out: Pieces) -> None:
        """A frame that no box is for, without what no decoder needs."""
        for start, end in frame.fragments:
            spare = [payload for payload in frame.spare if start <= payload.start < end]
            keep_overwritten(start - 8, end, spare, out)

    def _write_native(self, form: PixelForm, out: Pieces) -> None:
        size = frame_bytes(form) * len(self._frames)
        out.literal(header(PIXEL_DATA, form.vr, size + size % 2, coding=EXPLICIT_LE))
        out.render(Rendered(size, _AllNative(self)))
        out.literal(bytes(size % 2))

    def native_frames(self, source: Source) -> Iterator[bytes]:
        """All frames, painted or not, as native ones."""
        for frame in self._frames:
            codestream = read_frame(source, frame.source)
            yield paint_as_native(codestream, self.form, frame.regions, self.rendering).codestream


@dataclass(frozen=True, slots=True)
class _Again:
    """Paints a frame that was too long to hold."""

    painting: EncapsulatedPainting
    frame: _Frame

    def __call__(self, source: Source) -> Iterator[bytes]:
        yield self.painting.codestream(self.frame, source)


@dataclass(frozen=True, slots=True)
class _AllNative:
    """Makes all frames native ones."""

    painting: EncapsulatedPainting

    def __call__(self, source: Source) -> Iterator[bytes]:
        return self.painting.native_frames(source)


def _without_spare(codestream: bytes) -> bytes:
    """A painted codestream with zeros in place of what no decoder needs, such as an encoder's comment.

    A boxed one is JPEG XL that packs a JPEG, and holds what was painted of that.
    """
    if not is_start(codestream[:8]) or codestream[0] != 0xFF:
        return codestream
    cleaned = bytearray(codestream)
    for start, end in Pictures(codestream).spare_ranges([Range(0, len(codestream))])[0]:
        cleaned[start:end] = bytes(end - start)
    return bytes(cleaned)
