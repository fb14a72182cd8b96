"""What the pure core makes of a folder: the SHA-256 of each output, or why there is none.

The same file runs natively and in Pyodide, and needs nothing but the standard library.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bme_med import engines
from bme_med.core import Option, Plan, Policy, Pseudonyms, iter_chunks, parse_profile
from bme_med.core.resources import profile_names, read_resource

__all__ = ["KEY", "outcomes", "policies", "read_files"]

KEY = bytes(range(32))


def policies(key: bytes) -> dict[str, Policy]:
    """Every ready-made profile, compiled, under `key`, by its name; no detector is here to look at pixels."""
    loaded = {name: parse_profile(name, _read) for name in profile_names()}
    without = frozenset((Option.CLEAN_PIXEL_DATA,))
    profiles = {name: replace(each, options=each.options - without) for name, each in loaded.items()}
    for profile in profiles.values():
        engines.prepare(profile)
    return {name: Policy(profile, Pseudonyms(key)) for name, profile in profiles.items()}


def _read(name: str) -> tuple[str, str]:
    return name, read_resource(f"{name}.toml")


def read_files(folder: Path) -> dict[str, bytes]:
    """Every file below `folder`, by its path."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def outcomes(files: Mapping[str, bytes], under: Mapping[str, Policy]) -> dict[str, dict[str, str]]:
    """By profile and file: 64 hex digits for an output, the reason for a refusal."""
    return {
        name: {path: _outcome(data, policy) for path, data in files.items()} for name, policy in under.items()
    }


def _outcome(data: bytes, policy: Policy) -> str:
    plan = engines.plan(data, policy)
    if not isinstance(plan, Plan):
        return plan.reason
    digest = hashlib.sha256()
    for chunk in iter_chunks(plan.pieces, data):
        digest.update(chunk)
    return digest.hexdigest()


if __name__ == "__main__":
    print(json.dumps(outcomes(read_files(Path(sys.argv[1])), policies(KEY))))
