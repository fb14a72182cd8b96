"""Harvested identifiers, in the forms that people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bme_med.dicom.identifiers import Mention, identifiers_in

_NAME: Mention = ("PN", "", b"Quillfeather^Oriana^Maria^Dr")


def _left(text: str, *mentions: Mention, charset: str = "") -> str | None:
    raw = identifiers_in(mentions or (_NAME,)).search(text.encode("latin-1"), charset)
    return raw if raw is None else raw.decode("latin-1")


@pytest.mark.parametrize(
    "text",
    [
        "QUILLFEATHER",
        "oriana quillfeather",
        "Quillfeather, Oriana",
        "QuillfeatherOriana",
        "Quillfeather_Oriana_Maria",
        "Quillfeather^Oriana",
    ],
)
def test_a_name_is_found_in_any_order_case_and_separation(text: str) -> None:
    assert _left(text) is None
    assert _left(f"coil {text} 8ch") == "coil 8ch"


def test_titles_are_no_names() -> None:
    assert _left("Dr") == "Dr"


def test_common_words_are_cut_only_as_part_of_the_whole_name() -> None:
    name: Mention = ("PN", "", b"Hand^Long")
    assert _left("long hand coil", name) == "coil"
    assert _left("Long bone of the hand", name) == "Long bone of the hand"


def test_short_tokens_match_whole_words_only() -> None:
    name: Mention = ("PN", "", b"Ng^Xu")
    assert _left("scan of Ng, 3T", name) == "scan of , 3T"
    assert _left("Longitudinal", name) == "Longitudinal"


@pytest.mark.parametrize(
    "text",
    [
        *("20240309", "2024-03-09", "2024/3/9", "09.03.2024", "9.3.24", "03/09/2024", "09032024"),
        *("9 March 2024", "Mar 9th, 2024"),
    ],
)
def test_a_date_is_found_in_the_notations_that_people_type(text: str) -> None:
    assert _left(f"seen {text} ok", ("DA", "", b"20240309")) == "seen ok"


def test_numbers_that_only_look_like_the_date_stay() -> None:
    assert _left("v9.3.241 2024-03-19", ("DA", "", b"20240309")) == "v9.3.241 2024-03-19"


def test_names_are_found_without_their_diacritics() -> None:
    mention: Mention = ("PN", "ISO_IR 100", "Vandersloot-Müller^Jörg".encode("latin-1"))
    for text in ("Joerg", "Jorg", "JÖRG", "Mueller", "Muller"):
        assert _left(f"x {text} y", mention, charset="ISO_IR 100") == "x y"


def test_a_uid_in_a_text_goes_unless_the_standard_registers_it() -> None:
    assert _left("see 1.2.826.0.1.3680043.9 or 1.2.840.10008.1.2.1") == "see or 1.2.840.10008.1.2.1"
    assert _left("version 5.7.1.2") == "version 5.7.1.2"


def test_text_that_does_not_decode_is_not_kept() -> None:
    assert identifiers_in((_NAME,)).search(b"\xff\xfe", "ISO_IR 192") is None


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_searching_twice_finds_nothing_more(text: str) -> None:
    once = identifiers_in((_NAME,)).search(text.encode(), "")
    if once is not None:
        assert identifiers_in((_NAME,)).search(once, "") == once


@given(
    st.binary(max_size=80), st.sampled_from(["", "ISO_IR 100", "ISO_IR 192", "ISO 2022 IR 87", "nonsense"])
)
def test_any_bytes_can_be_searched(raw: bytes, charset: str) -> None:
    identifiers_in((("PN", charset, raw), ("DA", charset, raw), ("LO", charset, raw))).search(raw, charset)


def test_repertoires_keep_codes_and_numbers_and_reject_text_in_their_place() -> None:
    search = identifiers_in((_NAME,))
    assert search.coded("CS", b"ORIGINAL\\PRIMARY") == b"ORIGINAL\\PRIMARY"
    assert search.coded("CS", b"Oriana head ") == b"head"
    assert search.coded("DS", b"-1.5E-3\\2 ") == b"-1.5E-3\\2 "
    assert search.coded("DS", b"Oriana") is None
    assert search.coded("AS", b"042Y") == b"042Y"
    assert search.coded("TM", b"noon") is None
