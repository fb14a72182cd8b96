"""The installed detector, asked by engines as a run asks it."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import Image, ImageDraw, ImageFont

from bme_med.core import Code, Plan, Policy, Pseudonyms, splice
from bme_med.dicom import plan
from bme_med.pixels.detect import is_installed
from bme_med.run import load_profile
from bme_med.run.detecting import InstalledDetector, detector_for
from bme_med.run.painted_photos import plan_any
from tests.dicom.making import encoded, mr_instance
from tests.oracles.runs import CORPUS, KEY

pytestmark = pytest.mark.skipif(not is_installed(), reason="needs bme-med[detect]")

SAMPLE = Path(__file__).parents[2] / "sample_data" / "input"


def _policy(name: str = "hipaa-safe-harbor", **keys: str) -> Policy:
    profile = load_profile(name, {key.replace("__", "."): value for key, value in keys.items()})
    return Policy(profile, Pseudonyms(KEY), detector=detector_for(profile))


def _screen(text: str, frames: int = 1) -> pydicom.FileDataset:
    """A capture with `text` in its upper left corner."""
    image = Image.new("L", (320, 240), 20)
    ImageDraw.Draw(image).text((12, 10), text, fill=220, font=ImageFont.load_default(18))
    ds = mr_instance()
    ds.Modality, ds.Rows, ds.Columns, ds.NumberOfFrames = "OT", 240, 320, frames
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit = 7
    ds.PixelData = image.tobytes() * frames
    return ds


def test_a_detector_is_made_where_a_profile_asks_for_one() -> None:
    assert detector_for(load_profile("ps315-basic")) is None
    assert detector_for(load_profile("hipaa-safe-harbor"))
    assert detector_for(load_profile("ps315-basic", {"photo.faces": "eyes"}))


def test_a_name_in_the_pixels_is_gone_and_cannot_be_found_again() -> None:
    source = encoded(_screen("Quillfeather, Oriana 1931"))
    policy = _policy()
    made = plan(source, policy)
    out = pydicom.dcmread(BytesIO(splice(made.pieces, source)))
    assert {action.rule for action in made.actions if action.where.startswith("(7FE0,0010) PixelData: ")} == {
        "text"
    }
    bright = out.pixel_array[:40, :260] > 100
    assert not bright.any()
    out.PatientName = "Quillfeather^Oriana"
    out.Modality, out.PatientID = "OT", "x"
    again = plan(encoded(out), policy)
    assert not [action for action in again.actions if action.code is Code.REDACT]


def test_the_burned_in_names_of_the_sample_are_covered() -> None:
    (path,) = SAMPLE.rglob("US_*.dcm")
    source = path.read_bytes()
    made = plan(source, _policy())
    before, after = pydicom.dcmread(path), pydicom.dcmread(BytesIO(splice(made.pieces, source)))
    assert after.BurnedInAnnotation == "NO"
    old, new = before.pixel_array, after.pixel_array
    for entry in json.loads((SAMPLE.parent / "planted.json").read_text())["burned_in"]:
        (top, bottom), (left, right) = entry["rows"], entry["columns"]
        assert old[..., top:bottom, left:right].max() > old.min()
        assert new[..., top:bottom, left:right].max() == new.min(), entry["rows"]
    assert 0 < (old != new).mean() < 0.2


def test_text_in_a_photo_is_covered() -> None:
    image = Image.new("RGB", (400, 300), (120, 90, 80))
    ImageDraw.Draw(image).text((40, 60), "Oriana Quillfeather", fill="white", font=ImageFont.load_default(28))
    out = BytesIO()
    image.save(out, "PNG")
    source, made = plan_any(out.getvalue(), _policy("ps315-basic", photo__text="burn"))
    assert isinstance(made, Plan)
    samples = np.asarray(Image.open(BytesIO(splice(made.pieces, source))).convert("L"))
    assert (samples > 200).sum() == 0
    assert not InstalledDetector().find_photo_text(splice(made.pieces, source)).confirmed


def test_a_photo_without_a_face_is_written_under_safe_harbor() -> None:
    random = np.random.default_rng(1).integers(60, 200, (120, 160, 3)).astype("u1")
    out = BytesIO()
    Image.fromarray(random).resize((640, 480)).save(out, "PNG")
    _, made = plan_any(out.getvalue(), _policy())
    assert isinstance(made, Plan)
    assert "burned-in text was not looked for" in made.findings


def test_faces_in_frames_that_look_equal_are_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[tuple[tuple[int, ...], tuple[int, int] | None]] = []

    def find_faces(rgb: Any, *, of: tuple[int, int] | None = None) -> tuple[()]:
        looked.append((rgb.shape, of))
        return ()

    monkeypatch.setattr("bme_med.pixels.detect.find_faces", find_faces)
    frames = [Image.new("L", (5400, 30), shade) for shade in (9, 99, 9, 99, 9)]
    out = BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:])
    assert InstalledDetector().find_faces(out.getvalue()).faces == ()
    assert looked == [((15, 2700, 3), (30, 5400))] * 2


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_face_in_a_large_turned_photo_is_found_where_viewers_show_it(orientation: int) -> None:
    with Image.open(CORPUS / "photos" / "Pillow" / "hopper.bmp") as portrait:
        face = portrait.convert("RGB").resize((2048, 2048))
    shown = Image.new("RGB", (6000, 3000), (120, 120, 120))
    shown.paste(face, (3500, 500))
    stored = shown.transpose(Image.Transpose.ROTATE_90) if orientation == 6 else shown
    exif, out = Image.Exif(), BytesIO()
    exif[0x0112] = orientation
    stored.save(out, "JPEG", exif=exif)
    (region, *_) = InstalledDetector().find_faces(out.getvalue()).eyes
    for row, column in ((43, 53), (42, 75)):
        assert region.top < 500 + 16 * row < region.bottom
        assert region.left < 3500 + 16 * column < region.right
