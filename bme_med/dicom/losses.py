"""What a measurement needs and no longer finds in the copy, so that nobody computes wrong numbers in silence.

A standardised uptake value takes the patient's weight, the injected dose and its half-life, and the time from
injection to acquisition (PS3.3, C.8.9.2, C.8.9.4); a maker may give a factor of its own instead. Whatever the
modality, a picture means nothing without the numbers that turn its samples into values, and place it.
"""

from collections.abc import Collection, Iterator
from functools import lru_cache

from bme_med.core import Action, Code, DatePolicy, Profile
from bme_med.dicom.decisions import NOT_UNDERSTOOD
from bme_med.dicom.dictionary import dictionary
from bme_med.dicom.instance import Instance

__all__ = ["losses"]

_MODALITY, _UNITS, _SERIES_TYPE, _TEMPORAL_POSITIONS = 0x00080060, 0x00541001, 0x00541000, 0x00200105
_PHILIPS_PET, _PHILIPS_GROUP, _PHILIPS_FACTORS = "Philips PET Private Group", 0x7053, (0x00, 0x09)
_SUV = {
    "PatientWeight": "the patient's weight was",
    "RadionuclideTotalDose": "the injected dose was",
    "RadionuclideHalfLife": "the half-life was",
}
_PET_TIMES = frozenset(
    (
        "RadiopharmaceuticalStartTime",
        "RadiopharmaceuticalStartDateTime",
        "SeriesDate",
        "SeriesTime",
        "AcquisitionDate",
        "AcquisitionTime",
        "AcquisitionDateTime",
        "DecayCorrectionDateTime",
    )
)
_DYNAMIC_TIMES = frozenset(
    (
        "AcquisitionTime",
        "AcquisitionDateTime",
        "ContentTime",
        "FrameAcquisitionDateTime",
        "FrameReferenceDateTime",
    )
)

_MEANINGS = {
    "stored values cannot be turned into real ones, such as Hounsfield units": (
        *("RescaleSlope", "RescaleIntercept", "RealWorldValueSlope", "RealWorldValueIntercept"),
        *("DoseGridScaling", "DecayFactor", "DoseCalibrationFactor"),
    ),
    "sizes cannot be measured": (
        *("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"),
        *("PixelAspectRatio", "SliceThickness"),
    ),
    "the picture's place in the patient, and among its slices, is lost": (
        *("ImagePositionPatient", "ImageOrientationPatient", "SpacingBetweenSlices", "SliceLocation"),
        *("InstanceNumber", "GridFrameOffsetVector", "ContourData"),
    ),
    "viewers may show other brightness": ("WindowCenter", "WindowWidth"),
    "frames cannot be told or timed": ("NumberOfFrames", "FrameTime", "FrameTimeVector"),
    "uptake cannot be computed": ("RadionuclideTotalDose", "RadionuclideHalfLife", "PatientWeight"),
}
_MEANING = {keyword: meaning for meaning, keywords in _MEANINGS.items() for keyword in keywords}
"""What is lost with a number on which the meaning of the picture hangs (PS3.3, C.7.6 and C.11)."""


def losses(instance: Instance, profile: Profile, actions: Collection[Action]) -> Iterator[str]:
    """Findings about numbers that nobody understands, and about what PET and dynamic series lose."""
    is_pet = instance.first(_MODALITY) == "PT"
    yield from _meanings(actions, said=_SUV if is_pet else {})
    is_dynamic = instance.number(_TEMPORAL_POSITIONS) > 1 or "DYNAMIC" in instance.values(_SERIES_TYPE)
    if not (is_pet or is_dynamic):
        return
    needed = [(keyword, action.code) for action in actions if (keyword := _keyword(action.where))]
    lost = {keyword for keyword, code in needed if _is_lost(keyword, code, profile.dates)}
    if is_pet:
        yield from _pet(instance, lost)
    if is_dynamic and lost & _DYNAMIC_TIMES:
        yield "dynamic series: acquisition times were removed from this copy"


def _meanings(actions: Collection[Action], said: Collection[str]) -> Iterator[str]:
    """Once an attribute, wherever it stands; those in `said` are spoken of elsewhere."""
    lost = (action.where for action in actions if NOT_UNDERSTOOD in action.rule)
    for place in dict.fromkeys(where.rpartition(".")[2] for where in lost):
        keyword = place.rpartition(" ")[2]
        if keyword in _MEANING and keyword not in said:
            yield f"{place} could not be understood, and its value is lost: {_MEANING[keyword]}"


def _pet(instance: Instance, lost: set[str]) -> Iterator[str]:
    what = [text for keyword, text in _SUV.items() if keyword in lost and _is_given(instance, keyword)]
    if lost & _PET_TIMES:
        what.append("dates and times were")
    if instance.first(_UNITS) == "CNTS" and any(tag in lost for tag in _maker_factors(instance)):
        what.append("the maker's factor for counts was")
    for text in what:
        yield f"PET: {text} removed, SUV cannot be computed from this copy"


def _is_lost(keyword: str, code: Code, dates: DatePolicy) -> bool:
    """Whether nothing is left that a measurement can use."""
    is_cut = code is Code.C and dates is DatePolicy.YEAR and keyword in _PET_TIMES | _DYNAMIC_TIMES
    return is_cut or code in (Code.X, Code.Z, Code.D)


@lru_cache(maxsize=65_536)
def _keyword(where: str) -> str:
    """Keyword of an attribute that a measurement needs, or the tag of a maker's factor; else nothing."""
    keyword = where.rpartition(".")[2].rpartition(" ")[2]
    is_needed = keyword in _SUV or keyword in _PET_TIMES or keyword in _DYNAMIC_TIMES
    return keyword if is_needed or keyword.startswith(f"({_PHILIPS_GROUP:04X}") else ""


def _is_given(instance: Instance, keyword: str) -> bool:
    """Whether the source has a value at its top level, or may have it deeper."""
    tag = dictionary().tags[keyword]
    return tag not in instance.by_tag or bool(instance.raw(tag).strip(b" \0"))


def _maker_factors(instance: Instance) -> Iterator[str]:
    """Tags of SUV and activity scale factor in the blocks that Philips reserved, as actions name them."""
    for block in range(0x10, 0x100):
        if instance.first(_PHILIPS_GROUP << 16 | block) == _PHILIPS_PET:
            yield from (f"({_PHILIPS_GROUP:04X},{block << 8 | low:04X})" for low in _PHILIPS_FACTORS)
