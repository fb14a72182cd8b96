"""Whatever identifies, in whatever form, is found in texts and bytes that no rule takes away."""

import base64
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable

import pytest
from pydicom import Dataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from bme_med.verify.findings import Check
from tests.oracles.planting import ROOT, small_mr
from tests.verify.sabotage import edited, judged, pair, person, told_of_person

TEXTS = {
    "a family name": "for Quillfeather",
    "a family name inside a word": "T1quillfeather3",
    "a given name": "zebedee head",
    "a name in the other order": "Zebedee Quillfeather",
    "a name with a caret": "QUILLFEATHER^ZEBEDEE",
    "a name in capitals": "MR QUILLFEATHER",
    "a name with a comma": "Quillfeather, Z.",
    "a name in Chinese characters": "山田 太郎",
    "another name": "Vandersloot-Müller",
    "another name without umlaut": "Vandersloot-Muller",
    "another name with ue for its umlaut": "vandersloot-mueller",
    "the physician": "by Dr Brackenridge",
    "the patient's ID": "ID QF-4711-ZZ",
    "the patient's ID in small letters": "qf-4711-zz",
    "the accession number": "acc-90817263",
    "the study's ID": "study 55310278",
    "the address": "48 larkspindle quay",
    "the phone number": "+1 555 0199 822",
    "the institution": "at Marrowgate Infirmary",
    "the institution's address": "Marrowgate 7, Thistledown",
    "the serial number": "SN-08154711",
    "the station": "mrstation9",
    "a UID": f"from {ROOT}2",
    "a UID as part of the name of a file": f"CT.{ROOT}2.dcm",
    "a UID with other marks": f"CT_{ROOT.replace('.', '_')}2",
    "a UID with hyphens": f"of {ROOT.replace('.', '-')}2",
    "a date": "of 20110203",
    "a date with dashes": "of 2011-02-03",
    "a date with points": "03.02.2011",
    "a date as Americans write it": "02/03/2011",
    "a date in words": "3 Feb 2011",
    "a date in more words": "February 3, 2011",
    "a birth date": "born 04.03.1961",
}

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda text: text,
    "in UTF-16, little endian": lambda text: text.decode().encode("utf-16-le"),
    "in UTF-16, big endian": lambda text: text.decode().encode("utf-16-be"),
    "in hexadecimal": lambda text: text.hex().encode(),
    "in base64": lambda text: base64.b64encode(b"xy" + text * 2),
    "in base64 for URLs": lambda text: base64.urlsafe_b64encode(text * 2),
    "in base64, in lines": lambda text: base64.encodebytes(text * 9),
    "in zlib": zlib.compress,
    "in gzip": gzip.compress,
    "in raw deflate": lambda text: _deflated(text),
    "in a ZIP": lambda text: _zipped(text),
    "in zlib, in base64": lambda text: base64.b64encode(zlib.compress(text * 3)),
    "in base64, in zlib": lambda text: zlib.compress(base64.b64encode(text * 3)),
    "behind other bytes": lambda text: bytes(range(256)) + text,
}

NAMES = {
    "Latin-1": ("ISO_IR 100", "Jørgensén^Åse", "Jørgensén"),
    "Latin-2": ("ISO_IR 101", "Wałęsa^Łucja", "Wałęsa"),
    "Cyrillic": ("ISO_IR 144", "Люкceмбypг^Анна", "Люкceмбypг"),
    "Greek": ("ISO_IR 126", "Διονυσιος^Νικος", "Διονυσιος"),
    "Arabic": ("ISO_IR 127", "قباني^لنزار", "قباني"),
    "Hebrew": ("ISO_IR 138", "שרון^דבורה", "דבורה"),
    "Turkish": ("ISO_IR 148", "Çavuşoğlu^İpek", "Çavuşoğlu"),
    "Thai": ("ISO_IR 166", "นามสกุล^ชื่อ", "นามสกุล"),
    "Japanese": (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎", "山田"),
    "Chinese": ("GB18030", "王^小东明", "小东明"),
    "UTF-8": ("ISO_IR 192", "김희중^길동", "김희중"),
}

_KEPT_BYTES = 0x00281201
"""Red Palette Color Lookup Table Data: bytes that no table lists."""


def _deflated(text: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(text) + stream.flush()


def _zipped(text: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", text)
    return buffer.getvalue()


def say(text: str) -> Callable[[Dataset], object]:
    return lambda ds: setattr(ds, "ManufacturerModelName", f"Model Q {text}")


def hold(data: bytes) -> Callable[[Dataset], object]:
    return lambda ds: ds.add_new(_KEPT_BYTES, "OW", data + bytes(len(data) % 2))


@pytest.mark.parametrize("what", TEXTS)
def test_it_is_found_in_a_text(what: str) -> None:
    source, output = person()
    found = judged(edited(output, say(TEXTS[what])), source)
    assert Check.IDENTIFIER in found


@pytest.mark.parametrize("what", ["a family name", "the patient's ID", "a date", "a UID", "the address"])
@pytest.mark.parametrize(
    "syntax",
    [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian],
    ids=lambda uid: uid.name,
)
def test_it_is_found_in_every_encoding(what: str, syntax: UID) -> None:
    source, output = pair(told_of_person(), syntax)
    assert Check.IDENTIFIER in judged(edited(output, say(TEXTS[what])), source)


@pytest.mark.parametrize("how", PACKED)
@pytest.mark.parametrize("text", [b"Quillfeather", b"QF-4711-ZZ", b"Marrowgate Infirmary"])
def test_it_is_found_in_bytes(how: str, text: bytes) -> None:
    source, output = person()
    assert Check.IDENTIFIER in judged(edited(output, hold(PACKED[how](text))), source)


@pytest.mark.parametrize("what", NAMES)
def test_it_is_found_in_its_character_set(what: str) -> None:
    charset, name, part = NAMES[what]
    ds = small_mr()
    ds.SpecificCharacterSet, ds.PatientName = charset, name
    ds.ManufacturerModelName = "Model Q"
    source, output = pair(ds)
    assert Check.IDENTIFIER in judged(edited(output, say(part)), source)


@pytest.mark.parametrize("what", ["UTF-8", "Latin-1", "Cyrillic", "Greek"])
def test_it_is_found_as_bytes_of_another_character_set(what: str) -> None:
    charset, name, part = NAMES[what]
    ds = small_mr()
    ds.SpecificCharacterSet, ds.PatientName = charset, name
    ds.add_new(_KEPT_BYTES, "OW", bytes(64))
    source, output = pair(ds)
    for encoding in ("utf-8", "utf-16-le"):
        assert Check.IDENTIFIER in judged(edited(output, hold(b"\1\2" + part.encode(encoding))), source)


PLACES: dict[str, Callable[[bytes], bytes]] = {
    "behind the last frame": lambda data: _longer_pixels(data, b"Quillfeather"),
    "in the pixels": lambda data: _longer_pixels(data, "Quillfeather".encode("utf-16-le")),
    "in the preamble": lambda data: b"Quillfeather^Zebedee" + data[20:],
    "behind the dataset": lambda data: data + b"Quillfeather",
}


def _longer_pixels(data: bytes, more: bytes) -> bytes:
    return edited(data, lambda ds: ds.add_new(0x7FE00010, "OW", ds.PixelData + more))


@pytest.mark.parametrize("place", PLACES)
def test_it_is_found_outside_of_elements(place: str) -> None:
    source, output = person()
    assert judged(PLACES[place](output), source) & {Check.IDENTIFIER, Check.FILE_META, Check.READABLE}


HARMLESS = ("MR", "1.5", "Model Q", "head", "T1 axial 3.0 mm", "20", "1961", "ISO", "Z", "quill", "feather")


@pytest.mark.parametrize("text", HARMLESS)
def test_short_and_common_words_raise_nothing(text: str) -> None:
    ds = small_mr()
    ds.PatientName, ds.PatientID, ds.StationName = "Head^Anna", "20", "MR"
    ds.InstitutionName, ds.AccessionNumber, ds.StudyID = "MR", "1", "1.5"
    ds.ManufacturerModelName = text
    pair(ds)
