"""What a line is, by what was read."""

import pytest

from bme_med.pixels.detect.sorting import Kind, kind_of
from bme_med.pixels.detect.text import never
from bme_med.pixels.detect.words import Words


@pytest.mark.parametrize(
    ("text", "score", "kind"),
    [
        ("DOE^JANE", 0.95, Kind.TEXT),
        ("12.03.1961", 0.71, Kind.TEXT),
        ("山田", 0.9, Kind.TEXT),
        ("Li", 0.9, Kind.TEXT),
        ("Jill", 0.9, Kind.TEXT),
        ("DOE^JANE", 0.65, Kind.SUSPECT),
        ("DOE^JANE", 0.4, Kind.UNREAD),
        ("7", 0.9, Kind.SUSPECT),
        ("88", 0.85, Kind.SUSPECT),
        ("00020", 0.85, Kind.SUSPECT),
        ("00020", 0.95, Kind.TEXT),
        ("7", 0.7, Kind.UNREAD),
        ("", 0.0, Kind.UNREAD),
        ("R", 0.95, Kind.MARK),
        ("R", 0.5, Kind.UNREAD),
        ("LPH", 0.9, Kind.MARK),
        ("RL", 0.9, Kind.TEXT),
        ("IIIIIII", 0.7, Kind.MARK),
        ("LILILILI", 0.5, Kind.MARK),
    ],
)
def test_a_line_is_sorted_by_what_was_read(text: str, score: float, kind: Kind) -> None:
    assert kind_of(Words(text, score), 20, never) is kind


@pytest.mark.parametrize(
    ("text", "score"), [("R", 0.95), ("7", 0.2), ("seen by Quill", 0.1), ("IIII", 0.9), ("LONG^ANN", 0.3)]
)
def test_an_identifier_of_the_file_is_text_however_it_was_read(text: str, score: float) -> None:
    own = {"R", "7", "Quill", "IIII", "LONG^ANN"}
    assert kind_of(Words(text, score), 20, own.__contains__) is Kind.TEXT
    assert kind_of(Words(text, score), 400, own.__contains__) is Kind.TEXT


def test_what_is_very_tall_is_nothing_unless_it_is_read_very_well() -> None:
    assert kind_of(Words("ab", 0.7), 90, never) is None
    assert kind_of(Words("DOE", 0.95), 90, never) is Kind.TEXT


def test_what_was_read_is_not_shown() -> None:
    assert "Jane" not in repr(Words("Jane", 0.9))
    assert "Jane" not in f"{Words('Jane', 0.9)}"
