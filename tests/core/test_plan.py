"""Piece tables."""

import tracemalloc
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bme_med.core import Format, Pieces, Plan, Range, Rendered, Source, iter_chunks, splice
from bme_med.core.splice import CHUNK_BYTES

_STEPS = st.lists(
    st.one_of(st.binary(max_size=6), st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted))
)


@given(_STEPS, st.binary(min_size=40, max_size=40))
def test_the_output_is_exactly_the_pieces_in_order(steps: list[bytes | list[int]], source: bytes) -> None:
    out = Pieces()
    expected = b""
    for step in steps:
        if isinstance(step, bytes):
            out.literal(step)
            expected += step
        else:
            out.keep(step[0], step[1])
            expected += source[step[0] : step[1]]
    assert splice(out.done(), source) == expected
    assert Plan(Format.DICOM, out.done(), (), ".dcm").size == out.size == len(expected)


@given(_STEPS)
def test_neighbouring_literals_and_ranges_are_joined(steps: list[bytes | list[int]]) -> None:
    out = Pieces()
    for step in steps:
        if isinstance(step, bytes):
            out.literal(step)
        else:
            out.keep(step[0], step[1])
    done = out.done()
    for before, after in pairwise(done):
        assert isinstance(before, Range) or isinstance(after, Range)
        if isinstance(before, Range) and isinstance(after, Range):
            assert before.end != after.start


def test_one_pieces_appended_to_another_joins_at_the_seam() -> None:
    first, second = Pieces(), Pieces()
    first.keep(0, 4)
    second.keep(4, 9)
    first.extend(second)
    assert first.done() == (Range(0, 9),)


def test_chunks_of_a_long_range_are_bounded() -> None:
    source = bytes(2 * CHUNK_BYTES + 5)
    chunks = list(iter_chunks([Range(1, len(source))], source))
    assert max(map(len, chunks)) == CHUNK_BYTES
    assert sum(map(len, chunks)) == len(source) - 1


def test_many_small_pieces_are_never_joined_into_one_long_buffer() -> None:
    source = bytes(1000)
    pieces = [piece for _ in range(5000) for piece in (Range(0, 900), b"x" * 100)]
    chunks = list(iter_chunks(pieces, source))
    assert max(map(len, chunks)) < CHUNK_BYTES + 5000
    assert sum(map(len, chunks)) == 5000 * 1000


def _upper(source: Source) -> Iterator[bytes]:
    for start in range(2, 6, 2):
        yield source[start : start + 2].upper()


def test_rendered_bytes_take_their_place_among_ranges_and_literals() -> None:
    out = Pieces()
    out.literal(b"<")
    out.keep(0, 2)
    out.render(Rendered(4, _upper))
    out.literal(b"-")
    out.literal(b">")
    assert splice(out.done(b"*"), b"abcdefgh") == b"*<abCDEF->"
    assert out.size == Plan(Format.DICOM, out.done(), (), ".dcm").size == 9
    whole = Pieces()
    whole.extend(out)
    assert whole.done() == out.done()


@pytest.mark.parametrize("promised", [1, 3, 5])
def test_rendered_bytes_of_another_length_than_promised_are_an_error(promised: int) -> None:
    with pytest.raises(ValueError, match="as long as its plan"):
        splice([Rendered(promised, _upper)], b"abcdefgh")


def test_a_rendered_piece_cannot_be_moved_to_another_base() -> None:
    with pytest.raises(ValueError, match="start of the source"):
        Pieces().keep_from(8, [Rendered(4, _upper)])


class _Endless:
    """A source of zero bytes that holds none of them."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, key: slice) -> bytes:
        return bytes(key.stop - key.start)


def test_a_long_rendered_piece_is_spliced_in_constant_memory() -> None:
    size = 512 << 20

    def make(source: Source) -> Iterator[bytes]:
        for start in range(0, size, CHUNK_BYTES):
            yield source[start : start + CHUNK_BYTES]

    tracemalloc.start()
    assert sum(map(len, iter_chunks([Rendered(size, make)], _Endless(size)))) == size
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * CHUNK_BYTES
