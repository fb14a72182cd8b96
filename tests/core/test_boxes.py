"""Boxes as people give them: notation, conditions, files, schema."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from bme_med.core import FrameRange, Region, UsageError
from bme_med.core.boxes import BoxRule, BoxSpec, Condition, parse_frames
from bme_med.core.boxes_file import boxes_schema, parse_boxes

_FILE: dict[str, Any] = {
    "files": [
        {
            "name": "top band",
            "match": {"path": "ward/*.dcm", "Rows": 480},
            "boxes": [
                {"x": 0, "y": 0, "w": 0, "h": 60, "frames": "1-4,9"},
                {"x": -9, "y": 1, "w": 2, "h": 3},
            ],
        }
    ]
}


def _values(**values: str) -> Callable[[str], Sequence[str]]:
    return lambda name: [values[name]] if name in values else []


@given(st.integers(0, 99), st.integers(0, 99), st.integers(1, 99), st.integers(1, 99))
def test_a_box_lies_where_its_four_numbers_say(x: int, y: int, width: int, height: int) -> None:
    region = BoxSpec.parse(f"{x},{y},{width},{height}").region(rows=1000, columns=1000)
    assert region == Region(y, x, y + height, x + width)
    assert str(region) == f"{x},{y},{width},{height}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0,0,0,0", Region(0, 0, 100, 200)),
        ("0,0,-10,-5", Region(0, 0, 95, 190)),
        ("-20,-10,5,5", Region(90, 180, 95, 185)),
        ("190,90,999,999", Region(90, 190, 100, 200)),
        (" 1, 2, 3, 4 ", Region(2, 1, 6, 4)),
    ],
)
def test_negative_numbers_count_from_the_right_and_bottom_edge(text: str, expected: Region) -> None:
    assert BoxSpec.parse(text).region(rows=100, columns=200) == expected


def test_a_box_outside_the_picture_is_no_box() -> None:
    rule = BoxRule("drawn", (), (BoxSpec.parse("500,0,10,10"), BoxSpec.parse("0,0,10,10")))
    assert [box.region for box in rule.placed(rows=100, columns=200)] == [Region(0, 0, 10, 10)]


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "1,2,3,4@", "1,2,3,4@0", "1,2,3,4@9-3"]
)
def test_what_is_no_box_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|counted from 1"):
        BoxSpec.parse(text)


def test_frames_are_ranges_counted_from_1() -> None:
    assert parse_frames("all") == ()
    assert parse_frames("1-4,9") == (FrameRange(1, 4), FrameRange(9, 9))


@pytest.mark.parametrize(
    ("wanted", "value", "holds"),
    [
        ("~logiq", "LOGIQE9", True),
        ("^GE|~LOGIQ", "General", True),
        ("c~GE", "Agfa Ge", False),
        ("c~GE", "GEMS", True),
        ("=US", "US", True),
        ("US", "IVUS", False),
        ("!~INVALID", "INVALID", False),
        ("!~INVALID|=OTHER", "PRIMARY", True),
        ("*", "x", True),
        ("*", "", False),
    ],
)
def test_a_condition_asks_for_what_its_sign_says(wanted: str, value: str, *, holds: bool) -> None:
    assert Condition("ImageType", wanted).holds([value]) is holds


def test_of_several_values_one_is_enough_and_all_joined_count_too() -> None:
    values = ["DERIVED", "PRIMARY", "", "0001"]
    assert Condition("ImageType", "PRIMARY").holds(values)
    assert Condition("ImageType", r"~DERIVED\PRIMARY\\00").holds(values)
    assert not Condition("ImageType", "!=PRIMARY").holds(values)


def test_all_conditions_of_a_rule_must_hold() -> None:
    rule = BoxRule("r", (Condition("Modality", "US"), Condition("Rows", "480")), ())
    assert rule.applies(_values(Modality="US", Rows="480"))
    assert not rule.applies(_values(Modality="US"))


def test_a_boxes_file_is_read_as_its_schema_allows() -> None:
    Draft202012Validator(boxes_schema()).validate(_FILE)
    (rule,) = parse_boxes(json.dumps(_FILE), "b.json")
    assert rule.origin == "drawn top band"
    assert rule.conditions == (Condition("path", "ward/*.dcm"), Condition("Rows", "480"))
    assert rule.boxes == (BoxSpec(0, 0, 0, 60, parse_frames("1-4,9")), BoxSpec(-9, 1, 2, 3))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"files": {}}, "a list `files`"),
        ({"file": []}, "a list `files`"),
        ({"files": [], "box": 1}, "'box' is not known"),
        ({"files": [{"boxes": []}]}, r"files\[0\]: boxes"),
        ({"files": [{"boxes": [{"x": 1}]}]}, "expected x, y, w, h"),
        ({"files": [{"boxes": [{"x": 1, "y": 1, "w": 1, "h": "1"}]}]}, "whole numbers"),
        ({"files": [{"boxes": [{"x": 1, "y": 1, "w": 1, "h": 1, "frames": "0"}]}]}, "counted from 1"),
        ({"files": [{"match": {"Rows": []}, "boxes": [{"x": 1, "y": 1, "w": 1, "h": 1}]}]}, r"match\.Rows"),
        ({"files": [{"where": 1, "boxes": [{"x": 1, "y": 1, "w": 1, "h": 1}]}]}, "'where' is not known"),
    ],
)
def test_a_wrong_boxes_file_is_an_error_in_both_eyes(change: dict[str, Any], expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        parse_boxes(json.dumps(change), "b.json")
    with pytest.raises(ValidationError):
        Draft202012Validator(boxes_schema()).validate(change)


def test_a_file_that_is_no_json_names_the_line_and_no_value() -> None:
    with pytest.raises(UsageError, match="line 2") as caught:
        parse_boxes('{"files":\n Quillfeather', "b.json")
    assert "Quillfeather" not in str(caught.value)
