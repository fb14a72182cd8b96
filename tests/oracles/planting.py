"""Values with a token planted in them, legal for their VR, and small instances that carry them."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MRImageStorage,
)

from bme_med.selftest import values
from bme_med.selftest.values import ROOT, Planted
from bme_med.verify.elements import newer_attributes
from bme_med.verify.tables import Tables

__all__ = ["ENCODINGS", "EVERY_ENCODING", "NEST", "ROOT", "Planted", "encode", "nested", "plant", "small_mr"]

ENCODINGS = {
    "explicit": ExplicitVRLittleEndian,
    "implicit": ImplicitVRLittleEndian,
    "big endian": ExplicitVRBigEndian,
}

EVERY_ENCODING = {**ENCODINGS, "deflated": DeflatedExplicitVRLittleEndian}
"""With the one that shows no value in its bytes."""

NEST = ("SharedFunctionalGroupsSequence", "MREchoSequence", "PixelValueTransformationSequence")
"""Three sequences that no table lists, so that they stay with their items."""


def plant(tag: int, number: int, tables: Tables, vr: str = "") -> Planted:
    """A value for the attribute `tag` that no other `number` has; `vr` is that of a private attribute."""
    return values.plant(tag, vr or tables.vr(tag), number)


def small_mr(planted: Iterable[Planted] = ()) -> Dataset:
    """A 2 by 2 MR instance with `planted` at its top level."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.SOPClassUID = MRImageStorage
    for number, keyword in enumerate(("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")):
        setattr(ds, keyword, UID(f"{ROOT}{number + 1}"))
    ds.Modality = "MR"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "M"]
    ds.PatientName, ds.PatientID = "Quillfeather^Zebedee", "QF-4711"
    ds.Rows = ds.Columns = 2
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit, ds.PixelRepresentation = 15, 0
    ds.add_new(0x7FE00010, "OW", bytes(range(8)))
    add(ds, planted)
    return ds


def add(dataset: Dataset, planted: Iterable[Planted]) -> None:
    """Put `planted` into a dataset or item."""
    for one in planted:
        dataset.add_new(one.tag, one.vr, one.value)


def nested(planted: Sequence[Planted]) -> Dataset:
    """A small MR instance with `planted` in the third of three sequences."""
    item = Dataset()
    add(item, planted)
    for keyword in reversed(NEST[1:]):
        outer = Dataset()
        setattr(outer, keyword, [item])
        item = outer
    ds = small_mr()
    setattr(ds, NEST[0], [item])
    return ds


def encode(dataset: Dataset, syntax: UID, tables: Tables) -> bytes:
    """The file's bytes."""
    buffer = BytesIO()
    dataset.file_meta.TransferSyntaxUID = syntax
    with newer_attributes(tables):
        dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
