"""GIF: what is planted goes, the picture stays."""

import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bme_med.core import Code, Format, MalformedFileError, UnsupportedFileError
from bme_med.photo import gif as engine
from bme_med.photo.gif_blocks import read_data, walk
from tests.oracles.runs import tool
from tests.photo.browsing import look
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
from tests.photo.making import gif, moving, policy, token

POLICY = policy()
PHOTOS = corpus(Format.GIF)
TOKEN = token(1)
TOKENS = [token(number) for number in range(10)]
MOVING = moving("GIF")


def sub_blocks(*contents: bytes) -> bytes:
    """Contents, each with its length, and the one of no length that ends them."""
    return b"".join(bytes((len(content),)) + content for content in contents) + b"\0"


def plain(source: bytes) -> bytes:
    """What the engine makes of a picture of another program."""
    return clean(engine, source, POLICY)


PLAIN = plain(gif())
START = next(walk(PLAIN)).end
EXTENSIONS: dict[str, bytes] = {
    "comment": b"\x21\xfe" + sub_blocks(TOKEN, TOKEN),
    "plain text": b"\x21\x01" + sub_blocks(bytes(12), TOKEN),
    "XMP": b"\x21\xff\x0bXMP DataXMP" + sub_blocks(b"<x:xmpmeta>" + TOKEN),
    "ICC": b"\x21\xff\x0bICCRGBG1012" + sub_blocks(TOKEN),
    "C2PA": b"\x21\xff\x0bC2PA_GIF\x01\0\0" + sub_blocks(TOKEN),
    "private application": b"\x21\xff\x0bMGK8BIM0000" + sub_blocks(TOKEN),
    "application without a name": b"\x21\xff" + sub_blocks(TOKEN),
    "application named as nobody": b"\x21\xff\x0bZQ00001ZQ00" + sub_blocks(TOKEN),
    "loop that is none": b"\x21\xff\x0bNETSCAPE2.0" + sub_blocks(TOKEN),
    "loop without content": b"\x21\xff\x0bNETSCAPE2.0\0",
    "loop of another kind": b"\x21\xff\x0bNETSCAPE2.0" + sub_blocks(b"\2ZQ"),
    "unknown extension": b"\x21\x77" + sub_blocks(TOKEN),
    "long graphic control": b"\x21\xf9" + sub_blocks(TOKEN),
    "graphic control of two parts": b"\x21\xf9" + sub_blocks(bytes(4), TOKEN),
}


@pytest.mark.parametrize("name", EXTENSIONS)
def test_a_planted_extension_goes(name: str) -> None:
    for at in (START, len(PLAIN) - 1):
        source = PLAIN[:at] + EXTENSIONS[name] + PLAIN[at:]
        assert plain(source) == PLAIN
        assert not any("ZQ" in action.where for action in engine.plan(source, POLICY).actions)


def test_bytes_after_the_trailer_go() -> None:
    assert plain(PLAIN + TOKEN) == PLAIN
    assert plain(MOVING + TOKEN) == plain(MOVING)
    assert any("followed the end" in finding for finding in engine.plan(PLAIN + TOKEN, POLICY).findings)


def test_a_missing_trailer_is_added() -> None:
    assert plain(PLAIN[:-1]) == PLAIN
    assert any("cut off" in finding for finding in engine.plan(PLAIN[:-1], POLICY).findings)


def with_data(change: Callable[[bytes], bytes], source: bytes = PLAIN, size: int = 255) -> bytes:
    """`source` with the data of its first image changed, in sub-blocks of another size."""
    image = next(block for block in walk(source) if block.kind == "image")
    data = change(read_data(source, image))
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return source[: image.table.end + 1] + sub_blocks(*parts) + source[image.end :]


def add(data: bytes, *, tail: bytes) -> bytes:
    return data + tail


@pytest.mark.parametrize("size", [1, 7, 100, 255])
def test_bytes_after_the_end_code_go(size: int) -> None:
    for tail in (TOKEN, b"\0", TOKEN * 100):
        source = with_data(partial(add, tail=tail), size=size)
        output = plain(source)
        assert not residue(output, TOKENS)
        assert decoded(output) == decoded(PLAIN)
        assert with_data(lambda data: data, output) == PLAIN
        assert Code.C in [action.code for action in engine.plan(source, POLICY).actions]


def test_a_stream_without_an_end_gets_one() -> None:
    black = plain(gif("1"))
    image = next(block for block in walk(black) if block.kind == "image")
    assert len(read_data(black, image)) > 3
    output = plain(with_data(lambda data: data[:-1] + bytes((data[-1] & 0,)), black, 4))
    assert decoded(output) == decoded(black)


@pytest.mark.parametrize("table", ["global", "local"])
def test_colours_that_no_pixel_uses_are_zeroed(table: str) -> None:
    source = gif("1")
    two = bytes((0, 0, 0, 255, 255, 255))
    colors = two + (TOKEN * 20)[: 254 * 3 - 54 * 3 * 0][:762]
    colors = colors.ljust(768, b"Z")
    (screen, *_) = walk(source)
    image = next(block for block in walk(source) if block.kind == "image")
    head, descriptor = (
        bytearray(source[: screen.table.start]),
        bytearray(source[image.start : image.start + 10]),
    )
    rest = source[image.table.end :]
    if table == "global":
        head[10] |= 0x87
        planted = bytes(head) + colors + bytes(descriptor) + rest
    else:
        head[10] &= 0x70
        descriptor[9] |= 0x87
        planted = bytes(head) + bytes(descriptor) + colors + rest
    output = plain(planted)
    assert not residue(output, TOKENS)
    assert output[: len(head)] == head
    assert decoded(output)[0][1:] == decoded(planted)[0][1:]


def test_reserved_bits_are_zero() -> None:
    control = MOVING.index(b"\x21\xf9\x04") + 3
    assert MOVING[control] < 0x20
    source = MOVING[:control] + bytes((MOVING[control] | 0xE0,)) + MOVING[control + 1 :]
    assert plain(source) == plain(MOVING)
    image = next(block for block in walk(PLAIN) if block.kind == "image")
    flags = image.start + 9
    assert plain(PLAIN[:flags] + bytes((PLAIN[flags] | 0x1F,)) + PLAIN[flags + 1 :]) == PLAIN


def test_a_transparent_colour_counts_only_where_it_is_declared() -> None:
    source = PLAIN[:START] + b"\x21\xf9" + sub_blocks(b"\0\0\0Z") + PLAIN[START:]
    assert plain(source) == PLAIN[:START] + b"\x21\xf9" + sub_blocks(bytes(4)) + PLAIN[START:]


def test_of_two_controls_the_last_counts() -> None:
    first, last = (b"\x21\xf9" + sub_blocks(b"\4" + delay + b"\0") for delay in (b"ZQ", b"\1\0"))
    assert plain(PLAIN[:START] + first + last + PLAIN[START:]) == PLAIN[:START] + last + PLAIN[START:]
    lost = PLAIN[:START] + first + EXTENSIONS["plain text"] + PLAIN[START:]
    assert plain(lost) == PLAIN


def test_an_animation_keeps_frames_times_and_loop() -> None:
    output = plain(MOVING)
    assert decoded(output) == decoded(MOVING)
    assert len(decoded(output)) == 3
    assert b"NETSCAPE2.0\3\1\0\0\0" in output
    at = MOVING.index(b"NETSCAPE2.0") + 15
    assert plain(MOVING[:at] + sub_blocks(TOKEN)[:-1] + MOVING[at:]) == output
    again = MOVING[: at - 18] + MOVING[at - 18 : at + 1] * 2 + MOVING[at + 1 :]
    assert decoded(plain(again)) == decoded(MOVING)
    assert any("more than one frame" in finding for finding in engine.plan(MOVING, POLICY).findings)


def test_a_photo_that_was_cleaned_does_not_change() -> None:
    for source in (gif("L"), gif("1"), gif("P"), gif("RGBA"), gif("L", interlace=0), MOVING):
        assert decoded(plain(source)) == decoded(source)


IMAGE = next(block for block in walk(PLAIN) if block.kind == "image")


def _with_size(width: int, height: int, source: bytes = PLAIN) -> bytes:
    start = next(block for block in walk(source) if block.kind == "image").start
    return source[: start + 5] + struct.pack("<HH", width, height) + source[start + 9 :]


def _with_screen(width: int, height: int, left: int = 0, top: int = 0) -> bytes:
    placed = PLAIN[: IMAGE.start + 1] + struct.pack("<HH", left, top) + PLAIN[IMAGE.start + 5 :]
    return placed[:6] + struct.pack("<HH", width, height) + placed[10:]


REFUSED = {
    "a row is missing": _with_size(48, 33),
    "no height": _with_size(48, 0),
    "a code beyond the table": with_data(lambda data: data[:2] + b"\xff\xff" + data[4:]),
    "an impossible size of codes": PLAIN[: IMAGE.table.end] + b"\0" + PLAIN[IMAGE.table.end + 1 :],
    "no image data": with_data(lambda data: b""),
    "no image": PLAIN[:START] + b";",
    "nothing behind the header": PLAIN[:START],
    "a global table that is cut off": PLAIN[:40],
    "a screen that is cut off": PLAIN[:10],
    "cut off": PLAIN[:-9],
    "cut in a descriptor": PLAIN[: IMAGE.start + 4],
    "cut in an extension": PLAIN[:-1] + b"\x21",
    "no block": PLAIN[:START] + b"Z" + PLAIN[START:],
    "a second image outside the picture": PLAIN[:-1] + b"\x2c\1" + PLAIN[IMAGE.start + 2 : -1] + b";",
    "a first image where no screen reaches": _with_screen(48, 32, 0xFFFF),
    "very many blocks": PLAIN[:START] + 20_000 * b"\x21\xfe\0" + PLAIN[START:],
    "not a GIF": b"GIF88a" + PLAIN[6:],
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_hide_something_is_refused(name: str) -> None:
    with pytest.raises((MalformedFileError, UnsupportedFileError)) as caught:
        engine.plan(REFUSED[name], POLICY)
    assert "ZQ" not in str(caught.value)


@pytest.mark.parametrize("place", [(16, 16), (16, 100), (16, 16, 5, 3), (48, 32, 5, 0)])
def test_a_first_image_larger_than_the_screen_enlarges_it_as_in_browsers(
    place: tuple[int, ...], tmp_path: Path
) -> None:
    source = _with_screen(*place)
    output = plain(source)
    left, top = place[2:] or (0, 0)
    expected = max(place[0], left + 48), max(place[1], top + 32)
    assert struct.unpack("<HH", output[6:10]) == expected
    assert decoded(output) == decoded(source)
    assert any("screen was enlarged" in finding for finding in engine.plan(source, POLICY).findings)
    if tool("chromium"):
        shown = look({"before.gif": source, "after.gif": output}, tmp_path)
        assert shown["before.gif"] == shown["after.gif"]
        assert shown["after.gif"][:2] == expected


def test_a_screen_that_holds_its_image_is_not_enlarged() -> None:
    for source in (_with_screen(48, 32), _with_screen(70, 60, 5, 3)):
        assert plain(source) == source
        assert not any("enlarged" in finding for finding in engine.plan(source, POLICY).findings)


def test_rows_below_the_picture_go_or_are_refused() -> None:
    refused = 0
    for height in range(1, 32):
        source = _with_size(48, height, gif("1"))
        refused += is_refused(engine, source, POLICY)
        if not is_refused(engine, source, POLICY):
            output = plain(source)
            assert decoded(output) == decoded(source)
            assert len(output) < len(source)
    assert 0 < refused < 31


def test_a_bomb_costs_no_memory() -> None:
    source = PLAIN[: IMAGE.start + 5] + b"\xff\xff\xff\xff" + PLAIN[IMAGE.start + 9 :]
    with pytest.raises(MalformedFileError, match="too early"):
        engine.plan(source, POLICY)


@pytest.mark.skipif(not PHOTOS, reason="the corpus is not beside this checkout")
def test_every_photo_of_the_corpus_is_clean_and_unchanged(tmp_path: Path) -> None:
    for number, path in enumerate(PHOTOS):
        source = path.read_bytes()
        output = clean(engine, source, POLICY)
        assert decoded(output) == decoded(source), path.name
        planted = source
        extensions = b"".join(data for name, data in EXTENSIONS.items() if name != "plain text")
        for block in reversed(list(walk(source))[1:]):
            planted = planted[: block.start] + extensions + planted[block.start :]
        assert decoded(clean(engine, planted + TOKEN, POLICY)) == decoded(source), path.name
        assert not residue(clean(engine, planted + TOKEN, POLICY), TOKENS), path.name
        (tmp_path / f"{number:03}.gif").write_bytes(output)
    if tool("exiftool"):
        assert properties(tmp_path) == {}
    if tool("exiv2"):
        assert exiv2_keys(tmp_path) == set()


SAMPLES = [
    PLAIN[:START] + b"".join(EXTENSIONS.values()) + PLAIN[START:] + TOKEN,
    MOVING,
    gif("1"),
    gif("RGBA"),
    with_data(lambda data: data + TOKEN, size=9),
]
EDITS = edits_with(b"\x21\xfe", b"\x21\xff\x0b", b"\x2c\0\0", b"\0\x3b", b"\x21\xf9\x04", b"\0")


@settings(max_examples=1000)
@given(st.sampled_from(SAMPLES), EDITS)
def test_a_damaged_photo_ends_in_a_plan_or_a_refusal(sample: bytes, edits: list[Edit]) -> None:
    check_damaged(engine, edited(sample, edits), POLICY)


@pytest.mark.nightly
@settings(max_examples=20_000)
@given(st.sampled_from(SAMPLES), EDITS)
def test_very_many_damaged_photos_end_in_a_plan_or_a_refusal(sample: bytes, edits: list[Edit]) -> None:
    check_damaged(engine, edited(sample, edits), POLICY)
