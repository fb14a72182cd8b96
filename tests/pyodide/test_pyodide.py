"""The core in a browser's Python: Pyodide under Node gives the bytes and the reasons that CPython gives."""

import json
import subprocess
from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_file

from tests.nodes import node_for
from tests.oracles.runs import CORPUS
from tests.pixels.jpeg_making import photo
from tests.pyodide.planning import BOXED, KEY, boxed, outcomes, policies, read_files

HERE = Path(__file__).parent
SAMPLE = HERE.parents[1] / "sample_data" / "input"


@pytest.fixture(scope="module")
def node() -> str:
    """Path of Node, with Pyodide installed as the lock says."""
    return node_for(HERE)


def in_pyodide(node: str, folder: Path, *what: str) -> dict[str, dict[str, str]]:
    """As `outcomes`, or as `boxed`, planned in Pyodide."""
    packages = Path(pydicom.__file__).parents[1]
    command = [node, str(HERE / "planning.mjs"), str(folder), str(packages), *what]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    planned: dict[str, dict[str, str]] = json.loads(done.stdout)
    return planned


@pytest.mark.parametrize(
    "folder",
    [
        pytest.param(SAMPLE, id="sample"),
        pytest.param(
            CORPUS,
            id="corpus",
            marks=[
                pytest.mark.nightly,
                pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout"),
            ],
        ),
    ],
)
def test_pyodide_gives_the_same_bytes_and_reasons_as_cpython(node: str, folder: Path) -> None:
    native = outcomes(read_files(folder), policies(KEY))
    assert in_pyodide(node, folder) == native
    assert all(len(planned) > 20 for planned in native.values())


NATIVE = (
    *("CT_small", "MR_small_bigendian", "ExplVR_BigEnd", "examples_palette", "liver_1frame", "image_dfl"),
    *("rtdose_1frame", "SC_ybr_full_422_uncompressed", "examples_rgb_color"),
)
RLE = ("MR_small_RLE", "SC_rgb_rle", "SC_rgb_rle_16bit_2frame", "rtdose_rle_1frame")
JPEG = ("JPEG-lossy", "SC_rgb_dcmtk_+eb+cy+s2", "SC_rgb_dcmtk_+eb+cy+s4", "SC_rgb_dcmtk_+eb+cr")
OTHER = ("JPEG2000", "MR_small_jpeg_ls_lossless", "MR_small_jp2klossless")


@pytest.fixture
def drawn_on(tmp_path: Path) -> Path:
    """A folder of instances of many transfer syntaxes, and of photos."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in (*NATIVE, *RLE, *JPEG, *OTHER):
        (folder / name).write_bytes(Path(str(get_testdata_file(f"{name}.dcm"))).read_bytes())
    photo().save(folder / "baseline", "JPEG", quality=90)
    photo().save(folder / "progressive", "JPEG", progressive=True)
    photo().save(folder / "bmp", "BMP")
    photo().save(folder / "png", "PNG")
    return folder


def test_boxes_give_the_same_bytes_in_pyodide(node: str, drawn_on: Path) -> None:
    native, browser = boxed(read_files(drawn_on))[BOXED], in_pyodide(node, drawn_on, "boxed")[BOXED]
    for name in (*OTHER, "png"):
        assert "decoders that a browser does not have: use the command line" in browser.pop(name)
        assert len(native.pop(name)) == 64
    assert browser == native
    assert all(len(outcome) == 64 for outcome in native.values())


def test_the_lock_names_no_registry() -> None:
    text = (HERE / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert "://" not in text
