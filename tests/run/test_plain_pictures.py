"""Photos without decoders: shown as Pillow says, painted to the same bytes, compared without decoding."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bme_med.core import FileError, Plan, Policy, Pseudonyms, Refusal, Region, UnsupportedFileError, splice
from bme_med.core.boxes import BoxRule, BoxSpec
from bme_med.pixels import decoders
from bme_med.run import load_profile
from bme_med.run.painted_photos import plan_any
from bme_med.run.pictures import is_turned_by_xmp_alone, read_picture_form
from bme_med.run.plain_pictures import compare_plainly, is_turned_by_xmp_plainly, read_form_plainly
from tests.oracles.runs import CORPUS, KEY
from tests.pixels.jpeg_making import photo

_ORIENTATION = 0x0112
_BOX = Region(5, 7, 15, 23)


def _saved(format_: str, mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    photo(mode="L" if mode == "P" else mode).convert(mode).save(out, format_, **options)
    return out.getvalue()


def _turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    return _saved("JPEG", exif=exif)


PHOTOS = sorted(
    path for path in (CORPUS / "photos").rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".bmp")
)
_LONG = 150_000
"""Bytes of a photo that takes seconds without decoders."""

SYNTHETIC = {
    **{f"Orientation {number}": _turned(number) for number in range(10)},
    "progressive": _saved("JPEG", progressive=True, quality=90),
    "gray": _saved("JPEG", "L"),
    "XMP": _saved("JPEG", xmp=b'<x:xmpmeta tiff:Orientation="6"/>'),
    **{f"BMP {mode}": _saved("BMP", mode) for mode in ("1", "L", "P", "RGB", "RGBA")},
}


def _policy(box: str = "7,5,16,10") -> Policy:
    return Policy(
        load_profile("ps315-basic"), Pseudonyms(KEY), boxes=(BoxRule("drawn", (), (BoxSpec.parse(box),)),)
    )


def _outcome(data: bytes) -> bytes | str:
    source, plan = plan_any(data, _policy())
    return splice(plan.pieces, source) if isinstance(plan, Plan) else plan.reason


def assert_same_without_decoders(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = _outcome(data)
    try:
        form, is_turned = read_picture_form(data), is_turned_by_xmp_alone(data)
    except FileError as error:
        with pytest.raises(FileError, match=str(error)):
            read_form_plainly(data)
    else:
        assert read_form_plainly(data) == form
        assert is_turned_by_xmp_plainly(data) == is_turned
    monkeypatch.setattr(decoders, "find_spec", lambda _: None)
    assert _outcome(data) == outcome


@pytest.mark.parametrize("name", SYNTHETIC)
def test_a_photo_is_shown_and_painted_as_with_decoders(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_same_without_decoders(SYNTHETIC[name], monkeypatch)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.name, marks=[pytest.mark.nightly] if path.stat().st_size > _LONG else [])
        for path in PHOTOS
    ],
)
def test_a_real_photo_is_shown_and_painted_as_with_decoders(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_same_without_decoders(path.read_bytes(), monkeypatch)


@pytest.mark.parametrize("format_", ["PNG", "WEBP", "TIFF", "GIF"])
def test_other_formats_name_the_command_line(format_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders, "find_spec", lambda _: None)
    _, plan = plan_any(_saved(format_), _policy())
    assert isinstance(plan, Refusal)
    assert "use the command line, bme-med redact" in plan.reason


@pytest.mark.parametrize("mode", ["1", "P", "RGB", "RGBA"])
@pytest.mark.parametrize("at", [20, -1])
def test_a_bmp_that_changed_outside_is_a_fault(mode: str, at: int) -> None:
    before = _saved("BMP", mode)
    changed = bytearray(before)
    changed[at] ^= 1
    with pytest.raises(UnsupportedFileError, match="fault of bme-med"):
        compare_plainly(before, bytes(changed), [])


@pytest.mark.parametrize("mode", ["1", "P", "RGB", "RGBA"])
def test_a_bmp_that_was_not_painted_is_a_fault(mode: str) -> None:
    before = _saved("BMP", mode)
    with pytest.raises(UnsupportedFileError, match="fault of bme-med"):
        compare_plainly(before, before, [_BOX])
