"""Where the models lie, and what is refused."""

import subprocess
import sys
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
