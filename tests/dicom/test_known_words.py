"""What a vocabulary leaves of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bme_med.dicom.identifiers import Identifiers, Kind, Mention
from bme_med.dicom.texts import Texts
from tests.dicom.making import profile

_WORDS = Texts(profile(), Identifiers(()))


_MIXTURE = [
    *("AX", "T2", "HEAD", "Zebedee", "Quillfeather", "for", "4711023", "Long"),
    *("3mm", "of", "9.3.24", "x"),
]


def _clean(text: str, *names: str) -> str | None:
    mentions = [Mention(Kind.PERSON, "", name.encode()) for name in names]
    raw = (Texts(profile(), Identifiers(mentions)) if names else _WORDS).clean(text.encode(), "ISO_IR 192")
    return raw if raw is None else raw.decode()


@pytest.mark.parametrize(
    "text",
    [
        *("AX T2 FLAIR 3mm", "CHEST W/O CONTRAST", "t1_mprage_sag_p2_iso", "Abd/Pelvis 5.0 B30f"),
        *(
            "Left Kidney",
            "no units",
            "b1000",
            "ep2d_diff_b0_500_1000_ADC",
            "*tfl3d1_16ns",
            "WATER: Ax LAVA-Flex",
        ),
        *(
            "CT Thorax/Abdomen Becken nativ",
            "Schädel axial 5mm",
            "IRM cérébrale sans injection",
            "RM de rodilla",
        ),
        *(
            "TR/TE 3500/120",
            "C1-C8",
            "L5/S1",
            "SaveBySlc",
            "MIP 10 x 3",
            "RGB (255,128,128)",
            "Long axis",
            "X-ray",
        ),
        *(
            "ap + lat",
            "JPEG 2000 irreversible (lossy) 76:1",
            "0.5 x 0.5 x 1.25 mm",
            "99mTc MDP",
            "3D T2 SPACE",
        ),
    ],
)
def test_protocol_texts_stay_whole(text: str) -> None:
    assert _clean(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("MRI HEAD for Quillfeather 4711023", "MRI HEAD"),
        ("XR CHEST AP PORTABLE for Zebedee Brown 77", "XR CHEST AP PORTABLE"),
        ("CHEST Oriana Q. Quillfeather left", "CHEST left"),
        ("t2_tse_tra_Quillfeather_4mm", "t2_tse_tra_4mm"),
        ("HEAD (Quillfeather)", "HEAD"),
        ("HEAD, Quillfeather, NECK", "HEAD, NECK"),
        ("HEAD/Quillfeather/NECK", "HEAD/NECK"),
        ("HeadQuillfeather", None),
        ("Head-Quillfeather", "Head"),
        ("Quillfeather", None),
        ("KNEE of Quillfeather and Zebedee", "KNEE"),
        ("a1b2c3d4e5", None),
        ("scan zzyzxqu head", "scan head"),
        ("HEAD\r\nQuillfeather\r\nNECK", "HEAD\r\n\r\nNECK"),
        ("HEAD\\Quillfeather\\NECK", "HEAD\\\\NECK"),
    ],
)
def test_unknown_words_go_with_what_belongs_to_them_and_leave_no_halves(text: str, left: str | None) -> None:
    assert _clean(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("gray matter", "gray matter"),
        ("Zebedee Gray knee", "knee"),
        ("knee for Gray", "knee"),
        ("brown fat", "brown fat"),
        ("Brown knee", "knee"),
        ("LONG LEG AP", "LONG LEG AP"),
        ("Ann Long knee", "knee"),
        ("knee waters view", "knee waters view"),
        ("knee Waters", "knee"),
    ],
)
def test_words_that_are_names_stay_in_company_only(text: str, left: str) -> None:
    assert _clean(text) == left


def test_a_patient_called_hand_does_not_cost_a_hand_its_name() -> None:
    assert _clean("XR HAND left", "Hand^Long") == "XR HAND left"
    assert _clean("XR for HAND", "Hand^Long") == "XR"
    assert _clean("XR HAND Zebedee", "Hand^Long") == "XR"
    assert _clean("hand long, XR", "Hand^Long") == "XR"


def test_text_that_the_character_set_cannot_say_loses_those_words_alone() -> None:
    assert _WORDS.clean(b"Sch\xe4del nativ", "") == b"nativ"
    assert _WORDS.clean(b"\xff\xfe", "ISO_IR 192") is None


def test_words_outside_ascii_are_written_in_the_set_that_the_dataset_declares() -> None:
    raw = "Schädel für Quillfeather, Hüfte".encode("iso8859_1")
    assert _WORDS.clean(raw, "ISO_IR 100") == "Schädel, Hüfte".encode("iso8859_1")
    assert _WORDS.clean(raw, "\\ISO 2022 IR 100") is None or _WORDS.clean(raw, "\\ISO 2022 IR 100")


def test_what_is_whole_keeps_its_bytes_and_its_padding() -> None:
    assert _WORDS.clean(b"AX T2 ", "") == b"AX T2 "


@given(st.text(st.characters(min_codepoint=9, max_codepoint=0x24F), max_size=60))
def test_cleaning_twice_changes_nothing_more_and_adds_nothing(text: str) -> None:
    once = _WORDS.clean(text.encode(), "ISO_IR 192")
    if once is not None:
        assert _WORDS.clean(once, "ISO_IR 192") == once
        assert len(once.decode()) <= len(text)
        assert once.count(b"\\") == text.count("\\")


@given(st.lists(st.sampled_from(_MIXTURE), max_size=12))
def test_of_any_mixture_no_planted_word_stays(words: list[str]) -> None:
    for joint in (" ", "_", ", ", "/"):
        left = _clean(joint.join(words)) or ""
        assert not any(planted in left for planted in ("Zebedee", "Quillfeather", "4711023", "9.3.24"))
