"""Large files are mapped: the check finds in them what it finds in small ones."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    RLELossless,
)

from bme_med.verify import reading
from bme_med.verify.dicom import DicomJudge
from bme_med.verify.findings import Check, Problem
from bme_med.verify.judged import Told
from bme_med.verify.reading import open_data, windows
from tests.oracles.planting import small_mr
from tests.oracles.runs import policy
from tests.verify.sabotage import BASIC, Pair, edited, pair
from tests.verify.scene import make

NAME = b"Quillfeather"


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is large, and every value of more than 64 bytes is one to defer."""
    monkeypatch.setattr(reading, "MAPPED_FROM", 1)
    monkeypatch.setattr(reading, "_DEFERRED_BYTES", 64)
    monkeypatch.setattr(reading, "_WINDOW_BYTES", 1 << 16)


def native(syntax: UID = ExplicitVRLittleEndian) -> Pair:
    ds = small_mr()
    ds.Rows = ds.Columns = 300
    ds.PixelData = bytes(range(180)) * 1000
    ds.ImageComments = "a" * 200
    return pair(ds, syntax)


def encapsulated() -> Pair:
    ds = small_mr()
    ds.Rows = ds.Columns = 300
    ds.PixelData = bytes(range(180)) * 1000
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.compress(RLELossless, generate_instance_uid=False)
    return pair(ds, RLELossless)


PAIRS: dict[str, Callable[[], Pair]] = {
    "native": native,
    "big endian": lambda: native(ExplicitVRBigEndian),
    "deflated": lambda: native(DeflatedExplicitVRLittleEndian),
    "encapsulated": encapsulated,
}


def problems_of(made: Pair, folder: Path) -> list[Problem]:
    source, output = made
    (folder / "source").write_bytes(source)
    (folder / "output").write_bytes(output)
    data, before = open_data(folder / "output"), open_data(folder / "source")
    assert not isinstance(data, bytes)
    judged = DicomJudge(policy(BASIC).profile).judge(data, before, Told())
    assert judged.digest == DicomJudge(policy(BASIC).profile).judge(output, source, Told()).digest
    return [*judged.problems]


@pytest.mark.parametrize("kind", PAIRS)
def test_good_outputs_raise_nothing(kind: str, tmp_path: Path) -> None:
    assert problems_of(PAIRS[kind](), tmp_path) == []


def at_end(data: bytes) -> Callable[[Dataset], None]:
    def edit(ds: Dataset) -> None:
        ds.PixelData = ds.PixelData[: -len(data)] + data

    return edit


SABOTAGED: dict[str, tuple[Check, Callable[[bytes], bytes]]] = {
    "another last pixel": (Check.PIXELS, lambda data: edited(data, at_end(b"\1\2"))),
    "a name in the pixels": (Check.IDENTIFIER, lambda data: edited(data, at_end(NAME))),
    "a name between two windows": (
        Check.IDENTIFIER,
        lambda data: edited(data, lambda ds: setattr(ds, "PixelData", within(ds.PixelData, (1 << 16) - 5))),
    ),
    "bytes behind the last element": (Check.READABLE, lambda data: data + b"\0\1\2\3"),
    "a name behind the last element": (Check.IDENTIFIER, lambda data: data + NAME),
    "a comment": (Check.RULE, lambda data: edited(data, lambda ds: setattr(ds, "ImageComments", "b" * 200))),
}


def within(value: bytes, at: int) -> bytes:
    return value[:at] + NAME + value[at + len(NAME) :]


@pytest.mark.parametrize("what", SABOTAGED)
def test_what_was_put_back_is_found(what: str, tmp_path: Path) -> None:
    check, spoil = SABOTAGED[what]
    source, output = native()
    assert check in {problem.check for problem in problems_of((source, spoil(output)), tmp_path)}


def test_another_fragment_is_found(tmp_path: Path) -> None:
    source, output = encapsulated()
    spoilt = edited(output, lambda ds: setattr(ds, "PixelData", encapsulate([bytes(500)])))
    assert Check.PIXELS in {problem.check for problem in problems_of((source, spoilt), tmp_path)}


def test_windows_of_a_view_cover_it_and_overlap() -> None:
    value = bytes(range(256)) * 600
    parts = [*windows(memoryview(value), 7)]  # type: ignore[arg-type]
    assert b"".join(part[: 1 << 16] for part in parts) == value
    assert all(len(part) == (1 << 16) + 7 for part in parts[:-1])


def test_a_whole_output_is_checked_as_one_of_small_files_is(tmp_path: Path) -> None:
    report = make(tmp_path).check()
    assert (report.findings, report.compared) == ([], 5)
