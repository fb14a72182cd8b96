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
from bme_med.photo.spliced import Spliced
from tests.photo.making import bmp, gif, jpeg, png, policy, tiff, webp

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
