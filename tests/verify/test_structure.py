"""What lies outside the rows of the table: layout, file meta, private and unknown elements, pixels."""

from collections.abc import Callable
from functools import cache

import pytest
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    JPEGBaseline8Bit,
    RLELossless,
)

from bme_med.verify.findings import Check
from bme_med.verify.pixels import lost_pixels
from tests.dicom.test_codestreams import PLAIN, PLANTED
from tests.oracles.planting import ROOT, small_mr
from tests.oracles.raw import explicit, implicit, item
from tests.oracles.reading import read
from tests.verify.sabotage import Pair, edited, judged, pair, person

WORD = b"Quillfeather"
_PIXELS_AT = b"\xe0\x7f\x10\x00"


def put_in(raw: bytes) -> Callable[[bytes], bytes]:
    """One element more, in its place, byte by byte."""

    def put(data: bytes) -> bytes:
        at = data.rindex(_PIXELS_AT) if raw[:2] < b"\xe0\x7f" or raw[1] < 0x7F else len(data)
        return data[:at] + raw + data[at:]

    return put


def with_(edit: Callable[[Dataset], object]) -> Callable[[bytes], bytes]:
    return lambda data: edited(data, edit)


def item_of(**values: object) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


LAYOUT: dict[str, Callable[[bytes], bytes]] = {
    "a text in the preamble": lambda data: b"II*\0" + data[4:],
    "one byte behind the dataset": lambda data: data + b"Q",
    "seven bytes behind the dataset": lambda data: data + b"Quillfe",
    "many bytes behind the dataset": lambda data: data + WORD * 9,
    "trailing padding": with_(lambda ds: ds.add_new(0xFFFCFFFC, "OB", bytes(8))),
    "an item delimiter that hides what follows": lambda data: data + b"\xfe\xff\x0d\xe0\0\0\0\0" + WORD,
    "an element twice": lambda data: put_in(explicit(0x00081090, b"LO", b"Model Q "))(data),
    "an element out of order": lambda data: put_in(explicit(0x00080070, b"LO", b"Vendor"))(data),
    "a file cut off": lambda data: data[:-3],
    "no file at all": lambda data: WORD,
    "a value that is longer than the file": lambda data: data[:-12] + b"\xff\0\0\0" + data[-8:],
}

META: dict[str, Callable[[Dataset], object]] = {
    "the site's application": lambda ds: setattr(ds.file_meta, "SourceApplicationEntityTitle", "SITE7"),
    "who sent it": lambda ds: setattr(ds.file_meta, "SendingApplicationEntityTitle", "SITE7"),
    "who received it": lambda ds: setattr(ds.file_meta, "ReceivingApplicationEntityTitle", "SITE7"),
    "private information": lambda ds: ds.file_meta.add_new(0x00020102, "OB", WORD),
    "the old instance": lambda ds: setattr(ds.file_meta, "MediaStorageSOPInstanceUID", ROOT + "1"),
    "another class": lambda ds: setattr(ds.file_meta, "MediaStorageSOPClassUID", "1.2.840.10008.5.1.4.1.1.2"),
    "another application": lambda ds: setattr(ds.file_meta, "ImplementationClassUID", ROOT + "9"),
    "another version": lambda ds: setattr(ds.file_meta, "ImplementationVersionName", "SCANNER 1"),
}

ELEMENTS: dict[str, Callable[[bytes], bytes]] = {
    "a private creator": with_(lambda ds: ds.add_new(0x00090010, "LO", "ACME")),
    "a private element": with_(
        lambda ds: ds.private_block(0x0009, "ACME", create=True).add_new(1, "LO", "x")
    ),
    "a private element without creator": with_(lambda ds: ds.add_new(0x00111003, "OB", b"xy")),
    "a private sequence": with_(lambda ds: ds.add_new(0x00091004, "SQ", [item_of(PatientComments="x")])),
    "a private element in an item": with_(
        lambda ds: setattr(ds, "SharedFunctionalGroupsSequence", [_private_item()])
    ),
    "an attribute that nobody knows": put_in(explicit(0x00185FFE, b"LO", b"word")),
    "an old group length": put_in(explicit(0x00280000, b"UL", b"\4\0\0\0")),
    "an overlay": with_(lambda ds: ds.add_new(0x60003000, "OW", b"\1\2")),
    "an overlay's label": with_(lambda ds: ds.add_new(0x60001500, "LO", "ROI")),
    "an overlay in a later group": with_(lambda ds: ds.add_new(0x601E3000, "OW", b"\1\2")),
    "a curve": with_(lambda ds: ds.add_new(0x50003000, "OW", b"\1\2")),
    "a curve's label": with_(lambda ds: ds.add_new(0x50002500, "LO", "ECG")),
    "a UN value with text": put_in(explicit(0x00181400, b"UN", b"Quillfeather")),
    "a UN sequence": put_in(explicit(0x00189117, b"UN", item(implicit(0x00181030, b"Quillfeather")))),
    "an icon": with_(lambda ds: setattr(ds, "IconImageSequence", [item_of(Rows=1, Columns=1)])),
    "pixels in an item": with_(
        lambda ds: setattr(ds, "AnatomicRegionSequence", [item_of(FloatPixelData=b"1234")])
    ),
    "a signature": with_(lambda ds: ds.add_new(0xFFFAFFFA, "SQ", [item_of(MACIDNumber=1)])),
    "a MAC": with_(lambda ds: ds.add_new(0x4FFE0001, "SQ", [item_of(MACIDNumber=1)])),
    "encrypted originals": with_(
        lambda ds: ds.add_new(0x04000500, "SQ", [item_of(EncryptedContent=b"1234")])
    ),
    "unencrypted originals": with_(
        lambda ds: ds.add_new(0x04000561, "SQ", [item_of(SourceOfPreviousValues="x")])
    ),
}

PIXELS: dict[str, Callable[[Dataset], object]] = {
    "one bit": lambda ds: setattr(ds, "PixelData", b"\1" + ds.PixelData[1:]),
    "a frame less": lambda ds: setattr(ds, "PixelData", ds.PixelData[:4]),
    "a text behind the last frame": lambda ds: setattr(ds, "PixelData", ds.PixelData + b"Quillfeather"),
    "none": lambda ds: ds.__delitem__("PixelData"),
    "turned round": lambda ds: setattr(ds, "PixelData", ds.PixelData[::-1]),
    "float pixels beside them": lambda ds: ds.add_new(0x7FE00008, "OF", bytes(16)),
}


def _add_private(ds: Dataset) -> None:
    ds.private_block(0x0011, "ACME", create=True).add_new(1, "LO", "x")


def _private_item() -> Dataset:
    inner = Dataset()
    _add_private(inner)
    return inner


@pytest.mark.parametrize("what", LAYOUT)
@pytest.mark.parametrize("has_source", [True, False])
def test_a_file_of_another_layout_is_found(what: str, *, has_source: bool) -> None:
    source, output = person()
    assert judged(LAYOUT[what](output), source if has_source else None)


@pytest.mark.parametrize("what", META)
@pytest.mark.parametrize("has_source", [True, False])
def test_file_meta_that_tells_of_the_source_is_found(what: str, *, has_source: bool) -> None:
    source, output = person()
    assert Check.FILE_META in judged(edited(output, META[what]), source if has_source else None)


@pytest.mark.parametrize("what", ELEMENTS)
@pytest.mark.parametrize("has_source", [True, False])
def test_an_element_that_never_stays_is_found(what: str, *, has_source: bool) -> None:
    source, output = person()
    assert judged(ELEMENTS[what](output), source if has_source else None)


@pytest.mark.parametrize("what", PIXELS)
def test_other_pixels_are_found(what: str) -> None:
    source, output = person()
    assert judged(edited(output, PIXELS[what]), source) & {Check.PIXELS, Check.RULE}


@cache
def wide() -> Pair:
    """12 of 16 bits hold values."""
    ds = small_mr()
    ds.BitsStored, ds.HighBit = 12, 11
    return pair(ds)


def test_a_plane_in_unused_bits_is_found() -> None:
    source, output = wide()

    def spoil(ds: Dataset) -> None:
        ds.PixelData = bytes((ds.PixelData[0], 0x10)) + ds.PixelData[2:]

    assert Check.PIXELS in judged(edited(output, spoil), source)


def test_another_vr_is_found() -> None:
    source, output = person()
    spoilt = edited(output, lambda ds: ds.add_new(0x00281201, "OB", bytes(64)))
    assert Check.RULE in judged(spoilt, source)


@cache
def compressed() -> Pair:
    ds = small_mr()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.compress(RLELossless, generate_instance_uid=False)
    return pair(ds, RLELossless)


def test_compressed_pixels_without_their_end_are_found() -> None:
    source, output = compressed()
    assert judged(output[:-8], source)
    assert judged(output[:-8], None)


@pytest.mark.parametrize("what", ["another byte", "another fragment", "text in the offset table"])
def test_other_fragments_are_found(what: str) -> None:
    source, output = compressed()

    def spoil(ds: Dataset) -> None:
        old = ds.PixelData
        ds.PixelData = {
            "another byte": old[:-1] + b"\7",
            "another fragment": old + b"\xfe\xff\x00\xe0\x0c\0\0\0" + WORD,
            "text in the offset table": b"\xfe\xff\x00\xe0\x0c\0\0\0" + WORD + old[12:],
        }[what]

    assert judged(edited(output, spoil), source) & {Check.PIXELS, Check.IDENTIFIER}


def picture_instance(picture: bytes) -> Dataset:
    """An instance whose frame is a picture of 96 rows and 64 columns, in colour or with a palette."""
    ds = small_mr()
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PlanarConfiguration = 96, 64, 3, 0
    ds.PhotometricInterpretation, ds.Modality = "RGB", "DMS"
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.NumberOfFrames = 7, 1
    ds["PixelData"].VR = "OB"
    ds.PixelData = encapsulate([picture])
    ds["PixelData"].is_undefined_length = True
    return ds


def syntax_of(picture: bytes) -> UID:
    return JPEGBaseline8Bit if picture.startswith(b"\xff\xd8") else JPEG2000


@pytest.mark.parametrize("place", [*PLANTED, *PLAIN])
def test_pictures_that_were_cleaned_are_no_finding(place: str) -> None:
    picture = (PLANTED | PLAIN)[place]
    pair(picture_instance(picture), syntax_of(picture))


SPOILT = {
    "an image header": (b"ihdr", 4, 14),
    "a palette": (b"pclr", 9, 90),
    "coded data": (b"jp2c", 900, 2),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_boxed_picture_that_lost_what_it_needs_is_found(what: str) -> None:
    kind, skipped, length = SPOILT[what]
    source, output = pair(picture_instance(PLAIN["a palette"]), JPEG2000)
    at = output.index(kind) + skipped
    spoilt = output[:at] + bytes(length) + output[at + length :]
    assert lost_pixels(read(source), read(output)) == []
    assert lost_pixels(read(source), read(spoilt)) == ["(7FE0,0010)"]


def test_bytes_behind_a_deflated_dataset_are_found() -> None:
    source, output = pair(small_mr(), DeflatedExplicitVRLittleEndian)
    assert Check.READABLE in judged(output + WORD, source)
    assert Check.READABLE in judged(output + WORD, None)
