"""A structured report (PS3.3, A.35.3 Comprehensive SR IOD; C.17 for its content)."""

from dicom_writer import Dataset, Element, el, seq
from mri import MR
from patients import BORN_1931, Instance, Patient, code, patient, reference, study, uid

__all__ = ["report"]

_SR = "1.2.840.10008.5.1.4.1.1.88.33"


def report() -> Instance:
    """A Comprehensive SR of patient 1 with names, dates, UIDs and IDs in its content (PS3.3, A.35.3)."""
    who = BORN_1931
    image = reference(MR, uid(who, 4, 4, 3))
    evidence = [
        el(0x0020000D, "UI", who.study),
        seq(0x00081115, [el(0x0020000E, "UI", uid(who, 3, 4)), seq(0x00081199, image)]),
    ]
    verifier = [
        el(0x0040A027, "LO", who.institution),
        el(0x0040A030, "DT", who.date + "093015.250000"),
        el(0x0040A075, "PN", "Ferrowick^Elspetha"),
        seq(0x0040A088, code("DOC-40288", "99STAFF", "Ferrowick, Elspetha")),
    ]
    dataset = [
        *patient(who),
        *study(who, "MRI BRAIN Quillfeather, Oriana"),
        el(0x00080012, "DA", who.date),
        el(0x00080013, "TM", "093010.125000"),
        el(0x00080016, "UI", _SR),
        el(0x00080018, "UI", uid(who, 4, 99, 1)),
        el(0x00080021, "DA", who.date),
        el(0x00080023, "DA", who.date),
        el(0x00080031, "TM", "092955.500000"),
        el(0x00080033, "TM", "093010.125000"),
        el(0x00080060, "CS", "SR"),
        el(0x00080070, "LO", "Inkwell Dictation"),
        el(0x00080080, "LO", who.institution),
        el(0x0008103E, "LO", "Report on Oriana Quillfeather"),
        seq(0x00081111),
        el(0x0020000E, "UI", uid(who, 3, 99)),
        el(0x00200011, "IS", "99"),
        el(0x00200013, "IS", "1"),
        seq(0x0040A073, verifier),
        seq(0x0040A372),
        seq(0x0040A375, evidence),
        el(0x0040A491, "CS", "COMPLETE"),
        el(0x0040A493, "CS", "VERIFIED"),
        *_content(who, image),
    ]
    return Instance(who, dataset, meta=((0x00020012, "UI", "1.3.6.1.4.1.32473.7341.96"),))


def _content(who: Patient, image: Dataset) -> Dataset:
    """The root container and its tree."""
    findings = [
        _item("CONTAINS", "TEXT", code("121071", "DCM", "Finding"), el(0x0040A160, "UT", _finding())),
        _item(
            "CONTAINS", "IMAGE", code("121080", "DCM", "Best illustration of finding"), seq(0x00081199, image)
        ),
    ]
    return [
        el(0x0040A040, "CS", "CONTAINER"),
        seq(0x0040A043, code("18748-4", "LN", "Diagnostic imaging report")),
        el(0x0040A050, "CS", "SEPARATE"),
        seq(
            0x0040A730,
            _item(
                "HAS OBS CONTEXT",
                "PNAME",
                code("121008", "DCM", "Person Observer Name"),
                el(0x0040A123, "PN", "Ferrowick^Elspetha"),
            ),
            _item(
                "HAS OBS CONTEXT",
                "PNAME",
                code("121029", "DCM", "Subject Name"),
                el(0x0040A123, "PN", who.name),
            ),
            _item(
                "HAS OBS CONTEXT",
                "TEXT",
                code("121030", "DCM", "Subject ID"),
                el(0x0040A160, "UT", who.number),
            ),
            _item(
                "HAS OBS CONTEXT",
                "DATE",
                code("121031", "DCM", "Subject Birth Date"),
                el(0x0040A121, "DA", who.birth),
            ),
            _item(
                "HAS OBS CONTEXT",
                "UIDREF",
                code("121018", "DCM", "Procedure Study Instance UID"),
                el(0x0040A124, "UI", who.study),
            ),
            _item(
                "CONTAINS",
                "CONTAINER",
                code("121070", "DCM", "Findings"),
                el(0x0040A050, "CS", "SEPARATE"),
                seq(0x0040A730, *findings),
            ),
        ),
    ]


def _item(relation: str, kind: str, name: Dataset, *values: Element) -> Dataset:
    """A content item (PS3.3, C.17.3)."""
    return [
        el(0x0040A010, "CS", relation),
        el(0x0040A040, "CS", kind),
        seq(0x0040A043, name),
        *values,
    ]


def _finding() -> str:
    return (
        "Mrs. Quillfeather, a 93-year-old retired lighthouse keeper, was seen on 2024-03-14 at Zephyrmoor. "
        "No bleeding. Atrophy fits her age. Discussed with Dr. Brackenfold and with her daughter Perpetua."
    )
