from io import BytesIO

import pytest
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MediaStorageDirectoryStorage, MRImageStorage

from bme_med.core import sniff
from bme_med.run.unwanted import why_unwanted
from tests.photo.making import jpeg
from tests.run.making import instance

APPLE_DOUBLE = b"\0\x05\x16\x07" + bytes(80)


def media_directory(sop_class: UID = MediaStorageDirectoryStorage) -> bytes:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = sop_class
    ds.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3")
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.FileSetID = "ZQ"
    out = BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("Thumbs.db", b"\xd0\xcf\x11\xe0" + bytes(600)),
        ("deep/below/THUMBS.DB", b"\xd0\xcf\x11\xe0" + bytes(600)),
        ("desktop.ini", b"[.ShellClassInfo]\r\n"),
        (".DS_Store", b"\0\0\0\x01Bud1" + bytes(60)),
        (".DS_Store", b""),
        ("._IM0001.dcm", APPLE_DOUBLE),
        ("DICOMDIR", media_directory()),
        ("cd/dicomdir", media_directory()),
        ("S1000/DIRFILE", media_directory()),
    ],
)
def test_what_nobody_wants_is_skipped(name: str, data: bytes) -> None:
    assert why_unwanted(name, data, sniff(data))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("Thumbs.db", jpeg()),
        ("._photo.jpg", jpeg()),
        (".DS_Store", instance(1)),
        ("DICOMDIR", instance(1)),
        ("DICOMDIR", media_directory(MRImageStorage)),
        ("notes.txt", b"a text"),
        ("My Thumbs.db", b"\xd0\xcf\x11\xe0"),
        ("DICOMDIR", b"a text"),
    ],
)
def test_a_name_alone_decides_nothing(name: str, data: bytes) -> None:
    assert why_unwanted(name, data, sniff(data)) == ""
