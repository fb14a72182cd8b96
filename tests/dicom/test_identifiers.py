"""Harvested identifiers, in the forms that people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.charset import convert_encodings, encode_string

from bme_med.dicom.charsets import encode
from bme_med.dicom.identifiers import Identifiers, Kind, Mention, identifiers_in
from bme_med.dicom.texts import Texts
from tests.dicom.making import profile

_NAME = Mention(Kind.PERSON, "", b"Quillfeather^Oriana^Maria^Dr")


def _texts(*mentions: Mention) -> Texts:
    return Texts(profile(), Identifiers(mentions))


def _left(text: str, *mentions: Mention, charset: str = "ISO_IR 192") -> str | None:
    raw = _texts(*(mentions or (_NAME,))).search(text.encode(), charset)
    return raw if raw is None else raw.decode()


def _person(name: str) -> Mention:
    return Mention(Kind.PERSON, "ISO_IR 192", name.encode())


def _id(value: str) -> Mention:
    return Mention(Kind.ID, "", value.encode())


@pytest.mark.parametrize(
    "text",
    [
        *("QUILLFEATHER", "oriana quillfeather", "Quillfeather, Oriana", "QuillfeatherOriana"),
        *("Quillfeather_Oriana_Maria", "Quillfeather^Oriana", "O. Quillfeather", "O.M. Quillfeather"),
        *("Quillfeather, O.", "Quillfeather O M", "OQuillfeather", "quillfeathero"),
        *("Ｑｕｉｌｌｆｅａｔｈｅｒ", "Quillfeather's", "Maria Quillfeather", "oriana.quillfeather"),
    ],
)
def test_a_name_is_found_in_any_order_case_width_and_separation(text: str) -> None:
    assert _left(text) is None
    assert _left(f"coil {text} 8ch") == "coil 8ch"


@pytest.mark.parametrize(
    "text", ["AnnMarie", "Ann Marie", "Ann-Marie", "ann_marie", "ANNMARIE", "A.-M. Quillfeather"]
)
def test_a_double_given_name_leaves_none_of_its_halves(text: str) -> None:
    for name in ("Quillfeather^Ann-Marie", "Quillfeather^Ann Marie", "Quillfeather^Ann^Marie"):
        assert _left(f"{text} head", _person(name)) == "head"


def test_titles_and_particles_are_no_names() -> None:
    assert _left("Dr") == "Dr"
    van = _person("van der Quillfeather^Jan-Peter^^^Jr")
    assert _left("der Kopf van 3T", van) == "der Kopf van 3T"
    assert _left("MR van der Quillfeather, Jan-Peter", van) == "MR"


def test_common_words_are_cut_only_as_part_of_the_whole_name() -> None:
    name = _person("Hand^Long")
    assert _left("long hand coil", name) == "coil"
    assert _left("Long bone of the hand", name) == "Long bone of the hand"
    assert _left("L HAND", name) == "L HAND"


def test_a_name_inside_a_longer_word_of_the_vocabulary_is_no_name() -> None:
    assert _left("RETINA Tina", _person("Zephyr^Tina")) == "RETINA"


def test_short_tokens_match_whole_words_only() -> None:
    name = _person("Ng^Xu")
    assert _left("scan of Ng, 3T", name) == "scan of, 3T"
    assert _left("Longitudinal", name) == "Longitudinal"


def test_initials_beside_a_short_name_are_whole_words_too() -> None:
    assert _left("head for W. Ng, 3T", _person("Ng^Wai Kit")) == "head for, 3T"
    assert _left("strong wings", _person("Ng^Wai Kit")) == "strong wings"
    assert _left("ps315-basic", _person("S-PUXMWT2YCRSG")) == "ps315-basic"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("Li^Wei", text) for text in ("LIWEI", "WeiLi", "LIWEI2")),
        *((("Kim^Soo", "KIMSOO")), ("Wu^Xi", "xiwu"), ("Fox^Roy", "FOXROY_")),
        ("Long^Ann", "LONGANN"),
    ],
)
def test_a_short_name_is_found_written_as_one_word(name: str, text: str) -> None:
    assert str(_left(f"head {text} 3T", _person(name))).startswith("head")
    assert "".join(filter(str.isalpha, str(_left(f"head {text} 3T", _person(name))))) == "headT"


def test_a_short_name_that_makes_a_word_cuts_no_word() -> None:
    assert _left("LIVER", _person("Li^Ver")) == "LIVER"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("FEATHERSTONEHAUG", None),
        ("MAX FEATHERSTONE", "MAX"),
        ("3T\\FEATHERSTONEHAUG", "3T\\"),
        ("SE1 FEATHERSTONE", "SE1"),
        ("FEATHERSTONE SE1", "FEATHERSTONE SE1"),
        ("HEAD FEATHERSTON", "HEAD"),
        ("a coil of feathers", "a coil of feathers"),
    ],
)
def test_a_name_that_the_length_of_its_vr_cut_off_is_found(text: str, left: str | None) -> None:
    assert _left(text, _person("Featherstonehaugh^Max")) == left


def test_a_name_with_a_number_is_found_without_it() -> None:
    assert _left("head of SMITHSON", _person("Smithson2^Annabel")) == "head of"


@pytest.mark.parametrize(
    ("encoding", "name", "text"),
    [
        ("utf-8", "Peña^José", "PENA JOSE"),
        ("utf-8", "Müller^Jörg", "MUELLER"),
        ("utf-8", "Łukaszewicz^Ann", "LUKASZEWICZ"),
        ("cp1251", "Иванова^Мария", "IVANOVA"),
        ("cp1253", "Παπαδόπουλος^Νίκος", "PAPADOPOULOS"),
    ],
)
@pytest.mark.parametrize("declared", ["", "ISO_IR 100", "ISO_IR 101", "UTF-8"])
def test_a_name_is_found_although_the_dataset_declares_another_character_set(
    encoding: str, name: str, text: str, declared: str
) -> None:
    mention = Mention(Kind.PERSON, declared, name.encode(encoding))
    assert _left(f"head of {text}", mention) == "head of"


@given(name=st.text("иыйъьeè ^", min_size=1, max_size=6), text=st.text("iyj ab", max_size=6))
def test_letters_that_latin_spelling_may_leave_out_are_no_match_of_nothing(name: str, text: str) -> None:
    _left(text, _person(name), Mention(Kind.PERSON, "", name.encode("cp1251", "ignore")))


@pytest.mark.parametrize(
    "text",
    [
        *("20240309", "2024-03-09", "2024/3/9", "09.03.2024", "9.3.24", "03/09/2024", "09032024", "240309"),
        *("9 March 2024", "Mar 9th, 2024", "09-MAR-24", "9MAR2024", "2024 Mar 9", "9. März 2024"),
        *("9 mars 2024", "9 de marzo de 2024", "9 marzo 2024", "9 maart 2024"),
        *("2024年3月9日", "令和6年3月9日", "R6.3.9", "2024년 3월 9일", "9/3/2567", "113/03/09"),
        *("٢٠٢٤/٣/٩", "2024_03_09", "March 2024", "03-09-2024"),
    ],
)
def test_a_date_is_found_in_the_notations_that_people_type(text: str) -> None:
    assert _left(f"seen {text} ok", Mention(Kind.DATE, "", b"20240309")) == "seen ok"


def test_a_date_in_another_calendar_is_harvested_too() -> None:
    mention = Mention(Kind.DATE, "ISO_IR 192", "昭和36年3月4日".encode())
    assert _left("born 1961-03-04 ok", mention) == "born ok"


def test_a_date_in_a_row_of_numbers_with_points_is_found() -> None:
    left = _left("MR.0002.0003.2024.03.09.10.15.30.IMA", Mention(Kind.DATE, "", b"20240309"))
    assert left == "MR.0002.0003.10.15.30.IMA"


def test_numbers_that_only_look_like_the_date_stay() -> None:
    kept = "v9.3.241 2024-03-19 9 mm 24 slices"
    assert _left(kept, Mention(Kind.DATE, "", b"20240309")) == kept


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *(("ZQ-90210", text) for text in ("zq90210", "ZQ 90210", "ZQ_90210")),
        *(("0004711023", text) for text in ("4711023", "4711 023", "47-11-023", "0004711023")),
        *(("48213", text) for text in ("48213", "0000048213", "0048213")),
        *(("ZQ-90210", text) for text in ("ZQ0090210", "zq 090210")),
        *(("H1234", text) for text in ("H01234", "h-0001234")),
        ("0048213", "48213"),
        ("4711023", "0004711023"),
        ("A1B", "A1B"),
    ],
)
def test_an_id_is_found_however_it_is_parted(value: str, text: str) -> None:
    assert _left(f"see {text} ok", _id(value)) == "see ok"


def test_ids_that_are_words_or_single_digits_cut_nothing() -> None:
    for value in ("CT", "1", "HEAD", "Nodule 1"):
        assert _left("CT HEAD 1 Nodule 1", _id(value)) == "CT HEAD 1 Nodule 1"


@pytest.mark.parametrize(
    "text", ["+49 30 5550142", "030/5550142", "(030) 555 01 42", "5550142", "00493055 50142"]
)
def test_a_phone_number_is_found_with_and_without_its_prefixes(text: str) -> None:
    assert _left(f"call {text} ok", Mention(Kind.PHONE, "", b"+49-30-5550142")) == "call ok"


def test_of_a_place_its_pieces_and_its_own_words_are_found() -> None:
    place = Mention(Kind.PLACE, "", b"Quillfeather Memorial Hospital, 12 Inkwell Lane, Featherton 98765")
    for text in ("Featherton", "Quillfeather Memorial Hospital", "12 Inkwell Lane", "98765", "inkwell"):
        assert _left(f"MR {text} 3T", place) == "MR 3T"
    assert _left("Hospital bed", place) == "Hospital bed"


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        (
            "Vandersloot-Müller^Jörg",
            ("Joerg", "Jorg", "JÖRG", "Mueller", "Muller", "J. Müller", "Vandersloot Mueller"),
        ),
        ("Muellerin^Soeren", ("Müllerin", "Mullerin", "Sören", "Søren")),
        ("Перолётов^Зосима", ("Перолетов", "ПЕРОЛЁТОВ", "Peroletov", "Perolyotov", "Peroljotow", "Zosima")),
        ("Φτερόπουλος^Ζωή", ("ΦΤΕΡΟΠΟΥΛΟΣ", "Fteropoulos", "Phteropoulos")),
        (
            "Hanefude^Orio=羽根^筆織=はね^ふでおり",
            ("羽根筆織", "羽根 筆織", "ハネ", "ﾊﾈ", "フデオリ", "HANEFUDE"),
        ),
        ("Gitpen^Zosim=깃펜^조심", ("깃펜조심", "깃펜", "조심 깃펜")),
        ("Ngoc^Lông Vũ", ("Lông Vũ", "LONGVU", "Long Vu")),
    ],
)
def test_names_are_found_without_diacritics_in_every_script_and_in_latin_letters(
    name: str, texts: tuple[str, ...]
) -> None:
    for text in texts:
        assert _left(f"x {text} y", _person(name)) == "x y"


@pytest.mark.parametrize(
    ("charset", "name", "text"),
    [
        ("ISO_IR 100", "Federkiel^Jürgen", "JÜRGEN Federkiel"),
        ("ISO_IR 101", "Pióro^Gęsie", "Pióro Gęsie"),
        ("ISO_IR 109", "Plumĵo^Ĉeno", "Plumĵo"),
        ("ISO_IR 110", "Sulģis^Ņemo", "Sulģis"),
        ("ISO_IR 126", "Φτερόπουλος^Ζωή", "Φτερόπουλος"),
        ("ISO_IR 127", "ريشة^قلم", "ريشة"),
        ("ISO_IR 138", "נוצה^עט", "נוצה"),
        ("ISO_IR 144", "Перолётов^Зосима", "Перолётов З."),
        ("ISO_IR 148", "Tüykalem^Işık", "Işık Tüykalem"),
        ("ISO_IR 166", "ขนนก^ปากกา", "ขนนก"),
        ("ISO_IR 13", "ﾊﾈﾌﾃﾞ^ｵﾘｵ", "ﾊﾈﾌﾃﾞ"),
        ("ISO_IR 192", "Pluma^Señor=羽根^筆織", "señor 羽根"),
        ("GB18030", "羽毛^笔直", "羽毛笔直"),
        ("GBK", "羽毛^笔直", "羽毛笔直"),
        ("\\ISO 2022 IR 87", "Hane=羽根^筆織", "羽根 筆織"),
        ("ISO 2022 IR 13\\ISO 2022 IR 87", "ﾊﾈ=羽根^筆織", "羽根"),
        ("\\ISO 2022 IR 149", "Gitpen=깃펜^조심", "깃펜"),
        ("\\ISO 2022 IR 58", "Yumao=羽毛^直", "羽毛"),
        ("\\ISO 2022 IR 100\\ISO 2022 IR 144", "Перо^Зосима", "Перо Зосима"),
    ],
)
def test_names_are_found_in_every_character_set(charset: str, name: str, text: str) -> None:
    mention = Mention(Kind.PERSON, charset, encode(name, charset) or b"")
    raw = encode(f"coil {text} 8ch", charset) or b""
    assert _texts(mention).search(raw, charset) == b"coil 8ch"
    other = Mention(Kind.PERSON, "", b"Zephyr^Zed")
    assert _texts(other).search(raw, charset) == raw


def test_what_stays_keeps_its_characters_and_their_set() -> None:
    charset = "\\ISO 2022 IR 87"
    encodings = convert_encodings(charset.split("\\"))
    raw = encode_string("頭部 Quillfeather 造影", encodings)
    assert _texts(_NAME).search(raw, charset) == encode_string("頭部 造影", encodings)


def test_a_uid_in_a_text_goes_unless_the_standard_registers_it() -> None:
    assert _left("see 1.2.826.0.1.3680043.9 or 1.2.840.10008.1.2.1") == "see or 1.2.840.10008.1.2.1"
    assert _left("version 5.7.1.2") == "version 5.7.1.2"


@pytest.mark.parametrize("uid", ["1.2.826.0.1.3680043.9.4711", "2.25.329800735698586629295641978511506172"])
@pytest.mark.parametrize("around", ["CT.{}", "{}.dcm", "uid_{}", "CT{}_1", "at {}."])
def test_a_uid_goes_whatever_is_written_beside_it(uid: str, around: str) -> None:
    left = _left(f"head {around.format(uid)} ok")
    assert left
    assert "4711" not in left
    assert "3298" not in left
    assert left.startswith("head ")
    assert left.endswith("ok")


def test_a_uid_with_other_marks_than_points_goes_and_rows_of_numbers_stay() -> None:
    assert _left("head 1_2_826_0_1_3680043_9_4711 ok") == "head ok"
    assert _left("1-2-3-4-5-6 echo") == "1-2-3-4-5-6 echo"


def test_text_that_does_not_decode_is_not_kept() -> None:
    assert _texts(_NAME).search(b"\xff\xfe", "ISO_IR 192") is None


def test_values_keep_their_number() -> None:
    assert _left("V1\\Quillfeather\\V2") == "V1\\\\V2"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_searching_twice_finds_nothing_more(text: str) -> None:
    texts = _texts(_NAME)
    once = texts.search(text.encode(), "")
    if once is not None:
        assert texts.search(once, "") == once


@given(
    st.binary(max_size=80), st.sampled_from(["", "ISO_IR 100", "ISO_IR 192", "ISO 2022 IR 87", "nonsense"])
)
def test_any_bytes_can_be_searched_and_cleaned(raw: bytes, charset: str) -> None:
    texts = _texts(*(Mention(kind, charset, raw) for kind in Kind))
    texts.search(raw, charset)
    texts.clean(raw, charset)


def test_the_search_is_the_same_whatever_the_order_of_what_was_harvested() -> None:
    mentions = (_NAME, _id("ZQ-90210"), Mention(Kind.DATE, "", b"20240309"))
    assert identifiers_in(mentions).cut("Oriana ZQ90210 9.3.24") == identifiers_in(mentions[::-1]).cut(
        "Oriana ZQ90210 9.3.24"
    )


def test_repertoires_keep_codes_and_numbers_and_reject_text_in_their_place() -> None:
    texts = _texts(_NAME)
    assert texts.coded("CS", b"ORIGINAL\\PRIMARY") == b"ORIGINAL\\PRIMARY"
    assert texts.coded("CS", b"Oriana head ") == b"head"
    assert texts.coded("DS", b"-1.5E-3\\2 ") == b"-1.5E-3\\2 "
    assert texts.coded("DS", b"Oriana") is None
    assert texts.coded("AS", b"042Y") == b"042Y"
    assert texts.coded("TM", b"noon") is None


@pytest.mark.parametrize(
    "text",
    [
        *("Quill feather", "Q u i l l f e a t h e r", "QUILL-FEATHER", "q.u.i.l.l.f.e.a.t.h.e.r"),
        *("O r i a n a  Q u i l l f e a t h e r", "Quillf eather, Ori ana", "Quill\nfeather"),
        "Q\0u\0i\0l\0l\0f\0e\0a\0t\0h\0e\0r\0",
    ],
)
def test_a_name_is_found_when_its_letters_stand_apart(text: str) -> None:
    assert _left(text) is None
    assert _left(f"coil {text} 8ch") == "coil 8ch"


def test_short_names_and_those_of_other_scripts_are_found_when_their_letters_stand_apart() -> None:
    assert _left("J o h n  D o e head", _person("Doe^John")) == "head"
    assert _left("山 田 太 郎 head", _person("山田^太郎")) == "head"
    assert _left("M ü l l e r head", _person("Müller^Io")) == "head"


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        *(
            ("Hane^O=羽根筆織", text, "頭部")
            for text in ("羽根 筆織", "羽根\u3000筆織", "羽 根筆 織", "筆織 羽根", "羽根")
        ),
        *(("깃조심", text, "頭部") for text in ("깃 조심", "깃조 심", "조심 깃")),
        *(("羽小毛", text, "頭部") for text in ("羽 小毛", "羽小\u3000毛")),
        *(("Hane^O=羽根筆織", text, "頭部 様") for text in ("羽根様", "羽根 様")),
        *(("깃조심", "깃님", "頭部 님"), ("羽毛", "羽 毛", "頭部"), ("羽毛", "羽先生", "頭部 先生")),
        *(("羽小毛", text, f"頭部 {text}") for text in ("羽 3T", "小 毛", "羽小さい", "大羽様")),
        *(("羽毛", "白羽 毛細管", "頭部 白羽 毛細管"), ("Hane^O=羽根筆織", "筆 3T", "頭部 筆 3T")),
    ],
)
def test_a_name_in_one_component_of_ideographs_or_hangul_is_found_parted(
    name: str, text: str, left: str
) -> None:
    assert _left(f"頭部 {text}", _person(name)) == left


def test_words_that_follow_each_other_are_no_name() -> None:
    assert _left("B right side", _person("Bright^Io")) == "B right side"
    assert _left("all en face", _person("Allen^Io")) in ("all en face", "face")
    assert _left("coronal T 1 w", _person("Cor^Onal")) == "coronal T 1 w"


def test_an_id_in_utf_16_is_found_in_a_text() -> None:
    assert _left("see " + "\0".join("ZQ-90210") + "\0 ok", _id("ZQ-90210")) == "see ok"


@pytest.mark.parametrize(
    ("code", "left"),
    [
        *(("QUILLFEATHER", None), ("QUILLFEATHER_3", None), ("MAP QUILLFEATHER", None)),
        *(("ORIGINAL\\PRIMARY\\QUILLFEATHER", "ORIGINAL\\PRIMARY\\"), ("HEAD", "HEAD"), ("ORI", "ORI")),
        *(("QUILLFEATHERS", "QUILLFEATHERS"), ("HAND", "HAND"), ("", "")),
    ],
)
def test_a_code_string_that_names_the_patient_goes_value_by_value(code: str, left: str | None) -> None:
    name = Mention(Kind.PERSON, "", b"Quillfeather^Hand^Ori")
    raw = _texts(name).coded("CS", code.encode())
    assert raw == (None if left is None else left.encode())


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("121071", "121071"),
        ("G-1071", "G-1071"),
        ("1071", None),
        ("X-4711023", "X"),
        ("A-1071-B", "A-1071-B"),
    ],
)
def test_a_code_does_not_lose_a_short_number_to_an_id(code: str, left: str | None) -> None:
    raw = _texts(_id("1071"), _id("4711023")).code_value(code.encode(), "", "99LOCAL")
    assert raw == (None if left is None else left.encode())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        *(("head 97 year old 3T", "head 3T"), ("097Y head", "head"), ("89 years", "89 years")),
        *(("97F head", "head"), ("head 1128 months", "head"), ("head 90 deg, B90f", "head 90 deg, B90f")),
    ],
)
def test_an_age_over_89_goes_where_dates_are_cut_to_years(text: str, left: str) -> None:
    by_year = Texts(profile("dates.policy = 'year'"), Identifiers([_NAME]))
    assert (by_year.search(text.encode(), "") or b"").decode() == left
    assert _left(text) == text
