"""Instances of more than 4 GB, written fast: noise that repeats, behind headers that pydicom writes."""

from collections.abc import Iterator
from io import BytesIO
from itertools import chain, repeat
from pathlib import Path
from struct import pack

import numpy as np
from PIL import Image
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import (
    UID,
    EnhancedCTImageStorage,
    ExplicitVRLittleEndian,
    JPEGBaseline8Bit,
    VLWholeSlideMicroscopyImageStorage,
)

__all__ = ["frames_file", "tiles_file"]

ROOT = "1.3.6.1.4.1.32473.9002."
FRAMES, FRAME_SIZE = 8_000, 512
"""Native: 4,194,304,000 bytes of pixels, for a length of 32 bits ends at 4 GiB."""

TILES, TILE_SIZE = 210_000, 256
"""Each tile is one frame in one fragment of about 21 kB."""

_BLOCK_FRAMES = 128


def frames_file(path: Path) -> None:
    """An enhanced CT instance; every frame has its time, position and number in its functional groups."""
    ds = _instance(EnhancedCTImageStorage, ExplicitVRLittleEndian, "CT")
    ds.Rows = ds.Columns = FRAME_SIZE
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.NumberOfFrames = str(FRAMES)
    ds.PerFrameFunctionalGroupsSequence = [_frame(number) for number in range(FRAMES)]
    noise = np.random.default_rng(3)
    block = noise.integers(4096, size=_BLOCK_FRAMES * FRAME_SIZE**2, dtype=np.uint16).tobytes()
    pixel_bytes = FRAMES * FRAME_SIZE**2 * 2
    head = pack("<HH2sHI", 0x7FE0, 0x0010, b"OW", 0, pixel_bytes)
    blocks, rest = divmod(pixel_bytes, len(block))
    _write(path, ds, chain([head], repeat(block, blocks), [block[:rest]]))


def _frame(number: int) -> Dataset:
    content, position, item = Dataset(), Dataset(), Dataset()
    content.FrameAcquisitionDateTime = f"2024050614{number // 60 % 60:02}{number % 60:02}.125000"
    content.FrameAcquisitionNumber = number + 1
    content.FrameComments = f"frame {number + 1} of Quillfeather"
    position.ImagePositionPatient = ["-120.0", "-120.0", f"{number / 8:.3f}"]
    item.FrameContentSequence, item.PlanePositionSequence = [content], [position]
    return item


def tiles_file(path: Path) -> None:
    """A whole slide image with an empty basic and an extended offset table (PS3.3, C.7.6.3.1.8)."""
    ds = _instance(VLWholeSlideMicroscopyImageStorage, JPEGBaseline8Bit, "SM")
    ds.Rows = ds.Columns = TILE_SIZE
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "YBR_FULL_422", 0
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation = 7, 0
    ds.NumberOfFrames = str(TILES)
    ds.ContainerIdentifier = "QF-SLIDE-4711023"
    tile = _tile()
    fragment = pack("<HHI", 0xFFFE, 0xE000, len(tile)) + tile
    ds.ExtendedOffsetTable = pack(f"<{TILES}Q", *(number * len(fragment) for number in range(TILES)))
    ds.ExtendedOffsetTableLengths = pack(f"<{TILES}Q", *repeat(len(tile), TILES))
    head = pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFF) + pack("<HHI", 0xFFFE, 0xE000, 0)
    _write(path, ds, chain([head], repeat(fragment, TILES), [pack("<HHI", 0xFFFE, 0xE0DD, 0)]))


def _tile() -> bytes:
    noise = np.random.default_rng(5).integers(256, size=(TILE_SIZE, TILE_SIZE, 3), dtype=np.uint8)
    out = BytesIO()
    Image.fromarray(noise).save(out, "JPEG", quality=36, comment=b"")
    data = out.getvalue()
    return data + b"\0" * (len(data) % 2)


def _instance(sop_class: UID, syntax: UID, modality: str) -> Dataset:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, f"{ROOT}1"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = f"{ROOT}2", f"{ROOT}3"
    ds.Modality = modality
    ds.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    ds.PatientName, ds.PatientID = "Quillfeather^Oriana", "QF-4711023"
    ds.PatientBirthDate, ds.StudyDate, ds.StudyTime = "19310211", "20240506", "140000"
    return ds


def _write(path: Path, ds: Dataset, tail: Iterator[bytes]) -> None:
    with open(path, "wb") as file:
        ds.save_as(file, enforce_file_format=True)
        file.writelines(tail)
