"""The corpus of the score: real instances of invented patients, with identifiers among their texts."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file
from pydicom.sequence import Sequence as Items

from tests.bench.burned_in import CORPUS, rendered
from tests.bench.midi_b_judging import Burned
from tests.bench.midi_b_key import Action, Answer, Step, answers_of, digest
from tests.bench.midi_b_key import Path as Place

__all__ = ["GROUPS", "Group", "Material", "build"]


_SWIFT = "DICOM-Swift/Tests/DicomCoreTests/Fixtures"


class Group(NamedTuple):
    """Files of one invented patient: a folder of the corpus or names, every so many, and how many."""

    files: Sequence[str] | str
    every: int = 1
    most: int = 12
    has_text: bool = False


GROUPS = (
    Group("dcm_qa_philips_asl", 18),
    Group("example-dicom-functional", 14, 8),
    Group("dcm_qa_canon_61", 6, 8),
    Group("dcm_qa_uih", 4, has_text=True),
    Group([f"rt-utils/tests/mock_data/{name}.dcm" for name in ("ct_1", "ct_2", "rt")]),
    Group([f"rt-utils/tests/oriented_data/{name}.dcm" for name in "12"]),
    Group(
        [f"highdicom/data/test_files/{name}.dcm" for name in ("ct_image", "dx_image", "seg_image_ct_binary")]
    ),
    Group([f"{_SWIFT}/{name}.dcm" for name in ("MR/mr_synthetic", "CT/ct_synthetic")]),
    Group(["MR_small.dcm", "rtdose.dcm"]),
    Group(["presidio/2_ORIGINAL.dcm"], has_text=True),
    Group(["693_UNCR.dcm", "MR2_UNCR.dcm", "RG3_UNCR.dcm"], has_text=True),
)

_GIVEN, _FAMILY, _DOCTORS, _PLACES = (
    names.split()
    for names in (
        "Aurelia Bertrand Clotilde Desmond Evander Florian Griselda Hortense Ignatius Jessamine Leopold",
        "Quenneville Brackstone Thornquist Vandermolen Oyelaran Wetherspoon Kowalczyk Featherstone "
        "Marchbanks Delacourt Yamanouchi",
        "Pennyworth Abernethy Castellanos Drummond Eisenhauer Fitzwilliam Gallagher Hawthorne Inverness "
        "Jankowski Lindqvist",
        "Ravensmoor Eastbrook Larkspur Copperhill Fairhaven Millstead Northgale Oakhurst Pinecrest Silverton "
        "Wexcombe",
    )
)
_WORDS = {
    "MR": ("MR BRAIN WITHOUT CONTRAST", "AXIAL T2 FLAIR", "headache, rule out lesion"),
    "CT": ("CT CHEST ABDOMEN PELVIS", "THORAX 5.0 B30f", "cough and fever, follow up"),
}
_PADDING = 25
"""The published boxes were drawn on the frame with a margin of so many pixels."""

_OTHER_WORDS = ("XR CHEST FRONTAL", "PA VIEW", "pain after fall, rule out fracture")


@dataclass(frozen=True, slots=True)
class Material:
    """What `build` made: the answers, and the letters that it drew."""

    answers: list[Answer]
    burned: list[Burned]


class _Person(NamedTuple):
    number: int

    @property
    def family(self) -> str:
        return _FAMILY[self.number % len(_FAMILY)]

    @property
    def given(self) -> str:
        return _GIVEN[self.number % len(_GIVEN)]

    @property
    def record(self) -> str:
        return str(7_304_118 + 91_357 * self.number)

    @property
    def doctor(self) -> str:
        return _DOCTORS[self.number % len(_DOCTORS)]

    @property
    def place(self) -> str:
        return _PLACES[self.number % len(_PLACES)]

    def identifiers(self) -> tuple[str, ...]:
        """What people type among words, in the forms that they type."""
        n = self.number
        return (
            f"{self.given} {self.family}",
            self.record,
            f"{self.family}^{self.given}",
            f"0{3 + n % 6}/1{n % 9}/19{41 + n}",
            f"501-555-0{142 + n}",
            f"Dr. {self.doctor}",
            f"{self.place} Hospital",
            f"000-{12 + n}-{4381 + n}",
            f"{self.given.lower()}@{self.place.lower()}.org",
        )


def build(folder: Path, groups: Sequence[Group] = GROUPS) -> Material:
    """Write the instances of `groups` below `folder`, and say what must become of them."""
    material = Material([], [])
    for number, group in enumerate(groups):
        for place, path in enumerate(_files(group)):
            ds = dcmread(path)
            letters = _letters(ds, path, _Person(number)) if group.has_text else None
            planted = _plant(ds, _Person(number), place)
            target = folder / f"{number:02}" / f"{place:03}.dcm"
            target.parent.mkdir(parents=True, exist_ok=True)
            ds.save_as(target)
            written = dcmread(target)
            material.answers.extend(answers_of(written, planted, is_painted=letters is not None))
            instance = str(ds.SOPInstanceUID)
            if letters is not None:
                material.burned.extend(Burned(instance, mask) for mask in letters)
            elif "PixelData" in ds:
                material.answers.append(Answer(instance, (), Action.PIXELS_RETAINED, digest(written)))
    return material


def _files(group: Group) -> list[Path]:
    if isinstance(group.files, str):
        found = [
            path for path in sorted((CORPUS / group.files).rglob("*.dcm")) if "PixelData" in dcmread(path)
        ]
        return found[:: group.every][: group.most]
    near = [CORPUS / name for name in group.files]
    return [
        path if path.is_file() else Path(str(get_testdata_file(path.name, download=False))) for path in near
    ]


def _plant(ds: Dataset, person: _Person, place: int) -> dict[Place, tuple[str, str]]:
    """Make `ds` an instance of `person`; what was put among words, by its place."""
    _identify(ds, person)
    study, series, reason = _WORDS.get(str(ds.get("Modality")), _OTHER_WORDS)
    typed = person.identifiers()
    planted: dict[Place, tuple[str, str]] = {}

    def put(into: Dataset, path: Place, keyword: str, words: str, turn: int, before: str = "") -> None:
        identifier = typed[(person.number + turn + (place if turn > 1 else 0)) % len(typed)]
        setattr(into, keyword, f"{words} {before}{identifier}"[:64])
        gone = identifier.removeprefix("Dr. ").removesuffix(" Hospital").replace("^", " ")
        planted[(*path, Step(int(into[keyword].tag)))] = gone, words

    put(ds, (), "StudyDescription", study, 0)
    put(ds, (), "SeriesDescription", series, 1)
    put(ds, (), "ImageComments", f"{series} repeated due to motion", 2)
    put(ds, (), "AdditionalPatientHistory", reason, 3)
    put(ds, (), "PatientComments", reason, 4, "seen by ")
    put(ds, (), "RequestedProcedureDescription", study, 5, "for ")
    put(ds, (), "PerformedProcedureStepDescription", study, 6)
    request = Dataset()
    request.RequestedProcedureID = f"RP{66_210 + person.number}"
    request.ScheduledProcedureStepID = f"SP{71_804 + person.number}"
    ds.RequestAttributesSequence = Items([request])
    inside = (Step(int(ds["RequestAttributesSequence"].tag), "", 0),)
    put(request, inside, "ScheduledProcedureStepDescription", study, 7)
    put(request, inside, "ReasonForTheRequestedProcedure", reason, 8)
    block = ds.private_block(0x0035, "BRACKEN PACS 2.1", create=True)
    block.add_new(0x01, "LO", f"{person.given} {person.family}")
    block.add_new(0x02, "SH", person.record)
    planted[(Step(0x00350001, "BRACKEN PACS 2.1"),)] = f"{person.given} {person.family}", ""
    planted[(Step(0x00350002, "BRACKEN PACS 2.1"),)] = person.record, ""
    return planted


def _identify(ds: Dataset, person: _Person) -> None:
    """Who the patient is, who treated them and where; and what research needs of them."""
    n = person.number
    ds.PatientName, ds.PatientID = f"{person.family}^{person.given}", person.record
    ds.PatientBirthDate, ds.PatientSex, ds.PatientAge = (
        f"19{41 + n}0{1 + n % 9}17",
        "FM"[n % 2],
        f"0{41 + n}Y",
    )
    ds.PatientSize, ds.PatientWeight, ds.EthnicGroup = "1.71", "68.5", "CAUCASIAN"
    ds.SmokingStatus, ds.Allergies, ds.PregnancyStatus = "NO", "IODINE CONTRAST", 4
    ds.OtherPatientIDs, ds.PatientBirthName = f"X{person.record}", f"Born{person.doctor}^{person.given}"
    ds.PatientAddress = f"{120 + n} {person.place} Avenue"
    ds.PatientTelephoneNumbers, ds.AccessionNumber = f"501-555-0{142 + n}", f"ACC{559_107 + 83 * n}"
    ds.ReferringPhysicianName, ds.OperatorsName = (
        f"{person.doctor}^Rowena",
        f"Underhill^{person.given[::-1].title()}",
    )
    ds.PerformingPhysicianName = f"Tattersall^{person.doctor[:5]}"
    ds.InstitutionName, ds.InstitutionAddress = f"{person.place} Hospital", f"9 {person.place} Road"
    ds.InstitutionalDepartmentName, ds.StudyID = f"{person.place} Radiology", f"ST{20_931 + 17 * n}"
    ds.StationName, ds.DeviceSerialNumber = f"SUITE{n}B", f"{48_213 + n}"
    ds.DateOfLastCalibration, ds.TimeOfLastCalibration = "20170411", "063000"
    ds.TimezoneOffsetFromUTC = "-0600"
    ds.StudyDate, ds.StudyTime = ds.get("StudyDate") or f"2018040{1 + n % 9}", ds.get("StudyTime") or "101500"
    siemens = ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    siemens.add_new(0x0C, "IS", str(1000 + n))
    ds.private_block(0x0043, "GEMS_PARM_01", create=True).add_new(0x39, "IS", ["800", "0", "0", "0"])


def _letters(ds: Dataset, path: Path, person: _Person) -> list[NDArray[np.bool_]]:
    """Where letters stand in the only frame: those that came with it, or a name and a date drawn here."""
    if path.name == "2_ORIGINAL.dcm":
        return list(_boxes(path, ds))
    frame = ds.pixel_array.copy()
    masks = []
    for line, text in enumerate(
        (f"{person.family}, {person.given}", f"DOB 0{3 + person.number % 6}/12/1953")
    ):
        ink = rendered(text.upper(), "DejaVuSans.ttf", max(12, frame.shape[0] // 32)) > 0.4
        top, left = 8 + line * (ink.shape[0] + 6), 8
        mask = np.zeros(frame.shape[:2], bool)
        mask[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
        frame[mask] = np.percentile(frame, 99.8)
        masks.append(mask)
    ds.PixelData = frame.tobytes()
    return masks


def _boxes(path: Path, ds: Dataset) -> Iterator[NDArray[np.bool_]]:
    """The words of the published ground truth, and the letters in their boxes."""
    truth = json.loads((path.parent / "ground_truth.json").read_text())
    frame = ds.pixel_array
    for word in truth[f"sample_data/{path.name}"]:
        mask = np.zeros(frame.shape[:2], bool)
        top, left = word["top"] - _PADDING, word["left"] - _PADDING
        rows, columns = slice(top, top + word["height"]), slice(left, left + word["width"])
        part = frame[rows, columns]
        mask[rows, columns] = part >= (int(part.min()) + int(part.max())) / 2
        yield mask
