"""VP8: each partition of a lossy image ends where its code does; libwebp shows the same picture."""

import io
import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bme_med.core import MalformedFileError
from bme_med.core.plan import Pieces, Range
from bme_med.core.splice import splice
from bme_med.photo.vp8 import measure_lossy
from bme_med.photo.vp8_tables import COEFFICIENT_UPDATES, COEFFICIENTS
from bme_med.photo.vp8_writing import write_lossy
from tests.photo.making import picture, token

TOKEN = token(1) * 3
TAILS = (b"\0", b"\x80", b"ZQ", TOKEN, bytes(50), b"\xff" * 50)


def frame_of(image: Image.Image, **options: object) -> bytes:
    """The lossy bitstream of `image`, as libwebp writes it."""
    out = io.BytesIO()
    image.save(out, "WEBP", **options)
    data = out.getvalue()
    start = data.index(b"VP8 ") + 8
    return data[start : start + int.from_bytes(data[start - 4 : start], "little")]


def shown(frame: bytes) -> bytes:
    """The pixels that libwebp makes of a frame."""
    body = b"WEBPVP8 " + len(frame).to_bytes(4, "little") + frame + bytes(len(frame) % 2)
    with Image.open(io.BytesIO(b"RIFF" + len(body).to_bytes(4, "little") + body)) as image:
        return image.tobytes()


def size_of(frame: bytes) -> tuple[int, int]:
    return int.from_bytes(frame[6:8], "little"), int.from_bytes(frame[8:10], "little")


def written(frame: bytes) -> bytes:
    """What stays of a frame; a second pass changes nothing."""
    out = Pieces()
    write_lossy(b"..." + frame, out, Range(3, 3 + len(frame)), *size_of(frame), "0/VP8")
    done = splice(out.done(), b"..." + frame)
    again = Pieces()
    write_lossy(done, again, Range(0, len(done)), *size_of(done), "0/VP8")
    assert again.done() == (Range(0, len(done)),)
    return done


def planted(frame: bytes, number: int, tail: bytes) -> bytes:
    """`frame` with `tail` behind a partition, the one of the modes being number 0."""
    parts = measure_lossy(frame, *size_of(frame), "")
    end = parts[number].start + parts[number].size
    longer = bytearray(frame[:end] + tail + frame[end:])
    if number == 0:
        head = int.from_bytes(frame[:3], "little") + (len(tail) << 5)
        longer[:3] = head.to_bytes(3, "little")
    elif number < len(parts) - 1:
        at = parts[0].start + parts[0].size + 3 * (number - 1)
        longer[at : at + 3] = (parts[number].size + len(tail)).to_bytes(3, "little")
    return bytes(longer)


def noise(mode: str, size: tuple[int, int]) -> Image.Image:
    """A picture without any likeness between its pixels."""
    made = random.Random(5)  # noqa: S311 - the same each time
    return Image.frombytes(mode, size, made.randbytes(size[0] * size[1] * len(mode)))


FRAMES = {
    "a gradient": frame_of(picture(size=(100, 75))),
    "one colour": frame_of(Image.new("RGB", (150, 100), (9, 8, 7))),
    "one pixel": frame_of(picture(size=(1, 1))),
    "noise": frame_of(noise("RGB", (60, 40)), quality=90),
    "noise of the best quality": frame_of(noise("RGB", (33, 65)), quality=100, method=6),
    "noise of the worst quality": frame_of(noise("RGB", (80, 80)), quality=0, method=0),
    "alpha": frame_of(picture("RGBA", (97, 61)), quality=60, method=4),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_that_hides_nothing_is_unchanged(name: str) -> None:
    assert written(FRAMES[name]) == FRAMES[name]


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("number", [0, 1])
def test_what_stands_behind_a_partition_goes(name: str, tail: bytes, number: int) -> None:
    source = planted(FRAMES[name], number, tail)
    output = written(source)
    assert shown(output) == shown(source) == shown(FRAMES[name])
    assert len(output) <= len(FRAMES[name]) + 1 or (tail == b"\0" and output == source)
    assert TOKEN not in output


class Coder:
    """Writes the arithmetic code of RFC 6386, 7.3."""

    def __init__(self) -> None:
        self.low, self.range, self.bits = 0, 255, 8

    def put(self, bit: int, probability: int = 128) -> None:
        """Write a decision."""
        split = 1 + ((self.range - 1) * probability >> 8)
        self.low, self.range = (self.low + split, self.range - split) if bit else (self.low, split)
        while self.range < 128:
            self.range, self.low, self.bits = 2 * self.range, 2 * self.low, self.bits + 1

    def number(self, value: int, bits: int) -> None:
        """Write a number."""
        for at in reversed(range(bits)):
            self.put(value >> at & 1)

    def done(self) -> bytes:
        """The code, and a byte of zeros."""
        return (self.low << -self.bits % 8 + 8).to_bytes((self.bits + 7) // 8 + 1, "big")


def frame_in_partitions(columns: int, rows: int, log2: int) -> bytes:
    """A frame in which each block has one coefficient, its tokens in several partitions."""
    signs, modes = random.Random(log2), Coder()  # noqa: S311 - the same each time
    for value, bits in ((0, 2), (0, 1), (0, 10), (0, 1), (log2, 2), (40, 7), (0, 5), (0, 1)):
        modes.number(value, bits)
    for update in COEFFICIENT_UPDATES:
        modes.put(0, update)
    modes.number(0, 1)
    tokens = [Coder() for _ in range(1 << log2)]
    for row in range(rows):
        for column in range(columns):
            for bit, probability in ((1, 145), (0, 156), (0, 163), (0, 142)):
                modes.put(bit, probability)
            put_macroblock(tokens[row % len(tokens)], column, row, signs)
    first, *parts = (coder.done() for coder in (modes, *tokens))
    head = (len(first) << 5 | 1 << 4).to_bytes(3, "little") + b"\x9d\x01\x2a"
    head += (16 * columns).to_bytes(2, "little") + (16 * rows).to_bytes(2, "little")
    return b"".join((head, first, *(len(part).to_bytes(3, "little") for part in parts[:-1]), *parts))


def put_macroblock(coder: Coder, column: int, row: int, signs: random.Random) -> None:
    """The tokens of one macroblock: DC, luma, and both chroma."""
    for kind, side, start in ((1, 1, 0), (0, 4, 1), (2, 2, 0), (2, 2, 0)):
        for at in range(side * side):
            above, left = row > 0 or at >= side, column > 0 or at % side > 0
            nodes = 11 * (3 * (8 * kind + start) + above + left)
            for bit, node in ((1, 0), (1, 1), (0, 2)):
                coder.put(bit, COEFFICIENTS[nodes + node])
            coder.put(signs.getrandbits(1))
            coder.put(0, COEFFICIENTS[11 * (3 * (8 * kind + start + 1) + 1)])


@pytest.mark.parametrize("log2", range(4))
@pytest.mark.parametrize("rows", [1, 5, 20])
def test_each_of_several_partitions_ends_where_its_code_does(log2: int, rows: int) -> None:
    frame = frame_in_partitions(3, rows, log2)
    picture_shown = shown(frame)
    assert len(set(picture_shown)) > 10
    assert written(frame) == frame
    for number in range((1 << log2) + 1):
        source = planted(frame, number, TOKEN)
        output = written(source)
        assert TOKEN not in output
        assert shown(output) == picture_shown
        assert len(output) <= len(frame) + 1


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_that_is_cut_is_refused(name: str) -> None:
    frame = FRAMES[name]
    first, last = measure_lossy(frame, *size_of(frame), "")
    for size in (11, first.start + first.size, last.start + last.needed_bits // 8 - 1):
        with pytest.raises(MalformedFileError, match="too early"):
            measure_lossy(frame[:size], *size_of(frame), "0/VP8")


def test_bits_that_nobody_needs_are_zero() -> None:
    frame = FRAMES["noise"]
    last = measure_lossy(frame, *size_of(frame), "")[1]
    end = last.start + last.needed_bits // 8
    for value in range(0, 256, 37):
        used = 0xFF00 >> last.needed_bits % 8 & 0xFF
        changed = frame[:end] + bytes((frame[end] & used | value & ~used,)) + TOKEN
        assert written(changed) == written(frame[: end + 1] + TOKEN)


@settings(max_examples=200)
@given(
    st.sampled_from(list(FRAMES.values())),
    st.floats(0, 1, exclude_max=True),
    st.binary(min_size=1, max_size=6),
)
def test_a_damaged_frame_has_an_end_or_is_refused(frame: bytes, place: float, value: bytes) -> None:
    at = 10 + int(place * (len(frame) - 10))
    damaged = frame[:at] + value + frame[at + len(value) :]
    with suppress(MalformedFileError):
        output = written(damaged)
        assert shown(output) == shown(damaged)
