"""De-identification Method: who says what in it, and what of an earlier pass may stand there still."""

from dataclasses import replace
from io import BytesIO

import pytest
from pydicom import Dataset, dcmread

from bme_med import __version__
from bme_med.verify import Check
from bme_med.verify.dicom import DicomJudge
from bme_med.verify.findings import Problem
from bme_med.verify.judged import Told
from bme_med.verify.methods import Maker
from tests.oracles.runs import deidentify, policy
from tests.verify.sabotage import BASIC, edited, pair, person, problems_of, told_of_person

OURS = f"bme-med {__version__} {BASIC}"
METHOD = "(0012,0063)"
KEPT_BY_HAND = ["Manual, for Zebedee Quillfeather", "ID QF-4711-ZZ", "checked in room 5", "by CTP"]


def say(*values: str) -> bytes:
    return edited(person()[1], lambda ds: setattr(ds, "DeidentificationMethod", [*values]))


def places(problems: "list[Problem] | tuple[Problem, ...]") -> set[str]:
    return {problem.place for problem in problems}


FORGED = {
    "a name beside ours": (OURS, "Quillfeather Zebedee QF-4711-ZZ 19610304"),
    "a digit date beside ours": (OURS, "19610304"),
    "a stranger beside ours": (OURS, "checked by Miller"),
    "a name in ours": (f"bme-med {__version__} Quillfeather QF-4711-ZZ",),
    "a profile that is none": ("bme-med x",),
    "another profile": (f"bme-med {__version__} hipaa-safe-harbor",),
    "a version that is none": (f"bme-med 1.0+quillfeather {BASIC}",),
    "ours twice": (OURS, OURS),
    "more behind ours": (f"{OURS} of Miller",),
    "nothing of ours": ("by hand",),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_method_that_this_application_did_not_write_is_found(what: str) -> None:
    assert METHOD in places(problems_of(say(*FORGED[what]), person()[0]))


@pytest.mark.parametrize("method", ["Quillfeather", "QF-4711-ZZ", "4 March 1961", "1961-03-04"])
def test_a_method_is_searched_for_identifiers(method: str) -> None:
    found = problems_of(say(OURS, f"sent for {method}"), person()[0])
    assert (METHOD, Check.IDENTIFIER) in {(problem.place, problem.check) for problem in found}


def test_the_version_is_the_one_that_the_audit_names() -> None:
    source, output = person()
    profile = policy(BASIC).profile
    other = DicomJudge(profile, maker=Maker(BASIC, "9.9.9")).judge(output, source, Told())
    assert places(other.problems) == {METHOD}
    assert DicomJudge(profile, maker=Maker(BASIC, __version__)).judge(output, source, Told()).problems == ()


def earlier(*values: str) -> Dataset:
    ds = told_of_person()
    ds.PatientIdentityRemoved, ds.DeidentificationMethod = "YES", [*values]
    return ds


@pytest.mark.parametrize(
    "values",
    [
        KEPT_BY_HAND,
        ["by hand"],
        [OURS],
        [OURS, "by hand"],
        ["bme-med 0.0.9 ps315-basic", "by hand"],
        [f"bme-med {__version__} hipaa-safe-harbor"],
    ],
)
def test_what_an_earlier_pass_said_may_stay_without_its_identifiers(values: list[str]) -> None:
    source, output = pair(earlier(*values))
    assert DicomJudge(policy(BASIC).profile).judge(output, None, Told()).problems == ()
    judge = DicomJudge(policy(BASIC).profile, maker=Maker(BASIC, __version__))
    assert judge.judge(output, source, Told()).problems == ()


@pytest.mark.parametrize(
    "values",
    [
        [*KEPT_BY_HAND, OURS],
        ["Manual, for", "ID", "checked in room 6", "by CTP", OURS],
        ["by CTP", "checked in room 5", OURS],
        ["Manual, for", "ID", "checked in room 5", "by CTP", "by Miller", OURS],
    ],
)
def test_what_an_earlier_pass_did_not_say_is_found(values: list[str]) -> None:
    source, output = pair(earlier(*KEPT_BY_HAND))
    spoilt = edited(output, lambda ds: setattr(ds, "DeidentificationMethod", values))
    assert METHOD in places(problems_of(spoilt, source))


def test_a_patient_whose_name_stands_in_the_name_of_a_profile_raises_nothing() -> None:
    ds = told_of_person()
    ds.PatientName, ds.PatientID = "Harbor^Keep", "PS315"
    for name in ("hipaa-safe-harbor", BASIC):
        pair(ds, profile=name)


def test_a_profile_with_a_long_name_raises_nothing() -> None:
    source, _ = person()
    ours = policy(BASIC)
    profile = replace(ours.profile, name="a study of the knee with a name that is longer than a value may be")
    output = deidentify(source, replace(ours, profile=profile))
    assert isinstance(output, bytes)
    assert len(str(dcmread(BytesIO(output)).DeidentificationMethod)) == 64
    assert DicomJudge(profile).judge(output, source, Told()).problems == ()
