"""HEVC in HEIC: parameter sets are read to their last bit, and only those that slices use stay."""

import io
import struct

import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bme_med.core import MalformedFileError, UnsupportedFileError
from bme_med.photo import heif as engine
from bme_med.photo.heif_bits import Bits
from bme_med.photo.heif_hevc_sets import read_parameter_set
from tests.photo.heif_making import Item, assemble, box, coded
from tests.photo.judging import clean, decoded
from tests.photo.making import picture, policy, token

POLICY = policy()
PICTURE = coded()
TOKEN = token(1)
PLAIN = clean(engine, assemble([PICTURE]), POLICY)
CONFIGURATION = PICTURE.properties[0][0][8:]


def sets() -> list[bytes]:
    """The parameter sets of the picture: VPS, SPS and PPS."""
    found, position = [], 23
    for _ in range(CONFIGURATION[22]):
        (size,) = struct.unpack_from(">H", CONFIGURATION, position + 3)
        found.append(CONFIGURATION[position + 5 : position + 5 + size])
        position += 5 + size
    return found


VPS, SPS, PPS = sets()


def configured(*units: bytes, data: bytes = PICTURE.data) -> bytes:
    """A file of the picture with these parameter sets."""
    arrays = b"".join(bytes([unit[0] >> 1]) + struct.pack(">HH", 1, len(unit)) + unit for unit in units)
    configuration = CONFIGURATION[:22] + bytes([len(units)]) + arrays
    return assemble([Item(b"hvc1", data, [(box(b"hvcC", configuration), True), *PICTURE.properties[1:]])])


def unit(type_: int, *numbers: tuple[int, int]) -> bytes:
    """A NAL unit of numbers, each of so many bits, and its trailing bits."""
    text = "".join(f"{value:0{count}b}" for value, count in numbers) + "1"
    text += "0" * (-len(text) % 8)
    payload = int(text, 2).to_bytes(len(text) // 8, "big")
    escaped = payload.replace(b"\0\0", b"\0\0\3")
    return bytes([type_ << 1, 1]) + escaped


HEAD = ((3, 2), (0, 6), (0, 3), (1, 1), (0xFFFF, 16), (1, 96), (1, 1), (7, 3), (0, 6), (1, 1))
"""A VPS behind its number, up to where timing may follow."""
PICTURE_HEAD = ((3, 2), (0, 7), (7, 3), (0, 2), (0, 1), (3, 2), (0, 10), (1, 1))
"""A PPS up to where room in slice headers and extensions may follow."""
TIMED = (1, 1), (int.from_bytes(TOKEN + b"Q", "big"), 64), (0, 1), (1, 1)
UNUSED_VPS = unit(32, (1, 4), *HEAD, *TIMED, (0, 1))


def in_data(*units: bytes) -> bytes:
    """NAL units behind their lengths, then the picture's."""
    return b"".join(struct.pack(">I", len(more)) + more for more in units) + PICTURE.data


CLEANED = {
    "as they were": configured(VPS, SPS, PPS),
    "an unused set": configured(VPS, UNUSED_VPS, SPS, PPS),
    "repeated sets": configured(VPS, SPS, PPS, VPS, SPS, PPS),
    "sets in the data": configured(VPS, SPS, PPS, data=in_data(VPS, SPS, PPS)),
    "sets in disorder": configured(PPS, VPS, SPS),
}


@pytest.mark.parametrize("name", CLEANED)
def test_only_used_parameter_sets_stay(name: str) -> None:
    plain = clean(engine, CLEANED["as they were"], POLICY)
    assert clean(engine, CLEANED[name], POLICY) == plain
    assert decoded(plain) == decoded(PLAIN)


REFUSED = {
    "bytes behind a VPS": configured(VPS + TOKEN, SPS, PPS),
    "bytes behind a SPS": configured(VPS, SPS + TOKEN, PPS),
    "bytes behind a PPS": configured(VPS, SPS, PPS + TOKEN),
    "a cut SPS": configured(VPS, SPS[:20], PPS),
    "an extended VPS": configured(unit(32, (0, 4), *HEAD, (0, 1), (1, 1), (0, 9)), SPS, PPS),
    "an unknown extension": configured(VPS, SPS, unit(34, *PICTURE_HEAD, (0, 1), (1, 1), (1, 8))),
    "room in slice headers": configured(VPS, SPS, unit(34, *PICTURE_HEAD, (1, 1), (0, 1))),
    "two sets of one number": configured(VPS, unit(32, (0, 4), *HEAD, *TIMED, (0, 1)), SPS, PPS),
    "no VPS": configured(SPS, PPS),
    "no PPS": configured(VPS, SPS),
    "parameters of its own": configured(VPS, SPS, PPS, data=in_data(UNUSED_VPS)),
    "a long set": configured(VPS, SPS, PPS + bytes(1024)),
    "a SPS of too many layers": configured(VPS, SPS[:2] + b"\x0e" + SPS[3:], PPS),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_hide_something_is_refused(name: str) -> None:
    with pytest.raises((MalformedFileError, UnsupportedFileError)):
        engine.plan(REFUSED[name], POLICY)


ENCODERS: tuple[dict[str, str], ...] = (
    {"scaling-list": "default"},
    {"display-window": "4,4,4,4", "sar": "7:3"},
    {"overscan": "show", "videoformat": "1", "chromaloc": "2", "colorprim": "bt709"},
    {"vui-timing-info": "1", "cbqpoffs": "3"},
    {"hrd": "1", "vbv-maxrate": "1000", "vbv-bufsize": "1000", "bitrate": "500"},
    {"aud": "1", "hash": "1", "slices": "2"},
)


@pytest.mark.parametrize("options", ENCODERS, ids=lambda options: next(iter(options)))
@pytest.mark.parametrize("chroma", [420, 444])
def test_what_encoders_write_is_understood(options: dict[str, str], chroma: int) -> None:
    out = io.BytesIO()
    parameters = {f"x265:{name}": value for name, value in options.items()}
    image = pillow_heif.from_pillow(picture("RGB", (128, 64)))
    image.save(out, format="HEIF", quality=50, chroma=chroma, enc_params=parameters)
    source = out.getvalue()
    assert decoded(clean(engine, source, POLICY)) == decoded(source)


@given(st.lists(st.integers(0, 5000)))
def test_codes_are_read_as_they_are_written(values: list[int]) -> None:
    codes = [(value + 1, 2 * (value + 1).bit_length() - 1) for value in values]
    bits = Bits.of_nal_unit(unit(32, *codes))
    assert [bits.golomb() for _ in values] == values
    assert bits.is_at_end()


def test_the_sets_made_here_are_legal_where_they_say_nothing_more() -> None:
    assert read_parameter_set(34, unit(34, *PICTURE_HEAD, (0, 1), (0, 1))).refers_to == 0
    assert read_parameter_set(32, UNUSED_VPS).number == 1
