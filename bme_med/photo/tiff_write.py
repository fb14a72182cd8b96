"""Pages laid out anew: directory, values, strips or tiles, page after page, no gaps (TIFF 6.0, section 2).

Sizes are known before places, so a first pass gives every part its offset and a second one writes them.
"""

import struct
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Pieces, Range
from bme_med.photo.tiff_fields import Field
from bme_med.photo.tiff_ifd import Form
from bme_med.photo.tiff_tags import Tag

__all__ = ["Apart", "PageParts", "write_pages"]

_MAX_CLASSIC_BYTES = (1 << 32) - 1


class Apart(NamedTuple):
    """Parts of a picture beside its strips or tiles, and which of them each offset of their field names."""

    parts: tuple[Pieces, ...]
    selectors: tuple[int, ...]


class PageParts(NamedTuple):
    """What a page is written of: its fields but for the places, and its strips or tiles.

    Attributes
    ----------
    apart
        What stands before them, by the tag of its offsets.
    within
        Where in the first of those the strips lie, if they are no bytes of their own.
    """

    fields: dict[int, Field]
    units: tuple[Pieces, ...]
    is_tiled: bool
    apart: dict[int, Apart] = {}  # noqa: RUF012 - never changed
    within: tuple[Range, ...] | None = None


class _Placed(NamedTuple):
    """A page with its place, and those of its values."""

    start: int
    fields: dict[int, Field]
    values: dict[int, int]
    end: int


def write_pages(form: Form, pages: Sequence[PageParts]) -> Pieces:
    """The whole file.

    Raises
    ------
    UnsupportedFileError
        If a classic TIFF would have more than 4 GiB.
    """
    placed = []
    position = len(form.header) + form.inline_bytes
    for page in pages:
        placed.append(_place(form, page, position))
        position = placed[-1].end + placed[-1].end % 2
    if not form.is_big and position > _MAX_CLASSIC_BYTES:
        raise UnsupportedFileError("the file is too large for TIFF: save it as BigTIFF, then run again")
    out = Pieces()
    out.literal(form.header + form.pack_offset(placed[0].start))
    following = [page.start for page in placed[1:]] + [0]
    for place, parts, next_start in zip(placed, pages, following, strict=True):
        out.literal(bytes(place.start - out.size))
        _write(form, out, place, next_start)
        for _, apart in sorted(parts.apart.items()):
            for part in apart.parts:
                out.extend(part)
        for unit in parts.units:
            out.extend(unit)
    return out


def _place(form: Form, page: PageParts, start: int) -> _Placed:
    """Give the page, its values and its strips or tiles their places, and write those into its fields."""
    offsets_tag, sizes_tag = (
        (Tag.TileOffsets, Tag.TileByteCounts) if page.is_tiled else (Tag.StripOffsets, Tag.StripByteCounts)
    )
    within, sizes = page.within, tuple(unit.size for unit in page.units)
    if within is not None:
        sizes = tuple(place.end - place.start for place in within)
    fields = dict(page.fields)
    if sizes:
        fields[offsets_tag] = fields[sizes_tag] = _offsets(form, sizes)
    fields.update({tag: _offsets(form, apart.selectors) for tag, apart in page.apart.items()})
    position = start + form.directory_bytes(len(fields))
    values = {}
    for tag, field in sorted(fields.items()):
        if len(field.data) > form.inline_bytes:
            position += position % 2
            values[tag] = position
            position += len(field.data)
    first = position
    offsets: dict[int, Sequence[int]] = {}
    for tag, apart in sorted(page.apart.items()):
        places = list(accumulate((part.size for part in apart.parts), initial=position))
        offsets[tag] = tuple(places[number] for number in apart.selectors)
        position = places[-1]
    if within is not None:
        offsets[offsets_tag] = tuple(first + place.start for place in within)
    else:
        *offsets[offsets_tag], position = accumulate(sizes, initial=position)
    if form.is_big or position <= _MAX_CLASSIC_BYTES:
        fields.update({tag: _offsets(form, numbers) for tag, numbers in offsets.items() if numbers})
    return _Placed(start, fields, values, position)


def _offsets(form: Form, numbers: Sequence[int]) -> Field:
    return Field(form.offset_type, len(numbers), form.pack_offset(*numbers))


def _write(form: Form, out: Pieces, page: _Placed, next_start: int) -> None:
    """The directory, then the values that do not fit into it."""
    out.literal(form.pack_count(len(page.fields)))
    for tag, field in sorted(page.fields.items()):
        head = struct.pack(f"{form.order}HH{'Q' if form.is_big else 'I'}", tag, field.type, field.members)
        inline = (
            form.pack_offset(page.values[tag])
            if tag in page.values
            else field.data.ljust(form.inline_bytes, b"\0")
        )
        out.literal(head + inline)
    out.literal(form.pack_offset(next_start))
    for tag, start in page.values.items():
        out.literal(bytes(start - out.size) + page.fields[tag].data)
