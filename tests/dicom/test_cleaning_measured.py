"""What the vocabulary bench measures does not get worse."""

import pytest

from tests.bench.vocabulary import Measured, measure, planted, protocols

_IS_A_WORD = "person, a family name that is a word"
"""Such a name stays by design where it stands alone."""


@pytest.fixture(scope="module")
def measured() -> Measured:
    return measure(protocols(), planted()[::13])


def test_words_of_protocols_stay(measured: Measured) -> None:
    for count in measured.kept.values():
        assert count.good / count.total >= 0.99


def test_no_identifier_that_the_instance_gives_stays_in_a_text(measured: Measured) -> None:
    for how in ("kept, searched", "cleaned and harvested"):
        counts = [
            count for (kind, way), count in measured.removed.items() if way == how and kind != _IS_A_WORD
        ]
        assert counts
        assert all(count.good == count.total for count in counts)


def test_identifiers_that_no_attribute_gives_go_by_form_or_by_the_vocabulary(measured: Measured) -> None:
    for (kind, how), count in measured.removed.items():
        if how == "cleaned, word by word" and kind != _IS_A_WORD:
            assert count.good / count.total >= (0.98 if kind == "person" else 1)
        if how == "cleaned, by form" and not kind.startswith("person"):
            assert count.good == count.total


def test_most_words_of_protocols_that_nobody_tuned_for_stay() -> None:
    count = measure(protocols(held_out=True), []).kept["texts alone"]
    assert count.good / count.total >= 0.94
