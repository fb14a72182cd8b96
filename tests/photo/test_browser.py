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
from tests.photo.making import exif, icc_profile, picture, policy

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
    for angle in range(4):
        for mirror in (None, 0, 1):
            steps = [transform(b"irot", bytes((angle,)))]
            steps += [] if mirror is None else [transform(b"imir", bytes((mirror,)))]
            item = with_properties(coded(b"av01"), *steps)
            photos[f"{angle}-{mirror}.avif"] = assemble([item], brands=AVIF_BRANDS)
    return photos


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
    shown = both(turned(), tmp_path)
    assert len(shown) == 8 * 3 + 4 * 3
    for name, (before, after) in shown.items():
        assert before.width, name
        assert before.is_like(after), name


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
