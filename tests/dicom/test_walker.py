"""What the walker refuses, and what it does not."""

import pytest

from bme_med.core import MalformedFileError
from bme_med.dicom.encoding import EXPLICIT_LE
from bme_med.dicom.instance import read_instance
from bme_med.dicom.walker import walk
from tests.dicom.making import encoded, mr_instance


@pytest.mark.parametrize(
    ("bytes_", "message"),
    [
        (b"\x10\0\x10\0PN\x04\0AB", "beyond its dataset"),
        (b"\x10\0\x10\0PN\x03\0ABC", "odd value length"),
        (b"\x10\0\x20\0LO\x02\0AB\x10\0\x10\0PN\x02\0AB", "ascending order"),
        (b"\x10\0\x10\0??\x02\0AB", "unknown VR"),
        (b"\x10\0\x10\0LO\x02\0ABjunk!", "follow the dataset"),
        (b"\x10\0\x10\0UT\0\0\xff\xff\xff\xffABCD", "undefined length"),
        (b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\0\0\0\0", "without its delimiter"),
        (b"\x08\0\x40\x11SQ\0\0\x08\0\0\0\x08\0\x10\0\0\0\0\0", "expected a sequence item"),
    ],
)
def test_what_breaks_the_encoding_is_refused(bytes_: bytes, message: str) -> None:
    with pytest.raises(MalformedFileError, match=message):
        walk(bytes_, 0, len(bytes_), coding=EXPLICIT_LE)


def test_a_bomb_of_nested_items_is_refused_before_the_stack_ends() -> None:
    opening = b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    with pytest.raises(MalformedFileError, match="nested deeper"):
        walk(opening * 5000, 0, len(opening) * 5000, coding=EXPLICIT_LE)


def test_zero_bytes_behind_the_dataset_are_no_element() -> None:
    data = encoded(mr_instance()) + bytes(300)
    assert read_instance(data).elements[-1].tag == 0x7FE00010
