"""A DICOMDIR for the output (PS3.3, Annex F; PS3.10, 8.6), made from the outputs themselves.

The source's own DICOMDIR is never copied. Records hold the keys that pydicom's recorders choose, read from
the new files, and refer to the paths that those have. `pydicom.fileset.FileSet` itself would copy every file
to a place and name of its own, and refuses a study without Study ID, which many profiles leave empty.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from bme_med.core import Pseudonyms
from bme_med.core.resources import read_table
from bme_med.dicom.encoding import EXPLICIT_LE, dummy_value, element, header, item_header
from bme_med.dicom.meta import file_meta

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["NAME", "make_dicomdir"]

NAME = "DICOMDIR"

_DIRECTORY_CLASS = "1.2.840.10008.1.3.10"
_EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
_SEQUENCE = 0x00041220
_FIRST, _LAST, _CONSISTENCY = 0x00041200, 0x00041202, 0x00041212
_NEXT_AT, _LOWER_AT = 8, 30
"""Where the two offsets stand in a record: it starts with (0004,1400), (0004,1410) and (0004,1420)."""

_ITEM_BYTES = 8
_ABOVE = ("PATIENT", "STUDY", "SERIES")
_ROOT_TYPES = ("HANGING PROTOCOL", "PALETTE", "IMPLANT", "IMPLANT ASSY", "IMPLANT GROUP")
_MODALITIES = {
    "RTINTENT": "RADIOTHERAPY",
    "RTSEGANN": "RADIOTHERAPY",
    "RTRAD": "RADIOTHERAPY",
    "PLAN": "PLAN",
}
_FILLED = {
    **dict.fromkeys(("StudyDate", "ContentDate", "PresentationCreationDate", "InstanceCreationDate"), "DA"),
    **dict.fromkeys(("StudyTime", "ContentTime", "PresentationCreationTime"), "TM"),
    **dict.fromkeys(("StudyID", "RTPlanLabel", "StructureSetLabel"), "SH"),
    **dict.fromkeys(("SeriesNumber", "InstanceNumber"), "IS"),
    **dict.fromkeys(("Modality", "ContentLabel", "DoseSummationType"), "CS"),
    **dict.fromkeys(("PatientID", "MIMETypeOfEncapsulatedDocument"), "LO"),
}
"""Keys of Type 1 that de-identification may leave empty, by VR: a record gets a dummy."""

_FLAGS = {"CompletionFlag": "PARTIAL", "VerificationFlag": "UNVERIFIED"}
_TEXT_VRS = ("LO", "SH", "ST", "LT", "UT", "UC", "PN")


@dataclass(slots=True)
class _Node:
    """A directory record, and those on the level below by what tells them apart."""

    type: str
    keys: Dataset
    below: dict[tuple[str, ...], _Node] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    offset: int = 0


def make_dicomdir(out: Path, outputs: Iterable[str], pseudonyms: Pseudonyms) -> tuple[bytes, int]:
    """The file, and how many instances have no record in it because their keys cannot be written.

    Parameters
    ----------
    out
        Folder of the output.
    outputs
        Paths of instances below it, each a File ID.
    pseudonyms
        Name the directory itself.
    """
    from pydicom import Dataset

    root = _Node("", Dataset())
    missing = 0
    uids: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they may hold values
        for output in sorted(outputs):
            try:
                instance = _read(out / output)
                _enter(root, instance, output)
            except Exception:  # noqa: BLE001 - an instance that pydicom cannot take apart
                missing += 1
            else:
                uids.append(instance.SOPInstanceUID)
    uid = pseudonyms.uid("\n".join((NAME, *sorted(uids))))
    return _encoded(root, file_meta(_DIRECTORY_CLASS, uid, _EXPLICIT_LITTLE_ENDIAN)), missing


def _read(path: Path) -> Dataset:
    """The head of an output; text that is not ASCII is left out, since a record names no character set."""
    import pydicom

    instance = pydicom.dcmread(path, stop_before_pixels=True)
    for found in instance.iterall():
        if found.VR in _TEXT_VRS and not str(found.value).isascii():
            found.value = ""
    return instance


def _enter(root: _Node, instance: Dataset, output: str) -> None:
    """Add the records of one instance, those above it only once."""
    type_ = _record_type(instance)
    patient = str(instance.get("PatientID") or "")
    study, series = str(instance.get("StudyInstanceUID", "")), str(instance.get("SeriesInstanceUID", ""))
    leaf = _leaf(type_, instance, output)
    node = root
    if type_ not in _ROOT_TYPES:
        names = ((patient,) if patient else ("", study), (study,), (series,))
        for above, name in zip(_ABOVE, names, strict=True):
            if name not in node.below:
                node.below[name] = _Node(above, _keys(above, instance))
            node = node.below[name]
    node.below[_place(instance), output] = leaf


def _place(instance: Dataset) -> str:
    """Instance Number, so that it sorts."""
    number = str(instance.get("InstanceNumber") or "")
    return number.zfill(12) if number.isdigit() else ""


def _record_type(instance: Dataset) -> str:
    """The type of the record that refers to an instance (PS3.3, F.4 and F.5)."""
    if known := _types().get(str(instance.get("SOPClassUID", ""))):
        return known
    if known := _MODALITIES.get(str(instance.get("Modality", ""))):
        return known
    if "EncapsulatedDocument" in instance:
        return "ENCAP DOC"
    return "RT PLAN" if "RTPlanLabel" in instance else "IMAGE"


@cache
def _types() -> dict[str, str]:
    return {row["sop_class_uid"]: row["record_type"] for row in read_table("directory_records.csv")}


def _leaf(type_: str, instance: Dataset, output: str) -> _Node:
    """The record that refers to the file (PS3.3, F.3.2.2)."""
    keys = _keys(type_, instance)
    keys.ReferencedFileID = output.split("/")
    keys.ReferencedSOPClassUIDInFile = instance.SOPClassUID
    keys.ReferencedSOPInstanceUIDInFile = instance.SOPInstanceUID
    keys.ReferencedTransferSyntaxUIDInFile = instance.file_meta.TransferSyntaxUID
    return _Node(type_, keys)


def _keys(type_: str, instance: Dataset) -> Dataset:
    """The keys of a record of `type_`, with dummies for those that must have a value and have none."""
    from pydicom.fileset import DIRECTORY_RECORDERS

    for keyword, vr in _FILLED.items():
        if not instance.get(keyword):
            setattr(instance, keyword, dummy_value(vr).decode("ascii").strip())
    for keyword, value in _FLAGS.items():
        if not instance.get(keyword):
            setattr(instance, keyword, value)
    if instance.VerificationFlag == "VERIFIED" and not instance.get("VerificationDateTime"):
        instance.VerificationDateTime = dummy_value("DT").decode("ascii")
    keys = DIRECTORY_RECORDERS[type_](instance)
    for content in [keys.get("ContentSequence")] if type_ in ("SR DOCUMENT", "KEY OBJECT DOC") else []:
        kept = [item for item in content or [] if item.get("RelationshipType") == "HAS CONCEPT MOD"]
        if "ContentSequence" in keys:
            del keys.ContentSequence
        if kept:
            keys.ContentSequence = kept
    return keys


def _encoded(root: _Node, meta: bytes) -> bytes:
    """The file: records in depth-first order, each with the offsets of the next and of the first below."""
    start = len(meta) + len(_before(0, 0)) + len(header(_SEQUENCE, "SQ", 0, coding=EXPLICIT_LE))
    offset = start
    records = list(_walk(root))
    for node in records:
        node.offset = offset
        node.body = _body(node)
        offset += _ITEM_BYTES + len(node.body)
    for node in (root, *records):
        level = _sorted(node)
        for this, following in pairwise(level):
            this.body[_NEXT_AT : _NEXT_AT + 4] = following.offset.to_bytes(4, "little")
        if level and node is not root:
            node.body[_LOWER_AT : _LOWER_AT + 4] = level[0].offset.to_bytes(4, "little")
    top = _sorted(root)
    items = b"".join(item_header(len(node.body), coding=EXPLICIT_LE) + node.body for node in records)
    before = _before(top[0].offset, top[-1].offset) if top else _before(0, 0)
    return meta + before + header(_SEQUENCE, "SQ", len(items), coding=EXPLICIT_LE) + items


def _before(first: int, last: int) -> bytes:
    """What stands before the records (PS3.3, F.3.2.1 and F.3.2.2)."""
    values = (
        (0x00041130, "CS", b""),
        (_FIRST, "UL", first.to_bytes(4, "little")),
        (_LAST, "UL", last.to_bytes(4, "little")),
        (_CONSISTENCY, "US", bytes(2)),
    )
    return b"".join(element(tag, vr, value, coding=EXPLICIT_LE) for tag, vr, value in values)


def _walk(node: _Node) -> Iterator[_Node]:
    for below in _sorted(node):
        yield below
        yield from _walk(below)


def _sorted(node: _Node) -> list[_Node]:
    return [node.below[name] for name in sorted(node.below)]


def _body(node: _Node) -> bytearray:
    """A record without its item header; both offsets are still zero."""
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_dataset

    record = node.keys
    record.OffsetOfTheNextDirectoryRecord = 0
    record.RecordInUseFlag = 0xFFFF
    record.OffsetOfReferencedLowerLevelDirectoryEntity = 0
    record.DirectoryRecordType = node.type
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, False
    write_dataset(out, record)
    return bytearray(out.getvalue())
