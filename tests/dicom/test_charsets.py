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


_EXTENDED = [
    ("\\ISO 2022 IR 87", "山田^太郎 head 山"),
    ("ISO 2022 IR 13\\ISO 2022 IR 87", "ﾔﾏﾀﾞ 山田 x\r\n太"),
    ("\\ISO 2022 IR 13\\ISO 2022 IR 87", "ﾔ山ﾔ"),
    ("\\ISO 2022 IR 149", "김희중 head\\김"),
    ("\\ISO 2022 IR 100", "Jérôme, où\\été"),
    ("\\ISO 2022 IR 87\\ISO 2022 IR 159", "山丂龠 k"),
    ("ISO 2022 IR 100\\ISO 2022 IR 144", "Jé Люк é"),
    ("ISO 2022 IR 87", "山"),
]


@pytest.mark.parametrize(("charset", "text"), _EXTENDED)
def test_code_extensions_are_written_as_pydicom_reads_them(charset: str, text: str) -> None:
    raw = encode(text, charset)
    assert raw is not None
    assert decode(raw, charset) == text
    assert decode_bytes(raw, convert_encodings(charset.split("\\")), set(b"\\\r\n\t\f")) == text


def test_simplified_chinese_is_written_as_the_standards_example() -> None:
    """PS3.5, K.2: Wang XiaoDong and Zhang."""
    raw = bytes.fromhex("1b2429 41 cdf5 d0a1 b6ab".replace(" ", ""))
    assert encode("王小东", "\\ISO 2022 IR 58") == raw
    assert decode(raw, "\\ISO 2022 IR 58") == "王小东"


@pytest.mark.parametrize(
    ("charset", "text"), [("\\ISO 2022 IR 87", "Müller"), ("ISO_IR 13", "山"), ("", "é"), ("ISO_IR 999", "é")]
)
def test_what_no_declared_set_has_is_not_encoded(charset: str, text: str) -> None:
    assert encode(text, charset) is None


def test_an_unknown_set_decodes_ascii_alone() -> None:
    assert decode(b"plain", "ISO_IR 999") == "plain"
    assert decode(b"\xe4", "ISO_IR 999") is None
