"""Bits of samples that hold no value: overlays of before 2004, and what else may hide there."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset, FileDataset, dcmread
from pydicom.filebase import DicomBytesIO
from pydicom.uid import ExplicitVRBigEndian, JPEGLSLossless

from bme_med.core import (
    Plan,
    Policy,
    Pseudonyms,
    Range,
    UnsupportedFileError,
    iter_chunks,
    parse_profile,
    splice,
)
from bme_med.dicom.engine import plan
from bme_med.dicom.stored_bits import StoredBits, cleared
from bme_med.verify.tables import load_tables
from tests.dicom.making import encoded, mr_instance
from tests.oracles.planting import encode
from tests.oracles.runs import dcmdump_complains, deidentify, iod_errors, without_refusing
from tests.oracles.runs import policy as ready_made

_KEY = bytes(range(32))


def _policy(keys: str = "") -> Policy:
    return Policy(parse_profile("test", lambda name: (name, f"name='test'\n{keys}")), Pseudonyms(_KEY))


def _planned(ds: FileDataset, keys: str = "") -> tuple[Plan, FileDataset]:
    source = encoded(ds)
    made = plan(source, _policy(keys))
    return made, dcmread(DicomBytesIO(splice(made.pieces, source)))


def _instance(samples: Any, *, stored: int = 12, high: int | None = None) -> FileDataset:
    """An instance whose samples are those of the array `samples`, frames by rows by columns."""
    ds = mr_instance()
    frames, ds.Rows, ds.Columns = samples.shape
    if frames > 1:
        ds.NumberOfFrames = frames
    ds.BitsAllocated = samples.dtype.itemsize * 8
    ds.BitsStored = stored
    ds.HighBit = stored - 1 if high is None else high
    ds.PixelRepresentation = int(samples.dtype.kind == "i")
    ds.PixelData = samples.tobytes()
    ds["PixelData"].VR = "OW" if ds.BitsAllocated > 8 else "OB"
    return ds


def _hide_overlay(ds: FileDataset, position: int) -> None:
    """Declare an overlay in bit `position`, as devices did before 2004 (PS3.3-2003, C.9.2)."""
    for tag, vr, value in (
        (0x60000010, "US", ds.Rows),
        (0x60000011, "US", ds.Columns),
        (0x60000040, "CS", "G"),
        (0x60000050, "SS", [1, 1]),
        (0x60000100, "US", ds.BitsAllocated),
        (0x60000102, "US", position),
    ):
        ds.add_new(tag, vr, value)


_IMAGE = np.arange(3 * 8 * 8, dtype="<u2").reshape(3, 8, 8) * 21 % 4096


@given(st.data())
def test_clearing_keeps_the_value_and_repeats_the_sign(data: st.DataObject) -> None:
    allocated = data.draw(st.sampled_from((8, 16, 32, 64)))
    high = data.draw(st.integers(0, allocated - 1))
    low = data.draw(st.integers(0, high).filter(lambda bit: high - bit + 1 < allocated))
    is_signed = data.draw(st.booleans())
    value = data.draw(st.integers(0, 2**allocated - 1))
    byte_order: Literal["little", "big"] = data.draw(st.sampled_from(("little", "big")))
    bits = StoredBits(allocated, low, high, is_signed=is_signed, byte_order=byte_order)
    stored = value & (2 ** (high - low + 1) - 1 << low)
    is_negative = is_signed and stored >> high & 1
    expected = stored | (2**allocated - 2 ** (high + 1) if is_negative else 0)
    sample = value.to_bytes(allocated // 8, byte_order)
    count = data.draw(st.sampled_from((1, 3, 1 << 17)))
    new = bits.clear(sample * count)
    assert new == expected.to_bytes(allocated // 8, byte_order) * count
    assert bits.is_clear(new)
    assert bits.is_clear(sample * count) == (value == expected)
    assert bits.is_clear(sample * count, int.from_bytes(sample, byte_order))


@pytest.mark.parametrize(
    ("kind", "stored", "high", "position"),
    [
        ("<u2", 12, 11, 12),
        ("<u2", 12, 11, 15),
        ("<i2", 12, 11, 13),
        ("<u2", 12, 15, 0),
        ("<u4", 20, 19, 28),
        ("u1", 7, 6, 7),
    ],
)
def test_an_overlay_hidden_in_unused_bits_is_cleared_from_every_frame(
    kind: str, stored: int, high: int, position: int
) -> None:
    image = (np.arange(3 * 8 * 8).reshape(3, 8, 8) * 21 % 2**stored << high - stored + 1).astype(kind)
    if kind == "<i2":
        image = (np.arange(3 * 8 * 8).reshape(3, 8, 8) * 21 % 2**stored - 2 ** (stored - 1)).astype(kind)
    text = np.arange(3 * 8 * 8).reshape(3, 8, 8) % 5 == 0
    hidden = (image.view(kind.replace("i", "u")) ^ (text << position).astype(kind.replace("i", "u"))).view(
        kind
    )
    ds = _instance(hidden, stored=stored, high=high)
    _hide_overlay(ds, position)
    made, out = _planned(ds)
    assert np.array_equal(np.frombuffer(out.PixelData, kind).reshape(image.shape), image)
    assert not [element for element in out if element.tag.group == 0x6000]
    assert "an overlay in unused bits of Pixel Data was cleared" in made.findings
    assert ("(7FE0,0010) PixelData", "C") in [(action.where, action.code) for action in made.actions]


def test_a_declared_overlay_is_cleared_even_where_unused_bits_are_kept() -> None:
    ds = _instance(_IMAGE | 0x1000)
    _hide_overlay(ds, 12)
    _, out = _planned(ds, "[pixels]\nunused-bits='keep'")
    assert np.array_equal(out.pixel_array, _IMAGE)


def test_an_overlay_hidden_in_big_endian_samples_is_cleared() -> None:
    ds = _instance((_IMAGE | 0x1000).astype(">u2"))
    _hide_overlay(ds, 12)
    big = Dataset(ds)
    big.file_meta = ds.file_meta
    source = encode(big, ExplicitVRBigEndian, load_tables())
    out = dcmread(DicomBytesIO(splice(plan(source, _policy()).pieces, source)))
    assert np.array_equal(out.pixel_array, _IMAGE)


def test_an_overlay_that_claims_bits_of_the_image_is_refused() -> None:
    for stored, position in ((16, 15), (12, 11), (12, 0)):
        ds = _instance(_IMAGE, stored=stored)
        _hide_overlay(ds, position)
        with pytest.raises(UnsupportedFileError, match="Bits Stored"):
            _planned(ds)


def test_an_overlay_hidden_in_compressed_pixel_data_is_refused() -> None:
    ds = _instance(_IMAGE)
    _hide_overlay(ds, 12)
    ds.file_meta.TransferSyntaxUID = JPEGLSLossless
    ds.PixelData = b"\xfe\xff\x00\xe0\x00\x00\x00\x00\xfe\xff\x00\xe0\x02\x00\x00\x00ab"
    ds["PixelData"].is_undefined_length = True
    with pytest.raises(UnsupportedFileError, match="decompress"):
        _planned(ds)


def test_an_overlay_with_data_of_its_own_leaves_pixel_data_alone() -> None:
    ds = _instance(_IMAGE)
    _hide_overlay(ds, 0)
    ds.add_new(0x60003000, "OW", bytes(8))
    made, out = _planned(ds)
    assert out.PixelData == _IMAGE.tobytes()
    assert not made.findings


def test_unused_bits_that_nothing_explains_are_refused_cleared_or_kept_by_the_profile() -> None:
    ds = _instance(_IMAGE | (_IMAGE % 7 == 0) * np.uint16(0x8000))
    with pytest.raises(UnsupportedFileError, match="unused-bits"):
        _planned(ds)
    made, out = _planned(ds, "[pixels]\nunused-bits='clear'")
    assert np.array_equal(out.pixel_array, _IMAGE)
    assert any("cleared" in finding for finding in made.findings)
    made, out = _planned(ds, "[pixels]\nunused-bits='keep'")
    assert out.PixelData == ds.PixelData
    assert not made.findings


@pytest.mark.parametrize("keys", ["", "[pixels]\nunused-bits='clear'"])
def test_signed_samples_stay_as_they_are_with_and_without_their_sign_repeated(keys: str) -> None:
    signed = (_IMAGE.astype("<i4") - 2048).astype("<i2")
    for samples in (signed, (signed.view("<u2") & 0x0FFF).view("<i2")):
        made, out = _planned(_instance(samples), keys)
        assert out.PixelData == samples.tobytes()
        assert not made.findings


def test_padding_outside_the_stored_bits_is_no_hidden_data() -> None:
    samples = np.where(_IMAGE > 2000, np.uint16(63536), _IMAGE).astype("<u2")
    ds = _instance(samples)
    ds.PixelPaddingValue = 63536
    made, out = _planned(ds, "[pixels]\nunused-bits='clear'")
    assert out.PixelData == samples.tobytes()
    assert not made.findings


def test_long_pixel_data_is_cleared_in_constant_memory() -> None:
    size = 256 << 20

    class Endless:
        def __len__(self) -> int:
            return size

        def __getitem__(self, key: slice) -> bytes:
            return b"\x34\xf2" * int((key.stop - key.start) // 2)

    def first_two_bytes() -> Iterator[bytes]:
        for chunk in iter_chunks(
            [cleared(Range(0, size), StoredBits(16, 0, 11, is_signed=False))], Endless()
        ):
            yield bytes(chunk[:2])

    tracemalloc.start()
    assert set(first_two_bytes()) == {b"\x34\x02"}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def test_the_judges_see_the_image_alone(tmp_path: Path) -> None:
    ds = _instance(_IMAGE[:1] | 0x1000)
    _hide_overlay(ds, 12)
    before, after = tmp_path / "before.dcm", tmp_path / "after.dcm"
    before.write_bytes(encoded(ds))
    out = deidentify(before.read_bytes(), without_refusing(ready_made("ps315-basic")))
    assert isinstance(out, bytes)
    after.write_bytes(out)
    assert dcmdump_complains(after) == []
    assert iod_errors(after) <= iod_errors(before)
    assert np.array_equal(dcmread(after).pixel_array, _IMAGE[0])
