"""Bits of JPEG scans are windowed alike with numpy and without."""

import sys
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from bme_med.pixels.jpeg_bits import WINDOW_BITS, bit_readers


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=4))
def test_numpy_and_plain_python_make_the_same_windows(intervals: list[bytes]) -> None:
    by_numpy = [(reader.text, list(reader.windows)) for reader in bit_readers(intervals)]
    with patch.dict(sys.modules, {"numpy": None}):
        assert [(reader.text, list(reader.windows)) for reader in bit_readers(intervals)] == by_numpy
    for text, windows in by_numpy:
        starts = range(len(text))
        assert windows[: len(text)] == [int(f"{text}{'1' * 24}"[at : at + WINDOW_BITS], 2) for at in starts]
