"""Colour profiles in every container that holds one: what no colour needs is gone from all of them."""

import io

import pytest
from PIL import Image

from bme_med.core import Plan, Policy, Pseudonyms, splice
from bme_med.core.boxes import BoxRule, BoxSpec
from bme_med.run import load_profile
from bme_med.run.painted_photos import plan_any
from tests.core.test_icc import MATRIX, element, profile_of
from tests.oracles.runs import KEY

COVER = BoxRule("drawn", (), (BoxSpec.parse("0,0,160,120"),))


def hidden() -> bytes:
    """A picture, as it would lie in a profile."""
    out = io.BytesIO()
    Image.effect_mandelbrot((160, 120), (-3, -2.5, 2, 2.5), 100).save(out, "JPEG")
    return out.getvalue() + bytes(-len(out.getvalue()) % 8)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("boxes", [(), (COVER,)], ids=["as it is", "covered"])
def test_a_picture_in_a_colour_profile_is_gone(format_: str, boxes: tuple[BoxRule, ...]) -> None:
    secret = hidden()
    chromaticities = element(b"chrm", (len(secret) // 8).to_bytes(2, "big") + b"\0\1", secret)
    profile = profile_of({**MATRIX, b"chrm": chromaticities})
    out = io.BytesIO()
    Image.new("RGB", (160, 120), (90, 140, 200)).save(out, format_, icc_profile=profile)
    assert secret[200:240] in profile
    source, plan = plan_any(
        out.getvalue(), Policy(load_profile("hipaa-safe-harbor"), Pseudonyms(KEY), boxes=boxes)
    )
    assert isinstance(plan, Plan)
    made = splice(plan.pieces, source)
    with Image.open(io.BytesIO(made)) as image:
        kept = image.info["icc_profile"]
    assert b"rTRC" in kept
    assert not any(secret[at : at + 16] in kept for at in range(0, len(secret) - 16, 8))
    assert secret[-300:-250] not in made
