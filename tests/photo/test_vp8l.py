"""VP8L: the end of a lossless image, told by reading its codes."""

import io
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bme_med.core import MalformedFileError
from bme_med.photo.vp8l import measure_lossless
from tests.photo.making import picture, token

TOKEN = token(1)


def stream(image: Image.Image, **options: object) -> bytes:
    """The bitstream behind the header of a lossless image, as Pillow writes it."""
    out = io.BytesIO()
    image.save(out, "WEBP", lossless=True, exact=True, **options)
    data = out.getvalue()
    start = data.index(b"VP8L") + 8
    return data[start + 5 : start + int.from_bytes(data[start - 4 : start], "little")]


def noise(width: int, height: int) -> Image.Image:
    """A picture that does not repeat."""
    value, samples = 1, bytearray()
    for _ in range(3 * width * height):
        value = value * 1_103_515_245 + 12_345 & 0x7FFFFFFF
        samples.append(value >> 16 & 0xFF)
    return Image.frombytes("RGB", (width, height), bytes(samples))


PICTURES: dict[str, Callable[[], Image.Image]] = {
    "gradient": lambda: picture(size=(200, 150)),
    "noise": lambda: noise(90, 70),
    "alpha": lambda: picture("RGBA", (97, 61)),
    "two colours": lambda: picture("1", (75, 50)),
    "few colours": lambda: picture("RGB", (64, 64)).quantize(12).convert("RGB"),
    "many colours": lambda: picture("RGB", (64, 64)).quantize(200).convert("RGB"),
    "one colour": lambda: Image.new("RGB", (300, 200), (9, 8, 7)),
    "one pixel": lambda: Image.new("RGB", (1, 1), (200, 100, 50)),
    "halves": lambda: Image.merge(
        "RGB", [noise(120, 120).getchannel(0), *picture(size=(120, 120)).split()[:2]]
    ),
}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("effort", [(0, 0), (50, 3), (100, 6)])
def test_the_end_is_where_the_encoder_ended(name: str, effort: tuple[int, int]) -> None:
    image = PICTURES[name]()
    data = stream(image, quality=effort[0], method=effort[1])
    for tail in (b"", TOKEN, bytes(50), b"\xff" * 50):
        assert measure_lossless(data + tail, *image.size, "0/VP8L") == len(data)


@pytest.mark.parametrize("name", PICTURES)
def test_a_stream_that_is_cut_is_refused(name: str) -> None:
    image = PICTURES[name]()
    data = stream(image)
    for size in (0, 1, len(data) // 2, len(data) - 1):
        with pytest.raises(MalformedFileError):
            measure_lossless(data[:size], *image.size, "0/VP8L")


SAMPLES = [
    (stream(image), image.size) for image in (PICTURES[name]() for name in ("gradient", "noise", "alpha"))
]


@settings(max_examples=500)
@given(st.sampled_from(SAMPLES), st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=6))
def test_a_damaged_stream_has_an_end_or_is_refused(
    sample: tuple[bytes, tuple[int, int]], place: float, value: bytes
) -> None:
    data, size = sample
    at = int(place * len(data))
    damaged = data[:at] + value + data[at + len(value) :]
    with suppress(MalformedFileError):
        assert 0 < measure_lossless(damaged, *size, "0/VP8L") <= len(damaged)
