"""A user's boxes, and which of them are for one source."""

import json
from pathlib import Path

import pytest

from bme_med.core import UsageError
from bme_med.core.boxes import BoxRule, BoxSpec, Condition
from bme_med.run.boxes import boxes_for, drawn_boxes, read_boxes

_BOX = {"x": 1, "y": 2, "w": 3, "h": 4}


def _file(folder: Path, *files: object) -> Path:
    path = folder / "boxes.json"
    path.write_text(json.dumps({"files": list(files)}), encoding="utf-8-sig")
    return path


@pytest.mark.parametrize(
    ("path", "covered"),
    [
        ("ward/knee.jpg", True),
        ("./ward/", True),
        ("ward/*.jpg", True),
        ("**/knee.jpg", True),
        ("*.jpg", False),
        ("ward/arm.jpg", False),
    ],
)
def test_a_path_covers_itself_what_is_below_it_and_what_its_pattern_says(path: str, *, covered: bool) -> None:
    rule = BoxRule("drawn", (Condition("path", path), Condition("Rows", "8")), (BoxSpec(1, 2, 3, 4),))
    kept = boxes_for([rule], "ward/knee.jpg")
    assert kept == ((BoxRule("drawn", (Condition("Rows", "8"),), rule.boxes),) if covered else ())


def test_a_boxes_file_is_read_with_its_digest(tmp_path: Path) -> None:
    drawn = read_boxes(_file(tmp_path, {"match": {"path": "a.dcm"}, "boxes": [_BOX]}))
    assert drawn.rules == (BoxRule("drawn 1", (Condition("path", "a.dcm"),), (BoxSpec(1, 2, 3, 4),)),)
    assert len(drawn.sha256) == 64


def test_a_keyword_that_no_attribute_has_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"match\.Maker: no attribute"):
        read_boxes(_file(tmp_path, {"match": {"Maker": "x"}, "boxes": [_BOX]}))


def test_what_cannot_be_read_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.json.*cannot be read"):
        read_boxes(tmp_path / "none.json")
    (tmp_path / "bad.json").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"bad\.json.*UTF-8"):
        read_boxes(tmp_path / "bad.json")


def test_boxes_of_a_command_line_are_for_every_file() -> None:
    assert drawn_boxes([]) == ()
    (rule,) = drawn_boxes(["1,2,3,4", "-5,0,0,6@2"])
    assert rule.conditions == ()
    with pytest.raises(UsageError, match="--box: expected"):
        drawn_boxes(["1,2"])
