"""Reasons, counted."""

from bme_med.audit.reasons import reason_group


def test_reasons_are_grouped_without_names_and_places() -> None:
    assert reason_group("an exact duplicate of x at byte 3.jpg") == "an exact duplicate of another file"
    assert reason_group("cut off in APP1 at byte 77") == "cut off in APP1"
