"""Coefficients of a JPEG as jpeglib reads them, and painted JPEGs compared by them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bme_med.core import MalformedFileError, Region, UnsupportedFileError
from bme_med.pixels.coefficient_scans import BLOCK
from bme_med.pixels.coefficients import read_coefficients
from bme_med.pixels.comparing_blocks import compare_blocks
from bme_med.pixels.jpeg import paint_jpeg
from tests.pixels.jpeg_making import (
    SAMPLINGS,
    coefficients,
    encode,
    encode_by_cjpeg,
    encode_by_imagecodecs,
    photo,
    twelve_bits,
)

BOX = Region(top=41, left=59, bottom=62, right=130)
CORNER = Region(top=140, left=180, bottom=999, right=999)
CODINGS = {
    "standard tables": ("-quality", "75"),
    "optimised": ("-quality", "75", "-optimize"),
    "progressive": ("-quality", "75", "-progressive"),
    "restarts": ("-quality", "75", "-restart", "5B"),
    "restarts, progressive": ("-quality", "75", "-restart", "3B", "-progressive"),
    "coarse, progressive": ("-quality", "5", "-progressive"),
    "fine": ("-quality", "100", "-optimize"),
    "fine, progressive": ("-quality", "100", "-progressive"),
}
ZIGZAG = sorted(
    ((row, column) for row in range(8) for column in range(8)),
    key=lambda at: (sum(at), at[0] if sum(at) % 2 else at[1]),
)
"""Row and column of each coefficient in the order of its coding (ITU-T T.81, figure A.6)."""


def read(jpeg: bytes) -> list[Any]:
    """As `coefficients`, by the reader under test."""
    planes = []
    for plane in read_coefficients(jpeg).planes:
        coded = np.array(plane.values).reshape(plane.rows, plane.columns, BLOCK)
        blocks = np.zeros((plane.rows, plane.columns, 8, 8), "i2")
        for number, (row, column) in enumerate(ZIGZAG):
            blocks[:, :, row, column] = coded[:, :, number]
        planes.append(blocks[: plane.coded_rows, : plane.coded_columns])
    return planes


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("coding", CODINGS)
def test_coefficients_are_those_that_jpeglib_reads(coding: str, sampling: str) -> None:
    jpeg = encode_by_cjpeg(photo(), *CODINGS[coding], "-sample", sampling)
    for found, expected in zip(read(jpeg), coefficients(jpeg), strict=True):
        rows, columns = found.shape[:2]
        assert np.array_equal(found, expected[:rows, :columns])


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("coding", CODINGS)
def test_a_painted_picture_is_the_same_outside_and_black_inside(coding: str, sampling: str) -> None:
    jpeg = encode_by_cjpeg(photo(), *CODINGS[coding], "-sample", sampling)
    seen = compare_blocks(jpeg, paint_jpeg(jpeg, [BOX, CORNER], with_metadata=True), [BOX, CORNER])
    assert seen.inside == (0, 128, 128)


def test_pictures_of_twelve_bits_are_compared() -> None:
    jpeg = encode_by_imagecodecs(twelve_bits(), level=90, bitspersample=12)
    painted = paint_jpeg(jpeg, [BOX], color="MONOCHROME2")
    assert compare_blocks(jpeg, painted, [BOX]).inside == (0,)


def source(**options: Any) -> bytes:
    return encode(photo(), quality=90, subsampling=0, **options)


def painted_elsewhere(jpeg: bytes) -> bytes:
    return paint_jpeg(jpeg, [BOX, Region(0, 0, 4, 4)], with_metadata=True)


def painted_in_part(jpeg: bytes) -> bytes:
    return paint_jpeg(jpeg, [BOX._replace(right=BOX.right - 16)], with_metadata=True)


def painted_with_other_steps(jpeg: bytes) -> bytes:
    painted = bytearray(paint_jpeg(jpeg, [BOX], with_metadata=True))
    last_step = painted.find(b"\xff\xdb") + 4 + 64
    painted[last_step] += 1
    return bytes(painted)


def painted_in_other_colors(jpeg: bytes) -> bytes:
    return paint_jpeg(jpeg, [BOX]).replace(b"JFIF", b"JFIX", 1)


def coded_again(_: bytes) -> bytes:
    return paint_jpeg(encode(photo(seed=2), quality=90, subsampling=0), [BOX], with_metadata=True)


@pytest.mark.parametrize(
    "fault",
    [
        painted_elsewhere,
        painted_in_part,
        painted_with_other_steps,
        painted_in_other_colors,
        coded_again,
        bytes,
    ],
)
def test_faults_of_a_painter_are_noticed(fault: Callable[[bytes], bytes]) -> None:
    jpeg = source()
    with pytest.raises(UnsupportedFileError, match="fault of bme-med"):
        compare_blocks(jpeg, fault(jpeg), [BOX])


def test_a_picture_that_is_cut_off_is_refused() -> None:
    jpeg = source()
    with pytest.raises(MalformedFileError):
        read_coefficients(jpeg[: len(jpeg) // 2])
