"""Fax data in a TIFF: its last line is found, whatever libtiff wrote."""

import io
import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from bme_med.core import FileError, MalformedFileError
from bme_med.photo import tiff as engine
from bme_med.photo.tiff_fax import measure_fax
from bme_med.photo.tiff_fax_codes import modes, runs
from tests.photo.judging import clean, decoded
from tests.photo.making import TiffValue, policy, tiff_of, token

POLICY = policy()
TOKEN = token(1)
KINDS = {
    "tiff_ccitt": (2, 0),
    "group3": (3, 0),
    "group3, by lines": (3, 1),
    "group3, filled": (3, 4),
    "group4": (4, 0),
}


def lines_of(*rows: list[int]) -> Image.Image:
    """A picture of runs, white first."""
    width = sum(rows[0])
    image = Image.new("1", (width, len(rows)), 1)
    for y, row in enumerate(rows):
        x = 0
        for number, run in enumerate(row):
            if number % 2:
                image.paste(0, (x, y, x + run, y + 1))
            x += run
    return image


def all_runs() -> Image.Image:
    """Every length of a run, of both colours."""
    return lines_of(
        *([run, 2700 - run, 100] for run in range(2700)), *([0, run, 2800 - run] for run in range(2700))
    )


def noisy(width: int = 333, height: int = 120, seed: int = 5) -> Image.Image:
    """Lines that resemble the one above a little."""
    chance = random.Random(seed)  # noqa: S311
    edges = sorted(chance.sample(range(width), 12))
    image = Image.new("1", (width, height), 1)
    for y in range(height):
        edges = sorted(
            {max(0, min(width, edge + chance.randint(-5, 5))) for edge in edges} | {chance.randrange(width)}
        )
        edges = edges[: chance.randint(2, 16)]
        for start, end in zip(edges[::2], edges[1::2], strict=False):
            image.paste(0, (start, y, end, y + 1))
    return image


PICTURES: dict[str, Callable[[], Image.Image]] = {
    "every run": all_runs,
    "noise": noisy,
    "white": lambda: Image.new("1", (77, 40), 1),
    "black": lambda: Image.new("1", (77, 40), 0),
    "one pixel": lambda: Image.new("1", (1, 1), 0),
    "stripes": lambda: lines_of(*([1] * 64 for _ in range(20))),
    "wide": lambda: lines_of([9000, 0], [1, 8999], [4000, 5000], [0, 9000]),
}


def saved(image: Image.Image, kind: str) -> bytes:
    """A TIFF of one strip."""
    entries = TiffImagePlugin.ImageFileDirectory_v2()
    entries[278] = image.height
    options = KINDS[kind][1]
    if options:
        entries[292] = options
    out = io.BytesIO()
    image.save(out, "TIFF", compression=kind.partition(",")[0], tiffinfo=entries)
    return out.getvalue()


def strip(data: bytes) -> bytes:
    """The strip of a TIFF of one strip."""
    with TiffImagePlugin.TiffImageFile(io.BytesIO(data)) as image:
        ((start,), (size,)) = image.tag_v2[273], image.tag_v2[279]
    return data[start : start + size]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", PICTURES)
def test_the_end_is_where_the_encoder_ended(name: str, kind: str) -> None:
    image = PICTURES[name]()
    data = strip(saved(image, kind))
    compression, options = KINDS[kind]
    for tail in (b"", b"\xff" * 9, TOKEN):
        bits = measure_fax(data + tail, *image.size, compression=compression, options=options, where="IFD0")
        assert (bits + 7) // 8 == len(data)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("order", [1, 2])
def test_bytes_behind_the_last_line_go(name: str, kind: str, order: int) -> None:
    image = PICTURES[name]()
    compression, options = KINDS[kind]
    page: dict[int, TiffValue] = {
        256: (4, (image.width,)),
        257: (4, (image.height,)),
        258: (3, (1,)),
        259: (3, (compression,)),
        262: (3, (1,)),
        266: (3, (order,)),
        278: (4, (image.height,)),
        292: (4, (options,)),
    }
    data = strip(saved(image, kind))
    if order == 2:
        data = bytes(int(f"{value:08b}"[::-1], 2) for value in data)
    source = tiff_of((page, [data]))
    output = clean(engine, source, POLICY)
    assert clean(engine, tiff_of((page, [data + TOKEN])), POLICY) == output
    assert output.endswith(data)
    assert decoded(output) == decoded(source)


@pytest.mark.parametrize("kind", KINDS)
def test_data_that_is_cut_is_refused(kind: str) -> None:
    image = noisy()
    data = strip(saved(image, kind))
    compression, options = KINDS[kind]
    for size in (0, len(data) // 3, len(data) // 2):
        with pytest.raises(MalformedFileError):
            measure_fax(data[:size], *image.size, compression=compression, options=options, where="IFD0")


def test_without_its_end_code_a_block_ends_with_its_last_line() -> None:
    image = noisy()
    data = strip(saved(image, "group4"))
    bits = bin(int.from_bytes(b"\1" + data, "big"))[3:]
    lines = bits[: bits.rindex("000000000001" * 2)]
    padded = lines + "1" * (-len(lines) % 8)
    bare = int(padded, 2).to_bytes(len(padded) // 8, "big")
    assert measure_fax(bare + TOKEN, *image.size, compression=4, options=0, where="IFD0") == len(lines)


def test_no_code_starts_another() -> None:
    for table in (runs(0), runs(1), modes()):
        whole = sum(2.0**-bits for bits in {(bits, value): bits for bits, value in table if bits}.values())
        assert whole < 1


@settings(max_examples=500)
@given(st.sampled_from(sorted(KINDS)), st.integers(0, 2_000), st.binary(min_size=1, max_size=4))
def test_damaged_data_has_an_end_or_is_refused(kind: str, place: int, value: bytes) -> None:
    image = noisy(97, 30)
    data = strip(saved(image, kind))
    at = place % len(data)
    damaged = data[:at] + value + data[at + len(value) :]
    compression, options = KINDS[kind]
    with suppress(FileError):
        bits = measure_fax(damaged, *image.size, compression=compression, options=options, where="IFD0")
        assert 0 < bits <= 8 * len(damaged)
