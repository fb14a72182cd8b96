"""What an instance says of itself: marks that are missing, and marks that claim too much."""

from collections.abc import Callable

import pytest
from pydicom import Dataset

from bme_med.verify.audits import told_of
from bme_med.verify.dicom import DicomJudge
from bme_med.verify.findings import Check
from tests.oracles.runs import policy
from tests.verify.sabotage import edited, judged, person, problems_of

ITEM = "DeidentificationMethodCodeSequence"
TEMPORAL = "LongitudinalTemporalInformationModified"


def claim(code: str, meaning: str = "a meaning", scheme: str = "DCM") -> Callable[[Dataset], object]:
    def add(ds: Dataset) -> None:
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, scheme, meaning
        ds[ITEM].value.append(item)

    return add


MARKS: dict[str, Callable[[Dataset], object]] = {
    "identity removed is missing": lambda ds: ds.__delitem__("PatientIdentityRemoved"),
    "identity removed is NO": lambda ds: setattr(ds, "PatientIdentityRemoved", "NO"),
    "the method is missing": lambda ds: ds.__delitem__("DeidentificationMethod"),
    "the method is another's": lambda ds: setattr(ds, "DeidentificationMethod", "by hand"),
    "the method is too long": lambda ds: setattr(ds, "DeidentificationMethod", "bme-med " + "x" * 60),
    "the method speaks of exceptions": lambda ds: setattr(
        ds, "DeidentificationMethod", ["bme-med x", "exceptions keep more than PS3.15 Table E.1-1 does"]
    ),
    "the codes are missing": lambda ds: ds.__delitem__(ITEM),
    "the codes are empty": lambda ds: setattr(ds, ITEM, []),
    "a code of no scheme": lambda ds: setattr(ds[ITEM].value[0], "CodingSchemeDesignator", "99X"),
    "cleaned pixels are claimed": claim("113101"),
    "cleaned faces are claimed": claim("113102"),
    "cleaned graphics are claimed": claim("113103"),
    "cleaned descriptors are claimed": claim("113105"),
    "full dates are claimed": claim("113106"),
    "kept devices are claimed": claim("113109"),
    "kept UIDs are claimed": claim("113110"),
    "a code twice": claim("113100"),
    "dates are called modified": lambda ds: setattr(
        ds, "LongitudinalTemporalInformationModified", "MODIFIED"
    ),
    "dates are called unmodified": lambda ds: setattr(
        ds, "LongitudinalTemporalInformationModified", "UNMODIFIED"
    ),
    "dates are not spoken of": lambda ds: ds.__delitem__("LongitudinalTemporalInformationModified"),
}


@pytest.mark.parametrize("what", MARKS)
@pytest.mark.parametrize("has_source", [True, False])
def test_a_mark_that_is_not_true_is_found(what: str, *, has_source: bool) -> None:
    source, output = person()
    assert Check.MARKS in judged(edited(output, MARKS[what]), source if has_source else None)


def test_pixels_without_text_are_not_to_be_claimed() -> None:
    source, output = person()
    spoilt = edited(output, lambda ds: setattr(ds, "BurnedInAnnotation", "NO"))
    assert any(problem.place == "(0028,0301)" for problem in problems_of(spoilt, source))


def test_cleaned_pixels_may_be_claimed_where_the_audit_says_that_no_text_is_left() -> None:
    source, output = person()

    def mark(ds: Dataset) -> None:
        claim("113101")(ds)
        ds.BurnedInAnnotation = "NO"

    said = "PS3.15 E.1.1: NO, as text was covered or looked for, and none is known to be left"
    left = said.replace("NO, as", "YES, as")
    line = {"where": "(0028,0301) BurnedInAnnotation", "code": "D", "rule": said}
    judge = DicomJudge(policy("ps315-basic").profile)
    assert judge.judge(edited(output, mark), source, told_of({"actions": [line]})).problems == ()
    unsure = judge.judge(edited(output, mark), source, told_of({"actions": [{**line, "rule": left}]}))
    assert {problem.place for problem in unsure.problems} == {"(0012,0064)", "(0028,0301)"}
