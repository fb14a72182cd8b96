"""The coefficients of a JPEG, and whether two pictures have the same outside of what was painted over.

Slow and simple, and nothing of how the painter reads them: the two check each other where no decoder is
installed (ITU-T T.81, A.1, A.2).
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from bme_med.core import MalformedFileError
from bme_med.pixels.coefficient_codes import Bits, Symbols
from bme_med.pixels.coefficient_scans import BLOCK, Place, read_progressive, read_sequential
from bme_med.pixels.jpeg_frame import PROGRESSIVE, Frame
from bme_med.pixels.jpeg_huffman import NO_CODES
from bme_med.pixels.jpeg_picture import CodedScan, Picture, read_picture

__all__ = ["Coefficients", "Plane", "read_coefficients"]


@dataclass(frozen=True, slots=True)
class Plane:
    """The blocks of one component, row by row, as many as whole MCUs need (A.2.4).

    Attributes
    ----------
    columns, rows
        Blocks in a row, and rows of them.
    coded_columns, coded_rows
        Of these, what a scan of this component alone holds (A.2.3).
    values
        Quantised coefficients, `BLOCK` for each block.
    """

    columns: int
    rows: int
    coded_columns: int
    coded_rows: int
    values: "array[int]"


@dataclass(frozen=True, slots=True)
class Coefficients:
    """A picture as its segments tell it, and the blocks of each component."""

    picture: Picture
    planes: tuple[Plane, ...]


def read_coefficients(jpeg: bytes) -> Coefficients:
    """All coefficients of a picture.

    Raises
    ------
    MalformedFileError
        If it is damaged.
    UnsupportedFileError
        If it is lossless, hierarchical or coded arithmetically.
    """
    picture = read_picture(jpeg)
    planes = tuple(_plane(picture.frame, index) for index in range(len(picture.frame.components)))
    for part in picture.parts:
        if isinstance(part, CodedScan):
            try:
                _read_scan(part, picture.frame, planes)
            except (IndexError, OverflowError):
                raise MalformedFileError("a coefficient is impossible", where="SOS") from None
    return Coefficients(picture, planes)


def _plane(frame: Frame, index: int) -> Plane:
    component = frame.components[index]
    wide, high = frame.widest, frame.tallest
    columns = -(-frame.columns // (8 * wide)) * component.horizontal
    rows = -(-frame.rows // (8 * high)) * component.vertical
    coded_columns = -(-frame.columns * component.horizontal // (8 * wide))
    coded_rows = -(-frame.rows * component.vertical // (8 * high))
    return Plane(columns, rows, coded_columns, coded_rows, array("h", bytes(2 * BLOCK * columns * rows)))


def _places(coded: CodedScan, frame: Frame, planes: tuple[Plane, ...]) -> tuple[list[Place], int, int]:
    """The blocks of an MCU in their order, and how many MCUs lie side by side and in all (A.2.2, A.2.3)."""
    components = coded.scan.components
    is_alone = len(components) == 1
    found = []
    for index, dc, ac in components:
        plane = planes[index]
        wide, high = (1, 1) if is_alone else frame.components[index][1:3]
        of_dc, of_ac = (Symbols(coded.tables.get(key, NO_CODES)) for key in ((0, dc), (1, ac)))
        of_row, of_column = high * plane.columns * BLOCK, wide * BLOCK
        one = Place(index, plane.values, of_dc, of_ac, 0, of_row, of_column)
        found += [
            one._replace(first=(down * plane.columns + across) * BLOCK)
            for down in range(high)
            for across in range(wide)
        ]
    only = planes[components[0][0]]
    if is_alone:
        return found, only.coded_columns, only.coded_columns * only.coded_rows
    columns, rows = -(-frame.columns // (8 * frame.widest)), -(-frame.rows // (8 * frame.tallest))
    return found, columns, columns * rows


def _read_scan(coded: CodedScan, frame: Frame, planes: tuple[Plane, ...]) -> None:
    places, columns, count = _places(coded, frame, planes)
    size = coded.restart or count
    if len(coded.intervals) != -(-count // size):
        raise MalformedFileError("the scan has too many or too few restart markers", where="SOS")
    for number, stuffed in enumerate(coded.intervals):
        bits = Bits(stuffed)
        blocks = _blocks(places, columns, range(number * size, min((number + 1) * size, count)))
        if frame.marker == PROGRESSIVE:
            read_progressive(bits, coded.scan, blocks)
        else:
            read_sequential(bits, blocks)
        bits.close()


def _blocks(places: list[Place], columns: int, mcus: range) -> Iterator[tuple[Place, int]]:
    """Each block of some MCUs, and where its coefficients start."""
    for mcu in mcus:
        row, column = divmod(mcu, columns)
        for place in places:
            yield place, place.first + row * place.of_row + column * place.of_column
