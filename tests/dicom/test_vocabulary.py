"""Words that identify no one."""

import pytest

from bme_med.dicom.vocabulary import clean_words, is_standard_meaning, is_word


@pytest.mark.parametrize(
    "text",
    [
        "AX T2 FLAIR 3mm",
        "CHEST W/O CONTRAST",
        "t1_mprage_sag_p2_iso",
        "Abd/Pelvis 5.0 B30f",
        "Left Kidney",
        "no units",
    ],
)
def test_protocol_texts_stay_whole(text: str) -> None:
    assert clean_words(text) == text


@pytest.mark.parametrize(
    "text", ["Quillfeather", "zzyzxqu 4711023", "ID:90210", "0049305550142", "a1b2c3d4e5"]
)
def test_unknown_words_and_long_numbers_go(text: str) -> None:
    assert not set(text.split()) & set(clean_words(text).split())


def test_eponyms_of_coded_concepts_are_no_words() -> None:
    assert is_word("fracture")
    assert not is_word("colles")


def test_a_meaning_is_standard_only_with_its_own_scheme_and_code() -> None:
    assert is_standard_meaning("DCM", "121106", "Comment")
    assert not is_standard_meaning("DCM", "121106", "Comments")
    assert not is_standard_meaning("99X", "121106", "Comment")
