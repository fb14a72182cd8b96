"""The comparison's judges find what is there, and nothing in our outputs."""

import io
import re
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from tests.bench.peers_judging import judge
from tests.bench.peers_material import Photo, photos, wide_gamut
from tests.bench.peers_page import PAGE
from tests.bench.peers_tools import TOOLS, run
from tests.oracles.runs import tool
from tests.photo.making import exif, jpeg, moving, picture, png

pytestmark = pytest.mark.skipif(not tool("exiftool"), reason="exiftool is not installed")


@cache
def material() -> list[Photo]:
    return photos([])


def laid_out(folder: Path) -> dict[str, Path]:
    """The photos as files, by name."""
    folder.mkdir()
    for photo in material():
        (folder / photo.name).write_bytes(photo.data)
    return {path.name: path for path in folder.iterdir()}


@pytest.mark.nightly
def test_our_outputs_neither_leak_nor_are_damaged(tmp_path: Path) -> None:
    laid_out(tmp_path / "in")
    ran = run(TOOLS["bme-med"], tmp_path / "in", tmp_path / "out")
    verdicts = judge(material(), ran.outputs, tmp_path / "judged")
    assert {name: each for name, each in verdicts.items() if each.leaks or each.damage} == {}
    assert len(verdicts) == len(material()) > 80


def test_an_uncleaned_photo_leaks_all_that_was_planted(tmp_path: Path) -> None:
    verdicts = judge(material(), laid_out(tmp_path / "in"), tmp_path / "judged")
    for photo in material():
        assert verdicts[photo.name].left == set(photo.places.values())
        assert verdicts[photo.name].damage == ()
    assert sum(each.leaks for each in verdicts.values()) > 40


def _quarter(source: bytes) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(source)) as image:
        image.rotate(90, expand=True).save(out, "JPEG", quality=95)
    return out.getvalue()


def judged(source: bytes, output: bytes, folder: Path) -> tuple[str, ...]:
    """The damage of a photo that became `output`."""
    path, photo = folder / "output", Photo("photo.png", "", source, {})
    path.write_bytes(output)
    return judge([photo], {photo.name: path}, folder / "judged")[photo.name].damage


@pytest.mark.parametrize(
    ("source", "output", "damage"),
    [
        (jpeg(quality=95), jpeg(quality=30), ("pixels changed",)),
        (jpeg(quality=95), _quarter(jpeg(quality=95)), ("pixels changed", "turned")),
        (jpeg(exif=b"Exif\0\0" + exif(3)), jpeg(), ("turned",)),
        (jpeg(exif=b"Exif\0\0" + exif(6)), jpeg(), ("turned",)),
        (jpeg(icc_profile=wide_gamut()), jpeg(), ("colours changed",)),
        (moving("PNG"), png(), ("frames or pages lost",)),
        (png("I;16"), png("L"), ("pixels changed",)),
        (png(), b"", ("unreadable",)),
        (png("L"), png("L"), ()),
    ],
)
def test_damage_is_seen(source: bytes, output: bytes, damage: tuple[str, ...], tmp_path: Path) -> None:
    assert judged(source, output, tmp_path) == damage


def test_another_kind_of_storage_is_no_damage(tmp_path: Path) -> None:
    out = io.BytesIO()
    picture("L").convert("RGB").save(out, "PNG")
    assert judged(png("L"), out.getvalue(), tmp_path) == ()


def test_the_page_says_what_was_measured() -> None:
    text = PAGE.read_text(encoding="utf-8").split("## Photos")[1]
    rows = {cells[1].strip(): cells for line in text.splitlines() if len(cells := line.split("|")) == 10}
    assert [cell.strip() for cell in rows["bme-med"][4:6]] == ["0", "0"]
    others = ("exiftool -all=", "mat2", "exiv2 rm", "Pillow, saved anew")
    assert all(int(rows[name][4]) + int(rows[name][5]) > 0 for name in others)
    assert re.search(r"Measured on 20\d\d-\d\d-\d\d, \d+ photos", text)
