"""Words and code meanings that identify no one."""

import pytest

from bme_med.core.resources import read_resource
from bme_med.dicom.vocabulary import (
    Vocabulary,
    companions,
    is_standard_code,
    is_standard_word,
    is_word,
    vocabulary,
)


def test_eponyms_of_coded_concepts_and_breeds_are_no_words() -> None:
    assert is_word("fracture")
    for name in ("colles", "walker", "browning", "victoria", "bauer"):
        assert not is_word(name)


@pytest.mark.parametrize("word", ["Schädel", "SCHAEDEL", "schadel", "Hüfte", "rodilla"])
def test_words_are_known_in_any_case_with_umlauts_or_without(word: str) -> None:
    assert Vocabulary().knows(word.lower()) or is_word(word)


def test_a_word_that_is_a_name_as_well_is_a_word() -> None:
    assert companions()
    assert all(is_word(word) for word in companions())


@pytest.mark.parametrize(
    ("scheme", "code", "meaning"),
    [
        ("DCM", "121106", "Comment"),
        ("DCM", "121106", "COMMENT "),
        ("SCT", "10200004", "Liver"),
        ("SRT", "T-62000", "Liver"),
        ("SNM3", "T-62000", "Liver"),
        ("99SDM", "T-62000", "Liver"),
        ("UCUM", "mm", "mm"),
    ],
)
def test_a_meaning_is_standard_with_its_own_scheme_and_code_retired_ones_too(
    scheme: str, code: str, meaning: str
) -> None:
    assert Vocabulary().is_meaning(scheme, code, meaning)
    assert not Vocabulary().is_meaning(scheme, code, f"{meaning} of Quillfeather")
    assert not Vocabulary().is_meaning("99X", code, meaning)
    assert not Vocabulary().is_meaning(scheme, "4711023", meaning)


def test_a_code_is_standard_whatever_is_said_of_it() -> None:
    assert is_standard_code("SNM3", "T-62000")
    assert not is_standard_code("99X", "T-62000")


def test_a_site_adds_words_and_codes() -> None:
    site = vocabulary(("Knieprotokoll  Ünïque", "99SITE\tK-1\tKnee, the long way"))
    assert site.knows("knieprotokoll")
    assert site.knows("unique")
    assert site.is_meaning("99site", "k-1", "Knee,  the LONG way")
    assert not site.is_meaning("99SITE", "K-2", "Knee, the long way")
    assert not site.knows("way")
    assert not vocabulary().knows("knieprotokoll")


def test_no_word_that_was_taken_out_as_a_name_came_back_with_the_protocol_words() -> None:
    rows = read_resource("name_words.txt").splitlines()
    names = [name for row in rows if row.startswith("-") for name in row[1:].split()]
    assert names
    assert not [name for name in names if is_word(name)]


def test_words_of_protocols_alone_do_not_keep_an_institution_of_that_name() -> None:
    assert is_word("skyline")
    assert not is_standard_word("skyline")
