"""Markers in pictures that share windows, with numpy and without it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bme_med.core import Range
from bme_med.dicom import streams
from bme_med.dicom.codestreams import Pictures
from bme_med.dicom.streams import Markers, Stream
from tests.dicom.test_codestreams import BASELINE, WORD

MARKER = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
NEAR_MARKERS = st.lists(st.sampled_from(b"\x00\x7f\x80\xcf\xd0\xd7\xd8\xd9\xfe\xff"), max_size=60).map(bytes)


@pytest.fixture(params=[True, False], ids=["numpy", "no numpy"])
def small_windows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LONGEST_READ", 7)
    if not request.param:
        monkeypatch.setattr(streams, "pairs", lambda *_: None)


@pytest.mark.usefixtures("small_windows")
@given(NEAR_MARKERS, st.data())
def test_the_first_marker_is_that_of_a_plain_search_wherever_windows_end(
    data: bytes, draws: st.DataObject
) -> None:
    markers = Markers(data)
    for _ in range(4):
        start = draws.draw(st.integers(0, len(data)))
        end = draws.draw(st.integers(start, len(data)))
        found = MARKER.search(data, start, end)
        assert markers.first(start, end) == (found.start() if found else end)


@pytest.mark.usefixtures("small_windows")
@given(NEAR_MARKERS, st.data())
def test_a_marker_may_lie_across_fragments(data: bytes, draws: st.DataObject) -> None:
    cut, start = (draws.draw(st.integers(0, len(data))) for _ in range(2))
    whole = data[:cut] + b"gap" + data[cut:]
    stream = Stream(whole, [Range(0, cut), Range(cut + 3, len(whole))], Markers(whole))
    found = MARKER.search(data, start)
    assert stream.next_marker(start) == (found.start() if found else len(data))


@pytest.mark.parametrize(
    "tail", [b"", b"\0", b"\xff", b"\0\0", b"\xff\xd9", WORD, b"\0" + WORD, b"\xff\xd9" + WORD]
)
def test_a_picture_that_is_plain_at_a_glance_has_nothing_spare(tail: bytes) -> None:
    data = BASELINE + BASELINE + tail
    first, second = Range(0, len(BASELINE)), Range(len(BASELINE), len(data))
    pictures = Pictures(data)
    assert not pictures.is_plain(*first)
    assert pictures.spare_ranges([first]) == ([], True)
    assert pictures.is_plain(*first)
    assert pictures.is_plain(*second) == (len(tail) < 2)
    assert bool(pictures.spare_ranges([second])[0]) == bool(tail.strip(b"\0\xff"))


def test_a_picture_that_is_cut_off_is_not_plain() -> None:
    pictures = Pictures(BASELINE)
    assert pictures.spare_ranges([Range(0, len(BASELINE))]) == ([], True)
    for end in range(1, len(BASELINE), 97):
        assert not pictures.is_plain(0, end)
