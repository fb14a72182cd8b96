import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bme_med.core import Subjects, UnsupportedFileError
from bme_med.core.subjects import is_subject

KNEE = ("patient", "SITE", "4711023")


@given(st.text(max_size=70))
def test_a_subject_is_legal_in_values_and_in_names_of_files_everywhere(name: str) -> None:
    if is_subject(name):
        assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name)
        assert name[0].isalnum()
        assert name[-1].isalnum()


@pytest.mark.parametrize(
    "name",
    ["", "a b", "a/b", "a\\b", "a^b", "a=b", "-a", "a.", ".a", "_a", "a*", "nul", "COM1.x", "Jörg", "x" * 65],
)
def test_what_some_system_would_not_take_is_no_subject(name: str) -> None:
    assert not is_subject(name)


def test_a_patient_who_is_not_named_is_refused_or_stays_who_it_is() -> None:
    assert Subjects().person(KNEE) == KNEE
    with pytest.raises(UnsupportedFileError, match=r"add a line .* subjects\.unlisted") as refused:
        Subjects(refuses=True).person(KNEE)
    assert "4711023" not in str(refused.value)


def test_a_patient_with_two_answers_is_refused_whatever_the_profile_says() -> None:
    for refuses in (False, True):
        with pytest.raises(UnsupportedFileError, match=r"issuer\|id"):
            Subjects({KNEE: "K-1"}, frozenset([KNEE]), refuses).person(KNEE)
