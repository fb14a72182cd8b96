"""The core in a browser's Python: Pyodide under Node gives the bytes and the reasons that CPython gives."""

import json
import subprocess
from pathlib import Path

import pydicom
import pytest

from tests.nodes import node_for
from tests.oracles.runs import CORPUS
from tests.pyodide.planning import KEY, outcomes, policies, read_files

HERE = Path(__file__).parent
SAMPLE = HERE.parents[1] / "sample_data" / "input"


@pytest.fixture(scope="module")
def node() -> str:
    """Path of Node, with Pyodide installed as the lock says."""
    return node_for(HERE)


def in_pyodide(node: str, folder: Path) -> dict[str, dict[str, str]]:
    """As `outcomes`, planned in Pyodide."""
    packages = Path(pydicom.__file__).parents[1]
    command = [node, str(HERE / "planning.mjs"), str(folder), str(packages)]
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
            marks=pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout"),
        ),
    ],
)
def test_pyodide_gives_the_same_bytes_and_reasons_as_cpython(node: str, folder: Path) -> None:
    native = outcomes(read_files(folder), policies(KEY))
    assert in_pyodide(node, folder) == native
    assert all(len(planned) > 20 for planned in native.values())


def test_the_lock_names_no_registry() -> None:
    text = (HERE / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert "://" not in text
