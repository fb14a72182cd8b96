"""One action a private block in the audit; each attribute in `inspect`."""

import json
from pathlib import Path

import pytest

from bme_med.audit.blocks import attributes_in, by_block
from bme_med.audit.kinds import count_kinds
from bme_med.core import Action, Code
from tests.cli.calling import call
from tests.dicom.making import encoded, mr_instance
from tests.run.making import records, run

_RULE = "PS3.15 Table E.1-1: private attribute, X"


def _removed(*places: str) -> list[Action]:
    return [Action(place, Code.X, _RULE) for place in places]


def _wheres(actions: list[Action]) -> list[str]:
    return [action.where for action in actions]


def test_creator_and_attributes_of_a_block_are_one_action_where_the_first_stood() -> None:
    name = Action("(0010,0010) PatientName", Code.D, "profile")
    actions = [name, *_removed("(0019,0010)", "(0019,0011)", "(0019,1008)", "(0019,1108)", "(0019,10FF)")]
    assert _wheres(by_block([*actions, name])) == [
        "(0010,0010) PatientName",
        "(0019,10xx), 3 attributes",
        "(0019,11xx), 2 attributes",
        "(0010,0010) PatientName",
    ]


def test_blocks_of_other_items_groups_and_rules_stay_apart() -> None:
    actions = _removed(
        "(0019,1008)", "(0040,0275)[0].(0019,1008)", "(0040,0275)[1].(0019,1008)", "(001B,1008)"
    )
    actions.append(Action("(0019,1009)", Code.X, "another rule"))
    assert len(by_block(actions)) == 5
    assert by_block(actions)[1].where == "(0040,0275)[0].(0019,10xx), 1 attribute"


def test_what_is_kept_cleaned_or_no_private_attribute_is_left_alone() -> None:
    actions = [
        Action("(0019,1008)", Code.K, "r"),
        Action("(0019,1009)", Code.C, "r"),
        Action("(0018,1000) DeviceSerialNumber", Code.X, "r"),
        Action("(0019,1010)[0].(0008,0080) InstitutionName", Code.X, "r"),
        Action("3/eXIf", Code.X, "r"),
    ]
    assert by_block(actions) == actions


def test_counts_are_those_of_single_actions() -> None:
    actions = _removed("(0019,0010)", "(0019,1008)", "(0019,1009)", "(0021,1001)", "(0010,1010) PatientAge")
    single = count_kinds((action.where, action.code.value) for action in actions)
    assert count_kinds((action.where, action.code.value) for action in by_block(actions)) == single
    assert single["private attributes", "X"] == 4
    assert [attributes_in(action.where) for action in by_block(actions)] == [3, 1, 1]


def test_the_audit_has_a_block_and_inspect_each_attribute(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ds = mr_instance()
    block = ds.private_block(0x0019, "QUILLFEATHER", create=True)
    for number in range(40):
        block.add_new(number, "LO", "x")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1").write_bytes(encoded(ds))
    summary = run(tmp_path / "in", tmp_path / "out")
    actions = records(tmp_path / "out.audit.jsonl")[0]["actions"]
    private = [action for action in actions if action["where"].startswith("(0019")]
    assert private == [{"where": "(0019,10xx), 41 attributes", "code": "X", "rule": _RULE}]
    assert summary.kinds_by_code()["private attributes"] == {"X": 41}
    assert "QUILLFEATHER" not in (tmp_path / "out.audit.jsonl").read_text()
    shown = json.loads(call(capsys, "inspect", tmp_path / "in" / "1", "--json").out)
    rows = [row for row in shown["rows"] if row["where"].startswith("(0019")]
    assert len(rows) == 41
    assert {row["code"] for row in rows} == {"X"}
