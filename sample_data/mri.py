"""What both vendors' MR slices have in common (PS3.3, A.4 MR Image IOD)."""

from dicom_writer import Dataset, el
from patients import Patient, pixels, uid

__all__ = ["MR", "SIZE", "mr_slice"]

MR = "1.2.840.10008.5.1.4.1.1.4"
SIZE = 96


def mr_slice(who: Patient, number: int, series: int, frame: list[int]) -> Dataset:
    """What both vendors write: series, plane, pixels and the MR Image Module's core."""
    minutes = 20 + number
    return [
        el(0x00080008, "CS", "ORIGINAL\\PRIMARY\\M"),
        el(0x00080012, "DA", who.date),
        el(0x00080013, "TM", f"{who.time[:2]}59{minutes}.125000"),
        el(0x00080016, "UI", MR),
        el(0x00080018, "UI", uid(who, 4, series, number)),
        el(0x00080021, "DA", who.date),
        el(0x00080022, "DA", who.date),
        el(0x00080023, "DA", who.date),
        el(0x00080031, "TM", who.time[:2] + "5801.750000"),
        el(0x00080032, "TM", f"{who.time[:2]}58{minutes}.375000"),
        el(0x00080033, "TM", f"{who.time[:2]}58{minutes}.875000"),
        el(0x00080060, "CS", "MR"),
        el(0x00180015, "CS", "HEAD"),
        el(0x00185100, "CS", "HFS"),
        el(0x0020000E, "UI", uid(who, 3, series)),
        el(0x00200011, "IS", str(series)),
        el(0x00200013, "IS", str(number)),
        el(0x00200032, "DS", f"-120.0\\-120.0\\{number * 12 - 42}.5"),
        el(0x00200037, "DS", "1\\0\\0\\0\\1\\0"),
        el(0x00200052, "UI", uid(who, 9, 1)),
        el(0x00280030, "DS", "2.5\\2.5"),
        *pixels(SIZE, SIZE, 12, b"".join(v.to_bytes(2, "little") for v in frame)),
    ]
