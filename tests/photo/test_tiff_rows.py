"""Older codings of TIFF of whole rows, and Pixar's: libtiff shows the same picture."""

import struct
import subprocess
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bme_med.core import FileError, MalformedFileError, UnsupportedFileError
from bme_med.photo import tiff as engine
from tests.oracles.runs import tool
from tests.photo.judging import clean, residue
from tests.photo.making import TiffValue, policy, tiff_of, token

POLICY = policy()
TOKEN = token(1)
WIDTH, HEIGHT = 48, 4


def page(
    compression: int, bits: tuple[int, ...], photometric: int, **more: TiffValue
) -> dict[int, TiffValue]:
    """The entries of a page; `more` by number, as ``t270``."""
    return {
        256: (3, (WIDTH,)),
        257: (3, (HEIGHT,)),
        258: (3, bits),
        259: (3, (compression,)),
        262: (3, (photometric,)),
        277: (3, (len(bits),)),
        278: (3, (HEIGHT,)),
        **{int(name[1:]): value for name, value in more.items()},
    }


NEXT = b"".join(
    (
        b"\x00" + bytes(range(7, 19)),
        b"\x40" + struct.pack(">HH", 3, 5) + b"\x1b\xe4\x1b\xe4\x55",
        bytes((0x9F, 0x45, 0x8A, 0xFF)),
        bytes((0x85, 0x41, 0xEA)),
    )
)
THUNDERSCAN = b"".join(
    (
        bytes((0xC5, 40, 0xC9, 6)),
        bytes((0xC2, 0x40 | 0b011000, 0x80 | 0b001100, 44)),
        bytes((0xCF, 47)),
        bytes((0xC1, *[0x40 | 0b010001] * 16)),
    )
)
LITERAL = bytes(range(11, 31))
LOG_ROW = bytes((0x80 | 18,)) + b"\x40" + bytes((20,)) + LITERAL + bytes((0x80 | 6,)) + b"\x3f"
LOG_ROW += bytes((0x80 | 46,)) + b"\x21"
UV_ROW = LOG_ROW + (bytes((0x80 | 46,)) + b"\x5a") * 2
PIXAR = zlib.compress(bytes(range(1, 7)) * (WIDTH * HEIGHT))
CODED = {
    "NeXT": (page(32766, (2,), 1), NEXT),
    "ThunderScan": (page(32809, (4,), 1), THUNDERSCAN),
    "LogL": (page(34676, (16,), 32844, t339=(3, (2,))), LOG_ROW * HEIGHT),
    "LogLuv": (page(34676, (16, 16, 16), 32845, t339=(3, (2, 2, 2))), UV_ROW * HEIGHT),
    "LogLuv of 24 bits": (
        page(34677, (16, 16, 16), 32845, t339=(3, (2, 2, 2))),
        bytes((0x40, 0x1A, 0x2B)) * (WIDTH * HEIGHT),
    ),
    "PixarLog": (page(32909, (8, 8, 8), 2), PIXAR),
}


def shown(data: bytes, folder: Path) -> tuple[bytes, str]:
    """What libtiff makes of it, and what it complains of."""
    (folder / "in.tif").write_bytes(data)
    (folder / "out.tif").unlink(missing_ok=True)
    command = [tool("tiff2rgba") or "tiff2rgba", str(folder / "in.tif"), str(folder / "out.tif")]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    return (folder / "out.tif").read_bytes(), done.stderr


@pytest.mark.skipif(not tool("tiff2rgba"), reason="libtiff-tools are not installed")
@pytest.mark.parametrize("name", CODED)
def test_what_stands_behind_the_last_row_goes(name: str, tmp_path: Path) -> None:
    entries, data = CODED[name]
    plain, planted = tiff_of((entries, [data])), tiff_of((entries, [data + TOKEN]), gap=TOKEN)
    output = clean(engine, planted, POLICY)
    assert output == clean(engine, plain, POLICY)
    assert not residue(output, [TOKEN])
    picture, complaints = shown(plain, tmp_path)
    assert len(set(picture[-4 * WIDTH * HEIGHT :])) > 2
    assert not complaints
    assert shown(output, tmp_path) == (picture, "")


@pytest.mark.skipif(not tool("tiff2rgba"), reason="libtiff-tools are not installed")
@pytest.mark.parametrize("name", CODED)
def test_the_last_byte_counts_for_libtiff_and_for_us(name: str, tmp_path: Path) -> None:
    entries, data = CODED[name]
    with pytest.raises(MalformedFileError, match="too early"):
        engine.plan(tiff_of((entries, [data[:-1]])), POLICY)
    if name != "PixarLog":  # whose checksum libtiff does not look at
        changed = data[:-1] + bytes((data[-1] ^ 0x80,))
        assert shown(tiff_of((entries, [changed])), tmp_path) != shown(tiff_of((entries, [data])), tmp_path)


REFUSED = {
    "a span beyond its row": ("NeXT", b"\x40" + struct.pack(">HH", 8, 5) + NEXT),
    "a run beyond its row": ("ThunderScan", bytes((0xC5, 40, 8)) + THUNDERSCAN),
    "rows below the picture": ("PixarLog", zlib.compress(bytes(6 * WIDTH * HEIGHT + 1))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_row_that_is_longer_than_the_others_is_refused(name: str) -> None:
    kind, data = REFUSED[name]
    with pytest.raises(MalformedFileError):
        engine.plan(tiff_of((CODED[kind][0], [data])), POLICY)


def test_logarithms_pass_in_their_own_coding_alone() -> None:
    for entries, data in (CODED["LogL"], CODED["PixarLog"]):
        other = {**entries, 262: (3, (2 if data is not PIXAR else 32845,))}
        with pytest.raises(UnsupportedFileError):
            engine.plan(tiff_of((other, [data])), POLICY)


@settings(max_examples=300)
@given(
    st.sampled_from(list(CODED.values())),
    st.floats(0, 1, exclude_max=True),
    st.binary(min_size=1, max_size=4),
)
def test_damaged_rows_have_an_end_or_are_refused(
    coded: tuple[dict[int, TiffValue], bytes], place: float, value: bytes
) -> None:
    entries, data = coded
    at = int(place * len(data))
    with suppress(FileError):
        clean(engine, tiff_of((entries, [data[:at] + value + data[at + len(value) :]])), POLICY)
