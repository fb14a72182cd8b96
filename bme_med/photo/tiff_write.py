"""Pages laid out anew: directory, values, strips or tiles, page after page, no gaps (TIFF 6.0, section 2).

Sizes are known before places, so a first pass gives every part its offset and a second one writes them.
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Pieces
from bme_med.photo.tiff_fields import Field
from bme_med.photo.tiff_ifd import Form
from bme_med.photo.tiff_tags import Tag

__all__ = ["PageParts", "write_pages"]

_MAX_CLASSIC_BYTES = (1 << 32) - 1


class PageParts(NamedTuple):
    """What a page is written of: its fields but for the places, and its strips or tiles."""

    fields: dict[int, Field]
    units: tuple[Pieces, ...]
    is_tiled: bool


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
        for unit in parts.units:
            out.extend(unit)
    return out


def _place(form: Form, page: PageParts, start: int) -> _Placed:
    """Give the page, its values and its strips or tiles their places, and write those into its fields."""
    offsets_tag, sizes_tag = (
        (Tag.TileOffsets, Tag.TileByteCounts) if page.is_tiled else (Tag.StripOffsets, Tag.StripByteCounts)
    )
    count, type_ = len(page.units), form.offset_type
    sizes = form.pack_offset(*(unit.size for unit in page.units))
    fields = {**page.fields, offsets_tag: Field(type_, count, sizes), sizes_tag: Field(type_, count, sizes)}
    position = start + form.directory_bytes(len(fields))
    values = {}
    for tag, field in sorted(fields.items()):
        if len(field.data) > form.inline_bytes:
            position += position % 2
            values[tag] = position
            position += len(field.data)
    offsets = []
    for unit in page.units:
        offsets.append(position)
        position += unit.size
    if form.is_big or position <= _MAX_CLASSIC_BYTES:
        fields[offsets_tag] = Field(type_, count, form.pack_offset(*offsets))
    return _Placed(start, fields, values, position)


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
