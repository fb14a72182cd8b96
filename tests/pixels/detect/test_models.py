"""Where the models lie, and what is refused."""

import os
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pytest

from bme_med.pixels.detect import DetectorMissingError, find_text, is_installed, models
from bme_med.pixels.detect.models import Model

ROOT = Path(__file__).parents[3]

LOOK = """
import socket, sys

def refuse(*_):
    raise AssertionError("a connection was opened")

socket.socket.connect = socket.getaddrinfo = refuse
import numpy as np
from bme_med.pixels.detect import find_faces, find_text
from tests.pixels.detect.drawing import page
assert find_text([page("DOE^JANE")]).confirmed
assert find_faces(np.zeros((64, 64, 3), np.uint8)) == ()
print(*sorted({name.split(".")[0] for name in sys.modules} & {"rapidocr", "cv2", "shapely", "requests"}))
"""


def test_a_look_imports_no_python_of_rapidocr_and_opens_no_connection() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "\n"), done.stderr[-2000:]


LOOK_AND_LIST = """
import os
from bme_med.pixels.detect import find_text
from tests.pixels.detect.drawing import page
assert find_text([page("DOE^JANE")]).confirmed
links = ["/proc/self/fd/" + name for name in os.listdir("/proc/self/fd")]
opened = [os.readlink(link) for link in links if os.path.islink(link)]
print(*(name for name in opened if name.startswith("socket:") or name.endswith((".db", ".sqlite"))))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_native_code_of_a_look_opens_a_socket_or_leaves_a_file_behind(tmp_path: Path) -> None:
    """The events that onnxruntime wants to send are first kept in the user's cache."""
    folders = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "TMPDIR")
    home = dict.fromkeys(folders, str(tmp_path))
    # Under these, onnxruntime is silent by itself.
    silent = ("CI", "GITHUB_", "TF_BUILD", "JENKINS_", "BUILD_", "ORT_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(silent)}
    done = subprocess.run(
        [sys.executable, "-c", LOOK_AND_LIST],
        cwd=ROOT,
        env={**kept, **home},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (0, "\n"), done.stderr[-2000:]
    assert not list(tmp_path.rglob("*"))


def test_the_installed_onnxruntime_has_no_uploader_in_it() -> None:
    found = distribution("onnxruntime").files or []
    (extension,) = [file for file in found if file.match("capi/onnxruntime_pybind11_state*")]
    assert b"events.data.microsoft.com" not in extension.read_binary()


def test_the_detectors_can_be_imported_and_asked_for_without_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(models, "find_spec", lambda _name: None)
    models._session.cache_clear()
    assert not is_installed()
    with pytest.raises(DetectorMissingError, match=r"pip install 'bme-med\[detect\]'"):
        find_text([np.eye(64, dtype=np.uint8) * 255])


def test_another_model_than_the_measured_one_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(b"another model")
    monkeypatch.setattr(Model, "find", lambda _model: other)
    models._session.cache_clear()
    with pytest.raises(DetectorMissingError, match="not the model that was measured"):
        find_text([np.eye(64, dtype=np.uint8) * 255])


def test_all_models_are_there() -> None:
    assert is_installed()
