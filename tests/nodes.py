"""Node, with the packages that a folder's lock names."""

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import playwright
import pytest

__all__ = ["absent", "node_for"]


def node_for(folder: Path) -> str:
    """Path of Node, playwright's own, as Debian's may be old; `folder` has what its lock names."""
    npm = shutil.which("npm")
    if not npm:
        absent("Node and npm are not installed")
    lock = json.loads((folder / "package-lock.json").read_bytes())
    locked = {name: package for name, package in lock["packages"].items() if name}
    with open(folder / "package-lock.json") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # several processes of tests want them at once
        if not _is_installed(folder, locked):
            done = subprocess.run([npm, "ci"], cwd=folder, capture_output=True, timeout=900, check=False)
            if done.returncode:
                absent("npm could not install what the lock names")
    return str(Path(playwright.__file__).parent / "driver" / "node")


def _is_installed(folder: Path, locked: dict[str, dict[str, object]]) -> bool:
    """Whether what is installed is what is locked; packages for other machines are left out."""
    try:
        there = json.loads((folder / "node_modules" / ".package-lock.json").read_bytes())["packages"]
    except FileNotFoundError:
        return False
    wanted = {name: package for name, package in locked.items() if not package.get("optional")}
    return all(there.get(name) == package for name, package in wanted.items())


def absent(reason: str) -> NoReturn:
    """Skip, but fail on a build server, where nothing may be left out."""
    if os.environ.get("BME_MED_REQUIRE_ORACLES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
