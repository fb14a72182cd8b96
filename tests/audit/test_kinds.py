import pytest

from bme_med.audit.kinds import KINDS, count_kinds, kind_of


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        ("(0010,0010) PatientName", "patient"),
        ("(0010,0030) PatientBirthDate", "dates and times"),
        ("(0008,0031) SeriesTime", "dates and times"),
        ("(0008,002A) AcquisitionDateTime", "dates and times"),
        ("(0008,0080) InstitutionName", "study, institution and staff"),
        ("(0018,1000) DeviceSerialNumber", "acquisition and device"),
        ("(0040,0275)[0].(0010,0020) PatientID", "patient"),
        ("(0040,0275)[0].(0040,0007) ScheduledProcedureStepDescription", "visit, request and procedure"),
        ("(2005,1402)[3].(0008,0018) SOPInstanceUID", "study, institution and staff"),
        ("(0029,1010)", "private attributes"),
        ("(0029,1010) SIEMENS CSA HEADER", "private attributes"),
        ("(6002,3000) OverlayData", "curves and overlays"),
        ("(5000,3000) CurveData", "curves and overlays"),
        ("(0028,1055) WindowCenterWidthExplanation", "other attributes"),
        ("preamble and file meta", "preamble and file meta"),
        ("APP1/Exif", "Exif of photos: camera, place, time, thumbnail"),
        ("3/eXIf", "Exif of photos: camera, place, time, thumbnail"),
        ("APP1/ExtendedXMP#2", "XMP of photos"),
        ("APP13/Photoshop", "IPTC and Photoshop data of photos"),
        ("1/iCCP", "colour profiles of photos"),
        ("4/tEXt", "other parts of photos"),
    ],
)
def test_every_part_has_a_kind_in_a_persons_words(where: str, kind: str) -> None:
    assert kind_of(where) == kind
    assert kind in KINDS


def test_decisions_are_counted_by_kind_and_code() -> None:
    decisions = [("(0010,0010) PatientName", "D"), ("(0010,0020) PatientID", "D"), ("(0010,1010) X", "X")]
    assert count_kinds(decisions) == {("patient", "D"): 2, ("patient", "X"): 1}
