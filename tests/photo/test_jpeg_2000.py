"""JPEG 2000 inside TIFF: the picture stays, comments and what follows the end go."""

import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bme_med.core import FileError
from bme_med.core.plan import Pieces, Range
from bme_med.core.splice import splice
from bme_med.photo import tiff as engine
from bme_med.photo.jpeg_2000 import write_codestream
from tests.photo.fuzzing import Edit, edited, edits_with
from tests.photo.judging import clean, residue
from tests.photo.making import TiffValue, picture, policy, tiff_of, token

POLICY = policy()
TOKEN = token(1)


def codestream(mode: str = "RGB", **options: object) -> bytes:
    """A bare codestream of `picture`; options as Pillow's."""
    out = io.BytesIO()
    picture(mode).save(out, "JPEG2000", no_jp2=True, **options)
    return out.getvalue()


def inside(data: bytes, compression: int = 34712, width: int = 48, rows: int = 32) -> bytes:
    """A TIFF of one strip."""
    page: dict[int, TiffValue] = {
        256: (3, (width,)),
        257: (3, (rows,)),
        258: (3, (8, 8, 8)),
        259: (3, (compression,)),
        262: (3, (2,)),
        277: (3, (3,)),
        278: (3, (rows,)),
    }
    return tiff_of((page, [data]))


def written(data: bytes) -> bytes:
    """What is written of a codestream."""
    out = Pieces()
    write_codestream(data, out, Range(0, len(data)), "IFD0")
    return splice(out.done(), data)


def pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        return image.tobytes()


COMMENT = struct.pack(">HHH", 0xFF64, 4 + len(TOKEN), 1) + TOKEN
PLAIN = codestream()
SOT = PLAIN.index(b"\xff\x90")
SOD = PLAIN.index(b"\xff\x93")


def with_length(data: bytes, length: int) -> bytes:
    """The length of the first tile-part replaced."""
    return data[: SOT + 6] + struct.pack(">I", length) + data[SOT + 10 :]


FORMS = {
    "lossless": codestream(),
    "lossy": codestream(irreversible=True, quality_layers=[20, 5], num_resolutions=3),
    "in tiles": codestream(tile_size=(20, 20), progression="RPCL"),
    "with packet lengths": codestream(plt=True),
    "with a comment": codestream(comment=TOKEN),
    "with precincts": codestream(precinct_size=(32, 32), codeblock_size=(16, 16)),
    "gray": codestream("L"),
    "without length": with_length(PLAIN, 0),
}


@pytest.mark.parametrize("name", FORMS)
def test_pixels_stay_and_a_second_pass_changes_nothing(name: str) -> None:
    output = written(FORMS[name] + TOKEN)
    assert pixels(output) == pixels(FORMS[name])
    assert written(output) == output
    assert not residue(output, [TOKEN, b"OpenJPEG"])


@pytest.mark.parametrize("compression", [33003, 33005, 34712])
def test_comments_and_what_follows_the_end_go(compression: int) -> None:
    length = len(PLAIN) - 2 - SOT
    planted = with_length(PLAIN, length + len(COMMENT))
    planted = planted[:SOT] + COMMENT + planted[SOT:SOD] + COMMENT + planted[SOD:] + TOKEN
    output = clean(engine, inside(planted, compression), POLICY)
    assert output == clean(engine, inside(PLAIN, compression), POLICY)
    assert not residue(output, [TOKEN])
    assert pixels(written(planted)) == pixels(PLAIN)


def boxed() -> bytes:
    out = io.BytesIO()
    picture().save(out, "JPEG2000")
    return out.getvalue()


REFUSED = {
    "boxes": boxed(),
    "nothing": b"\xff\x4f",
    "another start": b"ZQ" + PLAIN[2:],
    "no size": PLAIN[:2] + PLAIN[SOT:],
    "a size with a text": PLAIN[:4] + struct.pack(">H", 47 + 7) + PLAIN[6:51] + TOKEN + PLAIN[51:],
    "a picture of no width": PLAIN[:8] + bytes(4) + PLAIN[12:],
    "two sizes": PLAIN[:51] + PLAIN[2:51] + PLAIN[51:],
    "an unknown marker": PLAIN[:SOT] + struct.pack(">HH", 0xFF70, 2 + len(TOKEN)) + TOKEN + PLAIN[SOT:],
    "no marker": PLAIN[:SOT] + TOKEN + PLAIN[SOT:],
    "a segment beyond the end": PLAIN[:SOT] + b"\xff\x64\xff\xff" + PLAIN[SOT:],
    "an end that is missing": PLAIN[:-2],
    "text before the end": PLAIN[:-2] + TOKEN + PLAIN[-2:],
    "a comment inside coded data": with_length(
        PLAIN[:-2] + COMMENT + PLAIN[-2:], len(PLAIN) - 2 - SOT + len(COMMENT)
    ).replace(b"\xff\x64", b"\xff\x94"),
    "a tile-part beyond the end": with_length(PLAIN, len(PLAIN)),
    "a tile-part shorter than its header": with_length(PLAIN, 3),
    "a tile-part without length before another": with_length(FORMS["in tiles"], 0),
    "a tile-part without data": PLAIN[:SOD] + PLAIN[SOT:],
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_hide_something_is_refused(name: str) -> None:
    with pytest.raises(FileError) as caught:
        engine.plan(inside(REFUSED[name]), POLICY)
    assert "ZQ" not in str(caught.value)


def test_a_picture_larger_than_its_strip_is_refused() -> None:
    for source in (inside(PLAIN, width=47), inside(PLAIN, rows=31)):
        with pytest.raises(FileError, match="larger picture"):
            engine.plan(source, POLICY)


@settings(max_examples=200)
@given(st.sampled_from(sorted(FORMS)), edits_with(b"\xff\x64\0\4", b"\xff\xd9", b"\xff\x90", b"\xff\x93"))
def test_a_damaged_codestream_ends_in_a_plan_or_a_refusal(name: str, edits: list[Edit]) -> None:
    try:
        output = written(edited(FORMS[name], edits))
    except FileError:
        return
    assert written(output) == output
