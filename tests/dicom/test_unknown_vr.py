"""Attributes whose VR depends on others, encoded as UN (PS3.5, 6.2.2 and A.1): what pictures need stays."""

from io import BytesIO

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.pixels.processing import apply_color_lut

from tests.oracles.raw import WORD, explicit, item, with_element
from tests.oracles.residue import residue
from tests.oracles.runs import PROFILE_NAMES, deidentify, policy, without_refusing

every_profile = pytest.mark.parametrize("name", PROFILE_NAMES)

DESCRIPTORS, TABLES = range(0x00281101, 0x00281104), range(0x00281201, 0x00281204)

CHOICES = {
    0x00280106: b"\0\0",  # Smallest Image Pixel Value, US or SS
    0x00280120: b"\x30\xf8",  # Pixel Padding Value, US or SS
    0x00281101: b"\0\1\0\0\x10\0",  # Red Palette Color Lookup Table Descriptor, US or SS
    0x00281201: bytes(512),  # Red Palette Color Lookup Table Data, OW
}


@every_profile
@pytest.mark.parametrize("tag", CHOICES, ids=hex)
@pytest.mark.parametrize("is_nested", [False, True])
def test_a_choice_of_vrs_encoded_as_un_stays(name: str, tag: int, is_nested: bool) -> None:
    raw = explicit(tag, b"UN", CHOICES[tag])
    if is_nested:
        raw = explicit(0x00289145, b"SQ", item(raw))
    output = deidentify(with_element(raw), policy(name))
    assert isinstance(output, bytes)
    assert raw in output


@every_profile
@pytest.mark.parametrize("text", [WORD.encode(), WORD.encode("utf-16-le"), b"Ada ", b"ZQUNSEENZQUNSEEN"])
@pytest.mark.parametrize("tag", [0x00280106, 0x00280120, 0x00281101])
def test_no_text_hides_in_it(name: str, tag: int, text: bytes) -> None:
    output = deidentify(with_element(explicit(tag, b"UN", text + bytes(-len(text) % 12))), policy(name))
    assert isinstance(output, bytes)
    assert text not in output
    assert not residue([WORD], output)


@every_profile
def test_a_name_in_a_table_encoded_as_un_goes(name: str) -> None:
    text = bytes(64) + WORD.encode() + bytes(64)
    for tag in (0x00281201, 0x00283006):
        output = deidentify(with_element(explicit(tag, b"UN", text)), policy(name))
        assert isinstance(output, bytes)
        assert not residue([WORD], output)


@every_profile
@pytest.mark.parametrize("as_un", [(*DESCRIPTORS,), (*TABLES,), (*DESCRIPTORS, *TABLES)])
def test_a_palette_encoded_as_un_gives_the_same_colours(name: str, as_un: tuple[int, ...]) -> None:
    ds = pydicom.dcmread(str(get_testdata_file("examples_palette.dcm")))
    ds.BurnedInAnnotation = "NO"
    buffer = BytesIO()
    ds.save_as(buffer)
    source = buffer.getvalue()
    for tag in as_un:
        old = ds[tag].value
        value = old if isinstance(old, bytes) else b"".join(v.to_bytes(2, "little") for v in old)
        plain = explicit(tag, ds[tag].VR.encode(), value)
        assert source.count(plain) == 1
        source = source.replace(plain, explicit(tag, b"UN", value))
    output = deidentify(source, without_refusing(policy(name)))
    assert isinstance(output, bytes), output
    before, after = _colours(source), _colours(output)
    assert before.std() > 0
    assert np.array_equal(before, after)


def _colours(data: bytes) -> "np.ndarray[tuple[int, ...], np.dtype[np.generic]]":
    ds = pydicom.dcmread(BytesIO(data))
    for tag in DESCRIPTORS:
        if ds[tag].VR == "UN":
            raw = ds[tag].value
            ds[tag] = pydicom.DataElement(tag, "US", [*map(int, np.frombuffer(raw, "<u2"))])
    return apply_color_lut(ds.pixel_array, ds)
