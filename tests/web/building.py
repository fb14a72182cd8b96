"""The browser edition, built from this checkout; and runs of its engine in Node."""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.nodes import node_for

__all__ = ["ROOT", "SITE", "WEB", "build", "built_site", "run_in_node", "runner"]

ROOT = Path(__file__).parents[2]
WEB = ROOT / "bme_med" / "web"
SITE = WEB / "site"
_STAMP = WEB / "node_modules" / ".built-from"
_MADE = {"node_modules", "site", "__pycache__"}


@cache
def built_site() -> Path:
    """The site, built anew where it is older than its sources."""
    node_for(WEB)
    digest = _digest_of_sources()
    with open(WEB / "package.json") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        is_there = all(
            path.exists() for path in (SITE / "index.html", ROOT / "dist" / "bme-med.html", _STAMP)
        )
        if not is_there or _STAMP.read_text() != digest:
            _STAMP.unlink(missing_ok=True)
            build()
            _STAMP.write_text(digest)
    return SITE


def build(web: Path = WEB) -> None:
    """Build the site and the single file, with the packages of this Python."""
    done = subprocess.run(
        ["npm", "run", "build"],
        cwd=web,
        env={**os.environ, "BME_MED_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def _digest_of_sources() -> str:
    digest = hashlib.sha256()
    for top in (ROOT / "bme_med", ROOT / "profiles"):
        for path in sorted(top.rglob("*")):
            if path.is_file() and not _MADE & set(path.relative_to(ROOT).parts):
                digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def runner(entry: Path, folder: Path) -> Path:
    """The script `entry`, bundled with the page's own engine into `folder`."""
    node = node_for(WEB)
    made = folder / f"{entry.stem}.mjs"
    subprocess.run([node, str(WEB / "build" / "bundle.mjs"), str(entry), str(made)], check=True, timeout=120)
    return made


def run_in_node(script: Path, orders: Sequence[Mapping[str, object]]) -> dict[str, Any]:
    """What `run.ts` says of runs, one after the other on one engine."""
    command = [node_for(WEB), str(script), str(built_site() / "assets"), json.dumps(orders, default=str)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    said: dict[str, Any] = json.loads(done.stdout)
    return said
