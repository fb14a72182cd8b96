"""Reading profiles."""

import json
import tomllib
from collections.abc import Mapping

import jsonschema
import pytest

from bme_med.core import Code, DatePolicy, Option, ProfileError, parse_profile
from bme_med.core.profile_keys import KEYS, json_schema
from bme_med.core.resources import option_names, profile_names, read_resource


def _reader(texts: Mapping[str, str]):  # type: ignore[no-untyped-def]
    return lambda name: (name, texts[name])


def _error(text: str) -> str:
    with pytest.raises(ProfileError) as caught:
        parse_profile("p", _reader({"p": text}))
    return str(caught.value)


def test_every_ready_made_profile_loads_and_fits_the_schema() -> None:
    assert {"ps315-basic", "hipaa-safe-harbor", "research-longitudinal"} <= set(profile_names())
    for name in profile_names():
        text = read_resource(f"{name}.toml")
        jsonschema.validate(tomllib.loads(text), json_schema())
        profile = parse_profile(name, lambda wanted: (wanted, read_resource(f"{wanted}.toml")))
        assert profile.name == name
        assert profile.title


def test_the_schema_is_a_schema_and_knows_each_key() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for key in KEYS:
        table = schema
        for part in key.path.split("."):
            table = table["properties"][part]
        assert table["description"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title = 'x'", ["p", "name"]),
        ("name = 'x'\ntitel = 'y'", ["titel", "did you mean 'title'"]),
        (
            "name = 'x'\n[dates]\npolicy = 'yaer'",
            ["dates.policy", "mean 'year'", "remove, year, shift"],
        ),
        ("name = 'x'\n[dicom]\noptions = ['retain-uid']", ["dicom.options", "did you mean 'retain-uids'"]),
        ("name = 'x'\n[dicom]\noptions = 'retain-uids'", ["dicom.options", "a list of texts"]),
        ("name = 'x'\n[dicom.attributes]\nPatientID = 'Q'", ["dicom.attributes.PatientID.action", "X, Z, D"]),
        ("name = 'x'\n[dicom.attributes]\nPatientID = {action='D', vlaue='1'}", ["did you mean 'value'"]),
        ("name = 'x'\n[dicom.attributes]\nPatientID = {action='D', value='{name}'}", ["{subject}"]),
        ("name = 'x'\n[dicom.attributes]\nPatientID = {action='X', value='1'}", ["action D only"]),
        ("name = 'x'\n[files]\npattern = 'fixed'", ["files.pattern", "{n}"]),
        ("name = 'x'\n[files]\nnames = 'hash'\npattern = '{n}'", ["files.pattern", "{hash}"]),
        ("name = 'x'\n[files]\ndicom-path = '{PatientName}.dcm'", ["files.dicom-path", "{PatientID}"]),
        ("name = 'x'\nextends = 3", ["extends", "text in quotes or a list of texts"]),
        ("name = 'x'\nextends = ['y', 3]", ["extends", "text in quotes or a list of texts"]),
        (
            "name = 'x'\n[files]\ndicom-path = '{SeriesInstanceUID}.dcm'",
            ["files.dicom-path", "{SOPInstanceUID}"],
        ),
        (
            "name = 'x'\n[files]\ndicom-path = '/{SOPInstanceUID}'",
            ["files.dicom-path", "does not start with"],
        ),
        ("name = 'x'\n[files]\ndicom-path = '../{SOPInstanceUID}'", ["files.dicom-path", "'..'"]),
        ("name = 'x'\n[files]\npattern = '../{n}'", ["files.pattern", "'..'"]),
        ("name = 'x'\n[files]\npattern = '{n:x}'", ["files.pattern", "{n:02}"]),
        ("name = 'x'\n[files]\npattern = '{date:year}_{n}'", ["files.pattern", "dates.policy removes"]),
        ("name = 'x'\n[files]\ndicom-path = '{date:year}/{instance}'", ["files.dicom-path", "removes"]),
        (
            "name = 'x'\n[files]\ndicomdir = 'rebuild'\ndicom-path = '{subject}/{instance}'",
            ["files.dicom-path", "PS3.10, 8.2", "{patient}"],
        ),
        ("name = 'x'\n[subjects]\nunlisted = 'skip'", ["subjects.unlisted", "refuse, pseudonym"]),
        ("name = 'x'\nphoto = 3", ["photo", "expected a table"]),
        ("name = ", ["not valid TOML"]),
    ],
)
def test_an_error_names_profile_key_and_what_was_expected(text: str, expected: list[str]) -> None:
    message = _error(text)
    for part in ["p: ", *expected]:
        assert part in message


def test_extends_adds_options_and_overrides_the_rest() -> None:
    texts = {
        "base": "name='base'\n[dicom]\noptions=['retain-uids']\n"
        "[dicom.attributes]\nPatientID='X'\nStudyID='K'",
        "p": "name='p'\nextends='base'\n[dicom]\noptions=['retain-device-identity']\n"
        "[dicom.attributes]\nPatientID='Z'",
    }
    profile = parse_profile("p", _reader(texts))
    assert profile.options == {Option.RETAIN_UIDS, Option.RETAIN_DEVICE_IDENTITY}
    codes = {rule.selector: rule.code for rule in profile.attributes}
    assert codes == {"PatientID": Code.Z, "StudyID": Code.K}


def test_of_a_list_the_later_wins_and_the_profile_itself_over_all() -> None:
    texts = {
        "one": "name='one'\ntitle='One'\n[dates]\npolicy='year'\n[files]\nnames='hash'\n"
        "[dicom]\noptions=['retain-uids']\n[dicom.attributes]\nStudyID='K'",
        "two": "name='two'\ntitle='Two'\n[dates]\npolicy='shift'\n"
        "[dicom.attributes]\nStudyID='Z'\nPatientID='X'",
        "p": "name='p'\nextends=['one', 'two']\n[dicom.attributes]\nPatientID='Z'",
    }
    profile = parse_profile("p", _reader(texts))
    assert (profile.dates.value, profile.names) == ("shift", "hash")
    assert profile.options == {Option.RETAIN_UIDS}
    assert {rule.selector: rule.code for rule in profile.attributes} == {
        "StudyID": Code.Z,
        "PatientID": Code.Z,
    }
    assert profile.title == ""


def test_a_list_may_reach_one_profile_by_two_ways() -> None:
    texts = {
        "base": "name='base'\n[dates]\npolicy='year'",
        "one": "name='one'\nextends='base'",
        "two": "name='two'\nextends='base'",
        "p": "name='p'\nextends=['one', 'two']",
    }
    assert parse_profile("p", _reader(texts)).dates is DatePolicy.YEAR


@pytest.mark.parametrize(
    "texts",
    [
        {"p": "name='p'\nextends='p'"},
        {"p": "name='p'\nextends='q'", "q": "name='q'\nextends='p'"},
        {"p": "name='p'\nextends=['ok', 'q']", "q": "name='q'\nextends=['ok', 'p']", "ok": "name='ok'"},
    ],
)
def test_profiles_that_extend_each_other_are_an_error_that_names_them(texts: Mapping[str, str]) -> None:
    with pytest.raises(ProfileError, match=r"circle: p -> (q -> )?p$"):
        parse_profile("p", _reader(texts))


@pytest.mark.parametrize("option", Option)
def test_every_option_of_the_standard_has_a_part_that_adds_it_and_no_other(option: Option) -> None:
    name = f"option-{option}"
    assert name in option_names()
    text = f"name='p'\nextends=['ps315-basic', '{name}']"
    jsonschema.validate(tomllib.loads(text), json_schema())
    jsonschema.validate(tomllib.loads(read_resource(f"{name}.toml")), json_schema())
    profile = parse_profile(
        "p", lambda wanted: (wanted, text if wanted == "p" else read_resource(f"{wanted}.toml"))
    )
    assert profile.options == {option}
    assert {rule.selector for rule in profile.attributes} == {"PatientID", "PatientName"}


def test_there_is_no_part_without_an_option() -> None:
    assert option_names() == sorted(f"option-{option}" for option in Option)


def test_full_and_modified_dates_exclude_each_other() -> None:
    full = "retain-longitudinal-temporal-information-full-dates"
    modified = "retain-longitudinal-temporal-information-modified-dates"
    assert "exclude" in _error(f"name='p'\n[dicom]\noptions=['{full}','{modified}']")
    assert "contradicts" in _error(f"name='p'\n[dicom]\noptions=['{full}']\n[dates]\npolicy='year'")
    for option, policy in ((full, DatePolicy.KEEP), (modified, DatePolicy.SHIFT)):
        profile = parse_profile("p", _reader({"p": f"name='p'\n[dicom]\noptions=['{option}']"}))
        assert profile.dates is policy


def test_the_digest_tells_profiles_apart_and_depends_on_what_they_extend() -> None:
    base, other = "name='base'", "name='base'\n[dates]\npolicy='year'"
    child = "name='p'\nextends='base'"
    one = parse_profile("p", _reader({"p": child, "base": base}))
    two = parse_profile("p", _reader({"p": child, "base": other}))
    again = parse_profile("p", _reader({"p": child, "base": base}))
    assert one.sha256 == again.sha256 != two.sha256


def test_the_year_may_be_told_where_it_stays_and_a_dicomdir_gets_paths_of_its_own() -> None:
    text = "name='p'\n[dates]\npolicy='year'\n[files]\ndicomdir='rebuild'\n"
    text += "pattern='{subject}/{date:year}_{n:02}'"
    profile = parse_profile("p", _reader({"p": text}))
    assert profile.pattern == "{subject}/{date:year}_{n:02}"
    assert profile.dicom_path == "{patient}/{study}/{series}/{instance}"


def test_words_and_files_of_words_add_up_and_are_part_of_the_digest() -> None:
    texts = {
        "base": "name='base'\n[dicom]\nwords=['one']\nvocabulary=['a.txt']",
        "p": "name='p'\nextends='base'\n[dicom]\nwords=['two']\nvocabulary=['b.txt']",
    }
    lists = {("a.txt", "base"): "\ufeff# note\n\nthree four\r\n", ("b.txt", "p"): "99S\tA\tFive six\n"}
    profile = parse_profile("p", _reader(texts), read_list=lambda name, source: lists[name, source])
    assert profile.vocabulary == ("one", "two", "three four", "99S\tA\tFive six")
    other = {**lists, ("a.txt", "base"): "three\n"}
    changed = parse_profile("p", _reader(texts), read_list=lambda name, source: other[name, source])
    assert changed.sha256 != profile.sha256


@pytest.mark.parametrize("text", ["99S\tA", "a\tb\tc\td"])
def test_a_line_that_is_neither_words_nor_a_code_is_an_error_that_names_the_line(text: str) -> None:
    files = _reader({"p": "name='p'\n[dicom]\nvocabulary=['a.txt']"})
    with pytest.raises(ProfileError, match=r"line 2 of a\.txt"):
        parse_profile("p", files, read_list=lambda _name, _source: f"ok\n{text}")
    with pytest.raises(ProfileError, match=r"dicom\.words.*tabs"):
        parse_profile("p", _reader({"p": f"name='p'\n[dicom]\nwords=[{json.dumps(text)}]"}))


def test_without_a_way_to_read_files_a_profile_names_none() -> None:
    assert "no file can be read" in _error("name='p'\n[dicom]\nvocabulary=['a.txt']")
    assert "a list of texts" in _error("name='p'\n[dicom]\nwords=[3]")


def test_files_of_private_attributes_keep_them_and_lines_of_a_profile_win() -> None:
    creator = "(0019,xx0A) ACME"
    texts = {
        "base": "name='base'\n[dicom]\nsafe-private=['a.csv']\n[dicom.attributes]\n'(0019,xx0B) ACME'='X'",
        "p": "name='p'\nextends='base'\n[dicom]\nsafe-private=['b.csv']\n"
        f"[dicom.attributes]\n'{creator}'='X'",
    }
    lists = {
        ("a.csv", "base"): '# note\nprivate_creator,tag_pattern\nACME,"(0019,xx0A)"\nACME,"(0019,xx0B)"\n',
        ("b.csv", "p"): '\ufeffvr,tag_pattern,private_creator\nUS,"(0019,xx0C)","ACME, Inc."\n',
    }
    profile = parse_profile("p", _reader(texts), read_list=lambda name, source: lists[name, source])
    assert {rule.selector: rule.code.value for rule in profile.attributes} == {
        creator: "X",
        "(0019,xx0B) ACME": "X",
        "(0019,xx0C) ACME, Inc.": "K",
    }
    assert profile.safe_private == ("a.csv", "b.csv")
    other = {**lists, ("b.csv", "p"): 'tag_pattern,private_creator\n"(0019,xx0D)",ACME\n'}
    changed = parse_profile("p", _reader(texts), read_list=lambda name, source: other[name, source])
    assert changed.sha256 != profile.sha256


@pytest.mark.parametrize("text", ["private_creator,vr\nACME,US\n", "private_creator,tag_pattern\nACME\n"])
def test_a_list_of_private_attributes_without_creator_or_tag_is_an_error(text: str) -> None:
    files = _reader({"p": "name='p'\n[dicom]\nsafe-private=['a.csv']"})
    with pytest.raises(ProfileError, match=r"dicom\.safe-private: a\.csv: expected"):
        parse_profile("p", files, read_list=lambda _name, _source: text)
