"""Every row of the table of pixel risks is honoured, and no option claims what nobody did."""

from collections.abc import Callable

import pytest
from pydicom import Dataset, FileDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from bme_med.core import FileError, Option, ProfileError, UnsupportedFileError, parse_profile
from bme_med.core.resources import read_table
from bme_med.dicom import action_table
from tests.dicom.making import encoded, mr_instance, planned

_BASE = "name='p'\nextends='ps315-basic'\n"
_ROWS = read_table("pixel_risk.csv")
_CLASSES = [row for row in _ROWS if row["selector"] == "sop_class"]
_MODALITIES = [row for row in _ROWS if row["selector"] == "modality"]
_ATTRIBUTES = [row for row in _ROWS if row["selector"] == "attribute"]
_SLIDE = "1.2.840.10008.5.1.4.1.1.77.1.6"
_DOCUMENTS = ("1.2.840.10008.5.1.4.1.1.104.1", "1.2.840.10008.5.1.4.1.1.104.2")


def _refusal(ds: FileDataset) -> str:
    """Why a run would not write it, or nothing."""
    try:
        planned(encoded(ds), _BASE)
    except FileError as error:
        return str(error)
    return ""


def _findings(ds: FileDataset) -> list[str]:
    return [finding for finding in planned(encoded(ds), _BASE)[0].findings if "text in the pixels" in finding]


def _of_class(uid: str) -> FileDataset:
    ds = mr_instance()
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = UID(uid)
    if uid == _SLIDE:
        ds.Modality, ds.ImageType = "SM", ["ORIGINAL", "PRIMARY", "LABEL", "NONE"]
    if uid in _DOCUMENTS:
        del ds.PixelData
        ds.EncapsulatedDocument = b"%PDF"
    return ds


def _assert_honoured(ds: FileDataset, risk: str) -> None:
    assert bool(_refusal(ds)) is (risk == "high"), _refusal(ds)
    if risk != "high":
        assert bool(_findings(ds)) is (risk == "medium")


@pytest.mark.parametrize("row", _CLASSES, ids=lambda row: row["value"])
def test_every_sop_class_of_the_table_is_honoured(row: dict[str, str]) -> None:
    _assert_honoured(_of_class(row["value"]), row["default_risk"])


@pytest.mark.parametrize("row", _MODALITIES, ids=lambda row: row["value"])
def test_every_modality_of_the_table_is_honoured(row: dict[str, str]) -> None:
    for modality in row["value"].split("|"):
        ds = mr_instance()
        ds.Modality = modality
        _assert_honoured(ds, row["default_risk"])


def _with(**values: object) -> FileDataset:
    ds = mr_instance()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def _code(meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "113691", "DCM", meaning
    return item


def _screens() -> list[FileDataset]:
    names = ["SCREEN SAVE", "SCREEN_SAVE", "SCREEN", "SAVE", "CAPTURE", "DOSE", "DOSE_INFO", "PROT", "VOLREN"]
    names += ["REPORT", "CSA REPORT", "MRSC", "LABEL", "OVERVIEW"]
    return [_with(ImageType=["DERIVED", "PRIMARY", name]) for name in names]


def _described() -> list[FileDataset]:
    words = (
        "dose report|dose info|patient protocol|screen|save|summary|report|results|worksheet|scanned|photo"
    )
    return [_with(SeriesDescription=f"3 {word} of it") for word in words.split("|")]


def _captured() -> list[FileDataset]:
    tags = (0x00181010, 0x00181012, 0x00181016, 0x00181018, 0x00181019)
    made = [mr_instance() for _ in tags]
    for ds, tag in zip(made, tags, strict=True):
        ds.add_new(tag, "DA" if tag == 0x00181012 else "LO", "20240229" if tag == 0x00181012 else "x")
    return made


def _coloured() -> list[FileDataset]:
    return [
        _with(Modality=modality, PhotometricInterpretation=colour)
        for modality in ("CT", "MR", "PT", "NM", "CR", "DX")
        for colour in ("RGB", "YBR_FULL", "YBR_FULL_422", "PALETTE COLOR")
    ]


def _screen_sized() -> list[FileDataset]:
    sizes = ((480, 640), (600, 800), (768, 1024), (1024, 1280), (1080, 1920))
    return [_with(Rows=rows, Columns=columns, PixelData=bytes(2 * rows * columns)) for rows, columns in sizes]


def _dosed() -> list[FileDataset]:
    phantom = Sequence([_code("IEC Body Dosimetry Phantom")])
    return [_with(CommentsOnRadiationDose="DLP 77", CTDIPhantomTypeCodeSequence=phantom)]


_MADE: dict[str, Callable[[], list[FileDataset]]] = {
    "BurnedInAnnotation=YES": lambda: [_with(BurnedInAnnotation="YES")],
    "BurnedInAnnotation=NO": lambda: [_with(BurnedInAnnotation="NO")],
    "ImageType contains SECONDARY": lambda: [_with(ImageType=["DERIVED", "SECONDARY"])],
    "ImageType contains any of": _screens,
    "SeriesDescription matches": _described,
    "CodeMeaning contains IEC Body": _dosed,
    "ConversionType present": lambda: [_with(ConversionType=v) for v in ("DV", "DF", "WSD", "SYN")],
    "any of SecondaryCaptureDeviceID": _captured,
    "PhotometricInterpretation RGB": _coloured,
    "Rows/Columns equal to a screen": _screen_sized,
    "DeidentificationMethodCodeSequence contains 113101": lambda: [
        _with(DeidentificationMethodCodeSequence=Sequence([_code("Clean Pixel Data Option")]))
    ],
}
_ELSEWHERE = ("OverlayData", "IconImageSequence", "body part head")
"""Rows with tests of their own, below and in ``test_stored_bits.py``."""


def test_every_row_about_attributes_is_looked_at() -> None:
    for row in _ATTRIBUTES:
        assert [start for start in (*_MADE, *_ELSEWHERE) if row["value"].startswith(start)], row["value"]


@pytest.mark.parametrize("start", _MADE)
def test_every_condition_on_attributes_is_honoured(start: str) -> None:
    row = next(row for row in _ATTRIBUTES if row["value"].startswith(start))
    for ds in _MADE[start]():
        _assert_honoured(ds, row["default_risk"])


def test_an_icon_and_an_overlay_go_whatever_they_show() -> None:
    ds = mr_instance()
    icon = Dataset()
    icon.Rows = icon.Columns = 1
    icon.add_new(0x7FE00010, "OW", b"\1\2")
    ds.IconImageSequence = Sequence([icon])
    ds.add_new(0x60003000, "OW", b"Quillfea")
    out = planned(encoded(ds), _BASE)[1]
    assert "IconImageSequence" not in out
    assert 0x60003000 not in out


@pytest.mark.parametrize("part", ["HEAD", "HEADNECK", "Brain", "HEAD-NECK"])
@pytest.mark.parametrize("modality", ["CT", "MR", "PT"])
def test_a_finding_says_that_a_face_can_be_rendered_of_a_head(part: str, modality: str) -> None:
    found = planned(encoded(_with(BodyPartExamined=part, Modality=modality)), _BASE)[0].findings
    assert "a head or neck in CT, MR or PT: a face can be rendered from such slices" in found
    assert not [f for f in planned(encoded(_with(BodyPartExamined="KNEE")), _BASE)[0].findings if "face" in f]


def test_only_the_volume_of_a_slide_has_no_label_and_no_other_class_is_a_slide() -> None:
    slide = _of_class(_SLIDE)
    slide.ImageType = ["DERIVED", "PRIMARY", "VOLUME", "NONE"]
    assert _refusal(slide) == ""
    slide.BurnedInAnnotation = "YES"
    assert "burned-in" in _refusal(slide)
    capture = _of_class("1.2.840.10008.5.1.4.1.1.7")
    capture.Modality, capture.ImageType = "SM", ["DERIVED", "PRIMARY", "VOLUME"]
    assert "burned-in" in _refusal(capture)


def test_the_option_on_visual_features_is_never_claimed_and_its_error_says_what_to_do() -> None:
    option = Option.CLEAN_VISUAL_FEATURES
    profile = parse_profile("p", lambda name: (name, f"name='p'\n[dicom]\noptions=['{option}']"))
    with pytest.raises(ProfileError, match=r"not available in this version; leave it out[;,] .{20}"):
        action_table(profile)


def test_a_refused_screenshot_is_told_what_to_do() -> None:
    with pytest.raises(
        UnsupportedFileError, match=r'review it and draw boxes \(--boxes\), or set pixels\.burned-in = "keep"'
    ):
        planned(encoded(_with(ConversionType="WSD")), _BASE)
