"""What goes from a cleaned text by its form alone, whatever the vocabulary knows."""

from pathlib import Path

import pytest

from bme_med.dicom.identifiers import Identifiers
from bme_med.dicom.texts import Texts
from tests.dicom.making import profile

_PATTERNS = Texts(profile("[dicom]\ndescriptors = 'patterns'"), Identifiers(()))

_ROWS = [
    row.split("\t")
    for row in Path(__file__).with_name("notations.tsv").read_text(encoding="utf-8").splitlines()
    if not row.startswith("#")
]


@pytest.mark.parametrize("text", [text for kind, text in _ROWS if kind != "harmless"])
def test_what_has_the_form_of_an_identifier_goes(text: str) -> None:
    left = _PATTERNS.clean(f"XR chest, {text}, ap".encode(), "ISO_IR 192")
    assert left == b"XR chest, ap"


@pytest.mark.parametrize("text", [text for kind, text in _ROWS if kind == "harmless"])
def test_measures_and_protocol_words_have_no_such_form(text: str) -> None:
    assert _PATTERNS.clean(text.encode(), "") == text.encode()


def test_without_the_vocabulary_words_stay() -> None:
    assert _PATTERNS.clean(b"zzyzxqu head", "") == b"zzyzxqu head"
