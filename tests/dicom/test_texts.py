"""Code Meanings and Code Values, and texts under different profiles."""

import pytest
from pydicom import Dataset

from bme_med.core import Policy, Profile, Pseudonyms, parse_profile, splice
from bme_med.core.resources import read_resource
from bme_med.dicom import plan
from bme_med.dicom.identifiers import Identifiers, Kind, Mention
from bme_med.dicom.texts import Texts, texts_for
from tests.dicom.making import encoded, mr_instance, profile
from tests.oracles.reading import read

_HAND = Identifiers([Mention(Kind.PERSON, "", b"Bone^Long")])
_NOBODY = Identifiers(())


def _meaning(meaning: str, scheme: str, code: str, identifiers: Identifiers = _NOBODY) -> bytes | None:
    return Texts(profile(), identifiers).meaning(meaning.encode(), "ISO_IR 192", scheme, code)


def test_a_standard_meaning_stays_although_the_vocabulary_does_not_know_its_words() -> None:
    assert _meaning("Ibizan hound", "SCT", "10842007") == b"Ibizan hound"
    assert _meaning("Ibizan head", "SCT", "10842007") == b"head"


def test_a_patients_name_mutilates_no_standard_meaning_unless_the_whole_name_stands_there() -> None:
    assert _meaning("Bone", "SCT", "272673000", _HAND) == b"Bone"
    liver = Identifiers([Mention(Kind.PERSON, "", b"Liver^Lou")])
    assert _meaning("Liver", "SCT", "10200004", liver) == b"Liver"
    site = profile('[dicom]\nwords = ["99S\\tA\\tLong Bone"]')
    assert Texts(site, _NOBODY).meaning(b"Long Bone", "", "99S", "A") == b"Long Bone"
    assert Texts(site, _HAND).meaning(b"Long Bone", "", "99S", "A") is None


def test_a_standard_code_value_stays_although_it_holds_an_identifier() -> None:
    texts = Texts(profile(), Identifiers([Mention(Kind.ID, "", b"113100")]))
    assert texts.code_value(b"113100", "", "DCM") == b"113100"
    assert texts.code_value(b"113100", "", "99X") is None


def _coded(scheme: str, value: str, meaning: str, tag: str = "CodeValue") -> Dataset:
    item = Dataset()
    setattr(item, tag, value)
    if tag != "URNCodeValue":
        item.CodingSchemeDesignator = scheme
    item.CodeMeaning = meaning
    return item


@pytest.mark.parametrize(
    ("item", "left"),
    [
        (_coded("SCT", "10200004", "Liver"), "Liver"),
        (_coded("SRT", "T-62000", "Liver"), "Liver"),
        (_coded("99X", "1", "Liver of Oriana Quillfeather"), "Liver"),
        (_coded("99X", "1", "Zephyrine"), "ANONYMIZED"),
        (_coded("99X", "1", "Zephyrine lobe", "LongCodeValue"), "lobe"),
        (_coded("", "urn:oid:1.2", "Zephyrine lobe", "URNCodeValue"), "lobe"),
    ],
)
def test_every_code_keeps_a_meaning(item: Dataset, left: str) -> None:
    item.EquivalentCodeSequence = [_coded("99Y", "2", "lobe of Quillfeather")]
    ds = mr_instance()
    ds.AnatomicRegionSequence = [item]
    source = encoded(ds)
    kept = read(splice(plan(source, _policy(profile())).pieces, source)).AnatomicRegionSequence[0]
    assert kept.CodeMeaning == left
    assert kept.EquivalentCodeSequence[0].CodeMeaning == "lobe"


def _policy(loaded: Profile) -> Policy:
    return Policy(loaded, Pseudonyms(bytes(32)))


def test_profiles_in_one_process_clean_alike_texts_differently() -> None:
    ds = mr_instance()
    ds.SeriesDescription = "zephyrprotocol head Oriana 9.3.24"
    source = encoded(ds)
    option = "[dicom]\noptions = ['clean-descriptors']\n"
    wanted = {
        option: "head",
        option + "descriptors = 'patterns'": "zephyrprotocol head",
        option + "words = ['Zephyrprotocol']": "zephyrprotocol head",
        option + "words = ['Oriana']": "head",
    }
    policies = {_policy(profile(text)): left for text, left in wanted.items()}
    for _ in range(3):
        for policy, left in policies.items():
            kept = read(splice(plan(source, policy).pieces, source))
            assert kept.SeriesDescription == left


def test_texts_are_shared_by_what_shares_profile_and_identifiers() -> None:
    one, two = profile(), profile()
    assert texts_for(one, _NOBODY) is texts_for(one, _NOBODY)
    assert texts_for(one, _NOBODY) is not texts_for(two, _NOBODY)
    assert texts_for(one, _NOBODY) is not texts_for(one, _HAND)


def test_words_of_a_list_reach_the_engine() -> None:
    texts = {"p": "name='p'\nextends='ps315-basic'\n[dicom]\nvocabulary=['site.txt']"}
    loaded = parse_profile(
        "p",
        lambda name: (name, texts.get(name) or read_resource(f"{name}.toml")),
        read_list=lambda _name, _source: "# ours\nzephyrprotocol\n99S\tA\tQuill lobe\n",
    )
    ours = Texts(loaded, _NOBODY)
    assert ours.clean(b"Zephyrprotocol 3T", "") == b"Zephyrprotocol 3T"
    assert ours.meaning(b"Quill lobe", "", "99S", "A") == b"Quill lobe"
