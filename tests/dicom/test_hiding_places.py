"""Where a value can hide in a DICOM file, outside and inside of its elements."""

from io import BytesIO

import pytest
from PIL import Image, ImageCms
from pydicom.dataelem import RawDataElement
from pydicom.encaps import encapsulate
from pydicom.tag import Tag
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, JPEGBaseline8Bit

from bme_med.core import Refusal
from bme_med.verify.tables import load_tables
from tests.oracles.judged import encoded, output_of
from tests.oracles.planting import ENCODINGS, encode, small_mr
from tests.oracles.raw import WORD, explicit, implicit, item, with_element
from tests.oracles.reading import read
from tests.oracles.residue import residue
from tests.oracles.runs import PROFILE_NAMES, deidentify, policy

pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR:UserWarning")  # planted on purpose

every_profile = pytest.mark.parametrize("name", PROFILE_NAMES)
every_encoding = pytest.mark.parametrize("encoding", ENCODINGS)

UNSEEN = "ZQUNSEEN"
"""Stands in one element alone, so that no search for identifiers can find it."""


@every_profile
@every_encoding
def test_nothing_of_the_preamble_survives(name: str, encoding: str) -> None:
    source = (WORD * 16).encode() + encoded(small_mr(), encoding)[128:]
    assert not residue([WORD], output_of(source, name))


@every_profile
@every_encoding
def test_nothing_of_the_file_meta_survives(name: str, encoding: str) -> None:
    ds = small_mr()
    for keyword in (
        "SourceApplicationEntityTitle",
        "SendingApplicationEntityTitle",
        "ImplementationVersionName",
    ):
        setattr(ds.file_meta, keyword, WORD)
    ds.file_meta.ReceivingPresentationAddress = f"http://{WORD}.example"
    ds.file_meta.ImplementationClassUID = UID("1.2.826.0.1.3680043.99999.77")
    ds.file_meta.PrivateInformationCreatorUID = UID("1.2.826.0.1.3680043.99999.78")
    ds.file_meta.PrivateInformation = WORD.encode()
    source = encoded(ds, encoding)
    values = [WORD, *(f"1.2.826.0.1.3680043.99999.{last}" for last in ("77", "78"))]
    assert residue(values, source) == set(values)
    assert not residue(values, output_of(source, name))


@every_profile
@every_encoding
@pytest.mark.parametrize("tail", [WORD.encode(), b"\0" * 512 + WORD.encode(), WORD.encode() * 9 + b"Q"])
def test_nothing_after_the_last_element_survives(name: str, encoding: str, tail: bytes) -> None:
    output = deidentify(encoded(small_mr(), encoding) + tail, policy(name))
    assert isinstance(output, Refusal) or not residue([WORD], output)


@every_profile
@every_encoding
def test_nothing_behind_the_last_frame_survives(name: str, encoding: str) -> None:
    ds = small_mr()
    ds.PixelData += WORD.encode() * 3
    output = output_of(encoded(ds, encoding), name)
    assert not residue([WORD], output)
    assert read(output).PixelData == bytes(range(8))


def jpeg(**options: bytes) -> bytes:
    """A grey frame of 8 by 8 pixels."""
    buffer = BytesIO()
    Image.new("L", (8, 8), 90).save(buffer, "JPEG", **options)
    return buffer.getvalue()


@every_profile
def test_group_lengths_go_with_what_stands_in_them(name: str) -> None:
    source = with_element(explicit(0x00100000, b"UL", b"ZQL7"))
    assert not residue(["ZQL7"], output_of(source, name))


UNKNOWN = {
    "of an attribute that nobody knows": explicit(0x00189FF0, b"UN", UNSEEN.encode()),
    "of a person": explicit(0x00181060, b"UN", UNSEEN.encode()),
    "of a sequence that holds a person": explicit(
        0x00189114, b"UN", item(implicit(0x00081050, UNSEEN.encode()) + implicit(0x00089215, b""))
    ),
    "of a private sequence": explicit(0x00191001, b"UN", item(implicit(0x00081090, UNSEEN.encode()))),
    "of undefined length": b"\x18\x00\x14\x91UN\0\0\xff\xff\xff\xff"
    + item(implicit(0x00081050, UNSEEN.encode()))
    + b"\xfe\xff\xdd\xe0\0\0\0\0",
}


MISPLACED = {
    "of a message": explicit(0x00000902, b"LO", UNSEEN.encode()),
    "of a message's text": explicit(0x00005110, b"LT", UNSEEN.encode()),
    "of a directory in an item": explicit(
        0x00189114, b"SQ", item(explicit(0x00041220, b"LO", UNSEEN.encode()))
    ),
    "of file meta in an item": explicit(
        0x00189114, b"SQ", item(explicit(0x00020031, b"OB", UNSEEN.encode()))
    ),
    "of a message in an item": explicit(
        0x00189114, b"SQ", item(explicit(0x00000902, b"LO", UNSEEN.encode()))
    ),
}
"""Elements that have no place in a dataset, in one."""


ODD = {
    "a name that stands there twice": explicit(0x00100010, b"PN", WORD.encode()),
    "a name of a binary VR": explicit(0x00101001, b"OB", WORD.encode()),
    "a text of a binary VR": explicit(0x00181020, b"OB", WORD.encode()),
    "a number of a text VR": explicit(0x00280106, b"UT", WORD.encode()),
    "a sequence of a text VR": explicit(0x00189114, b"LO", WORD.encode()),
    "a text that is a sequence": explicit(
        0x00181020, b"SQ", item(explicit(0x00081050, b"PN", WORD.encode()))
    ),
    "a VR that does not exist": explicit(0x00181020, b"ZZ", WORD.encode()),
    "an element that stands too early": explicit(0x00181020, b"LO", WORD.encode())
    + explicit(0x00100021, b"LO", WORD.encode()),
    "an item outside a sequence": item(WORD.encode()),
    "items with nothing around them": explicit(0x00189114, b"SQ", WORD.encode()),
    "a sequence that ends within an element": explicit(
        0x00189114, b"SQ", item(explicit(0x00081050, b"PN", WORD.encode() + b"^Ada"))[:-4]
    ),
    "an item that is longer than its sequence": explicit(
        0x00189114, b"SQ", b"\xfe\xff\x00\xe0\xf0\0\0\0" + explicit(0x00081050, b"PN", WORD.encode())
    ),
    "a length beyond the end": b"\x18\0\x20\x10LO\xf8\xff" + WORD.encode(),
    "implicit VR in between": implicit(0x00181020, WORD.encode()),
    "an odd length": explicit(0x00181020, b"LO", WORD.encode() + b"Q"),
}


@every_profile
@pytest.mark.parametrize("kind", ODD)
def test_what_is_irregular_is_refused_or_cleaned(name: str, kind: str) -> None:
    output = deidentify(with_element(ODD[kind]), policy(name))
    assert isinstance(output, Refusal) or not residue([WORD], output)


@every_profile
@pytest.mark.parametrize("kind", MISPLACED)
def test_no_value_survives_in_a_misplaced_element(name: str, kind: str) -> None:
    output = deidentify(with_element(MISPLACED[kind]), policy(name))
    assert isinstance(output, Refusal) or not residue([UNSEEN], output)


@every_profile
def test_a_name_behind_the_pixels_is_refused_or_removed(name: str) -> None:
    source = encoded(small_mr(), "explicit") + explicit(0x00100010, b"PN", WORD.encode())
    output = deidentify(source, policy(name))
    assert isinstance(output, Refusal) or not residue([WORD], output)


@every_profile
@pytest.mark.parametrize("kind", UNKNOWN)
def test_no_value_survives_in_an_element_of_vr_un(name: str, kind: str) -> None:
    output = deidentify(with_element(UNKNOWN[kind]), policy(name))
    assert isinstance(output, Refusal) or not residue([UNSEEN], output)


HIDDEN = {
    "behind the NUL of a UID": (0x00081150, "UI", b"1.2.840.10008.5.1.4.1.1.4\0" + WORD.encode()),
    "in a decimal string": (0x00180050, "DS", b"1.5 " + WORD.encode()),
    "in an integer string": (0x00200013, "IS", b"7\0\0\0" + WORD.encode()),
    "in an age": (0x00101010, "AS", b"041Y" + WORD.encode()),
    "in a date": (0x00080020, "DA", b"20110203" + WORD.encode()),
    "in a time of day": (0x00080030, "TM", b"101112 \0" + WORD.encode()),
    "in a coded string": (0x00180020, "CS", b"SE\0" + WORD.lower().encode()),
    "in an application entity": (0x00080055, "AE", WORD.encode()),
}
"""Values that break their VR and carry a name, of attributes that stay or whose dates move."""


@every_profile
@every_encoding
@pytest.mark.parametrize("place", HIDDEN)
def test_no_name_hides_in_a_value_that_breaks_its_vr(name: str, encoding: str, place: str) -> None:
    tag, vr, value = HIDDEN[place]
    ds = small_mr()
    ds.OperatorsName = f"{WORD}^Ada"
    raw = value + b" " * (len(value) % 2)
    implicit_vr = encoding == "implicit"
    ds[tag] = RawDataElement(Tag(tag), vr, len(raw), raw, 0, implicit_vr, True)
    output = deidentify(encoded(ds, encoding), policy(name))
    assert isinstance(output, Refusal) or not residue([WORD], output)


@every_profile
@pytest.mark.parametrize("syntax", [DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian])
def test_rarer_encodings_are_refused_or_cleaned(name: str, syntax: UID) -> None:
    ds = small_mr()
    ds.OperatorsName = ds.StudyDescription = WORD
    source = encode(ds, syntax, load_tables())
    if not isinstance(deidentify(source, policy(name)), Refusal):
        assert not residue([WORD], output_of(source, name))


@every_profile
@every_encoding
def test_a_dataset_without_preamble_is_refused_or_cleaned(name: str, encoding: str) -> None:
    ds = small_mr()
    ds.OperatorsName = ds.StudyDescription = WORD
    whole = encoded(ds, encoding)
    first = b"\0\x08\0\x08" if encoding == "big endian" else b"\x08\0\x08\0"
    bare = whole[whole.index(first, 132) :]
    output = deidentify(bare, policy(name))
    if not isinstance(output, Refusal):
        assert not residue([WORD], output)
        assert output[:132] == bytes(128) + b"DICM"
        assert read(output).SOPInstanceUID == read(output).file_meta.MediaStorageSOPInstanceUID


@every_profile
@every_encoding
def test_nothing_planted_survives_in_a_colour_profile(name: str, encoding: str) -> None:
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    notice = "No copyright".encode("utf-16-be")
    assert notice in plain
    ds = small_mr()
    ds.ICCProfile = plain[:48] + b"ZQDEVICE" + plain[56:].replace(notice, f"{WORD}Qlad".encode("utf-16-be"))
    output = output_of(encoded(ds, encoding), name)
    assert not residue([WORD, "ZQDEVICE", plain[24:36]], output)


def in_front(marker: int, payload: bytes) -> bytes:
    """A frame with one segment more."""
    head = bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big")
    return jpeg()[:2] + head + payload + jpeg()[2:]


COMMENTED = jpeg(comment=f"{UNSEEN} was here".encode())

FRAMES = {
    "in a comment": [COMMENTED],
    "in an application segment": [jpeg(exif=b"Exif\0\0" + UNSEEN.encode())],
    "behind JFIF": [jpeg()[:4] + b"\0\x18" + jpeg()[6:20] + UNSEEN.encode() + jpeg()[20:]],
    "in a thumbnail beside JFIF": [in_front(0xE0, b"JFXX\0\x11\1\1" + UNSEEN.encode().ljust(770))],
    "in place of SPIFF": [in_front(0xE8, UNSEEN.encode())],
    "in place of Adobe": [in_front(0xEE, UNSEEN.encode())],
    "behind the end of the image": [jpeg() + UNSEEN.encode() * 2],
    "in a preview behind the image": [jpeg() + COMMENTED],
    "in a comment that two fragments share": [COMMENTED[:32], COMMENTED[32:]],
    "behind the end of the image in a fragment of its own": [jpeg(), UNSEEN.encode()],
}


@every_profile
@pytest.mark.parametrize("place", FRAMES)
def test_nothing_planted_survives_in_a_compressed_frame(name: str, place: str) -> None:
    ds = small_mr()
    ds.Rows = ds.Columns = ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit = 7
    fragments = [part + b"\0" * (len(part) % 2) for part in FRAMES[place]]
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    ds.PixelData = encapsulate(fragments, has_bot=False)
    output = output_of(encode(ds, JPEGBaseline8Bit, load_tables()), name)
    assert not residue([UNSEEN], output)


@every_profile
@pytest.mark.parametrize("head", [b"\0\0", UNSEEN.encode()])
def test_compressed_pixels_in_another_form_than_the_syntax_says_are_refused(name: str, head: bytes) -> None:
    assert isinstance(deidentify(compressed([b"", head + jpeg()]), policy(name)), Refusal)


@every_profile
@every_encoding
@pytest.mark.parametrize("keyword", ["Rows", "Columns", "BitsAllocated"])
def test_pixels_that_nothing_describes_are_refused(name: str, encoding: str, keyword: str) -> None:
    ds = small_mr()
    delattr(ds, keyword)
    assert isinstance(deidentify(encoded(ds, encoding), policy(name)), Refusal)


def compressed(items: list[bytes], frames: int = 1) -> bytes:
    """A JPEG instance whose first item, the offset table, is what it should not be."""
    ds = small_mr()
    ds.Rows = ds.Columns = ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit = 7
    ds.NumberOfFrames = frames
    del ds.PixelData
    even = [part + b"\0" * (len(part) % 2) for part in items]
    whole = encode(ds, JPEGBaseline8Bit, load_tables())
    head = b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff"
    return whole + head + b"".join(item(part) for part in even) + b"\xfe\xff\xdd\xe0\0\0\0\0"


LABELS = {0x00700080: b"CS", 0x00700207: b"LO", 0x00700289: b"SH"}
"""Typed by people; no table of the standard lists them."""


@every_profile
@pytest.mark.parametrize("tag", LABELS, ids=hex)
def test_a_name_in_a_label_goes_although_nothing_else_says_that_it_is_one(name: str, tag: int) -> None:
    output = output_of(with_element(explicit(tag, LABELS[tag], UNSEEN.encode())), name)
    assert not residue([UNSEEN], output)
    kept = output_of(with_element(explicit(tag, LABELS[tag], b"LIVER LESION")), name)
    assert read(kept)[tag].value == "LIVER LESION"


CODES = {0x00080008: b"ORIGINAL\\PRIMARY\\", 0x00180015: b"", 0x00180022: b"FAT_SAT\\", 0x00185100: b"POS "}


@every_profile
@pytest.mark.parametrize("tag", CODES, ids=hex)
def test_a_name_in_a_code_string_goes(name: str, tag: int) -> None:
    value = CODES[tag] + WORD.encode()
    ds = small_mr()
    del ds.ImageType
    ds.OperatorsName = f"{WORD}^Ada"
    ds.add_new(tag, "CS", value.decode())
    output = deidentify(encoded(ds, "explicit"), policy(name))
    assert isinstance(output, bytes)
    assert not residue([WORD], output)
    if tag == 0x00080008:
        assert list(read(output).ImageType) == ["ORIGINAL", "PRIMARY", ""]
