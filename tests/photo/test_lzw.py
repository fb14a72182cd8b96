"""LZW: where the picture is full, told without decoding it."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bme_med.core import MalformedFileError
from bme_med.photo.gif_blocks import read_data, walk
from bme_med.photo.lzw import Measured, measure_codes


def packed(codes: list[tuple[int, int]], *, is_msb_first: bool) -> bytes:
    """Codes, each with its width, as a stream."""
    if is_msb_first:
        bits = "".join(f"{code:0{width}b}" for code, width in codes)
        bits += "0" * (-len(bits) % 8)
        return int(bits or "0", 2).to_bytes(len(bits) // 8, "big")
    bits = "".join(f"{code:0{width}b}" for code, width in reversed(codes))
    return int(bits or "0", 2).to_bytes((len(bits) + 7) // 8, "little")


def measured(data: bytes, samples: int, sample_bits: int = 2) -> Measured:
    return measure_codes(data, samples, sample_bits=sample_bits, is_msb_first=False, early=0, where="0/image")


@given(
    st.integers(1, 8).flatmap(
        lambda bits: st.tuples(
            st.just(bits),
            st.integers(1, 300),
            st.lists(st.integers(0, (1 << bits) - 1), min_size=1, max_size=40),
        )
    )
)
def test_a_picture_that_another_program_packed_is_full_at_its_end(made: tuple[int, int, list[int]]) -> None:
    bits, width, pattern = made
    height = 20
    pixels = bytes((pattern * (width * height // len(pattern) + 1))[: width * height])
    image = Image.frombytes("P", (width, height), pixels)
    image.putpalette(bytes(range(3 * (1 << bits) & 255)) or bytes(768))
    out = io.BytesIO()
    image.save(out, "GIF", optimize=False)
    source = out.getvalue()
    block = next(block for block in walk(source) if block.kind == "image")
    sample_bits = source[block.table.end]
    data = read_data(source, block)
    result = measure_codes(
        data, width * height, sample_bits=sample_bits, is_msb_first=False, early=0, where="1/image"
    )
    assert result.has_end
    assert result.samples == set(pixels)
    assert len(data) == (result.bits + result.code_bits + 7) // 8


def test_a_string_may_end_with_its_own_beginning() -> None:
    data = packed([(4, 3), (1, 3), (6, 3), (5, 3)], is_msb_first=False)
    assert measured(data, 3) == Measured(9, 3, True, frozenset((1,)))


@pytest.mark.parametrize(
    ("codes", "samples"),
    [
        ([(4, 3), (1, 3), (5, 3)], 2),
        ([(4, 3), (1, 3)], 2),
        ([(4, 3), (1, 3), (6, 3)], 2),
        ([(4, 3), (1, 3), (7, 3)], 9),
        ([(6, 3)], 1),
        ([(4, 3), (1, 3), (1, 3), (4, 3), (6, 3)], 9),
        ([], 1),
    ],
    ids=["ends early", "cut off", "too long", "beyond the table", "first", "after a clear", "empty"],
)
def test_what_is_not_exactly_the_picture_is_refused(codes: list[tuple[int, int]], samples: int) -> None:
    with pytest.raises(MalformedFileError):
        measured(packed(codes, is_msb_first=False), samples)


@pytest.mark.parametrize("early", [0, 1])
@pytest.mark.parametrize("is_msb_first", [False, True])
def test_codes_widen_when_the_table_has_so_many(early: int, is_msb_first: bool) -> None:
    codes, known, width = [(256, 9)], 258, 9
    for number in range(4000):
        codes.append((number % 256, width))
        if number and known < 4096:
            known += 1
            if known + early >= 1 << width and width < 12:
                width += 1
    codes.append((257, width))
    data = packed(codes, is_msb_first=is_msb_first)
    result = measure_codes(data, 4000, sample_bits=8, is_msb_first=is_msb_first, early=early, where="strip")
    assert result.has_end
    assert result.code_bits == 12
    assert len(data) == struct.calcsize(f"{(result.bits + result.code_bits + 7) // 8}s")
