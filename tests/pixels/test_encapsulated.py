"""Compressed frames, painted: they stay in their transfer syntax and outside of the regions as they were."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.encaps import generate_frames

from bme_med.core import MalformedFileError
from bme_med.core.regions import Region
from bme_med.pixels import PixelForm, decode_frame, paint_encapsulated
from tests.pixels.coding import DECODERS, SYNTAXES, read_by
from tests.pixels.reading import form_of, images, opened, rendering_of, value_of

_DCT = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51")
_MANY_PIXELS = 2_000_000
_CUT_SHORT = "JPEG2000-embedded-sequence-delimiter.dcm"
"""Holds the start of a codestream and no more."""


def _region(form: PixelForm) -> Region:
    """Beside every edge, and not aligned with any block."""
    return Region(form.rows // 4, form.columns // 3, form.rows // 2 + 1, form.columns // 2 + 2)


def _split(samples: Any, region: Region) -> tuple[Any, Any]:
    """The pixels outside and inside of `region`, each a row of samples."""
    rows, columns = samples.shape[:2]
    inside = np.zeros((rows, columns), bool)
    inside[region.top : region.bottom, region.left : region.right] = True
    pixels = samples.reshape(rows, columns, -1)
    return pixels[~inside], pixels[inside]


def _paths(*, coded_again: bool = False) -> list[Any]:
    """All, or those that are decoded, painted and coded again; large ones take many seconds."""
    found = []
    for path in images(encapsulated=True):
        ds = opened(path)
        assert ds is not None
        if coded_again and (path.name == _CUT_SHORT or ds.file_meta.TransferSyntaxUID in _DCT):
            continue
        marks = [pytest.mark.nightly] if ds.Rows * ds.Columns > _MANY_PIXELS else []
        found.append(pytest.param(path, id=path.name, marks=marks))
    return found


def _frame_of(path: Path) -> tuple[bytes, PixelForm]:
    ds = opened(path)
    assert ds is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return next(generate_frames(value_of(ds), number_of_frames=form_of(ds).frames)), form_of(ds)


def _judges(frame: bytes, form: PixelForm, folder: Path) -> Iterator[str]:
    """Decoders that read the source as we do: gdcm ends at palettes, and mixes up deep colors in RLE."""
    mine = decode_frame(frame, form)
    for decoder in DECODERS[next(syntax for syntax, uid in SYNTAXES.items() if uid == form.transfer_syntax)]:
        try:
            theirs = read_by(decoder, frame, form, folder)
        except AssertionError:
            continue
        if np.array_equal(theirs.reshape(mine.shape), mine):
            yield decoder


@pytest.mark.parametrize("path", _paths(coded_again=True))
def test_other_decoders_read_painted_real_frames_as_we_do(path: Path, tmp_path: Path) -> None:
    frame, form = _frame_of(path)
    ds = opened(path)
    assert ds is not None
    painted = paint_encapsulated(frame, form, [_region(form)], rendering_of(ds))
    mine = decode_frame(painted.codestream, painted.form)
    judges = [*_judges(frame, form, tmp_path)]
    assert judges
    for decoder in judges:
        theirs = read_by(decoder, painted.codestream, painted.form, tmp_path)
        np.testing.assert_array_equal(theirs.reshape(mine.shape), mine, err_msg=decoder)


@pytest.mark.parametrize("path", _paths())
def test_real_frames_hold_one_value_inside_and_the_old_samples_outside(path: Path) -> None:
    ds = opened(path)
    assert ds is not None
    frame, form = _frame_of(path)
    if path.name == _CUT_SHORT:
        with pytest.raises(MalformedFileError):
            paint_encapsulated(frame, form, [_region(form)])
        return
    before = decode_frame(frame, form)
    painted = paint_encapsulated(frame, form, [_region(form)], rendering_of(ds))
    assert not painted.transfer_syntax
    after = decode_frame(painted.codestream, painted.form)
    assert len(np.unique(_split(after, _region(form))[1], axis=0)) == 1
    if form.transfer_syntax not in _DCT:  # whole blocks are painted there, as tests of their own say
        np.testing.assert_array_equal(_split(after, _region(form))[0], _split(before, _region(form))[0])
