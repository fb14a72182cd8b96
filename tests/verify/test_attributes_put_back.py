"""What Table E.1-1 takes away is found again in whatever output it stands, at the top and three deep."""

from functools import cache

import pytest
from pydicom import Dataset

from bme_med.core.resources import read_table
from bme_med.verify.tables import load_tables, tags_of
from tests.oracles.planting import NEST, Planted, nested, plant, small_mr
from tests.verify.sabotage import edited, pair, problems_of

SHAPES = {"top level": small_mr, "three deep": nested}
_WRITTEN_ANEW = {0x0002, 0x0000, 0x0004}
_MARKS = {0x00120063, 0x00120064}
_REFUSED_AT_THE_TOP = {0x00181010, 0x00181012, 0x0040A730, 0x00420011}
"""Captures, reports and documents: no output has them."""


@cache
def rows(*, is_all: bool) -> dict[str, Planted]:
    """By name, a value for each row; without `is_all`, for one row of each action and VR."""
    found: dict[str, Planted] = {}
    seen = set()
    for number, row in enumerate(read_table("ps315_e1_1.csv")):
        tags = [tag for tag in tags_of(row["tag"]) if tag >> 16 not in _WRITTEN_ANEW and tag not in _MARKS]
        kind = row["basic"], row["vr"]
        if tags and (is_all or kind not in seen):
            seen.add(kind)
            found[f"{row['keyword']} {row['vr']} {row['basic']}"] = plant(tags[0], number, load_tables())
    return found


def holder(dataset: Dataset, shape: str) -> Dataset:
    """The dataset or item that the value stands in."""
    for keyword in NEST if shape == "three deep" else ():
        dataset = dataset[keyword].value[0]
    return dataset


def check_found(planted: Planted, shape: str) -> None:
    """An output with the source's element again is condemned at its place, source at hand or not."""
    source, output = pair(SHAPES[shape]([planted]))

    def put_back(dataset: Dataset) -> None:
        holder(dataset, shape).add_new(planted.tag, planted.vr, planted.value)

    spoilt = edited(output, put_back)
    place = f"({planted.tag >> 16:04X},{planted.tag & 0xFFFF:04X})"
    assert any(place in problem.place for problem in problems_of(spoilt, source))
    if planted.token:
        assert any(place in problem.place for problem in problems_of(spoilt, None))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", rows(is_all=False))
def test_one_attribute_of_each_action_and_vr_is_found(name: str, shape: str) -> None:
    check_found(rows(is_all=False)[name], shape)


@pytest.mark.nightly
@pytest.mark.parametrize("name", rows(is_all=True))
def test_every_attribute_is_found(name: str) -> None:
    planted = rows(is_all=True)[name]
    check_found(planted, "three deep")
    if planted.tag not in _REFUSED_AT_THE_TOP:
        check_found(planted, "top level")
