"""Colour profiles: what was rebuilt is no finding, and whatever else stands in one is."""

import struct

import pytest

from bme_med.core import icc
from bme_med.verify.colours import foreign_in_profile, may_fall
from tests.core.test_icc import FROM_XYZ, HINTS, HOSTS, IDENTITY, MATRIX, element, lut16, profile_of, xyz

NAME = b"Quillfeather"


def rebuilt(host: str) -> bytes:
    cleaned = icc.sanitize(HOSTS[host])
    assert cleaned
    return cleaned


def elements_of(profile: bytes) -> dict[bytes, bytes]:
    entries = profile[132 : 132 + 12 * int.from_bytes(profile[128:132], "big")]
    return {name: profile[start : start + size] for name, start, size in struct.iter_unpack(">4sII", entries)}


def laid_out(header: bytes, elements: dict[bytes, bytes], gap: bytes = b"") -> bytes:
    """A profile of `elements` behind a header that stays but for its size."""
    start, table, body = 132 + 12 * len(elements), b"", b""
    for name, data in elements.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + bytes(-len(data) % 4) + gap
    size = struct.pack(">I", start + len(body))
    return size + header[4:128] + struct.pack(">I", len(elements)) + table + body


def with_element(name: bytes, data: bytes, host: str = "matrix, version 2") -> bytes:
    return laid_out(rebuilt(host), {**elements_of(rebuilt(host)), name: data})


@pytest.mark.parametrize("host", HOSTS)
def test_a_rebuilt_profile_is_no_finding(host: str) -> None:
    profile = rebuilt(host)
    assert foreign_in_profile(profile) == []
    assert foreign_in_profile(laid_out(profile, elements_of(profile))) == []


SPOILT = {
    **{name.decode(): with_element(name, data) for name, data in HINTS.items()},
    "chrm of any length": with_element(b"chrm", element(b"chrm", b"\0\2\0\1", NAME + bytes(4))),
    "white point": with_element(b"wtpt", element(b"XYZ ", NAME)),
    "a longer white point": with_element(b"wtpt", MATRIX[b"wtpt"] + NAME),
    "a white point that is none": with_element(b"wtpt", xyz(4, 1, 1)),
    "adaptation": with_element(b"chad", element(b"sf32", 3 * NAME)),
    "code points": with_element(b"cicp", element(b"cicp", NAME[:4])),
    "parametric curve": with_element(b"rTRC", element(b"para", b"\0\3\0\0", NAME + bytes(8))),
    "a longer curve": with_element(b"rTRC", MATRIX[b"rTRC"] + NAME),
    "matrix": with_element(b"A2B0", lut16(3 * NAME), "lut16"),
    "a matrix where there is none": with_element(b"A2B0", lut16(FROM_XYZ), "lut16"),
    "a matrix of text": with_element(b"B2A0", lut16(3 * NAME), "lut16 from XYZ"),
    "description": with_element(b"desc", element(b"desc", struct.pack(">I", 13), NAME + b"\0" + bytes(78))),
    "copyright": with_element(b"cprt", element(b"text", NAME)),
    "a private tag": with_element(b"zqQZ", element(b"text", b"Removed\0")),
    "gap": laid_out(rebuilt("gray"), elements_of(rebuilt("gray")), gap=NAME),
    "tail": rebuilt("gray") + NAME,
    "date": rebuilt("gray")[:24] + NAME + rebuilt("gray")[36:],
    "creator": rebuilt("gray")[:80] + NAME[:4] + rebuilt("gray")[84:],
    "reserved": rebuilt("gray")[:100] + NAME + rebuilt("gray")[112:],
    "cut": rebuilt("gray")[:-8],
    "none": NAME * 20,
}


@pytest.mark.parametrize("what", SPOILT)
def test_whatever_else_stands_in_a_profile_is_found(what: str) -> None:
    assert foreign_in_profile(SPOILT[what])


def test_the_matrix_of_a_table_from_xyz_is_no_finding() -> None:
    profile = rebuilt("lut16 from XYZ")
    assert FROM_XYZ in profile
    assert foreign_in_profile(profile) == []
    assert IDENTITY in profile


@pytest.mark.parametrize(
    ("profile", "falls"),
    [
        (HOSTS["hints"], False),
        (HOSTS["matrix, version 4"], False),
        (SPOILT["a white point that is none"], True),
        (SPOILT["a matrix of text"], True),
        (SPOILT["none"], True),
        (rebuilt("gray")[:-4], True),
        (profile_of({**MATRIX, b"wtpt": xyz(9, 9, 9)}), True),
    ],
)
def test_a_profile_of_a_dicom_file_may_go_where_it_cannot_be_rebuilt(profile: bytes, falls: bool) -> None:
    assert may_fall(profile) is falls
    assert (icc.sanitize(profile) is None) is falls
