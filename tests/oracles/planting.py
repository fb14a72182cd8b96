"""Values with a token planted in them, legal for their VR, and small instances that carry them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.tag import BaseTag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MRImageStorage,
)

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

ROOT = "1.2.826.0.1.3680043.99999."

_ABSTRACT = {"OB or OW": "OB", "US or SS": "US", "US or OW": "US", "US or SS or OW": "US", "": "OB"}
"""VRs that a file settles, as settled here."""

_WORD_VRS = {"LO", "LT", "SH", "ST", "UC", "UT", "AE", "CS"}
_BYTE_VRS = {"OB", "OD", "OF", "OL", "OV", "OW", "UN"}
_NUMBERS = {"US", "SS", "UL", "SL", "FL", "FD", "SV", "UV"}


@dataclass(frozen=True, slots=True)
class Planted:
    """One attribute with a value of its own; `token` is empty where a value is too short to hold one."""

    tag: int
    vr: str
    value: Any
    token: str


def plant(tag: int, number: int, tables: Tables, vr: str = "") -> Planted:
    """A value for the attribute `tag` that no other `number` has; `vr` is that of a private attribute."""
    vr = vr or _ABSTRACT.get(tables.vr(tag), tables.vr(tag))
    word = f"ZQ{number:05d}Q"
    if vr in _WORD_VRS:
        return Planted(tag, vr, word, word)
    if vr in _BYTE_VRS:
        return Planted(tag, vr, word.encode(), word)
    if vr in _NUMBERS:
        return Planted(tag, vr, 7 + number % 90, "")
    match vr:
        case "SQ":
            item = Dataset()
            item.ManufacturerModelName = word
            return Planted(tag, vr, [item], word)
        case "PN":
            return Planted(tag, vr, f"{word}^Ina", word)
        case "UR":
            return Planted(tag, vr, f"http://{word}.example", word)
        case "UI":
            return Planted(tag, vr, ROOT + str(10000 + number), ROOT + str(10000 + number))
        case "DA":
            return Planted(tag, vr, _day(number), _day(number))
        case "DT":
            return Planted(tag, vr, f"{_day(number)}101112.{number:06d}", _day(number))
        case "TM":
            return Planted(tag, vr, f"101112.{number:06d}", f".{number:06d}")
        case "DS":
            return Planted(tag, vr, f"77310{number:05d}.5", f"77310{number:05d}")
        case "IS":
            return Planted(tag, vr, f"17{number:06d}", f"17{number:06d}")
        case "AS":
            return Planted(tag, vr, f"{7 + number % 80:03d}Y", "")
        case "AT":
            return Planted(tag, vr, BaseTag(0x00181000 + number % 90), "")
    raise ValueError(vr)


def _day(number: int) -> str:
    """A date of its own that is not New Year, which the year policy writes."""
    return (date(1801 + number // 300, 1, 2) + timedelta(days=number % 300)).strftime("%Y%m%d")


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
