"""Photos where no decoder is installed: how they are shown, and whether painting changed what it must not.

JPEG by its segments and its coefficients, BMP by its rows. All others need decoders.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from bme_med.core import Format, Region, UnsupportedFileError, sniff
from bme_med.photo.bmp_header import Header, read_header
from bme_med.photo.jpeg_shown import read_shown_jpeg
from bme_med.pixels.comparing_blocks import FAULT, compare_blocks
from bme_med.pixels.decoders import require_decoders
from bme_med.pixels.limits import refuse_too_large

__all__ = [
    "PictureForm",
    "compare_plainly",
    "is_turned_by_xmp_plainly",
    "read_form_plainly",
]


class PictureForm(NamedTuple):
    """Size of the first picture as stored, and the Orientation that turns it."""

    rows: int
    columns: int
    orientation: int

    @property
    def shown_rows(self) -> int:
        """Rows as a viewer shows it."""
        return self.columns if self.orientation > 4 else self.rows

    @property
    def shown_columns(self) -> int:
        """Columns as a viewer shows it."""
        return self.rows if self.orientation > 4 else self.columns


def read_form_plainly(photo: bytes) -> PictureForm:
    """How large the first picture is, and how it is turned.

    Raises
    ------
    FileError
        If it is damaged, or of a format that needs decoders.
    """
    form = _read_form(photo)
    refuse_too_large(form.rows * form.columns, len(photo))
    return form


def _read_form(photo: bytes) -> PictureForm:
    if sniff(photo) is Format.JPEG:
        shown = read_shown_jpeg(photo)
        return PictureForm(shown.rows, shown.columns, shown.exif or shown.xmp or 1)
    if sniff(photo) is not Format.BMP:
        require_decoders()
    header = read_header(photo)
    return PictureForm(header.height, header.width, 1)


def is_turned_by_xmp_plainly(photo: bytes) -> bool:
    """Whether nothing but XMP turns the first picture."""
    if sniff(photo) is not Format.JPEG:
        return False
    shown = read_shown_jpeg(photo)
    return not shown.exif and shown.xmp not in (None, 1)


def compare_plainly(photo: bytes, painted: bytes, regions: Sequence[Region]) -> tuple[str, str]:
    """What was compared, and its SHA-256 outside of `regions`, which are as stored.

    Raises
    ------
    UnsupportedFileError
        If anything outside changed, or not all inside is of one value.
    """
    if sniff(photo) is Format.JPEG:
        return "coefficients", compare_blocks(photo, painted, regions).outside.hex()
    return "rows", _compare_rows(photo, painted, read_header(photo), regions)


def _compare_rows(photo: bytes, painted: bytes, header: Header, regions: Sequence[Region]) -> str:
    """Compare two BMP; each row as one number, whose highest bits are its first pixel."""
    start, end = header.pixel_start, header.pixel_start + header.stride * header.height
    digest, values = hashlib.sha256(), set[int]()
    if photo[:start] + photo[end:] != painted[:start] + painted[end:]:
        raise UnsupportedFileError(FAULT)
    for row in range(header.height):
        line = start + (row if header.is_top_down else header.height - 1 - row) * header.stride
        old, new = (int.from_bytes(file[line : line + header.stride], "big") for file in (photo, painted))
        for region in regions:
            top, left, bottom, right = region.clipped(rows=header.height, columns=header.width)
            if not (top <= row < bottom and left < right):
                continue
            span = _Span(left, right, header)
            values.add(span.value(new))
            old, new = span.cleared(old), span.cleared(new)
        if old != new or len(values) > 1:
            raise UnsupportedFileError(FAULT)
        digest.update(new.to_bytes(header.stride, "big"))
    return digest.hexdigest()


class _Span:
    """Pixels of a row that is one number."""

    def __init__(self, left: int, right: int, header: Header) -> None:
        self._count = right - left
        self._depth = header.depth
        self._shift = 8 * header.stride - right * header.depth
        self._ones = (1 << self._count * header.depth) - 1

    def value(self, row: int) -> int:
        """The one value of its pixels.

        Raises
        ------
        UnsupportedFileError
            If there are several.
        """
        pixels = row >> self._shift & self._ones
        value = pixels >> (self._count - 1) * self._depth
        if pixels != value * (self._ones // ((1 << self._depth) - 1)):
            raise UnsupportedFileError(FAULT)
        return value

    def cleared(self, row: int) -> int:
        """The row without them."""
        return row & ~(self._ones << self._shift)
