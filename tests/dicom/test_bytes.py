"""Attributes of bytes (OB and its kind): few stay, and none with a name of the instance in it."""

import pytest
from pydicom._dicom_dict import DicomDictionary
from pydicom.tag import Tag

from bme_med.verify.tables import load_tables
from tests.oracles.judged import encoded, output_of
from tests.oracles.planting import Planted, small_mr
from tests.oracles.raw import WORD, explicit, with_element
from tests.oracles.reading import read
from tests.oracles.residue import residue
from tests.oracles.runs import PROFILE_NAMES

every_profile = pytest.mark.parametrize("name", PROFILE_NAMES)

UNSEEN = b"ZQUNSEENZQUNSEEN"

STAYING = {
    # tables that make a picture of Pixel Data
    *("GrayLookupTableData", "LUTData", "BlendingLookupTableData", "WeightingLookupTableData"),
    *(f"{colour}PaletteColorLookupTableData" for colour in ("Red", "Green", "Blue", "Alpha")),
    *(f"Large{colour}PaletteColorLookupTableData" for colour in ("Red", "Green", "Blue")),
    *(f"Segmented{colour}PaletteColorLookupTableData" for colour in ("Red", "Green", "Blue", "Alpha")),
    # points, lines and surfaces
    *("VerticesOfThePolygonalOutline", "TwoDimensionalToThreeDimensionalMapData", "VectorGridData"),
    *("PointCoordinatesData", "VectorCoordinateData", "DoublePointCoordinatesData", "AnnotationIndexList"),
    *("TrianglePointIndexList", "EdgePointIndexList", "VertexPointIndexList", "PrimitivePointIndexList"),
    *("LongPrimitivePointIndexList", "LongTrianglePointIndexList", "LongEdgePointIndexList"),
    *("LongVertexPointIndexList", "TrackPointIndexList", "FloatingPointValues", "UValueData", "VValueData"),
    *("RecommendedDisplayCIELabValueList", "VolumetricCurvePoints", "VolumetricCurveUpDirections"),
    *("CompensatorProximalThicknessMap", "CompensatorDistalThicknessMap", "BlockEdgeData"),
    # what was measured
    *("WaveformData", "FilterLookupTableData", "FirstOrderPhaseCorrectionAngle", "SpectroscopyData"),
    *("CoordinateSystemAxisValues", "ByteNumericValue", "ShortNumericValue", "ThreatROIBitmap"),
    *("SinglePrecisionFloatingPointNumericValue", "DoublePrecisionFloatingPointNumericValue"),
    # 128 bytes of a pattern
    "FillPattern",
}
BYTE_VRS = ("OB", "OD", "OF", "OL", "OV", "OW")
ELSEWHERE = {
    *("EncapsulatedDocument", "PixelData", "FloatPixelData", "DoubleFloatPixelData"),
    *("ExtendedOffsetTable", "ExtendedOffsetTableLengths"),
}
"""With tests of their own."""


def attributes() -> list[Planted]:
    """Each attribute of a dataset that may have a VR of bytes, with `UNSEEN` as its value."""
    planted = []
    known = {tag: (entry[0], entry[4]) for tag, entry in DicomDictionary.items()} | load_tables().additions
    for tag, (vr, keyword) in sorted(known.items()):
        found = [one for one in BYTE_VRS if one in vr]
        if found and tag >> 16 > 0x0006 and keyword not in ELSEWHERE and tag >> 16 != 0xFFFC:
            planted.append(Planted(tag, found[0], UNSEEN, keyword))
    return planted


@every_profile
def test_bytes_stay_where_a_picture_or_a_measurement_needs_them(name: str) -> None:
    planted = attributes()
    source = encoded(small_mr(planted), "explicit")
    assert len(planted) > 80
    output = read(output_of(source, name))
    left = {one.token: output.get_item(Tag(one.tag)) for one in planted if one.tag in output}
    staying = {keyword for keyword, found in left.items() if found and found.value == UNSEEN}
    assert staying == STAYING


@every_profile
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_no_bytes_stay_with_a_name_in_them(name: str, encoding: str) -> None:
    text = f"by {WORD.title()}.".encode(encoding)
    for one in attributes():
        if one.token in STAYING:
            value = bytes(24) + text + bytes(-len(text) % 8)
            output = output_of(with_element(explicit(one.tag, one.vr.encode(), value)), name)
            assert not residue([WORD], output), one.token


@every_profile
def test_a_short_number_costs_no_waveform(name: str) -> None:
    samples = b"".join(value.to_bytes(2, "little") for value in b"4711023" * 40)
    ds = small_mr([Planted(0x54001010, "OW", samples, "")])
    ds.PatientID = "4711023"
    output = read(output_of(encoded(ds, "explicit"), name))
    assert output[0x54001010].value == samples
