"""The two invented patients, their visits, and what every instance of theirs says.

All names, places, numbers and UIDs are made up. The UIDs lie under the enterprise number for documentation
(RFC 5612); telephone numbers are of ranges kept for fiction, host names end in ``.example``.

Dates lie so that no shift of up to 3,650 days into the past turns one into another.
"""

from dataclasses import dataclass

from dicom_writer import EXPLICIT, IMPLICIT, Dataset, el, part10, seq, walk

__all__ = [
    "BORN_1931",
    "BORN_1958",
    "Instance",
    "Patient",
    "code",
    "equipment",
    "patient",
    "pixels",
    "reference",
    "requested_procedure",
    "study",
    "uid",
]


@dataclass(frozen=True)
class Patient:
    """Who, and the one visit on which all instances were made."""

    charset: str
    name: str
    number: str
    birth: str
    sex: str
    age: str
    date: str
    time: str
    study: str
    accession: str
    referring: str
    institution: str


BORN_1931 = Patient(
    charset="ISO_IR 192",
    name="Quillfeather^Oriana^Wren=羽根筆^織亜=はねふで^おりあ",
    number="MRN-8841907",
    birth="19310211",
    sex="F",
    age="093Y",
    date="20240314",
    time="071843.512000",
    study="1.3.6.1.4.1.32473.7341.1.20240314.71843",
    accession="ACC7730415",
    referring="Brackenfold^Isolde^^Dr.",
    institution="Zephyrmoor Infirmary",
)

BORN_1958 = Patient(
    charset="ISO_IR 100",
    name="Vandersloot-Müller^Jörgen",
    number="VM-55310278",
    birth="19580823",
    sex="M",
    age="053Y",
    date="20110927",
    time="154602.250000",
    study="1.3.6.1.4.1.32473.6128.7.20110927.154602",
    accession="ACC1189264",
    referring="Wexmarsh^Tobiah",
    institution="Klinik Fjellmarch",
)


@dataclass(frozen=True)
class Instance:
    """One DICOM file to be."""

    who: Patient
    dataset: Dataset
    explicit: bool = True
    preamble: bytes = b""
    meta: tuple[tuple[int, str, str | bytes], ...] = ()

    def encode(self) -> bytes:
        """The file's bytes."""
        syntax = EXPLICIT if self.explicit else IMPLICIT
        return part10(
            self.dataset,
            syntax=syntax,
            charset=self.who.charset,
            preamble=self.preamble,
            meta=[el(*m) for m in self.meta],
        )

    def parts(self) -> list[tuple[str, str, bytes]]:
        """Place, VR and value of everything that can carry text, preamble and file meta included."""
        meta = [("(0002,0003)", "UI", str(_value_at(self.dataset, 0x00080018)).encode())]
        meta += walk([el(*m) for m in self.meta], "")
        return [("preamble", "", self.preamble), *meta, *walk(self.dataset, self.who.charset)]


def _value_at(dataset: Dataset, tag: int) -> object:
    return next(e.value for e in dataset if e.tag == tag)


def uid(who: Patient, *arcs: int) -> str:
    """A UID below the study's."""
    return ".".join((who.study, *map(str, arcs)))


def code(value: str, scheme: str, meaning: str) -> Dataset:
    """The item of a code sequence (PS3.3, 8.8)."""
    return [el(0x00080100, "SH", value), el(0x00080102, "SH", scheme), el(0x00080104, "LO", meaning)]


def patient(who: Patient) -> Dataset:
    """Patient Module, and the character set that the texts need."""
    return [
        el(0x00080005, "CS", who.charset),
        el(0x00100010, "PN", who.name),
        el(0x00100020, "LO", who.number),
        el(0x00100030, "DA", who.birth),
        el(0x00100040, "CS", who.sex),
    ]


def study(who: Patient, description: str) -> Dataset:
    """General Study and Patient Study Modules, as far as both vendors fill them in."""
    return [
        el(0x00080020, "DA", who.date),
        el(0x00080030, "TM", who.time),
        el(0x00080050, "SH", who.accession),
        el(0x00080090, "PN", who.referring),
        el(0x00081030, "LO", description),
        el(0x00101010, "AS", who.age),
        el(0x0020000D, "UI", who.study),
        el(0x00200010, "SH", "S" + who.accession[3:]),
    ]


def equipment(who: Patient, maker: str, model: str, station: str, serial: str, software: str) -> Dataset:
    """General Equipment Module."""
    return [
        el(0x00080070, "LO", maker),
        el(0x00080080, "LO", who.institution),
        el(0x00081010, "SH", station),
        el(0x00081090, "LO", model),
        el(0x00181000, "LO", serial),
        el(0x00181020, "LO", software),
    ]


def pixels(rows: int, columns: int, stored: int, data: bytes) -> Dataset:
    """Image Pixel Module of a grey frame in 8 or 16 bits."""
    wide = stored > 8
    return [
        el(0x00280002, "US", 1),
        el(0x00280004, "CS", "MONOCHROME2"),
        el(0x00280010, "US", rows),
        el(0x00280011, "US", columns),
        el(0x00280100, "US", 16 if wide else 8),
        el(0x00280101, "US", stored),
        el(0x00280102, "US", stored - 1),
        el(0x00280103, "US", 0),
        el(0x7FE00010, "OW" if wide else "OB", data),
    ]


def reference(sop_class: str, instance: str, *more: Dataset) -> Dataset:
    """The item of a sequence that refers to an instance."""
    return [el(0x00081150, "UI", sop_class), el(0x00081155, "UI", instance), *(e for m in more for e in m)]


def requested_procedure(who: Patient, *, undefined: bool) -> Dataset:
    """Request Attributes and Procedure Code Sequences, with the patient's name at depth."""
    family = who.name.split("^")[0]
    protocol = code("HEAD-7", "99LOCAL", f"Head routine, agreed with {family}")
    scheduled = [
        el(0x00321060, "LO", f"MRI head {family}"),
        el(0x00400007, "LO", f"Head without contrast, {family}"),
        el(0x00400009, "SH", "SPS-" + who.accession[3:]),
        el(0x00401001, "SH", "RP-" + who.accession[3:]),
        seq(0x00400008, protocol, undefined=undefined),
    ]
    return [
        seq(0x00081032, code("MRHEAD", "99LOCAL", f"MRI of the head for {family}"), undefined=undefined),
        seq(0x00400275, scheduled, undefined=undefined),
    ]
