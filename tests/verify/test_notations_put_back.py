"""Values in wrong VRs and notations, and of several parts, are known again in a text or a time that stays."""

from collections.abc import Callable

import pytest
from pydicom import Dataset
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

from bme_med.verify.dated import are_times
from bme_med.verify.findings import Check
from bme_med.verify.notations import days_in
from tests.oracles.planting import small_mr
from tests.verify.sabotage import edited, judged, pair, person, problems_of

SHIFTING = "research-longitudinal"

NAME, BIRTH, TITLE, ID = 0x00100010, 0x00100030, 0x00080055, 0x00100020
OTHER_IDS, ADDRESS, CALIBRATED, PHONES, CONTACTS = 0x00101000, 0x00101040, 0x00181200, 0x00102154, 0x00102155

Told = tuple[int, str, bytes, str]
"""An attribute of the source with the VR that it is encoded with, its value, and a text of the output."""

OTHER_VRS: dict[str, Told] = {
    "a name as LO": (NAME, "LO", b"Zyxwort^Hanna", "for Zyxwort"),
    "a name as SH": (NAME, "SH", b"Zyxwort^Hanna", "for Zyxwort"),
    "a name as ST": (NAME, "ST", b"Zyxwort^Hanna", "for Zyxwort"),
    "a name as UN": (NAME, "UN", b"Zyxwort^Hanna", "for Zyxwort"),
    "a date as LO": (BIRTH, "LO", b"19480229", "born 1948-02-29"),
    "a date as UN": (BIRTH, "UN", b"19480229", "born 1948-02-29"),
    "a title": (TITLE, "AE", b"ZYXPACS1", "via ZYXPACS1"),
    "a title as SH": (TITLE, "SH", b"ZYXPACS1", "via ZYXPACS1"),
    "a title as UN": (TITLE, "UN", b"ZYXPACS1", "via ZYXPACS1"),
}

PARTS: dict[str, Told] = {
    "an ID as HL7 has it": (ID, "LO", b"ZX90210^^^SITE&1.2.3&ISO", "id ZX90210"),
    "an ID with a suffix": (ID, "LO", b"ZX90210_2", "id zx90210"),
    "an ID with a prefix": (ID, "LO", b"HOSP-ZX90210", "ZX90210"),
    "the second of two IDs": (OTHER_IDS, "LO", b"ZX90210; AB12345", "id AB12345"),
    "the number of an ID": (ID, "LO", b"ZX-4711023^^^SITE", "no. 4711023"),
    "a phone behind another": (CONTACTS, "LT", b"tel:+49-151-2345678; tel:+49-30-5550123", "030 555 0123"),
    "a phone before another": (PHONES, "SH", b"2345678/5550123", "call 234 5678"),
    "a phone with an extension": (PHONES, "SH", b"0305550123 ext 21", "call 5550123"),
    "a phone with zero in parentheses": (PHONES, "LO", b"+49 (0)30 5550123 Durchwahl 40213", "030/555 01 23"),
    "a mail address": (CONTACTS, "LT", b"mailto:q.f@mail.example", "to q.f@mail.example now"),
    "a mail address beside a phone": (CONTACTS, "LT", b"q.f@mail.example;tel:5550123", "q.f@mail.example"),
    "a mail address in an address": (ADDRESS, "LO", b"7 Elm Row, q.f@mail.example", "q.f@mail.example"),
}

DATES: dict[str, Told] = {
    "with dashes": (BIRTH, "DA", b"1948-02-29", "born 1948-02-29"),
    "with points": (BIRTH, "DA", b"29.02.1948", "born 19480229"),
    "with slashes": (BIRTH, "DA", b"02/29/1948", "born 02/29/1948"),
    "with the year and slashes": (BIRTH, "DA", b"1948/2/29", "born 29 feb 1948"),
    "behind a blank": (BIRTH, "DA", b" 1948-02-29 ", "born 29.02.1948"),
    "the second of two": (CALIBRATED, "DA", b"20200101\\2019-11-23", "of 20191123"),
}


def encoded(tag: int, vr: str, value: bytes) -> Callable[[Dataset], object]:
    raw = RawDataElement(Tag(tag), vr, len(value), value, 0, is_implicit_VR=False, is_little_endian=True)
    return lambda ds: ds.__setitem__(tag, raw)


@pytest.mark.filterwarnings("ignore:Invalid value for VR:UserWarning")
@pytest.mark.parametrize("told", (OTHER_VRS | PARTS | DATES).values(), ids=OTHER_VRS | PARTS | DATES)
def test_it_is_found_in_a_text(told: Told) -> None:
    tag, vr, value, text = told
    source, output = person()
    spoilt = edited(output, lambda ds: setattr(ds, "ManufacturerModelName", f"Model Q {text}"))
    padded = value + b" " * (len(value) % 2)
    assert Check.IDENTIFIER not in judged(spoilt, source)
    assert Check.IDENTIFIER in judged(spoilt, edited(source, encoded(tag, vr, padded)))


@pytest.mark.parametrize("value", ["20210203101112", "20210203", "ZX90210 ", "101112.20210203", "1:2:2021"])
def test_a_time_that_is_none_is_found_where_dates_are_shifted(value: str) -> None:
    ds = small_mr()
    ds.StudyDate, ds.StudyTime = "20210203", "101112"
    source, output = pair(ds, profile=SHIFTING)
    spoil = encoded(0x00080030, "TM", value.encode().ljust(len(value) + len(value) % 2))
    spoilt = edited(output, spoil)
    for before in (edited(source, spoil), None):
        assert "(0008,0030)" in {problem.place for problem in problems_of(spoilt, before, SHIFTING)}


@pytest.mark.parametrize("left", [None, "", "000000"])
def test_a_time_that_is_none_may_go(left: str | None) -> None:
    ds = small_mr()
    ds.StudyDate, ds.StudyTime = "20210203", "101112"
    source, output = pair(ds, profile=SHIFTING)
    source = edited(source, encoded(0x00080030, "TM", b"20210203101112"))
    output = edited(
        output, lambda ds: setattr(ds, "StudyTime", left) if left is not None else ds.pop("StudyTime")
    )
    assert problems_of(output, source, SHIFTING) == []


def test_a_birth_year_is_known_from_a_date_in_a_wrong_notation() -> None:
    ds = small_mr()
    ds.StudyDate, ds.PatientBirthDate, ds.DateOfLastCalibration = "20210203", "19480229", "19480229"
    source, output = pair(ds, profile="hipaa-safe-harbor")
    source = edited(source, encoded(BIRTH, "DA", b"29.02.1948"))
    assert problems_of(output, source, "hipaa-safe-harbor") == []
    told = edited(output, lambda ds: setattr(ds, "DateOfLastCalibration", "19480101"))
    assert Check.RULE in judged(told, source, "hipaa-safe-harbor")


@pytest.mark.parametrize("value", ["", "10", "1011", "235960.123456", "10:11", "10:11:12.5", "10-1112"])
def test_a_time_in_any_form_of_the_standard_is_none(value: str) -> None:
    assert are_times([value, "101112"])


@pytest.mark.parametrize("value", ["1948-13-29", "48-02-29", "29 1948", "0229", "123456789", "2.25.19484"])
def test_what_is_no_day_gives_none(value: str) -> None:
    assert days_in(value) == frozenset()


HARMLESS = ("T1 3D 5550", "3.0 T, 555 012", "2.0 mm 48 02 29", "SITE", "ISO", "mail", "ext 21", "90210")


@pytest.mark.parametrize("text", HARMLESS)
def test_parts_that_tell_nothing_raise_nothing(text: str) -> None:
    ds = small_mr()
    ds.PatientID, ds.PatientTelephoneNumbers = "ZX90210^^^SITE&1.2.3&ISO", "030 5550123 x21"
    ds.PatientBirthDate, ds.StationAETitle = "19480229", "CT"
    ds.PatientTelecomInformation = "mailto:q.f@mail.example"
    ds.ManufacturerModelName = "Model Q"
    both = [edited(data, lambda ds: setattr(ds, "ManufacturerModelName", text)) for data in pair(ds)]
    assert judged(both[1], both[0]) == set()
