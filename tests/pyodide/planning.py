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
from bme_med.core import (
    Option,
    Plan,
    Policy,
    Pseudonyms,
    Refusal,
    Source,
    iter_chunks,
    parse_profile,
)
from bme_med.core.boxes import BoxRule, BoxSpec
from bme_med.core.resources import profile_names, read_resource

__all__ = ["BOXED", "KEY", "boxed", "outcomes", "policies", "read_files"]

KEY = bytes(range(32))
BOXED = "ps315-basic"
_BOXES = ("7,5,16,10", "-9,-7,0,5")


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
        name: {path: _outcome(data, engines.plan(data, policy)) for path, data in files.items()}
        for name, policy in under.items()
    }


def boxed(files: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    """As `outcomes`, under one profile and with boxes over every frame and photo."""
    from bme_med.run.painted_photos import plan_any

    drawn = BoxRule("drawn", (), tuple(map(BoxSpec.parse, _BOXES)))
    policy = replace(policies(KEY)[BOXED], boxes=(drawn,))
    return {BOXED: {path: _outcome(*plan_any(data, policy)) for path, data in files.items()}}


def _outcome(data: Source, plan: Plan | Refusal) -> str:
    if not isinstance(plan, Plan):
        return plan.reason
    digest = hashlib.sha256()
    for chunk in iter_chunks(plan.pieces, data):
        digest.update(chunk)
    return digest.hexdigest()


if __name__ == "__main__":
    found = read_files(Path(sys.argv[1]))
    print(json.dumps(boxed(found) if sys.argv[2:] == ["boxed"] else outcomes(found, policies(KEY))))
