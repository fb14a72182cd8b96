"""Run a job and kill it, with all that it started, at a chosen point: ``python -m tests.run.killed``."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bme_med.audit import AuditWriter, footer_text
from bme_med.run import create_key, deidentify, make_job
from bme_med.run.writing import flush, put_in_place, write_pieces

__all__ = ["POINTS"]


def main(point: str, calls: int, source: str, out: str, key_file: str, workers: int, profile: str) -> None:
    """Arm the kill behind the `calls`-th call at `point`, then run."""
    os.setpgid(0, 0)
    target, function = POINTS[point]
    with patch("bme_med.run.committing._BATCH_ENTRIES", 3), patch(target, _deadly(calls, function)):
        key = Path(key_file) if key_file else None
        deidentify(make_job([Path(source)], Path(out), key_file=key, workers=workers, profile=profile))


def _deadly(calls: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, which kills the whole group of processes instead of returning from a call."""
    left, group = [calls], os.getpgrp()

    def call(*args: Any, **options: Any) -> Any:
        result = function(*args, **options)
        left[0] -= 1
        if left[0] <= 0:
            os.killpg(group, signal.SIGKILL)
        return result

    return call


POINTS: dict[str, tuple[str, Callable[..., Any]]] = {
    "key made": ("bme_med.run.session.create_key", create_key),
    "part written": ("bme_med.run.working.write_pieces", write_pieces),
    "batch flushed": ("bme_med.run.committing.flush", flush),
    "file named": ("pathlib.Path.rename", Path.rename),
    "lines appended": ("bme_med.audit.AuditWriter.append", AuditWriter.append),
    "table in place": ("bme_med.run.deidentifying.put_in_place", put_in_place),
    "before footer": ("bme_med.run.session.footer_text", footer_text),
}
"""Where a run can be killed, and what is called there."""


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5], int(sys.argv[6]), sys.argv[7])
