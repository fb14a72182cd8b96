"""Photos that were painted over: boxes lie in them as a viewer turns them, and the check turns them back."""

import io
from dataclasses import replace

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from bme_med.core import Plan, Policy, Pseudonyms, splice
from bme_med.core.boxes import BoxRule, BoxSpec
from bme_med.run import load_profile
from bme_med.run.painted_photos import plan_any
from bme_med.verify.audits import told_of
from bme_med.verify.findings import Check
from bme_med.verify.judged import Told
from bme_med.verify.photo import PhotoJudge
from tests.oracles.runs import KEY

pillow_heif.register_heif_opener()

BOX = BoxSpec.parse("7,5,16,10")
ORIENTATION_TAG = 0x0112


def photo(format_: str, orientation: int) -> bytes:
    """A picture of 96 by 64 of which no two rows or columns are alike."""
    columns, rows = np.meshgrid(np.arange(96), np.arange(64))
    colors = np.stack([40 + 2 * columns, 60 + 2 * rows, 200 - columns - rows], axis=2).astype(np.uint8)
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    out = io.BytesIO()
    Image.fromarray(colors).save(out, format_, exif=exif.tobytes())
    return out.getvalue()


def painted(source: bytes, keep: str) -> tuple[bytes, Told, PhotoJudge]:
    profile = load_profile("ps315-basic", {"photo.orientation": keep})
    policy = Policy(profile, Pseudonyms(KEY), boxes=(BoxRule("drawn", (), (BOX,)),))
    made, plan = plan_any(source, policy)
    assert isinstance(plan, Plan), plan
    lines = [{"where": one.where, "code": str(one.code), "rule": one.rule} for one in plan.actions]
    return splice(plan.pieces, made), told_of({"actions": lines}), PhotoJudge(profile)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
@pytest.mark.parametrize("keep", ["keep", "drop"])
def test_a_box_in_a_turned_photo_is_no_finding_and_one_elsewhere_is(
    format_: str, orientation: int, keep: str
) -> None:
    source = photo(format_, orientation)
    output, told, judge = painted(source, keep)
    assert len(told.boxes) == 1
    assert judge.judge(output, source, told).problems == ()
    elsewhere = replace(told.boxes[0], region=told.boxes[0].region.moved(30, 30))
    assert judge.judge(output, source, replace(told, boxes=(elsewhere,))).problems
    assert judge.judge(output, source, Told()).problems


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_digest_of_other_pixels_is_found_without_the_source(format_: str, orientation: int) -> None:
    output, told, judge = painted(photo(format_, orientation), "keep")
    assert told.outside
    assert judge.judge(output, None, told).problems == ()
    forged = replace(told, outside=told.outside._replace(digest="0" * 64))
    (problem,) = judge.judge(output, None, forged).problems
    assert problem.check is Check.AUDIT


def test_an_heic_that_was_coded_anew_is_about_the_same() -> None:
    source = photo("HEIF", 1)
    output, told, judge = painted(source, "keep")
    assert judge.judge(output, source, told).problems == ()
    assert judge.judge(output, source, Told()).problems
    with Image.open(io.BytesIO(source)) as image:
        turned = image.convert("RGB").transpose(Image.Transpose.ROTATE_180)
    out = io.BytesIO()
    turned.paste((0, 0, 0), (7, 5, 23, 15))
    turned.save(out, "HEIF")
    assert judge.judge(out.getvalue(), source, told).problems


def animation() -> bytes:
    """Two images, of which the second has colours of its own and lies in a part of the screen."""
    first, second = Image.new("RGB", (96, 64), (200, 30, 30)), Image.new("RGB", (96, 64), (200, 30, 30))
    first.paste((90, 90, 200), (10, 8, 20, 12))
    second.paste((30, 200, 30), (12, 0, 60, 40))
    out = io.BytesIO()
    first.save(out, "GIF", save_all=True, append_images=[second])
    return out.getvalue()


def test_an_animation_whose_images_have_other_colours_is_no_finding() -> None:
    source = animation()
    output, told, judge = painted(source, "keep")
    assert judge.judge(output, source, told).problems == ()
    assert judge.judge(source, source, told).problems
