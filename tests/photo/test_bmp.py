"""BMP: what is planted goes, the picture stays."""

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bme_med.core import Code, Format, MalformedFileError, UnsupportedFileError
from bme_med.photo import bmp as engine
from tests.oracles.runs import tool
from tests.photo.fuzzing import Edit, edited, edits_with
from tests.photo.judging import (
    check_damaged,
    clean,
    corpus,
    decoded,
    exiv2_keys,
    is_refused,
    properties,
    residue,
)
from tests.photo.making import bmp, icc_profile, policy, token

POLICY = policy()
PHOTOS = corpus(Format.BMP)
TOKEN = token(1)
TOKENS = [token(number) for number in range(10)]
WIDTH, HEIGHT = 5, 4
COLORS = bytes((0, 0, 0, 0, 255, 255, 255, 0, 9, 8, 7, 0))
CALIBRATION = struct.pack("<9I3I", *3 * (1 << 29, 1 << 28, 1 << 28), *3 * (2 << 16,))


def made(
    pixels: bytes,
    *,
    depth: int = 24,
    compression: int = 0,
    size: int = 40,
    masks: tuple[int, ...] = (),
    palette: bytes = b"",
    space: bytes = b"BGRs",
    primaries: bytes = bytes(48),
    profile: tuple[int, int, int] = (0, 0, 0),
    gap: bytes = b"",
    spare: int = 0,
    colors: int = 0,
    height: int = HEIGHT,
) -> bytes:
    """A BMP of hand-made parts; `profile` is intent, start and size, `spare` fills reserved fields."""
    info = struct.pack("<IiiHHII8xII", size, WIDTH, height, 1, depth, compression, len(pixels), colors, spare)
    info += struct.pack(f"<{len(masks)}I", *masks)
    if size >= 108:
        info = info.ljust(56, b"\0") + space + primaries
    if size >= 124:
        info += struct.pack("<4I", *profile, spare)
    start = 14 + len(info) + len(palette) + len(gap)
    head = struct.pack("<2sIII", b"BM", start + len(pixels), spare, start)
    return head + info + palette + gap + pixels


def rows(depth: int, *, pad: bytes = b"\0", height: int = HEIGHT) -> bytes:
    """Rows of pixels that differ, padded with `pad`."""
    used, stride = (WIDTH * depth + 7) // 8, (WIDTH * depth + 31) // 32 * 4
    row = bytes((3 * at) % 256 if depth > 8 else at % 2 for at in range(used))
    if WIDTH * depth % 8:
        row = row[:-1] + bytes((row[-1] & 0xF0 if depth == 4 else row[-1] & 0xF8,))
    return height * (row + (pad * stride)[: stride - used])


PLAIN = made(rows(24))


def test_bytes_after_the_pixels_go() -> None:
    assert clean(engine, PLAIN + TOKEN, POLICY) == PLAIN
    assert any("followed the end" in finding for finding in engine.plan(PLAIN + TOKEN, POLICY).findings)


def test_the_gap_before_the_pixels_goes() -> None:
    assert clean(engine, made(rows(24), gap=TOKEN), POLICY) == PLAIN
    assert clean(engine, made(rows(24), palette=TOKEN * 4, colors=7), POLICY) == PLAIN


def test_reserved_fields_and_a_wrong_size_are_written_anew() -> None:
    spare = int.from_bytes(TOKEN[:4], "little")
    assert clean(engine, made(rows(24), spare=spare), POLICY) == PLAIN
    for at in (2, 6, 26, 34, 50):
        assert clean(engine, PLAIN[:at] + TOKEN[:2] + PLAIN[at + 2 :], POLICY) == PLAIN
    fifth = made(rows(24), size=124)
    assert clean(engine, made(rows(24), size=124, spare=spare), POLICY) == fifth
    assert clean(engine, fifth, POLICY) == fifth


@pytest.mark.parametrize("depth", [1, 4, 8, 16, 24])
def test_what_pads_a_row_is_zero(depth: int) -> None:
    palette = b"" if depth > 8 else COLORS[:8]
    source, expected = (
        made(rows(depth, pad=pad), depth=depth, palette=palette, colors=len(palette) // 4)
        for pad in (b"ZQ0", b"\0")
    )
    output = clean(engine, source, POLICY)
    assert decoded(output) == decoded(source)
    assert b"ZQ" not in output
    assert len(output) == len(expected)
    assert output[-len(rows(depth)) :] == rows(depth)
    assert Code.C in [action.code for action in engine.plan(source, POLICY).actions]


@pytest.mark.parametrize("depth", [1, 4])
def test_bits_behind_the_last_pixel_of_a_row_are_zero(depth: int) -> None:
    unused = 0x0F if depth == 4 else 0x07
    stride = (WIDTH * depth + 31) // 32 * 4
    last = (WIDTH * depth) // 8
    data = bytearray(rows(depth))
    for start in range(0, len(data), stride):
        data[start + last] |= unused
    source = made(bytes(data), depth=depth, palette=COLORS[:8], colors=2)
    assert clean(engine, source, POLICY)[-len(data) :] == rows(depth)
    assert decoded(clean(engine, source, POLICY)) == decoded(source)


@pytest.mark.parametrize("size", [40, 108, 124])
def test_colours_that_no_pixel_uses_are_zeroed(size: int) -> None:
    palette = b"\x0a\x0b\x0c\0\xff\xff\xff\0" + (TOKEN * 200)[: 254 * 4]
    source = made(rows(8), depth=8, palette=palette, size=size)
    output = clean(engine, source, POLICY)
    assert not residue(output, TOKENS)
    assert b"ZQ" not in output
    assert decoded(output) == decoded(source)


def test_the_fourth_byte_of_a_colour_is_zero() -> None:
    source = made(rows(8), depth=8, palette=b"\1\1\1Z\2\2\2Q", colors=2)
    assert clean(engine, source, POLICY) == made(rows(8), depth=8, palette=b"\1\1\1\0\2\2\2\0", colors=2)


def test_a_second_picture_in_a_fourth_byte_is_refused() -> None:
    plain = b"".join(b"abc" + bytes((value,)) for value in WIDTH * HEIGHT * [0])
    assert clean(engine, made(plain, depth=32), POLICY) == made(plain, depth=32)
    opaque = plain.replace(b"c\0", b"c\xff")
    assert clean(engine, made(opaque, depth=32), POLICY) == made(opaque, depth=32)
    hidden = made(plain[:-1] + b"Z", depth=32)
    with pytest.raises(UnsupportedFileError, match="second picture"):
        engine.plan(hidden, POLICY)
    masks = (0xFF0000, 0xFF00, 0xFF)
    with pytest.raises(UnsupportedFileError, match="second picture"):
        engine.plan(made(plain[:-1] + b"Z", depth=32, compression=3, masks=masks), POLICY)
    alpha = made(plain[:-1] + b"Z", depth=32, compression=3, masks=(*masks, 0xFF000000), size=56)
    assert clean(engine, alpha, POLICY) == alpha
    assert any("transparency" in finding for finding in engine.plan(alpha, POLICY).findings)


@pytest.mark.parametrize(
    ("space", "primaries", "kept"),
    [
        (b"BGRs", TOKEN.ljust(48), False),
        (b" niW", TOKEN.ljust(48), False),
        (bytes(4), CALIBRATION, True),
        (bytes(4), bytes(48), True),
        (bytes(4), (TOKEN * 9)[:48], False),
        (TOKEN[:4], TOKEN.ljust(48), False),
        (b"KNIL", TOKEN.ljust(48), False),
    ],
)
def test_colour_spaces_are_kept_where_they_are_ones(space: bytes, primaries: bytes, kept: bool) -> None:
    for size in (108, 124):
        source = made(rows(24), size=size, space=space, primaries=primaries)
        output = clean(engine, source, POLICY)
        assert not residue(output, [TOKEN])
        assert (output == source) is kept
        if kept:
            dropped = clean(engine, source, policy(color="drop"))
            assert dropped == made(rows(24), size=size)


@pytest.mark.parametrize("color", ["keep", "sanitize", "drop"])
def test_the_colour_profile_follows_the_policy(color: str) -> None:
    profile = icc_profile(1)
    pixels = rows(24)
    place = (4, 124 + len(pixels), len(profile))
    source = made(pixels, size=124, space=b"DEBM", profile=place) + profile + TOKEN
    output = clean(engine, source, policy(color=color))
    assert decoded(output) == decoded(source)
    start, size = struct.unpack_from("<II", output, 14 + 112)
    match color:
        case "keep":
            assert output == b"BM" + struct.pack("<I", len(source) - len(TOKEN)) + source[6 : -len(TOKEN)]
        case "sanitize":
            assert output[14 + start :][36:40] == b"acsp"
            assert len(output) == 14 + start + size
            assert not residue(output, TOKENS)
        case _:
            assert output == made(pixels, size=124)


def test_a_linked_or_damaged_profile_goes_and_is_said() -> None:
    pixels = rows(24)
    path = b"C:\\Users\\" + TOKEN + b"\\monitor.icc\0"
    linked = made(pixels, size=124, space=b"KNIL", profile=(4, 124 + len(pixels), len(path))) + path
    damaged = made(pixels, size=124, space=b"DEBM", profile=(4, 124 + len(pixels), len(TOKEN))) + TOKEN
    outside = made(pixels, size=124, space=b"DEBM", profile=(4, 1 << 30, 9))
    for source in (linked, damaged, outside):
        assert clean(engine, source, POLICY) == made(pixels, size=124)
        assert any("colour profile" in finding for finding in engine.plan(source, POLICY).findings)


def runs(data: bytes, *, depth: int = 8, palette: bytes = COLORS, colors: int = 3) -> bytes:
    return made(data, depth=depth, compression=1 if depth == 8 else 2, palette=palette, colors=colors)


FULL = b"\5\1\0\0\0\5\1\2\0\1\2\0\0\0\5\2\0\0\0\2\1\0\4\1\0\1"


def test_run_lengths_end_with_their_code() -> None:
    plain = runs(FULL)
    assert decoded(plain)
    assert clean(engine, plain, POLICY) == plain
    assert clean(engine, plain + TOKEN, POLICY) == plain
    assert clean(engine, runs(FULL + TOKEN), POLICY) == plain
    assert clean(engine, runs(FULL[:-2]), POLICY) == plain


@pytest.mark.parametrize(
    "code", [b"\0\2ZQ", b"\0\0\0\2ZQ", b"\0\0\0\0", b"\0\0\1Z", b"\1Z", b"\0\4ZQZQ", b"\0\x09ZQ"]
)
def test_codes_behind_the_last_pixel_go(code: bytes) -> None:
    source = runs(FULL[:-2] + code + b"\0\1")
    assert clean(engine, source, POLICY) == runs(FULL)
    assert decoded(runs(FULL[:-2] + b"\0\0\0\1")) == decoded(runs(FULL))
    assert clean(engine, runs(FULL[:-2] + b"\0\0\0\1"), POLICY) == runs(FULL[:-2] + b"\0\0\0\1")


def test_the_second_half_of_a_run_of_one_pixel_is_zero() -> None:
    half = b"\1\x1f\4\x21\0\0\5\x11\0\0\5\x11\0\0\5\x11\0\1"
    source, expected = runs(half, depth=4), runs(half.replace(b"\1\x1f", b"\1\x10"), depth=4)
    assert clean(engine, source, POLICY) == expected
    assert decoded(source) == decoded(expected)


def test_what_pads_literal_pixels_is_zero() -> None:
    source = FULL.replace(b"\2\0\1\2\0\0\0", b"\2\0\1\2Z\0\0")
    assert source != FULL
    assert clean(engine, runs(source), POLICY) == runs(FULL)
    half = b"\0\5\x12\x12\x1f\xff\0\0\5\x11\0\0\5\x11\0\0\5\x11\0\1"
    expected = half.replace(b"\x1f\xff", b"\x10\0")
    source = runs(half, depth=4)
    assert clean(engine, source, POLICY) == runs(expected, depth=4)
    assert decoded(source) == decoded(runs(expected, depth=4))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
@pytest.mark.parametrize("width", [1, 7, 32, 47])
def test_a_photo_that_was_cleaned_does_not_change(mode: str, width: int) -> None:
    source = bmp(mode, (width, 32))
    assert decoded(clean(engine, source, POLICY)) == decoded(source)


@pytest.mark.parametrize("size", [12, 16, 64])
def test_headers_of_os2_are_known(size: int) -> None:
    short = struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, 24)
    info = short if size == 12 else made(rows(24), size=size)[14:54][:size].ljust(size, b"\0")
    source = struct.pack("<2sIII", b"BM", 14 + size + 64, 0, 14 + size) + info + rows(24)
    output = clean(engine, source, POLICY)
    assert output == source
    if size == 64:
        assert clean(engine, source[: 14 + 41] + TOKEN + source[14 + 48 :], POLICY) == source


def test_a_resolution_that_is_none_is_zero() -> None:
    assert clean(engine, PLAIN[:38] + TOKEN + b"1" + PLAIN[46:], POLICY) == PLAIN
    source = PLAIN[:38] + struct.pack("<II", 2835, 2835) + PLAIN[46:]
    assert clean(engine, source, POLICY) == source


REFUSED = {
    "cut off": PLAIN[:-1],
    "no picture behind the header": PLAIN[:60],
    "a header that is cut off": PLAIN[:40],
    "a header of an unknown version": PLAIN[:14] + b"\x29" + PLAIN[15:],
    "no width": PLAIN[:18] + bytes(4) + PLAIN[22:],
    "an impossible depth": made(rows(24), depth=23),
    "run lengths of another depth": made(rows(24), depth=24, compression=1),
    "a JPEG inside": made(TOKEN, depth=0, compression=4),
    "a PNG inside": made(TOKEN, depth=0, compression=5),
    "an unknown compression": made(rows(24), compression=11),
    "pixels that overlap the header": PLAIN[:10] + b"\x20" + PLAIN[11:],
    "pixels behind the end": PLAIN[:10] + b"\0\0\0\x20" + PLAIN[14:],
    "no palette": made(rows(8), depth=8),
    "masks that overlap": made(rows(16), depth=16, compression=3, masks=(0xF0, 0x1F, 7)),
    "masks with a gap": made(rows(16), depth=16, compression=3, masks=(0x500, 0xF0, 7)),
    "masks beyond the pixel": made(rows(16), depth=16, compression=3, masks=(0xF0000, 0xF0, 7)),
    "no masks": made(rows(16), depth=16, compression=3, masks=(0, 0, 0)),
    "a run outside the row": runs(b"\6\1" + FULL),
    "a jump to the end of a row": runs(b"\4\1\0\2\1\0" + FULL[2:]),
    "a jump beyond a row": runs(b"\5\1\0\2J\0" + FULL[2:]),
    "a jump below the picture": runs(FULL[:-8] + b"\0\2\0J\0\1"),
    "a jump that the end of a row follows": runs(b"\2\1\0\2\2\0" + FULL[2:]),
    "a jump that the end follows": runs(FULL[:-8] + b"\0\2\3\0\0\1"),
    "runs that end early": runs(FULL[:-6]),
    "literal pixels that are cut off": runs(FULL[:-8] + b"\0\x09ZQ"),
    "a step that is cut off": runs(FULL[:-6] + b"\0"),
    "not a BMP": b"BA" + PLAIN[2:],
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_hide_something_is_refused(name: str) -> None:
    with pytest.raises((MalformedFileError, UnsupportedFileError)) as caught:
        engine.plan(REFUSED[name], POLICY)
    assert "ZQ" not in str(caught.value)


ODD = ("badrle.bmp", "reallybig.bmp")
"""Photos of the corpus that are damaged, and refused."""


@pytest.mark.skipif(not PHOTOS, reason="the corpus is not beside this checkout")
def test_every_photo_of_the_corpus_is_clean_and_unchanged(tmp_path: Path) -> None:
    for number, path in enumerate(PHOTOS):
        source = path.read_bytes()
        if path.name in ODD:
            assert is_refused(engine, source, POLICY)
            continue
        output = clean(engine, source, POLICY)
        assert decoded(output) == decoded(source), path.name
        start = int.from_bytes(source[10:14], "little")
        planted = source[:10] + struct.pack("<I", start + 100) + source[14:start] + (TOKEN * 20)[:100]
        again = clean(engine, planted + source[start:] + TOKEN, POLICY)
        assert not residue(again, TOKENS), path.name
        assert decoded(again) == decoded(source), path.name
        (tmp_path / f"{number:03}.bmp").write_bytes(output)
    if tool("exiftool"):
        assert properties(tmp_path) == {}
    if tool("exiv2"):
        assert exiv2_keys(tmp_path) == set()


SAMPLES = [
    PLAIN + TOKEN,
    made(rows(24), size=124, space=b"DEBM", profile=(4, 124 + 64, 40), gap=TOKEN) + bytes(40),
    made(rows(16), depth=16, compression=3, masks=(0x7C00, 0x3E0, 0x1F)),
    runs(FULL),
    runs(b"\0\5\x12\x12\x1f\xff\0\0\5\x11\0\0\5\x11\0\0\5\x11\0\1", depth=4),
    bmp("1"),
    bmp("RGBA"),
    made(rows(8), depth=8, palette=COLORS, colors=3),
]
EDITS = edits_with(b"\0\1", b"\0\2", b"\0\0", b"\xff\xff\xff\xff", bytes(4), b"\x7c\0\0\0", b"\1\0\0\0")


@settings(max_examples=1000)
@given(st.sampled_from(SAMPLES), EDITS)
def test_a_damaged_photo_ends_in_a_plan_or_a_refusal(sample: bytes, edits: list[Edit]) -> None:
    check_damaged(engine, edited(sample, edits), POLICY)


@pytest.mark.nightly
@settings(max_examples=20_000)
@given(st.sampled_from(SAMPLES), EDITS)
def test_very_many_damaged_photos_end_in_a_plan_or_a_refusal(sample: bytes, edits: list[Edit]) -> None:
    check_damaged(engine, edited(sample, edits), POLICY)
