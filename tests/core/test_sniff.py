"""Formats by content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bme_med.core import Format, sniff


@pytest.mark.parametrize(
    ("head", "format_"),
    [
        (b"", Format.EMPTY),
        (bytes(128) + b"DICM", Format.DICOM),
        (b"\xff\xd8\xff\xe0", Format.JPEG),
        (b"\x89PNG\r\n\x1a\n", Format.PNG),
        (b"RIFF\0\0\0\0WEBPVP8 ", Format.WEBP),
        (b"RIFF\0\0\0\0AVI LIST", Format.VIDEO),
        (b"\0\0\0\x18ftypheic", Format.HEIF),
        (b"\0\0\0\x18ftypavif", Format.HEIF),
        (b"\0\0\0\x18ftypmp42", Format.VIDEO),
        (b"\0\0\0\x18ftypcrx ", Format.RAW),
        (b"FUJIFILMCCD-RAW 0201", Format.RAW),
        (b"IIU\0\x18\0\0\0", Format.RAW),
        (b"IIRO\x08\0\0\0", Format.RAW),
        (b"II*\0\x08\0\0\0", Format.TIFF),
        (b"GIF89a", Format.GIF),
        (b"%PDF-1.7", Format.PDF),
        (b"PK\x03\x04", Format.ARCHIVE),
        (b"Name: a plain text", Format.UNKNOWN),
    ],
)
def test_content_names_the_format(head: bytes, format_: Format) -> None:
    assert sniff(head) is format_


def test_a_tiff_in_the_preamble_does_not_hide_a_dicom_file() -> None:
    assert sniff(b"II*\0" + bytes(124) + b"DICM" + bytes(20)) is Format.DICOM


def test_a_dataset_without_preamble_is_recognised() -> None:
    assert sniff(b"\x08\0\x05\0CS\x0a\0ISO_IR 100" + bytes(20)) is Format.DICOM
    assert sniff(b"\x08\0\x00\0\x04\0\0\0\x10\0\0\0" + bytes(20)) is Format.DICOM


@given(st.binary(max_size=200))
def test_any_bytes_have_some_format(data: bytes) -> None:
    assert isinstance(sniff(data), Format)
