"""The tools that are compared, each as its documentation starts: with its defaults."""

import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tests.bench.timing import bme_med
from tests.oracles.runs import tool as path_of

__all__ = ["OURS", "TOOLS", "Command", "Run", "Tool", "is_there", "run", "same_names", "says"]

Command = Sequence[str | Path]

_PILLOW = """
import sys
from pathlib import Path
import pillow_heif
from PIL import Image
pillow_heif.register_heif_opener()
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        with Image.open(path) as image:
            image.save(Path(sys.argv[2], path.name), image.format)
    except Exception:
        Path(sys.argv[2], path.name).unlink(missing_ok=True)
"""


@dataclass(frozen=True)
class Tool:
    """A tool.

    Attributes
    ----------
    program
        What has to be installed; empty where Python suffices.
    version
        What it says of itself.
    clean
        What cleans all files of a folder into another one, in one process.
    find
        Given both folders and what was printed: the output of each file, by name.
    needs_copy
        Whether it works where the files lie, so that they have to lie in the second folder.
    ends_early
        Whether it ends at a file that it cannot do.
    """

    program: str
    version: Callable[[], str]
    clean: Callable[[Path, Path], Command]
    find: Callable[[Path, Path, str], dict[str, Path]]
    needs_copy: bool = False
    ends_early: bool = False


@dataclass(frozen=True)
class Run:
    """What a tool made of a folder: outputs by the name of their source, and processor seconds."""

    outputs: dict[str, Path]
    seconds: float


def run(tool: Tool, source: Path, out: Path) -> Run:
    """Clean every file in `source`; a file without an output was refused."""
    if tool.needs_copy:
        shutil.copytree(source, out)
    else:
        out.mkdir()
    before = _used()
    done = subprocess.run(tool.clean(source, out), capture_output=True, text=True, check=False)
    return Run(tool.find(source, out, done.stdout + done.stderr), _used() - before)


def is_there(tool: Tool) -> bool:
    """Whether a tool is installed; says so where it is not."""
    if tool.program and not path_of(tool.program):
        print(f"{tool.program} is not installed: left out", file=sys.stderr)
        return False
    return True


def _used() -> float:
    """Processor seconds of all commands so far; other work on the machine does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def says(*command: str) -> Callable[[], str]:
    """The first line that a command prints."""

    def ask() -> str:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split("\n")[0]

    return ask


def _ours(source: Path, out: Path) -> Command:
    return [bme_med(), "deid", source, "--out", out / "clean", "--audit", out / "audit.jsonl"]


def _mat2_version() -> str:
    return says("mat2", "--version")().removeprefix("mat2 ")


def _of_audit(_source: Path, out: Path, _printed: str) -> dict[str, Path]:
    records = [json.loads(line) for line in (out / "audit.jsonl").read_text(encoding="utf-8").splitlines()]
    written = [record for record in records if record.get("status") == "written"]
    return {Path(record["filename"]).name: out / "clean" / record["output"] for record in written}


def same_names(_source: Path, out: Path, _printed: str) -> dict[str, Path]:
    """Every file of the second folder, named as its source is."""
    return {path.name: path for path in out.iterdir()}


def _of_mat2(source: Path, out: Path, _printed: str) -> dict[str, Path]:
    named = {path.name: out / f"{path.stem}.cleaned{path.suffix}" for path in source.iterdir()}
    return {name: path for name, path in named.items() if path.exists()}


def _not_failed(_source: Path, out: Path, printed: str) -> dict[str, Path]:
    """All but those that exiv2 names in an error: it leaves them as they were."""
    return {path.name: path for path in out.iterdir() if str(path) not in printed}


def _each(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


OURS = Tool("", lambda: version("bme-med"), _ours, _of_audit)
TOOLS = {
    "bme-med": OURS,
    "exiftool -all=": Tool(
        "exiftool",
        says("exiftool", "-ver"),
        lambda source, out: ["exiftool", "-q", "-all=", "-o", f"{out}/", *_each(source)],
        same_names,
    ),
    "mat2": Tool(
        "mat2",
        _mat2_version,
        lambda _, out: ["mat2", *_each(out)],
        _of_mat2,
        needs_copy=True,
    ),
    "mat2 --lightweight": Tool(
        "mat2",
        _mat2_version,
        lambda _, out: ["mat2", "--lightweight", *_each(out)],
        _of_mat2,
        needs_copy=True,
    ),
    "exiv2 rm": Tool(
        "exiv2",
        lambda: says("exiv2", "--version")().removeprefix("exiv2 "),
        lambda _, out: ["exiv2", "rm", *_each(out)],
        _not_failed,
        needs_copy=True,
    ),
    "Pillow, saved anew": Tool(
        "",
        lambda: version("pillow"),
        lambda source, out: [sys.executable, "-c", _PILLOW, source, out],
        same_names,
    ),
}
"""In the order of the tables, each under the name that it has there."""
