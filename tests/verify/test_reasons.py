"""What an engine cuts with a reason is no finding, what it cuts without one is."""

import pytest

from bme_med.verify.findings import Check
from tests.oracles.planting import small_mr
from tests.verify.sabotage import edited, judged, pair

HIPAA = "hipaa-safe-harbor"

NAMED = {
    "a name in the other kana": ("Yamada^Tarou=山田^太郎=ヤマダ^タロウ", "exam やまだ done"),
    "a name in narrow kana": ("Yamada^Tarou=山田^太郎=ヤマダ^タロウ", "exam ﾔﾏﾀﾞ done"),
    "a name in ideographs, reversed": ("Wang^Xiaodong=王^小东", "exam 小东王 done"),
    "a name with a soft hyphen": ("Quillfeather^Zebedee", "exam Quill\u00adfeather done"),
    "a name with what has no width": ("Quillfeather^Zebedee", "exam Quill\u200bfeather done"),
    "a short name without its ring": ("Ås^Zebedee", "exam as it was"),
    "a name run together": ("van den Zyxberg^Zebedee", "exam vandenzyxberg done"),
}
DATED = ("born 29th of February, 1948", "born 29FEB48", "290248-1234 CPR", "480229")
AGED = ("aged 93", "93-year-old", "age:93", "93 ans", "93 años")


def check_nothing_is_raised(name: str, text: str) -> None:
    ds = small_mr()
    ds.SpecificCharacterSet, ds.PatientName, ds.PatientBirthDate = "ISO_IR 192", name, "19480229"
    ds.WindowCenterWidthExplanation = text
    pair(ds, profile=HIPAA)


@pytest.mark.parametrize("what", NAMED)
def test_a_name_in_another_spelling_is_a_reason(what: str) -> None:
    check_nothing_is_raised(*NAMED[what])


@pytest.mark.parametrize("text", DATED + AGED)
def test_a_date_or_a_high_age_in_words_is_a_reason(text: str) -> None:
    check_nothing_is_raised("Quillfeather^Zebedee", text)


def test_an_identifier_in_a_code_string_is_a_reason() -> None:
    ds = small_mr()
    ds.BodyPartExamined = "QUILLFEATHER"
    pair(ds, profile=HIPAA)


def test_a_short_name_without_its_ring_is_not_looked_for_in_bytes() -> None:
    ds = small_mr()
    ds.SpecificCharacterSet, ds.PatientName = "ISO_IR 192", "Zyxberg^Åse"
    ds.WindowCenterWidthExplanation = "phase"
    _, output = pair(ds)
    assert b"phase" in output


@pytest.mark.parametrize("text", ["120 kV head", "quill", "exam at 93 mm"])
def test_a_text_that_tells_nothing_is_none(text: str) -> None:
    ds = small_mr()
    ds.PatientBirthDate, ds.WindowCenterWidthExplanation = "19480229", text
    source, output = pair(ds, profile=HIPAA)
    cut = edited(output, lambda ds: setattr(ds, "WindowCenterWidthExplanation", text[:3]))
    assert Check.RULE in judged(cut, source, HIPAA)


def test_a_defined_term_tells_of_nobody_who_is_called_so() -> None:
    ds = small_mr()
    ds.PatientName, ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "Hu^Wei", "0", "1", "HU"
    source, output = pair(ds, profile=HIPAA)
    said = edited(output, lambda ds: setattr(ds, "RescaleType", "of HU"))
    assert Check.IDENTIFIER in judged(said, source, HIPAA)
