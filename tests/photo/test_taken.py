import struct
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bme_med.core import sniff
from bme_med.photo.taken import read_exif_date, taken_on


def picture(kind: str, **times: str) -> bytes:
    """A photo whose Exif Pillow wrote."""
    exif = Image.Exif()
    exif[0x0132] = "2001:01:01 10:00:00"
    tags = {"original": 0x9003, "digitized": 0x9004}
    exif.get_ifd(0x8769).update({tags[name]: time for name, time in times.items()})
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"original": "2024:05:06 10:11:12", "digitized": "2025:01:01 00:00:00"}, "20240506"),
        ({"digitized": "2025:01:01 00:00:00"}, "20250101"),
        ({}, ""),
        ({"original": "    :  :     :  :  "}, ""),
        ({"original": "0000:00:00 00:00:00"}, ""),
        ({"original": "Quillfeather"}, ""),
    ],
)
def test_the_day_is_that_of_taking_the_picture_and_not_of_saving_it(
    kind: str, times: dict[str, str], expected: str
) -> None:
    data = picture(kind, **times)
    assert taken_on(data, sniff(data)) == expected


@given(st.binary(max_size=200))
def test_no_exif_is_so_broken_that_it_is_a_fault(data: bytes) -> None:
    for mark in (b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"Exif\0\0MM\0*\0\0\0\x08"):
        assert read_exif_date(mark + data) == "" or date.fromisoformat(read_exif_date(mark + data))


@pytest.mark.parametrize("start", [0, 7, 8, 9, 0xFFFFFFFF])
def test_a_directory_may_start_anywhere_and_lead_nowhere(start: int) -> None:
    assert read_exif_date(b"MM\0*" + struct.pack(">I", start) + b"\0\1\x87\x69") == ""
