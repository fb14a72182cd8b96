"""Photos for the comparison with other tools: made here, of the corpus where it is, and of folders given.

Of each there are two, one as it is and one with tokens planted into every place that its format has.
"""

import io
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from bme_med.core import Format, sniff
from tests.oracles.residue import residue
from tests.oracles.runs import CORPUS
from tests.photo.heif_making import assemble, box, coded, iphone, metadata, sei, transform, with_properties
from tests.photo.judging import decoded
from tests.photo.making import exif, gif, icc_profile, jpeg, moving, picture, png, tiff, token, webp
from tests.photo.planting import Planted, plant

__all__ = ["Photo", "photos"]

SUFFIXES = {
    Format.JPEG: ".jpg",
    Format.PNG: ".png",
    Format.WEBP: ".webp",
    Format.GIF: ".gif",
    Format.BMP: ".bmp",
    Format.TIFF: ".tif",
    Format.HEIF: ".heic",
}

OWN = {
    "Exif": range(900, 905),
    "inside the compressed stream": range(905, 906),
    "colour profile": range(910, 920),
    "Exif of a second picture": range(920, 925),
    "video": range(930, 931),
    "XMP": range(940, 942),
    "between the parts": range(950, 951),
}
"""Tokens of the photos that are made here."""


class Photo(NamedTuple):
    """A photo, the format that it is counted under, and what is planted where."""

    name: str
    format: str
    data: bytes
    places: dict[bytes, str]


def photos(folders: list[Path]) -> list[Photo]:
    """Every photo once as it is and once planted; what no judge decodes is left out."""
    sources = [*made(), *(path.read_bytes() for folder in folders for path in _files(folder))]
    found: list[Photo] = []
    lost = 0
    for data in dict.fromkeys(sources):
        pair = _pair(data, len(found))
        found += pair
        lost += not pair
    print(
        f"{lost} files left out: Pillow decodes no picture of them, or one that is cut off", file=sys.stderr
    )
    return found


def default_folders() -> list[Path]:
    """The corpus, where it lies beside the checkout."""
    return [CORPUS / "photos"] if (CORPUS / "photos").is_dir() else []


def _files(folder: Path) -> list[Path]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in paths if sniff(path.read_bytes()[:144]) in SUFFIXES]


def _pair(data: bytes, number: int) -> list[Photo]:
    format_ = sniff(data)
    suffix = ".avif" if data[8:12] in (b"avif", b"avis") else SUFFIXES[format_]
    title = "HEIC, AVIF" if format_ is Format.HEIF else format_.name.replace("WEBP", "WebP")
    try:
        before = decoded(data)
        planted = plant(data)
        if decoded(planted.data) != before:
            return []
    except Exception:  # noqa: BLE001  whatever a decoder says of a broken file
        return []
    return [
        Photo(f"{number + at:03}{suffix}", title, each.data, {**each.places, **_own(data)})
        for at, each in enumerate((Planted(data, {}), planted))
    ]


def _own(data: bytes) -> dict[bytes, str]:
    places = {token(number): place for place, numbers in OWN.items() for number in numbers}
    found = residue((each.decode() for each in places), data)
    return {each: place for each, place in places.items() if each.decode() in found}


def made() -> Iterator[bytes]:
    """One photo of each kind that clinics meet."""
    turned = b"Exif\0\0" + exif(6, 900)
    for options in ({}, {"progressive": True}, {"exif": turned}, {"icc_profile": wide_gamut()}):
        yield jpeg("RGB", **options)
    yield from (jpeg("L"), jpeg("CMYK"))
    yield from (png(mode) for mode in ("RGB", "RGBA", "P", "L", "1", "I;16"))
    yield from (png("RGB", exif=turned), png("RGB", icc_profile=wide_gamut()), moving("PNG"))
    yield from (webp(), webp(lossless=True), webp("RGBA"), webp(exif=turned), moving("WEBP"))
    yield webp(icc_profile=wide_gamut(), lossless=True)
    yield from (gif(), gif("L"), moving("GIF"))
    yield from (_saved(picture(mode), "BMP") for mode in ("RGB", "L", "1", "P"))
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"):
        yield tiff("RGB", compression=compression)
    yield from (tiff("1", compression="group4"), tiff("I;16"), _pages(), tiff(tiffinfo={274: 6}))
    yield from _heif()


def wide_gamut() -> bytes:
    """A profile of other colours than sRGB: red and green change their places."""
    profile = icc_profile(910)
    return profile.replace(b"rXYZ", b"\0tmp").replace(b"gXYZ", b"rXYZ").replace(b"\0tmp", b"gXYZ")


def _saved(image: Image.Image, format_: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def _pages() -> bytes:
    """Three pages of different sizes."""
    pages = [picture(size=(60 - 10 * page, 40)) for page in range(3)]
    return _saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])


def _heif() -> Iterator[bytes]:
    """As an iPhone, a Samsung and an AVIF encoder write them."""
    yield iphone(900, 920, 940, 910)
    shown = with_properties(coded(), transform(b"irot", b"\1"))
    user = shown._replace(data=sei(token(905)) + shown.data)
    yield assemble([shown, metadata(b"Exif", exif(1, 900))], after=[_motion()])
    yield assemble([user, metadata(b"mime", token(941))], gap=token(950))
    yield assemble([coded(b"av01"), metadata(b"Exif", exif(1, 900))], brands=b"avif\0\0\0\0mif1avif")
    yield assemble([coded()])


def _motion() -> bytes:
    return box(b"mpvd", box(b"ftyp", b"mp42" + struct.pack(">I", 0) + b"mp42") + box(b"mdat", token(930)))
