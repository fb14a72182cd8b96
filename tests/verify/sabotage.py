"""Good outputs, and the one thing that is put back into them."""

from collections.abc import Callable
from functools import cache
from io import BytesIO

from pydicom import Dataset, dcmread
from pydicom.uid import UID, ExplicitVRLittleEndian

from bme_med.verify.dicom import DicomJudge
from bme_med.verify.elements import newer_attributes
from bme_med.verify.findings import Check, Problem
from bme_med.verify.judged import Told
from bme_med.verify.seen import collisions
from bme_med.verify.tables import load_tables
from tests.oracles.planting import encode, small_mr
from tests.oracles.runs import deidentify, policy

__all__ = ["BASIC", "Pair", "edited", "judged", "pair", "problems_of"]

BASIC = "ps315-basic"

Pair = tuple[bytes, bytes]
"""A source and its good output."""


def pair(dataset: Dataset, syntax: UID = ExplicitVRLittleEndian, profile: str = BASIC) -> Pair:
    """`dataset` as a file, and what the profile makes of it, of which the check says nothing."""
    source = encode(dataset, syntax, load_tables())
    output = deidentify(source, policy(profile))
    assert isinstance(output, bytes), output
    assert problems_of(output, source, profile) == []
    return source, output


def problems_of(output: bytes, source: bytes | None, profile: str = BASIC) -> list[Problem]:
    """What the check says of one instance."""
    judged = DicomJudge(policy(profile).profile).judge(output, source, Told())
    return [*judged.problems, *collisions(judged.seen)]


def judged(output: bytes, source: bytes | None, profile: str = BASIC) -> set[Check]:
    """The checks that find something."""
    return {problem.check for problem in problems_of(output, source, profile)}


def edited(data: bytes, edit: Callable[[Dataset], object]) -> bytes:
    """The file with one edit; all else keeps its bytes."""
    dataset = dcmread(BytesIO(data))
    edit(dataset)
    buffer = BytesIO()
    with newer_attributes(load_tables()):
        dataset.save_as(buffer, enforce_file_format=False)
    return buffer.getvalue()


@cache
def person() -> Pair:
    """An MR instance that tells much of a person, and its output."""
    return pair(told_of_person())


def told_of_person() -> Dataset:
    """What `person` is made of."""
    ds = small_mr()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.PatientName, ds.PatientID = "Quillfeather^Zebedee=山田^太郎", "QF-4711-ZZ"
    ds.PatientBirthDate, ds.StudyDate = "19610304", "20110203"
    ds.OtherPatientNames = "Vandersloot-Müller^Jørgen"
    ds.PatientAddress = "48 Larkspindle Quay"
    ds.PatientTelephoneNumbers = "+1 555 0199 822"
    ds.InstitutionName, ds.InstitutionAddress = "Marrowgate Infirmary", "Marrowgate 7, Thistledown"
    ds.ReferringPhysicianName = "Brackenridge^Ottoline"
    ds.AccessionNumber, ds.StudyID = "ACC-90817263", "55310278"
    ds.DeviceSerialNumber, ds.StationName = "SN-08154711", "MRSTATION9"
    ds.ManufacturerModelName = "Model Q"
    ds.SoftwareVersions = "VB 17"
    ds.add_new(0x00281201, "OW", bytes(64))
    return ds
