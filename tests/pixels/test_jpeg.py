import io
import struct

import imagecodecs
import numpy as np
import pydicom
import pytest
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from pydicom.data import get_testdata_file
from pydicom.encaps import generate_frames

from bme_med.core import FileError, MalformedFileError, Region, UnsupportedFileError
from bme_med.pixels.jpeg import paint_jpeg
from tests.oracles.runs import CORPUS
from tests.pixels.jpeg_making import (
    SAMPLINGS,
    coefficients,
    decoded_by_djpeg,
    encode,
    encode_by_cjpeg,
    encode_by_imagecodecs,
    photo,
    pixels,
    twelve_bits,
)

BOX = Region(top=41, left=59, bottom=62, right=130)
CORNER = Region(top=140, left=180, bottom=999, right=999)
CODINGS = {
    "standard tables": ("-quality", "75"),
    "optimised": ("-quality", "75", "-optimize"),
    "progressive": ("-quality", "75", "-progressive"),
    "restarts": ("-quality", "75", "-restart", "5B"),
    "restarts, optimised": ("-quality", "75", "-restart", "1", "-optimize"),
    "restarts, progressive": ("-quality", "75", "-restart", "3B", "-progressive"),
    "coarse": ("-quality", "5", "-optimize"),
    "coarse, progressive": ("-quality", "5", "-progressive"),
    "fine": ("-quality", "100", "-optimize"),
    "fine, progressive": ("-quality", "100", "-progressive"),
}
SHARED_SCAN = "0;\n1 2;\n"
"""Luminance in a scan of its own, which is not interleaved, then both chroma components in one."""


def touched(
    shape: tuple[int, ...], region: Region, factors: tuple[int, int], step: tuple[int, int]
) -> Region:
    """The blocks that may change: the box, two pixels more where chroma is coarser, rounded out to MCUs."""
    (wide, high), (columns, rows) = factors, step
    extra_x, extra_y = (max(2, wide) if wide > 1 else 0), (max(2, high) if high > 1 else 0)
    top, bottom = (region.top - extra_y) // (8 * high), -(-(region.bottom + extra_y) // (8 * high))
    left, right = (region.left - extra_x) // (8 * wide), -(-(region.right + extra_x) // (8 * wide))
    found = Region(top * rows, left * columns, bottom * rows, right * columns)
    return found.clipped(rows=shape[0], columns=shape[1])


def assert_painted(
    source: bytes, painted: bytes, regions: tuple[Region, ...], factors: tuple[int, int] = (1, 1)
) -> None:
    """Every block outside is the same, every block inside is flat, and decoders show black."""
    step_of_luminance = JpegImageFile(io.BytesIO(source)).quantization[0][0]
    for index, (before, after) in enumerate(zip(coefficients(source), coefficients(painted), strict=True)):
        expected = before.copy()
        for region in regions:
            step = factors if index in (0, 3) else (1, 1)
            blocks = touched(before.shape, region, factors, step)
            expected[blocks.top : blocks.bottom, blocks.left : blocks.right] = 0
            inside = after[blocks.top : blocks.bottom, blocks.left : blocks.right]
            dc = inside[0, 0, 0, 0]
            assert index or dc == 8 * -128 // step_of_luminance
            expected[blocks.top : blocks.bottom, blocks.left : blocks.right, 0, 0] = dc
        assert np.array_equal(expected, after)
    for decoded in (pixels(painted), decoded_by_djpeg(painted)):
        for region in regions:
            assert not decoded[region.top : region.bottom, region.left : region.right].any()


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("coding", CODINGS)
def test_only_blocks_under_the_box_change_and_they_become_black(coding: str, sampling: str) -> None:
    source = encode_by_cjpeg(photo(), *CODINGS[coding], "-sample", sampling)
    painted = paint_jpeg(source, [BOX, CORNER])
    assert_painted(source, painted, (BOX, CORNER), SAMPLINGS[sampling])


@pytest.mark.parametrize("coding", CODINGS)
def test_gray_and_rgb_pictures_are_painted(coding: str) -> None:
    gray = encode_by_cjpeg(photo(mode="L"), *CODINGS[coding])
    assert_painted(gray, paint_jpeg(gray, [BOX], color="MONOCHROME2"), (BOX,))
    rgb = encode_by_cjpeg(photo(), *CODINGS[coding], "-rgb")
    assert_painted(rgb, paint_jpeg(rgb, [BOX]), (BOX,))


def test_pixels_beside_the_touched_blocks_decode_to_the_same_values() -> None:
    source = encode(photo(), subsampling="4:4:4", quality=90)
    before, after = pixels(source), pixels(paint_jpeg(source, [BOX])).copy()
    after[40:64, 56:136] = before[40:64, 56:136]
    assert np.array_equal(before, after)


def test_scans_of_single_components_are_painted(tmp_path: object) -> None:
    script = f"{tmp_path}/scans"
    with open(script, "w") as file:
        file.write(SHARED_SCAN)
    for sampling, factors in SAMPLINGS.items():
        source = encode_by_cjpeg(photo(), "-scans", script, "-sample", sampling, "-restart", "2")
        assert source.count(b"\xff\xda") == 2
        assert_painted(source, paint_jpeg(source, [BOX, CORNER]), (BOX, CORNER), factors)


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("coding", CODINGS)
def test_two_pictures_that_differ_only_under_the_box_become_the_same_bytes(
    coding: str, sampling: str
) -> None:
    wide, high = (8 * factor for factor in SAMPLINGS[sampling])
    one, other = photo(mode="RGB"), photo(mode="RGB")
    box = (2 * wide, 2 * high, 5 * wide, 4 * high)
    other.paste(photo(seed=2, text="QUILLFEATHER").crop((40, 40, 40 + 3 * wide, 40 + 2 * high)), box[:2])
    sources = [encode_by_cjpeg(picture, *CODINGS[coding], "-sample", sampling) for picture in (one, other)]
    assert sources[0] != sources[1]
    region = Region(box[1] + 4, box[0] + 4, box[3] - 4, box[2] - 4)
    first, second = (paint_jpeg(source, [region]) for source in sources)
    assert first == second


@pytest.mark.parametrize("coding", CODINGS)
def test_nothing_of_the_old_coded_data_survives(coding: str) -> None:
    source = encode_by_cjpeg(photo(text="QUILLFEATHER"), *CODINGS[coding], "-sample", "1x1")
    whole = paint_jpeg(source, [Region(0, 0, 999, 999)])
    start = source.index(b"\xff\xda") + 14
    windows = (source[at : at + 16] for at in range(start, len(source) - 16))
    telling = [window for window in windows if len(set(window)) > 10]
    assert telling
    assert not any(window in whole for window in telling)
    assert not pixels(whole).any()


def test_a_second_pass_changes_nothing() -> None:
    for options in CODINGS.values():
        once = paint_jpeg(encode_by_cjpeg(photo(), *options), [BOX])
        assert paint_jpeg(once, [BOX]) == once


@pytest.mark.parametrize("seed", [1, 2])
def test_twelve_bits_are_painted(seed: int) -> None:
    samples = twelve_bits(seed)
    source = encode_by_imagecodecs(samples, level=85, bitspersample=12)
    decoded = imagecodecs.jpeg8_decode(paint_jpeg(source, [BOX], color="MONOCHROME2")).copy()
    assert not decoded[BOX.top : BOX.bottom, BOX.left : BOX.right].any()
    before = imagecodecs.jpeg8_decode(source)
    decoded[40:64, 56:136] = before[40:64, 56:136]
    assert np.array_equal(decoded, before)


def test_twelve_bits_that_differ_only_under_the_box_become_the_same_bytes() -> None:
    one = twelve_bits()
    other = one.copy()
    other[40:64, 56:136] = twelve_bits(2)[40:64, 56:136] // 3
    first, second = (encode_by_imagecodecs(samples, level=85, bitspersample=12) for samples in (one, other))
    assert first != second
    assert paint_jpeg(first, [BOX]) == paint_jpeg(second, [BOX])


def test_black_is_the_highest_value_where_low_values_are_white() -> None:
    source = encode(photo(mode="L"), quality=75)
    decoded = pixels(paint_jpeg(source, [BOX], color="MONOCHROME1"))
    assert (decoded[BOX.top : BOX.bottom, BOX.left : BOX.right] == 255).all()


@pytest.mark.parametrize("quality", [1, 30, 60, 90, 100])
def test_black_is_exact_at_every_quality(quality: int) -> None:
    for color, value in (("MONOCHROME1", 255), ("MONOCHROME2", 0)):
        source = encode(photo(mode="L"), quality=quality)
        for decode in (pixels, decoded_by_djpeg):
            box = decode(paint_jpeg(source, [BOX], color=color))[BOX.top : BOX.bottom, BOX.left : BOX.right]
            assert (box == value).all()


def test_cmyk_of_adobe_becomes_black() -> None:
    source = encode(photo(mode="CMYK"), quality=80)
    painted = Image.open(io.BytesIO(paint_jpeg(source, [BOX]))).convert("RGB")
    assert not np.asarray(painted)[BOX.top : BOX.bottom, BOX.left : BOX.right].any()


def test_ycck_of_adobe_becomes_black() -> None:
    source = encode_by_imagecodecs(
        np.asarray(photo(mode="CMYK")), level=80, colorspace="CMYK", outcolorspace="YCCK"
    )
    painted = Image.open(io.BytesIO(paint_jpeg(source, [BOX]))).convert("RGB")
    assert not np.asarray(painted)[BOX.top : BOX.bottom, BOX.left : BOX.right].any()


def test_four_components_that_do_not_say_what_black_is_are_refused() -> None:
    source = encode(photo(mode="CMYK"), quality=80)
    at = source.index(b"\xff\xee")
    with pytest.raises(UnsupportedFileError, match="save the picture as RGB"):
        paint_jpeg(source[:at] + source[at + 16 :], [BOX])


def test_arithmetic_coding_is_refused() -> None:
    source = encode_by_cjpeg(photo(), "-arithmetic")
    with pytest.raises(UnsupportedFileError, match="save the picture as baseline"):
        paint_jpeg(source, [BOX])


def test_lossless_jpeg_is_refused() -> None:
    source = encode_by_imagecodecs(np.asarray(photo(mode="L")), lossless=True)
    with pytest.raises(UnsupportedFileError):
        paint_jpeg(source, [BOX])


def test_height_that_only_dnl_gives_is_read() -> None:
    source = encode(photo(), quality=75)
    at = source.index(b"\xff\xc0") + 5
    without = (
        source[:at] + b"\0\0" + source[at + 2 : -2] + struct.pack(">BBHH", 0xFF, 0xDC, 4, 150) + b"\xff\xd9"
    )
    painted = paint_jpeg(without, [BOX])
    assert painted[-8:] == b"\xff\xdc\0\4\0\x96\xff\xd9"
    plain = paint_jpeg(source, [BOX])
    assert (
        painted.replace(b"\xff\xdc\0\4\0\x96", b"").replace(
            b"\xff\xc0\0\x11\x08\0\0", b"\xff\xc0\0\x11\x08\0\x96"
        )
        == plain
    )


def test_fill_bytes_before_markers_are_passed_over() -> None:
    source = encode(photo(), quality=75, restart_marker_blocks=7)
    filled = source.replace(b"\xff\xd3", b"\xff\xff\xff\xd3").replace(b"\xff\xda", b"\xff\xff\xda")
    assert paint_jpeg(filled[:-2] + b"\xff\xff\xd9", [BOX]) == paint_jpeg(source, [BOX])


def test_tables_that_motion_jpeg_leaves_out_are_the_standard_ones() -> None:
    source = encode(photo(), quality=75)
    start = source.index(b"\xff\xc4")
    without = source[:start] + source[source.index(b"\xff\xda") :]
    assert paint_jpeg(without, [BOX]) == paint_jpeg(source, [BOX])


def test_metadata_and_what_follows_the_picture_do_not_come_back() -> None:
    exif = Image.Exif()
    exif[0x010E] = "QUILLFEATHER"
    source = encode(photo(), exif=exif, comment=b"QUILLFEATHER", icc_profile=b"QUILLFEATHER" * 20)
    source += encode(photo(text="QUILLFEATHER"), comment=b"QUILLFEATHER")
    painted = paint_jpeg(source, [BOX])
    assert b"QUILLFEATHER" not in painted
    assert b"Exif" not in painted
    assert painted.count(b"\xff\xd8\xff") == 1
    kept = paint_jpeg(source, [BOX], with_metadata=True)
    assert Image.open(io.BytesIO(kept)).getexif()[0x010E] == "QUILLFEATHER"
    assert kept.count(b"\xff\xd8\xff") == 1


def test_tables_and_header_fields_that_no_decoder_reads_do_not_come_back() -> None:
    text = b"PATIENT QUILLFEATHER MRN 12345678 BORN 1970-01-01".ljust(64, b".")
    progressive = encode(photo(), progressive=True)
    scan = [at for at in range(len(progressive)) if progressive.startswith(b"\xff\xda", at)][3]
    planted = progressive[:scan] + b"\xff\xdb\0\x43\0" + text + progressive[scan:]
    assert np.array_equal(pixels(planted), pixels(progressive))
    assert paint_jpeg(planted, [BOX]) == paint_jpeg(progressive, [BOX])
    sequential = encode(photo(), keep_rgb=True)
    assert b"Adobe\0\x64\0\0\0\0" in sequential
    assert b"\0\x3f\0" in sequential
    named = sequential.replace(b"Adobe\0\x64\0\0\0\0", b"AdobeJ. Doe").replace(b"\0\x3f\0", b"DOE", 1)
    assert paint_jpeg(named, [BOX]) == paint_jpeg(sequential, [BOX])
    dated = encode(photo())
    assert paint_jpeg(dated[:11] + b"1970001" + dated[18:], [BOX]) == paint_jpeg(dated, [BOX])


def test_a_thumbnail_in_jfif_is_cut() -> None:
    source = encode(photo())
    jfif = source[:20]
    thumbnail = bytes(range(1, 13))
    with_thumbnail = (
        b"\xff\xd8\xff\xe0" + struct.pack(">H", 16 + 12) + jfif[6:18] + b"\2\2" + thumbnail + source[20:]
    )
    assert paint_jpeg(with_thumbnail, [BOX]) == paint_jpeg(source, [BOX])


@pytest.mark.parametrize("coding", ["standard tables", "optimised", "progressive"])
def test_data_that_breaks_off_is_refused(coding: str) -> None:
    source = encode_by_cjpeg(photo(), *CODINGS[coding])
    for cut in (len(source) // 2, len(source) - 40):
        with pytest.raises(MalformedFileError):
            paint_jpeg(source[:cut], [BOX])


def test_damaged_data_is_refused_or_painted_but_never_an_error_of_another_kind() -> None:
    random = np.random.default_rng(3)
    for options in CODINGS.values():
        source = encode_by_cjpeg(photo(64, 80), *options)
        for _ in range(25):
            damaged = bytearray(source)
            for at in random.integers(2, len(source), 3):
                damaged[at] = random.integers(0, 256)
            try:
                paint_jpeg(bytes(damaged), [Region(10, 10, 30, 30)])
            except FileError:
                continue


FRAMES = [
    ("JPGExtended.dcm", 12),
    ("JPEG-lossy.dcm", 12),
    ("SC_rgb_jpeg_dcmtk.dcm", 8),
    ("SC_rgb_jpeg_lossy_gdcm.dcm", 8),
    ("SC_rgb_small_odd_jpeg.dcm", 8),
    ("SC_rgb_jpeg.dcm", 8),
    ("SC_jpeg_no_color_transform.dcm", 8),
    ("SC_jpeg_no_color_transform_2.dcm", 8),
]


@pytest.mark.parametrize(("name", "bits"), FRAMES)
def test_frames_of_dicom_files_are_painted(name: str, bits: int) -> None:
    dataset = pydicom.dcmread(str(get_testdata_file(name)))
    (frame,) = generate_frames(dataset.PixelData, number_of_frames=1)
    box = Region(1, 1, dataset.Rows // 2, dataset.Columns // 2)
    painted = paint_jpeg(frame, [box], color=dataset.PhotometricInterpretation)
    space = "RGB" if dataset.PhotometricInterpretation == "RGB" else None
    before, after = (
        imagecodecs.jpeg8_decode(data, colorspace=space, outcolorspace=space) for data in (frame, painted)
    )
    assert not after[box.top : box.bottom, box.left : box.right].any()
    edge = 18  # an MCU, and what decoders mix over its edge
    assert np.array_equal(before[box.bottom + edge :], after[box.bottom + edge :])
    assert np.array_equal(before[:, box.right + edge :], after[:, box.right + edge :])
    assert before.dtype == (np.uint8 if bits == 8 else np.uint16)


def test_photos_of_the_corpus_are_painted() -> None:
    painted = 0
    for path in sorted((CORPUS / "photos").rglob("*.jpg")):
        source = path.read_bytes()
        try:
            size = Image.open(path).size
            result = paint_jpeg(source, [Region(size[1] // 3, size[0] // 3, size[1] // 2, size[0] // 2)])
        except (FileError, OSError):
            continue
        box = pixels(result)[size[1] // 3 : size[1] // 2, size[0] // 3 : size[0] // 2]
        assert not box.any(), path
        painted += 1
    assert painted > 20
