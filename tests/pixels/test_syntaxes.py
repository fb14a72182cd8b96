"""Every transfer syntax and kind of samples: other decoders read it, and nothing that was painted is left."""

from base64 import b64decode
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jpeg_ls
import numpy as np
import pytest

from bme_med.core import FileError, MalformedFileError, UnsupportedFileError
from bme_med.core.regions import Region
from bme_med.pixels import (
    PixelForm,
    Rendering,
    decode_frame,
    encapsulated,
    paint_as_native,
    paint_encapsulated,
)
from bme_med.pixels.codec_jpeg_ls import JPEG_LS
from bme_med.pixels.coded import Codec, Coded, marker_segments
from bme_med.pixels.decoding import decode
from bme_med.pixels.rle import encode_rle
from bme_med.pixels.samples import from_native
from bme_med.pixels.syntaxes import CODECS, EXPLICIT_LE
from tests.pixels.coding import DECODERS, JPEGS, KINDS, SYNTAXES, coded_by_another, read_by, samples_of

_REGIONS = [Region(5, 2, 33, 8), Region(20, 4, 40, 77), Region(-3, -3, 2, 2)]
_CASES = [pytest.param(s, k, id=f"{s}-{k}") for s in SYNTAXES for k in KINDS]
_JPEG_CASES = [
    pytest.param(syntax, kind, id=f"{syntax}-{kind}")
    for syntax in JPEGS
    for kind in ("8u", "12u", "rgb8", "even")
    if kind != "12u" or syntax not in {"baseline", "jpeg-xl-of-jpeg"}
]


def _inside(form: PixelForm, regions: list[Region] = _REGIONS) -> Any:
    covered = np.zeros((form.rows, form.columns), bool)
    for r in regions:
        covered[max(r.top, 0) : r.bottom, max(r.left, 0) : r.right] = True
    return covered


@cache
def _source(syntax: str, kind: str) -> tuple[bytes, PixelForm]:
    """A codestream of another encoder, and its form."""
    with TemporaryDirectory() as folder:
        return coded_by_another(syntax, samples_of(KINDS[kind]), KINDS[kind], Path(folder))


def _with_other_content(codestream: bytes, form: PixelForm) -> bytes:
    """The frame with noise of all values inside, and the same samples outside, coded without loss."""
    coded = decode(codestream, form)
    samples = coded.samples.copy()
    noise = np.random.default_rng(7).integers(0, 1 << coded.precision, samples.shape)
    noise -= (1 << coded.precision - 1) * coded.is_signed
    covered = _inside(form)
    samples[covered] = noise[covered].astype(samples.dtype)
    if form.transfer_syntax == SYNTAXES["rle"]:
        planes = np.moveaxis(samples, -1, 0) if form.samples > 1 else samples
        return encode_rle(planes.tobytes(), form)
    return CODECS[form.transfer_syntax].encode(replace(coded, samples=samples))


@pytest.mark.parametrize(("syntax", "kind"), _CASES)
def test_samples_outside_stay_and_one_dark_value_is_inside(syntax: str, kind: str) -> None:
    codestream, form = _source(syntax, kind)
    before = decode_frame(codestream, form)
    painted = paint_encapsulated(codestream, form, _REGIONS)
    assert not painted.transfer_syntax
    after, covered = decode_frame(painted.codestream, painted.form), _inside(form)
    np.testing.assert_array_equal(after[~covered], before[~covered])
    (black,) = np.unique(after[covered].reshape(-1, form.samples), axis=0)
    if form.photometric.startswith("MONOCHROME"):
        choose = max if form.photometric == "MONOCHROME1" else min
        assert black == choose(before[~covered])
    else:
        assert black.tolist() == ([0, 128, 128] if painted.form.photometric == "YBR_FULL" else [0, 0, 0])


@pytest.mark.parametrize(("syntax", "kind"), _CASES)
def test_other_decoders_read_the_same_samples(syntax: str, kind: str, tmp_path: Path) -> None:
    codestream, form = _source(syntax, kind)
    painted = paint_encapsulated(codestream, form, _REGIONS)
    mine = decode_frame(painted.codestream, painted.form)
    for decoder in DECODERS[syntax]:
        theirs = read_by(decoder, painted.codestream, painted.form, tmp_path)
        np.testing.assert_array_equal(theirs, mine, err_msg=decoder)


@pytest.mark.parametrize(("syntax", "kind"), _CASES)
def test_what_was_inside_changes_no_byte(syntax: str, kind: str) -> None:
    codestream, form = _source(syntax, kind)
    other = _with_other_content(codestream, form)
    differing = decode_frame(other, form) != decode_frame(codestream, form)
    assert differing.any()
    first, second = (paint_encapsulated(frame, form, _REGIONS) for frame in (codestream, other))
    assert first.codestream == second.codestream
    assert first.form == second.form


@pytest.mark.parametrize("syntax", ["rle", "jpeg-lossless", "jpeg-ls", "jpeg-2000", "htj2k-lossless"])
def test_two_pictures_of_another_encoder_that_differ_inside_give_the_same_bytes(
    syntax: str, tmp_path: Path
) -> None:
    form = KINDS["12s"]
    pictures = [samples_of(form), samples_of(form)]
    pictures[1][_inside(form)] = -2048
    sources = [coded_by_another(syntax, picture, form, tmp_path) for picture in pictures]
    assert sources[0] != sources[1]
    outputs = {paint_encapsulated(frame, form, _REGIONS).codestream for frame, form in sources}
    assert len(outputs) == 1


@pytest.mark.parametrize(("syntax", "kind"), _CASES)
def test_painted_again_nothing_changes(syntax: str, kind: str) -> None:
    codestream, form = _source(syntax, kind)
    once = paint_encapsulated(codestream, form, _REGIONS)
    assert paint_encapsulated(once.codestream, once.form, _REGIONS).codestream == once.codestream


@pytest.mark.parametrize(("syntax", "kind"), _CASES)
def test_as_a_native_frame_it_holds_the_same_samples(syntax: str, kind: str) -> None:
    codestream, form = _source(syntax, kind)
    before = decode_frame(codestream, form)
    native = paint_as_native(codestream, form, [])
    assert native.transfer_syntax == native.form.transfer_syntax == EXPLICIT_LE
    np.testing.assert_array_equal(decode_frame(native.codestream, native.form), before)
    painted = paint_as_native(codestream, form, _REGIONS)
    after, covered = from_native(painted.codestream, painted.form), _inside(form)
    np.testing.assert_array_equal(after[~covered], before[~covered])
    assert len(np.unique(after[covered].reshape(-1, form.samples), axis=0)) == 1


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("part", [0.02, 0.5, 0.9])
def test_a_codestream_cut_short_is_refused(syntax: str, part: float) -> None:
    codestream, form = _source(syntax, "8u")
    with pytest.raises(MalformedFileError):
        paint_encapsulated(codestream[: int(len(codestream) * part)], form, _REGIONS)


@pytest.mark.parametrize("syntax", [*SYNTAXES, *JPEGS])
def test_a_frame_of_another_size_is_refused(syntax: str) -> None:
    codestream, form = _source(syntax, "8u")
    for other in (replace(form, rows=form.rows + 1), replace(form, columns=form.columns - 1)):
        if syntax == "rle" and other.columns < form.columns:
            continue  # says nothing of its size, and is cut
        with pytest.raises(MalformedFileError):
            paint_encapsulated(codestream, other, _REGIONS)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_what_is_no_codestream_is_refused(syntax: str) -> None:
    form = replace(KINDS["8u"], transfer_syntax=SYNTAXES[syntax])
    for frame in (b"", b"\0\0", b"nothing of the kind" * 9):
        with pytest.raises(FileError):
            paint_encapsulated(frame, form, _REGIONS)


@pytest.mark.parametrize("kind", ["12s", "rgb8"])
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_damaged_codestream_is_painted_or_refused_and_nothing_else(syntax: str, kind: str) -> None:
    codestream, form = _source(syntax, kind)
    random = np.random.default_rng(3)
    for _ in range(20):
        damaged = bytearray(codestream)
        damaged[random.integers(min(len(damaged), 200))] = random.integers(256)
        damaged[random.integers(len(damaged))] = random.integers(256)
        with suppress(FileError):
            painted = paint_encapsulated(bytes(damaged), form, _REGIONS)
            after = decode_frame(painted.codestream, painted.form)
            assert len(np.unique(after[_inside(form)].reshape(-1, form.samples), axis=0)) == 1


@pytest.mark.parametrize("last", ["100", "104.1", "108", "94", "95", "205", "60", "93", "999"])
def test_frames_that_nothing_decodes_are_refused_with_what_to_do(last: str) -> None:
    form = replace(KINDS["8u"], transfer_syntax=f"1.2.840.10008.1.2.4.{last}")
    with pytest.raises(UnsupportedFileError, match="run again"):
        paint_encapsulated(b"", form, _REGIONS)


@pytest.mark.parametrize("kind", ["10u-monochrome1", "12s", "rgb8"])
@pytest.mark.parametrize("syntax", ["jpeg-lossless", "jpeg-ls", "jpeg-2000", "jpeg-2000-lossy"])
def test_the_codestream_keeps_its_precision(syntax: str, kind: str) -> None:
    codestream, form = _source(syntax, kind)
    painted = paint_encapsulated(codestream, form, _REGIONS)
    before, after = decode(codestream, form), decode(painted.codestream, painted.form)
    assert (after.precision, after.is_signed) == (before.precision, before.is_signed)
    assert after.kept == before.kept


@pytest.mark.parametrize("syntax", CODECS)
def test_codestreams_of_twelve_bits_keep_them(syntax: str) -> None:
    form = replace(KINDS["12u"], transfer_syntax=syntax)
    coded = Coded(samples_of(form), 12, False, form.photometric, kept=1)
    painted = paint_encapsulated(CODECS[form.transfer_syntax].encode(coded), form, _REGIONS)
    assert decode(painted.codestream, form).precision == 12


def test_rpcl_has_the_order_the_lengths_and_the_small_picture_that_its_name_promises() -> None:
    form = replace(KINDS["8u"], rows=300, columns=5000, transfer_syntax=SYNTAXES["htj2k-rpcl"])
    coded = Coded(samples_of(form), 8, False, form.photometric)
    segments = dict(marker_segments(CODECS[form.transfer_syntax].encode(coded)))
    assert 0x55 in segments
    coding = segments[0x52]
    assert coding[1] == 2
    assert 5000 >> coding[5] <= 64


@pytest.mark.parametrize("syntax", ["jpeg-2000", "htj2k-lossless"])
def test_no_comment_is_left_in_a_codestream(syntax: str) -> None:
    codestream, form = _source(syntax, "8u")
    assert 0x64 in dict(marker_segments(codestream))
    painted = paint_encapsulated(codestream, form, _REGIONS)
    assert 0x64 not in dict(marker_segments(painted.codestream))


def test_padding_is_no_fill_in_a_codestream_either(tmp_path: Path) -> None:
    picture = samples_of(KINDS["12s"])
    picture[-1] = -2048
    codestream, form = coded_by_another("jpeg-2000", picture, KINDS["12s"], tmp_path)
    painted = paint_encapsulated(codestream, form, _REGIONS, Rendering(padding=(-2048, -2040)))
    after = decode_frame(painted.codestream, painted.form)
    assert after[30, 30] == min(value for value in after[~_inside(form)] if value > -2040)


@pytest.mark.parametrize(("is_signed", "form_signed"), [(True, False), (False, True)])
def test_where_header_and_codestream_disagree_about_the_sign_the_fill_is_the_darkest_that_readers_see(
    *, is_signed: bool, form_signed: bool
) -> None:
    kind = replace(KINDS["12s" if is_signed else "12u"], stored=12)
    form = replace(kind, is_signed=form_signed, transfer_syntax=SYNTAXES["jpeg-2000"])
    codestream = CODECS[form.transfer_syntax].encode(Coded(samples_of(kind), 12, is_signed, "MONOCHROME2"))
    painted = paint_encapsulated(codestream, form, _REGIONS)
    after, covered = decode_frame(painted.codestream, form), _inside(form)
    assert set(np.unique(after[covered])) == {after[~covered].min()}
    assert decode(painted.codestream, form).is_signed == is_signed


def _broken(coded: Coded) -> bytes:
    """An encoder that changes one sample outside."""
    samples = coded.samples.copy()
    samples[-1, -1] ^= 1
    return CODECS[SYNTAXES["jpeg-ls"]].encode(replace(coded, samples=samples))


def test_what_an_encoder_changes_outside_is_noticed_and_the_frame_becomes_native(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codestream, form = _source("jpeg-ls", "12s")
    whole = CODECS[form.transfer_syntax]
    monkeypatch.setattr(encapsulated, "codec_of", lambda uid: Codec(whole.decode, _broken))
    painted = paint_encapsulated(codestream, form, _REGIONS)
    assert painted.transfer_syntax == EXPLICIT_LE
    assert "decompressed" in painted.note
    before, after = decode_frame(codestream, form), decode_frame(painted.codestream, painted.form)
    covered = _inside(form)
    np.testing.assert_array_equal(after[~covered], before[~covered])
    assert len(np.unique(after[covered])) == 1


_ARITHMETIC_JPEG = b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxO"
    "UlNSMj5aYVpQYEpRUk//yQALCAAQABgBAREA/8wABgAQEAX/2gAIAQEAAD8A/wCcj/lvNAEfCBw+SOoPZNw70yWGAh8gz820Rtvj"
    "ByQSSRC7eQWboZP5/vrXhcUDdKYIQP/Z"
)
"""A ramp of 16 rows and 24 columns, coded by jpegtran."""


def test_a_jpeg_with_arithmetic_codes_becomes_native_pixel_for_pixel() -> None:
    form = replace(KINDS["8u"], rows=16, columns=24, transfer_syntax="1.2.840.10008.1.2.4.52")
    before = decode_frame(_ARITHMETIC_JPEG, form)
    assert len(np.unique(before)) > 50
    painted = paint_encapsulated(_ARITHMETIC_JPEG, form, [Region(0, 0, 5, 5)])
    assert painted.transfer_syntax == EXPLICIT_LE
    after, covered = decode_frame(painted.codestream, painted.form), _inside(form, [Region(0, 0, 5, 5)])
    np.testing.assert_array_equal(after[~covered], before[~covered])
    assert set(np.unique(after[covered])) == {before[~covered].min()}


@pytest.mark.parametrize("interleave", [0, 1, 2], ids=["by plane", "by line", "by pixel"])
def test_samples_of_a_jpeg_ls_are_found_however_they_are_interleaved(interleave: int, tmp_path: Path) -> None:
    form = replace(KINDS["rgb8"], transfer_syntax=SYNTAXES["jpeg-ls"])
    picture = samples_of(form)
    laid = np.ascontiguousarray(np.moveaxis(picture, -1, 0)) if interleave == 0 else picture
    codestream = bytes(
        jpeg_ls.encode_buffer(laid.tobytes(), form.rows, form.columns, 3, 8, interleave_mode=interleave)
    )
    np.testing.assert_array_equal(decode_frame(codestream, form), picture)
    np.testing.assert_array_equal(read_by("dcmdjpls", codestream, form, tmp_path), picture)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 7), (7, 1), (2, 3), (2, 1500)])
@pytest.mark.parametrize("uid", [uid for uid, codec in CODECS.items() if codec != JPEG_LS])
def test_the_smallest_and_the_narrowest_pictures_are_painted(uid: str, rows: int, columns: int) -> None:
    form = replace(KINDS["12u"], rows=rows, columns=columns, transfer_syntax=uid)
    picture = np.arange(rows * columns, dtype="u2").reshape(rows, columns) + 5
    codestream = CODECS[uid].encode(Coded(picture, 12, False, form.photometric, kept=1))
    painted = paint_encapsulated(codestream, form, [Region(0, 0, 1, 1)])
    assert not painted.transfer_syntax
    after = decode_frame(painted.codestream, form)
    assert after[0, 0] == (6 if picture.size > 1 else 0)
    np.testing.assert_array_equal(after.ravel()[1:], picture.ravel()[1:])


def test_native_frames_in_fragments_stay_what_they_are() -> None:
    form = replace(KINDS["12s"], transfer_syntax="1.2.840.10008.1.2.1.98")
    before = samples_of(form)
    painted = paint_encapsulated(before.tobytes(), form, _REGIONS)
    assert (painted.form, painted.transfer_syntax) == (form, "")
    after, covered = decode_frame(painted.codestream, form), _inside(form)
    np.testing.assert_array_equal(after[~covered], before[~covered])
    assert set(np.unique(after[covered])) == {before[~covered].min()}


def test_a_jpeg_xl_that_packs_a_jpeg_does_so_afterwards_in_each_of_its_transfer_syntaxes() -> None:
    codestream, form = _source("jpeg-xl-of-jpeg", "rgb8")
    general = replace(form, transfer_syntax=SYNTAXES["jpeg-xl"])
    painted = paint_encapsulated(codestream, general, _REGIONS)
    assert painted.form == general
    assert painted.codestream == paint_encapsulated(codestream, form, _REGIONS).codestream


def test_a_jpeg_xl_that_should_pack_a_jpeg_and_does_not_becomes_native() -> None:
    codestream, form = _source("jpeg-xl-lossless", "rgb8")
    painted = paint_encapsulated(
        codestream, replace(form, transfer_syntax="1.2.840.10008.1.2.4.111"), _REGIONS
    )
    assert painted.transfer_syntax == EXPLICIT_LE
    before, after = decode_frame(codestream, form), decode_frame(painted.codestream, painted.form)
    np.testing.assert_array_equal(after[~_inside(form)], before[~_inside(form)])


@pytest.mark.parametrize("kind", ["8u", "rgb8"])
def test_a_jpeg_xl_that_no_longer_says_which_jpeg_it_was_is_read_all_the_same(
    kind: str, tmp_path: Path
) -> None:
    codestream, form = _source("jpeg-xl-of-jpeg", kind)
    start = codestream.index(b"jbrd") + 4
    end = start - 8 + int.from_bytes(codestream[start - 8 : start - 4], "big")
    emptied = codestream[:start] + bytes(end - start) + codestream[end:]
    theirs = read_by("jxlpy", emptied, form, tmp_path)
    np.testing.assert_array_equal(theirs, read_by("jxlpy", codestream, form, tmp_path))
    before, of_jpeg = decode_frame(emptied, form), decode_frame(codestream, form)
    assert np.abs(before.astype(int) - of_jpeg).max() <= 2
    painted = paint_encapsulated(emptied, form, _REGIONS)
    assert painted.transfer_syntax == EXPLICIT_LE
    after, covered = decode_frame(painted.codestream, painted.form), _inside(form)
    np.testing.assert_array_equal(after[~covered], before[~covered])
    assert len(np.unique(after[covered].reshape(int(covered.sum()), -1), axis=0)) == 1


def test_colors_of_a_lossy_jpeg_xl_are_rgb_and_of_a_lossless_one_what_they_were() -> None:
    lossy, form = _source("jpeg-xl", "rgb8")
    named = replace(form, photometric="XYB")
    assert paint_encapsulated(lossy, named, _REGIONS).form.photometric == "RGB"
    lossless, form = _source("jpeg-xl", "ybr8")
    assert paint_encapsulated(lossless, form, _REGIONS).form.photometric == "YBR_FULL"


def test_more_bits_than_a_native_sample_holds_are_refused() -> None:
    codestream, form = _source("jpeg-2000", "16u")
    with pytest.raises(MalformedFileError):
        paint_as_native(codestream, replace(form, allocated=8, stored=8, high=7), _REGIONS)


@pytest.mark.parametrize(("syntax", "kind"), _JPEG_CASES)
def test_blocks_of_coefficients_beside_the_box_stay(syntax: str, kind: str) -> None:
    codestream, form = _source(syntax, kind)
    region = Region(17, 19, 30, 40)
    painted = paint_encapsulated(codestream, form, [region])
    assert (painted.form, painted.transfer_syntax) == (form, "")
    before, after = decode_frame(codestream, form), decode_frame(painted.codestream, form)
    (black,) = np.unique(
        after[region.top : region.bottom, region.left : region.right].reshape(-1, form.samples), axis=0
    )
    assert black.tolist() == ([0] if form.samples == 1 else [0, 128, 128])
    far = ~_inside(form, [region.grown(16, 16)])
    np.testing.assert_array_equal(after[far], before[far])


@pytest.mark.parametrize(
    ("syntax", "kind"), [case for case in _JPEG_CASES if case.values[0] != "jpeg-xl-of-jpeg"]
)
@pytest.mark.parametrize("decoder", ["dcmdjpeg +cn", "gdcmconv --raw"])
def test_other_decoders_see_the_same_change_of_a_jpeg(
    decoder: str, syntax: str, kind: str, tmp_path: Path
) -> None:
    codestream, form = _source(syntax, kind)
    region = Region(17, 19, 30, 40)
    painted = paint_encapsulated(codestream, form, [region])
    before, after = (read_by(decoder, frame, form, tmp_path) for frame in (codestream, painted.codestream))
    far = ~_inside(form, [region.grown(16, 16)])
    np.testing.assert_array_equal(after[far], before[far])
    assert len(np.unique(after[_inside(form, [region])].reshape(-1, form.samples), axis=0)) == 1


@pytest.mark.parametrize(("syntax", "kind"), _JPEG_CASES)
def test_what_was_inside_changes_no_byte_of_a_jpeg(syntax: str, kind: str, tmp_path: Path) -> None:
    form, region = KINDS[kind], Region(16, 16, 48, 64)
    pictures = [samples_of(form), samples_of(form)]
    noise = np.random.default_rng(7).integers(0, 1 << form.stored, pictures[1].shape)
    pictures[1][_inside(form, [region])] = noise[_inside(form, [region])]
    pictures[0].ravel()[:2] = pictures[1].ravel()[:2] = (
        0,
        (1 << form.stored) - 1,
    )  # the range that dcmtk scales
    sources = [coded_by_another(syntax, picture, form, tmp_path) for picture in pictures]
    assert sources[0] != sources[1]
    box = [Region(18, 18, 46, 62)]
    first, second = (paint_encapsulated(frame, form, box).codestream for frame, form in sources)
    assert first == second


def test_a_low_sample_that_looks_white_is_no_fill_of_a_jpeg() -> None:
    codestream, form = _source("baseline", "8u")
    painted = paint_encapsulated(codestream, form, [Region(17, 19, 30, 40)], Rendering(is_inverse=True))
    assert decode_frame(painted.codestream, form)[20, 30] == 255
