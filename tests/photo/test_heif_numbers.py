"""Properties that are nothing but numbers: what spells a text goes, what means something stays, once."""

import struct
from pathlib import Path

import pytest

from bme_med.core import Format, MalformedFileError
from bme_med.photo import heif as engine
from tests.photo.heif_making import Property, assemble, box, coded, colour, with_properties
from tests.photo.judging import clean, corpus, decoded, is_refused, residue
from tests.photo.making import policy, token

POLICY = policy()
PICTURE, AVIF = coded(), coded(b"av01")
BRANDS = b"avif\0\0\0\0mif1avif"
TEXT = b"JOHN DOE 1970-01-01 MRN1"
TOKEN = token(1)
P3 = (13250, 34500, 7500, 3000, 34000, 16000, 15635, 16450)
BT2020 = (8500, 39850, 6550, 2300, 35400, 14600, 15635, 16450)


def mastering(chromaticities: tuple[int, ...] = P3, most: int = 10_000_000, least: int = 50) -> bytes:
    """A ``mdcv``."""
    return box(b"mdcv", struct.pack(">8HII", *chromaticities, most, least))


def light(most: int, average: int) -> bytes:
    """A ``clli``."""
    return box(b"clli", struct.pack(">HH", most, average))


def shape(across: int, down: int) -> bytes:
    """A ``pasp``."""
    return box(b"pasp", struct.pack(">II", across, down))


def numbers(primaries: int, transfer: int, matrix: int, full: int = 0x80) -> bytes:
    """A ``colr`` by number."""
    return box(b"colr", b"nclx", struct.pack(">HHHB", primaries, transfer, matrix, full))


def of(*properties: bytes) -> bytes:
    """A file of the picture with these properties too."""
    return assemble([with_properties(AVIF, *((content, False) for content in properties))], brands=BRANDS)


KEPT = [
    mastering(),
    mastering(BT2020, 40_000_000, 0),
    mastering((7980, 42020, 1830, 5, 36735, 13265, 17285, 17925)),
    light(707, 165),
    light(0, 400),
    shape(1, 1),
    shape(40, 33),
    numbers(1, 13, 6),
    numbers(9, 16, 9, 0),
    numbers(12, 1, 0),
]


@pytest.mark.parametrize("content", KEPT)
def test_numbers_that_mean_something_stay(content: bytes) -> None:
    assert content in clean(engine, of(content), POLICY)


GONE = {
    "a text as display": box(b"mdcv", TEXT),
    "a text as chromaticities": box(b"mdcv", TEXT[:16] + struct.pack(">II", 10_000_000, 50)),
    "a display that is brightest where it is dark": mastering(P3, 50_000, 50_000),
    "a display brighter than any": mastering(P3, 100_000_001),
    "a chromaticity above 1": mastering((*P3[:-1], 50_001)),
    "a white outside of its primaries": mastering((*P3[:-2], 500, 500)),
    "a text as light": box(b"clli", TEXT[:4]),
    "an average above all": light(200, 201),
    "a text as shape": box(b"pasp", TEXT[:8]),
    "no shape": shape(0, 1),
}


@pytest.mark.parametrize("name", GONE)
def test_numbers_that_mean_nothing_go(name: str) -> None:
    output = clean(engine, of(GONE[name]), POLICY)
    assert GONE[name][4:8] not in output
    assert decoded(output) == decoded(of())


def test_the_shape_of_a_pixel_is_a_reduced_ratio() -> None:
    assert shape(4, 3) in clean(engine, of(shape(4000, 3000)), POLICY)


def test_colours_that_nobody_defined_are_unspecified() -> None:
    output = clean(engine, of(box(b"colr", b"nclx" + TEXT[:6] + b"Q")), POLICY)
    assert not residue(output, [TEXT[:6], TEXT[:2]])
    assert numbers(2, 2, 2, 0) in output
    assert numbers(2, 16, 2) in clean(engine, of(numbers(3, 16, 3)), POLICY)


ONCE: list[Property] = [
    *((content, False) for content in (mastering(BT2020), light(1, 1), shape(4, 3), numbers(1, 1, 1))),
    (box(b"irot", b"\1"), True),
    (box(b"imir", b"\1"), True),
]


@pytest.mark.parametrize("more", ONCE, ids=lambda more: more[0][4:8].decode())
def test_a_picture_has_a_property_once(more: Property) -> None:
    others = {
        b"mdcv": mastering(),
        b"clli": light(2, 2),
        b"pasp": shape(1, 1),
        b"colr": numbers(9, 16, 9),
        b"irot": box(b"irot", b"\2"),
        b"imir": box(b"imir", b"\0"),
    }
    with pytest.raises(MalformedFileError):
        engine.plan(assemble([with_properties(PICTURE, more, (others[more[0][4:8]], more[1]))]), POLICY)


def test_properties_of_no_item_go() -> None:
    output = clean(engine, assemble([PICTURE], more_properties=mastering() + light(707, 165)), POLICY)
    assert b"mdcv" not in output
    assert b"clli" not in output


@pytest.mark.parametrize(
    "content",
    [
        box(b"a1lx", b"\1" + TEXT[:12]),
        box(b"a1lx", b"\0\xff\xff" + bytes(4)),
        box(b"lsel", TEXT[:2]),
        box(b"a1op", TEXT[:1]),
    ],
)
def test_layers_that_the_data_cannot_have_are_refused(content: bytes) -> None:
    with pytest.raises(MalformedFileError):
        engine.plan(of(content), POLICY)


PHOTOS = corpus(Format.HEIF)


@pytest.mark.skipif(not PHOTOS, reason="the corpus is not beside this checkout")
@pytest.mark.parametrize("path", PHOTOS, ids=lambda path: path.name)
def test_numbers_of_real_photos_stay(path: Path) -> None:
    source = path.read_bytes()
    if is_refused(engine, source, POLICY):
        return
    output = clean(engine, source, POLICY)
    for kind in (b"clli", b"mdcv", b"pasp"):
        assert (kind in source) == (kind in output)


def test_a_profile_and_numbers_are_two_kinds() -> None:
    source = assemble(
        [with_properties(PICTURE, colour(b"nclx", numbers(1, 13, 6)[12:]), colour(b"ZQ00", TOKEN))]
    )
    assert not residue(clean(engine, source, POLICY), [TOKEN])
