import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bme_med.audit import ActionTexts, AuditNames, NameStyle
from bme_med.core import Action, Code, Pseudonyms

actions = st.lists(
    st.builds(Action, where=st.text(max_size=9), code=st.sampled_from(Code), rule=st.text(max_size=9)),
    max_size=20,
)


@given(series=st.lists(actions, max_size=6))
def test_actions_are_json_with_all_but_what_was_kept(series: list[list[Action]]) -> None:
    texts = ActionTexts()
    for each in [*series, *series]:
        expected = [{"where": a.where, "code": a.code, "rule": a.rule} for a in each if a.code != "K"]
        assert json.loads(texts.join(each)) == expected


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ActionTexts, "_LIMIT", 10)
    texts = ActionTexts()
    for number in range(100):
        assert json.loads(texts.join([Action(f"{number}", Code.X, "r")]))[0]["where"] == f"{number}"
    assert max(len(texts._by_value), len(texts._by_identity)) <= 11


def test_pseudonyms_are_keyed_and_say_nothing() -> None:
    names = [AuditNames(NameStyle.PSEUDONYM, Pseudonyms(bytes([n] * 32))) for n in (1, 2)]
    assert len({each.file("Quillfeather.dcm") for each in names}) == 2
    assert len({each.digest("ab" * 32) for each in names} | {"ab" * 32}) == 3
    assert names[0].digest("") == ""


def test_kept_names_and_digests_are_as_they_are() -> None:
    names = AuditNames(NameStyle.KEEP, Pseudonyms(bytes(32)))
    assert (names.file("a/b"), names.digest("12")) == ("a/b", "12")
