"""Native frames, painted: pydicom and a bit by bit reading of the standard judge them."""

import copy
import struct
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import FileDataset
from pydicom.pixels.utils import pixel_array

from bme_med.core import FileError, MalformedFileError, UnsupportedFileError
from bme_med.core.regions import Region
from bme_med.pixels import (
    Fill,
    PixelForm,
    aligned_frames,
    black,
    frame_bytes,
    paint_native,
    values_outside,
    wants_outside,
    widened,
)
from bme_med.pixels.samples import from_native, to_native
from tests.pixels.reading import form_of, images, opened, rendering_of, value_of

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

_GRAYS = PixelForm(
    rows=5, columns=7, samples=1, allocated=16, stored=12, high=11, is_signed=False, photometric="MONOCHROME2"
)


def _painted(ds: FileDataset, regions: list[Region]) -> bytes:
    """Its pixel data, painted on all frames: group by group, as frames of some bits share bytes."""
    form, value = form_of(ds), value_of(ds)
    rendering = rendering_of(ds)
    group = aligned_frames(form)
    out = bytearray()
    for first in range(0, form.frames, group):
        start = frame_bytes(form, first) if first else 0
        frames = min(group, form.frames - first)
        buffer = bytearray(value[start : start + frame_bytes(form, frames)])
        for index in range(frames):
            outside = values_outside(buffer, form, regions, index=index) if wants_outside(form) else set()
            paint_native(buffer, form, regions, black(form, rendering, outside), index=index)
        out += buffer
    return bytes(out) + value[len(out) :]


def _read(ds: FileDataset, value: bytes, *, raw: bool = True) -> Any:
    """Frames, rows, columns, samples, as pydicom reads them from a file with `value` as pixel data."""
    other = copy.deepcopy(ds)
    name = next(name for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData") if name in ds)
    other[name].value = value
    other.setdefault("PlanarConfiguration", 0)
    out = BytesIO()
    other.save_as(out)
    form = form_of(ds)
    read = pixel_array(pydicom.dcmread(BytesIO(out.getvalue())), raw=raw)
    shape = (form.frames, form.rows, form.columns, form.samples)
    return read.ravel()[: np.prod(shape)].reshape(shape)


@pytest.mark.parametrize("path", images(encapsulated=False), ids=lambda path: path.name)
def test_pydicom_reads_one_value_inside_and_the_old_samples_outside(path: Path) -> None:
    ds = opened(path)
    assert ds is not None
    form = form_of(ds)
    region = Region(form.rows // 4, form.columns // 3, form.rows // 2 + 1, form.columns // 2 + 2)
    before = _read(ds, value_of(ds))
    after = _read(ds, _painted(ds, [region]))
    (wide,) = widened([region], form)
    inside = np.zeros((form.rows, form.columns), bool)
    inside[wide.top : wide.bottom, wide.left : wide.right] = True
    np.testing.assert_array_equal(after[:, ~inside], before[:, ~inside])
    assert all(len(np.unique(frame[inside].reshape(-1, form.samples), axis=0)) == 1 for frame in after)


def _bits(value: bytes, form: PixelForm) -> list[int]:
    """All bits in the order that samples fill them: words of big endian hold two bytes (PS3.5, 8.1.2)."""
    is_word = form.byte_order == "big" and form.vr == "OW" and form.allocated in {1, 8, 12}
    if is_word:
        value = b"".join(value[at : at + 2][::-1] for at in range(0, len(value), 2))
    return [byte >> bit & 1 for byte in value for bit in range(8)]


def _stored_samples(value: bytes, form: PixelForm, frames: int) -> Any:
    """Every container of every sample, read bit by bit, little endian."""
    bits, size = _bits(value, form), form.allocated
    count = frames * form.rows * form.columns * form.samples
    containers = [bits[at : at + size] for at in range(0, count * size, size)]
    if form.byte_order == "big" and size > 12:
        containers = [[c[place ^ (size - 8)] for place in range(size)] for c in containers]
    numbers = np.array([sum(bit << place for place, bit in enumerate(c)) for c in containers], object)
    if form.planar and form.samples > 1:
        return np.moveaxis(numbers.reshape(frames, form.samples, form.rows, form.columns), 1, -1)
    return numbers.reshape(frames, form.rows, form.columns, form.samples)


_FORMS = st.builds(
    PixelForm,
    rows=st.integers(1, 5),
    columns=st.integers(1, 9),
    samples=st.sampled_from((1, 3)),
    allocated=st.sampled_from((1, 8, 12, 16, 32, 64)),
    stored=st.just(1),
    high=st.just(0),
    is_signed=st.booleans(),
    photometric=st.just("RGB"),
    planar=st.sampled_from((0, 1)),
    byte_order=st.sampled_from(("little", "big")),
    vr=st.sampled_from(("OB", "OW")),
).map(lambda form: replace(form, stored=form.allocated, high=form.allocated - 1))


@given(form=_FORMS, data=st.data())
def test_every_layout_is_painted_bit_by_bit_and_nothing_else(form: PixelForm, data: st.DataObject) -> None:
    group = aligned_frames(form)
    index = data.draw(st.integers(0, group - 1))
    size = frame_bytes(form, group)
    before = data.draw(st.binary(min_size=size, max_size=size))
    region = Region(*data.draw(st.tuples(*[st.integers(-1, 3)] * 2, *[st.integers(0, 10)] * 2)))
    half = 1 << form.allocated - 1
    low, high = (-half, half - 1) if form.is_signed else (0, 2 * half - 1)
    fill = Fill(data.draw(st.tuples(*[st.integers(low, high)] * form.samples)))
    frame = bytearray(before)
    paint_native(frame, form, [region], fill, index=index)
    expected, painted = (_stored_samples(value, form, group) for value in (before, bytes(frame)))
    kept = region.clipped(rows=form.rows, columns=form.columns)
    if not kept.is_empty:
        expected[index, kept.top : kept.bottom, kept.left : kept.right] = [
            sample % (2 * half) for sample in fill.samples
        ]
    np.testing.assert_array_equal(painted, expected)
    assert (
        _bits(bytes(frame), form)[group * expected[0].size * form.allocated :]
        == _bits(before, form)[group * expected[0].size * form.allocated :]
    )


def test_shared_chroma_is_painted_for_both_columns_that_share_it() -> None:
    form = replace(
        _GRAYS, rows=2, columns=6, samples=3, allocated=8, stored=8, high=7, photometric="YBR_FULL_422"
    )
    frame = bytearray(range(1, 25))
    paint_native(frame, form, [Region(1, 3, 2, 4)], black(form))
    assert frame == bytearray([*range(1, 17), 0, 0, 128, 128, *range(21, 25)])


def test_columns_that_cannot_share_chroma_are_refused() -> None:
    form = replace(_GRAYS, samples=3, allocated=8, stored=8, high=7, photometric="YBR_FULL_422")
    with pytest.raises(UnsupportedFileError):
        frame_bytes(form)


def test_a_frame_cut_short_is_refused() -> None:
    with pytest.raises(MalformedFileError):
        paint_native(bytearray(frame_bytes(_GRAYS) - 1), _GRAYS, [Region(0, 0, 1, 1)], Fill((0,)))


_CONTRADICTING = {
    "more bits than up to the highest": replace(_GRAYS, high=10),
    "beyond the container": replace(_GRAYS, high=16),
    "no bits": replace(_GRAYS, stored=0),
    "an odd container": replace(_GRAYS, allocated=24),
}


@pytest.mark.parametrize("contradiction", _CONTRADICTING)
def test_bits_that_contradict_each_other_are_refused(contradiction: str) -> None:
    form, frame = _CONTRADICTING[contradiction], bytearray(1000)
    with pytest.raises(FileError):
        values_outside(frame, form, [])
    with pytest.raises(FileError):
        from_native(frame, form)
    with pytest.raises(FileError):
        paint_native(frame, form, [Region(0, 0, 1, 1)], Fill((0,)))


@pytest.mark.parametrize(("is_signed", "expected"), [(False, 0x8000), (True, 0xF000)])
def test_unused_bits_of_painted_samples_are_cleared_or_repeat_the_sign(
    *, is_signed: bool, expected: int
) -> None:
    form = replace(_GRAYS, stored=8, high=11, is_signed=is_signed)
    frame = bytearray(b"\xff" * frame_bytes(form))
    paint_native(frame, form, [Region(0, 0, 1, 1)], Fill((-256 if is_signed else 0x800,)))
    assert struct.unpack_from("<H", frame) == (expected,)


@pytest.mark.parametrize("allocated", [32, 64])
def test_floats_are_painted_with_the_lowest_that_occurs_outside(allocated: int) -> None:
    form = replace(_GRAYS, rows=1, columns=4, allocated=allocated, is_float=True)
    mark = f"<4{'f' if allocated == 32 else 'd'}"
    frame = bytearray(struct.pack(mark, -9.0, float("nan"), -1.5, 2.0))
    outside = values_outside(frame, form, [Region(0, 0, 1, 1)])
    paint_native(frame, form, [Region(0, 0, 1, 1)], black(form, outside=outside))
    assert struct.unpack(mark, frame)[::2] == (-1.5, -1.5)


@given(before=st.binary(min_size=70, max_size=70), other=st.binary(min_size=70, max_size=70))
def test_what_lies_inside_changes_nothing(before: bytes, other: bytes) -> None:
    regions = [Region(0, 0, 3, 4), Region(2, 2, 5, 9)]
    mixed = bytearray(before)
    for row, column in product(range(5), range(7)):
        if any(r.top <= row < r.bottom and r.left <= column < r.right for r in regions):
            at = 2 * (row * 7 + column)
            mixed[at : at + 2] = other[at : at + 2]
    frames = [bytearray(before), mixed]
    for frame in frames:
        paint_native(frame, _GRAYS, regions, black(_GRAYS, outside=values_outside(frame, _GRAYS, regions)))
    assert frames[0] == frames[1]


@given(form=_FORMS, data=st.data())
def test_arrays_and_bytes_say_the_same(form: PixelForm, data: st.DataObject) -> None:
    group = aligned_frames(form)
    index = data.draw(st.integers(0, group - 1))
    frame = data.draw(st.binary(min_size=frame_bytes(form, group), max_size=frame_bytes(form, group)))
    samples = from_native(frame, form, index=index)
    expected = _stored_samples(frame, form, group)[index]
    np.testing.assert_array_equal(
        samples.astype(object) % (1 << form.allocated), expected if form.samples > 1 else expected[:, :, 0]
    )
    if form.is_signed:
        assert all(-(1 << form.allocated - 1) <= sample < 1 << form.allocated - 1 for sample in samples.flat)
    if form.allocated % 8 == 0:
        plain = replace(form, planar=0, byte_order="little")
        np.testing.assert_array_equal(from_native(to_native(samples, plain), plain), samples)


def test_native_frames_and_rle_need_no_package() -> None:
    program = (
        "import sys; sys.modules.update(dict.fromkeys(('numpy', 'imagecodecs', 'jpeg_ls', 'pydicom')))\n"
        "from bme_med.core.regions import Region\n"
        "from bme_med.pixels import PixelForm, paint_encapsulated\n"
        "from bme_med.pixels.rle import decode_rle, encode_rle\n"
        "form = PixelForm(rows=2, columns=3, samples=1, allocated=8, stored=8, high=7, is_signed=False,\n"
        "    photometric='MONOCHROME2', transfer_syntax='1.2.840.10008.1.2.5')\n"
        "painted = paint_encapsulated(encode_rle(bytes(range(1, 7)), form), form, [Region(0, 0, 1, 2)])\n"
        "assert list(decode_rle(painted.codestream, form)) == [3, 3, 3, 4, 5, 6]\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])
