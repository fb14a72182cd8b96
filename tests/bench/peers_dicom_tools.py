"""The tools that are compared on DICOM, each as its documentation starts: with its defaults.

Most end at the first file that they cannot do. Such files are found and left out, and all others are done in
one process, so that one file does not cost those that lie behind it.
"""

import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from bme_med.audit import boxes_of
from bme_med.core import Box
from tests.bench.folders import certificate
from tests.bench.peers_tools import OURS, Command, Run, Tool, run, same_names, says
from tests.oracles.runs import tool

__all__ = ["TOOLS", "boxes_beside", "do"]


def do(cleaner: Tool, source: Path, out: Path) -> Run:
    """Clean every file in `source` that the tool can clean; its outputs lie in `out`."""
    whole = run(cleaner, source, out)
    culprits = _culprits(cleaner, source, _missing(source, whole)) if cleaner.ends_early else set()
    if not culprits or culprits == set(_missing(source, whole)):
        return whole
    with TemporaryDirectory() as rest:
        _copy(source, {path.name for path in source.iterdir()} - culprits, Path(rest))
        shutil.rmtree(out)
        return run(cleaner, Path(rest), out)


def boxes_beside(out: Path) -> dict[str, tuple[Box, ...]]:
    """Regions that our audit says were covered, by file; the others cover nothing by default."""
    audit = out / "audit.jsonl"
    lines = audit.read_text(encoding="utf-8").splitlines() if audit.is_file() else ()
    records = [record for record in map(json.loads, lines) if record.get("status") == "written"]
    return {Path(record["filename"]).name: boxes_of(record["actions"]) for record in records}


def _missing(source: Path, done: Run) -> list[str]:
    return sorted(path.name for path in source.iterdir() if path.name not in done.outputs)


def _culprits(cleaner: Tool, source: Path, names: Sequence[str]) -> set[str]:
    """Those of `names` that the tool cannot do, whatever lies beside them: by halves."""
    if not names:
        return set()
    with TemporaryDirectory() as work:
        some = Path(work, "some")
        some.mkdir()
        _copy(source, names, some)
        left = _missing(some, run(cleaner, some, Path(work, "out")))
    if len(names) == 1 or not left:
        return set(left)
    half = (len(left) + 1) // 2
    return _culprits(cleaner, source, left[:half]) | _culprits(cleaner, source, left[half:])


def _copy(source: Path, names: Iterable[str], target: Path) -> None:
    for name in names:
        shutil.copyfile(source / name, target / name)


def _changed(source: Path, out: Path, _printed: str) -> dict[str, Path]:
    """Those that were written in their places: what is done changes the bytes."""
    paths = {path.name: path for path in out.iterdir()}
    return {name: path for name, path in paths.items() if path.read_bytes() != (source / name).read_bytes()}


def _gdcmanon(source: Path, out: Path) -> Command:
    return ["gdcmanon", "-e", "-c", certificate(out.parent), "-r", "--continue", "-i", source, "-o", out]


def _deid(source: Path, out: Path) -> Command:
    return [tool("deid") or "deid", "-o", out, "identifiers", "--action", "all", "--input", source]


TOOLS = {
    "bme-med": OURS,
    "dicognito": Tool(
        "dicognito",
        lambda: version("dicognito"),
        lambda _, out: [sys.executable, "-m", "dicognito", "--in-place", out],
        _changed,
        needs_copy=True,
        ends_early=True,
    ),
    "deid": Tool("deid", lambda: version("deid"), _deid, same_names, ends_early=True),
    "dicom-anonymizer": Tool(
        "dicom-anonymizer",
        lambda: version("dicom-anonymizer"),
        lambda source, out: [tool("dicom-anonymizer") or "dicom-anonymizer", source, out],
        same_names,
        ends_early=True,
    ),
    "gdcmanon -e": Tool(
        "gdcmanon",
        lambda: says("gdcmanon", "--version")().split()[2],
        _gdcmanon,
        same_names,
        ends_early=True,
    ),
}
"""In the order of the tables, each under the name that it has there."""
