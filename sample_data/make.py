"""Build the sample: a folder as a research coordinator and a clinic's photo desk would have it.

``python sample_data/make.py [OUT]`` writes the tree to OUT (default: ``input`` beside this file) and
``planted.json`` beside OUT. Standard library alone, integers alone, deflate in stored blocks: the bytes are
the same on every machine and every Python.
"""

import json
import struct
import sys
from pathlib import Path

from borealis import borealis
from halcyon import halcyon
from patients import Instance
from photos import Parts, back, damaged, dermatoscope, forearm, heel, phone, scan
from planted import SampleFile, identifiers
from report import report
from scans import burned_in_regions, ct, ultrasound

__all__ = ["build", "main"]

_FIRST = "QUILLFEATHER_Oriana_19310211"
_SECOND = "Vandersloot-Mueller_Joergen_VM-55310278"
_PHOTOS = "Clinic photos"
_ULTRASOUND = f"{_SECOND}/Sono/US_VANDERSLOOT_20110927.dcm"
_SLICES = range(1, 7)
_LOST_BYTES = 9000


def build() -> list[SampleFile]:
    """Every file of the sample, sorted by path."""
    first = {n: halcyon(n) for n in _SLICES}
    files = [
        *(_instance(f"{_FIRST}/MR_2024-03-14/IM000{n}.dcm", first[n]) for n in _SLICES),
        _instance(f"{_FIRST}/MR_2024-03-14/IM0007.dcm", halcyon(7), lost=_LOST_BYTES),
        _instance(f"{_FIRST}/MR_2024-03-14/Copy of IM0003 (Quillfeather).dcm", first[3]),
        _instance(f"{_FIRST}/CT_2024-03-14/quillfeather_ct.dcm", ct()),
        _instance(f"{_FIRST}/SR_Quillfeather.dcm", report()),
        *(_instance(f"{_SECOND}/20110927_MR/MR0000{n}", borealis(n)) for n in _SLICES),
        _instance(_ULTRASOUND, ultrasound()),
        _photo("Oriana Quillfeather 2024-05-06 forearm.jpg", forearm()),
        _photo("IMG_20240506_quillfeather.JPG", phone()),
        _photo("IMG_0417 Quillfeather.HEIC", heel()),
        _photo("Vandersloot-Mueller_back.jpeg", back()),
        _photo("quillfeather dermatoscope.png", dermatoscope()),
        _photo("Vandersloot Ueberweisung.png", scan()),
        _plain(f"{_PHOTOS}/quillfeather_broken.jpg", damaged()),
        _plain(f"{_PHOTOS}/Thumbs.db", _thumbs()),
        _plain(f"{_PHOTOS}/.DS_Store", _finder()),
        _plain(f"{_PHOTOS}/dot.gif", _gif()),
        _plain(f"{_PHOTOS}/empty.jpg", b""),
        _plain("notes.txt", _notes()),
    ]
    return sorted(files, key=lambda file: file.path)


def _instance(path: str, instance: Instance, lost: int = 0) -> SampleFile:
    """An instance, or what is left of it when the last `lost` bytes are missing."""
    data = instance.encode()
    data = data[: len(data) - lost]
    return SampleFile(path, data, tuple(part for part in instance.parts() if part[2] in data))


def _photo(name: str, parts: Parts) -> SampleFile:
    data = b"".join(part for _, part in parts)
    return SampleFile(f"{_PHOTOS}/{name}", data, tuple((place, "", part) for place, part in parts))


def _plain(path: str, data: bytes) -> SampleFile:
    return SampleFile(path, data, (("content", "", data),))


def _thumbs() -> bytes:
    """The look of a compound file with a picture's name in it (MS-CFB, 2.2)."""
    name = "Oriana Quillfeather 2024-05-06 forearm.jpg".encode("utf-16-le")
    return (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + name).ljust(1024, b"\0")


def _finder() -> bytes:
    name = "Vandersloot-Mueller_back.jpeg"
    record = struct.pack(">I", len(name)) + name.encode("utf-16-be") + b"Ilocblob" + struct.pack(">I", 0)
    return (struct.pack(">I4s", 1, b"Bud1") + bytes(24) + record).ljust(512, b"\0")


def _gif() -> bytes:
    """One black pixel and a comment (GIF89a, 24)."""
    comment = b"pixel of Quillfeather Oriana"
    header = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes.fromhex("000000ffffff")
    image = b"," + struct.pack("<4HB", 0, 0, 1, 1, 0) + bytes.fromhex("0202440100")
    return header + b"!\xfe" + bytes((len(comment),)) + comment + b"\0" + image + b";"


def _notes() -> bytes:
    lines = (
        "To do, Cosima Thistledown, Zephyrmoor Infirmary",
        "Oriana Quillfeather, MRN-8841907, born 1931-02-11: ring Perpetua, +44 20 7946 0961",
        "Jörgen Vandersloot-Müller, VM-55310278: Klinik Fjellmarch asks for the ultrasound of 2011",
        "Send both to the study by 2024-05-06",
    )
    return "\r\n".join((*lines, "")).encode()


def main(arguments: list[str]) -> None:
    """Write the tree and its list of planted values."""
    out = Path(arguments[0]) if arguments else Path(__file__).parent / "input"
    files = build()
    strangers = {str(p.relative_to(out)) for p in out.rglob("*") if p.is_file()} - {f.path for f in files}
    if strangers:
        sys.exit(f"{out} holds {len(strangers)} other files; remove them or name another folder")
    for file in files:
        path = out / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    burned_in = [{"where": _ULTRASOUND, **region} for region in burned_in_regions()]
    text = json.dumps({**identifiers(files), "burned_in": burned_in}, indent=1, ensure_ascii=False)
    (out.parent / "planted.json").write_bytes(text.encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
