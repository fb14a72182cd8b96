"""Commands with what a terminal really shows, for README and docs/tasks/."""

import os
import pty
import re
import shlex
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

__all__ = ["shown"]

_COLUMNS = 100
_HOME = "/data"
_SAMPLE = Path(__file__).parents[1] / "sample_data" / "input"
_VARYING = (
    (re.compile(r"in \d+\.\d s\b"), "in 0.4 s"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "2026-01-31T08:00:00.000Z"),
)
"""What differs from run to run."""


def shown(*commands: str, blocks: tuple[str, ...] = (), rows: int | None = None) -> str:
    """A fenced block with the last of `commands` and its output; those before run unseen.

    Of the output, `blocks` keeps the paragraphs that start so, and `rows` that many lines.

    They run in a new folder, which the output calls ``/data``, with the sample under the name ``scans``.
    """
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        (home / "scans").symlink_to(_SAMPLE)
        for command in commands:
            output = _run(command, home)
    for pattern, same in _VARYING:
        output = pattern.sub(same, output)
    lines = [line.rstrip() for line in output.replace(str(home), _HOME).splitlines()]
    paragraphs = "\n".join(lines).strip().split("\n\n")
    text = "\n\n".join(p for p in paragraphs if p.startswith(blocks or "")).splitlines()
    kept = [*text[:rows], "[...]"] if rows and rows < len(text) else text
    return "\n".join(("```console", f"$ {commands[-1]}", *kept, "```", ""))


def _run(command: str, folder: Path) -> str:
    """What `command` writes to a plain terminal; messages and progress, on stderr, are left out."""
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": str(_COLUMNS), "LINES": "50"}
    near, far = pty.openpty()
    words = [str(Path(sys.executable).parent / "bme-med"), *shlex.split(command)[1:]]
    process = subprocess.Popen(words, cwd=folder, env=environment, stdout=far, stderr=subprocess.DEVNULL)  # noqa: S603
    os.close(far)
    output = b""
    with suppress(OSError):  # how a terminal says that nobody writes to it any more
        while data := os.read(near, 4096):
            output += data
    os.close(near)
    process.wait()
    return output.decode().replace("\r\n", "\n")
