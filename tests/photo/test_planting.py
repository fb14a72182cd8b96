"""Photos of the corpus with tokens in every place: what leaves is the picture and its structure alone."""

import io
import json
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from bme_med import engines
from bme_med.core import Format, Plan, splice
from tests.oracles.runs import policy, tool
from tests.photo.judging import corpus, decoded, exiv2_keys, properties, residue, upright
from tests.photo.planting import Planted, plant

PHOTOS = corpus(Format.JPEG, Format.PNG, Format.WEBP, Format.GIF, Format.BMP, Format.TIFF, Format.HEIF)
POLICY = policy("ps315-basic")
ORIENTATION = 0x0112

pytestmark = pytest.mark.skipif(not PHOTOS, reason="the corpus is not beside this checkout")

_INFO = {
    *("jfif", "jfif_version", "jfif_unit", "jfif_density", "adobe", "adobe_transform", "progressive"),
    *("progression", "dpi", "icc_profile", "gamma", "srgb", "chromaticity", "transparency", "background"),
    *("loop", "duration", "version", "extension", "compression", "interlace", "aspect", "exif"),
    *("primary", "bit_depth", "metadata", "thumbnails", "depth_images", "aux", "chroma", "icc_profile_type"),
    *("original_orientation", "nclx_profile", "timestamp", "default_image", "blend", "disposal", "bbox"),
    *("premultiplied_alpha", "tiled", "tiling", "resolution"),
}
"""What Pillow tells of the structure of a photo."""


@cache
def planted() -> list[tuple[str, Planted, bytes]]:
    """Each photo that is not refused, planted, and what becomes of it."""
    return list(_planted())


def _planted() -> Iterator[tuple[str, Planted, bytes]]:
    for number, path in enumerate(PHOTOS):
        source = path.read_bytes()
        if isinstance(engines.plan(source, POLICY), Plan):
            made = plant(source)
            planned = engines.plan(made.data, POLICY)
            assert isinstance(planned, Plan), path.name
            yield f"{number:03}{planned.suffix}", made, splice(planned.pieces, made.data)


def test_nearly_every_photo_is_written() -> None:
    assert len(planted()) > len(PHOTOS) - 12


def test_no_planted_byte_is_left_and_no_pixel_changes() -> None:
    for name, made, output in planted():
        assert made.places, name
        assert not residue(output, made.places), name
        assert decoded(output) == decoded(made.data), name
        assert upright(output) == upright(made.data), name


def test_a_second_pass_changes_nothing() -> None:
    for name, _, output in planted():
        again = engines.plan(output, POLICY)
        assert isinstance(again, Plan), name
        assert splice(again.pieces, output) == output, name


@pytest.mark.skipif(not (tool("exiftool") and tool("exiv2")), reason="exiftool or exiv2 is not installed")
def test_exiftool_and_exiv2_list_structure_alone(tmp_path: Path) -> None:
    for name, _, output in planted():
        (tmp_path / name).write_bytes(output)
    assert properties(tmp_path) == {}
    assert exiv2_keys(tmp_path) <= {"Exif.Image.Orientation"}


def _turns(photos: dict[str, bytes], folder: Path) -> dict[str, object]:
    """How exiftool says that each must be turned; a HEIF file by its container alone, as decoders do."""
    folder.mkdir()
    for name, data in photos.items():
        (folder / name).write_bytes(data)
    command = [tool("exiftool") or "exiftool", "-n", "-j", "-Orientation", "-Rotation", str(folder)]
    listed = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    is_heif = {name: name.endswith((".heic", ".avif")) for name in photos}
    return {
        name: (photo.get("Rotation", 0) if is_heif[name] else photo.get("Orientation", 1))
        for photo in listed
        for name in [Path(photo["SourceFile"]).name]
    }


@pytest.mark.skipif(not tool("exiftool"), reason="exiftool is not installed")
def test_exiftool_reads_the_same_orientation(tmp_path: Path) -> None:
    before = _turns({name: made.data for name, made, _ in planted()}, tmp_path / "before")
    after = _turns({name: output for name, _, output in planted()}, tmp_path / "after")
    assert before == after
    assert len(set(map(str, after.values()))) > 3


def test_pillow_lists_structure_alone() -> None:
    for name, _, output in planted():
        with Image.open(io.BytesIO(output)) as image:
            assert {key for key, value in image.info.items() if value} <= _INFO, name
            if image.format != "TIFF":
                assert set(image.getexif()) <= {ORIENTATION}, name
