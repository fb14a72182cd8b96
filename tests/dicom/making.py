"""Small instances made by pydicom, for tests of the engine."""

from io import BytesIO

import pydicom
from pydicom import Dataset, FileDataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian, MRImageStorage

from bme_med.core import Plan, Policy, Profile, Pseudonyms, parse_profile, splice
from bme_med.core.resources import read_resource
from bme_med.dicom import plan

__all__ = ["encoded", "mr_instance", "planned", "policy_of", "profile"]


def policy_of(text: str, key: bytes = bytes(32)) -> Policy:
    """The profile `p` with this text; it may extend ready-made ones."""
    return Policy(
        parse_profile("p", lambda name: (name, text if name == "p" else read_resource(f"{name}.toml"))),
        Pseudonyms(key),
    )


def profile(text: str = "", extends: str = "ps315-basic") -> Profile:
    """A profile that says `text` beside what `extends` says."""
    return policy_of(f"name = 'p'\nextends = '{extends}'\n{text}").profile


def planned(source: bytes, text: str) -> tuple[Plan, FileDataset]:
    """The plan of a file under the profile `text`, and the output as pydicom reads it."""
    made = plan(source, policy_of(text))
    return made, pydicom.dcmread(BytesIO(splice(made.pieces, source)))


def mr_instance(*, explicit: bool = True) -> FileDataset:
    """A minimal MR instance with pixels of 4 by 4."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = UID("1.2.3.4.5")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian if explicit else ImplicitVRLittleEndian
    ds = FileDataset("", Dataset(), file_meta=meta, preamble=bytes(128))
    ds.SOPClassUID = MRImageStorage
    ds.SOPInstanceUID = "1.2.3.4.5"
    ds.StudyInstanceUID = "1.2.3"
    ds.SeriesInstanceUID = "1.2.3.4"
    ds.Modality = "MR"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "M"]
    ds.PatientID = "ZQ-90210"
    ds.PatientName = "Quillfeather^Oriana"
    ds.StudyDate = "20240229"
    ds.StudyTime = "101500"
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows = ds.Columns = 4
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit = 15
    ds.PixelRepresentation = 0
    ds.PixelData = bytes(range(32))
    return ds


def encoded(ds: FileDataset) -> bytes:
    """The file's bytes."""
    out = BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()
