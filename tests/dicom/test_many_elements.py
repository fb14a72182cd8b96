"""Datasets of very many elements: the time that they take grows with them, and no faster."""

import time
from collections.abc import Iterable

import pytest
from pydicom.datadict import get_entry

from bme_med.dicom import plan
from bme_med.dicom.dictionary import dictionary
from bme_med.dicom.encoding import EXPLICIT_LE, element, sequence_item
from tests.dicom.making import encoded, mr_instance, policy_of

COUNT = 20_000
MOST_SECONDS = 6
"""Of processor time, where the whole takes less than one, and 15 where each element looks at each."""


def many(tags: Iterable[int], vr: str) -> bytes:
    return b"".join(element(tag, vr, b"abcdef", coding=EXPLICIT_LE) for tag in tags)


def without_pixels() -> bytes:
    ds = mr_instance()
    del ds.PixelData
    return encoded(ds)


UNKNOWN = many(range(0x00411000, 0x00411000 + COUNT), "UN")
TAILS = {
    "private elements of no creator, in an item": element(
        0x0040A043, "SQ", sequence_item(UNKNOWN, coding=EXPLICIT_LE), coding=EXPLICIT_LE
    ),
    "private elements of no creator": UNKNOWN,
    "unknown elements of overlays": many(range(0x60020100, 0x60020100 + COUNT), "LO"),
    "unknown elements of a group with repeating ones": many(range(0x00285000, 0x00285000 + COUNT), "LO"),
}


@pytest.mark.parametrize("name", TAILS)
def test_many_elements_take_no_more_time_each_than_few(name: str) -> None:
    source, policy = without_pixels() + TAILS[name], policy_of("name = 'p'\nextends = 'ps315-basic'")
    plan(without_pixels(), policy)
    started = time.thread_time()
    made = plan(source, policy)
    assert time.thread_time() - started < MOST_SECONDS
    assert made.size < COUNT


@pytest.mark.parametrize(
    "tag", [0x60000010, 0x601E3000, 0x50020030, 0x00203142, 0x00280452, 0x00280823, 0x10001232, 0x10101234]
)
def test_repeating_groups_are_known_as_pydicom_knows_them(tag: int) -> None:
    found = dictionary().get(tag)
    assert found is not None
    vr, vm, _, _, keyword = get_entry(tag)
    assert found == (vr, keyword, vm)


@pytest.mark.parametrize("tag", [0x60000F11, 0x61000010, 0x00204001, 0x00280F00])
def test_what_no_mask_covers_is_unknown(tag: int) -> None:
    assert dictionary().get(tag) is None
    with pytest.raises(KeyError):
        get_entry(tag)
