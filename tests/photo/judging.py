"""Judges of cleaned photos that nobody here wrote: Pillow decodes, exiftool lists."""

import io
import subprocess
import zlib
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from string import digits
from types import ModuleType

import pillow_heif
from PIL import Image, ImageFile, ImageOps

from bme_med.core import FileError, Format, Policy, sniff, splice
from bme_med.verify.exiftool import STRUCTURE, odd_properties
from tests.oracles.runs import CORPUS, tool
from tests.photo.making import chunks

pillow_heif.register_heif_opener()

__all__ = [
    "check_damaged",
    "clean",
    "corpus",
    "decoded",
    "exiv2_keys",
    "is_refused",
    "properties",
    "residue",
    "upright",
]

_MANY = ("PNG", "WEBP", "GIF", "TIFF")
"""Formats whose further images stay."""


def corpus(*formats: Format) -> list[Path]:
    """Files of the corpus that are of one of `formats`."""
    files = (path for path in sorted((CORPUS / "photos").rglob("*")) if path.is_file())
    return [path for path in files if sniff(path.read_bytes()[:144]) in formats]


def clean(engine: ModuleType, source: bytes, under: Policy) -> bytes:
    """The output; a second pass and the table of parts are checked by the way."""
    planned = engine.plan(source, under)
    output = splice(planned.pieces, source)
    assert len(output) == planned.size
    assert splice(engine.plan(output, under).pieces, output) == output
    assert [part.where for part in engine.describe(source)] == [action.where for action in planned.actions]
    return output


def is_refused(engine: ModuleType, source: bytes, under: Policy) -> bool:
    """Whether there is no plan for `source`."""
    try:
        engine.plan(source, under)
    except FileError:
        return True
    return False


def check_damaged(engine: ModuleType, damaged: bytes, under: Policy) -> None:
    """A damaged photo is refused, or comes out as clean as a whole one."""
    if not is_refused(engine, damaged, under):
        clean(engine, damaged, under)


def decoded(data: bytes) -> list[tuple[str, tuple[int, int], bytes]]:
    """Mode, size and colours of every frame or page; of a JPEG the first image, also if it is cut off."""
    frames = []
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        with Image.open(io.BytesIO(data)) as image:
            for number in range(getattr(image, "n_frames", 1) if image.format in _MANY else 1):
                if number:
                    image.seek(number)
                shown = image.convert("RGBA") if image.mode == "P" else image
                frames.append((image.mode, image.size, shown.tobytes()))
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    return frames


def upright(data: bytes) -> tuple[tuple[int, int], bytes]:
    """Size and pixels of the first image as viewers turn it."""
    with Image.open(io.BytesIO(data)) as image:
        turned = ImageOps.exif_transpose(image)
        return turned.size, turned.tobytes()


def residue(data: bytes, tokens: Iterable[bytes]) -> list[bytes]:
    """Which of `tokens` stand in `data`, as they are, in UTF-16 or in hex, also inside zlib streams."""
    hay = data
    if data.startswith(b"\x89PNG"):
        streams = {b"IDAT": 0, b"fdAT": 4, b"iCCP": 5}
        for type_, group in groupby(chunks(data), key=itemgetter(0)):
            content = b"".join(part[streams.get(type_, 0) :] for _, part in group)
            hay += content + (zlib.decompressobj().decompress(content) if type_ in streams else b"")
    return [
        token
        for token in tokens
        if any(form in hay for form in (token, token.decode().encode("utf-16-be"), token.hex().encode()))
    ]


def properties(folder: Path) -> dict[str, list[str]]:
    """What exiftool lists of each photo in `folder` beside its structure."""
    return {path.name: odd for path, odd in odd_properties(sorted(folder.iterdir())).items()}


def exiv2_keys(folder: Path) -> set[str]:
    """What exiv2 lists of the photos in `folder` beside their structure."""
    files = sorted(map(str, folder.iterdir()))
    command = [tool("exiv2") or "exiv2", "-q", "-PEIXk", *files]
    listed = subprocess.run(command, capture_output=True, check=False).stdout.decode()
    keys = {line.split()[-1] for line in listed.splitlines() if line.strip()}
    return {key for key in keys if not _is_tiff_structure(*key.rpartition(".")[::2])}


def _is_tiff_structure(group: str, name: str) -> bool:
    names = STRUCTURE["IFD"] | {"ImageLength", "InterColorProfile", "NewSubfileType"}
    names |= {"JPEGInterchangeFormat", "JPEGInterchangeFormatLength"}
    return group.rstrip(digits) == "Exif.Image" and name in names
