"""Instances that metadata work alone cannot clean: burned-in text, documents, voices.

The risk by modality and SOP Class is data (``pixel_risk.csv``); the conditions on attributes stand here.
``BurnedInAnnotation = NO`` never lowers a risk: devices write it without looking (PS3.15, E.3.1).
"""

import re
from collections.abc import Iterator
from functools import cache

from bme_med.core import Option, Profile, UnsupportedFileError
from bme_med.core.resources import read_table
from bme_med.dicom.instance import Instance
from bme_med.dicom.stored_bits import refuse_hidden_overlays

__all__ = ["burned_in_risk", "is_medium_risk", "pixel_findings", "refuse_uncleanable"]

_SCREENS = frozenset(
    (
        *("SCREEN SAVE", "SCREEN", "SAVE", "CAPTURE", "DOSE", "DOSE INFO", "PROT", "VOLREN", "REPORT"),
        *("CSA REPORT", "MRSC", "LABEL", "OVERVIEW", "PATIENT INFO", "RESULTS"),
    )
)
_SCREEN_SIZES = ((480, 640), (600, 800), (768, 1024), (1024, 1280), (1080, 1920))
_HEAD = frozenset(
    (
        *("HEAD", "HEADNECK", "NECK", "BRAIN", "SKULL", "FACE", "ORBIT", "ORBITS", "SINUS", "SINUSES"),
        *("JAW", "MAXILLA", "MANDIBLE", "EAR", "IAC"),
    )
)
_DESCRIPTION = re.compile(
    r"(?<![a-z])(?:dose report|dose info|patient protocol|screen ?saves?|screens?|saves?|summary|reports?"
    r"|results?|worksheets?|scanned|photos?)(?![a-z])",
    re.IGNORECASE,
)
_GRAY_MODALITIES = frozenset(("CT", "MR", "PT", "NM", "CR", "DX"))
_CAPTURE_DEVICE_TAGS = (0x00181010, 0x00181012, 0x00181016, 0x00181018, 0x00181019)

_SOP_CLASS, _MODALITY, _IMAGE_TYPE = 0x00080016, 0x00080060, 0x00080008
_BURNED_IN, _PHOTOMETRIC, _SERIES_DESCRIPTION = 0x00280301, 0x00280004, 0x0008103E
_CONVERSION_TYPE, _PIXEL_DATA, _DOCUMENT = 0x00080064, 0x7FE00010, 0x00420011
_ROWS, _COLUMNS, _BODY_PART, _RECOGNIZABLE = 0x00280010, 0x00280011, 0x00180015, 0x00280302
_DOSE_COMMENTS, _PHANTOMS, _CODE_MEANING = 0x00400310, 0x00189346, 0x00080104
_CONTENT = 0x0040A730
_PIXEL_TAGS = (_PIXEL_DATA, 0x7FE00008, 0x7FE00009)

_SLIDE = "1.2.840.10008.5.1.4.1.1.77.1.6"
_AUDIO_CLASSES = frozenset(("1.2.840.10008.5.1.4.1.1.9.4.1", "1.2.840.10008.5.1.4.1.1.9.4.2"))
_WAVEFORMS, _SAMPLE_CODING = 0x54000100, 0x54001006
_SPEECH_CODINGS = ("MB", "AB")
"""mu-law and A-law."""


def burned_in_risk(instance: Instance) -> str | None:
    """Why text is likely to stand in the pixels, or nothing. No value of free text is repeated."""
    if not any(tag in instance.by_tag for tag in _PIXEL_TAGS):
        return None
    if instance.first(_BURNED_IN).upper() == "YES":
        return "BurnedInAnnotation is YES"
    modality = instance.first(_MODALITY)
    sop_class = instance.first(_SOP_CLASS)
    image_type = [value.upper() for value in instance.values(_IMAGE_TYPE)]
    if sop_class == _SLIDE:
        return None if image_type[2:3] == ["VOLUME"] else "a slide image that may show the slide's label"
    if sop_class in _rated("sop_class", "high"):
        return "a SOP Class for captures, photographs, ultrasound or scans"
    if modality in _rated("modality", "high"):
        return f"modality {modality}"
    if "SECONDARY" in image_type:
        return "ImageType says SECONDARY"
    if any(value.replace("_", " ") in _SCREENS for value in image_type):
        return "ImageType names a screen page"
    if instance.first(_CONVERSION_TYPE):
        return "ConversionType is present: the image was digitised or captured"
    if any(instance.raw(tag).strip(b" \0") for tag in _CAPTURE_DEVICE_TAGS):
        return "attributes of a secondary capture device are present"
    if modality in _GRAY_MODALITIES and not instance.first(_PHOTOMETRIC).startswith("MONOCHROME"):
        return f"colour in modality {modality} is a rendered page"
    if _DESCRIPTION.search(instance.text(_SERIES_DESCRIPTION)):
        return "SeriesDescription names a report, screen or scan"
    if "DLP" in instance.text(_DOSE_COMMENTS) and _names_dose_phantom(instance):
        return "comments and codes of a dose page are present"
    return None


def is_medium_risk(instance: Instance) -> bool:
    """Whether text in the pixels is possible, by modality, SOP Class, or an image as large as a screen."""
    return bool(_medium_risk(instance))


def _medium_risk(instance: Instance) -> str:
    modality, sop_class = instance.first(_MODALITY), instance.first(_SOP_CLASS)
    if modality in _rated("modality", "medium") or sop_class in _rated("sop_class", "medium"):
        return f"text in the pixels is possible in modality {modality}: look at some of these images"
    if (instance.number(_ROWS), instance.number(_COLUMNS)) in _SCREEN_SIZES:
        return "text in the pixels is possible in images as large as a screen: look at some of them"
    return ""


def pixel_findings(instance: Instance, *, is_looked_at: bool) -> Iterator[str]:
    """What a person should look at in pixels that are no high risk: possible text, a recognisable face.

    `is_looked_at` says that text was looked for.
    """
    if not any(tag in instance.by_tag for tag in _PIXEL_TAGS):
        return
    modality, medium = instance.first(_MODALITY), _medium_risk(instance)
    if medium and not is_looked_at:
        yield medium
    parts = set(re.split(r"[^A-Z]+", instance.first(_BODY_PART).upper()))
    if modality in ("CT", "MR", "PT") and parts & _HEAD:
        yield "a head or neck in CT, MR or PT: a face can be rendered from such slices"
    elif instance.first(_RECOGNIZABLE) == "YES":
        yield "the source says that a person can be recognised in the pixels"


def _names_dose_phantom(instance: Instance) -> bool:
    data, sequence = instance.by_tag.get(_PHANTOMS, (b"", None))
    return any(
        b"IEC Body Dosimetry Phantom" in data[element.value : element.end]
        for item in (sequence.items.items if sequence and sequence.items else ())
        for element in item.elements
        if element.tag == _CODE_MEANING
    )


def refuse_uncleanable(instance: Instance, profile: Profile) -> None:
    """Raise for what no rule on attributes can clean.

    Raises
    ------
    UnsupportedFileError
        With the reason and what to do.
    """
    sop_class = instance.first(_SOP_CLASS)
    if next(iter(instance.by_tag)) >> 16 == 0x0004 and _SOP_CLASS not in instance.by_tag:
        raise UnsupportedFileError("a DICOMDIR lists the original files; make a new one for the output")
    if _DOCUMENT in instance.by_tag:
        raise UnsupportedFileError("an encapsulated document cannot be cleaned; leave it out or extract it")
    if sop_class in _AUDIO_CLASSES or _holds_sound(instance):
        raise UnsupportedFileError("a recorded voice identifies a person; leave it out")
    is_cleaned = Option.CLEAN_STRUCTURED_CONTENT in profile.options
    if _CONTENT in instance.by_tag and profile.structured_reports == "refuse" and not is_cleaned:
        raise UnsupportedFileError(
            "a structured report needs the Clean Structured Content Option: add "
            '"clean-structured-content" to dicom.options, or set dicom.structured-reports = "empty" '
            "to keep it with an emptied content tree"
        )
    refuse_hidden_overlays(instance)


def _holds_sound(instance: Instance) -> bool:
    """Whether an instance of any class is audio, or has waveforms coded as speech (PS3.3, C.10.9.1.5)."""
    if instance.first(_MODALITY) == "AU":
        return True
    data, waveforms = instance.by_tag.get(_WAVEFORMS, (b"", None))
    if waveforms is None or waveforms.items is None:
        return False
    coding = waveforms.items.coding
    items = (instance.within(data, item.elements, coding) for item in waveforms.items.items)
    return any(item.first(_SAMPLE_CODING) in _SPEECH_CODINGS for item in items)


@cache
def _rated(selector: str, risk: str) -> frozenset[str]:
    return frozenset(
        value
        for row in read_table("pixel_risk.csv")
        if row["selector"] == selector and row["default_risk"] == risk
        for value in row["value"].split("|")
    )
