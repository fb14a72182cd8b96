"""Compressed frames and nothing beside them: RLE segments, frames that nobody announced, videos."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from struct import pack

import numpy as np
import pydicom
import pytest
from pydicom import FileDataset
from pydicom.encaps import encapsulate, encapsulate_extended, generate_frames
from pydicom.uid import UID, JPEGBaseline8Bit, RLELossless

from bme_med.core import Refusal
from tests.dicom.making import encoded, mr_instance
from tests.dicom.test_hiding_places import jpeg
from tests.oracles.residue import residue
from tests.oracles.runs import dcmdump_complains, deidentify, policy

WORD = "ZQUNSEENQ"
ROWS, COLUMNS = 32, 48
PIXELS = np.random.default_rng(3).integers(1 << 16, size=(3, ROWS, COLUMNS)).astype(np.uint16)
PIXELS[:, 8:20] = 4711


def rle_frame(number: int) -> bytes:
    ds = mr_instance()
    ds.Rows, ds.Columns = ROWS, COLUMNS
    ds.PixelData = PIXELS[number].tobytes()
    ds.compress(RLELossless, generate_instance_uid=False)
    return next(generate_frames(ds.PixelData, number_of_frames=1))


def instance(value: bytes, syntax: UID, frames: int) -> FileDataset:
    ds = mr_instance()
    ds.Rows, ds.Columns, ds.NumberOfFrames = ROWS, COLUMNS, frames
    ds.PixelData = value
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    ds.file_meta.TransferSyntaxUID = syntax
    return ds


def output_of(ds: FileDataset) -> bytes:
    output = deidentify(encoded(ds), policy("ps315-basic"))
    assert isinstance(output, bytes), output
    return output


def bounds(frame: bytes) -> list[int]:
    """Where the segments start, and the end."""
    count = int.from_bytes(frame[:4], "little")
    return [int.from_bytes(frame[at : at + 4], "little") for at in range(4, 4 + 4 * count, 4)] + [len(frame)]


def behind_the_last_segment(frame: bytes) -> bytes:
    return frame + WORD.encode() + b"\0"


def between_two_segments(frame: bytes) -> bytes:
    at = bounds(frame)[1]
    word = WORD.encode() + b"\0"
    head = frame[:8] + (at + len(word)).to_bytes(4, "little") + frame[12:64]
    return head + frame[64:at] + word + frame[at:]


def in_offsets_of_no_segment(frame: bytes) -> bytes:
    return frame[:24] + WORD.encode() + frame[24 + len(WORD) : 64] + frame[64:]


def in_front_of_the_first_segment(frame: bytes) -> bytes:
    word = WORD.encode() + b"\0"
    moved = [at + len(word) for at in bounds(frame)[:2]]
    return pack("<3I", 2, *moved) + frame[12:64] + word + frame[64:]


def in_a_run_that_is_too_long(frame: bytes) -> bytes:
    """The plane's last bytes as a literal run, with more in it than the plane has room for."""
    start = bounds(frame)[1]
    plane = bytes((PIXELS[0] & 0xFF).astype(np.uint8))
    runs = [plane[at : at + 128] for at in range(0, len(plane), 128)]
    runs[-1] = runs[-1][:100]
    tail = plane[-28:]
    packed: bytes = b"".join(bytes((len(run) - 1,)) + run for run in runs)
    packed += bytes((len(tail) + len(WORD) - 1,)) + tail + WORD.encode()
    return frame[:start] + packed + bytes(len(packed) & 1)


Place = Callable[[bytes], bytes]
PLACES: tuple[Place, ...] = (
    behind_the_last_segment,
    between_two_segments,
    in_offsets_of_no_segment,
    in_front_of_the_first_segment,
    in_a_run_that_is_too_long,
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("has_table", [True, False])
def test_what_is_no_picture_goes_from_an_rle_frame(place: Place, has_table: bool, tmp_path: Path) -> None:
    frames = [place(rle_frame(0)), rle_frame(1), rle_frame(2)]
    assert WORD.encode() in frames[0]
    output = output_of(instance(encapsulate(frames, has_bot=has_table), RLELossless, 3))
    assert not residue([WORD], output)
    read = pydicom.dcmread(BytesIO(output))
    read.pixel_array_options(decoding_plugin="pydicom")
    assert np.array_equal(read.pixel_array, PIXELS)
    written = tmp_path / "out.dcm"
    written.write_bytes(output)
    assert dcmdump_complains(written) == []


def test_of_plain_rle_frames_every_byte_stays() -> None:
    value = encapsulate([rle_frame(number) for number in range(3)])
    output = output_of(instance(value, RLELossless, 3))
    assert pydicom.dcmread(BytesIO(output)).PixelData == value


def test_an_rle_frame_in_two_fragments_stays_and_what_follows_it_goes() -> None:
    frame = rle_frame(0)
    value = encapsulate([behind_the_last_segment(frame)], fragments_per_frame=2, has_bot=False)
    output = output_of(instance(value, RLELossless, 1))
    assert not residue([WORD], output)
    assert np.array_equal(pydicom.dcmread(BytesIO(output)).pixel_array, PIXELS[0])


@pytest.mark.parametrize("head", [bytes(64), b"\xff" * 64, pack("<2I", 1, 60) + bytes(56), WORD.encode()])
def test_rle_without_its_header_is_refused(head: bytes) -> None:
    frame = head + rle_frame(0)[len(head) :]
    refusal = deidentify(encoded(instance(encapsulate([frame]), RLELossless, 1)), policy("ps315-basic"))
    assert isinstance(refusal, Refusal)
    assert "RLE" in refusal.reason


def hidden_frames(kind: str) -> tuple[list[bytes], UID]:
    """Two frames, and one more that says something."""
    if kind == "RLE":
        return [rle_frame(0), rle_frame(1), behind_the_last_segment(rle_frame(2))], RLELossless
    return [jpeg(), jpeg(), jpeg()[:-2] + WORD.encode() + b"\xff\xd9"], JPEGBaseline8Bit


@pytest.mark.parametrize("kind", ["RLE", "JPEG"])
@pytest.mark.parametrize("has_table", [True, False])
def test_compressed_frames_that_are_not_counted_go(kind: str, has_table: bool, tmp_path: Path) -> None:
    frames, syntax = hidden_frames(kind)
    output = output_of(instance(encapsulate(frames, has_bot=has_table), syntax, 2))
    assert not residue([WORD], output)
    read = pydicom.dcmread(BytesIO(output))
    assert read.PixelData == encapsulate(frames[:2], has_bot=has_table)
    written = tmp_path / "out.dcm"
    written.write_bytes(output)
    assert dcmdump_complains(written) == []


def test_extended_tables_that_count_them_go_too() -> None:
    frames, syntax = hidden_frames("RLE")
    value, offsets, lengths = encapsulate_extended(frames)
    ds = instance(value, syntax, 2)
    ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths = offsets, lengths
    output = output_of(ds)
    read = pydicom.dcmread(BytesIO(output))
    assert "ExtendedOffsetTable" not in read
    assert read.PixelData == encapsulate(frames[:2], has_bot=False)
    assert np.array_equal(read.pixel_array, PIXELS[:2])


def test_a_frame_that_is_split_keeps_all_of_its_fragments() -> None:
    value = encapsulate([jpeg(), jpeg()], fragments_per_frame=3, has_bot=False)
    output = output_of(instance(value, JPEGBaseline8Bit, 2))
    assert pydicom.dcmread(BytesIO(output)).PixelData == value


def test_a_table_that_names_fewer_frames_than_there_are_takes_none_away() -> None:
    value = encapsulate([jpeg(), jpeg()], has_bot=True)
    short = b"\xfe\xff\x00\xe0\x04\0\0\0\0\0\0\0" + value[16:]
    output = output_of(instance(short, JPEGBaseline8Bit, 2))
    assert pydicom.dcmread(BytesIO(output)).PixelData == short


VIDEOS = ("100", "101", "102", "103", "104", "105", "106", "107", "108")


@pytest.mark.parametrize("number", VIDEOS)
def test_videos_are_refused(number: str) -> None:
    value = encapsulate([b"\0\0\1\xb2" + WORD.encode() + b"\0"])
    ds = instance(value, UID(f"1.2.840.10008.1.2.4.{number}"), 1)
    refusal = deidentify(encoded(ds), policy("ps315-basic"))
    assert isinstance(refusal, Refusal)
    assert "video" in refusal.reason


def test_behind_an_rle_plane_nothing_hides_where_another_one_is_missing() -> None:
    frame = rle_frame(0)
    at = bounds(frame)[1]
    missing = frame[:8] + (1 << 20).to_bytes(4, "little") + frame[12:at] + WORD.encode() + b"\0"
    assert not residue([WORD], output_of(instance(encapsulate([missing]), RLELossless, 1)))


def test_encapsulated_pixels_without_an_item_are_refused() -> None:
    ds = instance(encapsulate([jpeg()]), JPEGBaseline8Bit, 1)
    source = encoded(ds)
    at = source.rindex(b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff") + 12
    output = deidentify(source[:at] + b"\xfe\xff\xdd\xe0\0\0\0\0", policy("ps315-basic"))
    assert isinstance(output, Refusal)
