"""TIFF and BigTIFF: what is planted goes, every page stays."""

import io
import lzma
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, features

from bme_med.core import Code, Format, MalformedFileError, UnsupportedFileError
from bme_med.photo import tiff as engine
from bme_med.photo.tiff_ifd import walk
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
from tests.photo.making import (
    TiffValue,
    exif,
    icc_profile,
    jpeg,
    picture,
    policy,
    segment,
    splice_after,
    tiff,
    tiff_of,
    token,
)

POLICY = policy()
PHOTOS = corpus(Format.TIFF)
TOKEN = token(1)
TOKENS = [token(number) for number in range(10)]
WIDTH, HEIGHT = 8, 6
ROW = bytes(range(3, 3 + WIDTH))
PIXELS = b"".join(bytes(value + 9 * row for value in ROW) for row in range(HEIGHT))
Entries = dict[int, TiffValue]


def short(*numbers: int) -> TiffValue:
    return 3, numbers


def long(*numbers: int) -> TiffValue:
    return 4, numbers


def text(value: bytes = TOKEN) -> TiffValue:
    return 2, value + b"\0"


def gray(compression: int = 1, rows: int = HEIGHT, **more: TiffValue) -> Entries:
    """The entries of a gray page; `more` by number, as ``t270``."""
    entries = {
        256: short(WIDTH),
        257: short(HEIGHT),
        258: short(8),
        259: short(compression),
        262: short(1),
        278: short(rows),
    }
    return {**entries, **{int(name[1:]): value for name, value in more.items()}}


def colored(**more: TiffValue) -> Entries:
    """The entries of a page with a colour map of 16 colours, the last twelve of which no pixel uses."""
    colors = struct.pack("<16H", *range(1, 17)) * 3
    return {**gray(), 258: short(4), 262: short(3), 320: (3, colors), **gray_more(more)}


def gray_more(more: dict[str, TiffValue]) -> Entries:
    return {int(name[1:]): value for name, value in more.items()}


PLAIN = tiff_of((gray(), [PIXELS]))

METADATA: Entries = {
    269: text(),
    270: text(),
    271: text(),
    272: text(),
    285: text(),
    301: (3, (TOKEN * 400)[:1536]),
    305: text(),
    306: text(),
    315: text(),
    316: text(),
    333: text(),
    700: (1, b"<x:xmpmeta>" + TOKEN),
    33432: text(),
    33550: (12, TOKEN.ljust(24)),
    33723: (7, TOKEN * 3),
    34377: (7, b"8BIM" + TOKEN),
    34735: (3, TOKEN.ljust(8)),
    34737: text(),
    37724: (7, TOKEN * 5),
    52545: (7, TOKEN),
    65000: text(),
    65001: (99, TOKEN),
}
"""Entries of one value, each with the token."""


@pytest.mark.parametrize("tag", METADATA)
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("is_big", [False, True])
def test_a_planted_entry_goes(tag: int, order: str, is_big: bool) -> None:
    plain = clean(engine, tiff_of((gray(), [PIXELS]), order=order, is_big=is_big), POLICY)
    source = tiff_of(({**gray(), tag: METADATA[tag]}, [PIXELS]), order=order, is_big=is_big, gap=TOKEN)
    assert clean(engine, source, POLICY) == plain
    assert residue(source, [TOKEN])


def test_subdirectories_go() -> None:
    source = bytearray(tiff_of((gray(t330=long(0), t34665=long(0), t34853=long(0)), [PIXELS])))
    at = len(source)
    source += b"\1\0" + struct.pack("<HHII", 270, 2, 8, at + 18) + bytes(4) + TOKEN + b"\0"
    for tag in (330, 34665, 34853):
        entry = source.index(struct.pack("<HHI", tag, 4, 1))
        source[entry + 8 : entry + 12] = struct.pack("<I", at)
    assert clean(engine, bytes(source), POLICY) == clean(engine, PLAIN, POLICY)


def test_the_output_is_laid_out_without_gaps() -> None:
    pages = [(gray(rows=2), [PIXELS[at : at + 16] for at in (0, 16, 32)]), (gray(t269=text()), [PIXELS])]
    output = clean(engine, tiff_of(*pages, gap=TOKEN), POLICY)
    entries = 8 + 8
    assert len(output) == 8 + 2 * 6 + 12 * entries + 24 + 2 * len(PIXELS)
    assert decoded(output) == decoded(tiff_of(*pages))
    assert any("more than one frame or page" in finding for finding in engine.plan(output, POLICY).findings)


def test_bytes_behind_a_strip_go() -> None:
    assert clean(engine, tiff_of((gray(), [PIXELS + TOKEN])), POLICY) == clean(engine, PLAIN, POLICY)
    planned = engine.plan(tiff_of((gray(), [PIXELS + TOKEN])), POLICY)
    assert Code.C in [action.code for action in planned.actions if "Strip" in action.where]
    packed = zlib.compress(PIXELS)
    source = tiff_of((gray(8), [packed + TOKEN]))
    assert clean(engine, source, POLICY) == clean(engine, tiff_of((gray(8), [packed])), POLICY)


def test_strips_that_the_picture_does_not_need_go() -> None:
    assert clean(engine, tiff_of((gray(), [PIXELS, TOKEN])), POLICY) == clean(engine, PLAIN, POLICY)


@pytest.mark.parametrize(
    "compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits", "group3", "group4", "lzma", "zstd"]
)
@pytest.mark.parametrize("tail", [TOKEN, bytes(9), b"\0" + TOKEN * 20])
def test_bytes_behind_compressed_data_go(compression: str, tail: bytes) -> None:
    mode = "1" if compression.startswith("group") else "RGB"
    source = tiff(mode, (48, 32), compression=compression)
    (page,) = walk(source)
    places = page.find(273)
    sizes = page.find(279)
    assert places
    assert sizes
    assert places.members == 1
    start, size = (
        struct.unpack("<I", places.read(source)[:4])[0],
        int.from_bytes(sizes.read(source), "little"),
    )
    moved = bytearray(source)
    moved[places.value.start : places.value.end] = struct.pack("<I", len(source))
    moved[sizes.value.start : sizes.value.end] = (size + len(tail)).to_bytes(
        sizes.value.end - sizes.value.start, "little"
    )
    planted = bytes(moved) + source[start : start + size] + tail
    output = clean(engine, planted, POLICY)
    assert decoded(output) == decoded(source)
    if compression != "group3":
        assert not residue(output, [TOKEN])
        assert output == clean(engine, source, POLICY)


@pytest.mark.parametrize("compression", [1, 5, 8, 32773, 34925])
def test_colours_that_no_pixel_uses_are_zeroed(compression: int) -> None:
    pixels = bytes((0x01, 0x23, 0x01, 0x23)) * HEIGHT
    data = {
        1: pixels,
        5: tiff_lzw(pixels),
        8: zlib.compress(pixels),
        34925: lzma.compress(pixels),
        32773: bytes((len(pixels) - 1,)) + pixels,
    }[compression]
    page = {**colored(), 259: short(compression)}
    planted = struct.pack("<4H", 1, 2, 3, 4) + (TOKEN * 4)[:24]
    page[320] = 3, planted * 3
    output = clean(engine, tiff_of((page, [data])), POLICY)
    assert not residue(output, [TOKEN])
    assert struct.pack("<4H", 1, 2, 3, 4) + bytes(24) in output
    assert decoded(output) == decoded(tiff_of((page, [data])))


def tiff_lzw(data: bytes) -> bytes:
    """Codes of nine bits, each a byte of its own, with a clear code before them."""
    return codes(256, *data, 257)


def codes(*numbers: int) -> bytes:
    """Codes of nine bits."""
    bits = "".join(f"{number:09b}" for number in numbers)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


@pytest.mark.parametrize("number", range(1, 9))
def test_orientation_stays(number: int) -> None:
    source = tiff_of((gray(t274=short(number), t270=text()), [PIXELS]))
    output = clean(engine, source, POLICY)
    assert upright(output) == upright(source)
    dropped = clean(engine, source, policy(orientation="drop"))
    assert dropped == clean(engine, PLAIN, POLICY)


def test_orientation_that_is_none_goes() -> None:
    for value in (short(0), short(9), text(), short(6, 0x5A51)):
        output = clean(engine, tiff_of((gray(t274=value), [PIXELS])), POLICY)
        kept = [entry for page in walk(output) for entry in page.entries if entry.tag == 274]
        assert bool(kept) is (value == short(6, 0x5A51))


def test_orientation_in_xmp_stays_in_xmp() -> None:
    xmp = b'<rdf:Description tiff:Orientation="3"/>' + TOKEN
    source = tiff_of((gray(t700=(1, xmp)), [PIXELS]))
    output = clean(engine, source, POLICY)
    assert upright(output) == upright(source) != upright(PLAIN)
    assert not residue(output, [TOKEN])
    assert {entry.tag for page in walk(output) for entry in page.entries} & {274, 700} == {700}
    assert clean(engine, source, policy(orientation="drop")) == clean(engine, PLAIN, POLICY)


@pytest.mark.parametrize("color", ["keep", "sanitize", "drop"])
def test_the_colour_profile_follows_the_policy(color: str) -> None:
    source = tiff(icc_profile=icc_profile(1))
    output = clean(engine, source, policy(color=color))
    assert decoded(output) == decoded(source)
    kept = [entry.read(output) for page in walk(output) for entry in page.entries if entry.tag == 34675]
    match color:
        case "keep":
            assert kept == [icc_profile(1)]
        case "sanitize":
            assert kept
            assert not residue(output, TOKENS)
        case _:
            assert not kept


def test_a_profile_that_cannot_be_read_goes_and_is_said() -> None:
    for value in ((7, TOKEN), (99, TOKEN)):
        source = tiff_of((gray(t34675=value), [PIXELS]))
        assert clean(engine, source, POLICY) == clean(engine, PLAIN, POLICY)
        assert any("colour profile" in finding for finding in engine.plan(source, POLICY).findings)


def test_pages_that_share_a_profile_do_not_make_the_copy_grow() -> None:
    profile = icc_profile()
    pages = [(gray(t34675=(7, profile)), [PIXELS])] * 3
    assert clean(engine, tiff_of(*pages), POLICY)
    source = bytearray(tiff_of(*[(gray(t34675=(7, b"12345")), [PIXELS])] * 200))
    at = len(source)
    for page in walk(bytes(source)):
        entry = page.find(34675)
        assert entry
        position = source.index(struct.pack("<HHI", 34675, 7, 5), page.place.start)
        source[position + 4 : position + 12] = struct.pack("<II", len(profile) + 100_000, at)
    source += profile + bytes(100_000)
    with pytest.raises(UnsupportedFileError, match="would grow"):
        engine.plan(bytes(source), policy(color="keep"))


def test_pages_that_share_their_offsets_cost_no_time() -> None:
    strips = {256: short(1), 257: short(20_000), 258: short(8), 278: short(1), 273: (3, bytes(40_000))}
    source = bytearray(tiff_of(*[({**strips, 279: (3, bytes(40_000))}, []) for _ in range(2)]))
    with pytest.raises(MalformedFileError):
        engine.plan(bytes(source), POLICY)
    at = source.index(struct.pack("<HHI", 273, 3, 20_000)) + 8
    page = struct.pack("<HHHI", 1, 273, 3, 20_000) + source[at : at + 4]
    source[4:8] = struct.pack("<I", len(source))
    for number in range(200):
        following = len(source) + len(page) + 4
        source += page + struct.pack("<I", following if number < 199 else 0)
    with pytest.raises(UnsupportedFileError, match="would grow"):
        engine.plan(bytes(source), POLICY)


@pytest.mark.parametrize("resolution", [(72, 1), (720_000, 10_000), (3000, 10)])
def test_a_resolution_says_what_it_said(resolution: tuple[int, int]) -> None:
    source = tiff_of((gray(t282=(5, resolution), t283=(5, resolution), t296=short(2)), [PIXELS]))
    with Image.open(io.BytesIO(clean(engine, source, POLICY))) as image:
        assert image.info["dpi"] == (resolution[0] / resolution[1],) * 2


def test_text_in_a_resolution_goes() -> None:
    source = tiff_of((gray(t282=(5, TOKEN + b"1"), t296=short(2)), [PIXELS]))
    assert not residue(clean(engine, source, POLICY), [TOKEN, TOKEN[:4]])


def test_smaller_versions_of_a_page_go() -> None:
    small = {**gray(), 254: long(1), 270: text()}
    old = {**gray(), 255: short(2), 270: text()}
    plain = clean(engine, PLAIN, POLICY)
    for pages in (
        [(gray(), [PIXELS]), (old, [PIXELS])],
        [(gray(), [PIXELS]), (small, [PIXELS])],
        [(small, [PIXELS]), (gray(), [PIXELS])],
    ):
        source = tiff_of(*pages)
        assert clean(engine, source, POLICY) == plain
        assert any("smaller versions" in finding for finding in engine.plan(source, POLICY).findings)
    assert len(decoded(clean(engine, tiff_of((small, [PIXELS])), POLICY))) == 1


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -1.0])
def test_a_number_that_is_none_ends_in_a_plan_or_a_refusal(number: float) -> None:
    for tag in (254, 255, 256, 259, 262, 274, 277, 282, 318, 338, 529):
        for type_, letter, count in ((11, "f", 1), (12, "d", 1), (11, "f", 6)):
            value = struct.pack(f"<{count}{letter}", *count * [number])
            source = tiff_of(({**gray(), tag: (type_, value)}, [PIXELS]))
            if not is_refused(engine, source, POLICY):
                clean(engine, source, POLICY)


def tables_and_strip(data: bytes) -> tuple[bytes, bytes]:
    """A JPEG cut into a stream of its tables and the rest."""
    tables, rest, position = b"", b"", 2
    while data[position + 1] != 0xDA:
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        part = data[position:end]
        tables, rest = (tables + part, rest) if part[1] in (0xDB, 0xC4) else (tables, rest + part)
        position = end
    return b"\xff\xd8" + tables + b"\xff\xd9", b"\xff\xd8" + rest + data[position:]


def inside(data: bytes, tables: bytes = b"", **more: TiffValue) -> bytes:
    """A TIFF of one gray JPEG strip."""
    page = {**gray(7), 256: short(48), 257: short(32), 278: short(32), **gray_more(more)}
    return tiff_of(({**page, 347: (7, tables)} if tables else page, [data]))


def test_metadata_inside_jpeg_strips_goes() -> None:
    whole = jpeg("L", quality=60)
    planted = splice_after(
        whole, 2, segment(0xE1, b"Exif\0\0" + exif(6, 1)), segment(0xFE, TOKEN), segment(0xE5, TOKEN)
    )
    output = clean(engine, inside(planted + TOKEN), POLICY)
    assert output == clean(engine, inside(whole), POLICY)
    assert decoded(output) == decoded(inside(planted))
    tables, strip = tables_and_strip(whole)
    source = inside(strip, tables)
    assert decoded(source) == decoded(inside(whole))
    expected = clean(engine, source, POLICY)
    assert decoded(expected) == decoded(source)
    comment = splice_after(tables, 2, segment(0xFE, TOKEN), segment(0xEC, TOKEN))
    unused = splice_after(tables, 2, segment(0xDB, b"\3" + (TOKEN * 10)[:64]))
    for other in (comment, unused, tables + TOKEN):
        assert clean(engine, inside(strip, other), POLICY) == expected
    assert clean(engine, inside(whole, b"\xff\xd8" + segment(0xFE, TOKEN)), POLICY) == (
        clean(engine, inside(whole), POLICY)
    )


def test_a_jpeg_larger_than_its_strip_is_refused() -> None:
    with pytest.raises(MalformedFileError, match="larger picture"):
        engine.plan(inside(jpeg("L"), t257=short(31), t278=short(31)), POLICY)


def test_what_a_viewer_does_not_show_is_said() -> None:
    rgb = {**gray(), 258: short(8, 8, 8, 8), 262: short(2), 277: short(4)}
    pixels = PIXELS * 4
    for extra, word in (((2,), "transparency"), ((0,), "channels"), ((), "channels")):
        page = {**rgb, 338: short(*extra)} if extra else rgb
        source = tiff_of((page, [pixels]))
        assert any(word in finding for finding in engine.plan(source, POLICY).findings)
        clean(engine, source, POLICY)
    tiled = {**gray(), 322: short(16), 323: short(16)}
    del tiled[278]
    source = tiff_of((tiled, [bytes(256)]))
    assert any("tiles reach beyond" in finding for finding in engine.plan(source, POLICY).findings)
    assert decoded(clean(engine, source, POLICY)) == decoded(source)
    stack = tiff_of((gray(t270=text(b"ImageJ=1.53t\nimages=4")), [PIXELS]))
    assert any("stack" in finding for finding in engine.plan(stack, POLICY).findings)


MODES = ["1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "F", "I"]


@pytest.mark.parametrize(
    "compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "group4", "lzma", "zstd"]
)
@pytest.mark.parametrize("mode", MODES)
def test_pictures_of_another_program_are_unchanged(mode: str, compression: str) -> None:
    assert features.check("libtiff")
    if (compression == "jpeg" and mode not in ("L", "RGB", "CMYK", "YCbCr")) or (
        compression == "group4" and mode != "1"
    ):
        return
    image = picture("L").convert(mode) if mode in ("I;16", "F", "I") else picture(mode)
    source = _saved(image, compression=compression, software="Quillfeather", artist=TOKEN.decode())
    output = clean(engine, source, POLICY)
    assert decoded(output) == decoded(source)
    assert not residue(output, [TOKEN, b"Quillfeather"])


def _saved(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "TIFF", **options)
    return out.getvalue()


@pytest.mark.parametrize("is_big", [False, True])
def test_every_page_of_another_program_is_unchanged(is_big: bool) -> None:
    pages = [picture(mode) for mode in ("L", "RGB", "1")]
    source = _saved(
        pages[0], save_all=True, append_images=pages[1:], big_tiff=is_big, description=TOKEN.decode()
    )
    output = clean(engine, source, POLICY)
    assert len(decoded(output)) == 3
    assert decoded(output) == decoded(source)
    assert output[2] == (43 if is_big else 42)
    assert not residue(output, [TOKEN])


def _at(tag: int, type_: int, value: bytes, source: bytes = PLAIN) -> bytes:
    """`source` with the inline value of an entry replaced."""
    at = source.index(struct.pack("<HHI", tag, type_, 1)) + 8
    return source[:at] + value + source[at + len(value) :]


REFUSED = {
    "no header": b"II*\0",
    "not a TIFF": b"MM*\0" + PLAIN[4:],
    "no page": PLAIN[:4] + bytes(12),
    "a BigTIFF of other offsets": b"II+\0\4\0\0\0" + bytes(20),
    "a directory behind the end": PLAIN[:4] + struct.pack("<I", len(PLAIN)) + PLAIN[8:],
    "a directory that is cut off": PLAIN[:-20],
    "a chain that meets itself": PLAIN[:-4] + PLAIN[4:8],
    "a chain that leaves the file": PLAIN[:-4] + b"\xff\xff\xff\xff",
    "a camera's CR2": PLAIN[:8] + b"CR" + PLAIN[10:],
    "a DNG": tiff_of((gray(t50706=(1, b"\1\4\0\0")), [PIXELS])),
    "a sensor's picture": tiff_of((gray(t262=short(32803)), [PIXELS])),
    "a preview with the picture apart": tiff_of((gray(t254=long(1), t330=long(8)), [PIXELS])),
    "an old kind of JPEG that is none": tiff_of((gray(6), [PIXELS])),
    "an unknown compression": tiff_of((gray(34661), [PIXELS])),
    "an unknown kind of colour": tiff_of((gray(t262=short(32845)), [PIXELS])),
    "a volume": tiff_of((gray(t32997=short(2)), [PIXELS])),
    "reverse bits of LZW": tiff_of((gray(5, t266=short(2)), [tiff_lzw(PIXELS)])),
    "no width": _at(256, 3, b"\0\0"),
    "a width that is text": tiff_of((gray(t256=text(b"1")), [PIXELS])),
    "a width that is no whole number": tiff_of((gray(t256=(11, struct.pack("<f", 8.0))), [PIXELS])),
    "a strip that is cut off": tiff_of((gray(), [PIXELS[:-1]])),
    "a strip behind the end": _at(273, 4, b"\0\0\0\x40"),
    "a strip in the header": _at(273, 4, b"\4\0\0\0"),
    "a strip in the directory": _at(273, 4, struct.pack("<I", len(PLAIN) - len(PIXELS) - 2)),
    "strips that share bytes": _at(
        273, 4, struct.pack("<I", 8 + 4), tiff_of((gray(), [PIXELS]), (gray(t270=text()), [PIXELS]))
    ),
    "a strip missing": tiff_of((gray(rows=2), [PIXELS])),
    "strips without sizes": tiff_of((gray(8, t279=(4, b"")), [zlib.compress(PIXELS)])),
    "strips without rows": tiff_of((gray(rows=0), [PIXELS])),
    "impossible bits": tiff_of((gray(t258=short(0)), [PIXELS])),
    "bits of too few samples": tiff_of((gray(t258=short(8, 8), t277=short(3)), [PIXELS * 3])),
    "too many samples": tiff_of((gray(t277=short(65535)), [PIXELS])),
    "an impossible predictor": tiff_of((gray(8, t317=short(9)), [zlib.compress(PIXELS)])),
    "two widths": PLAIN.replace(struct.pack("<HH", 257, 3), struct.pack("<HH", 256, 3)),
    "rows below the picture": tiff_of((gray(8), [zlib.compress(PIXELS + TOKEN)])),
    "rows below the picture in LZW": tiff_of((gray(5), [codes(256, 5, *range(258, 268), 257)])),
    "rows below the picture in PackBits": tiff_of((gray(32773), [b"\x2e" + PIXELS[:47] + b"\x81" + TOKEN])),
    "deflated data that ends early": tiff_of((gray(8), [zlib.compress(PIXELS[:-1])])),
    "deflated data that is none": tiff_of((gray(8), [TOKEN])),
    "rows below the picture in xz": tiff_of((gray(34925), [lzma.compress(PIXELS + TOKEN)])),
    "xz that ends early": tiff_of((gray(34925), [lzma.compress(PIXELS[:-1])])),
    "xz that is cut off": tiff_of((gray(34925), [lzma.compress(PIXELS)[:-1]])),
    "xz that is none": tiff_of((gray(34925), [lzma.compress(PIXELS, lzma.FORMAT_ALONE)])),
    "xz in two streams": tiff_of((gray(34925), [lzma.compress(PIXELS[:8]) + lzma.compress(PIXELS[8:])])),
    "packed data that ends early": tiff_of((gray(32773), [b"\x2f" + PIXELS[:40]])),
    "LZW that ends early": tiff_of((gray(5), [tiff_lzw(PIXELS[:-1])])),
    "no colour map": tiff_of(({**colored(), 320: short(1)}, [PIXELS])),
    "impossible subsampling": tiff_of(
        ({**gray(t530=short(3, 1)), 258: short(8, 8, 8), 262: short(6), 277: short(3)}, [PIXELS * 3])
    ),
    "JPEG that is none": inside(TOKEN),
    "JPEG tables that are none": inside(jpeg("L"), TOKEN),
    "a strip that is only tables": inside(tables_and_strip(jpeg("L"))[0]),
    "very many strips": tiff_of((gray(t273=(3, bytes(1_000_004)), t279=long(1)), [])),
    "very many pages": tiff_of(*10_001 * [(gray(), [b"1"])]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_hide_something_is_refused(name: str) -> None:
    with pytest.raises((MalformedFileError, UnsupportedFileError)) as caught:
        engine.plan(REFUSED[name], POLICY)
    assert "ZQ" not in str(caught.value)


def test_a_bomb_costs_no_memory() -> None:
    bomb = zlib.compress(bytes(64 << 20))
    wide = {256: long(1 << 30), 257: long(1 << 30), 278: long(1 << 30)}
    xz = lzma.compress(bytes(64 << 20))
    with pytest.raises(MalformedFileError, match="below the picture"):
        engine.plan(tiff_of((gray(34925), [xz])), POLICY)
    with pytest.raises(MalformedFileError, match="too early"):
        engine.plan(tiff_of(({**gray(34925), **wide}, [xz])), POLICY)
    with pytest.raises(MalformedFileError, match="below the picture"):
        engine.plan(tiff_of((gray(8), [bomb])), POLICY)
    with pytest.raises(MalformedFileError, match="too early"):
        engine.plan(tiff_of(({**gray(8), **wide}, [bomb])), POLICY)


ODD = (
    "crash-1185209cf7655b5aed8ae5e77784dfdd18ab59e9.tif",
    "crash-2020-10-test.tif",
    "crash-74d2a78403a5a59db1fb0a2b8735ac068a75f6e3.tif",
)
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
        assert upright(output) == upright(source), path.name
        (tmp_path / f"{number:03}.tif").write_bytes(output)
    if tool("exiftool"):
        assert properties(tmp_path) == {}
    if tool("exiv2"):
        assert exiv2_keys(tmp_path) == set()


@pytest.mark.skipif(not tool("exiftool"), reason="exiftool is not installed")
@pytest.mark.parametrize("order", "<>")
def test_an_independent_reader_finds_structure_alone(order: str, tmp_path: Path) -> None:
    pages = [({**gray(), **{tag: METADATA[tag] for tag in METADATA}}, [PIXELS]) for _ in range(2)]
    for is_big in (False, True):
        source = tiff_of(*pages, order=order, is_big=is_big, gap=TOKEN)
        (tmp_path / f"{is_big}.tif").write_bytes(clean(engine, source, POLICY))
    assert properties(tmp_path) == {}


def planted(source: bytes) -> bytes:
    """`source` with every kind of metadata in each page, its directories moved behind the end."""
    out, pages = bytearray(source), list(walk(source))
    order = "<" if source[:2] == b"II" else ">"
    link = 4
    for page in pages:
        size = 12 * len(page.entries)
        table = source[page.place.start + 2 : page.place.start + 2 + size]
        entries = {
            struct.unpack_from(f"{order}H", table, at)[0]: table[at : at + 12] for at in range(0, size, 12)
        }
        for tag, (type_, value) in METADATA.items():
            data = value if isinstance(value, bytes) else b""
            members = len(data) // (8 if type_ == 12 else 2 if type_ == 3 else 1)
            entries[tag] = struct.pack(f"{order}HHII", tag, type_, members, len(out))
            out += data + TOKEN
        out += bytes(len(out) % 2)
        out[link : link + 4] = struct.pack(f"{order}I", len(out))
        out += struct.pack(f"{order}H", len(entries)) + b"".join(entries[tag] for tag in sorted(entries))
        link = len(out)
        out += bytes(4)
    return bytes(out) + TOKEN


@pytest.mark.skipif(not PHOTOS, reason="the corpus is not beside this checkout")
def test_what_is_planted_into_the_corpus_goes() -> None:
    for path in PHOTOS:
        source = path.read_bytes()
        if path.name in ODD:
            continue
        assert residue(planted(source), [TOKEN])
        output = clean(engine, planted(source), POLICY)
        assert not residue(output, TOKENS), path.name
        assert decoded(output) == decoded(source), path.name


SAMPLES = [
    tiff_of(({**gray(rows=2), **METADATA}, [PIXELS[at : at + 16] for at in (0, 16, 32)]), gap=TOKEN),
    tiff_of((gray(8), [zlib.compress(PIXELS)]), (gray(5), [tiff_lzw(PIXELS)]), order=">"),
    tiff_of((gray(32773), [b"\x2f" + PIXELS]), is_big=True),
    tiff_of((colored(), [PIXELS])),
    inside(*reversed(tables_and_strip(jpeg("L")))),
    tiff("1", compression="group4"),
    tiff("L", compression="zstd"),
    tiff("L", compression="lzma"),
    tiff(icc_profile=icc_profile()),
]
EDITS = edits_with(b"\xff\xff", bytes(4), b"\1\1\3\0", b"\x11\1\4\0", b"\x17\1\4\0", b"\1\0\0\0", b"\x08\0")


@settings(max_examples=1000)
@given(st.sampled_from(SAMPLES), EDITS)
def test_a_damaged_photo_ends_in_a_plan_or_a_refusal(sample: bytes, edits: list[Edit]) -> None:
    check_damaged(engine, edited(sample, edits), POLICY)


@pytest.mark.nightly
@settings(max_examples=20_000)
@given(st.sampled_from(SAMPLES), EDITS)
def test_very_many_damaged_photos_end_in_a_plan_or_a_refusal(sample: bytes, edits: list[Edit]) -> None:
    check_damaged(engine, edited(sample, edits), POLICY)
