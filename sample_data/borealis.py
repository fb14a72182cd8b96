"""The MR series of patient 2: implicit VR, defined lengths, group lengths, Latin-1 texts."""

from dicom_writer import Dataset, el, group_length, seq
from mri import SIZE, mr_slice
from patients import BORN_1958, Instance, Patient, code, equipment, patient, requested_procedure, study
from pictures import head

__all__ = ["borealis"]


def borealis(number: int) -> Instance:
    """Slice `number` (from 1) of patient 2: implicit VR, defined lengths, group lengths, Latin-1 texts."""
    who = BORN_1958
    frame = head(SIZE, number - 1, noise=70, seed=29, air=40, bone=140)
    dataset = [
        *patient(who),
        *study(who, "Kopf MRT Vandersloot-Müller"),
        *equipment(
            who,
            "Borealis Medical",
            "Polaris 1.5 Vandersloot-Müller",
            "BORMR02",
            "BX-0099231-77",
            "B19 JÖRGEN",
        ),
        *mr_slice(who, number, 2, frame),
        *_people(who),
        *_sequence(),
        *requested_procedure(who, undefined=False),
        *_private(who),
    ]
    dataset += [
        group_length(dataset, group, explicit=False, charset=who.charset) for group in (0x0008, 0x0010)
    ]
    return Instance(who, dataset, explicit=False, meta=((0x00020012, "UI", "1.3.6.1.4.1.32473.6128.99"),))


def _people(who: Patient) -> Dataset:
    performer = [
        seq(0x00401101, code("RT-55120", "99STAFF", "Umberlow, Quentina")),
        el(0x00080080, "LO", who.institution),
    ]
    return [
        el(0x00080081, "ST", "Nebelhornweg 7, 99817 Fjellmarch"),
        el(0x0008103E, "LO", "T2 TSE Vandersloot-Müller"),
        el(0x00081050, "PN", "Wexmarsh^Tobiah"),
        el(0x00081070, "PN", "Umberlow^Quentina"),
        seq(0x00081072, performer),
        el(0x00101000, "LO", "AOK-M552039118"),
        el(0x00101001, "PN", "Vandersloot-Mueller^Joergen"),
        el(0x00101030, "DS", "84.29"),
        el(0x00101040, "LO", "Zwirbelgasse 31, 99817 Fjellmarch"),
        el(0x00102000, "LO", "Nickelallergie laut Vandersloot"),
        el(0x00102154, "SH", "+49 30 23125 448"),
        el(0x00104000, "LT", "Herr Vandersloot-Müller, Fahrstuhltechniker, Tochter Annelotte arbeitet hier."),
        el(0x00181204, "DA", "19990812"),
        el(0x00204000, "LT", "Jörgen hat geschnarcht"),
    ]


def _sequence() -> Dataset:
    return [
        el(0x00180020, "CS", "SE"),
        el(0x00180021, "CS", "SK"),
        el(0x00180022, "CS", "SP"),
        el(0x00180023, "CS", "2D"),
        el(0x00180024, "SH", "tse2d1_15"),
        el(0x00180050, "DS", "6"),
        el(0x00180080, "DS", "4200"),
        el(0x00180081, "DS", "98"),
        el(0x00180083, "DS", "2"),
        el(0x00180084, "DS", "63.67"),
        el(0x00180087, "DS", "1.5"),
        el(0x00180088, "DS", "12"),
        el(0x00180091, "IS", "15"),
        el(0x00181030, "LO", "Schädel Vandersloot"),
        el(0x00181250, "SH", "CP4 VM-55310278"),
        el(0x00181314, "DS", "150"),
        el(0x00201040, "LO", ""),
        el(0x00281050, "DS", "520\\480"),
        el(0x00281051, "DS", "1000\\700"),
    ]


def _private(who: Patient) -> Dataset:
    """A block with a date and a sequence, and an element whose creator is missing."""
    inner = [el(0x00210010, "LO", "BOREALIS ACQ 01"), el(0x00211004, "LO", "Jörgen Vandersloot-Müller")]
    return [
        el(0x00210010, "LO", "BOREALIS ACQ 01"),
        el(0x00211001, "DA", who.date),
        el(0x00211002, "LO", "VM-55310278 / Umberlow"),
        seq(0x00211003, inner),
        el(0x00311001, "LO", "Vandersloot-Müller ohne Block"),
    ]
