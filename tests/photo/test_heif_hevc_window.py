"""HEVC in HEIC: what the conformance window hides is a crop, but for what an encoder added."""

import io

import pillow_heif
import pytest

from bme_med.core import MalformedFileError, UnsupportedFileError
from bme_med.photo import heif as engine
from tests.photo.heif_making import Item, assemble, box, coded, full_box, grid
from tests.photo.judging import clean, decoded
from tests.photo.making import picture, policy

POLICY = policy()
SIDE = 256
PICTURE = coded(width=SIDE, height=SIDE)
CONFIGURATION = PICTURE.properties[0][0][8:]


class Text:
    """Bits as a text, read from its start."""

    def __init__(self, bits: str) -> None:
        self.bits = bits
        self.at = 0

    def skip_golomb(self) -> None:
        """Go behind an Exp-Golomb code (9.2)."""
        zeros = self.bits.index("1", self.at) - self.at
        self.at += 2 * zeros + 1


def windowed(sps: bytes, offsets: tuple[int, int, int, int]) -> bytes:
    """A SPS that cuts so many units of chroma at left, right, top and bottom (7.3.2.2.1)."""
    payload = sps[2:].replace(b"\0\0\3", b"\0\0")
    text = Text("".join(f"{byte:08b}" for byte in payload))
    text.at = 4 + 3 + 1 + 96
    for _ in range(4):
        text.skip_golomb()
    start = text.at
    text.at += 1
    for _ in range(4 * int(text.bits[start])):
        text.skip_golomb()
    window = "1" + "".join(f"{value + 1:0{2 * (value + 1).bit_length() - 1}b}" for value in offsets)
    bits = (text.bits[:start] + window + text.bits[text.at :]).rstrip("0")
    bits += "0" * (-len(bits) % 8)
    escaped, zeros = bytearray(), 0
    for byte in int(bits, 2).to_bytes(len(bits) // 8, "big"):
        if zeros >= 2 and byte <= 3:
            escaped.append(3)
            zeros = 0
        escaped.append(byte)
        zeros = 0 if byte else zeros + 1
    return sps[:2] + bytes(escaped)


def cropped(offsets: tuple[int, int, int, int], width: int, height: int) -> Item:
    """The picture, whose SPS shows a part of that size."""
    out, at = CONFIGURATION[:23], 23
    for _ in range(CONFIGURATION[22]):
        kind, size = CONFIGURATION[at], int.from_bytes(CONFIGURATION[at + 3 : at + 5], "big")
        unit = CONFIGURATION[at + 5 : at + 5 + size]
        new = windowed(unit, offsets) if kind & 0x3F == 33 else unit
        out += CONFIGURATION[at : at + 3] + len(new).to_bytes(2, "big") + new
        at += 5 + size
    size_ = full_box(b"ispe", 0, 0, width.to_bytes(4, "big"), height.to_bytes(4, "big"))
    return PICTURE._replace(properties=[(box(b"hvcC", out), True), (size_, False)])


HIDING = {
    "half of the rows": ((0, 0, 0, SIDE // 4), SIDE, SIDE // 2),
    "half of the columns": ((0, SIDE // 4, 0, 0), SIDE // 2, SIDE),
    "columns at the left": ((4, 0, 0, 0), SIDE - 8, SIDE),
    "rows at the top": ((0, 0, 1, 0), SIDE, SIDE - 2),
    "a coding tree block": ((0, 0, 0, 32), SIDE, SIDE - 64),
}


@pytest.mark.parametrize("name", HIDING)
def test_a_window_that_hides_pixels_is_refused_or_kept_as_a_crop(name: str) -> None:
    offsets, width, height = HIDING[name]
    source = assemble([cropped(offsets, width, height)])
    assert decoded(source)[0][1] == (width, height)
    with pytest.raises(UnsupportedFileError, match="hides pixels"):
        engine.plan(source, POLICY)
    keeping = policy(hidden="keep")
    assert decoded(clean(engine, source, keeping)) == decoded(source)
    assert any("hides pixels" in finding for finding in engine.plan(source, keeping).findings)


def test_a_tile_that_hides_pixels_is_refused() -> None:
    tile = cropped((0, 0, 0, SIDE // 4), SIDE, SIDE // 2)
    with pytest.raises(UnsupportedFileError, match="hides pixels"):
        engine.plan(assemble([grid(2, 1, 2 * SIDE, SIDE // 2), tile, tile]), POLICY)


@pytest.mark.parametrize("cut", [2, 6, 14])
def test_a_window_that_cuts_what_fills_up_blocks_stays(cut: int) -> None:
    source = assemble([cropped((0, 0, 0, cut // 2), SIDE, SIDE - cut)])
    assert decoded(clean(engine, source, POLICY)) == decoded(source)


@pytest.mark.parametrize("side", [1, 15, 16, 17, 63, 65, 121])
@pytest.mark.parametrize("chroma", [420, 422, 444])
def test_pictures_of_any_size_stay_as_encoders_write_them(side: int, chroma: int) -> None:
    out = io.BytesIO()
    pillow_heif.from_pillow(picture("RGB", (side, 2 * side + 1))).save(out, format="HEIF", chroma=chroma)
    assert decoded(clean(engine, out.getvalue(), POLICY)) == decoded(out.getvalue())


@pytest.mark.parametrize(
    "item",
    [
        cropped((0, 0, 0, 0), SIDE, SIDE // 2),
        cropped((0, 0, 0, 3), SIDE, SIDE),
        cropped((0, SIDE // 2, 0, 0), 1, SIDE),
        cropped((SIDE, SIDE, 0, 0), SIDE, SIDE),
    ],
)
def test_a_picture_is_as_large_as_the_file_says(item: Item) -> None:
    with pytest.raises(MalformedFileError):
        engine.plan(assemble([item]), policy(hidden="keep"))


def test_a_display_window_is_no_crop() -> None:
    out = io.BytesIO()
    image = pillow_heif.from_pillow(picture("RGB", (SIDE, SIDE)))
    image.save(out, format="HEIF", enc_params={"x265:display-window": "64,64,64,64"})
    assert decoded(out.getvalue())[0][1] == (SIDE, SIDE)
    assert decoded(clean(engine, out.getvalue(), POLICY)) == decoded(out.getvalue())
