"""Which source an output was made of, where no audit tells: the one with the same pixels."""

import warnings
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from pydicom import dcmread

from bme_med.core import Format, sniff
from bme_med.verify.pictured import picture_digest
from bme_med.verify.pixels import pixel_digest

__all__ = ["match_by_pixels"]

_HEAD_BYTES = 144


def match_by_pixels(outputs: Mapping[str, Path], sources: Mapping[str, Path]) -> dict[str, Path]:
    """The source of each output that has the pixels of exactly one source."""
    by_digest: dict[str, list[Path]] = {}
    for path in sources.values():
        if digest := _digest(path):
            by_digest.setdefault(digest, []).append(path)
    found = {name: by_digest.get(_digest(path), []) for name, path in outputs.items()}
    return {name: paths[0] for name, paths in found.items() if len(paths) == 1}


def _digest(path: Path) -> str:
    """SHA-256 of the pixels; empty where there are none, or nothing reads them."""
    if not path.is_file():
        return ""
    data = path.read_bytes()
    if sniff(data[:_HEAD_BYTES]) is not Format.DICOM:
        return picture_digest(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pixel_digest(dcmread(BytesIO(data), force=True))
    except Exception:  # noqa: BLE001 - whatever it is that pydicom stumbles over
        return ""
