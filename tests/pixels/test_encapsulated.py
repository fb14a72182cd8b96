"""Compressed frames, painted: they stay in their transfer syntax and outside of the regions as they were."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.encaps import generate_frames

from bme_med.core import MalformedFileError
from bme_med.core.regions import Region
from bme_med.pixels import PixelForm, decode_frame, paint_encapsulated
from tests.pixels.reading import form_of, images, opened, rendering_of, value_of

_DCT = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51")
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


def _frame_of(path: Path) -> tuple[bytes, PixelForm]:
    ds = opened(path)
    assert ds is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return next(generate_frames(value_of(ds), number_of_frames=form_of(ds).frames)), form_of(ds)


@pytest.mark.parametrize("path", images(encapsulated=True), ids=lambda path: path.name)
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
