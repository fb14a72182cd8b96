"""Where the time of planning goes: ``python -m tests.bench.profile_plan [--work DIR] [--profile NAME]``.

Profiles one MR series after a first look at it, so that tables and caches are warm as they are in a run.
"""

import argparse
import cProfile
import pstats
import time
from pathlib import Path

from bme_med import engines
from bme_med.core import Policy
from tests.bench.material import default_folder, slice_folder
from tests.pyodide.planning import KEY, policies

__all__ = ["main"]

SERIES = "BENCH-8841907/MR_01"
LINES = 35


def main() -> None:
    """Print the time of one plan and the functions that take most of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=default_folder())
    parser.add_argument("--profile", default="hipaa-safe-harbor")
    options = parser.parse_args()
    folder = slice_folder(options.work) / SERIES
    slices = [path.read_bytes() for path in sorted(folder.iterdir())]
    policy = policies(KEY)[options.profile]
    _plan_all(slices, policy)
    started = time.process_time()
    _plan_all(slices, policy)
    seconds = (time.process_time() - started) / len(slices)
    print(f"{seconds * 1000:.3f} ms of processor time a plan, without the profiler")
    with cProfile.Profile() as profiler:
        _plan_all(slices, policy)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(LINES)


def _plan_all(slices: list[bytes], policy: Policy) -> None:
    for data in slices:
        engines.plan(data, policy)


if __name__ == "__main__":
    main()
