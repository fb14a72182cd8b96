"""Which sample looks black, and which entry of a palette."""

from dataclasses import replace
from math import inf, nan
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.pixels.processing import apply_color_lut

from bme_med.core import MalformedFileError, UnsupportedFileError
from bme_med.pixels import Palette, PixelForm, Rendering, black, lookup_table
from tests.pixels.reading import form_of

_GRAYS = PixelForm(
    rows=4, columns=4, samples=1, allocated=16, stored=12, high=11, is_signed=False, photometric="MONOCHROME2"
)
_WHITE_IS_LOW = replace(_GRAYS, photometric="MONOCHROME1")
_COLORS = replace(_GRAYS, samples=3, allocated=8, stored=8, high=7)


def test_the_darkest_gray_that_stays_is_black() -> None:
    assert black(_GRAYS, outside={40, 41, 4000}).samples == (40,)
    assert black(_WHITE_IS_LOW, outside={40, 41, 4000}).samples == (4000,)


def test_where_no_gray_stays_the_darkest_legal_one_is_black() -> None:
    assert black(_GRAYS).samples == (0,)
    assert black(_WHITE_IS_LOW).samples == (4095,)
    assert black(replace(_GRAYS, is_signed=True)).samples == (-2048,)


@pytest.mark.parametrize(
    "rendering", [Rendering(is_inverse=True), Rendering(has_negative_slope=True)], ids=["shape", "slope"]
)
def test_what_turns_the_grays_round_turns_black_round(rendering: Rendering) -> None:
    assert black(_GRAYS, rendering, {40, 4000}).samples == (4000,)


def test_monochrome1_with_an_inverse_presentation_is_turned_round_once() -> None:
    assert black(_WHITE_IS_LOW, Rendering(is_inverse=True), {40, 4000}).samples == (4000,)


def test_padding_is_never_black() -> None:
    assert black(_GRAYS, Rendering(padding=(0, 9)), {0, 5, 10}).samples == (10,)
    assert black(_GRAYS, Rendering(padding=(0, 9))).samples == (10,)
    assert black(_WHITE_IS_LOW, Rendering(padding=(4095, 4095))).samples == (4094,)


def test_samples_that_are_not_legal_are_no_fill() -> None:
    assert black(_GRAYS, outside={-1, 4096}).samples == (0,)


def test_floats_that_are_no_number_are_no_fill() -> None:
    floats = replace(_GRAYS, allocated=32, is_float=True)
    assert black(floats, outside={nan, -inf, 0.5}).samples == (0.5,)
    assert black(floats, outside={nan}).samples == (0.0,)


@pytest.mark.parametrize(
    ("photometric", "samples"),
    [
        ("RGB", (0, 0, 0)),
        ("YBR_RCT", (0, 0, 0)),
        ("YBR_FULL", (0, 128, 128)),
        ("YBR_FULL_422", (0, 128, 128)),
        ("YBR_PARTIAL_422", (16, 128, 128)),
    ],
)
def test_each_color_space_has_its_black(photometric: str, samples: tuple[int, ...]) -> None:
    form = replace(_COLORS, photometric=photometric)
    assert black(form).samples == samples
    deep = black(replace(form, allocated=16, stored=12, high=11)).samples
    assert deep == tuple(sample << 4 for sample in samples)


@pytest.mark.parametrize(
    "form",
    [
        replace(_COLORS, photometric="MAUVE"),
        replace(_COLORS, photometric="MONOCHROME2"),
        replace(_GRAYS, photometric="RGB"),
        replace(_GRAYS, photometric="PALETTE COLOR"),
    ],
    ids=["unknown", "grays of three samples", "colors of one sample", "no palette"],
)
def test_where_nothing_is_known_to_look_black_the_image_is_refused(form: PixelForm) -> None:
    with pytest.raises(UnsupportedFileError, match="run again"):
        black(form)


def test_samples_without_bits_are_refused() -> None:
    with pytest.raises(MalformedFileError):
        black(replace(_GRAYS, stored=0))


def test_the_darkest_entry_of_a_palette_is_black() -> None:
    form = replace(_GRAYS, photometric="PALETTE COLOR", allocated=8, stored=8, high=7)
    palette = Palette(10, (9, 0, 1, 0), (9, 0, 1, 0), (9, 2, 1, 0))
    assert black(form, Rendering(palette=palette)).samples == (13,)


def test_an_entry_that_no_sample_can_name_is_not_black() -> None:
    form = replace(_GRAYS, photometric="PALETTE COLOR", allocated=8, stored=8, high=7)
    palette = Palette(254, (9, 8, 0), (9, 8, 0), (9, 8, 0))
    assert black(form, Rendering(palette=palette)).samples == (255,)


@pytest.mark.parametrize(
    "name", ["gdcm-US-ALOKA-16.dcm", "gdcm-US-ALOKA-16_big.dcm", "OBXXXX1A.dcm", "examples_palette.dcm"]
)
def test_tables_hold_the_entries_that_pydicom_finds(name: str) -> None:
    path = get_testdata_file(name)
    assert isinstance(path, str | Path)
    ds = pydicom.dcmread(path)
    form = form_of(ds)
    tables, descriptors = [], []
    for color in ("Red", "Green", "Blue"):
        descriptors.append([int(n) for n in ds[f"{color}PaletteColorLookupTableDescriptor"].value])
        segmented = ds.get(f"Segmented{color}PaletteColorLookupTableData")
        data = segmented or ds[f"{color}PaletteColorLookupTableData"].value
        tables.append(lookup_table(data, descriptors[-1], form.byte_order, is_segmented=bool(segmented)))
    first, count = descriptors[0][1], len(tables[0])
    shown = apply_color_lut(np.arange(first, first + count).reshape(1, -1), ds)[0]
    np.testing.assert_array_equal(np.array(tables).T, shown)


def test_an_indirect_segment_copies_the_segments_it_names() -> None:
    segments = bytes([0, 2, 5, 7, 1, 2, 11, 2, 1, 0, 0, 0, 0])
    assert lookup_table(segments, (6, 0, 8), is_segmented=True) == (5, 7, 9, 11, 5, 7)


@pytest.mark.parametrize("segments", ["0003 0100", "0102 05", "0001 05 0201 00000000 0201 02000000 0901 00"])
def test_damaged_segments_are_refused(segments: str) -> None:
    with pytest.raises(MalformedFileError):
        lookup_table(bytes.fromhex(segments), (6, 0, 8), is_segmented=True)
