"""Unused bits are judged alike with numpy and without."""

from typing import Literal
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from bme_med.dicom import stored_bits
from bme_med.dicom.stored_bits import StoredBits


@st.composite
def _samples(draw: st.DrawFn) -> tuple[StoredBits, bytes, int | None]:
    """Samples of any form, most of them clear, and what may stand beside them."""
    allocated = draw(st.sampled_from([8, 16, 32]))
    high = draw(st.integers(0, allocated - 2))
    is_signed = draw(st.booleans())
    byte_order: Literal["little", "big"] = draw(st.sampled_from(("little", "big")))
    bits = StoredBits(allocated, 0, high, is_signed=is_signed, byte_order=byte_order)
    size = allocated // 8
    samples = bits.clear(draw(st.binary(min_size=size, max_size=12 * size)))
    position = draw(st.integers(0, max(len(samples) // size - 1, 0))) * size
    other = draw(st.one_of(st.none(), st.binary(min_size=size, max_size=size)))
    if other:
        samples = samples[:position] + other + samples[position + size :]
    allowed = draw(st.sampled_from([None, int.from_bytes(other or bytes(size), byte_order)]))
    return bits, samples, allowed


@given(_samples())
def test_numpy_and_plain_python_judge_alike(made: tuple[StoredBits, bytes, int | None]) -> None:
    bits, samples, allowed = made
    with patch.object(stored_bits, "_MANY_BYTES", 0):
        by_numpy = bits.is_clear(samples, allowed)
        with patch.object(stored_bits, "lie_within", return_value=None):
            assert bits.is_clear(samples, allowed) == by_numpy
