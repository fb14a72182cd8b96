"""Content trees of SR and KO documents and content items elsewhere, judged by pydicom, dsrdump, dciodvfy."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import highdicom as hd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset, FileDataset, dcmread
from pydicom.data import get_testdata_file
from pydicom.sr.codedict import codes
from pydicom.uid import UID, ComprehensiveSRStorage, ImplicitVRLittleEndian, KeyObjectSelectionDocumentStorage

from bme_med.core import Plan, Policy, Pseudonyms, UnsupportedFileError, parse_profile, splice
from bme_med.core.resources import read_resource, read_table
from bme_med.dicom.engine import plan
from bme_med.verify.tables import load_tables
from tests.dicom.making import encoded, mr_instance
from tests.oracles.reading import second_pass_changes
from tests.oracles.runs import CORPUS, PROFILE_NAMES, dcmdump_complains, deidentify, iod_errors

_KEY = bytes(range(32))
_OPTION = "clean-structured-content"
_CONCEPT = ("DCM", "121071", "Finding")


def _policy(*options: str, extends: str = "ps315-basic", keys: str = "") -> Policy:
    quoted = ", ".join(f"'{option}'" for option in (_OPTION, *options))
    text = f"name='test'\nextends='{extends}'\n[dicom]\noptions=[{quoted}]\n{keys}"

    def read(name: str) -> tuple[str, str]:
        return name, text if name == "test" else read_resource(f"{name}.toml")

    return Policy(parse_profile("test", read), Pseudonyms(_KEY))


def _code(scheme: str, value: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code


def _item(
    value_type: str, concept: tuple[str, str, str] = _CONCEPT, value: Any = None, *children: Dataset
) -> Dataset:
    """A content item; `value` as its value type takes it."""
    item = Dataset()
    item.RelationshipType = "CONTAINS"
    item.ValueType = value_type
    item.ConceptNameCodeSequence = [_code(*concept)]
    if children:
        item.ContentSequence = list(children)
    match value_type:
        case "TEXT":
            item.TextValue = value
        case "CODE":
            item.ConceptCodeSequence = [_code(*value)]
        case "NUM":
            measured = Dataset()
            measured.NumericValue, unit = value
            measured.MeasurementUnitsCodeSequence = [_code("UCUM", unit, unit)]
            item.MeasuredValueSequence = [measured]
        case "PNAME":
            item.PersonName = value
        case "UIDREF":
            item.UID = value
        case "DATE" | "TIME" | "DATETIME":
            setattr(item, {"DATE": "Date", "TIME": "Time", "DATETIME": "DateTime"}[value_type], value)
        case "CONTAINER":
            item.ContinuityOfContent = "SEPARATE"
        case "IMAGE" | "COMPOSITE" | "WAVEFORM":
            reference = Dataset()
            reference.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
            reference.ReferencedSOPInstanceUID = value
            item.ReferencedSOPSequence = [reference]
    return item


def _report(*items: Dataset, sop_class: str = ComprehensiveSRStorage, explicit: bool = True) -> FileDataset:
    """A document whose root holds `items`."""
    ds = mr_instance(explicit=explicit)
    for keyword in ("PixelData", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "ImageType"):
        delattr(ds, keyword)
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = UID(sop_class)
    ds.Modality = "SR"
    ds.ValueType, ds.ContinuityOfContent = "CONTAINER", "SEPARATE"
    ds.ConceptNameCodeSequence = [_code("DCM", "126000", "Imaging Measurement Report")]
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "1500"
    ds.ContentTemplateSequence = [template]
    ds.CompletionFlag, ds.VerificationFlag = "PARTIAL", "UNVERIFIED"
    ds.ContentSequence = list(items)
    return ds


def _planned(ds: FileDataset, policy: Policy) -> tuple[Plan, FileDataset]:
    source = encoded(ds)
    made = plan(source, policy)
    return made, dcmread(BytesIO(splice(made.pieces, source)))


def _items(*items: Dataset, policy: Policy | None = None) -> list[Any]:
    """What becomes of `items`; a neighbour that stays keeps the tree from being empty."""
    _, out = _planned(_report(*items, _item("CONTAINER")), policy or _policy())
    return list(out.ContentSequence)[:-1]


def _walk(items: Any) -> Iterator[Any]:
    for item in items:
        yield item
        yield from _walk(item.get("ContentSequence", ()))


_PRIVATE = ("99QUILL", "Q7", "Quillfeather's Quotient")


@pytest.mark.parametrize("explicit", [True, False])
def test_nothing_planted_in_any_value_type_survives_at_any_depth(explicit: bool) -> None:
    planted = [
        _item("TEXT", _CONCEPT, "seen by Dr Quillfeather on 2024-02-29"),
        _item("TEXT", _PRIVATE, "Ormerodia 4711023 lesion"),
        _item("TEXT", ("DCM", "121106", "Comment"), "call Ormerodia"),
        _item("CODE", _PRIVATE, ("99QUILL", "Z1", "Ormerodia ward")),
        _item("CODE", ("DCM", "121121", "Room Identification"), ("99QUILL", "R-4711023", "Room Ormerodia")),
        _item("NUM", ("99QUILL", "Q8", "Patient ID"), ("4711023", "1")),
        _item("PNAME", ("DCM", "121008", "Person Observer Name"), "Ormerodia^Brunhild"),
        _item("PNAME", ("DCM", "121088", "Fellow"), "Ormerodia^Egon"),
        _item("DATE", ("DCM", "111060", "Study Date"), "20240229"),
        _item("TIME", ("DCM", "111061", "Study Time"), "101563"[:4]),
        _item("DATETIME", ("DCM", "122165", "DateTime of Death"), "20240229101557"),
        _item("UIDREF", ("DCM", "112040", "Tracking Unique Identifier"), "1.2.826.0.1.4711023.5"),
        _item("IMAGE", ("DCM", "121112", "Source of Measurement"), "1.2.826.0.1.4711023.6"),
        _item("COMPOSITE", ("DCM", "111040", "Original Source"), "1.2.826.0.1.4711023.7"),
    ]
    deep = _item("CONTAINER", _CONCEPT, None, _item("NUM", _CONCEPT, ("7", "mm"), *planted))
    ds = _report(*planted, deep, explicit=explicit)
    private = planted[0].private_block(0x0041, "ORMERODIA", create=True)
    private.add_new(1, "LO", "Ormerodia")
    observer = Dataset()
    observer.VerifyingObserverName, observer.VerifyingOrganization = "Ormerodia^Ida", "Ormerodia Clinic"
    ds.VerifyingObserverSequence = ds.AuthorObserverSequence = ds.ParticipantSequence = [observer]
    source = encoded(ds)
    output = splice(plan(source, _policy()).pieces, source)
    for token in (
        b"Ormerodia",
        b"ORMERODIA",
        b"Quillfeather",
        b"4711023",
        b"20240229",
        b"2024-02-29",
        b"1015",
    ):
        assert token in source or token == b"ORMERODIA"
        assert token not in output, token
    assert len(dcmread(BytesIO(output)).VerifyingObserverSequence) == 1


_LEAVES = {
    "TEXT": "Ormerodia 4711023",
    "CODE": ("99QUILL", "Z1", "Ormerodia"),
    "NUM": ("4711023", "mm"),
    "PNAME": "Ormerodia^Ida",
    "UIDREF": "1.2.826.0.1.4711023",
    "DATE": "18770131",
    "TIME": "1015",
    "DATETIME": "18770131101500",
    "IMAGE": "1.2.826.0.1.4711023.1",
    "COMPOSITE": "1.2.826.0.1.4711023.2",
    "CONTAINER": None,
}
_NAMES = [
    *((row["scheme"], row["code_value"], row["code_meaning"]) for row in read_table("content_concepts.csv")),
    ("99QUILL", "P1", "Patient ID"),
    _CONCEPT,
]
_TREES = st.recursive(
    st.just(()),
    lambda below: st.lists(
        st.tuples(st.sampled_from(sorted(_LEAVES)), st.sampled_from(_NAMES), below), min_size=1, max_size=4
    ),
    max_leaves=12,
)


def _tree(nodes: Any) -> list[Dataset]:
    return [
        _item(kind, name if kind != "NUM" else ("99QUILL", "P1", "Patient ID"), _LEAVES[kind], *_tree(below))
        for kind, name, below in nodes
    ]


@given(_TREES, st.booleans())
@settings(max_examples=60, deadline=None)
def test_no_tree_keeps_what_was_planted(nodes: Any, is_referenced: bool) -> None:
    items = _tree(nodes)
    if is_referenced:
        reference = Dataset()
        reference.RelationshipType, reference.ReferencedContentItemIdentifier = "CONTAINS", [1, 1]
        items.append(reference)
    ds = _report(*items, _item("CONTAINER"))
    source = encoded(ds)
    output = splice(plan(source, _policy()).pieces, source)
    assert not any(token in output for token in (b"Ormerodia", b"4711023", b"187701", b"1015"))
    out = dcmread(BytesIO(output))
    if is_referenced:
        assert len(list(_walk(out.ContentSequence))) == len(list(_walk(ds.ContentSequence)))
    assert all(len(item.ContentSequence) for item in _walk(out.ContentSequence) if "ContentSequence" in item)


def test_what_was_remembered_of_other_documents_changes_nothing() -> None:
    documents = [
        encoded(_report(*items, _item("CONTAINER")))
        for items in (
            [_item("TEXT", _CONCEPT, "mass"), _item("PNAME", _CONCEPT, "Ormerodia^Ida")],
            [_item("TEXT", _CONCEPT, "mass"), _item("PNAME", _CONCEPT, "Kittiwake^Ida")],
            [_item("TEXT", ("DCM", "121022", "Accession Number"), "A-4711023")],
        )
    ]
    policy = _policy()
    remembered = [plan(source, policy) for source in (*documents, *documents)]
    assert remembered == [plan(source, _policy()) for source in (*documents, *documents)]


def test_rows_of_the_table_remove_replace_or_keep_the_item() -> None:
    out = _items(
        _item("TEXT", ("DCM", "121022", "Accession Number"), "A-4711023"),
        _item("TEXT", ("DCM", "111705", "Parent Specimen Identifier"), "A-4711023"),
        _item("TEXT", ("DCM", "121030", "Subject ID"), "4711023"),
        _item("CODE", ("SCT", "363698007", "Finding Site"), ("SCT", "39607008", "Lung structure")),
        _item("NUM", ("DCM", "113738", "Dose (RP) Total"), ("12.5", "Gy")),
    )
    assert [item.ConceptNameCodeSequence[0].CodeValue for item in out] == [
        "111705",
        "121030",
        "363698007",
        "113738",
    ]
    assert [item.get("TextValue") for item in out] == ["ANONYMIZED", "ANONYMIZED", None, None]
    assert out[2].ConceptCodeSequence[0].CodeMeaning == "Lung structure"
    assert out[3].MeasuredValueSequence[0].NumericValue == 12.5


@pytest.mark.parametrize(
    "row",
    read_table("content_concepts.csv"),
    ids=lambda r: f"{r['scheme']} {r['code_value']} {r['value_type']}",
)
def test_every_row_removes_or_replaces_what_it_names(row: dict[str, str]) -> None:
    values = {
        "CODE": ("99QUILL", "Q4711023", "Ormerodia"),
        "NUM": ("47", "a"),
        "DATE": "20240131",
        "TIME": "1015",
        "DATETIME": "20240131",
        "PNAME": "Ormerodia",
        "TEXT": "Ormerodia",
        "CONTAINER": None,
    }
    concept = (row["scheme"], row["code_value"], row["code_meaning"])
    source = _item(row["value_type"], concept, values.get(row["value_type"], "1.2.826.0.1.4711023"))
    out = _items(source)
    assert len(out) == (0 if row["basic"] == "X" else 1)
    for item in out:
        text = str(item)
        assert not any(token in text for token in ("Ormerodia", "4711023", "20240131", "1015"))
        assert len(item) == len(source)


def test_retired_codes_of_a_concept_are_known_too() -> None:
    concepts = [("SRT", "R-42B89", "Clinical Report"), ("SNM3", "R-42B89", "x"), ("99SDM", "R-42B89", "x")]
    concepts.append(("dcm", "121022", "x"))
    assert _items(*(_item("TEXT", concept, "normal chest") for concept in concepts)) == []


def test_an_image_of_a_key_object_document_points_where_the_image_went() -> None:
    note = _item("TEXT", ("DCM", "113012", "Key Object Description"), "Quillfeather")
    image = _item("IMAGE", _CONCEPT, "1.2.3.4.5")
    del image.ConceptNameCodeSequence
    ds = _report(note, image, sop_class=KeyObjectSelectionDocumentStorage)
    _, out = _planned(ds, _policy())
    (kept,) = out.ContentSequence
    assert kept.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == out.SOPInstanceUID
    assert out.ContentTemplateSequence[0].TemplateIdentifier == "1500"


def test_references_by_position_still_point_at_the_same_items() -> None:
    reference = Dataset()
    reference.RelationshipType = "INFERRED FROM"
    reference.ReferencedContentItemIdentifier = [1, 3]
    finding = _item("TEXT", _CONCEPT, "mass")
    finding.ContentSequence = [reference]
    source = [
        _item("TEXT", ("DCM", "121022", "Accession Number"), "A-4711023"),
        _item("NUM", ("DCM", "121033", "Subject Age"), ("47", "a")),
        _item("NUM", ("DCM", "113738", "Dose (RP) Total"), ("12.5", "Gy")),
        _item("CODE", ("DCM", "121032", "Subject Sex"), ("DCM", "F", "Female")),
        _item("IMAGE", ("DCM", "121080", "Best illustration of finding"), "1.2.3.4.9"),
        finding,
    ]
    out = _items(*source)
    assert len(out) == len(source)
    assert out[0].TextValue == "ANONYMIZED"
    assert len(out[1].MeasuredValueSequence) == 0
    assert out[2].MeasuredValueSequence[0].NumericValue == 12.5
    assert out[3].ConceptCodeSequence[0].CodeValue == "ANON"
    assert out[4].ReferencedSOPSequence[0].ReferencedSOPInstanceUID.startswith("2.25.")
    assert out[5].ContentSequence[0].ReferencedContentItemIdentifier == [1, 3]


def test_a_tree_is_never_left_without_an_item() -> None:
    accession = _item("TEXT", ("DCM", "121022", "Accession Number"), "A-4711023")
    _, out = _planned(_report(_item("CONTAINER", _CONCEPT, None, accession)), _policy())
    (left,) = out.ContentSequence[0].ContentSequence
    assert left.TextValue == "ANONYMIZED"


@pytest.mark.parametrize(
    ("option", "item"),
    [
        (
            "retain-device-identity",
            _item("TEXT", ("DCM", "121013", "Device Observer Name"), "SCANNER 7"),
        ),
        (
            "retain-institution-identity",
            _item("TEXT", ("DCM", "113873", "Organization Name"), "CLINIC 7"),
        ),
        (
            "retain-patient-characteristics",
            _item("NUM", ("DCM", "121033", "Subject Age"), ("47", "a")),
        ),
        (
            "retain-patient-characteristics",
            _item("CODE", ("DCM", "121032", "Subject Sex"), ("DCM", "F", "Female")),
        ),
        ("retain-uids", _item("UIDREF", ("DCM", "121028", "Subject UID"), "1.2.826.0.1.4711023")),
        ("retain-uids", _item("UIDREF", ("99X", "1", "Reference"), "1.2.826.0.1.4711023")),
        ("retain-uids", _item("IMAGE", ("DCM", "121200", "Illustration of ROI"), "1.2.826.0.1.4711023")),
        (
            "retain-longitudinal-temporal-information-full-dates",
            _item("DATE", ("DCM", "111060", "Study Date"), "20240131"),
        ),
        ("clean-descriptors", _item("TEXT", ("DCM", "121106", "Comment"), "normal chest")),
    ],
)
def test_an_option_keeps_what_the_table_lets_it_keep(option: str, item: Dataset) -> None:
    assert _items(item) != [item]
    (kept,) = _items(item, policy=_policy(option))
    assert {e.tag: e.value for e in kept} == {e.tag: e.value for e in item}


def test_an_option_keeps_no_other_value_that_stands_in_the_same_item() -> None:
    item = _item("UIDREF", ("99X", "1", "Reference"), "1.2.826.0.1.4711023")
    item.PersonName = "Ormerodia^Ida"
    (kept,) = _items(item, policy=_policy("retain-uids"))
    assert kept.PersonName == "ANONYMIZED"


def test_dates_of_items_follow_the_policy() -> None:
    items = [
        _item("DATE", ("DCM", "111060", "Study Date"), "20240131"),
        _item("TIME", ("DCM", "111061", "Study Time"), "101500"),
        _item("DATETIME", ("DCM", "122165", "DateTime of Death"), "20240131101500"),
        _item("DATETIME", ("99X", "1", "Something"), "20240131101500"),
        _item("DATE", ("DCM", "121031", "Subject Birth Date"), "19700131"),
    ]

    def temporal(policy: Policy) -> list[str]:
        return [e.value for item in _items(*items, policy=policy) for e in item if e.VR in ("DA", "TM", "DT")]

    assert temporal(_policy()) == ["19000101", "000000", "19000101000000"]
    year = _policy(keys="[dates]\npolicy='year'")
    assert temporal(year) == ["20240101", "000000", "2024", "2024"]
    ds = _report(*items, _item("CONTAINER"))
    ds.StudyDate = "20240131"
    _, out = _planned(ds, _policy(keys="[dates]\npolicy='shift'"))
    date, time, death, other, _ = out.ContentSequence
    assert date.Date == out.StudyDate
    assert date.Date < "20240131"
    assert time.Time == "101500"
    assert death.DateTime == other.DateTime == f"{date.Date}101500"


def test_an_age_over_89_years_stays_nowhere_under_the_year_policy() -> None:
    def age(years: str, unit: str) -> list[Any]:
        item = _item("NUM", ("DCM", "121033", "Subject Age"), (years, unit))
        keys = "[dates]\npolicy='year'"
        return _items(item, policy=_policy("retain-patient-characteristics", keys=keys))

    assert len(age("89", "a")) == len(age("90", "d")) == 1
    assert age("90", "a") == age("93.5", "?") == age("090", "a") == []


def test_what_a_concept_calls_an_identity_is_looked_for_in_other_items() -> None:
    out = _items(
        _item("TEXT", ("DCM", "113871", "Person ID"), "Ormerodia-77"),
        _item("TEXT", ("99X", "1", "Ward nurse"), "Kittiwake"),
        _item("TEXT", _PRIVATE, "mass seen by kittiwake, see ORMERODIA 77"),
        policy=_policy(keys="[dicom.attributes]\nTextValue = 'K'"),
    )
    assert not any(word in str(out).lower() for word in ("kittiwake, ", "see ormerodia"))


def test_a_number_under_a_standard_concept_is_a_measurement() -> None:
    (out,) = _items(_item("NUM", ("DCM", "111028", "Image Position"), ("4711023", "1")))
    assert out.MeasuredValueSequence[0].NumericValue == 4711023


def test_a_short_number_of_a_thing_is_no_identity() -> None:
    lesion, patient = ("99AI", "L1", "Lesion ID"), ("99AI", "L2", "Patient ID")
    out = _items(_item("NUM", lesion, ("12", "1")), _item("NUM", patient, ("4711", "1")))
    assert out[0].MeasuredValueSequence[0].NumericValue == 12
    assert len(out[1].MeasuredValueSequence) == 0


@pytest.mark.parametrize("meaning", ["Patientenname", "Geburtsdatum", "Nom du médecin", "Número / Nombre"])
def test_an_identity_is_known_in_other_languages(meaning: str) -> None:
    ds = _report(_item("TEXT", ("99X", "1", meaning), "mass"), _item("CONTAINER"))
    ds.SpecificCharacterSet = "ISO_IR 100"
    _, out = _planned(ds, _policy())
    assert out.ContentSequence[0].TextValue == "ANONYMIZED"


def test_a_private_measurement_keeps_its_number() -> None:
    concept = ("99AI", "M1", "Relative cerebral blood volume")
    (out,) = _items(_item("NUM", concept, ("1234.5", "1")))
    assert out.MeasuredValueSequence[0].NumericValue == 1234.5


def test_the_profile_s_own_exceptions_come_first() -> None:
    policy = _policy(keys="[dicom.attributes]\nTextValue = 'X'")
    (out,) = _items(_item("TEXT", _PRIVATE, "normal chest"), policy=policy)
    assert "TextValue" not in out


def test_acquisition_context_specimens_and_waveform_annotations_are_content_too() -> None:
    ds = mr_instance()
    room = _item("TEXT", ("DCM", "121121", "Room Identification"), "Ormerodia")
    drug = _item("CODE", ("DCM", "122083", "Drug administered"), ("SCT", "387467008", "Adenosine"))
    ds.AcquisitionContextSequence = [room, drug]
    step, specimen = Dataset(), Dataset()
    step.SpecimenPreparationStepContentItemSequence = [room]
    specimen.SpecimenIdentifier, specimen.SpecimenUID = "Ormerodia", "1.2.826.0.1.4711023"
    specimen.SpecimenPreparationSequence = [step]
    ds.SpecimenDescriptionSequence = [specimen]
    note, person, rate = Dataset(), Dataset(), Dataset()
    note.UnformattedTextValue = "normal Ormerodia"
    person.ConceptNameCodeSequence = [_code("99X", "1", "Operator name")]
    person.UnformattedTextValue = "Kittiwake"
    rate.ConceptNameCodeSequence = [_code("LN", "8867-4", "Heart rate")]
    rate.NumericValue = 61
    ds.WaveformAnnotationSequence = [note, person, rate]
    _, out = _planned(ds, _policy())
    assert [item.ValueType for item in out.AcquisitionContextSequence] == ["CODE"]
    assert out.AcquisitionContextSequence[0].ConceptCodeSequence[0].CodeValue == "387467008"
    (step,) = out.SpecimenDescriptionSequence[0].SpecimenPreparationSequence
    (left,) = step.SpecimenPreparationStepContentItemSequence
    assert left.TextValue == "ANONYMIZED"
    notes = out.WaveformAnnotationSequence
    assert [item.get("UnformattedTextValue") for item in notes] == ["normal", "ANONYMIZED", None]
    assert notes[2].NumericValue == 61


def test_a_dose_report_keeps_its_doses_and_loses_who_and_where() -> None:
    event = _item(
        "CONTAINER",
        ("DCM", "113706", "Irradiation Event X-Ray Data"),
        None,
        _item("DATETIME", ("DCM", "111526", "DateTime Started"), "20240229101500"),
        _item("UIDREF", ("DCM", "113769", "Irradiation Event UID"), "1.2.826.0.1.4711023"),
        _item("NUM", ("DCM", "122130", "Dose Area Product"), ("0.00012", "Gy.m2")),
        _item("TEXT", ("DCM", "113605", "Irradiation Event Label"), "Ormerodia"),
        _item("PNAME", ("DCM", "113870", "Person Name"), "Ormerodia^Ida"),
        _item("TEXT", ("DCM", "121016", "Device Observer Serial Number"), "4711023"),
        _item("IMAGE", ("DCM", "113795", "Acquired Image"), "1.2.3.4.5"),
    )
    made, out = _planned(_report(event, sop_class="1.2.840.10008.5.1.4.1.1.88.67"), _policy())
    items = out.ContentSequence[0].ContentSequence
    kept = ["111526", "113769", "122130", "113870", "113795"]
    assert [item.ConceptNameCodeSequence[0].CodeValue for item in items] == kept
    assert items[2].MeasuredValueSequence[0].NumericValue == 0.00012
    assert items[4].ReferencedSOPSequence[0].ReferencedSOPInstanceUID == out.SOPInstanceUID
    rules = {action.where: action.rule for action in made.actions if action.code == "X"}
    assert rules["(0040,A730)[0].(0040,A730)[3]"] == "PS3.15 Table E.3.4-1, DCM 113605: X"


def test_no_action_or_finding_holds_a_value() -> None:
    items = (
        _item("TEXT", _PRIVATE, "Ormerodia"),
        _item("NUM", ("99QUILL", "Q8", "Patient ID"), ("4711023", "1")),
    )
    odd = _item("TEXT", _PRIVATE, "mass")
    odd.ValueType = "QUILLFEATHER"
    made, _ = _planned(_report(*items, odd), _policy())
    told = str(made.actions) + str(made.findings)
    assert not any(token in told for token in ("Ormerodia", "4711023", "QUILL", "Quill"))


def test_the_output_says_that_its_content_was_cleaned() -> None:
    _, out = _planned(_report(_item("TEXT", _CONCEPT, "mass")), _policy())
    assert [item.CodeValue for item in out.DeidentificationMethodCodeSequence] == ["113100", "113104"]


def test_without_the_option_the_refusal_names_it() -> None:
    policy = Policy(parse_profile("x", lambda name: (name, "name='x'")), Pseudonyms(_KEY))
    with pytest.raises(UnsupportedFileError, match="clean-structured-content"):
        plan(encoded(_report(_item("TEXT"))), policy)


def test_the_option_goes_before_emptying() -> None:
    policy = _policy(keys="structured-reports = 'empty'")
    (out,) = _items(
        _item("CODE", _PRIVATE, ("DCM", "113100", "Basic Application Confidentiality Profile")), policy=policy
    )
    assert out.ConceptCodeSequence[0].CodeValue == "113100"


def _documents() -> list[Path]:
    """Reports and key object documents at hand, and images with content items."""
    names = ("reportsi.dcm", "test-SR.dcm", "waveform_ecg.dcm")
    paths = [Path(str(get_testdata_file(name, download=False))) for name in names]
    for pattern in ("sr_*.dcm", "kos_*.dcm", "sm_image.dcm", "sm_annotations.dcm"):
        paths += sorted((CORPUS / "dicom").rglob(pattern))
    return paths


@pytest.mark.parametrize("extends", PROFILE_NAMES)
@pytest.mark.parametrize("options", [(), ("clean-descriptors",)])
def test_documents_stay_as_valid_as_they_were(tmp_path: Path, extends: str, options: tuple[str, ...]) -> None:
    policy = _policy(*options, extends=extends)
    policy = replace(policy, profile=replace(policy.profile, burned_in="keep"))
    for source in _documents():
        output = deidentify(source.read_bytes(), policy)
        assert isinstance(output, bytes), output
        path = tmp_path / source.name
        path.write_bytes(output)
        assert dcmdump_complains(path) == []
        assert iod_errors(path) <= _source_errors(source), source.name
        assert _dsrdump(path) <= _dsrdump(source), source.name
        again = deidentify(output, policy)
        assert isinstance(again, bytes)
        first, second = dcmread(BytesIO(output)), dcmread(BytesIO(again))
        assert list(second_pass_changes(first, second, policy.profile, load_tables())) == [], source.name


@cache
def _source_errors(path: Path) -> set[str]:
    return iod_errors(path)


def test_what_highdicom_made_highdicom_reads_again() -> None:
    image = dcmread(str(get_testdata_file("CT_small.dcm", download=False)))
    person = hd.sr.PersonObserverIdentifyingAttributes(
        name="Ormerodia^Ida", login_name="iormerodia", organization_name="Ormerodia Clinic"
    )
    device = hd.sr.DeviceObserverIdentifyingAttributes(
        uid=UID("1.2.826.0.1.4711023"), name="ORMERODIA7", serial_number="4711023"
    )
    observers = hd.sr.ObservationContext(
        hd.sr.ObserverContext(codes.DCM.Person, person), hd.sr.ObserverContext(codes.DCM.Device, device)
    )
    size = hd.sr.Measurement(name=codes.SCT.Diameter, value=12.5, unit=codes.UCUM.Millimeter)
    group = hd.sr.MeasurementsAndQualitativeEvaluations(
        hd.sr.TrackingIdentifier(UID("1.2.826.0.1.4711024"), identifier="Ormerodia lesion"),
        measurements=[size],
        source_images=[hd.sr.SourceImageForMeasurementGroup.from_source_image(image)],
    )
    report = hd.sr.MeasurementReport(
        observers,
        codes.cid100.CTPerfusionHeadWithContrastIV,
        imaging_measurements=[group],
    )
    made = hd.sr.Comprehensive3DSR(
        [image],
        report,
        series_instance_uid="1.2.3.4.77",
        series_number=1,
        sop_instance_uid="1.2.3.4.78",
        instance_number=1,
        manufacturer="Quillworks",
        is_complete=True,
        is_final=True,
        is_verified=True,
        verifying_observer_name="Ormerodia^Ida",
        verifying_organization="Ormerodia Clinic",
    )
    buffer = BytesIO()
    made.save_as(buffer)
    source = buffer.getvalue()
    output = splice(plan(source, _policy()).pieces, source)
    for token in (b"Ormerodia", b"ORMERODIA", b"iormerodia", b"4711023", b"4711024"):
        assert token in source
        assert token not in output
    document = hd.sr.srread(BytesIO(output))
    assert isinstance(document.content, hd.sr.MeasurementReport)
    (lesion,) = document.content.get_image_measurement_groups()
    (diameter,) = lesion.get_measurements()
    assert diameter.value == 12.5
    assert lesion.source_images[0].referenced_sop_instance_uid.startswith("2.25.")


def _dsrdump(path: Path) -> int:
    """The exit code of dcmtk's reader of structured reports, which checks the tree."""
    assert shutil.which("dsrdump")
    return subprocess.run(["dsrdump", "-q", str(path)], capture_output=True, check=False).returncode


def test_implicit_encoding_and_explicit_give_the_same_tree() -> None:
    make: Callable[[], tuple[Dataset, ...]] = lambda: (  # noqa: E731
        _item("TEXT", _PRIVATE, "mass Ormerodia"),
        _item("CONTAINER", _CONCEPT, None, _item("PNAME", _CONCEPT, "Ormerodia^Ida")),
    )
    trees = [_planned(_report(*make(), explicit=explicit), _policy())[1] for explicit in (True, False)]
    assert trees[1].file_meta.TransferSyntaxUID == ImplicitVRLittleEndian
    assert trees[0].ContentSequence == trees[1].ContentSequence
