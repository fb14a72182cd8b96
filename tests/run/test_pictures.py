"""Pictures decoded for a look: none that is too large, whichever of a file's pictures it is."""

import json
import struct
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from bme_med.core import FileError
from bme_med.pixels import limits
from bme_med.run import pictures
from bme_med.run.pictures import ShownPicture, check_sizes, decode_pictures, open_picture, shown_pictures

SMALL, LARGE = 20, 40


def pages(*sides: int) -> bytes:
    out = BytesIO()
    first, *others = (Image.new("RGB", (side, side), (9, 99, 199)) for side in sides)
    first.save(out, "TIFF", save_all=True, append_images=others)
    return out.getvalue()


@pytest.mark.parametrize("sides", [(LARGE,), (SMALL, LARGE)])
def test_a_picture_that_is_too_large_is_refused_wherever_it_stands(
    sides: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_PIXELS", SMALL * SMALL)
    with pytest.raises(FileError):
        list(decode_pictures(pages(*sides)))
    assert [picture.shape for picture in decode_pictures(pages(SMALL, SMALL))] == [(SMALL, SMALL, 3)] * 2


def test_looking_at_pictures_leaves_the_limit_of_other_decoders_in_force() -> None:
    assert list(decode_pictures(pages(SMALL)))
    assert Image.MAX_IMAGE_PIXELS == limits.MAX_PIXELS // 2


def stored(mode: str, orientation: int) -> bytes:
    """Noise that Exif turns."""
    noise = np.random.default_rng(3).integers(0, 255, (23, 37, 4)).astype("u1")
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = BytesIO()
    Image.fromarray(noise).convert("RGB").convert(mode).save(out, "PNG", exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "RGBA", "LA"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_bands_of_a_picture_are_those_of_the_picture_that_pillow_turns(
    mode: str, orientation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "_BAND_PIXELS", 150)
    photo = stored(mode, orientation)
    with Image.open(BytesIO(photo)) as image:
        turned = ImageOps.exif_transpose(image).convert("RGB")
    with open_picture(photo) as opened:
        shown = ShownPicture(opened)
        bands = list(shown.bands())
        assert len(bands) > 4
        assert np.array_equal(np.concatenate([shown.read(*band) for band in bands]), np.asarray(turned))
        assert np.array_equal(shown.reduced(10), np.asarray(turned.reduce(3)))
        assert np.array_equal(shown.reduced(100), np.asarray(turned))


def gif(side: int, frames: int) -> bytes:
    """An animation of `frames` of one pixel each on a large screen."""
    frame = b"\x21\xf9\4\0\x0a\0\0\0\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2\x44\1\0"
    head = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return head + frame * frames + b";"


def bilevel(side: int, format_: str, **options: object) -> bytes:
    out = BytesIO()
    image = Image.new("L", (side, side)).convert("P" if format_ == "GIF" else "1")
    image.save(out, format_, **options)
    return out.getvalue()


def tiff_pages(side: int, count: int) -> bytes:
    """Pages that share their one strip of Group 4 data."""
    page = Image.new("1", (side, side), 1)
    out = BytesIO()
    page.save(out, "TIFF", compression="group4", save_all=True, append_images=[page] * (count - 1))
    return out.getvalue()


BOMBS = {
    "frames": lambda: gif(5000, 40),
    "large frames": lambda: gif(9000, 2),
    "PNG": lambda: bilevel(15_800, "PNG"),
    "PNG with nearly nothing on it": lambda: bilevel(14_000, "PNG"),
    "GIF": lambda: bilevel(15_800, "GIF"),
    "pages": lambda: tiff_pages(10_000, 11),
}
_REFUSED = """
import json, re, resource, sys
from pathlib import Path
from bme_med.core import Policy, Pseudonyms, Refusal
from bme_med.core.boxes import BoxRule, BoxSpec
from bme_med.run import Conversion, load_profile
from bme_med.run.converting import plan_converted
from bme_med.run.detecting import detector_for
from bme_med.run.painted_photos import plan_any

resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
photo, profile = Path(sys.argv[1]).read_bytes(), load_profile("hipaa-safe-harbor")
boxes = (BoxRule("drawn", (), (BoxSpec.parse("0,0,5,5"),)),)
reasons = []
for policy in (
    Policy(profile, Pseudonyms(bytes(32)), detector=detector_for(profile)),
    Policy(profile, Pseudonyms(bytes(32)), boxes=boxes),
):
    _, plan = plan_any(photo, policy)
    reasons.append(plan.reason if isinstance(plan, Refusal) else "")
if sys.argv[2] == "convert":
    _, plan = plan_converted(photo, Conversion("jpeg", 80), Policy(profile, Pseudonyms(bytes(32))))
    reasons.append(plan.reason if isinstance(plan, Refusal) else "")
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
print(json.dumps([reasons, int(peak)]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    "what",
    [
        pytest.param(what, marks=() if what in {"frames", "PNG", "pages"} else pytest.mark.nightly)
        for what in BOMBS
    ],
)
def test_a_small_file_of_large_pictures_is_refused_before_it_takes_time_and_memory(
    what: str, tmp_path: Path
) -> None:
    bomb = BOMBS[what]()
    assert len(bomb) < 300_000
    (tmp_path / "bomb").write_bytes(bomb)
    also = "convert" if what in {"PNG", "GIF"} else ""
    command = [sys.executable, "-c", _REFUSED, str(tmp_path / "bomb"), also]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    reasons, kilobytes = json.loads(done.stdout)
    assert all("save it smaller" in reason for reason in reasons), reasons
    assert kilobytes < 500_000


@pytest.mark.nightly
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_largest_picture_that_a_small_file_may_hold_costs_no_gigabyte(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(bilevel(7990, "PNG"))
    command = [sys.executable, "-c", _REFUSED, str(tmp_path / "photo"), "convert"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    reasons, kilobytes = json.loads(done.stdout)
    assert reasons == ["", "", ""]
    assert kilobytes < 950_000


def test_scans_of_a_hundred_pages_and_animations_of_phones_are_not_too_large() -> None:
    check_sizes(tiff_pages(2900, 100))
    check_sizes(gif(900, 300))
    assert sum(1 for _ in shown_pictures(gif(60, 50))) == 50


def test_a_frame_that_makes_an_animation_large_is_not_decoded() -> None:
    small, large = (struct.pack("<HHHHB", 0, 0, side, side, 0) for side in (1, 9000))
    grown = gif(10, 1)[:-1] + gif(10, 1)[19:].replace(small, large)
    with pytest.raises(FileError, match="save it smaller"):
        list(shown_pictures(grown))
