"""The gate: an output is what the engine itself would leave as it is."""

from types import ModuleType
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bme_med import engines
from bme_med.core import Action, Code, Format, Plan, Policy, Range, Refusal, Source, splice
from bme_med.photo import bmp as bmp_engine
from bme_med.photo import gif as gif_engine
from bme_med.photo import jpeg as jpeg_engine
from bme_med.photo import png as png_engine
from bme_med.photo import tiff as tiff_engine
from bme_med.photo import webp as webp_engine
from bme_med.photo.spliced import Spliced, known, moved
from tests.photo.fuzzing import Edit, edited, edits_with
from tests.photo.judging import is_refused
from tests.photo.making import bmp, gif, jpeg, moving, png, policy, tiff, webp
from tests.photo.test_tiff_webp import inside

POLICY = policy()
TABLE = (
    (bmp_engine, bmp()),
    (gif_engine, gif()),
    (jpeg_engine, jpeg()),
    (png_engine, png()),
    (webp_engine, webp()),
    (tiff_engine, tiff()),
)


@given(st.lists(st.one_of(st.binary(max_size=5), st.tuples(st.integers(0, 9), st.integers(0, 9)))), st.data())
def test_an_output_reads_like_what_is_written(
    parts: list[bytes | tuple[int, int]], data: st.DataObject
) -> None:
    source = b"0123456789"
    pieces = tuple(part if isinstance(part, bytes) else Range(*sorted(part)) for part in parts)
    whole, output = splice(pieces, source), Spliced(pieces, source)
    assert len(output) == len(whole)
    start, stop = (data.draw(st.one_of(st.none(), st.integers(0, 60))) for _ in range(2))
    assert output[start:stop] == whole[start:stop]


RESTARTED = jpeg(quality=60, restart_marker_blocks=1)
SAMPLES = (
    (jpeg_engine, jpeg(quality=90)),
    (jpeg_engine, jpeg(progressive=True)),
    (jpeg_engine, RESTARTED),
    (jpeg_engine, RESTARTED[:-2] + b"\xff\xd7\xff\xff\xd9"),
    (webp_engine, webp()),
    (webp_engine, webp(lossless=True, exif=b"ZQ")),
    (webp_engine, moving("WEBP")),
    (gif_engine, gif()),
    (gif_engine, moving("GIF")),
    (tiff_engine, tiff("P", compression="tiff_lzw")),
    (tiff_engine, tiff("L", compression="packbits")),
    (tiff_engine, tiff("1", compression="group4")),
    (tiff_engine, tiff("RGB", compression="tiff_adobe_deflate")),
    (tiff_engine, inside(webp(), webp(lossless=True, xmp=b"ZQ"))),
)
EDITS = edits_with(b"\xff\xd9", b"\xff\xd0", b"\xff\xff", b"\xff", b"VP8L", b"EXIF", b"\1\0\0\0", b"\5")


@given(st.sampled_from(SAMPLES), st.one_of(st.just([]), EDITS))
def test_what_was_measured_before_is_what_would_be_measured_again(
    sample: tuple[ModuleType, bytes], edits: list[Edit]
) -> None:
    engine, source = sample[0], edited(sample[1], edits)
    if is_refused(engine, source, POLICY):
        return
    planned = engine.plan(source, POLICY)
    assert edits or planned.measured
    output = Spliced(planned.pieces, source, planned.measured)
    again, anew = engine.plan(output, POLICY), engine.plan(splice(planned.pieces, source), POLICY)
    assert again == anew
    assert again.measured == anew.measured


def test_what_was_measured_counts_for_the_same_bytes_alone() -> None:
    measured = {("zeros", 2): (6, "four")}
    for pieces, start, expected in (
        ((Range(0, 9),), 2, (6, "four")),
        ((b"ab", Range(1, 9)), 3, (7, "four")),
        ((b"ab", Range(1, 6)), 3, (7, "four")),
        ((Range(0, 5), Range(5, 9)), 2, None),
        ((Range(2, 9),), 1, None),
        ((b"0123456789",), 2, None),
        ((Range(2, 9),), 99, None),
    ):
        assert known(Spliced(pieces, b"0123456789", measured), "zeros", start) == expected
        twice = Spliced((Range(0, 9),), Spliced(pieces, b"0123456789", measured))
        assert known(twice, "zeros", start) == (expected if expected and expected[0] <= 9 else None)
    assert known(b"0123456789", "zeros", 2) is None
    assert known(Spliced((Range(0, 9),), b"0123456789", moved(measured, 1)), "zeros", 3) == (7, "four")


def _leaking(source: Source, policy: Policy) -> Plan:
    """A plan that keeps everything."""
    action = Action("all", Code.K, "for no reason")
    return Plan(Format.PNG, (Range(0, len(source)),), (action,), ".png")


@pytest.mark.parametrize(("engine", "source"), TABLE)
def test_what_the_engine_would_remove_does_not_pass(engine: ModuleType, source: bytes) -> None:
    assert isinstance(engines.plan(source, POLICY), Plan)
    once = iter((_leaking,))
    real = engine.plan
    with patch.object(engine, "plan", lambda *given: next(once, real)(*given)):
        planned = engines.plan(source + b"4711023", POLICY)
    assert isinstance(planned, Refusal)
    assert "save the picture anew" in planned.reason


@pytest.mark.parametrize(("engine", "source"), TABLE)
def test_what_the_engine_cannot_read_does_not_pass(engine: ModuleType, source: bytes) -> None:
    once = iter((lambda *_: Plan(Format.PNG, (b"no picture",), (), ".png"),))
    real = engine.plan
    with patch.object(engine, "plan", lambda *given: next(once, real)(*given)):
        assert isinstance(engines.plan(source, POLICY), Refusal)
