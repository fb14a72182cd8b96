"""What an instance of 4 GB costs: ``python -m tests.bench.large [--work DIR] [--rounds N] [--only KIND]``.

Seconds against ``cp``, with sync, and with the two digests that an audit holds; and the anonymous memory of
all processes of the command.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.bench.large_files import frames_file, tiles_file
from tests.bench.material import default_folder
from tests.bench.timing import as_installed, bme_med

__all__ = ["main"]

KINDS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "frames": ("enhanced CT, 8,000 native frames, 4.2 GB", frames_file),
    "tiles": ("slide, 210,000 JPEG tiles, 4.5 GB", tiles_file),
}
_STEP = 16 << 20
_PAUSE_SECONDS = 0.01


@dataclass
class Figures:
    """Wall and processor seconds, round by round, and the most anonymous memory that was seen, in MB."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    largest_process: float = 0.0
    all_processes: float = 0.0


class Sampler(threading.Thread):
    """Watches a process and its children until they are gone."""

    def __init__(self, pid: int, figures: Figures) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.figures = figures

    def run(self) -> None:
        while found := [anonymous_mb(pid) for pid in family(self.pid)]:
            self.figures.largest_process = max(self.figures.largest_process, *found)
            self.figures.all_processes = max(self.figures.all_processes, sum(found))
            time.sleep(_PAUSE_SECONDS)


def family(pid: int) -> list[int]:
    """The process and its children, as far as they are there."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(grand for child in children for grand in family(int(child)))]


def anonymous_mb(pid: int) -> float:
    """RssAnon of one process: maps of the source do not count."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    kilobytes = (int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))
    return next(kilobytes, 0) / 1000


def main() -> None:
    """Make the files, measure, print tables, and delete the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=default_folder())
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", choices=KINDS)
    options = parser.parse_args()
    for kind in [options.only] if options.only else KINDS:
        title, make = KINDS[kind]
        folder = options.work / kind
        folder.mkdir(parents=True, exist_ok=True)
        try:
            make(folder / "large.dcm")
            print(_table(title, _measure(folder, options.work, options.rounds)), "\n")
        finally:
            shutil.rmtree(folder)


def _measure(folder: Path, work: Path, rounds: int) -> dict[str, Figures]:
    source, out, copy = folder / "large.dcm", work / "large-clean", work / "large-copy"
    lines: dict[str, list[str | Path]] = {
        "bme-med deid": [bme_med(), "deid", folder, "--out", out],
        "cp": ["cp", source, copy],
        "cp, then sync": ["sh", "-c", 'cp "$0" "$1" && sync "$1"', source, copy],
        "cp, then sync, then openssl sha256 of both at once": [
            "sh",
            "-c",
            'cp "$0" "$1" && sync "$1" && { openssl sha256 "$0" & openssl sha256 "$1"; wait; }',
            source,
            copy,
        ],
    }
    figures = {name: Figures() for name in lines}
    for _ in range(rounds):
        for name, line in lines.items():
            _warm(source)
            os.sync()
            _run(line, figures[name])
            for trace in (out, copy, *work.glob("large-clean.*")):
                shutil.rmtree(trace) if trace.is_dir() else trace.unlink(missing_ok=True)
    return figures


def _warm(source: Path) -> None:
    """Have the source in the page cache."""
    with open(source, "rb") as file:
        while file.read(_STEP):
            pass


def _run(line: list[str | Path], figures: Figures) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=as_installed())
    sampler = Sampler(process.pid, figures)
    sampler.start()
    _, errors = process.communicate()
    figures.seconds.append(time.perf_counter() - started)
    sampler.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures.cpu.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    if process.returncode:
        sys.exit(f"{line[0]} ended with {process.returncode}: {errors.decode()[-500:]}")


def _table(title: str, figures: dict[str, Figures]) -> str:
    ours = median(figures["bme-med deid"].seconds)
    lines = [
        f"| {title} | wall s | ours to it | cpu s | RssAnon, largest process, MB | all processes, MB |",
        "|---|---|---|---|---|---|",
    ]
    for name, of in figures.items():
        seconds = median(of.seconds)
        ratio = "" if name == "bme-med deid" else f"{ours / seconds:.2f}"
        memory = f"{of.largest_process:.0f} | {of.all_processes:.0f}"
        lines.append(f"| {name} | {seconds:.1f} | {ratio} | {median(of.cpu):.1f} | {memory} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
