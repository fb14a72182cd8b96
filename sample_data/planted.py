"""What identifies in the sample, where it stands, and which ready-made profiles promise that it goes.

Names, dates, times and UIDs of the instances are taken from the elements themselves. The rest is the list
below. Where a value stands, and in which encoding, is found by looking, never claimed.
"""

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from photos import GPS

__all__ = ["Planted", "SampleFile", "identifiers"]

_ALL = ("ps315-basic", "hipaa-safe-harbor", "research-longitudinal", "tcia-research")
# Those for research keep times of day, device identity and patient characteristics.
_NOT_RESEARCH = _ALL[:2]
# tcia-research keeps known words of descriptions and comments.
_NOT_DESCRIPTORS = _ALL[:3]
_ENCODINGS = ("ascii", "latin-1", "utf-8", "utf-16-le", "utf-16-be")
_ARC = "1.3.6.1.4.1.32473."
_DEVICE_UID = "(0018,1002)"
_SHORTEST = 5


@dataclass(frozen=True)
class SampleFile:
    """A file of the sample and its parts: place, VR (DICOM alone) and bytes."""

    path: str
    data: bytes
    parts: tuple[tuple[str, str, bytes], ...]


@dataclass(frozen=True)
class Planted:
    """A value, or bytes that are no text (`is_hex`), with its kind and the profiles that remove it."""

    value: str
    kind: str
    promised_by: tuple[str, ...] = _ALL
    is_hex: bool = False


_LISTED = {
    "name": (
        *("Quillfeather", "QUILLFEATHER", "quillfeather", "Oriana", "ORIANA", "Oriana Quillfeather"),
        *("Quillfeather, Oriana", "QUILLFEATHER ORIANA", "QUILLFEATHER^ORIANA", "羽根筆 織亜"),
        *("Quillfeather Oriana", "QUILLFEATHER_Oriana", "Perpetua", "Thistledown", "Cosima"),
        *("Brackenfold, Isolde", "Ferrowick, Elspetha", "Umberlow, Quentina", "Annelotte"),
        *("Vandersloot", "VANDERSLOOT", "Vandersloot-Müller", "Vandersloot-Mueller", "Jörgen", "JÖRGEN"),
        *("Jörgen Vandersloot-Müller", "Vandersloot-Müller, Jörgen", "Joergen"),
    ),
    "id": (
        *("MRN-8841907", "OLD-440291-Q", "TMP-0019283", "ACC7730415", "S7730415", "SPS-7730415"),
        *("RP-7730415", "PPS7730415", "VM-55310278", "ACC1189264", "S1189264", "SPS-1189264", "RP-1189264"),
        *("DOC-30177", "DOC-40288", "RT-55120", "uuid:5b7c1f0e-6a33-4c0d-9b1e-8d2f44a6c917"),
        "f3a90c51d7e2486bb0417c6e55aa9180",
    ),
    "social security number": ("000-55-3821",),
    "health plan": ("PLAN-7719-44210", "AOK-M552039118"),
    "account": ("ADM-2024-55871", "ACCT-3390-1127"),
    "licence": ("QUILL902113OW9",),
    "vehicle": ("KX24 QFL",),
    "address": (
        *("9 Marrowbone Stile", "Wickenfell", "QX7 4ZB", "48 Larkspindle Quay", "04173-9921"),
        *("Zwirbelgasse 31", "Nebelhornweg 7", "99817 Fjellmarch", "WICKENFELL-CELL-0417"),
    ),
    "institution": (
        *("Zephyrmoor Infirmary", "Zephyrmoor", "Wickenfell Cottage Hospital", "Dept. of Neuroimaging"),
        *("Memory clinic", "Thistledown Photo Desk", "Klinik Fjellmarch", "Fjellmarch"),
    ),
    "phone": ("+44 20 7946 0857", "+44 20 7946 0961", "+1 202 555 0173", "+49 30 23125 448"),
    "fax": ("+44 20 7946 0858",),
    "email": ("oriana@quillfeather.example", "oq@zephyrmoor.example"),
    "url": ("https://portal.zephyrmoor.example/p/MRN-8841907",),
    "ip address": ("203.0.113.77",),
    "age": ("93-year-old",),
    "date": (
        *("2024-03-14", "14-Mar-2024", "1931-02-11", "11 February 1931", "2024:05:06", "2024-05-06"),
        *("2024:05:06 14:11:07", "2024:05:06 15:02:44", "2024-05-06T14:11:07+02:00", "20240506"),
        "06 May 2024",
    ),
    "time": ("141107+0200",),
    "gps": ("48,52.608S", "123,23.586W", "-48.8768-123.3931/"),
    "device": (
        *("PM-6620-8813", "LMN-30558124", "LNS-77140936", "ZM-DERM-03", "BORSCAN-00417", "88213377"),
        *("Lumenar D9 Mark IV", "Lumenar Macro 60mm", "HALCYON_R42", "ZM_EXPORT_PC7", "ZM_ARCHIVE_FIX2"),
    ),
    "private creator": ("HALCYON MR HEADER", "QUILLFEATHER SCRATCH", "BOREALIS ACQ 01"),
    "free text": ("lighthouse keep", "Fahrstuhltechniker", "geschnarcht"),
}

_KEPT_WITH_DESCRIPTORS = {"free text": ("Memory loss", "blanket given")}

_KEPT_FOR_RESEARCH = {
    "device": (
        *("HAL-SN-4471093", "MRC4471X", "GANTRY-88-0417", "HALMR_AE_4471", "HAL-SN-2290615", "CTC2290Q"),
        *("BX-0099231-77", "BORMR02", "BX-US-118840", "BORUS11"),
    ),
    "characteristic": ("1.6243", "61.73", "84.29"),
    "time zone": ("+0930",),
}

# Paragraph of 45 CFR 164.514(b)(2)(i) that names the kind; what it does not name has none.
_PARAGRAPHS = {
    "A": ["name"],
    "B": ["address", "gps", "institution"],
    "C": ["date", "age", "time"],
    "D": ["phone"],
    "E": ["fax"],
    "F": ["email"],
    "G": ["social security number"],
    "H": ["id"],
    "I": ["health plan"],
    "J": ["account"],
    "K": ["licence"],
    "L": ["vehicle"],
    "M": ["device"],
    "N": ["url"],
    "O": ["ip address"],
    "R": ["uid", "private creator", "free text", "time zone"],
}


def identifiers(files: list[SampleFile]) -> dict[str, object]:
    """The content of planted.json, but for the text in pixels."""
    values = {p.value: p for p in _from_elements(files)}
    values |= {p.value: p for p in (*_from_lists(), *_from_bytes())}
    ordered = sorted(values.values(), key=lambda p: (p.kind, p.value))
    old_age = Planted("093Y", "age")
    return {
        "identifiers": [_record(planted, files) for planted in ordered],
        "safe_harbor": {"paragraphs": _PARAGRAPHS, "ages_over_89": [_record(old_age, files)]},
    }


def _from_lists() -> Iterator[Planted]:
    lists = (
        (_ALL, _LISTED),
        (_NOT_RESEARCH, _KEPT_FOR_RESEARCH),
        (_NOT_DESCRIPTORS, _KEPT_WITH_DESCRIPTORS),
    )
    for promised_by, table in lists:
        for kind, values in table.items():
            yield from (Planted(value, kind, promised_by) for value in values)


def _from_bytes() -> Iterator[Planted]:
    """Coordinates, times and dates in binary form."""
    for order in "<>":
        for name, kind in (("latitude", "gps"), ("longitude", "gps"), ("time", "time")):
            yield Planted(struct.pack(order + "6I", *GPS[name]).hex(), kind, is_hex=True)
    yield Planted(struct.pack(">HBBBBB", 2024, 5, 6, 14, 11, 7).hex(), "date", is_hex=True)
    yield Planted(struct.pack(">6H", 2024, 5, 6, 13, 2, 17).hex(), "date", is_hex=True)


def _from_elements(files: list[SampleFile]) -> Iterator[Planted]:
    """Names in whole and in parts, dates, times and our UIDs, by VR."""
    for file in files:
        for place, vr, data in file.parts:
            for value in _text(data).split("\\") if vr in ("PN", "DA", "DT", "TM", "UI") else ():
                yield from _of_vr(vr, value, place)


def _of_vr(vr: str, value: str, place: str) -> Iterator[Planted]:
    if vr == "PN":
        parts = [value, *value.split("="), *re.split("[=^]", value)]
        yield from (Planted(part, "name") for part in parts if len(part) >= _SHORTEST)
    elif vr in ("DA", "DT") and value:
        yield Planted(value, "date")
    elif vr == "TM" and value:
        yield Planted(value, "time", _NOT_RESEARCH)
    elif vr == "UI" and value.startswith(_ARC):
        yield Planted(value, "uid", _NOT_RESEARCH if place == _DEVICE_UID else _ALL)


def _text(data: bytes) -> str:
    try:
        return data.decode().rstrip(" \0")
    except UnicodeDecodeError:
        return data.decode("latin-1").rstrip(" \0")


def _record(planted: Planted, files: list[SampleFile]) -> dict[str, object]:
    """One entry of planted.json, with every place where the value is found."""
    found = [hit for file in files for hit in _hits(planted, file)]
    if not found:
        raise ValueError(f"planted nowhere: {planted.value}")
    return {
        "hex" if planted.is_hex else "value": planted.value,
        "kind": planted.kind,
        "promised_by": list(planted.promised_by),
        "encodings": sorted({encoding for encoding, _, _ in found}),
        "where": _collapse((path, place) for _, path, place in found),
    }


def _hits(planted: Planted, file: SampleFile) -> Iterator[tuple[str, str, str]]:
    """Encoding, path and place of `planted` in the names and the parts of `file`."""
    *folders, name = file.path.split("/")
    for depth, folder in enumerate(folders, 1):
        if planted.value in folder:
            yield "utf-8", "/".join(folders[:depth]), "folder name"
    if planted.value in name:
        yield "utf-8", file.path, "file name"
    forms = _forms(planted)
    for place, _, data in file.parts:
        yield from ((encoding, file.path, place) for encoding, form in forms if form in data)


def _forms(planted: Planted) -> list[tuple[str, bytes]]:
    if planted.is_hex:
        return [("hex", bytes.fromhex(planted.value))]
    forms: dict[bytes, str] = {}
    for encoding in _ENCODINGS:
        try:
            forms.setdefault(planted.value.encode(encoding), encoding)
        except UnicodeEncodeError:
            continue
    return [(encoding, form) for form, encoding in forms.items()]


def _collapse(places: Iterable[tuple[str, str]]) -> list[str]:
    """``path: place`` once each; slices 1 to 6 of a series become one line with the pattern ``[1-6]``."""
    lines = dict.fromkeys(f"{path}: {place}" for path, place in places)
    out: dict[str, None] = {}
    for line in lines:
        series = [re.sub(r"000[1-6](?=[.:])", f"000{n}", line, count=1) for n in range(1, 7)]
        whole = len(set(series)) == len(series) and all(member in lines for member in series)
        out[re.sub(r"000[1-6](?=[.:])", "000[1-6]", line, count=1) if whole else line] = None
    return list(out)
