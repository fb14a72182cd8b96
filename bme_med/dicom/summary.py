"""A glance at an instance: whose it is, what it is, and whether a run would refuse it."""

from dataclasses import dataclass

from bme_med.core import Profile, Source, UnsupportedFileError
from bme_med.dicom.instance import read_instance
from bme_med.dicom.redaction import why_unanswered
from bme_med.dicom.risk import burned_in_risk, refuse_uncleanable

__all__ = ["Summary", "summarize"]


@dataclass(frozen=True, slots=True)
class Summary:
    """Shown on the user's own screen only.

    Attributes
    ----------
    risk
        Why burned-in text is likely, or nothing.
    refusal
        Why a run under the profile would refuse the instance whatever its pixels, or nothing.
    is_unanswered
        Whether it would refuse it for that risk.
    """

    patient_id: str
    study_uid: str
    study_date: str
    series_uid: str
    series_description: str
    modality: str
    sop_class_uid: str
    risk: str | None
    refusal: str | None
    is_unanswered: bool


def summarize(data: Source, profile: Profile, *, has_detector: bool) -> Summary:
    """Read the header of `data`; pixel data is stepped over. `has_detector` says whether one is installed.

    Raises
    ------
    FileError
        If the file cannot be read.
    """
    instance = read_instance(data)
    try:
        refuse_uncleanable(instance, profile)
        refusal = None
    except UnsupportedFileError as error:
        refusal = str(error)
    risk = burned_in_risk(instance)
    return Summary(
        patient_id=instance.text(0x00100020),
        study_uid=instance.first(0x0020000D),
        study_date=instance.first(0x00080020),
        series_uid=instance.first(0x0020000E),
        series_description=instance.text(0x0008103E),
        modality=instance.first(0x00080060),
        sop_class_uid=instance.first(0x00080016),
        risk=risk,
        refusal=refusal,
        is_unanswered=bool(why_unanswered(instance, profile, risk, has_detector=has_detector)),
    )
