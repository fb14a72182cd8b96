"""Instances in every encoding of elements, with and without what should stand before the dataset."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian

from bme_med.core import FileError, Format, Plan, Range, Refusal, sniff
from bme_med.dicom import describe, glance, glance_layout
from bme_med.dicom.instance import read_strictly
from bme_med.verify.tables import load_tables
from tests.oracles.planting import ENCODINGS, encode, nested, small_mr
from tests.oracles.raw import explicit, item
from tests.oracles.residue import residue
from tests.oracles.runs import CORPUS, deidentify, plan, policy, without_refusing


def _output(source: bytes) -> bytes:
    output = deidentify(source, without_refusing(policy("ps315-basic")))
    assert isinstance(output, bytes), output
    return output


def _deidentified(source: bytes) -> Dataset:
    return dcmread(BytesIO(_output(source)))


def _encoded(ds: Dataset, syntax: UID) -> bytes:
    return encode(ds, syntax, load_tables())


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_transfer_syntax_and_the_pixels_stay_as_they_are(encoding: str) -> None:
    source = _encoded(small_mr(), ENCODINGS[encoding])
    output = _deidentified(source)
    assert output.file_meta.TransferSyntaxUID == ENCODINGS[encoding]
    assert output.PixelData == dcmread(BytesIO(source)).PixelData
    assert output.Rows == 2


def test_the_file_meta_of_a_big_endian_instance_is_little_endian() -> None:
    source = _encoded(small_mr(), ExplicitVRBigEndian)
    output = _output(source)
    assert output[132:140] == b"\2\0\0\0UL\4\0"


def test_lengths_of_changed_sequences_are_rebuilt_in_the_byte_order_of_the_dataset() -> None:
    ds = nested([])
    item = ds[0x52009229].value[0]
    item.DeviceSerialNumber = "QF-90210"
    output = _deidentified(_encoded(ds, ExplicitVRBigEndian))
    assert "DeviceSerialNumber" not in output[0x52009229].value[0]
    assert output[0x52009229].value[0][0x00189114].value[0]


def test_numbers_in_dummy_items_are_written_in_the_byte_order_of_the_dataset() -> None:
    ds = small_mr()
    annotation = Dataset()
    annotation.GraphicLayer = "LAYER"
    ds.GraphicAnnotationSequence = [annotation]
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.11.1"
    dummies: list[Any] = []
    for syntax in ENCODINGS.values():
        item = _deidentified(_encoded(ds, syntax)).GraphicAnnotationSequence[0]
        graphic = item.GraphicObjectSequence[0]
        dummies.append([graphic.GraphicDimensions, graphic.NumberOfGraphicPoints, graphic.GraphicData])
    assert dummies == [[2, 1, [1.0, 1.0]]] * 3


def test_numbers_are_shown_as_the_byte_order_means_them() -> None:
    parts = {part.where: part.value for part in describe(_encoded(small_mr(), ExplicitVRBigEndian))}
    assert parts["(0028,0010) Rows"] == "2"


BARE: dict[str, Callable[[bytes, int], bytes]] = {
    "the dataset alone": lambda whole, start: whole[start:],
    "no preamble": lambda whole, _: whole[128:],
    "neither preamble nor prefix": lambda whole, _: whole[132:],
    "a preamble without prefix": lambda whole, _: whole[:128] + whole[132:],
    "a preamble with a damaged prefix": lambda whole, _: whole[:128] + b"DICO" + whole[132:],
    "no file meta behind the prefix": lambda whole, start: whole[:132] + whole[start:],
    "file meta without a transfer syntax": lambda whole, start: (
        whole[:132] + explicit(0x00020001, b"OB", b"\0\1") + whole[start:]
    ),
}


def _whole(encoding: str) -> tuple[bytes, int]:
    """A file, and where its dataset starts."""
    source = _encoded(small_mr(), ENCODINGS[encoding])
    return source, 144 + int.from_bytes(source[140:144], "little")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("kind", BARE)
def test_files_without_what_should_precede_the_dataset_come_out_complete(encoding: str, kind: str) -> None:
    whole, start = _whole(encoding)
    source = BARE[kind](whole, start)
    assert sniff(source) is Format.DICOM
    output = _output(source)
    assert output == _output(whole)
    assert output[:132] == bytes(128) + b"DICM"
    assert dcmread(BytesIO(output)).file_meta.TransferSyntaxUID == ENCODINGS[encoding]


def _real_files() -> Iterator[bytes]:
    """Files with uncompressed pixels or none, which need no mending."""
    roots = [(Path(pydicom.__file__).parent / "data", 1), (CORPUS / "dicom", 10)]
    for root, step in roots:
        for path in sorted(path for path in root.rglob("*") if path.is_file())[::step]:
            data = path.read_bytes()
            with suppress(FileError):
                if data[128:132] == b"DICM" and read_strictly(data).contents.is_native:
                    yield data


def test_real_files_come_out_the_same_without_preamble_and_file_meta() -> None:
    compared = 0
    for source in _real_files():
        whole = deidentify(source, without_refusing(policy("ps315-basic")))
        if isinstance(whole, bytes):
            assert _output(source[read_strictly(source).contents.start :]) == whole
            compared += 1
    assert compared > 60


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_syntax_that_was_found_by_looking_is_said_to_be(encoding: str) -> None:
    whole, start = _whole(encoding)
    planned = plan(whole[start:], policy("ps315-basic"))
    assert isinstance(planned, Plan)
    assert any("found by looking" in finding for finding in planned.findings)
    assert any(isinstance(piece, Range) for piece in planned.pieces)


def test_the_owner_of_a_bare_dataset_is_found() -> None:
    whole, start = _whole("implicit")
    assert glance(whole[start:], glance_layout()) == glance(whole, glance_layout()) != None  # noqa: E711


def test_compressed_pixels_whose_syntax_nothing_names_are_refused() -> None:
    ds = small_mr()
    del ds.PixelData
    pixels = b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff" + item(b"") + item(b"\xff\xd8\xff\xd9")
    source = _encoded(ds, ExplicitVRLittleEndian)
    start = 144 + int.from_bytes(source[140:144], "little")
    output = deidentify(source[start:] + pixels + b"\xfe\xff\xdd\xe0\0\0\0\0", policy("ps315-basic"))
    assert isinstance(output, Refusal)
    assert "encapsulated" in output.reason


def _deflated(ds: Dataset) -> bytes:
    return _encoded(ds, DeflatedExplicitVRLittleEndian)


def test_a_deflated_dataset_is_inflated_cleaned_and_stored() -> None:
    ds = small_mr()
    ds.OperatorsName = ds.StudyDescription = "ZQTOKENQ"
    source = _deflated(ds)
    planned = plan(source, policy("ps315-basic"))
    assert isinstance(planned, Plan)
    assert not any(isinstance(piece, Range) for piece in planned.pieces)
    output = _output(source)
    read = dcmread(BytesIO(output))
    assert read.file_meta.TransferSyntaxUID == DeflatedExplicitVRLittleEndian
    assert read.PixelData == ds.PixelData
    assert not residue(["ZQTOKENQ", "Quillfeather"], output)
    start = 144 + int.from_bytes(output[140:144], "little")
    plain = _output(_encoded(ds, ExplicitVRLittleEndian))
    assert zlib.decompress(output[start:], -15) == plain[144 + int.from_bytes(plain[140:144], "little") :]
    assert len(output) % 2 == 0


def test_a_deflated_dataset_is_the_same_however_it_was_deflated() -> None:
    source = _deflated(small_mr())
    start = 144 + int.from_bytes(source[140:144], "little")
    dataset = zlib.decompress(source[start:], -15)
    outputs = set()
    for level in (0, 1, 9):
        stream = zlib.compressobj(level, zlib.DEFLATED, -15)
        outputs.add(_output(source[:start] + stream.compress(dataset) + stream.flush()))
    assert len(outputs) == 1


def test_what_follows_the_deflate_stream_does_not_survive() -> None:
    source = _deflated(small_mr())
    tail = b"ZQTOKENQ" * 9
    assert _output(source + tail) == _output(source)


def test_a_deflated_dataset_that_ends_early_or_is_damaged_is_refused() -> None:
    source = _deflated(small_mr())
    start = 144 + int.from_bytes(source[140:144], "little")
    for broken in (source[:-4], source[: start + 9], source[:start] + b"\xff" * 40):
        output = deidentify(broken, policy("ps315-basic"))
        assert isinstance(output, Refusal)
        assert "deflated" in output.reason


def test_a_deflate_bomb_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bme_med.dicom.part10.MAX_COPY_BYTES", 1 << 20)
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    source = _deflated(small_mr())
    start = 144 + int.from_bytes(source[140:144], "little")
    bomb = source[:start] + stream.compress(bytes(64 << 20)) + stream.flush()
    output = deidentify(bomb, policy("ps315-basic"))
    assert isinstance(output, Refusal)
    assert "longer than 1 MiB" in output.reason


def test_a_bomb_of_items_in_a_deflate_stream_is_refused_before_they_are_read() -> None:
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    source = _deflated(small_mr())
    start = 144 + int.from_bytes(source[140:144], "little")
    items = explicit(0x00189114, b"SQ", b"\xfe\xff\x00\xe0\0\0\0\0" * (2 << 20))
    output = deidentify(source[:start] + stream.compress(items) + stream.flush(), policy("ps315-basic"))
    assert isinstance(output, Refusal)
    assert "more sequence items" in output.reason


def test_an_irregular_dataset_is_mended_inside_its_deflate_stream() -> None:
    source = _deflated(small_mr())
    start = 144 + int.from_bytes(source[140:144], "little")
    dataset = zlib.decompress(source[start:], -15).replace(b"CS\2\0MR", b"CS\3\0MR ")
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    read = _deidentified(source[:start] + stream.compress(dataset) + stream.flush())
    assert read.file_meta.TransferSyntaxUID == DeflatedExplicitVRLittleEndian
    assert read.Modality == "MR"
