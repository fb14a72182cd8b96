"""Whole commands, timed in turn, so that a machine whose speed drifts treats all of them alike."""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

__all__ = ["Command", "Series", "as_installed", "bme_med", "measure", "table"]


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes
    ----------
    source
        A folder that must be in the page cache.
    outputs
        What the command writes, removed when it was timed.
    needs_folder
        Whether it wants the first of `outputs` to be there.
    """

    line: Sequence[str | Path]
    source: Path | None = None
    outputs: Sequence[Path] = ()
    needs_folder: bool = False

    def run(self) -> tuple[float, float]:
        """Wall and processor seconds; the disk is at rest before, and the outputs are gone afterwards."""
        if self.source:
            _read_all(self.source)
        self._remove_outputs()
        if self.needs_folder:
            self.outputs[0].mkdir()
        os.sync()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        done = subprocess.run(self.line, capture_output=True, check=False, env=as_installed())
        wall = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            sys.exit(f"{self.line[0]} ended with {done.returncode}: {done.stderr.decode()[-500:]}")
        self._remove_outputs()
        return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    def _remove_outputs(self) -> None:
        for output in self.outputs:
            if output.is_dir():
                shutil.rmtree(output)
            else:
                output.unlink(missing_ok=True)


@dataclass
class Series:
    """The seconds of one command, round by round."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def ratio(self, other: "Series") -> float:
        """Median of the rounds' ratios of wall seconds."""
        return median(mine / theirs for mine, theirs in zip(self.wall, other.wall, strict=True))

    def to_json(self) -> dict[str, Any]:
        """Medians and every round."""
        medians = {"wall_median": median(self.wall), "cpu_median": median(self.cpu)}
        return {**medians, "wall": self.wall, "cpu": self.cpu}


def as_installed() -> dict[str, str]:
    """The environment, in which Python keeps what it compiles, as it does of a package that pip installed."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def bme_med() -> Path:
    """The command beside this Python."""
    return Path(sys.executable).with_name("bme-med")


def measure(commands: Mapping[str, Command], rounds: int) -> dict[str, Series]:
    """Run all `commands` once without counting, then `rounds` times, each time another one first."""
    series = {name: Series() for name in commands}
    names = list(commands)
    for round_ in range(rounds + 1):
        first = round_ % len(names)
        for name in names[first:] + names[:first]:
            wall, cpu = commands[name].run()
            if round_:
                series[name].wall.append(wall)
                series[name].cpu.append(cpu)
    return series


def _read_all(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.read_bytes()


def table(title: str, series: Mapping[str, Series]) -> str:
    """A Markdown table: medians, spread, and the first command's ratio to each other one."""
    first = next(iter(series.values()))
    lines = [
        f"| {title} | wall s, median | fastest to slowest | cpu s, median | ours to it |",
        "|---|---|---|---|---|",
    ]
    for name, of in series.items():
        spread = f"{min(of.wall):.3f} to {max(of.wall):.3f}"
        ratio = "" if of is first else f"{first.ratio(of):.2f}"
        lines.append(f"| {name} | {median(of.wall):.3f} | {spread} | {median(of.cpu):.3f} | {ratio} |")
    return "\n".join(lines)
