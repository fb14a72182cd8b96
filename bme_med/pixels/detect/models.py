"""Where the models lie, and how they are run: on one thread, from files that are the measured ones.

Text: PP-OCRv6 small (Apache-2.0), two files of the package ``rapidocr``, of which no Python is imported.
Faces: CenterFace (MIT), a file of this package. onnxruntime reads them itself; nothing is ever fetched.
Official builds of onnxruntime from 1.29 on send events about models and machine to their makers unless told
not to: ``pyproject.toml`` keeps them out, and here they are told before they start.
"""

import os
from enum import Enum
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bme_med.core.errors import BmeError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

__all__ = ["DetectorMissingError", "Model", "is_installed", "recognised_characters", "run_model"]

_EXTRA = "install it with: pip install 'bme-med[detect]'"


class Model(Enum):
    """A model: the package that holds it, its path there, the digest of the file that was measured."""

    TEXT_LINES = (
        "rapidocr",
        "models/PP-OCRv6_det_small.onnx",
        "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    )
    TEXT_WORDS = (
        "rapidocr",
        "models/PP-OCRv6_rec_small.onnx",
        "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
    )
    FACES = (
        "bme_med",
        "pixels/detect/weights/centerface.onnx",
        "9c18e0ef163e716db63953edf93eaaaf6ae23152d8d3cc769aef165143b7551d",
    )

    def find(self) -> Path | None:
        """Where its file lies, if it does."""
        package, inside, _ = self.value
        spec = find_spec(package)
        folders = spec.submodule_search_locations if spec else None
        paths = [Path(folder) / inside for folder in folders or ()]
        return next((path for path in paths if path.is_file()), None)


class DetectorMissingError(BmeError):
    """The extra ``bme-med[detect]`` is not installed, or holds another model than the measured one."""


def is_installed() -> bool:
    """Whether text and faces can be looked for here; the first look compares digests."""
    return find_spec("onnxruntime") is not None and all(model.find() for model in Model)


def run_model(model: Model, pictures: "NDArray[np.float32]") -> "list[NDArray[np.float32]]":
    """What `model` says of `pictures`: (number, 3, rows, columns).

    Raises
    ------
    DetectorMissingError
        If it is not there, or is not the one that was measured.
    """
    session = _session(model)
    (source,) = session.get_inputs()
    outputs: list[NDArray[np.float32]] = session.run(None, {source.name: pictures})
    return outputs


@cache
def recognised_characters() -> tuple[str, ...]:
    """The characters that the recogniser tells apart, by its class number; the first is none."""
    characters: str = _session(Model.TEXT_WORDS).get_modelmeta().custom_metadata_map["character"]
    return ("", *characters.splitlines(), " ")


@cache
def _session(model: Model) -> "InferenceSession":
    """One session a process: what forks, forks before the first look."""
    if find_spec("onnxruntime") is None:
        raise DetectorMissingError(f"onnxruntime is not installed; {_EXTRA}")
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(_read(model), options, providers=["CPUExecutionProvider"])


def _read(model: Model) -> bytes:
    package, inside, digest = model.value
    path = model.find()
    if path is None:
        raise DetectorMissingError(f"{package} does not hold {inside}; {_EXTRA}")
    content = path.read_bytes()
    if sha256(content).hexdigest() != digest:
        raise DetectorMissingError(f"{inside} of {package} is not the model that was measured; {_EXTRA}")
    return content
