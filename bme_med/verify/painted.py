"""Pixels that were painted over, as they decode: outside the boxes as before, inside one value.

Of a JPEG, whole MCUs are painted, and decoders mix chroma beyond them (ITU-T T.81, A.2): as far as that goes,
pixels outside a box may differ.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from pydicom import FileDataset
from pydicom.encaps import parse_fragments

from bme_med.core import Box, Region, regions_of
from bme_med.verify.frames import DCT, JPEG_XL, codestreams, is_encapsulated, jpeg_in, pictures

__all__ = ["covered_problems", "decoded_problems", "may_change", "mcu_of", "offset_problems"]

_FRAME_HEADERS = frozenset((0xC0, 0xC1, 0xC2))
_NOT_ONE_VALUE = "a declared region is not one value"
_MIXED = 4
"""Pixels that one chroma sample reaches beyond its own, at most."""


def decoded_problems(source: FileDataset, output: FileDataset, boxes: Sequence[Box]) -> Iterator[str]:
    """How the frames differ; bits that hold no value are not compared, but are one value in boxes."""
    try:
        cell = _cell_of(source, output)
        pairs = zip_longest(pictures(source), pictures(output))
        for number, (before, after) in enumerate(pairs, 1):
            if before is None or after is None or before.shape != after.shape:
                yield "frames are missing, or have another size"
                return
            regions = regions_of(boxes, number, rows=after.shape[0], columns=after.shape[1])
            is_equal = (_stored(before, source) == _stored(after, output)) | (before != before)
            if problem := _frame(is_equal, after, regions, cell):
                yield f"frame {number}: {problem}"
                return
    except ImportError:
        yield "not the source's bytes, and numpy is not installed to compare what they show"
    except Exception as error:  # noqa: BLE001 - a decoder of pydicom may fail in any way, and shows values
        yield f"not the source's bytes, and they cannot be decoded ({type(error).__name__})"


def covered_problems(output: FileDataset, boxes: Sequence[Box]) -> Iterator[str]:
    """Whether each region holds one value, for which no source is needed."""
    try:
        for number, frame in enumerate(pictures(output), 1):
            for region in regions_of(boxes, number, rows=frame.shape[0], columns=frame.shape[1]):
                if not _is_one_value(_stored(frame, output), region):
                    yield f"frame {number}: {_NOT_ONE_VALUE}"
                    return
    except Exception as error:  # noqa: BLE001 - as above
        yield f"painted over, and they cannot be decoded ({type(error).__name__})"


def _cell_of(source: FileDataset, output: FileDataset) -> tuple[int, int]:
    """Rows and columns of what is painted at once: a pixel, two that share chroma, or an MCU of a JPEG."""
    syntax = source.file_meta.TransferSyntaxUID
    if syntax == output.file_meta.TransferSyntaxUID and syntax in DCT | JPEG_XL:
        jpeg = jpeg_in(next(codestreams(source)), source)
        return mcu_of(jpeg) if jpeg else (1, 1)
    is_paired = not is_encapsulated(syntax) and source.PhotometricInterpretation == "YBR_FULL_422"
    return (1, 2 if is_paired else 1)


def mcu_of(jpeg: bytes) -> tuple[int, int]:
    """Rows and columns of an MCU (ITU-T T.81, A.2 and B.2.2); a pixel where there is no frame header."""
    at = 2
    while jpeg[at : at + 1] == b"\xff":
        if jpeg[at + 1] in _FRAME_HEADERS:
            components = jpeg[at + 9]
            factors = [jpeg[at + 11 + 3 * number] for number in range(components)]
            if components == 1:
                return 8, 8
            return 8 * max(factor & 15 for factor in factors), 8 * max(factor >> 4 for factor in factors)
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return 1, 1


def may_change(region: Region, cell: tuple[int, int], *, rows: int, columns: int) -> Region:
    """Where a picture may differ for `region`, which was painted cell by cell.

    >>> may_change(Region(3, 3, 9, 9), (1, 2), rows=90, columns=90)
    Region(top=3, left=2, bottom=9, right=10)
    >>> may_change(Region(20, 20, 30, 30), (8, 8), rows=90, columns=90)
    Region(top=12, left=12, bottom=44, right=44)
    """
    height, width = cell
    mixed = _MIXED if height > 1 else 0
    wide = region.grown(mixed, mixed)
    painted = Region(
        wide.top // height * height,
        wide.left // width * width,
        -(-wide.bottom // height) * height,
        -(-wide.right // width) * width,
    )
    return painted.grown(mixed, mixed).clipped(rows=rows, columns=columns)


def _stored(frame: Any, dataset: FileDataset) -> Any:
    """The frame with the bits alone that hold its values (PS3.5, 8.1.1)."""
    if frame.dtype.kind == "f":
        return frame
    stored, high = int(dataset.BitsStored), int(dataset.get("HighBit", int(dataset.BitsStored) - 1))
    return frame.view(f"u{frame.dtype.itemsize}") >> (high + 1 - stored) & ((1 << stored) - 1)


def _frame(is_equal: Any, after: Any, regions: Sequence[Region], cell: tuple[int, int]) -> str:
    rows, columns = after.shape[:2]
    for region in regions:
        if not _is_one_value(after, region):
            return _NOT_ONE_VALUE
        around = may_change(region, cell, rows=rows, columns=columns)
        is_equal[around.top : around.bottom, around.left : around.right] = True
    return "" if is_equal.all() else "another picture outside the declared regions"


def _is_one_value(frame: Any, region: Region) -> bool:
    inside = frame[region.top : region.bottom, region.left : region.right]
    return not (inside != inside[0, 0]).any()


def offset_problems(output: FileDataset) -> Iterator[str]:
    """Offset tables that do not point to the fragments (PS3.5, A.4; PS3.3, C.7.6.3.1.8)."""
    value = output.PixelData
    _, *starts = parse_fragments(value)[1]
    sizes = [int.from_bytes(value[start + 4 : start + 8], "little") for start in starts]
    places = [start - starts[0] for start in starts]
    table = value[8 : starts[0]] if starts else b""
    if not set(_numbers(table, 4)) <= set(places):
        yield "the Basic Offset Table points to no fragment"
    if "ExtendedOffsetTable" not in output:
        return
    offsets = _numbers(output.ExtendedOffsetTable, 8)
    lengths = _numbers(output.get("ExtendedOffsetTableLengths", b""), 8)
    are_near = all(size - length in (0, 1) for size, length in zip(sizes, lengths, strict=False))
    if offsets != places or len(lengths) != len(sizes) or not are_near:
        yield "the Extended Offset Table does not tell of the fragments"


def _numbers(table: bytes, size: int) -> list[int]:
    return [int.from_bytes(table[at : at + size], "little") for at in range(0, len(table), size)]
