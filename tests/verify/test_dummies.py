"""What stands where a rule asks for a dummy: one of the table, and no other value."""

import pytest
from pydicom import Dataset

from bme_med.verify import Check
from bme_med.verify.dummies import is_dummy
from bme_med.verify.elements import Element
from bme_med.verify.tables import load_tables
from tests.verify.sabotage import edited, pair, person, problems_of, told_of_person

MADE_UP = {
    "PatientBirthDate": "19310101",
    "AccessionNumber": "8841907",
    "ReferringPhysicianName": "Miller^Anne",
    "StudyTime": "101112",
    "StudyDate": "20200101",
    "StudyID": "8841907",
    "PatientSex": "F",
}


@pytest.mark.parametrize("keyword", MADE_UP)
def test_a_value_that_is_no_dummy_is_found_where_a_dummy_may_stand(keyword: str) -> None:
    source, output = person()
    spoilt = edited(output, lambda ds: setattr(ds, keyword, MADE_UP[keyword]))
    assert Check.RULE in {problem.check for problem in problems_of(spoilt, source)}


def test_an_item_that_says_something_is_found_where_a_dummy_item_may_stand() -> None:
    ds = told_of_person()
    step = Dataset()
    step.ReferencedSOPClassUID, step.ReferencedSOPInstanceUID = "1.2.840.10008.3.1.2.3.3", "1.2.3.4.5.6"
    ds.ReferencedStudySequence = [step]
    source, output = pair(ds)

    def say(copy: Dataset) -> None:
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "7", "99X", "Miller"
        copy.ReferencedStudySequence = [item]

    assert problems_of(edited(output, say), source)


@pytest.mark.parametrize("number", ["8841907", "ZZ 8841907 A"])
def test_the_number_in_an_id_is_searched_for_without_what_stands_around_it(number: str) -> None:
    ds = told_of_person()
    ds.PatientID = "MRN-8841907"
    source, output = pair(ds)
    spoilt = edited(output, lambda copy: setattr(copy, "ManufacturerModelName", number))
    assert Check.IDENTIFIER in {problem.check for problem in problems_of(spoilt, source)}


@pytest.mark.parametrize(
    ("vr", "raw", "says"),
    [
        ("DA", b"19000101", True),
        ("DA", b"19000102", True),
        ("DA", b"19000103", False),
        ("SH", b"ANONYMIZED", True),
        ("SH", b"19000101", False),
        ("TM", b"000000", True),
        ("US", bytes(2), True),
        ("US", b"\1\0", False),
        ("OB", bytes(2), True),
        ("UI", b"1.2.3", False),
    ],
)
def test_a_dummy_is_one_of_its_own_vr(vr: str, raw: bytes, *, says: bool) -> None:
    assert is_dummy(Element(0x00100010, vr, raw, ("iso8859",)), load_tables()) is says
