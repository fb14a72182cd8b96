"""Metadata inside compressed frames."""

from io import BytesIO

import pydicom
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import UID

from bme_med.core import Policy, Pseudonyms, parse_profile, splice
from bme_med.core.resources import read_resource
from bme_med.dicom import plan
from tests.dicom.making import encoded, mr_instance

_TOKEN = b"Quillfeather"


def _segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big") + payload


def _deidentified(frames: list[bytes], syntax: str) -> tuple[bytes, list[bytes]]:
    ds = mr_instance()
    ds.NumberOfFrames = len(frames)
    ds.PixelData = encapsulate(frames)
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    ds.file_meta.TransferSyntaxUID = UID(syntax)
    source = encoded(ds)
    policy = Policy(
        parse_profile("ps315-basic", lambda name: (name, read_resource(f"{name}.toml"))),
        Pseudonyms(bytes(32)),
    )
    output = splice(plan(source, policy).pieces, source)
    read = pydicom.dcmread(BytesIO(output))
    return output, list(generate_frames(read.PixelData, number_of_frames=len(frames)))


def test_exif_xmp_and_comments_in_jpeg_frames_become_zero_bytes_of_the_same_length() -> None:
    head = (
        b"\xff\xd8"
        + _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
        + _segment(0xEE, b"Adobe\0d\0\0\0\0\x01")
    )
    tail = _segment(0xDB, bytes(65)) + b"\xff\xda\0\x02coded\xff\xd9"
    planted = _segment(0xE1, b"Exif\0\0" + _TOKEN) + _segment(0xFE, _TOKEN) + _segment(0xED, _TOKEN)
    output, frames = _deidentified([head + planted + tail] * 3, "1.2.840.10008.1.2.4.50")
    assert _TOKEN not in output
    for frame in frames:
        assert frame.startswith(head)
        assert frame.rstrip(b"\0").endswith(tail)
        assert len(frame.rstrip(b"\0")) == len(head + planted + tail)


def test_comments_in_jpeg_2000_frames_go_and_an_encoders_own_name_may_stay() -> None:
    def frame(comment: bytes) -> bytes:
        return b"\xff\x4f" + _segment(0x51, bytes(36)) + _segment(0x64, comment) + b"\xff\x90coded\xff\xd9"

    output, frames = _deidentified(
        [frame(b"\0\x01Kakadu-7.10"), frame(b"\0\x01" + _TOKEN), frame(b"\0\x01LEAD 19620314")],
        "1.2.840.10008.1.2.4.90",
    )
    assert _TOKEN not in output
    assert b"19620314" not in output
    assert b"Kakadu-7.10" in frames[0]


def test_frames_without_metadata_stay_byte_for_byte() -> None:
    coded = b"\xff\xd8" + _segment(0xDB, bytes(65)) + b"\xff\xda\0\x02coded \xff\0\xd9\xff\xd0ab\xff\xd9"
    _, frames = _deidentified([coded], "1.2.840.10008.1.2.4.50")
    assert frames[0].rstrip(b"\0") == coded.rstrip(b"\0")
