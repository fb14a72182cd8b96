"""Frames compared without packages give what frames decoded by them give."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.encaps import generate_frames

from bme_med.core import UnsupportedFileError
from bme_med.core.regions import Region
from bme_med.pixels import PixelForm, compare_frames, decode_frame, decoders, paint_encapsulated
from bme_med.pixels.rle import decode_rle, encode_rle
from bme_med.pixels.samples import inside
from bme_med.pixels.syntaxes import DCT, RLE
from tests.pixels.reading import form_of, images, opened, rendering_of, value_of


def _frames(*syntaxes: str) -> list[Any]:
    found = [path for path in images(encapsulated=True) if _syntax(path) in syntaxes]
    return [pytest.param(path, id=path.name) for path in found]


def _syntax(path: Path) -> str:
    ds = opened(path)
    assert ds is not None
    return str(ds.file_meta.TransferSyntaxUID)


def _painted(path: Path) -> tuple[bytes, bytes, PixelForm, Region]:
    """A frame, painted over beside every edge."""
    ds = opened(path)
    assert ds is not None
    form = form_of(ds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = next(generate_frames(value_of(ds), number_of_frames=form.frames))
    region = Region(form.rows // 4, form.columns // 3, form.rows // 2 + 1, form.columns // 2 + 2)
    return frame, paint_encapsulated(frame, form, [region], rendering_of(ds)).codestream, form, region


@pytest.mark.parametrize("path", _frames(RLE))
def test_rle_frames_are_seen_as_numpy_sees_them(path: Path) -> None:
    before, after, form, region = _painted(path)
    seen = compare_frames(before, form, after, form, [region])
    samples, covered = decode_frame(after, form), inside([region], form)
    assert np.array_equal(decode_frame(before, form)[~covered], samples[~covered])
    [value] = np.unique(samples[covered].reshape(int(covered.sum()), -1), axis=0)
    assert seen.inside == tuple(value.tolist())


@pytest.mark.parametrize("path", _frames(*DCT))
def test_jpeg_frames_are_the_same_by_samples_and_by_coefficients(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after, form, region = _painted(path)
    by_samples = compare_frames(before, form, after, form, [region])
    monkeypatch.setattr(decoders, "find_spec", lambda _: None)
    by_coefficients = compare_frames(before, form, after, form, [region])
    assert by_coefficients.what == "coefficients"
    assert by_coefficients.inside == by_samples.inside


@pytest.mark.parametrize("at", [0, -1])
def test_an_rle_frame_that_changed_outside_is_a_fault(at: int) -> None:
    form = PixelForm(4, 6, 1, 16, 12, 11, is_signed=False, photometric="MONOCHROME2", transfer_syntax=RLE)
    frame = bytearray(range(48))
    frame[14:16] = frame[16:18]
    before, region = encode_rle(frame, form), Region(1, 1, 2, 3)
    compare_frames(before, form, before, form, [region])
    changed = bytearray(decode_rle(before, form))
    changed[at] ^= 1
    with pytest.raises(UnsupportedFileError, match="fault of bme-med"):
        compare_frames(before, form, encode_rle(changed, form), form, [region])


def test_frames_of_other_codecs_name_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders, "find_spec", lambda _: None)
    for last in ("70", "81", "91", "110", "111", "201"):
        form = PixelForm(
            8, 8, 1, 8, 8, 7, is_signed=False, photometric="MONOCHROME2",
            transfer_syntax=f"1.2.840.10008.1.2.4.{last}",
        )  # fmt: skip
        with pytest.raises(UnsupportedFileError, match="use the command line, bme-med redact"):
            paint_encapsulated(b"\xff\x4f\xff\x51", form, [Region(0, 0, 2, 2)])
