"""Identifiers that stand in one value with others, or with prefixes, suffixes and who gave them."""

import pytest

from bme_med.dicom.identifiers import Identifiers, Kind, Mention
from bme_med.dicom.texts import Texts
from tests.dicom.making import profile


def left(text: str, kind: Kind, value: str) -> str:
    texts = Texts(profile(), Identifiers([Mention(kind, "ISO_IR 192", value.encode())]))
    return (texts.search(text.encode(), "ISO_IR 192") or b"").decode()


CX = "ZQ90210^^^ZYXHOSP&1.2.3&ISO"
"""An ID as HL7 writes it, with the authority that assigned it."""


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        *((CX, typed) for typed in ("ZQ90210", "zq 90210", "ZQ-0090210", "ZYXHOSP", "Zyxhosp")),
        ("ZQ1^^^A~AB4711^^^ZYXHOSP^MR^QUILLCLINIC", "AB4711"),
        ("ZQ1^^^A~AB4711^^^ZYXHOSP^MR^QUILLCLINIC", "quillclinic"),
        ("ORD771^EPIC", "ORD771"),
        ("1.2.276.0.99^DOC771", "doc 771"),
        *((value, "ZQ90210") for value in ("ZQ90210_2", "HOSP-ZQ90210", "ZQ90210/KH", "ZQ90210 (old)")),
        ("MRN: ZQ90210 (Zyxhosp)", "ZQ90210"),
        *(("ZQ90210, AB-123; AB12345", typed) for typed in ("ZQ90210", "AB123", "AB12345")),
        ("ZQ90210\\AB12345", "AB12345"),
        ("MRN: 4711-023 (old)", "4711-023"),
        ("KH01-84711", "84711"),
        ("84711_2", "84711"),
        ("84711, 84712", "0084712"),
    ],
)
def test_a_part_of_an_id_is_found_without_the_rest(value: str, typed: str) -> None:
    assert left(f"see {typed} ok", Kind.ID, value) == "see ok"


HARMLESS = (
    "AX T2 FLAIR 3mm",
    "t1_mprage_sag_p2_iso",
    "Abd/Pelvis 5.0 B30f",
    "MR HOSP ISO KH 01",
    "b1000 512x512",
)


@pytest.mark.parametrize("text", HARMLESS)
@pytest.mark.parametrize(
    "value",
    [
        *(CX, "ZQ90210_2", "HOSP-ZQ90210", "MR-ZQ90210", "KH01-84711", "ZQ90210, AX 3mm, T2"),
        *("HEAD^^^MAIN&1.2.3&ISO^MR", "t1 b1000 512x512 (120kV)", "A/B 5.0"),
    ],
)
def test_parts_of_an_id_that_are_words_and_measures_are_not_looked_for(value: str, text: str) -> None:
    assert left(text, Kind.ID, value) == text


@pytest.mark.parametrize(
    "text", ["TR 10000 ms", "10000Hz", "0.10000 and 10000.5", "1.2.840.10008.1.2.1", "x110000"]
)
def test_five_digits_of_an_id_cut_no_measure_and_no_part_of_a_longer_number(text: str) -> None:
    for value in ("KH01-10000", "ZQ90^^^A&1.2.840.10008.1.2&ISO"):
        assert left(text, Kind.ID, value) == text


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        *(("tel:+49-151-2345678; tel:+49-30-5551239", typed) for typed in ("0151 2345678", "030 5551239")),
        *(("tel:+491512345678 tel:+49305551239", typed) for typed in ("01512345678", "5551239")),
        *(("0151 2345678\n030 5551239", typed) for typed in ("2345678", "030/5551239")),
        *(("2345678/5551239", typed) for typed in ("2345678", "5551239")),
        *(("2345678|5551239, 4711023", typed) for typed in ("2345678", "5551239", "4711 023")),
        *(("+49 6131/5551239/40", typed) for typed in ("06131 5551239", "5551239")),
        *(("0316/385-12345", typed) for typed in ("0316/385-12345", "385-12345", "+43 316 38512345")),
        *(("0305551239 ext 4021", typed) for typed in ("5551239", "5551239 x4021", "Durchwahl 4021")),
        *(("+49 (0)30 5551239 Durchwahl 40213", typed) for typed in ("030 555 1239", "40213")),
        *(("0305551239x4021", typed) for typed in ("030 5551239", "App. 4021", "5551239 ext. 4021")),
        ("030 5551239 Kl. 12", "030 5551239"),
    ],
)
def test_each_telephone_number_of_a_value_is_found_and_its_extension(value: str, typed: str) -> None:
    assert left(f"call {typed} ok", Kind.PHONE, value) == "call ok"


@pytest.mark.parametrize("text", [*HARMLESS, "KL 3", "matrix 1024 x 1024", "mobile phone, app 3", "mailto"])
@pytest.mark.parametrize(
    "value",
    ["030 5551239 Kl. 3", "030 5551239 x1024", "mobile phone: 030 5551239 App 3", "mailto:ab@quill.test"],
)
def test_short_extensions_and_what_a_number_is_called_are_not_looked_for(value: str, text: str) -> None:
    assert left(text, Kind.PHONE, value) == text


@pytest.mark.parametrize("kind", [Kind.PHONE, Kind.PLACE])
@pytest.mark.parametrize(
    "value",
    [
        *("mailto:o.quill@nib.test", "O.Quill@nib.test", "tel:+49-30-5551239;mailto:o.quill@nib.test"),
        *("12 Inkwell Lane, o.quill@nib.test", "x.y@pen.test o.quill@nib.test"),
    ],
)
@pytest.mark.parametrize("typed", ["o.quill@nib.test", "O.QUILL@NIB.TEST", "o quill", "o.quill@other.test"])
def test_an_email_address_is_found_beside_telephones_and_places(kind: Kind, value: str, typed: str) -> None:
    found = left(f"reach {typed} now", kind, value)
    assert found == ("reach @other.test now" if "other" in typed else "reach now")


def test_of_an_email_address_no_short_name_and_no_word_is_looked_for_alone() -> None:
    for value in ("zq.f@nib.test", "radiology@nib.test", "head.coil@nib.test"):
        text = "zq f radiology head coil test"
        assert left(text, Kind.PHONE, value) == text
        assert left(f"at {value}", Kind.PHONE, value) == "at"
