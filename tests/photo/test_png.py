"""PNG: what is planted goes, the picture stays."""

import io
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bme_med.core import Code, Format, MalformedFileError, UnsupportedFileError
from bme_med.photo import png as engine
from tests.oracles.runs import tool
from tests.photo.judging import (
    check_damaged,
    clean,
    corpus,
    decoded,
    properties,
    residue,
    upright,
)
from tests.photo.making import (
    PNG_SIGNATURE,
    animation,
    chunk,
    chunks,
    exif,
    icc_profile,
    png,
    policy,
    token,
)

POLICY = policy()
PHOTOS = corpus(Format.PNG)
TOKEN = token(1)
PLAIN = png()
XMP = b"XML:com.adobe.xmp\0\0\0\0\0"


def rebuilt(parts: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A PNG of chunks."""
    return PNG_SIGNATURE + b"".join(chunk(*part) for part in parts)


def planted(parts: list[tuple[bytes, bytes]], at: int, source: bytes = PLAIN) -> bytes:
    """`source` with `parts` put in before its chunk of number `at`."""
    before = list(chunks(source))
    return rebuilt(before[:at] + parts + before[at:])


METADATA: dict[str, tuple[bytes, bytes]] = {
    "tEXt": (b"tEXt", b"Author\0" + TOKEN),
    "zTXt": (b"zTXt", b"Comment\0\0" + zlib.compress(TOKEN)),
    "iTXt": (b"iTXt", b"Title\0\0\0\0\0" + TOKEN),
    "iTXt-compressed": (b"iTXt", b"Title\0\1\0\0\0" + zlib.compress(TOKEN)),
    "iTXt-XMP": (b"iTXt", XMP + b"<x:xmpmeta>" + TOKEN + b"</x:xmpmeta>"),
    "raw-profile": (b"tEXt", b"Raw profile type exif\0\nexif\n 7\n" + TOKEN.hex().encode()),
    "raw-profile-damaged": (b"tEXt", b"Raw profile type exif\0\nexif\n 7\n" + TOKEN),
    "eXIf": (b"eXIf", exif(1, 1)),
    "eXIf-turned": (b"eXIf", exif(6, 1)),
    "tIME": (b"tIME", TOKEN),
    "sPLT": (b"sPLT", TOKEN + b"\0\x08"),
    "caBX": (b"caBX", TOKEN),
    "suggested-palette": (b"PLTE", TOKEN + b"12"),
    "private": (b"prVt", TOKEN),
    "private-name": (b"zqQZ", TOKEN),
    "gAMA-long": (b"gAMA", b"\0\0\xb1\x8f" + TOKEN),
    "pHYs-text": (b"pHYs", TOKEN + b"12"),
    "cHRM-text": (b"cHRM", TOKEN.ljust(32)),
    "cLLI-text": (b"cLLI", TOKEN + b"1"),
    "pHYs-long": (b"pHYs", bytes(9) + TOKEN),
    "fcTL-without-animation": (b"fcTL", TOKEN.ljust(26)),
    "fdAT-without-animation": (b"fdAT", bytes(4) + TOKEN),
    "iCCP-damaged": (b"iCCP", TOKEN + b"\0\0" + TOKEN),
}
"""Chunks, each with the token."""


@pytest.mark.parametrize("name", METADATA)
@pytest.mark.parametrize("at", [1, -1])
def test_a_planted_chunk_goes(name: str, at: int) -> None:
    source = planted([METADATA[name]], at)
    output = clean(engine, source, POLICY)
    assert not residue(output, [token(number) for number in range(10)])
    assert decoded(output) == decoded(PLAIN)
    assert not any("zqQZ" in action.where for action in engine.plan(source, POLICY).actions)


def test_a_second_chunk_of_a_kind_goes() -> None:
    gamma = (b"gAMA", b"\0\0\xb1\x8f")
    assert clean(engine, planted([gamma, gamma], 1), POLICY) == planted([gamma], 1)
    assert clean(engine, planted([gamma], -1), POLICY) == PLAIN


BT_2020 = (35400, 14600, 8500, 39850, 6550, 2300, 15635, 16450)
"""Red, green, blue, white, as mDCV has them."""
MASTERED = struct.pack(">8HII", *BT_2020, 10_000_000, 50)
SOUND = {
    "sRGB's colours": (b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)),
    "ACES' colours": (b"cHRM", struct.pack(">8i", 32168, 33767, 73470, 26530, 0, 100000, 10, -7700)),
    "a display": (b"mDCV", MASTERED),
    "PQ": (b"cICP", b"\x09\x10\0\1"),
    "light levels": (b"cLLI", struct.pack(">II", 10_000_000, 2_000_000)),
    "no light levels": (b"cLLI", bytes(8)),
    "gamma": (b"gAMA", b"\0\0\xb1\x8f"),
    "significant bits": (b"sBIT", b"\5\6\5"),
    "density": (b"pHYs", struct.pack(">IIB", 11811, 11811, 1)),
    "background": (b"bKGD", b"\0\xff\0\xff\0\xff"),
    "transparent": (b"tRNS", b"\0\1\0\2\0\3"),
}


@pytest.mark.parametrize("name", SOUND)
def test_sound_numbers_stay(name: str) -> None:
    source = planted([SOUND[name]], 1)
    assert clean(engine, source, POLICY) == source


@pytest.mark.parametrize(
    "part",
    [
        (b"mDCV", b"JOHN DOE 1970-01-01 MRN1"),
        (b"mDCV", b"JOHN DOE 1970-01" + MASTERED[16:]),
        (b"mDCV", MASTERED[:16] + b"MRN 1234"),
        (b"mDCV", MASTERED[:16] + struct.pack(">II", 50, 50)),
        (b"mDCV", struct.pack(">8HII", 50_001, *BT_2020[1:], 10_000_000, 50)),
        (b"cHRM", "JOHN DOE".encode("utf-32-be")),
        (b"gAMA", "J".encode("utf-32-be")),
        (b"cLLI", b"\1DOE\1JON"),
        (b"cLLI", struct.pack(">II", 1, 2)),
        (b"pHYs", b"\0\x0eDO\0\x0eJN\1"),
        (b"pHYs", b"\0\0DO\0\0JN\0"),
        (b"pHYs", struct.pack(">IIB", 2835, 2835, 74)),
        (b"cICP", b"JOHN"),
        (b"cICP", b"\x03\x10\0\1"),
        (b"cICP", b"\x09\x10\x09\1"),
        (b"sBIT", b"DOE"),
        (b"sBIT", b"\5\0\5"),
        (b"sRGB", b"J"),
    ],
)
def test_numbers_that_no_picture_has_go(part: tuple[bytes, bytes]) -> None:
    assert clean(engine, planted([part], 1), POLICY) == PLAIN


def test_bits_above_the_depth_of_a_colour_go() -> None:
    named, plain = b"M\1R\2N\3", b"\0\1\0\2\0\3"
    for type_ in (b"tRNS", b"bKGD"):
        assert clean(engine, planted([(type_, named)], 1), POLICY) == planted([(type_, plain)], 1)
    gray, white = png("1"), (b"tRNS", b"\0\xff")
    assert clean(engine, planted([white], 1, gray), POLICY) == planted([white], 1, gray)
    assert clean(engine, planted([(b"tRNS", b"MR")], 1, gray), POLICY) == planted(
        [(b"tRNS", b"\0\0")], 1, gray
    )
    deep = png("I;16")
    assert clean(engine, planted([(b"tRNS", b"\1\2")], 1, deep), POLICY) == planted(
        [(b"tRNS", b"\1\2")], 1, deep
    )
    palette = png("P")
    assert clean(engine, planted([(b"bKGD", b"\xff")], 2, png("P", bits=2)), POLICY) == png("P", bits=2)
    assert clean(engine, planted([(b"bKGD", b"\1")], 2, palette), POLICY) == planted(
        [(b"bKGD", b"\1")], 2, palette
    )


def _unfiltered(filters: tuple[int, ...], rows: list[bytes]) -> bytes:
    """Rows as `filters` store them, in turn; pixels are smaller than a byte."""
    out, above = b"", bytes(len(rows[0]))
    for number, row in enumerate(rows):
        filter_ = filters[number % len(filters)]
        stored = bytearray()
        for at, byte in enumerate(row):
            left, corner = (row[at - 1], above[at - 1]) if at else (0, 0)
            up = above[at]
            near = min((left, up, corner), key=lambda value: abs(left + up - corner - value))
            stored.append(byte - (0, left, up, (left + up) // 2, near)[filter_] & 0xFF)
        out, above = out + bytes((filter_,)) + stored, row
    return out


def _odd(depth: int, color: int, spare: bytes, filters: tuple[int, ...] = (0, 1, 2, 3, 4)) -> bytes:
    """A picture of 13 columns whose last bytes end with bits of `spare`."""
    bits = 13 * depth
    mask = (1 << -bits % 8) - 1
    rows = []
    for number, text in enumerate(spare):
        row = bytes((37 * number + 11 * at) & 0xFF for at in range((bits + 7) // 8))
        rows.append(row[:-1] + bytes((row[-1] & ~mask | text & mask,)))
    head = struct.pack(">IIBBBBB", 13, len(rows), depth, color, 0, 0, 0)
    palette = [(b"PLTE", bytes(range(3 << depth)))] if color == 3 else []
    data = zlib.compress(_unfiltered(filters, rows))
    return rebuilt([(b"IHDR", head), *palette, (b"IDAT", data), (b"IEND", b"")])


@pytest.mark.parametrize(("depth", "color"), [(1, 0), (2, 0), (4, 0), (1, 3), (2, 3), (4, 3)])
def test_bits_that_no_pixel_owns_are_zero(depth: int, color: int) -> None:
    source, sound = _odd(depth, color, TOKEN * 3), _odd(depth, color, bytes(21))
    output = clean(engine, source, POLICY)
    assert decoded(output) == decoded(source) == decoded(sound)
    assert output == clean(engine, _odd(depth, color, b"\xff" * 21), POLICY)
    assert clean(engine, sound, POLICY) == sound
    actions = [action for action in engine.plan(source, POLICY).actions if action.where.endswith("IDAT")]
    assert [action.code for action in actions] == [Code.C]


def test_bits_that_no_pixel_owns_are_zero_in_every_pass_and_frame() -> None:
    head = struct.pack(">IIBBBBB", 5, 5, 1, 0, 0, 0, 1)
    rows = [bytes((0, 0xFF))] * (1 + 1 + 1 + 2 + 2 + 3 + 2)
    interlaced = rebuilt([(b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows[:11]))), (b"IEND", b"")])
    output = clean(engine, interlaced, POLICY)
    assert decoded(output) == decoded(interlaced)
    assert set(zlib.decompress(dict(chunks(output))[b"IDAT"])) <= {0, 0x80, 0xC0, 0xE0, 0xF8}
    head = struct.pack(">IIBBBBB", 5, 2, 1, 0, 0, 0, 0)
    frames = [(b"fcTL", struct.pack(">IIIIIHHBB", number, 5, 2, 0, 0, 1, 1, 0, 0)) for number in (0, 1)]
    data = zlib.compress(bytes((0, 0xFF, 0, 0xAF)))
    moving = [(b"IHDR", head), (b"acTL", struct.pack(">II", 2, 0)), frames[0], (b"IDAT", data)]
    moving += [frames[1], (b"fdAT", struct.pack(">I", 2) + data), (b"IEND", b"")]
    output = clean(engine, rebuilt(moving), POLICY)
    assert decoded(output) == decoded(rebuilt(moving))
    images = [content for type_, content in chunks(output) if type_ in (b"IDAT", b"fdAT")]
    assert [zlib.decompress(image[at:]) for image, at in zip(images, (0, 4), strict=True)] == [
        bytes((0, 0xF8, 0, 0xA8))
    ] * 2


def test_bytes_after_the_end_go() -> None:
    assert clean(engine, PLAIN + TOKEN, POLICY) == PLAIN
    assert clean(engine, rebuilt([*list(chunks(PLAIN))[:-1], (b"IEND", TOKEN)]), POLICY) == PLAIN


@pytest.mark.parametrize("sizes", [(10, 100_000), (100_000,), (1,) * 50 + (100_000,), (0, 5, 0, 100_000, 0)])
def test_bytes_after_the_zlib_stream_go(sizes: tuple[int, ...]) -> None:
    stream = dict(chunks(PLAIN))[b"IDAT"]
    data = stream + 3 * TOKEN
    parts, start = [], 0
    for size in sizes:
        parts.append((b"IDAT", data[start : start + size]))
        start += size
    source = rebuilt(
        [next(chunks(PLAIN)), *parts, (b"IDAT", TOKEN), (b"tEXt", b"a\0b"), (b"IDAT", TOKEN), (b"IEND", b"")]
    )
    output = clean(engine, source, POLICY)
    assert b"".join(content for type_, content in chunks(output) if type_ == b"IDAT") == stream
    assert not residue(output, [TOKEN])
    assert decoded(output) == decoded(PLAIN)
    assert Code.C in [action.code for action in engine.plan(source, POLICY).actions]


@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("at", [1, -1])
def test_orientation_stays_alone(number: int, at: int) -> None:
    source = planted([(b"eXIf", exif(number, 1))], at)
    output = clean(engine, source, POLICY)
    assert upright(output) == upright(source)
    assert len(output) == len(PLAIN) + (38 if number != 1 else 0)
    assert clean(engine, source, policy(orientation="drop")) == PLAIN


TURNED = b'<rdf:Description tiff:Orientation="3"/>'
RAW = b"\nexif\n" + b"%8d\n" % len(exif(3)) + exif(3).hex().encode()


@pytest.mark.parametrize(
    "metadata",
    [
        (b"iTXt", XMP + TURNED),
        (b"iTXt", XMP.replace(b"\0\0\0\0\0", b"\0\1\0\0\0") + zlib.compress(TURNED)),
        (b"tEXt", b"Raw profile type exif\0" + RAW),
        (b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(RAW)),
    ],
)
def test_orientation_outside_exif_stays_outside(metadata: tuple[bytes, bytes]) -> None:
    source = planted([metadata], 1)
    planned = engine.plan(source, POLICY)
    output = clean(engine, source, POLICY)
    assert upright(output) == upright(source) != upright(PLAIN)
    assert planned.actions[1].code == Code.D
    assert {type_ for type_, _ in chunks(output)} & {b"eXIf", b"iTXt", b"tEXt", b"zTXt"} == {b"iTXt"}


@pytest.mark.parametrize("color", ["keep", "sanitize", "drop"])
def test_the_colour_profile_follows_the_policy(color: str) -> None:
    profile = icc_profile(1)
    source = planted([(b"iCCP", TOKEN + b"\0\0" + zlib.compress(profile) + TOKEN)], 1)
    tokens = [token(number) for number in range(2, 7)]
    output = clean(engine, source, policy(color=color))
    kept = Image.open(io.BytesIO(output)).info.get("icc_profile")
    assert decoded(output) == decoded(source)
    match color:
        case "keep":
            assert kept == profile
            assert dict(chunks(output))[b"iCCP"].startswith(b"icc\0\0")
        case "sanitize":
            assert kept
            assert not residue(output, [TOKEN, *tokens])
        case _:
            assert kept is None


def test_a_profile_that_browsers_pass_over_goes() -> None:
    whole = zlib.compress(icc_profile(2))
    source, cut = (planted([(b"iCCP", b"a\0\0" + data)], 1) for data in (whole, whole[:-4]))
    assert b"iCCP" in clean(engine, source, POLICY)
    assert clean(engine, cut, POLICY) == PLAIN
    assert any("colour profile" in finding for finding in engine.plan(cut, POLICY).findings)


def test_a_bomb_in_a_colour_profile_is_dropped() -> None:
    source = planted([(b"iCCP", b"icc\0\0" + zlib.compress(bytes(64 << 20)))], 1)
    assert clean(engine, source, POLICY) == PLAIN


def interlaced(mode: str, size: tuple[int, int]) -> bytes:
    """A PNG in seven passes (Adam7) of zero samples."""
    depth, color, channels = {"1": (1, 0, 1), "RGB": (8, 2, 3)}[mode]
    passes = (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    )
    raw = b""
    for left, top, across, down in passes:
        columns, rows = len(range(left, size[0], across)), len(range(top, size[1], down))
        raw += bytes(rows * (1 + (columns * channels * depth + 7) // 8)) if columns else b""
    header = struct.pack(">IIBBBBB", *size, depth, color, 0, 0, 1)
    return rebuilt([(b"IHDR", header), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")])


@pytest.mark.parametrize(
    "source",
    [
        PLAIN,
        png("L"),
        png("1"),
        png("P"),
        png("RGBA"),
        png("LA"),
        png("I;16"),
        png("P", bits=4, transparency=0),
        png("RGB", dpi=(300, 300), transparency=(0, 0, 0)),
        animation(),
        *(interlaced(mode, (w, h)) for mode in ("1", "RGB") for w in (1, 2, 5, 9) for h in (1, 3, 4, 8)),
    ],
)
def test_a_photo_without_metadata_does_not_change(source: bytes) -> None:
    assert decoded(source)
    assert clean(engine, source, POLICY) == source


def test_bytes_after_the_data_of_a_frame_go() -> None:
    whole = list(chunks(animation()))
    parts: list[tuple[bytes, bytes]] = []
    sequence = 0
    for type_, content in whole:
        if type_ not in (b"fcTL", b"fdAT"):
            parts.append((type_, content))
            continue
        parts.append(
            (type_, struct.pack(">I", sequence) + content[4:] + (TOKEN if type_ == b"fdAT" else b""))
        )
        sequence += 1
        if type_ == b"fdAT":
            parts.append((b"fdAT", struct.pack(">I", sequence) + TOKEN))
            sequence += 1
    output = clean(engine, rebuilt(parts), POLICY)
    assert output == animation()


def test_an_animation_that_leaves_the_first_image_out_says_so() -> None:
    parts = [part for part in chunks(animation()) if part[0] != b"acTL"]
    first = next(at for at, part in enumerate(parts) if part[0] == b"fcTL")
    rest = [part for at, part in enumerate(parts) if at != first]
    numbered, sequence = [], 0
    for type_, content in rest:
        if type_ in (b"fcTL", b"fdAT"):
            content = struct.pack(">I", sequence) + content[4:]
            sequence += 1
        numbered.append((type_, content))
    source = rebuilt([numbered[0], (b"acTL", struct.pack(">II", 2, 0)), *numbered[1:]])
    assert clean(engine, source, POLICY) == source
    assert any("animation" in finding for finding in engine.plan(source, POLICY).findings)


def _pixels(rows: int) -> bytes:
    """The picture's PNG with that many rows of data."""
    header, raw = next(chunks(PLAIN)), zlib.decompress(dict(chunks(PLAIN))[b"IDAT"])
    stream = zlib.compress((raw + raw)[: rows * (1 + 48 * 3)])
    return rebuilt([header, (b"IDAT", stream), (b"IEND", b"")])


def _animated(change: bytes, at: int) -> bytes:
    """The animation with bytes of the first frame control replaced."""
    source = animation()
    start = source.index(b"fcTL") + 4 + at
    end = source.index(b"fcTL") + 30
    content = source[start - at : start] + change + source[start + len(change) : end]
    return source[: end - 34] + chunk(b"fcTL", content) + source[end + 4 :]


IHDR = next(chunks(PLAIN))
IDAT = (b"IDAT", dict(chunks(PLAIN))[b"IDAT"])
IEND = (b"IEND", b"")
DAMAGED = bytearray(PLAIN)
DAMAGED[len(PLAIN) // 2] ^= 1
REFUSED = {
    "rows below the picture": _pixels(33),
    "a row is missing": _pixels(31),
    "the stream is cut": rebuilt([IHDR, (b"IDAT", IDAT[1][:-8]), IEND]),
    "the stream is no stream": rebuilt([IHDR, (b"IDAT", TOKEN), IEND]),
    "a wrong CRC": bytes(DAMAGED),
    "a wrong CRC of a chunk that stays": planted([(b"gAMA", b"\0\0\xb1\x8f")], 1).replace(
        b"\0\0\xb1\x8f", b"\0\0\xb1\x90"
    ),
    "IEND is missing": PLAIN[:-12],
    "cut off": PLAIN[:100],
    "nothing behind the signature": PNG_SIGNATURE,
    "no image data": rebuilt([IHDR, IEND]),
    "IHDR twice": rebuilt([IHDR, IHDR, IDAT, IEND]),
    "IHDR late": rebuilt([(b"tEXt", b"a\0b"), IHDR, IDAT, IEND]),
    "IHDR too long": rebuilt([(b"IHDR", IHDR[1] + TOKEN), IDAT, IEND]),
    "an impossible depth": rebuilt([(b"IHDR", IHDR[1][:8] + b"\5" + IHDR[1][9:]), IDAT, IEND]),
    "no width": rebuilt([(b"IHDR", bytes(4) + IHDR[1][4:]), IDAT, IEND]),
    "an unknown critical chunk": planted([(b"CgBI", TOKEN)], 1),
    "a type that is no type": planted([(b"1234", TOKEN)], 1),
    "no palette": rebuilt(part for part in chunks(png("P")) if part[0] != b"PLTE"),
    "a palette of odd length": rebuilt([(t, c + b"Z" if t == b"PLTE" else c) for t, c in chunks(png("P"))]),
    "a palette longer than the depth": rebuilt(
        [(t, bytes(51) if t == b"PLTE" else c) for t, c in chunks(png("P", bits=4))]
    ),
    "transparency longer than the palette": planted([(b"tRNS", TOKEN * 100)], 2, png("P")),
    "transparency of a wrong length": planted([(b"tRNS", TOKEN)], 1),
    "transparency twice": planted([(b"tRNS", bytes(6))] * 2, 1),
    "a frame outside the picture": _animated(b"\0\0\0\xff", 4),
    "two controls of the first frame": planted([(b"fcTL", bytes(26))], 3, animation()),
    "very many chunks": planted(10_000 * [(b"tEXt", b"")], 1),
    "a gap in the sequence": _animated(b"\0\0\0\x07", 0),
    "a frame less than declared": rebuilt(
        (t, struct.pack(">II", 4, 0) if t == b"acTL" else c) for t, c in chunks(animation())
    ),
    "frame data before a frame": planted([(b"fdAT", bytes(4) + TOKEN)], 2, animation()),
    "a frame without data": rebuilt([*list(chunks(animation()))[:-2], IEND]),
    "not a PNG": b"GIF89a" + PLAIN,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_hide_something_is_refused(name: str) -> None:
    with pytest.raises((MalformedFileError, UnsupportedFileError)) as caught:
        engine.plan(REFUSED[name], POLICY)
    assert "ZQ" not in str(caught.value)


def test_inflating_stops_where_the_picture_ends() -> None:
    source = rebuilt([IHDR, (b"IDAT", zlib.compress(bytes(64 << 20))), IEND])
    with pytest.raises(MalformedFileError, match="below the picture"):
        engine.plan(source, POLICY)


def test_a_bomb_is_refused_before_it_fills_the_memory() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    packer = zlib.compressobj(9)
    stream = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    with pytest.raises(MalformedFileError):
        engine.plan(rebuilt([(b"IHDR", header), (b"IDAT", stream), IEND]), POLICY)


@pytest.mark.skipif(not PHOTOS, reason="the corpus is not beside this checkout")
def test_every_photo_of_the_corpus_is_clean_and_unchanged(tmp_path: Path) -> None:
    for number, path in enumerate(PHOTOS):
        source = path.read_bytes()
        output = clean(engine, source, POLICY)
        assert decoded(output) == decoded(source), path.name
        assert upright(output) == upright(source), path.name
        (tmp_path / f"{number:03}.png").write_bytes(output)
    if tool("exiftool"):
        assert properties(tmp_path) == {}


SAMPLES = [
    planted(list(METADATA.values()), 1),
    planted([(b"eXIf", exif(6)), (b"iCCP", b"a\0\0" + zlib.compress(icc_profile()))], 1, png("RGBA")),
    planted([(b"tEXt", b"a\0b")], 3, png("P", transparency=1)),
    animation(),
    interlaced("RGB", (9, 7)),
]
Edit = tuple[str, int, int, bytes]
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["set", "insert", "delete", "repeat", "swap", "split"]),
        st.integers(0, 20),
        st.integers(0, 200),
        st.binary(max_size=4),
    ),
    min_size=1,
    max_size=5,
)


def edited(source: bytes, edits: list[Edit]) -> bytes:
    """`source` after each edit of one of its chunks; CRCs are made right."""
    parts = list(chunks(source))
    for kind, number, at, value in edits:
        index = number % len(parts)
        type_, data = parts[index]
        match kind:
            case "set":
                parts[index] = type_, data[:at] + value + data[at + len(value) :]
            case "insert":
                parts[index] = type_, data[:at] + value + data[at:]
            case "delete" if len(parts) > 1:
                del parts[index]
            case "repeat":
                parts.insert(index, (type_, data))
            case "swap":
                other = at % len(parts)
                parts[index], parts[other] = parts[other], parts[index]
            case _:
                parts[index : index + 1] = [(type_, data[:at]), (type_, data[at:])]
    return rebuilt(parts)


@settings(max_examples=300)
@given(st.sampled_from(SAMPLES), EDITS)
def test_damaged_chunks_end_in_a_plan_or_a_refusal(sample: bytes, edits: list[Edit]) -> None:
    check_damaged(engine, edited(sample, edits), POLICY)


@settings(max_examples=100)
@given(st.sampled_from(SAMPLES), st.floats(0, 1, exclude_max=True), st.binary(max_size=8), st.integers(0, 40))
def test_damaged_bytes_end_in_a_plan_or_a_refusal(
    sample: bytes, place: float, value: bytes, cut: int
) -> None:
    at = int(place * len(sample))
    damaged = sample[:at] + value + sample[at + cut :]
    check_damaged(engine, damaged, POLICY)
