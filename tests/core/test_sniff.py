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


@pytest.mark.parametrize(
    "start",
    [
        b"\x08\0\x16\0UI\x1a\0",
        b"\x08\0\x12\0\x08\0\0\0",
        b"\0\x08\0\x16UI\0\x1a",
        b"\2\0\0\0UL\4\0",
        b"\2\0\0\0\4\0\0\0",
        b"DICM\2\0\0\0UL\4\0",
        bytes(128) + b"\2\0\0\0UL\4\0",
        bytes(128) + b"XXXX\2\0\1\0OB\0\0",
    ],
)
def test_dicom_without_preamble_or_prefix_is_recognised_by_its_first_element(start: bytes) -> None:
    assert sniff(start + bytes(200)) is Format.DICOM


@pytest.mark.parametrize(
    "data",
    [
        b"DICM is a prefix, and this is a text about it. " * 9,
        "\x08 backspace in UTF-16".encode("utf-16-le"),
        b"\x08\0\0\0" * 50,
        b"\x08\0\x10\0\xff\0\0\0 an odd length, as no first element has",
        b"\x08\0\xff\xff" + bytes(200),
        bytes(500),
        b"\0\x08\0\0\0\0\0\4 implicit and big endian, which no syntax is",
        b"(0008,0005) CS [ISO_IR 100]   # a dump",
    ],
)
def test_what_only_looks_a_little_like_dicom_is_not(data: bytes) -> None:
    assert sniff(data) is not Format.DICOM


@given(st.text(min_size=1))
def test_a_text_never_becomes_dicom(text: str) -> None:
    assert sniff(text.encode("utf-8", "surrogatepass").replace(b"\0", b"0")) is not Format.DICOM


@given(st.binary(max_size=200))
def test_any_bytes_have_some_format(data: bytes) -> None:
    assert isinstance(sniff(data), Format)
