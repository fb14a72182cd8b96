"""Instances in every transfer syntax that stores elements in its own way."""

from io import BytesIO
from typing import Any

import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import UID, ExplicitVRBigEndian

from bme_med.dicom import describe
from tests.oracles.planting import ENCODINGS, encode, nested, small_mr
from tests.oracles.runs import deidentify, policy, without_refusing
from tests.oracles.tables import load_tables


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
