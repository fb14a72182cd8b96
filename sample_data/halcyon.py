"""The MR series of patient 1: explicit VR, undefined lengths, private blocks, an overlay, residue."""

from dicom_writer import Dataset, el, seq
from mri import MR, SIZE, mr_slice
from patients import (
    BORN_1931,
    Instance,
    Patient,
    code,
    equipment,
    patient,
    reference,
    requested_procedure,
    study,
    uid,
)
from pictures import head

__all__ = ["halcyon"]

_STUDY_CLASS = "1.2.840.10008.3.1.2.3.1"
_STEP_CLASS = "1.2.840.10008.3.1.2.3.3"


def halcyon(number: int) -> Instance:
    """Slice `number` (from 1) of patient 1: explicit VR, undefined lengths, private blocks, an overlay."""
    who = BORN_1931
    frame = head(SIZE, number - 1, noise=26, seed=11)
    dataset = [
        *patient(who),
        *study(who, "MRI BRAIN Quillfeather, Oriana"),
        *equipment(
            who,
            "Halcyon Imaging Works (demo unit, Oriana Quillfeather)",
            "Aurora 3T",
            "MRC4471X",
            "HAL-SN-4471093",
            "HAL R4.2\\QUILLFEATHER trial 14-Mar-2024",
        ),
        *mr_slice(who, number, 4, frame),
        *_people(who),
        *_sequence(who),
        *requested_procedure(who, undefined=True),
        *_references(who),
        *_private(),
        *_overlay(),
        el(0xFFFCFFFC, "OB", b"padding after Quillfeather^Oriana".ljust(48, b"\0")),
    ]
    return Instance(
        who,
        dataset,
        preamble=b"exported for QUILLFEATHER ORIANA, MRN-8841907, 2024-03-14, by oq@zephyrmoor.example",
        meta=(
            (0x00020012, "UI", "1.3.6.1.4.1.32473.7341.99"),
            (0x00020013, "SH", "HALCYON_R42"),
            (0x00020016, "AE", "ZM_EXPORT_PC7"),
            (0x00020100, "UI", "1.3.6.1.4.1.32473.7341.98"),
            (0x00020102, "OB", b"sent by Nimblethorpe for MRN-8841907"),
        ),
    )


def _people(who: Patient) -> Dataset:
    """The rest of the Patient, Study, Series and Visit Modules: who, where, how to reach them."""
    other = [
        el(0x00100020, "LO", "OLD-440291-Q"),
        el(0x00100021, "LO", "Wickenfell Cottage Hospital"),
        el(0x00100022, "CS", "TEXT"),
    ]
    qualifiers = [el(0x00400032, "UT", "1.3.6.1.4.1.32473.7341.50"), el(0x00400033, "CS", "ISO")]
    doctor = [
        seq(0x00401101, code("DOC-30177", "99STAFF", "Brackenfold, Isolde"), undefined=True),
        el(0x00401102, "ST", "48 Larkspindle Quay, Zephyrmoor 04173-9921"),
        el(0x00401103, "LO", "+1 202 555 0173"),
        el(0x00080080, "LO", who.institution),
    ]
    return [
        el(0x00080055, "AE", "HALMR_AE_4471"),
        el(0x00080081, "ST", "48 Larkspindle Quay, Zephyrmoor 04173-9921"),
        seq(0x00080096, doctor, undefined=True),
        el(0x00080201, "SH", "+0930"),
        el(0x0008103E, "LO", "t1_mpr Quillfeather head first"),
        el(0x00081040, "LO", "Dept. of Neuroimaging, Zephyrmoor"),
        el(0x00081048, "PN", "Ferrowick^Elspetha"),
        el(0x00081050, "PN", "Brackenfold^Isolde^^Dr."),
        el(0x00081060, "PN", "Ferrowick^Elspetha"),
        el(0x00081070, "PN", "Nimblethorpe^Rufus"),
        el(0x00081080, "LO", "Memory loss, daughter Perpetua Quillfeather reports"),
        el(0x00100021, "LO", "Zephyrmoor Infirmary MPI"),
        seq(0x00100024, qualifiers),
        el(0x00101000, "LO", "OLD-440291-Q\\NHS-000-55-3821"),
        el(0x00101001, "PN", "Marblewick^Oriana\\Quillfeather^Orianna"),
        seq(0x00101002, other, undefined=True),
        el(0x00101005, "PN", "Marblewick^Oriana"),
        el(0x00101020, "DS", "1.6243"),
        el(0x00101030, "DS", "61.73"),
        el(0x00101040, "LO", "9 Marrowbone Stile, Wickenfell QX7 4ZB"),
        el(0x00101050, "LO", "PLAN-7719-44210"),
        el(0x00101060, "PN", "Dapplegrave^Hesperia"),
        el(0x00102110, "LO", "latex, says Quillfeather"),
        el(0x00102154, "SH", "+44 20 7946 0857"),
        el(0x00102180, "SH", "lighthouse keep"),
        el(0x001021B0, "LT", "93-year-old, born 11 February 1931 in Wickenfell; fax +44 20 7946 0858"),
        el(0x00104000, "LT", _comments()),
        el(0x00204000, "LT", "Oriana moved during slice 4"),
        el(0x00321032, "PN", "Brackenfold^Isolde^^Dr."),
        el(0x00321033, "LO", "Memory clinic, Zephyrmoor"),
        el(0x00324000, "LT", "call Perpetua Quillfeather first"),
        el(0x00380010, "LO", "ADM-2024-55871"),
        el(0x00400241, "AE", "HALMR_AE_4471"),
        el(0x00400244, "DA", who.date),
        el(0x00400245, "TM", who.time),
        el(0x00400253, "SH", "PPS7730415"),
        el(0x00400254, "LO", "Head 3D, Quillfeather"),
        el(0x00400280, "ST", "Oriana was cold, blanket given"),
    ]


def _comments() -> str:
    """Free text with one of each kind that HIPAA's list names."""
    return (
        "Mrs. Quillfeather, SSN 000-55-3821, plate KX24 QFL, driver's licence QUILL902113OW9.\r\n"
        "Mail oriana@quillfeather.example from 203.0.113.77,\r\n"
        "https://portal.zephyrmoor.example/p/MRN-8841907.\r\n"
        "Pacemaker PM-6620-8813, account ACCT-3390-1127. Next of kin Perpetua, +44 20 7946 0961."
    )


def _sequence(who: Patient) -> Dataset:
    """MR Image, VOI LUT, Frame of Reference and Anatomic Region; several texts outside Table E.1-1."""
    region = [
        *code("69536005", "SCT", "Head"),
        seq(0x00082220, code("QF-1", "99LOCAL", "Head of Oriana Quillfeather"), undefined=True),
    ]
    context = [
        el(0x0040A040, "CS", "TEXT"),
        seq(0x0040A043, code("121106", "DCM", "Comment"), undefined=True),
        el(0x0040A160, "UT", "positioned by Nimblethorpe for Quillfeather"),
    ]
    protocol = [*code("HEAD-7", "99LOCAL", "Routine head"), seq(0x00400440, context, undefined=True)]
    return [
        el(0x0008002A, "DT", who.date + "071958.625000"),
        seq(0x00082218, region, undefined=True),
        el(0x00180020, "CS", "GR\\IR"),
        el(0x00180021, "CS", "SP\\MP"),
        el(0x00180022, "CS", ""),
        el(0x00180023, "CS", "3D"),
        el(0x00180024, "SH", "tfl_Quillfeather"),
        el(0x00180050, "DS", "5.0"),
        el(0x00180080, "DS", "1900.0"),
        el(0x00180081, "DS", "2.52"),
        el(0x00180082, "DS", "900.0"),
        el(0x00180083, "DS", "1.0"),
        el(0x00180084, "DS", "123.246"),
        el(0x00180085, "SH", "1H"),
        el(0x00180087, "DS", "3.0"),
        el(0x00180088, "DS", "12.0"),
        el(0x00180091, "IS", "1"),
        el(0x00181002, "UI", "1.3.6.1.4.1.32473.7341.77.4471093"),
        el(0x00181008, "LO", "GANTRY-88-0417"),
        el(0x00181030, "LO", "HEAD ROUTINE Quillfeather"),
        el(0x00181200, "DA", who.date),
        el(0x00181201, "TM", "060511.875000"),
        el(0x00181250, "SH", "MRN-8841907 HC20"),
        el(0x00181251, "SH", "BODY Brackenfold"),
        el(0x00181314, "DS", "9.0"),
        el(0x00201040, "LO", ""),
        el(0x00281050, "DS", "500"),
        el(0x00281051, "DS", "900"),
        el(0x00281055, "LO", "as Dr. Brackenfold likes it"),
        seq(0x00400260, protocol, undefined=True),
    ]


def _references(who: Patient) -> Dataset:
    """References to other instances, and what an earlier correction left behind."""
    purpose = [seq(0x0040A170, code("121311", "DCM", "Localizer"))]
    before = [
        el(0x00100010, "PN", "Quillfether^Oriana"),
        el(0x00100020, "LO", "TMP-0019283"),
    ]
    original = [
        seq(0x04000550, before, undefined=True),
        el(0x04000562, "DT", who.date + "073501.000000"),
        el(0x04000563, "LO", "ZM_ARCHIVE_FIX2"),
        el(0x04000564, "LO", "Zephyrmoor front desk"),
        el(0x04000565, "CS", "CORRECT"),
    ]
    return [
        seq(0x00081110, reference(_STUDY_CLASS, uid(who, 8)), undefined=True),
        seq(0x00081111, reference(_STEP_CLASS, uid(who, 7)), undefined=True),
        seq(
            0x00081140,
            reference(MR, uid(who, 4, 1, 1), purpose),
            reference(MR, uid(who, 4, 1, 2), purpose),
            undefined=True,
        ),
        seq(0x04000561, original, undefined=True),
    ]


def _private() -> Dataset:
    """Two private blocks: texts, a nested sequence, UN in three ways, UTF-16 in OB, a creator with a name."""
    inner = [
        el(0x00190010, "LO", "HALCYON MR HEADER"),
        el(0x00191004, "ST", "console note: Oriana prefers mornings"),
        seq(0x00191009, [el(0x00100010, "PN", "Quillfeather^Oriana")]),
    ]
    hidden = [el(0x00100010, "PN", "Quillfeather^Oriana"), el(0x00100030, "DA", "19310211")]
    return [
        el(0x00190010, "LO", "HALCYON MR HEADER"),
        el(0x00191001, "LO", "Quillfeather^Oriana"),
        el(0x00191002, "DS", "1.25"),
        seq(0x00191003, inner, undefined=True),
        el(0x00191005, "UN", b"\x01\x02raw:Quillfeather;MRN-8841907;\x00\xff\xfe"),
        seq(0x00191006, hidden, vr="UN", undefined=True),
        el(0x00191007, "OB", "Oriana Quillfeather".encode("utf-16-le")),
        seq(0x00191008, hidden, vr="UN"),
        el(0x00290010, "LO", "QUILLFEATHER SCRATCH"),
        el(0x00291010, "UI", "1.3.6.1.4.1.32473.7341.1.20240314.71843.88"),
    ]


def _overlay() -> Dataset:
    """An 8 by 8 overlay (PS3.3, C.9.2) with texts that the table lists and texts that it does not."""
    return [
        el(0x60000010, "US", 8),
        el(0x60000011, "US", 8),
        el(0x60000022, "LO", "drawn on 1.3.6.1.4.1.32473.7341.1.20240314.71843.4.1.1"),
        el(0x60000040, "CS", "G"),
        el(0x60000050, "SS", (1, 1)),
        el(0x60000100, "US", 1),
        el(0x60000102, "US", 0),
        el(0x60001500, "LO", "Quillfeather marker"),
        el(0x60003000, "OW", bytes.fromhex("183c7eff ff7e3c18")),
        el(0x60004000, "LT", "Quillfeather, left side marked by Nimblethorpe"),
    ]
