"""WebP: what is planted goes, the picture stays."""

import io
import struct
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, features

from bme_med.core import Code, Format, MalformedFileError, UnsupportedFileError
from bme_med.photo import webp as engine
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
    upright,
)
from tests.photo.making import exif, icc_profile, moving, picture, policy, token, webp

POLICY = policy()
PHOTOS = corpus(Format.WEBP)
TOKEN = token(1)
TOKENS = [token(number) for number in range(10)]
Parts = list[tuple[bytes, bytes]]


def riff(parts: Iterable[tuple[bytes, bytes]], pad: bytes = b"\0") -> bytes:
    """A WebP of chunks."""
    body = b"WEBP" + _encoded(parts, pad)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _encoded(parts: Iterable[tuple[bytes, bytes]], pad: bytes = b"\0") -> bytes:
    return b"".join(
        type_ + struct.pack("<I", len(data)) + data + (pad if len(data) % 2 else b"") for type_, data in parts
    )


def split(data: bytes) -> Parts:
    """Type and payload of each chunk."""
    parts, position = [], 0
    while position < len(data):
        type_, size = struct.unpack_from("<4sI", data, position)
        parts.append((type_, data[position + 8 : position + 8 + size]))
        position += 8 + size + size % 2
    return parts


def parts_of(source: bytes) -> Parts:
    return split(source[12:])


SIMPLE = webp(quality=50)
LOSSLESS = webp(lossless=True)
VP8 = parts_of(SIMPLE)[0][1]
MOVING = moving("WEBP")


def extended(flags: int, parts: Parts, size: tuple[int, int] = (48, 32)) -> bytes:
    """The chunks behind an extended header."""
    canvas = b"".join((side - 1).to_bytes(3, "little") for side in size)
    return riff([(b"VP8X", bytes((flags, 0, 0, 0)) + canvas), *parts])


PLAIN = extended(0, parts_of(SIMPLE))

METADATA: dict[str, tuple[bytes, bytes]] = {
    "EXIF": (b"EXIF", exif(1, 1)),
    "EXIF-with-header": (b"EXIF", b"Exif\0\0" + exif(1, 1)),
    "XMP": (b"XMP ", b"<x:xmpmeta>" + TOKEN),
    "XMP-NUL": (b"XMP\0", b"<x:xmpmeta>" + TOKEN),
    "C2PA": (b"C2PA", TOKEN),
    "PSAI": (b"PSAI", TOKEN),
    "IART": (b"IART", TOKEN),
    "private-name": (b"ZQ00", b"12"),
    "second-image": (b"VP8 ", parts_of(SIMPLE)[0][1] + TOKEN),
    "second-lossless-image": (b"VP8L", TOKEN),
    "late-ALPH": (b"ALPH", b"\1" + TOKEN),
    "late-VP8X": (b"VP8X", TOKEN + TOKEN),
    "ANIM-of-no-animation": (b"ANIM", TOKEN),
    "ANMF-of-no-animation": (b"ANMF", bytes(16) + _encoded([(b"EXIF", TOKEN)])),
    "ICCP-damaged": (b"ICCP", TOKEN),
}
"""Chunks, each with the token."""


@pytest.mark.parametrize("name", METADATA)
@pytest.mark.parametrize("base", [SIMPLE, PLAIN], ids=["simple", "extended"])
def test_a_planted_chunk_goes(name: str, base: bytes) -> None:
    source = riff([*parts_of(base), METADATA[name]])
    assert clean(engine, source, POLICY) == base
    assert not any("ZQ" in action.where for action in engine.plan(source, POLICY).actions)


@pytest.mark.parametrize("name", ["EXIF", "XMP", "C2PA", "IART", "ICCP-damaged"])
def test_a_chunk_before_the_image_goes(name: str) -> None:
    header, *rest = parts_of(PLAIN)
    assert clean(engine, riff([header, METADATA[name], *rest]), POLICY) == PLAIN


def test_bytes_after_the_riff_go() -> None:
    for base in (SIMPLE, PLAIN, MOVING):
        assert clean(engine, base + TOKEN, POLICY) == base
    assert any("followed the end" in finding for finding in engine.plan(PLAIN + TOKEN, POLICY).findings)


def test_bytes_that_pad_are_zero() -> None:
    odd = [(b"VP8 ", VP8 + b"\0" * (1 - len(VP8) % 2))]
    output = clean(engine, riff(odd, b"Z"), POLICY)
    assert output == riff(odd)
    assert decoded(output) == decoded(SIMPLE)
    without = riff(odd)[:-1]
    assert clean(engine, without[:4] + struct.pack("<I", len(without) - 8) + without[8:], POLICY) == output


def test_reserved_bits_and_bytes_are_zero() -> None:
    (_, head), *rest = parts_of(PLAIN)
    source = riff([(b"VP8X", bytes((0xC1 | 0x2C,)) + b"ZQ0" + head[4:] + TOKEN), *rest])
    assert clean(engine, source, POLICY) == PLAIN


def _alpha(data: bytes) -> bytes:
    return extended(0x10, [(b"ALPH", data), *parts_of(SIMPLE)])


def test_bytes_behind_uncompressed_alpha_go() -> None:
    raw = bytes(range(256)) * 6
    source = _alpha(b"\0" + raw + TOKEN)
    output = clean(engine, source, POLICY)
    assert output == _alpha(b"\0" + raw)
    assert decoded(output) == decoded(source) != decoded(PLAIN)
    assert Code.C in [action.code for action in engine.plan(source, POLICY).actions]
    assert clean(engine, _alpha(b"\x40" + raw), POLICY) == output


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_bytes_behind_a_lossless_image_go(mode: str) -> None:
    source = webp(mode, lossless=True)
    parts = [
        (type_, data + TOKEN + b"Z" * (len(data) % 2) if type_ == b"VP8L" else data)
        for type_, data in parts_of(source)
    ]
    assert clean(engine, riff(parts), POLICY) == source
    assert Code.C in [action.code for action in engine.plan(riff(parts), POLICY).actions]


def test_bytes_behind_compressed_alpha_go() -> None:
    image = picture("RGB")
    image.putalpha(picture("L"))
    out = io.BytesIO()
    image.save(out, "WEBP", quality=50)
    source = out.getvalue()
    parts = [(type_, data + TOKEN if type_ == b"ALPH" else data) for type_, data in parts_of(source)]
    assert b"ALPH" in dict(parts)
    assert clean(engine, riff(parts), POLICY) == source


def test_a_lossless_photo_of_twelve_megapixels_is_read_to_its_end() -> None:
    out = io.BytesIO()
    large = Image.new("RGB", (4000, 3000), (9, 8, 7))
    large.paste(picture(), (1000, 2000))
    large.save(out, "WEBP", lossless=True)
    ((type_, data),) = parts_of(out.getvalue())
    output = clean(engine, riff([(type_, data + TOKEN + b"1")]), POLICY)
    assert output == riff([(type_, data)])


def test_pixels_that_take_no_bits_cost_no_time() -> None:
    head = b"\x2f" + (6999 | 6999 << 14).to_bytes(4, "little")
    codes_of_one_symbol = int(5 * "0001" + "000", 2).to_bytes(3, "little")
    source = riff([(b"VP8L", head + codes_of_one_symbol)])
    started = time.process_time()
    assert clean(engine, riff([(b"VP8L", head + codes_of_one_symbol + TOKEN)]), POLICY) == source
    assert time.process_time() - started < 1


def test_lossless_images_of_more_pixels_than_are_read_are_refused() -> None:
    head = b"\x2f" + (16_383 | 16_383 << 14).to_bytes(4, "little")
    assert is_refused(engine, riff([(b"VP8L", head + TOKEN + b"1")]), POLICY)


def _in_first_frame(change: Parts) -> bytes:
    parts = parts_of(MOVING)
    at = next(number for number, (type_, _) in enumerate(parts) if type_ == b"ANMF")
    parts[at] = b"ANMF", parts[at][1] + _encoded(change)
    return riff(parts)


@pytest.mark.parametrize("name", METADATA)
def test_a_chunk_inside_a_frame_goes(name: str) -> None:
    source = _in_first_frame([METADATA[name]])
    assert clean(engine, source, POLICY) == MOVING


def test_frame_headers_are_cut_to_what_is_defined() -> None:
    parts = [
        (type_, data[:15] + bytes((data[15] | 0xFC,)) + data[16:] if type_ == b"ANMF" else data)
        for type_, data in parts_of(MOVING)
    ]
    parts = [(type_, data + TOKEN if type_ == b"ANIM" else data) for type_, data in parts]
    assert clean(engine, riff([*parts, METADATA["EXIF"], parts_of(SIMPLE)[0]]), POLICY) == MOVING


def test_an_animation_says_that_it_has_more_frames() -> None:
    assert len(decoded(MOVING)) == 3
    assert any("more than one frame" in finding for finding in engine.plan(MOVING, POLICY).findings)


@pytest.mark.parametrize("number", range(1, 9))
def test_orientation_stays_alone(number: int) -> None:
    for payload in (exif(number, 1), b"Exif\0\0" + exif(number, 1)):
        source = extended(8, [*parts_of(SIMPLE), (b"EXIF", payload)])
        output = clean(engine, source, POLICY)
        assert upright(output) == upright(source)
        assert len(output) == len(PLAIN) + (34 if number != 1 else 0)
        assert not residue(output, TOKENS)
        assert clean(engine, source, policy(orientation="drop")) == PLAIN


def test_orientation_in_xmp_stays_in_xmp() -> None:
    source = extended(4, [*parts_of(SIMPLE), (b"XMP ", b'<rdf:Description tiff:Orientation="3"/>')])
    output = clean(engine, source, POLICY)
    assert upright(output) == upright(source) != upright(PLAIN)
    assert Code.D in [action.code for action in engine.plan(source, POLICY).actions]
    assert {type_ for type_, _ in parts_of(output)} & {b"EXIF", b"XMP "} == {b"XMP "}


@pytest.mark.parametrize("color", ["keep", "sanitize", "drop"])
def test_the_colour_profile_follows_the_policy(color: str) -> None:
    source = webp(icc_profile=icc_profile(1))
    assert residue(source, TOKENS)
    output = clean(engine, source, policy(color=color))
    assert decoded(output) == decoded(source)
    kept = dict(parts_of(output)).get(b"ICCP")
    match color:
        case "keep":
            assert kept == icc_profile(1)
        case "sanitize":
            assert kept
            assert not residue(output, TOKENS)
        case _:
            assert kept is None
            assert dict(parts_of(output))[b"VP8X"][0] == 0


@pytest.mark.parametrize(
    "source",
    [
        SIMPLE,
        LOSSLESS,
        PLAIN,
        MOVING,
        webp("RGBA", lossless=True),
        webp("RGBA"),
        webp("RGBA", alpha_quality=10),
    ],
)
def test_a_photo_without_metadata_does_not_change(source: bytes) -> None:
    assert decoded(source)
    assert clean(engine, source, POLICY) == source


VP8L = parts_of(LOSSLESS)[0][1]
FRAME = dict(parts_of(MOVING))[b"ANMF"]
ANIM = (b"ANIM", bytes(6))
REFUSED = {
    "cut off": PLAIN[:-2],
    "nothing in the RIFF": riff([]),
    "no image": extended(0, []),
    "an image that is no key frame": riff([(b"VP8 ", bytes((VP8[0] | 1,)) + VP8[1:])]),
    "an image without its start code": riff([(b"VP8 ", VP8[:3] + TOKEN + VP8[10:])]),
    "an image without size": riff([(b"VP8 ", VP8[:6] + bytes(4) + VP8[10:])]),
    "an image cut in its first partition": riff([(b"VP8 ", VP8[:20])]),
    "a lossless image of a later version": riff([(b"VP8L", VP8L[:4] + b"\xff" + VP8L[5:])]),
    "a lossless image without signature": riff([(b"VP8L", b"Z" + VP8L[1:])]),
    "metadata first": riff([METADATA["XMP"], (b"VP8 ", VP8)]),
    "a canvas of another size": extended(0, parts_of(SIMPLE), (49, 32)),
    "a canvas larger than WebP allows": extended(0, parts_of(SIMPLE), (1 << 24, 1 << 24)),
    "a short extended header": riff([(b"VP8X", bytes(9)), (b"VP8 ", VP8)]),
    "alpha that ends too early": _alpha(b"\0" + TOKEN),
    "alpha of an unknown compression": _alpha(b"\2" + TOKEN),
    "alpha without a byte": _alpha(b""),
    "a frame before the animation": extended(2, [(b"ANMF", FRAME), ANIM]),
    "an animation without a frame": extended(2, [ANIM]),
    "an animation with a short header": extended(2, [(b"ANIM", bytes(5)), (b"ANMF", FRAME)]),
    "a frame without a header": extended(2, [ANIM, (b"ANMF", bytes(15))]),
    "a frame without an image": extended(2, [ANIM, (b"ANMF", FRAME[:16])]),
    "a frame outside the picture": extended(2, [ANIM, (b"ANMF", b"\x30" + FRAME[1:])]),
    "a frame of another size": extended(2, [ANIM, (b"ANMF", FRAME[:6] + b"\1" + FRAME[7:])]),
    "a frame that its chunks leave": extended(2, [ANIM, (b"ANMF", FRAME[:-2])]),
    "very many chunks": riff([(b"VP8 ", VP8), *10_001 * [(b"ZQ00", b"")]]),
    "not a WebP": b"RIFF\4\0\0\0AVI ",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_hide_something_is_refused(name: str) -> None:
    with pytest.raises((MalformedFileError, UnsupportedFileError)) as caught:
        engine.plan(REFUSED[name], POLICY)
    assert "ZQ" not in str(caught.value)


@pytest.mark.skipif(not PHOTOS, reason="the corpus is not beside this checkout")
def test_every_photo_of_the_corpus_is_clean_and_unchanged(tmp_path: Path) -> None:
    assert features.check("webp")
    for number, path in enumerate(PHOTOS):
        source = path.read_bytes()
        output = clean(engine, source, POLICY)
        assert decoded(output) == decoded(source), path.name
        assert upright(output) == upright(source), path.name
        (tmp_path / f"{number:03}.webp").write_bytes(output)
    if tool("exiftool"):
        assert properties(tmp_path) == {}
    if tool("exiv2"):
        assert exiv2_keys(tmp_path) == set()


@pytest.mark.skipif(not PHOTOS, reason="the corpus is not beside this checkout")
def test_what_is_planted_into_the_corpus_goes() -> None:
    for path in PHOTOS:
        source = path.read_bytes()
        head = parts_of(source)[0][0]
        first = [METADATA["XMP"], METADATA["C2PA"]] if head == b"VP8X" else []
        header, *rest = parts_of(source[: 8 + int.from_bytes(source[4:8], "little")])
        last = [part for name, part in METADATA.items() if name != "ANMF-of-no-animation"]
        planted = riff([header, *first, *rest, *last]) + TOKEN
        output = clean(engine, planted, POLICY)
        assert not residue(output, TOKENS), path.name
        assert decoded(output) == decoded(source), path.name


SAMPLES = [
    extended(0x10, [*parts_of(SIMPLE), *METADATA.values()]) + TOKEN,
    _in_first_frame(list(METADATA.values())),
    webp("RGBA", icc_profile=icc_profile(), exif=b"Exif\0\0" + exif(6)),
    _alpha(b"\0" + bytes(48 * 32)),
    LOSSLESS,
]
EDITS = edits_with(b"VP8X", b"ANMF", b"ALPH", b"EXIF", b"ICCP", bytes(4), b"\x02\0\0\0")


def _ends_in_a_plan_or_a_refusal(sample: bytes, edits: list[Edit]) -> None:
    damaged = edited(sample, edits)
    if len(damaged) >= 12:
        damaged = b"RIFF" + struct.pack("<I", len(damaged) - 8) + damaged[8:]
    check_damaged(engine, damaged, POLICY)


@settings(max_examples=1000)
@given(st.sampled_from(SAMPLES), EDITS)
def test_a_damaged_photo_ends_in_a_plan_or_a_refusal(sample: bytes, edits: list[Edit]) -> None:
    _ends_in_a_plan_or_a_refusal(sample, edits)


@pytest.mark.nightly
@settings(max_examples=20_000)
@given(st.sampled_from(SAMPLES), EDITS)
def test_very_many_damaged_photos_end_in_a_plan_or_a_refusal(sample: bytes, edits: list[Edit]) -> None:
    _ends_in_a_plan_or_a_refusal(sample, edits)


def test_lossy_pixels_count_for_a_tenth() -> None:
    part = engine.plan_part(webp(), POLICY.profile, 200)
    assert part.pixels_left == 200 - 48 * 32 // 10
    with pytest.raises(UnsupportedFileError, match="10 times as many"):
        engine.plan_part(webp(), POLICY.profile, 100)
