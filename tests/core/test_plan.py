"""Piece tables."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bme_med.core import Format, Pieces, Plan, Range, iter_chunks, splice
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
