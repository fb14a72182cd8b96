"""Files as they come from the field, and as somebody would make them who wants to hide a name."""

import struct
from io import BytesIO

import pytest
from pydicom import Dataset, dcmread
from pydicom.dataelem import RawDataElement
from pydicom.encaps import encapsulate, encapsulate_extended, generate_frames
from pydicom.tag import Tag
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from bme_med.core import Plan, Range, Refusal
from bme_med.dicom.instance import read_strictly
from bme_med.verify.tables import load_tables
from tests.oracles.planting import ENCODINGS, encode, small_mr
from tests.oracles.raw import WORD, explicit, implicit, item, with_element
from tests.oracles.residue import residue
from tests.oracles.runs import PROFILE_NAMES, deidentify, plan, policy, without_refusing

UNDER = without_refusing(policy("ps315-basic"))
UNSEEN = "ZQUNSEEN"
"""Stands in one place alone, so that no search for identifiers can find it."""

pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR:UserWarning")  # planted on purpose

every_profile = pytest.mark.parametrize("name", PROFILE_NAMES)


def _encoded(ds: Dataset, syntax: UID = ExplicitVRLittleEndian) -> bytes:
    return encode(ds, syntax, load_tables())


def _output(source: bytes) -> bytes:
    output = deidentify(source, UNDER)
    assert isinstance(output, bytes), output
    return output


def _deidentified(source: bytes) -> Dataset:
    return dcmread(BytesIO(_output(source)))


def _findings(source: bytes) -> tuple[str, ...]:
    planned = plan(source, UNDER)
    assert isinstance(planned, Plan)
    return planned.findings


def _with_raw(tag: int, vr: str, value: bytes) -> bytes:
    ds = small_mr()
    ds[tag] = RawDataElement(Tag(tag), vr, len(value), value, 0, False, True)
    return _encoded(ds)


def test_each_of_several_uids_is_replaced_and_registered_ones_stay() -> None:
    ds = small_mr()
    ds.add_new(0x00081155, "UI", ["1.2.3.4", "1.2.840.10008.1.2", "1.2.826.0.1.3680043.99999.2"])
    new = list(_deidentified(_encoded(ds))[0x00081155].value)
    assert [uid == "1.2.840.10008.1.2" for uid in new] == [False, True, False]
    assert new[2] == _deidentified(_encoded(ds)).StudyInstanceUID
    assert len(set(new)) == 3


@pytest.mark.parametrize("tag", [0x00080016, 0x00080018, 0x0020000D, 0x0020000E])
def test_an_instance_with_several_names_or_places_is_refused(tag: int) -> None:
    value = b"1.2.840.10008.5.1.4.1.1.4\\1.2.3.4.5\0"
    planned = plan(_with_raw(tag, "UI", value), UNDER)
    assert isinstance(planned, Refusal)
    assert "several UIDs" in planned.reason


@pytest.mark.parametrize(
    "value", [b"ZQUNSEEN", b"1.2.ZQUNSEEN\0\0", b"\\1.2.ZQUNSEEN\\", b"..ZQUNSEEN", b"\xffZQUNSEEN "]
)
@pytest.mark.parametrize("tag", [0x0020000D, 0x00081155, 0x00080016, 0x00083010, 0x0020000E, 0x00080018])
def test_nothing_of_a_malformed_uid_survives(tag: int, value: bytes) -> None:
    output = deidentify(_with_raw(tag, "UI", value), UNDER)
    assert isinstance(output, Refusal) or not residue([UNSEEN], output)


@pytest.mark.parametrize(
    "start",
    [
        b"II*\0\x10\0\0\0" + UNSEEN.encode(),
        b"MM\0*\0\0\0\x10" + UNSEEN.encode(),
        b"MZ\x90\0" + UNSEEN.encode(),
        b"\x7fELF\2\1\1" + UNSEEN.encode(),
        b"%PDF-1.7 " + UNSEEN.encode(),
        b"\xff\xd8\xff\xe1" + UNSEEN.encode(),
    ],
)
def test_a_picture_or_a_program_in_the_preamble_does_not_survive(start: bytes) -> None:
    output = _output(start.ljust(128, b" ") + _encoded(small_mr())[128:])
    assert output[:132] == bytes(128) + b"DICM"
    assert not residue([UNSEEN], output)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_cut_between_two_elements_lacks_its_pixels_and_says_so(encoding: str) -> None:
    source = _encoded(small_mr(), ENCODINGS[encoding])
    for element in read_strictly(source).elements:
        planned = plan(source[: element.start], UNDER)
        if isinstance(planned, Plan) and element.tag > 0x00280100:
            assert any("no Pixel Data" in finding for finding in planned.findings)


def test_an_instance_that_describes_no_pixels_needs_none() -> None:
    ds = small_mr()
    for keyword in ("PixelData", "Rows", "Columns"):
        delattr(ds, keyword)
    assert not any("Pixel Data" in finding for finding in _findings(_encoded(ds)))


FLOATS = {0x7FE00008: ("OF", 32), 0x7FE00009: ("OD", 64)}


@pytest.mark.parametrize("tag", FLOATS)
@pytest.mark.parametrize("syntax", [*ENCODINGS.values()])
def test_float_pixels_stay_and_what_lies_behind_them_goes(tag: int, syntax: UID) -> None:
    vr, bits = FLOATS[tag]
    ds = small_mr()
    del ds.PixelData
    ds.BitsAllocated = bits
    frames = bytes(range(4 * bits // 8))
    ds.add_new(tag, vr, frames + UNSEEN.encode())
    output = _output(_encoded(ds, syntax))
    assert not residue([UNSEEN], output)
    assert dcmread(BytesIO(output))[tag].value == frames
    ds[tag].value = frames
    planned = plan(_encoded(ds, syntax), UNDER)
    assert isinstance(planned, Plan)
    assert isinstance(planned.pieces[-1], Range)


def test_a_private_sequence_in_un_goes_with_all_that_it_holds() -> None:
    inner = item(implicit(0x00080080, UNSEEN.encode()) + implicit(0x00190010, b"MAKER "))
    delimited = b"\x19\0\x01\x10UN\0\0\xff\xff\xff\xff" + inner + b"\xfe\xff\xdd\xe0\0\0\0\0"
    for block in (explicit(0x00191001, b"UN", inner), delimited):
        source = with_element(explicit(0x00190010, b"LO", b"MAKER ") + block)
        assert not residue([UNSEEN], _output(source))


@pytest.mark.parametrize("number", [0x00190001, 0x00191001])
def test_a_private_sequence_in_implicit_vr_goes_with_all_that_it_holds(number: int) -> None:
    ds = small_mr()
    del ds.PixelData
    head = _encoded(ds, ImplicitVRLittleEndian)
    inner = item(implicit(0x00080080, UNSEEN.encode()))
    tag = struct.pack("<HH", number >> 16, number & 0xFFFF)
    delimited = tag + b"\xff\xff\xff\xff" + inner + b"\xfe\xff\xdd\xe0\0\0\0\0"
    for block in (implicit(number, inner), delimited):
        source = head + implicit(0x00290010, b"MAKER ") + block.replace(b"\x19\0", b"\x29\0", 1)
        output = _output(source + implicit(0x7FE00010, bytes(range(8))))
        assert not residue([UNSEEN], output)
        assert dcmread(BytesIO(output)).PixelData == bytes(range(8))


def test_a_known_sequence_in_un_is_cleaned_inside() -> None:
    inner = item(implicit(0x00080080, UNSEEN.encode()) + implicit(0x00180050, b"1.5 "))
    delimited = b"\x18\0\x14\x91UN\0\0\xff\xff\xff\xff" + inner + b"\xfe\xff\xdd\xe0\0\0\0\0"
    for sequence in (explicit(0x00189114, b"UN", inner), delimited):
        output = _output(with_element(sequence))
        assert not residue([UNSEEN], output)
        assert dcmread(BytesIO(output))[0x00189114].value[0].SliceThickness == 1.5


def test_data_set_trailing_padding_goes() -> None:
    source = _encoded(small_mr()) + explicit(0xFFFCFFFC, b"OB", UNSEEN.encode())
    output = _output(source)
    assert not residue([UNSEEN], output)
    assert 0xFFFCFFFC not in dcmread(BytesIO(output))


def test_an_item_s_own_character_set_counts_in_the_item() -> None:
    ds = small_mr()
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.PatientName = "Müßig^Jörg"
    inner = Dataset()
    inner.SpecificCharacterSet = "ISO_IR 192"
    inner.add_new(0x00181020, "LO", "Scan of Müßig")
    ds.add_new(0x00189114, "SQ", [inner])
    for syntax in (*ENCODINGS.values(),):
        output = _output(_encoded(ds, syntax))
        assert not residue(["Müßig"], output)


@pytest.mark.parametrize("vr", [b"UN", b"OB", b"LO", b"UT", b"FD", b"SQ", b"PN", b"UI", b"XX"])
@pytest.mark.parametrize("tag", [0x00100010, 0x00181020, 0x00280010, 0x00080020, 0x00189114])
def test_no_value_hides_behind_a_wrong_vr(tag: int, vr: bytes) -> None:
    output = deidentify(with_element(explicit(tag, vr, WORD.encode())), UNDER)
    assert isinstance(output, Refusal) or not residue([WORD], output)


def _frames() -> list[bytes]:
    return [struct.pack("<16I", 1, 64, *[0] * 14) + bytes((3, n, 1, 2, 3, 0)) for n in range(3)]


def _compressed() -> Dataset:
    ds = small_mr()
    ds.NumberOfFrames = 3
    del ds.PixelData
    return ds


@pytest.mark.parametrize("has_table", [False, True])
def test_fragments_and_their_offset_table_stay_byte_for_byte(has_table: bool) -> None:
    ds = _compressed()
    ds.PixelData = encapsulate(_frames(), has_bot=has_table)
    ds["PixelData"].is_undefined_length = True
    ds["PixelData"].VR = "OB"
    output = _deidentified(_encoded(ds, RLELossless))
    assert output.PixelData == ds.PixelData
    assert list(generate_frames(output.PixelData, number_of_frames=3)) == _frames()


def test_extended_offset_tables_stay_byte_for_byte() -> None:
    ds = _compressed()
    ds.PixelData, ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths = encapsulate_extended(_frames())
    ds["PixelData"].is_undefined_length = True
    ds["PixelData"].VR = "OB"
    output = _deidentified(_encoded(ds, RLELossless))
    for keyword in ("PixelData", "ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        assert output[keyword].value == ds[keyword].value
    table = (output.ExtendedOffsetTable, output.ExtendedOffsetTableLengths)
    assert list(generate_frames(output.PixelData, number_of_frames=3, extended_offsets=table)) == _frames()


@pytest.mark.parametrize("count", [2, 8])
def test_a_text_in_place_of_an_offset_table_goes(count: int) -> None:
    ds = _compressed()
    fragments = encapsulate(_frames(), has_bot=False)[8:]
    ds.PixelData = item((UNSEEN * count).encode()) + fragments
    ds["PixelData"].is_undefined_length = True
    ds["PixelData"].VR = "OB"
    output = _output(_encoded(ds, RLELossless))
    assert not residue([UNSEEN], output)
    assert dcmread(BytesIO(output)).PixelData == item(b"") + fragments
    assert any("offset table" in finding for finding in _findings(_encoded(ds, RLELossless)))


@pytest.mark.parametrize("keyword", ["ExtendedOffsetTable", "ExtendedOffsetTableLengths"])
def test_a_text_in_place_of_an_extended_offset_table_goes(keyword: str) -> None:
    ds = _compressed()
    ds.PixelData, ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths = encapsulate_extended(_frames())
    ds["PixelData"].is_undefined_length = True
    ds["PixelData"].VR = "OB"
    setattr(ds, keyword, (UNSEEN * 3).encode())
    output = _output(_encoded(ds, RLELossless))
    assert not residue([UNSEEN], output)
    assert "ExtendedOffsetTable" not in dcmread(BytesIO(output))
    assert "ExtendedOffsetTableLengths" not in dcmread(BytesIO(output))


def test_big_endian_pixels_are_never_swapped() -> None:
    source = _encoded(small_mr(), ExplicitVRBigEndian)
    assert source.endswith(bytes(range(8)))
    assert _output(source).endswith(bytes(range(8)))
