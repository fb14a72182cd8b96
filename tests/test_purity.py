"""The core plans with the standard library's plain part alone, and looks at nothing but what it is given."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pytest

from tests.oracles.runs import PROFILE_NAMES
from tests.pure_planning import BLOCKED, OutsideError, watched
from tests.pyodide.planning import KEY, outcomes, policies, read_files

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_data" / "input"

WRITTEN = 19
"""Files of the sample that every ready-made profile writes: 14 instances and 5 photos."""

LOOKS: dict[str, Callable[[], object]] = {
    "the time": time.time,
    "the date": date.today,
    "the date and time": datetime.now,
    "a variable": lambda: os.environ["PATH"],
    "a variable that may be absent": lambda: os.getenv("PATH"),
    "a file": lambda: open(__file__, "rb").close(),
    "a path": Path(__file__).exists,
    "the system's randomness": lambda: os.urandom(1),
}


@cache
def planned_apart() -> dict[str, dict[str, str]]:
    """Outcomes by profile and file, from a process that can import and look at next to nothing."""
    command = [sys.executable, "-m", "tests.pure_planning", str(SAMPLE)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    planned: dict[str, dict[str, str]] = json.loads(done.stdout)
    return planned


def test_the_core_plans_without_libraries_processes_clock_environment_or_files() -> None:
    planned = planned_apart()
    assert set(PROFILE_NAMES) <= set(planned)
    for outcomes_by_file in planned.values():
        assert sum(len(outcome) == 64 for outcome in outcomes_by_file.values()) >= WRITTEN


def decided(planned: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Outputs, and what is refused; with pydicom at hand a reason says why mending failed as well."""
    return {
        name: {path: found if len(found) == 64 else "refused" for path, found in outcomes_by_file.items()}
        for name, outcomes_by_file in planned.items()
    }


def test_what_else_is_loaded_does_not_change_a_plan() -> None:
    assert decided(planned_apart()) == decided(outcomes(read_files(SAMPLE), policies(KEY)))


@pytest.mark.parametrize("name", sorted(BLOCKED))
def test_what_is_blocked_cannot_be_imported(name: str) -> None:
    code = f"from tests import pure_planning; pure_planning.block(); import {name}"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert f"{name} has no place in the core" in done.stderr


@pytest.mark.parametrize("what", LOOKS)
def test_the_watch_notices_a_look_at(what: str) -> None:
    with pytest.raises(OutsideError), watched():
        LOOKS[what]()
