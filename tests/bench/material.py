"""What the benchmarks run on: a folder of MR slices and a folder of photos, made once and kept.

The headers are those of the sample's two MR series, with patients, UIDs, times and positions of their own;
the pixels are noise. Everybody is invented, and the bytes depend on nothing but this file and the sample.
"""

import io
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

__all__ = ["default_folder", "few_slices", "photo_folder", "slice_folder"]

SERIES, SLICES = 25, 200
SIZE = 320
"""Rows and columns; with two bytes a pixel that makes 200 kB."""

PHOTOS, PICTURES = 200, 10
_WIDTH, _HEIGHT = 4000, 3000
_QUALITY = 86
_JFIF_END = 20
"""Pillow starts every JPEG with SOI and APP0."""

_PATIENTS = (
    ("Quillfeather^Oriana^Wren", "BENCH-8841907", "19310211"),
    ("Vandersloot^Joergen", "BENCH-5531027", "19580823"),
    ("Nettlewhisk^Peregrine", "BENCH-6620881", "19720606"),
    ("Umberlow^Quentina", "BENCH-3390112", "19891130"),
)
_SAMPLE = Path(__file__).parents[2] / "sample_data"
_DONE = "complete"


def default_folder() -> Path:
    """Where the material lies unless ``--work`` says otherwise."""
    return Path(tempfile.gettempdir()) / "bme-med-bench"


def slice_folder(work: Path) -> Path:
    """5,000 MR slices of 200 kB, 1 GB: 25 series of four patients, two thirds explicit VR."""
    return _made_once(work / "slices", _slices())


def few_slices(work: Path, count: int) -> Path:
    """The first `count` of them."""
    return _made_once(work / f"slices-{count}", islice(_slices(), count))


def photo_folder(work: Path) -> Path:
    """200 photos of 12 megapixels and about 2.5 MB, with Exif (GPS, thumbnail) and XMP."""
    return _made_once(work / "photos", _photos())


def _made_once(folder: Path, files: Iterator[tuple[str, bytes]]) -> Path:
    """`folder` with `files`; a mark beside it says that it is complete."""
    mark = folder.with_name(f"{folder.name}.{_DONE}")
    if not mark.exists():
        print(f"making {folder} (once)", file=sys.stderr)
        for name, data in files:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        mark.touch()
    return folder


def _slices() -> Iterator[tuple[str, bytes]]:
    sys.path.insert(0, str(_SAMPLE))
    from borealis import borealis
    from dicom_writer import el
    from halcyon import halcyon

    noise = np.random.default_rng(7)
    for series in range(SERIES):
        name, number, birth = _PATIENTS[series % len(_PATIENTS)]
        template = (borealis if series % 3 == 2 else halcyon)(1)
        study = f"1.3.6.1.4.1.32473.9001.{series % len(_PATIENTS)}"
        for slice_ in range(SLICES):
            clock = f"{8 + series % 8:02}{slice_ // 60:02}{slice_ % 60:02}"
            changed = (
                el(0x00080013, "TM", f"{clock}.125000"),
                el(0x00080018, "UI", f"{study}.4.{series}.{slice_}"),
                el(0x00080032, "TM", f"{clock}.375000"),
                el(0x00080033, "TM", f"{clock}.875000"),
                el(0x00100010, "PN", name),
                el(0x00100020, "LO", number),
                el(0x00100030, "DA", birth),
                el(0x0020000D, "UI", study),
                el(0x0020000E, "UI", f"{study}.3.{series}"),
                el(0x00200011, "IS", str(series + 1)),
                el(0x00200013, "IS", str(slice_ + 1)),
                el(0x00200032, "DS", f"-120.0\\-120.0\\{slice_ - 100}.5"),
                el(0x00280010, "US", SIZE),
                el(0x00280011, "US", SIZE),
                el(0x7FE00010, "OW", noise.integers(4096, size=SIZE * SIZE, dtype=np.uint16).tobytes()),
            )
            kept = [e for e in template.dataset if e.tag not in {c.tag for c in changed} and e.tag & 0xFFFF]
            instance = replace(template, dataset=[*kept, *changed])
            yield f"{number}/MR_{series + 1:02}/IM{slice_ + 1:04}.dcm", instance.encode()


def _photos() -> Iterator[tuple[str, bytes]]:
    sys.path.insert(0, str(_SAMPLE))
    from jpeg_writer import segment
    from photo_parts import ascii_, exif, rationals, short, undefined, xmp

    noise = np.random.default_rng(11)
    for picture in range(PICTURES):
        image = _picture(noise)
        jpeg, thumbnail = _encoded(image), _encoded(image.resize((160, 120)))
        for copy in range(PHOTOS // PICTURES):
            number = picture * (PHOTOS // PICTURES) + copy
            taken = ascii_(0x9003, f"2024:05:06 14:{number // 60:02}:{number % 60:02}")
            tiff = exif(
                "<",
                [ascii_(0x010F, "Lumenar Optical"), short(0x0112, 6 if number % 4 == 0 else 1, "<")],
                [taken, undefined(0x927C, b"LUMENAR\0" + bytes(20_000)), ascii_(0xA431, "LMN-30558124")],
                [ascii_(1, "S"), rationals(2, "<", 48, 1, 52, 1, number, 100), ascii_(0x1D, "2024:05:06")],
                thumbnail,
            )
            packet = xmp(
                {"aux:SerialNumber": "LMN-30558124"}, {"dc:creator": ("Seq", f"Thistledown {number}")}
            )
            head = segment(0xE1, b"Exif\0\0" + tiff)
            head += segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)
            yield f"visit {picture + 1}/IMG_{number + 1:04}.jpg", jpeg[:_JFIF_END] + head + jpeg[_JFIF_END:]


def _picture(noise: np.random.Generator) -> Image.Image:
    """Soft blots and grain, which cost a JPEG about as much as skin does."""
    blots = Image.fromarray(noise.integers(60, 220, size=(30, 40, 3), dtype=np.uint8))
    soft = np.asarray(blots.resize((_WIDTH, _HEIGHT), Image.Resampling.BICUBIC), dtype=np.int16)
    grain = noise.integers(-9, 10, size=(_HEIGHT, _WIDTH, 1), dtype=np.int16)
    return Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8))


def _encoded(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
