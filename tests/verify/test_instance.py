"""The judge is judged: a copy de-identified by hand passes, and each single fault in it is named."""

from collections.abc import Callable
from copy import deepcopy
from io import BytesIO

import pytest
from pydicom import Dataset, FileDataset, dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage

from bme_med import __version__
from bme_med.verify.findings import Problem
from bme_med.verify.instance import check
from bme_med.verify.seen import Seen
from bme_med.verify.tables import load_tables
from tests.oracles.runs import policy

pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR:UserWarning")  # spoilt on purpose

SUBJECT = "S-ABCDEFGHIJKL"
ROOT = "1.2.826.0.1.3680043.99999."


def source() -> Dataset:
    """An instance with something of everything."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.ImplementationVersionName = "SCANNER 1"
    ds.file_meta.ImplementationClassUID = UID(ROOT + "9")
    ds.file_meta.SourceApplicationEntityTitle = "SITE7"
    ds.SOPClassUID = MRImageStorage
    ds.SOPInstanceUID = ROOT + "1"
    ds.StudyInstanceUID = ROOT + "2"
    ds.SeriesInstanceUID = ROOT + "3"
    ds.FrameOfReferenceUID = "1.2.840.10008.1.4.1.1"
    ds.StudyDate = "20110203"
    ds.StudyTime = "101112"
    ds.SeriesDescription = "for Quillfeather"
    ds.Manufacturer = "Vendor"
    ds.ManufacturerModelName = "Model Q"
    ds.PatientName = "Quillfeather^Zebedee"
    ds.PatientID = "ZQ-4711"
    ds.PatientBirthDate = "19610304"
    ds.PatientSex = "M"
    ds.DeviceSerialNumber = "SN-0815"
    ds.ProtocolName = "brain"
    ds.add_new(0x00090010, "LO", "ACME")
    ds.add_new(0x00091001, "LO", "secret")
    item = Dataset()
    item.ReferencedSOPClassUID = MRImageStorage
    item.ReferencedSOPInstanceUID = ROOT + "1"
    item.CodeMeaning = "a meaning"
    item.PerformingPhysicianName = "Vole^Ada"
    ds.PerformedProtocolCodeSequence = [item]
    ds.PixelData = bytes(range(4))
    ds["PixelData"].VR = "OW"
    ds.Rows = ds.Columns = 1
    ds.BitsAllocated, ds.SamplesPerPixel, ds.PhotometricInterpretation = 16, 2, "MONOCHROME2"
    return ds


def output() -> Dataset:
    """The same, de-identified by hand under ``ps315-basic``."""
    ds = deepcopy(source())
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.ImplementationClassUID = UID("2.25.153268417298170938447213960127445118273")
    ds.file_meta.ImplementationVersionName = "BME_MED_0"
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"):
        ds[keyword].value = "2.25." + ds[keyword].value[-1]
    ds.StudyDate = ds.StudyTime = ds.PatientBirthDate = ds.PatientSex = ""
    ds.PatientName = ds.PatientID = SUBJECT
    del ds[0x00090010], ds[0x00091001], ds.SeriesDescription, ds.ProtocolName, ds.DeviceSerialNumber
    item = ds.PerformedProtocolCodeSequence[0]
    item.ReferencedSOPInstanceUID = "2.25.1"
    del item.PerformingPhysicianName
    ds.PatientIdentityRemoved = "YES"
    ds.DeidentificationMethod = f"bme-med {__version__} ps315-basic"
    method = Dataset()
    method.CodeValue, method.CodingSchemeDesignator = "113100", "DCM"
    method.CodeMeaning = "Basic Application Confidentiality Profile"
    ds.DeidentificationMethodCodeSequence = [method]
    ds.LongitudinalTemporalInformationModified = "REMOVED"
    return ds


def read_back(dataset: Dataset, preamble: bytes = bytes(128)) -> FileDataset:
    """Through bytes, as files come."""
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    data = preamble + buffer.getvalue()[128:]
    return dcmread(BytesIO(data))


def problems(changed: Dataset, **options: bytes) -> list[Problem]:
    return check(
        read_back(source()),
        read_back(changed, **options),
        policy("ps315-basic").profile,
        load_tables(),
    )


def test_a_copy_that_follows_the_table_has_no_problem() -> None:
    assert problems(output()) == []


FAULTS: dict[str, tuple[str, Callable[[Dataset], object]]] = {
    "the name stays": ("(0010,0010)", lambda ds: setattr(ds, "PatientName", "Quillfeather^Zebedee")),
    "the name goes": ("(0010,0010)", lambda ds: ds.__delitem__("PatientName")),
    "a date stays": ("(0008,0020)", lambda ds: setattr(ds, "StudyDate", "20110203")),
    "a removed element stays": ("(0018,1000)", lambda ds: setattr(ds, "DeviceSerialNumber", "SN-0815")),
    "a dummy has a word of the old value": (
        "(0008,0020)",
        lambda ds: setattr(ds, "StudyDate", "2011"),
    ),
    "a kept element changes": ("(0008,0070)", lambda ds: setattr(ds, "Manufacturer", "Another")),
    "a kept element goes": ("(0008,0070)", lambda ds: ds.__delitem__("Manufacturer")),
    "an identifier stands in a kept text": (
        "(0008,1090)",
        lambda ds: setattr(ds, "ManufacturerModelName", "Model Q quillfeather"),
    ),
    "a UID stays": ("(0020,000D)", lambda ds: setattr(ds, "StudyInstanceUID", ROOT + "2")),
    "a registered UID is replaced": (
        "(0020,0052)",
        lambda ds: setattr(ds, "FrameOfReferenceUID", "2.25.8"),
    ),
    "two UIDs become one": ("UIDs", lambda ds: setattr(ds, "SeriesInstanceUID", "2.25.2")),
    "a reference points elsewhere": (
        "(0040,0260)[0].(0008,1155)",
        lambda ds: setattr(ds.PerformedProtocolCodeSequence[0], "ReferencedSOPInstanceUID", "2.25.7"),
    ),
    "a nested name stays": (
        "(0040,0260)[0].(0008,1050)",
        lambda ds: setattr(ds.PerformedProtocolCodeSequence[0], "PerformingPhysicianName", "Vole^Ada"),
    ),
    "an item is lost": ("(0040,0260)", lambda ds: setattr(ds, "PerformedProtocolCodeSequence", [])),
    "a private element stays": ("(0009,1001)", lambda ds: ds.add_new(0x00091001, "LO", "secret")),
    "trailing padding is written": ("(FFFC,FFFC)", lambda ds: ds.add_new(0xFFFCFFFC, "OB", b"\0\0")),
    "a kept text loses a word for no reason": (
        "(0008,1090)",
        lambda ds: setattr(ds, "ManufacturerModelName", "Model"),
    ),
    "something new appears": ("(0008,1040)", lambda ds: setattr(ds, "InstitutionalDepartmentName", "x")),
    "pixels change": ("(7FE0,0010)", lambda ds: setattr(ds, "PixelData", b"\0\1\2\4")),
    "pixels are cut short": ("(7FE0,0010)", lambda ds: setattr(ds, "PixelData", b"\0\1")),
    "the marker is missing": ("(0012,0062)", lambda ds: ds.__delitem__("PatientIdentityRemoved")),
    "the method is missing": ("(0012,0063)", lambda ds: ds.__delitem__("DeidentificationMethod")),
    "an option is claimed that was not applied": (
        "(0012,0064)",
        lambda ds: setattr(ds.DeidentificationMethodCodeSequence[0], "CodeValue", "113101"),
    ),
    "the dates' marker lies": (
        "(0028,0303)",
        lambda ds: setattr(ds, "LongitudinalTemporalInformationModified", "UNMODIFIED"),
    ),
    "the file meta names the site": (
        "(0002,0016)",
        lambda ds: setattr(ds.file_meta, "SourceApplicationEntityTitle", "SITE7"),
    ),
    "the file meta names the old application": (
        "(0002,0012)",
        lambda ds: setattr(ds.file_meta, "ImplementationClassUID", ROOT + "9"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_judge_finds_that(fault: str) -> None:
    place, spoil = FAULTS[fault]
    changed = output()
    spoil(changed)
    assert any(problem.place.startswith(place) for problem in problems(changed))


def test_the_judge_finds_that_the_preamble_stays() -> None:
    assert problems(output(), preamble=b"x" * 128) == [("preamble", "file meta", "not zero")]


def test_the_judge_finds_that_two_instances_disagree_about_a_uid() -> None:
    seen = Seen()
    basic = policy("ps315-basic").profile
    assert check(read_back(source()), read_back(output()), basic, load_tables(), seen) == []
    other = output()
    other.StudyInstanceUID = "2.25.77"
    found = check(read_back(source()), read_back(other), basic, load_tables(), seen)
    assert [problem.place for problem in found] == ["(0020,000D)"]
