"""Nothing planted survives: what identifies in the sample is searched for in every byte that is written."""

import json
import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bme_med.core import Plan, Refusal, splice
from bme_med.verify.instance import check
from bme_med.verify.tables import load_tables
from tests.oracles.reading import read
from tests.oracles.residue import residue
from tests.oracles.runs import PROFILE_NAMES, deidentify, plan, policy

SAMPLE = Path(__file__).parents[1] / "sample_data"
INPUT = SAMPLE / "input"

LEAST_WRITTEN = 18
"""Sound files of the sample without a risk of burned-in text: 12 MR slices and a copy, a CT slice, photos."""

every_profile = pytest.mark.parametrize("name", PROFILE_NAMES)


@cache
def planted() -> dict[str, Any]:
    return dict(json.loads((SAMPLE / "planted.json").read_text(encoding="utf-8")))


def promised(name: str) -> list[str | bytes]:
    """Values that a profile promises to remove."""
    return [
        entry["value"] if "value" in entry else bytes.fromhex(entry["hex"])
        for entry in planted()["identifiers"]
        if name in entry["promised_by"]
    ]


def files() -> list[Path]:
    return sorted(path for path in INPUT.rglob("*") if path.is_file())


def test_the_search_finds_everything_in_the_input() -> None:
    content = b"\n".join(path.read_bytes() + os.fsencode(path.relative_to(INPUT)) for path in files())
    values = {value for name in PROFILE_NAMES for value in promised(name)}
    assert len(values) > 200
    assert residue(values, content) == values


@every_profile
def test_no_output_of_an_engine_holds_what_the_profile_promises_to_remove(name: str) -> None:
    written = 0
    for path in files():
        source = path.read_bytes()
        planned = plan(source, policy(name))
        if isinstance(planned, Plan):
            written += 1
            told = repr((planned.actions, planned.findings, planned.fields, planned.suffix)).encode()
            assert residue(promised(name), splice(planned.pieces, source)) == set(), path.name
        else:
            told = planned.reason.encode()
        assert residue(promised(name), told) == set(), path.name
    assert written >= LEAST_WRITTEN


@every_profile
def test_instances_with_burned_in_names_are_refused(name: str) -> None:
    for path in {entry["where"] for entry in planted()["burned_in"]}:
        assert isinstance(deidentify((INPUT / path).read_bytes(), policy(name)), Refusal)


@every_profile
def test_every_instance_of_the_sample_is_what_the_table_and_the_profile_say(name: str) -> None:
    judged = 0
    for path in files():
        source = path.read_bytes()
        output = deidentify(source, policy(name))
        if source[128:132] == b"DICM" and isinstance(output, bytes):
            judged += 1
            assert check(read(source), read(output), policy(name).profile, load_tables()) == [], path.name
    assert judged >= 13


@every_profile
def test_no_trace_of_a_run_holds_what_the_profile_promises_to_remove(name: str, tmp_path: Path) -> None:
    started = time.time()
    out, audit = tmp_path / "out", tmp_path / "audit.jsonl"
    command = [sys.executable, "-c", "from bme_med.cli import main; main()", "deid", str(INPUT)]
    options = ["--out", str(out), "--profile", name, "--audit", str(audit), "--audit-names", "pseudonym"]
    done = subprocess.run([*command, *options], capture_output=True, check=False)
    assert done.returncode == 1, done.stderr.decode()
    written = [path for path in out.rglob("*") if path.is_file()]
    assert len(written) >= LEAST_WRITTEN - 1  # the copy of a slice is skipped
    values = promised(name)
    names = "\n".join(str(path.relative_to(tmp_path)) for path in out.rglob("*")).encode()
    for content in (names, done.stdout, done.stderr, audit.read_bytes()):
        assert residue(values, content) == set()
    for path in written:
        assert residue(values, path.read_bytes()) == set(), path.name
        assert path.stat().st_mtime >= started - 2, "modification times are not copied"
        if hasattr(os, "listxattr"):
            assert os.listxattr(path) == []
