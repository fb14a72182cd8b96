"""What an instance says of its own de-identification: what was done, never more (PS3.15, E.1.1; CID 7050)."""

from typing import Any

import pytest
from pydicom import Dataset, FileDataset
from pydicom.sequence import Sequence
from pydicom.uid import DigitalMammographyXRayImageStorageForPresentation

from bme_med import __version__
from bme_med.core import Option
from bme_med.core.resources import read_table
from tests.dicom.making import encoded, mr_instance, planned
from tests.oracles.raw import explicit, implicit, item, with_element

_BASE = "name='p'\nextends='ps315-basic'\n"
_KEEP = _BASE + "[pixels]\nburned-in='keep'\n"
_OURS = f"bme-med {__version__} p"


def _output(ds: FileDataset, text: str = _BASE) -> FileDataset:
    return planned(encoded(ds), text)[1]


def _codes(ds: FileDataset) -> list[tuple[str, str]]:
    items = ds.DeidentificationMethodCodeSequence
    return [(item.CodingSchemeDesignator, item.CodeValue) for item in items]


def _item(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _parsed(texts: Any) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts)


@pytest.mark.parametrize(
    "option",
    [o for o in Option if o.startswith("retain") or o is Option.CLEAN_DESCRIPTORS],
)
def test_each_option_is_claimed_by_its_own_code_and_meaning(option: Option) -> None:
    out = _output(mr_instance(), f"name='p'\nextends=['ps315-basic', 'option-{option}']")
    rows = {row["code_value"]: row["code_meaning"] for row in read_table("cid7050.csv")}
    claimed = {item.CodeValue: item.CodeMeaning for item in out.DeidentificationMethodCodeSequence}
    ours = {f"{option} option".replace("-", " "), "basic application confidentiality profile"}
    assert {meaning.lower() for meaning in claimed.values()} == ours
    assert all(rows[value] == meaning for value, meaning in claimed.items())


def test_cleaned_pixels_and_faces_are_never_claimed() -> None:
    for text in (
        _BASE,
        _KEEP,
        "name='p'\nextends='hipaa-safe-harbor'",
        "name='p'\nextends='research-longitudinal'",
    ):
        out = _output(mr_instance(), text)
        assert not {code for _, code in _codes(out)} & {"113101", "113102"}
        assert "BurnedInAnnotation" not in out
        assert "RecognizableVisualFeatures" not in out


def test_an_earlier_claim_of_clean_pixels_is_passed_on_as_theirs_and_lowers_no_risk() -> None:
    ds = mr_instance()
    ds.BurnedInAnnotation = "NO"
    ds.DeidentificationMethodCodeSequence = Sequence([_item("113101", "DCM", "Clean Pixel Data Option")])
    out = _output(ds)
    assert _codes(out) == [("DCM", "113101"), ("DCM", "113100")]
    assert out.BurnedInAnnotation == "NO"
    ds.ConversionType = "SD"
    made, kept = planned(encoded(ds), _KEEP)
    assert "PatientIdentityRemoved" not in kept
    assert [finding for finding in made.findings if "burned-in" in finding]


def test_no_of_pixels_that_nobody_looked_at_does_not_stay_where_the_risk_is_high() -> None:
    ds = mr_instance()
    ds.BurnedInAnnotation, ds.ConversionType = "NO", "SD"
    assert _output(ds, _KEEP).BurnedInAnnotation == "YES"
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = DigitalMammographyXRayImageStorageForPresentation
    assert _output(ds, _KEEP).BurnedInAnnotation == "YES"  # Type 1 there
    del ds.BurnedInAnnotation
    assert "BurnedInAnnotation" not in _output(ds, _KEEP)


@pytest.mark.parametrize("value", ["YES", "NO"])
def test_what_the_source_says_of_recognizable_features_stays_as_it_is(value: str) -> None:
    ds = mr_instance()
    ds.RecognizableVisualFeatures = value
    assert _output(ds).RecognizableVisualFeatures == value


def test_an_earlier_yes_is_not_repeated_where_burned_in_text_is_kept_by_choice() -> None:
    ds = mr_instance()
    ds.PatientIdentityRemoved, ds.DeidentificationMethod = "YES", "another tool"
    ds.ConversionType = "SD"
    made, out = planned(encoded(ds), _KEEP)
    assert "PatientIdentityRemoved" not in out
    assert list(out.DeidentificationMethod) == ["another tool", _OURS]
    assert [a.rule for a in made.actions if a.where.startswith("(0012,0062)")] == [
        "PS3.15 E.1.1: not claimed of this copy"
    ]


def test_a_code_of_another_scheme_is_not_taken_for_ours() -> None:
    ds = mr_instance()
    ds.DeidentificationMethodCodeSequence = Sequence([_item("113100", "99SITE", "Basic")])
    assert _codes(_output(ds)) == [("99SITE", "113100"), ("DCM", "113100")]


def test_earlier_items_are_cleaned_and_nothing_stands_there_twice() -> None:
    ds = mr_instance()
    checked = _item("X1", "99SITE", "checked by Quillfeather")
    checked.ContextUID = "1.2.840.10008.6.1.925"
    checked.add_new(0x00990010, "LO", "QUILLFEATHER")
    ds.DeidentificationMethodCodeSequence = Sequence([checked, _item("113100", "DCM", "Basic")])
    ds.DeidentificationMethod = ["ours for Quillfeather^Oriana", _OURS]
    out = _output(ds)
    assert _codes(out) == [("99SITE", "X1"), ("DCM", "113100")]
    assert list(out.DeidentificationMethod) == ["ours for", _OURS]
    assert b"uillfeather" not in encoded(out)
    again = _output(out)
    assert _codes(again) == _codes(out)
    assert list(again.DeidentificationMethod) == list(out.DeidentificationMethod)


def test_earlier_items_in_un_stay_readable_beside_ours() -> None:
    earlier = item(implicit(0x00080100, b"113109") + implicit(0x00080102, b"DCM "))
    _, out = planned(with_element(explicit(0x00120064, b"UN", earlier)), _BASE)
    assert _codes(out) == [("DCM", "113109"), ("DCM", "113100")]


def test_an_earlier_text_that_fills_the_element_gives_way() -> None:
    ds = mr_instance()
    ds.DeidentificationMethod = ["another tool"] * 5000
    assert _parsed(_output(ds).DeidentificationMethod) == [_OURS]


@pytest.mark.parametrize(
    ("dates", "earlier", "now"),
    [
        ("full", "", "UNMODIFIED"),
        ("full", "MODIFIED", "MODIFIED"),
        ("full", "REMOVED", "REMOVED"),
        ("shift", "REMOVED", "REMOVED"),
        ("shift", "UNMODIFIED", "MODIFIED"),
        ("remove", "MODIFIED", "REMOVED"),
        ("shift", "QUILL", "MODIFIED"),
    ],
)
def test_dates_that_an_earlier_pass_took_are_not_called_unmodified(
    dates: str, earlier: str, now: str
) -> None:
    ds = mr_instance()
    if earlier:
        ds.LongitudinalTemporalInformationModified = earlier
    full = "[dicom]\noptions=['retain-longitudinal-temporal-information-full-dates']"
    text = _BASE + (full if dates == "full" else f"[dates]\npolicy='{dates}'")
    assert _output(ds, text).LongitudinalTemporalInformationModified == now


def test_an_exception_that_keeps_more_than_the_table_takes_the_basic_code_away() -> None:
    ds = mr_instance()
    ds.StudyDescription = "kept"
    out = _output(ds, _BASE + "[dicom.attributes]\nStudyDescription='K'")
    assert out.PatientIdentityRemoved == "YES"
    assert "DeidentificationMethodCodeSequence" not in out
    assert list(out.DeidentificationMethod) == [_OURS, "exceptions keep more than PS3.15 Table E.1-1 does"]


@pytest.mark.parametrize(
    "line",
    [
        "Manufacturer='K'",
        "StudyDescription='X'",
        "SeriesDate='C'",
        "StudyDate='D'",
        "StationName={action='D',value='A'}",
    ],
)
def test_an_exception_that_keeps_no_more_than_the_table_takes_nothing_away(line: str) -> None:
    out = _output(mr_instance(), f"{_BASE}[dicom.attributes]\n{line}")
    assert _codes(out) == [("DCM", "113100")]
    assert out.DeidentificationMethod == _OURS


def test_what_an_option_keeps_anyway_is_no_exception() -> None:
    options = "extends=['ps315-basic', 'option-retain-device-identity']"
    text = f"name='p'\n{options}\n[dicom.attributes]\nStationName='K'"
    assert _codes(_output(mr_instance(), text)) == [("DCM", "113100"), ("DCM", "113109")]


@pytest.mark.parametrize("line", ["PatientName='K'", "PatientID='K'", "'(0010,xxxx)'='K'"])
def test_a_profile_that_keeps_who_the_patient_is_does_not_say_that_identity_was_removed(line: str) -> None:
    ds = mr_instance()
    ds.PatientIdentityRemoved = "YES"
    made, out = planned(encoded(ds), f"name='p'\n[dicom.attributes]\n{line}")
    assert "PatientIdentityRemoved" not in out
    assert [f for f in made.findings if "names the patient" in f]


def test_a_private_attribute_kept_on_the_sites_word_is_kept_by_the_safe_private_option() -> None:
    line = "[dicom.attributes]\n'(0019,xx0C) SIEMENS MR HEADER'='K'"
    assert _codes(_output(mr_instance(), _BASE + line)) == [("DCM", "113100"), ("DCM", "113111")]
    removed = line.replace("='K'", "='X'")
    assert _codes(_output(mr_instance(), _BASE + removed)) == [("DCM", "113100")]
