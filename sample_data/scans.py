"""A CT slice with residue behind its frame, and an ultrasound image with a name in its pixels."""

from dicom_writer import Dataset, el, seq
from patients import BORN_1931, BORN_1958, Instance, equipment, patient, pixels, study, uid
from pictures import FONT_HEIGHT, FONT_WIDTH, draw_text, head, sector

__all__ = ["burned_in_regions", "ct", "ultrasound"]

_CT = "1.2.840.10008.5.1.4.1.1.2"
_US = "1.2.840.10008.5.1.4.1.1.6.1"
_CT_SIZE = 64
_US_COLUMNS, _US_ROWS, _US_TOP = 384, 256, 60

# Text, column, row and scale of what is drawn into the ultrasound image.
_BURNED_IN = (
    ("VANDERSLOOT-MUELLER JOERGEN", 6, 4, 2),
    ("ID VM-55310278  DOB 23.08.1958", 6, 24, 1),
    ("KLINIK FJELLMARCH  27.09.2011 15:46", 6, 36, 1),
)


def ct() -> Instance:
    """A CT slice of patient 1: a curve, and text after the last pixel of the frame (PS3.3, A.3)."""
    who = BORN_1931
    frame = b"".join(v.to_bytes(2, "little") for v in head(_CT_SIZE, 2, noise=12, seed=53, bone=60))
    residue = b"previous buffer: QUILLFEATHER^ORIANA MRN-8841907 19310211 "
    dataset = [
        *patient(who),
        *study(who, "CT HEAD Quillfeather"),
        *equipment(
            who, "Halcyon Imaging Works", "Meridian 64", "CTC2290Q", "HAL-SN-2290615", "VB41 MRN-8841907"
        ),
        el(0x00080008, "CS", "ORIGINAL\\PRIMARY\\AXIAL"),
        el(0x00080012, "DA", who.date),
        el(0x00080013, "TM", "084411.375000"),
        el(0x00080016, "UI", _CT),
        el(0x00080018, "UI", uid(who, 4, 61, 1)),
        el(0x00080021, "DA", who.date),
        el(0x00080022, "DA", who.date),
        el(0x00080023, "DA", who.date),
        el(0x0008002A, "DT", who.date + "084102.500000"),
        el(0x00080031, "TM", "084055.125000"),
        el(0x00080032, "TM", "084102.500000"),
        el(0x00080033, "TM", "084103.750000"),
        el(0x00080060, "CS", "CT"),
        el(0x0008103E, "LO", "Head 5.0 Quillfeather"),
        el(0x00081070, "PN", "Nimblethorpe^Rufus"),
        el(0x00083010, "UI", uid(who, 6, 61)),
        el(0x00180015, "CS", "HEAD"),
        el(0x00180022, "CS", "AXIAL MODE"),
        el(0x00180050, "DS", "5.0"),
        el(0x00180060, "DS", "120"),
        el(0x00181030, "LO", "Head Quillfeather"),
        el(0x00181120, "DS", "0"),
        el(0x00181151, "IS", "280"),
        el(0x00181152, "IS", "420"),
        el(0x00181160, "SH", "BODY 2024-B"),
        el(0x00181210, "SH", "H31s"),
        el(0x00185100, "CS", "HFS"),
        el(0x0020000E, "UI", uid(who, 3, 61)),
        el(0x00200011, "IS", "61"),
        el(0x00200012, "IS", "1"),
        el(0x00200013, "IS", "1"),
        el(0x00200032, "DS", "-120.0\\-120.0\\14.5"),
        el(0x00200037, "DS", "1\\0\\0\\0\\1\\0"),
        el(0x00200052, "UI", uid(who, 9, 61)),
        el(0x00201040, "LO", ""),
        el(0x00280030, "DS", "3.75\\3.75"),
        el(0x00281050, "DS", "40"),
        el(0x00281051, "DS", "80"),
        el(0x00281052, "DS", "-1024"),
        el(0x00281053, "DS", "1"),
        el(0x00281054, "LO", "HU"),
        *_curve(),
        *pixels(_CT_SIZE, _CT_SIZE, 12, frame + residue),
    ]
    return Instance(who, dataset, meta=((0x00020012, "UI", "1.3.6.1.4.1.32473.7341.97"),))


def _curve() -> Dataset:
    """A retired curve (PS3.3-2004, C.10.2) with a description."""
    return [
        el(0x50000005, "US", 1),
        el(0x50000010, "US", 4),
        el(0x50000020, "CS", "ECG"),
        el(0x50000022, "LO", "rhythm strip of Quillfeather"),
        el(0x50000103, "US", 0),
        el(0x50003000, "OW", bytes.fromhex("0100 0400 0200 0100")),
    ]


def ultrasound() -> Instance:
    """An ultrasound image of patient 2 with name, ID, dates and place drawn into the frame (PS3.3, A.6)."""
    who = BORN_1958
    frame = sector(_US_COLUMNS, _US_ROWS, top=_US_TOP, seed=71)
    for text, left, top, scale in _BURNED_IN:

        def plot(column: int, row: int, left: int = left, top: int = top) -> None:
            frame[(top + row) * _US_COLUMNS + left + column] = 235

        draw_text(text, plot, scale=scale)
    region = [
        el(0x00186012, "US", 1),
        el(0x00186014, "US", 1),
        el(0x00186016, "UL", 0),
        el(0x00186018, "UL", 0),
        el(0x0018601A, "UL", _US_TOP),
        el(0x0018601C, "UL", _US_COLUMNS - 1),
        el(0x0018601E, "UL", _US_ROWS - 1),
        el(0x00186024, "US", 3),
        el(0x00186026, "US", 3),
        el(0x0018602C, "FD", 0.05),
        el(0x0018602E, "FD", 0.05),
    ]
    dataset = [
        *patient(who),
        *study(who, "Sono Abdomen Vandersloot-Müller"),
        *equipment(who, "Borealis Medical", "Echolot 5", "BORUS11", "BX-US-118840", "E5.1 Jörgen"),
        el(0x00080008, "CS", "ORIGINAL\\PRIMARY\\ABDOMINAL"),
        el(0x00080016, "UI", _US),
        el(0x00080018, "UI", uid(who, 4, 30, 1)),
        el(0x00080023, "DA", who.date),
        el(0x00080033, "TM", "154633.500000"),
        el(0x00080060, "CS", "US"),
        el(0x0008103E, "LO", "Leber Vandersloot"),
        el(0x00081070, "PN", "Umberlow^Quentina"),
        el(0x00180015, "CS", "LIVER"),
        seq(0x00186011, region),
        el(0x0020000E, "UI", uid(who, 3, 30)),
        el(0x00200011, "IS", "30"),
        el(0x00200013, "IS", "1"),
        el(0x00200020, "CS", ""),
        *pixels(_US_ROWS, _US_COLUMNS, 8, bytes(frame)),
    ]
    return Instance(who, dataset, meta=((0x00020012, "UI", "1.3.6.1.4.1.32473.6128.99"),))


def burned_in_regions() -> list[dict[str, object]]:
    """Text, rows and columns (half-open, from 0) of each line in the ultrasound's pixels."""
    return [
        {
            "text": text,
            "rows": [top, top + (FONT_HEIGHT - 1) * scale],
            "columns": [left, left + (len(text) * FONT_WIDTH - 1) * scale],
        }
        for text, left, top, scale in _BURNED_IN
    ]
