"""Connected parts of a mask."""

from collections import deque

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bme_med.core.regions import Region
from bme_med.pixels.detect.components import components

masks = st.tuples(st.integers(1, 12), st.integers(1, 12)).flatmap(
    lambda shape: st.lists(st.booleans(), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
        lambda bits: np.array(bits, bool).reshape(shape)
    )
)


def flooded(mask: NDArray[np.bool_]) -> list[list[tuple[int, int]]]:
    """The pixels of each part, by going from neighbour to neighbour."""
    left = {(int(row), int(column)) for row, column in np.argwhere(mask)}
    parts = []
    while left:
        waiting = deque([min(left)])
        left.discard(waiting[0])
        part = []
        while waiting:
            row, column = waiting.popleft()
            part.append((row, column))
            for near in [(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)]:
                if near in left:
                    left.discard(near)
                    waiting.append(near)
        parts.append(part)
    return parts


@given(masks)
def test_parts_are_those_of_going_from_neighbour_to_neighbour(mask: NDArray[np.bool_]) -> None:
    weights = np.arange(mask.size, dtype=np.float32).reshape(mask.shape)
    expected = set()
    for part in flooded(mask):
        rows, columns = zip(*part, strict=True)
        region = Region(min(rows), min(columns), max(rows) + 1, max(columns) + 1)
        mean = sum(float(weights[pixel]) for pixel in part) / len(part)
        expected.add((region, len(part), round(mean, 3)))
    assert {
        (region, pixels, round(mean, 3)) for region, pixels, mean in components(mask, weights)
    } == expected


def test_an_empty_mask_has_no_parts() -> None:
    assert components(np.zeros((3, 4), bool), np.ones((3, 4), np.float32)) == []
