"""What a profile may say about names of outputs, checked when it loads.

An instance's path holds its SOP Instance UID in full or in short, a photo's a number or a digest: without it
outputs would meet. Where a DICOMDIR is made, paths are File IDs (PS3.10, 8.2).
"""

from collections.abc import Sequence

from bme_med.core.errors import ProfileError
from bme_med.core.templates import YEAR, check_file_id, check_path, check_template, fields_in

__all__ = [
    "SHORT_FIELDS",
    "check_dicom_path",
    "check_pattern",
    "check_value",
    "default_path",
    "default_pattern",
]

SHORT_FIELDS = ("patient", "study", "series", "instance")
"""Eight capital letters and digits each."""

_PATH_FIELDS = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "subject")
_DICOM_PATH = "files.dicom-path"


def default_pattern(names: str) -> str:
    """``files.pattern`` of a profile that has none."""
    return {"sequential": "Study_{n:03}", "hash": "Case_{hash}", "keep": ""}[names]


def default_path(dicomdir: str) -> str:
    """``files.dicom-path`` of a profile that has none."""
    return {
        "none": "{PatientID}/{StudyInstanceUID}/{SeriesInstanceUID}/{SOPInstanceUID}.dcm",
        "rebuild": "{patient}/{study}/{series}/{instance}",
    }[dicomdir]


def check_pattern(pattern: str, names: str, source: str, *, has_years: bool) -> None:
    """See that `pattern` names photos as ``files.names`` says.

    Raises
    ------
    ProfileError
        As all functions here do; it names `source`.
    """
    if names == "keep":
        return
    field = "n" if names == "sequential" else "hash"
    _check_place(pattern, (field, "subject"), "files.pattern", source, has_years=has_years)
    if field not in fields_in(pattern):
        raise ProfileError(
            f"a {names} pattern must contain {{{field}}}, or files would share a name",
            source=source,
            key="files.pattern",
        )


def check_dicom_path(path: str, dicomdir: str, source: str, *, has_years: bool) -> None:
    """See that `path` tells instances apart, and is one that a DICOMDIR can refer to where one is made."""
    _check_place(path, (*_PATH_FIELDS, *SHORT_FIELDS), _DICOM_PATH, source, has_years=has_years)
    if not {"SOPInstanceUID", "instance"} & set(fields_in(path)):
        raise ProfileError(
            "the path must contain {SOPInstanceUID} or {instance}, or instances would share a name",
            source=source,
            key=_DICOM_PATH,
        )
    if dicomdir == "rebuild":
        try:
            check_file_id(path, SHORT_FIELDS)
        except ValueError as error:
            raise ProfileError(str(error), source=source, key=_DICOM_PATH) from None


def check_value(value: str, key: str, source: str) -> None:
    """See that the value which a profile gives for an attribute uses no field but the subject."""
    _check_fields(value, ("subject",), key, source)


def _check_place(template: str, fields: Sequence[str], key: str, source: str, *, has_years: bool) -> None:
    if YEAR in fields_in(template) and not has_years:
        raise ProfileError(
            "{date:year} tells the year, which dates.policy removes: leave one of them out",
            source=source,
            key=key,
        )
    _check_fields(template, (*fields, YEAR), key, source)
    try:
        check_path(template)
    except ValueError as error:
        raise ProfileError(str(error), source=source, key=key) from None


def _check_fields(template: str, fields: Sequence[str], key: str, source: str) -> None:
    try:
        check_template(template, fields)
    except ValueError as error:
        raise ProfileError(str(error), source=source, key=key) from None
