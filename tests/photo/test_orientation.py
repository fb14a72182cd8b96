"""Orientation in Exif and XMP, in every form that cameras and programs write."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bme_med.photo.orientation import orientation_exif, read_exif_orientation, read_xmp_orientation


def tiff(order: str, type_: int, value: bytes) -> bytes:
    """A TIFF of a Make that is empty and an Orientation."""
    entries = struct.pack(f"{order}HHHI4xHHI", 2, 0x010F, 2, 1, 0x0112, type_, 1) + value.ljust(4, b"\0")
    return {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}I", 8) + entries + bytes(4)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("type_", "code"), [(1, "B"), (3, "H"), (4, "I"), (6, "b"), (8, "h"), (9, "i")])
def test_every_integer_type_is_read(order: str, type_: int, code: str) -> None:
    for orientation in range(1, 9):
        value = struct.pack(order + code, orientation)
        assert read_exif_orientation(tiff(order, type_, value)) == orientation
        assert read_exif_orientation(b"Exif\0\0" + tiff(order, type_, value)) == orientation


@pytest.mark.parametrize("value", [0, 9, 65_535])
def test_what_is_not_legal_turns_nothing(value: int) -> None:
    assert read_exif_orientation(tiff("<", 3, struct.pack("<H", value))) == 1


def test_absent_is_none() -> None:
    assert read_exif_orientation(b"II*\0\x08\0\0\0\0\0\0\0\0\0") is None
    assert read_xmp_orientation(b"<rdf:Description/>") is None


@pytest.mark.parametrize(
    "packet",
    [b'tiff:Orientation="6"', b"tiff:Orientation='6'", b"<tiff:Orientation>6</tiff:Orientation>"],
)
def test_every_form_of_xmp_is_read(packet: bytes) -> None:
    assert read_xmp_orientation(packet) == 6


@given(st.binary(max_size=64), st.integers(0, 40))
def test_no_bytes_break_the_reader(noise: bytes, cut: int) -> None:
    for data in (noise, b"II*\0" + noise, b"MM\0*" + noise, orientation_exif(3)[:cut] + noise):
        assert read_exif_orientation(data) in (None, *range(1, 9))
