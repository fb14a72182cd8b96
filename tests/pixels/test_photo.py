import io
from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image
from tifffile import TiffFile

from bme_med import engines
from bme_med.core import FileError, Format, Plan, Region, UnsupportedFileError, sniff, splice
from bme_med.pixels import photo_png
from bme_med.pixels.photo import paint_photo
from tests.oracles.runs import CORPUS
from tests.photo.making import policy
from tests.pixels.jpeg_making import photo
from tests.pixels.photo_making import as_stored, chunk, png, save, shown, tiff, tiff_pages

BOX = Region(top=9, left=5, bottom=30, right=50)
INSIDE = np.s_[9:30, 5:50]


def painted(source: bytes, *regions: Region) -> bytes:
    return paint_photo(source, sniff(source), regions or (BOX,)).data


def cleaned(source: bytes) -> bytes:
    """As it leaves the program: painted, then planned by the engine of its format."""
    data = painted(source)
    plan = engines.plan(data, policy(hidden="keep"))
    assert isinstance(plan, Plan), plan
    return splice(plan.pieces, data)


def assert_painted(source: bytes, *, black: tuple[int, ...] = (0, 0, 0, 255)) -> None:
    """Inside the box all is black and opaque, and nothing else differs, in every frame."""
    frames = list(zip(shown(source), shown(painted(source)), strict=True))
    assert frames
    for before, after in frames:
        assert (after[INSIDE] == black).all()
        before[INSIDE] = black
        assert np.array_equal(before, after)


def two(mode: str = "RGB") -> tuple[Image.Image, Image.Image]:
    """Two pictures that differ only in the box."""
    one, other = photo(70, 90, mode=mode), photo(70, 90, mode=mode)
    patch = photo(70, 90, mode=mode, seed=5, text="X").crop((40, 20, 85, 41))
    other.paste(patch, (BOX.left, BOX.top))
    assert one.tobytes() != other.tobytes()
    return one, other


def test_a_table_between_the_scans_of_a_jpeg_does_not_leave() -> None:
    text = b"PATIENT QUILLFEATHER MRN 12345678 BORN 1970-01-01".ljust(64, b".")
    source = save(photo(70, 90), "JPEG", progressive=True)
    scan = source.rindex(b"\xff\xda")
    planted = source[:scan] + b"\xff\xdb\0\x43\0" + text + source[scan:]
    assert cleaned(planted) == cleaned(source)


LOSSLESS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "PNG": ("PNG", "RGB", {}),
    "PNG, alpha": ("PNG", "RGBA", {}),
    "PNG, gray and alpha": ("PNG", "LA", {}),
    "PNG, gray of 16 bits": ("PNG", "I;16", {}),
    "WebP": ("WEBP", "RGB", {"lossless": True}),
    "WebP, alpha": ("WEBP", "RGBA", {"lossless": True, "exact": True}),
    "TIFF": ("TIFF", "RGB", {}),
    "TIFF, LZW": ("TIFF", "RGB", {"compression": "tiff_lzw"}),
    "TIFF, deflated": ("TIFF", "RGBA", {"compression": "tiff_adobe_deflate"}),
    "TIFF, fax": ("TIFF", "1", {"compression": "group4"}),
    "BMP": ("BMP", "RGB", {}),
    "BMP, gray": ("BMP", "L", {}),
}


@pytest.mark.parametrize("kind", LOSSLESS)
def test_nothing_but_the_box_changes(kind: str) -> None:
    format_, mode, options = LOSSLESS[kind]
    if mode == "I;16":
        source = save(Image.fromarray(np.arange(70 * 90, dtype=np.uint16).reshape(70, 90) * 9), format_)
        before, after = as_stored(source), as_stored(painted(source))
        assert not after[INSIDE].any()
        before[INSIDE] = 0
        assert np.array_equal(before, after)
    else:
        assert_painted(save(photo(70, 90, mode=mode), format_, **options))


@pytest.mark.parametrize("kind", [kind for kind in LOSSLESS if "16" not in kind])
def test_photos_that_differ_only_under_the_box_become_the_same_bytes(kind: str) -> None:
    format_, mode, options = LOSSLESS[kind]
    one, other = (save(picture, format_, **options) for picture in two(mode))
    assert one != other
    assert cleaned(one) == cleaned(other)


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(
    ("color", "depth"),
    [
        *((0, depth) for depth in (1, 2, 4, 8, 16)),
        *((3, depth) for depth in (1, 2, 4, 8)),
        *((color, depth) for color in (2, 4, 6) for depth in (8, 16)),
    ],
)
def test_png_of_every_kind_keeps_its_samples(color: int, depth: int, *, interlaced: bool) -> None:
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    bits = np.random.default_rng(color).integers(0, 2, (70, 90, samples * depth), np.uint8)
    entries = np.random.default_rng(1).integers(20, 256, 3 << depth, np.uint8)
    entries[-3:] = 0
    palette = chunk(b"PLTE", entries.tobytes()) if color == 3 else b""
    source = png(bits, depth, color, interlaced=interlaced, extra=palette)
    expected = bits.copy()
    expected[INSIDE] = 1 if color == 3 else 0
    if color in (4, 6):
        expected[INSIDE][..., -depth:] = 1
    assert_same_picture(painted(source), png(expected, depth, color, interlaced=False, extra=palette))


@pytest.mark.parametrize("band_bytes", [1, 700, 5000])
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "I;16"])
def test_a_png_read_in_bands_is_the_one_read_at_once(
    mode: str, band_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ramps = np.add.outer(np.arange(70), 3 * np.arange(90))
    image = Image.fromarray(ramps.astype("u2" if mode == "I;16" else "u1"))
    source = save(image if mode in ("L", "I;16") else image.convert("RGB").convert(mode), "PNG")
    at_once = painted(source, BOX)
    monkeypatch.setattr(photo_png, "_BAND_BYTES", band_bytes)
    assert painted(source, BOX) == at_once


def assert_same_picture(one: bytes, other: bytes) -> None:
    """Two PNG hold the same samples, in the same header."""
    assert one[16:29] == other[16:29]
    if one[25] != 3 and one[24] >= 8:
        assert np.array_equal(imagecodecs.png_decode(one), imagecodecs.png_decode(other))
    assert np.array_equal(as_stored(one), as_stored(other))


def test_every_frame_of_an_animation_is_painted() -> None:
    frames = [photo(70, 90, seed=seed) for seed in range(4)]
    for format_, options in (("PNG", {}), ("WEBP", {"lossless": True}), ("WEBP", {"quality": 60})):
        assert_painted(
            save(frames[0], format_, save_all=True, append_images=frames[1:], duration=90, **options)
        )
    gif = save(
        frames[0].convert("P"), "GIF", save_all=True, append_images=[f.convert("P") for f in frames[1:]]
    )
    assert_painted(gif)


def test_gifs_that_differ_only_under_the_box_become_the_same_bytes() -> None:
    palette = photo().quantize(64, dither=Image.Dither.NONE)
    pictures = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in two()]
    one, other = (save(picture, "GIF", optimize=False) for picture in pictures)
    assert one != other
    assert painted(one) == painted(other)


def test_lossy_webp_says_that_it_is_lossless_now_and_loses_nothing() -> None:
    source = save(photo(70, 90), "WEBP", quality=50)
    assert_painted(source)
    assert "coded without" in paint_photo(source, Format.WEBP, [BOX]).note
    assert not paint_photo(save(photo(), "WEBP", lossless=True), Format.WEBP, [BOX]).note


def test_colours_under_transparent_parts_are_painted_too() -> None:
    picture = photo(70, 90, mode="RGBA", text="QUILLFEATHER")
    picture.putalpha(0)
    for format_, options in (("PNG", {}), ("WEBP", {"lossless": True, "exact": True}), ("TIFF", {})):
        result = as_stored(painted(save(picture, format_, **options)))
        assert not result[INSIDE][..., :3].any()
        assert (result[INSIDE][..., 3] == 255).all()
        assert result[:9, ..., :3].any()


TIFFS: list[dict[str, Any]] = [
    {"compression": compression, "predictor": predictor, **layout}
    for compression in (None, "lzw", "zlib", "packbits", "zstd")
    for predictor in ((False, True) if compression in ("lzw", "zlib", "zstd") else (False,))
    for layout in (
        {"rowsperstrip": 7},
        {"tile": (16, 32)},
        {"planarconfig": "separate", "rowsperstrip": 11},
        {"byteorder": ">", "bigtiff": True, "tile": (32, 16)},
    )
]


@pytest.mark.parametrize("options", TIFFS, ids=str)
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_tiffs_of_every_layout_keep_all_other_samples(options: dict[str, Any], dtype: str) -> None:
    samples = (np.asarray(photo(70, 90)).astype(dtype) << (8 if dtype == "u2" else 0)) + 3
    is_planar = options.get("planarconfig") == "separate"
    source = tiff(np.moveaxis(samples, -1, 0) if is_planar else samples, photometric="rgb", **options)
    (before,), (after,) = tiff_pages(source), tiff_pages(painted(source))
    assert np.array_equal(before, samples)
    assert not after[INSIDE].any()
    samples[INSIDE] = 0
    assert np.array_equal(samples, after)


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_floating_point_prediction_keeps_all_other_samples(mode: str, dtype: str, byteorder: str) -> None:
    samples = np.asarray(photo(70, 90, mode=mode)).astype(dtype) / 7 + 1
    photometric = "rgb" if mode == "RGB" else "minisblack"
    options = {"compression": "zlib", "predictor": True, "byteorder": byteorder, "rowsperstrip": 7}
    source = tiff(samples, photometric=photometric, **options)
    assert TiffFile(io.BytesIO(source)).pages.first.predictor == 3
    (after,) = tiff_pages(painted(source))
    assert not after[INSIDE].any()
    samples[INSIDE] = 0
    assert np.array_equal(samples, after)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_deflate", "packbits", "group4"])
def test_bytes_whose_lowest_bit_comes_first_stay_so(compression: str) -> None:
    picture = photo(70, 90, mode="L").convert("1" if compression == "group4" else "L")
    source = save(picture, "TIFF", compression=compression, tiffinfo={266: 2})
    assert TiffFile(io.BytesIO(source)).pages.first.fillorder == 2
    result = painted(source)
    expected = np.asarray(Image.open(io.BytesIO(source))).copy()
    expected[INSIDE] = 0
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(result))), expected)
    (by_another,) = tiff_pages(result)
    assert np.array_equal(by_another, expected)


def test_tiffs_that_differ_only_under_the_box_become_the_same_bytes() -> None:
    one, other = (np.asarray(picture) for picture in two())
    for options in TIFFS:
        layout = dict(options)
        if layout.pop("planarconfig", None):
            continue
        first, second = (tiff(samples, photometric="rgb", **layout) for samples in (one, other))
        assert first != second
        assert cleaned(first) == cleaned(second)


def test_every_page_of_a_tiff_is_painted() -> None:
    pages = [photo(70, 90, seed=seed) for seed in range(3)]
    source = save(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    assert len(list(tiff_pages(source))) == 3
    assert_painted(source)


def test_jpeg_in_tiff_is_painted_without_generation_loss() -> None:
    for mode in ("L", "RGB", "YCbCr"):
        source = save(photo(70, 90, mode=mode), "TIFF", compression="jpeg")
        (before,), (after,) = tiff_pages(source), tiff_pages(painted(source))
        assert not after[INSIDE].any()
        assert np.array_equal(before[48:], after[48:])
        assert np.array_equal(before[:, 68:], after[:, 68:])


def test_fills_are_black_for_every_colour_of_a_tiff() -> None:
    gray = np.asarray(photo(70, 90, mode="L"))
    white_is_zero = painted(tiff(gray, photometric="miniswhite"))
    assert (next(tiff_pages(white_is_zero))[INSIDE] == 255).all()
    colors = np.random.default_rng(2).integers(500, 65535, (3, 256)).astype(np.uint16)
    colors[:, 77] = 0
    palette = painted(tiff(gray, photometric="palette", colormap=colors))
    assert (next(tiff_pages(palette))[INSIDE] == 77).all()
    ink = painted(tiff(np.asarray(photo(70, 90, mode="CMYK")), photometric="separated"))
    assert (next(tiff_pages(ink))[INSIDE] == (0, 0, 0, 255)).all()


def test_what_a_tiff_held_under_the_box_is_not_in_the_file() -> None:
    samples = np.random.default_rng(4).integers(0, 256, (70, 90, 3)).astype(np.uint8)
    for options in ({}, {"compression": "lzw"}, {"tile": (16, 16)}, {"rowsperstrip": 5}):
        result = painted(tiff(samples, photometric="rgb", **options))
        lines = (samples[row, BOX.left : BOX.right].tobytes() for row in range(BOX.top, BOX.bottom))
        assert not any(line[at : at + 16] in result for line in lines for at in range(len(line) - 16))


def heif(image: Image.Image, **options: Any) -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, **options)
    return out.getvalue()


def test_a_single_heic_changes_nowhere_but_in_the_box() -> None:
    source = heif(photo(70, 90), quality=60)
    assert_painted(source)
    assert paint_photo(source, Format.HEIF, [BOX]).note


def test_alpha_of_heic_is_opaque_under_the_box() -> None:
    picture = photo(70, 90, mode="RGBA")
    picture.putalpha(Image.fromarray(np.arange(70 * 90, dtype=np.uint8).reshape(70, 90)))
    assert_painted(heif(picture, quality=-1, chroma=444, matrix_coefficients=0))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_avif_changes_nowhere_but_in_the_box(mode: str) -> None:
    assert_painted(save(photo(70, 90, mode=mode), "AVIF", quality=60))


def test_heics_that_differ_only_under_the_box_become_the_same_bytes() -> None:
    pictures = two()
    one, other = (heif(picture, quality=-1, chroma=444, matrix_coefficients=0) for picture in pictures)
    assert one != other
    assert painted(one) == painted(other)
    one, other = (bytes(imagecodecs.avif_encode(np.asarray(picture), level=100)) for picture in pictures)
    assert one != other
    assert painted(one) == painted(other)


def test_of_a_grid_only_the_touched_tiles_are_coded_again() -> None:
    source = (CORPUS / "photos/exifr/heic-iphone7.heic").read_bytes()
    box = Region(700, 600, 800, 1300)
    (before,), (after,) = shown(source), shown(painted(source, box))
    assert not after[700:800, 600:1300, :3].any()
    difference = np.abs(before.astype(int) - after)
    difference[696:804, 596:1304] = 0
    assert difference.mean() < 0.01
    difference[512:1024, 512:1536] = 0
    assert not difference.any()
    assert len(painted(source, box)) < 1.1 * len(source)


def test_regions_of_a_turned_picture_are_those_that_are_shown() -> None:
    for name in ("rot1mir0", "rot3mir0"):
        assert_painted((CORPUS / f"photos/Pillow/{name}.avif").read_bytes())


@pytest.mark.nightly
def test_second_pictures_are_gone_once_the_engine_has_planned_the_photo() -> None:
    seen = 0
    for path in sorted((CORPUS / "photos").rglob("*")):
        source = path.read_bytes() if path.is_file() else b""
        if sniff(source) not in (Format.JPEG, Format.HEIF) or len(source) > 3_000_000:
            continue
        try:
            data = painted(source)
        except FileError:
            continue
        plan = engines.plan(data, policy())
        if isinstance(plan, Plan):
            result = splice(plan.pieces, data)
            starts = sum(result.count(b"\xff\xd8\xff" + follower) for follower in (b"\xdb", b"\xe0", b"\xe1"))
            assert starts == (sniff(source) is Format.JPEG), path
            assert result.count(b"thmb") + result.count(b"urn:com:apple") == 0
            seen += 1
    assert seen > 20


FORMATS: dict[Format, Callable[[], bytes]] = {
    Format.JPEG: lambda: save(photo(70, 90), "JPEG"),
    Format.PNG: lambda: save(photo(70, 90), "PNG"),
    Format.WEBP: lambda: save(photo(70, 90), "WEBP"),
    Format.TIFF: lambda: save(photo(70, 90), "TIFF", compression="tiff_lzw"),
    Format.GIF: lambda: save(photo(70, 90).convert("P"), "GIF"),
    Format.BMP: lambda: save(photo(70, 90), "BMP"),
    Format.HEIF: lambda: heif(photo(70, 90)),
}


@pytest.mark.parametrize("format_", FORMATS)
def test_damaged_photos_are_refused_or_painted_and_never_an_error_of_another_kind(format_: Format) -> None:
    random, source = np.random.default_rng(6), FORMATS[format_]()
    for _ in range(80):
        damaged = bytearray(source)
        for at in random.integers(4, len(source), 3):
            damaged[at] = random.integers(0, 256)
        cut = random.integers(len(source) // 2, len(source) + 1)
        try:
            paint_photo(bytes(damaged[:cut]), format_, [BOX])
        except FileError:
            continue


def test_formats_without_a_painter_are_refused_with_advice() -> None:
    with pytest.raises(UnsupportedFileError, match="convert the picture to PNG"):
        paint_photo(b"", Format.JPEG_XL, [BOX])


def test_photos_of_the_corpus_are_painted() -> None:
    seen = dict.fromkeys(FORMATS, 0)
    for path in sorted((CORPUS / "photos").rglob("*")):
        source = path.read_bytes() if path.is_file() else b""
        format_ = sniff(source)
        if format_ in (Format.JPEG, Format.HEIF) or format_ not in FORMATS:
            continue
        if "crash" in path.name or "orientation" in path.name:
            continue  # decoders disagree about damaged fax data, and Pillow turns a TIFF while it decodes
        try:
            before, result = shown(source), painted(source)
        except Exception:  # noqa: BLE001, S112 - Pillow raises what it likes of a damaged file
            continue
        for old, new in zip(before, shown(result), strict=True):
            assert_same_outside(old, new, path.name)
        seen[format_] += 1
    assert all(seen[format_] for format_ in (Format.PNG, Format.WEBP, Format.TIFF, Format.GIF, Format.BMP))


def assert_same_outside(old: NDArray[np.uint8], new: NDArray[np.uint8], name: str) -> None:
    new[INSIDE] = old[INSIDE]
    assert np.array_equal(old, new), name
