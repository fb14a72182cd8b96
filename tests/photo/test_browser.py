"""A browser shows the cleaned photo as before: as large, the same way round, in the same colours."""

import io
from pathlib import Path

import pytest

from bme_med import engines
from bme_med.core import Format, Plan, splice
from tests.oracles.runs import tool
from tests.photo.browsing import Shown, look
from tests.photo.heif_making import assemble, coded, transform, with_properties
from tests.photo.judging import corpus
from tests.photo.making import (
    bmp,
    chunk,
    exif,
    gif,
    icc_profile,
    jpeg,
    moving,
    picture,
    png,
    policy,
    segment,
    splice_after,
    webp,
)
from tests.photo.turning import told_twice

pytestmark = pytest.mark.skipif(not tool("chromium"), reason="chromium is not installed")

SHOWN = (Format.JPEG, Format.PNG, Format.WEBP, Format.GIF, Format.BMP, Format.HEIF)
PHOTOS = corpus(*SHOWN)
AVIF_BRANDS = b"avif\0\0\0\0mif1avif"


def turned() -> dict[str, bytes]:
    """A photo in each orientation, in each container that a browser knows and that can turn."""
    photos = {}
    for orientation in range(1, 9):
        tiff = exif(orientation)
        for kind, header in (("JPEG", b"Exif\0\0"), ("PNG", b""), ("WEBP", b"Exif\0\0")):
            out = io.BytesIO()
            picture().save(out, kind, exif=header + tiff, icc_profile=icc_profile(), quality=90)
            photos[f"{orientation}.{kind.lower()}"] = out.getvalue()
        photos |= placed(orientation, tiff)
    for angle in range(4):
        for mirror in (None, 0, 1):
            steps = [transform(b"irot", bytes((angle,)))]
            steps += [] if mirror is None else [transform(b"imir", bytes((mirror,)))]
            item = with_properties(coded(b"av01"), *steps)
            photos[f"{angle}-{mirror}.avif"] = assemble([item], brands=AVIF_BRANDS)
    return photos


def placed(orientation: int, tiff: bytes) -> dict[str, bytes]:
    """Photos whose Exif stands where programs put it more rarely, or in more rarely seen pictures."""
    head, plain, flat, moved = b"Exif\0\0", jpeg(quality=90), png(), moving("PNG")
    scan = plain.index(b"\xff\xda")
    other = segment(0xE1, head + exif(3 if orientation == 6 else 6))
    return {
        f"{orientation}-progressive.jpeg": jpeg(exif=head + tiff, progressive=True),
        f"{orientation}-four.jpeg": jpeg("CMYK", exif=head + tiff),
        f"{orientation}-two.jpeg": saved("MPO", exif=head + tiff, save_all=True, append_images=[picture()]),
        f"{orientation}-twice.jpeg": splice_after(plain, 20, segment(0xE1, head + tiff), other),
        f"{orientation}-behind.jpeg": splice_after(plain, scan, segment(0xE1, head + tiff)),
        f"{orientation}-late.png": splice_after(flat, len(flat) - 12, chunk(b"eXIf", tiff)),
        f"{orientation}-moving.png": splice_after(moved, 33, chunk(b"eXIf", tiff)),
        f"{orientation}-lossless.webp": webp(lossless=True, exif=tiff),
        f"{orientation}-moving.webp": saved("WEBP", exif=tiff, save_all=True, append_images=[picture("L")]),
        f"{orientation}-exif.avif": saved("AVIF", exif=tiff),
    }


def saved(kind: str, **options: object) -> bytes:
    """A picture as Pillow saves it."""
    out = io.BytesIO()
    picture().save(out, kind, **options)
    return out.getvalue()


def still() -> dict[str, bytes]:
    """Photos in containers that cannot turn, one of them from the top down."""
    down = bytearray(bmp())
    down[22:26] = (-int.from_bytes(down[22:26], "little")).to_bytes(4, "little", signed=True)
    return {"up.bmp": bmp(), "down.bmp": bytes(down), "one.gif": gif(), "moving.gif": moving("GIF")}


def cleaned(photos: dict[str, bytes], **options: str) -> dict[str, bytes]:
    """What becomes of those that are not refused."""
    plans = {name: engines.plan(data, policy(**options)) for name, data in photos.items()}
    return {
        name: splice(planned.pieces, photos[name])
        for name, planned in plans.items()
        if isinstance(planned, Plan)
    }


def both(photos: dict[str, bytes], folder: Path) -> dict[str, tuple[Shown, Shown]]:
    """How each is shown before and after."""
    outputs = cleaned(photos)
    before, after = look(photos, folder / "before"), look(outputs, folder / "after")
    return {name: (before[name], after[name]) for name in outputs}


def test_every_orientation_stays_right_in_every_container(tmp_path: Path) -> None:
    shown = both({**turned(), **still()}, tmp_path)
    assert len(shown) == 8 * (3 + 10) + 4 * 3 + 4
    for name, (before, after) in shown.items():
        assert before.width, name
        assert before.is_like(after), name


def test_a_browser_turns_all_but_webp_and_late_exif(tmp_path: Path) -> None:
    photos = {name: data for name, data in turned().items() if name.startswith("6") and "avif" not in name}
    shown = look(photos, tmp_path)
    assert {name for name in photos if shown[name][:2] == picture().size} == {
        *("6.webp", "6-lossless.webp", "6-moving.webp", "6-late.png")
    }


def test_what_xmp_says_turns_a_photo_as_before(tmp_path: Path) -> None:
    photos = {name: photo for name, photo in told_twice().items() if not name.endswith("tif")}
    shown = both(photos, tmp_path)
    assert len(shown) == len(photos)
    for name, (before, after) in shown.items():
        assert before.width, name
        assert before.is_like(after), name
    size = picture().size
    assert shown["no Exif, XMP 3.jpg"][1].is_like(shown["no Exif, no XMP.jpg"][1])
    assert shown["Exif 6, XMP 3.jpg"][1][:2] == size[::-1]


def test_a_lost_orientation_is_seen(tmp_path: Path) -> None:
    photos = {name: data for name, data in turned().items() if name in ("2.jpeg", "3.jpeg", "6.png")}
    before = look(photos, tmp_path / "before")
    after = look(cleaned(photos, orientation="drop"), tmp_path / "after")
    assert not any(before[name].is_like(after[name], 20) for name in photos)


@pytest.mark.skipif(not PHOTOS, reason="the corpus is not beside this checkout")
def test_every_photo_of_the_corpus_is_shown_as_before(tmp_path: Path) -> None:
    photos = {f"{number:03}{path.suffix}": path.read_bytes() for number, path in enumerate(PHOTOS)}
    shown = both(photos, tmp_path)
    differing = [
        name for name, (before, after) in shown.items() if before.width and not before.is_like(after)
    ]
    assert differing == []
    assert sum(before.width > 0 for before, _ in shown.values()) > len(shown) // 2
