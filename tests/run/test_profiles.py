from functools import reduce
from pathlib import Path

import pytest

from bme_med.core import Option, ProfileError
from bme_med.core.profile_keys import KEYS
from bme_med.core.resources import profile_names
from bme_med.run import check_profile, load_profile, profile_settings, ready_made_options, ready_made_profiles


def write(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def test_ready_made_profiles_load_by_name_and_are_sound() -> None:
    assert [profile.name for profile in ready_made_profiles()] == profile_names()
    for name in profile_names():
        assert check_profile(name).name == name


def test_the_settings_of_a_profile_have_every_key() -> None:
    said = profile_settings(load_profile("hipaa-safe-harbor"))
    for key in KEYS:
        *tables, name = key.path.split(".")
        if key.path != "extends":
            assert name in reduce(lambda inner, table: inner[table], tables, said), key.path


def test_a_file_extends_a_ready_made_profile_or_another_file_seen_from_itself(tmp_path: Path) -> None:
    write(
        tmp_path / "base" / "site.toml",
        'name = "site"\nextends = "hipaa-safe-harbor"\n[files]\nnames = "hash"\n',
    )
    ours = write(tmp_path / "ours.toml", 'name = "ours"\nextends = "base/site.toml"\n')
    profile = load_profile(ours)
    assert (profile.name, profile.names, profile.dates) == ("ours", "hash", "year")


def test_each_of_a_list_is_seen_from_the_file_that_names_it(tmp_path: Path) -> None:
    write(tmp_path / "base" / "site.toml", 'name = "site"\nextends = "dates.toml"\n[files]\nnames = "hash"\n')
    write(tmp_path / "base" / "dates.toml", 'name = "dates"\n[dates]\npolicy = "year"\n')
    write(tmp_path / "device.toml", 'name = "device"\nextends = "option-retain-device-identity"\n')
    ours = write(
        tmp_path / "ours.toml",
        'name = "ours"\nextends = ["ps315-basic", "base/site.toml", "device.toml", "option-retain-uids"]\n',
    )
    profile = load_profile(ours)
    assert (profile.names, profile.dates) == ("hash", "year")
    assert profile.options == {"retain-device-identity", "retain-uids"}


def test_an_option_alone_is_no_profile_and_the_error_says_what_to_write() -> None:
    with pytest.raises(ProfileError, match=r'extends = \["ps315-basic", "option-retain-uids"\]'):
        load_profile("option-retain-uids")


def test_options_follow_the_order_of_the_standard() -> None:
    assert [part.name for part in ready_made_options()] == [f"option-{option}" for option in Option]
    sections = [float(part.title.rpartition("E.3.")[2]) for part in ready_made_options()]
    assert sections == sorted(sections)


def test_shifted_dates_composed_after_years_shift_and_full_dates_contradict(tmp_path: Path) -> None:
    temporal = "option-retain-longitudinal-temporal-information"
    text = 'name = "ours"\nextends = ["hipaa-safe-harbor", "{}"]\n'
    ours = write(tmp_path / "ours.toml", text.format(f"{temporal}-modified-dates"))
    assert load_profile(ours).dates == "shift"
    with pytest.raises(ProfileError, match="contradicts"):
        load_profile(write(tmp_path / "full.toml", text.format(f"{temporal}-full-dates")))


def test_a_misspelt_name_is_answered_with_the_right_one() -> None:
    with pytest.raises(ProfileError, match="did you mean 'hipaa-safe-harbor'"):
        load_profile("hippa-safe-harbor")


@pytest.mark.parametrize("name", ["gone.toml", "no/such/profile"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProfileError, match=name):
        load_profile(str(tmp_path / name))


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ProfileError, match="UTF-8"):
        load_profile(str(tmp_path / "p.toml"))


def test_profiles_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.toml", 'name = "a"\nextends = "b.toml"\n')
    write(tmp_path / "b.toml", 'name = "b"\nextends = "a.toml"\n')
    with pytest.raises(ProfileError, match="circle"):
        load_profile(str(tmp_path / "a.toml"))


def test_an_attribute_that_does_not_exist_is_found_by_check(tmp_path: Path) -> None:
    path = write(tmp_path / "p.toml", 'name = "p"\n[dicom.attributes]\nPatientsName = "K"\n')
    with pytest.raises(ProfileError, match="PatientsName"):
        check_profile(path)


def test_settings_name_every_key_of_a_profile() -> None:
    settings = profile_settings(load_profile("research-longitudinal"))
    assert settings["dates"] == {"policy": "shift"}
    assert settings["dicom"]["attributes"]["PatientID"] == {"action": "D", "value": "{subject}"}


def test_a_file_of_words_is_looked_for_beside_the_profile_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "ours.txt").write_text("# ours\nknieprotokoll\n", encoding="utf-8")
    base, own = tmp_path / "lists" / "base.toml", tmp_path / "own.toml"
    base.write_text("name = 'base'\n[dicom]\nvocabulary = ['ours.txt']\n")
    own.write_text("name = 'own'\nextends = 'lists/base.toml'\n[dicom]\nwords = ['hüftprotokoll']\n", "utf-8")
    profile = load_profile(str(own))
    assert profile.vocabulary == ("hüftprotokoll", "knieprotokoll")
    assert profile_settings(profile)["dicom"]["vocabulary"] == ["ours.txt"]
    before = profile.sha256
    (tmp_path / "lists" / "ours.txt").write_text("knieprotokoll zwei\n", encoding="utf-8")
    assert load_profile(str(own)).sha256 != before


@pytest.mark.parametrize(("raw", "reason"), [(None, "cannot be read"), (b"\xff\xfe", "not UTF-8 text")])
def test_a_file_of_words_that_cannot_be_read_is_an_error(
    tmp_path: Path, raw: bytes | None, reason: str
) -> None:
    own = tmp_path / "own.toml"
    own.write_text("name = 'own'\n[dicom]\nvocabulary = ['ours.txt']\n")
    if raw is not None:
        (tmp_path / "ours.txt").write_bytes(raw)
    with pytest.raises(ProfileError, match=rf"dicom\.vocabulary.*ours\.txt .*{reason}"):
        load_profile(str(own))


def test_a_list_of_private_attributes_is_read_beside_its_profile_and_checked(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("name = 'own'\nextends = 'tcia-research'\n[dicom]\nsafe-private = ['ours.csv']\n")
    with pytest.raises(ProfileError, match=r"own\.toml: dicom\.safe-private: ours\.csv cannot be read"):
        load_profile(str(own))
    (tmp_path / "ours.csv").write_text('private_creator,tag_pattern\nACME,"(0019,xx0A)"\n')
    profile = check_profile(str(own))
    assert profile_settings(profile)["dicom"]["safe-private"] == ["safe_private_more.csv", "ours.csv"]
    (tmp_path / "ours.csv").write_text('private_creator,tag_pattern\nACME,"(0018,xx0A)"\n')
    with pytest.raises(ProfileError, match=r"a private attribute is written as"):
        check_profile(str(own))
