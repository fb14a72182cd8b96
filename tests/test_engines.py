"""Every format has an engine, or a reason that a person can act on."""

import pytest

from bme_med import engines
from bme_med.core import Format, Refusal, UnsupportedFileError, sniff
from tests.oracles.runs import policy
from tests.photo.heif_making import assemble, coded
from tests.photo.making import bmp, gif, jpeg, png, tiff, webp
from tests.run.making import instance

ENGINES = {
    Format.BMP: bmp(),
    Format.DICOM: instance(1),
    Format.JPEG: jpeg(),
    Format.PNG: png(),
    Format.TIFF: tiff(),
    Format.WEBP: webp(),
    Format.GIF: gif(),
    Format.HEIF: assemble([coded()]),
}

OTHERS = {
    Format.JPEG_2000: b"\xff\x4f\xff\x51",
    Format.JPEG_XL: b"\xff\x0a",
    Format.RAW: b"FUJIFILMCCD-RAW",
    Format.PSD: b"8BPS",
    Format.PDF: b"%PDF-",
    Format.VIDEO: b"\0\0\0\x18ftypisom",
    Format.ARCHIVE: b"PK\x03\x04",
    Format.EMPTY: b"",
    Format.UNKNOWN: b"a text",
}


def test_no_format_is_forgotten() -> None:
    assert ENGINES.keys() | OTHERS.keys() == set(Format)


@pytest.mark.parametrize("format_", ENGINES)
def test_a_format_with_an_engine_is_described(format_: Format) -> None:
    data = ENGINES[format_]
    assert sniff(data) is format_
    assert engines.why_no_engine(format_) == ""
    assert list(engines.describe(data))


@pytest.mark.parametrize("format_", OTHERS)
def test_a_format_without_one_is_refused_with_what_to_do(format_: Format) -> None:
    data = OTHERS[format_]
    assert sniff(data) is format_
    plan = engines.plan(data, policy("hipaa-safe-harbor"))
    assert isinstance(plan, Refusal)
    assert plan.format is format_
    assert any(word in plan.reason for word in ("convert", "develop", "export", "leave it out", "unpack"))
    with pytest.raises(UnsupportedFileError, match=r"\w") as caught:
        engines.describe(data)
    assert str(caught.value) == plan.reason
