"""Character sets against pydicom's decoder."""

import pytest
from pydicom.charset import convert_encodings, decode_bytes, encode_string

from bme_med.dicom.charsets import decode, encode

_NAMES = [
    ("ISO_IR 100", "Jörg Müller"),
    ("ISO_IR 101", "Wałęsa"),
    ("ISO_IR 144", "Люкceмбypг"),
    ("ISO_IR 126", "Διονυσιος"),
    ("ISO_IR 138", "שרון"),
    ("ISO_IR 127", "قباني"),
    ("ISO_IR 166", "นามสกุล"),
    ("ISO_IR 192", "王小東 ヤマダ"),
    ("GB18030", "王小东"),
    ("ISO_IR 13", "ﾔﾏﾀﾞ"),
    ("\\ISO 2022 IR 87", "山田^太郎"),
    ("\\ISO 2022 IR 149", "김희중"),
    ("\\ISO 2022 IR 100", "Buc^Jérôme"),
]


@pytest.mark.parametrize(("charset", "text"), _NAMES)
def test_text_decodes_as_pydicom_decodes_it(charset: str, text: str) -> None:
    encodings = convert_encodings(charset.split("\\"))
    raw = encode_string(text, encodings)
    assert decode_bytes(raw, encodings, set()) == text
    assert decode(raw, charset) == text


@pytest.mark.parametrize(("charset", "text"), [pair for pair in _NAMES if "\\" not in pair[0]])
def test_what_is_encoded_comes_back(charset: str, text: str) -> None:
    raw = encode(text, charset)
    assert raw is not None
    assert decode(raw, charset) == text


def test_text_that_would_need_code_extensions_is_not_encoded() -> None:
    assert encode("山田", "\\ISO 2022 IR 87") is None
    assert encode("plain", "\\ISO 2022 IR 87") == b"plain"


def test_an_unknown_set_decodes_ascii_alone() -> None:
    assert decode(b"plain", "ISO_IR 999") == "plain"
    assert decode(b"\xe4", "ISO_IR 999") is None
