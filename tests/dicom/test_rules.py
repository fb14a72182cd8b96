"""The action table, attribute by attribute."""

import pytest

from bme_med.core import Profile, ProfileError, parse_profile
from bme_med.core.resources import read_resource, read_table
from bme_med.dicom import action_table
from bme_med.dicom.decisions import Do
from bme_med.dicom.dictionary import dictionary

_BASE = "name='p'\nextends='ps315-basic'\n"


def _profile(text: str = _BASE) -> Profile:
    return parse_profile("p", lambda name: (name, text if name == "p" else read_resource(f"{name}.toml")))


def _do(
    keyword: str, text: str = _BASE, *, iod: str = "mr-image", path: tuple[str, ...] = (), vr: str = ""
) -> Do:
    tag = dictionary().tags[keyword]
    standard = dictionary().entries[tag][0]
    return action_table(_profile(text)).decide(tag, vr or standard, iod, path).do


def test_every_row_of_the_table_is_decided_and_none_is_kept_without_an_option() -> None:
    rules = action_table(_profile("name='p'")).dataset("")
    kept = (Do.KEEP, Do.SEARCH, Do.CODED, Do.CLASS_UID, Do.KEPT_UID, Do.RECURSE)
    for row in read_table("ps315_e1_1.csv"):
        tag = dictionary().tags.get(row["keyword"])
        if tag is not None:
            assert rules[tag, row["vr"][:2]].do not in kept, row["keyword"]


def test_every_option_changes_each_row_that_its_column_names() -> None:
    columns = {
        "rtn_uids": "retain-uids",
        "rtn_dev_id": "retain-device-identity",
        "rtn_inst_id": "retain-institution-identity",
        "rtn_pat_chars": "retain-patient-characteristics",
        "rtn_long_full_dates": "retain-longitudinal-temporal-information-full-dates",
    }
    kept = (Do.KEEP, Do.SEARCH, Do.CODED, Do.CLASS_UID, Do.KEPT_UID, Do.RECURSE)
    for column, option in columns.items():
        rules = action_table(_profile(f"name='p'\n[dicom]\noptions=['{option}']")).dataset("")
        for row in read_table("ps315_e1_1.csv"):
            tag = dictionary().tags.get(row["keyword"])
            if row[column] == "K" and tag is not None and tag >> 16 not in (0, 2, 4):
                assert rules[tag, row["vr"][:2]].do in kept, (option, row["keyword"])


@pytest.mark.parametrize(
    ("keyword", "iod", "expected"),
    [
        ("DeviceSerialNumber", "mr-image", Do.REMOVE),
        ("DeviceSerialNumber", "enhanced-mr-image", Do.DUMMY),
        ("ContentDate", "mr-image", Do.EMPTY),
        ("ContentDate", "segmentation", Do.DUMMY),
        ("SeriesDate", "positron-emission-tomography-image", Do.DUMMY),
        ("PresentationCreationDate", "grayscale-softcopy-presentation-state", Do.DUMMY),
        ("PresentationCreationDate", "mr-image", Do.REMOVE),
        ("DeviceSerialNumber", "no such IOD", Do.REMOVE),
    ],
)
def test_types_resolve_compound_codes_and_protect_the_iod(keyword: str, iod: str, expected: Do) -> None:
    assert _do(keyword, iod=iod) is expected


@pytest.mark.parametrize(
    ("keyword", "vr", "expected"),
    [
        ("Manufacturer", "", Do.SEARCH),
        ("Manufacturer", "UN", Do.SEARCH),
        ("Manufacturer", "OB", Do.REMOVE),
        ("BodyPartExamined", "LO", Do.SEARCH),
        ("Rows", "SS", Do.KEEP),
        ("Rows", "LO", Do.REMOVE),
        ("Rows", "OB", Do.REMOVE),
        ("EchoTime", "OB", Do.REMOVE),
        ("RedPaletteColorLookupTableData", "OB", Do.KEEP),
        ("SliceThickness", "IS", Do.CODED),
        ("SliceThickness", "PN", Do.REMOVE),
    ],
)
def test_a_vr_that_is_not_the_dictionarys_is_judged_by_the_more_identifying_one(
    keyword: str, vr: str, expected: Do
) -> None:
    assert _do(keyword, vr=vr) is expected


def test_clean_beats_keep_where_options_disagree() -> None:
    options = "retain-device-identity', 'retain-longitudinal-temporal-information-modified-dates"
    assert _do("DateOfLastCalibration", f"name='p'\n[dicom]\noptions=['{options}']") is Do.SHIFT


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("PatientsName = 'X'", "did you mean 'PatientName'"),
        ("'(0019,1001)' = 'K'", "needs its creator"),
        ("'(0018,xx01) ACME' = 'K'", "is written as"),
    ],
)
def test_a_selector_that_names_nothing_is_an_error_with_a_hint(line: str, expected: str) -> None:
    with pytest.raises(ProfileError, match=r"dicom\.attributes") as caught:
        action_table(_profile(f"name='p'\n[dicom.attributes]\n{line}"))
    assert expected in str(caught.value)


def test_an_option_that_is_not_available_is_an_error_and_never_ignored() -> None:
    with pytest.raises(ProfileError, match="clean-recognizable-visual-features is not available"):
        action_table(_profile("name='p'\n[dicom]\noptions=['clean-recognizable-visual-features']"))


def test_exact_selectors_beat_patterns_and_narrow_patterns_wide_ones() -> None:
    text = _BASE + "[dicom.attributes]\n'(0018,10xx)'='Z'\n'(0018,xxxx)'='X'\nProtocolName='K'"
    assert _do("ProtocolName", text) is Do.SEARCH
    assert _do("SoftwareVersions", text) is Do.EMPTY
    assert _do("SliceThickness", text) is Do.REMOVE
