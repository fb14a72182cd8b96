"""Keyed names."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bme_med.core import Pseudonyms

_KEY = bytes(range(32))


@given(st.text())
def test_a_new_uid_is_a_version_8_uuid_below_2_25(original: str) -> None:
    new = Pseudonyms(_KEY).uid(original)
    number = int(new.removeprefix("2.25."))
    made = uuid.UUID(int=number)
    assert new == f"2.25.{number}"
    assert len(new) <= 64
    assert made.version == 8
    assert made.variant == uuid.RFC_4122


@given(st.text(), st.text())
def test_the_same_key_gives_the_same_names_and_another_key_gives_others(one: str, two: str) -> None:
    names, again, other = Pseudonyms(_KEY), Pseudonyms(_KEY), Pseudonyms(bytes(32))
    assert names.uid(one) == again.uid(one) != other.uid(one)
    assert names.subject(one) == again.subject(one) != other.subject(one)
    assert (names.uid(one) == names.uid(two)) == (one == two)


def test_parts_cannot_slide_into_each_other() -> None:
    names = Pseudonyms(_KEY)
    assert names.subject("ab", "c") != names.subject("a", "bc") != names.subject("abc")


def test_labels_keep_the_kinds_of_name_apart() -> None:
    names = Pseudonyms(_KEY)
    assert names.digest("uid", "x") != names.digest("subject", "x")


@given(st.text())
def test_dates_move_one_day_to_ten_years_into_the_past(patient: str) -> None:
    assert -3650 <= Pseudonyms(_KEY).shift_days(patient) <= -1


def test_a_key_of_another_length_is_an_error() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Pseudonyms(b"short")


def test_names_that_are_no_unicode_still_get_pseudonyms() -> None:
    assert Pseudonyms(_KEY).hex_name("file", b"\xff.jpg".decode("utf-8", "surrogateescape"))
