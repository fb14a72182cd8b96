"""Runs of what is judged, by the doors that a library user has, and of judges that nobody here wrote."""

import re
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from bme_med.core import Option, Plan, Policy, Pseudonyms, Refusal, parse_profile, splice
from bme_med.core.resources import read_resource
from bme_med.verify.tools import iod_errors, tool

__all__ = [
    "CORPUS",
    "KEY",
    "NIGHTLY_BUT_ONE",
    "PROFILE_NAMES",
    "dcmdump_complains",
    "deidentify",
    "entity_errors",
    "iod_errors",
    "policy",
    "tool",
    "without_refusing",
]

PROFILE_NAMES = ("ps315-basic", "hipaa-safe-harbor", "research-longitudinal", "tcia-research")

NIGHTLY_BUT_ONE = [
    name if name == "hipaa-safe-harbor" else pytest.param(name, marks=pytest.mark.nightly)
    for name in PROFILE_NAMES
]
"""For tests that take seconds a profile."""

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
"""Real files beside the checkout; tests that want them are skipped where they are absent."""

KEY = bytes(range(32))


@cache
def policy(name: str) -> Policy:
    """A ready-made profile under the tests' key, without the look at all pixels that needs a detector."""
    profile = parse_profile(name, _read)
    return Policy(replace(profile, options=profile.options - {Option.CLEAN_PIXEL_DATA}), Pseudonyms(KEY))


def without_refusing(under: Policy) -> Policy:
    """The same, but neither a risk of burned-in text nor a content tree is refused."""
    lenient = replace(under.profile, burned_in="keep", structured_reports="empty")
    return replace(under, profile=lenient)


def _read(name: str) -> tuple[str, str]:
    return name, read_resource(f"{name}.toml")


def plan(source: bytes, under: Policy) -> Plan | Refusal:
    """What the engines decide about one file."""
    from bme_med import engines  # late, so that the judges themselves load without an engine

    return engines.plan(source, under)


def deidentify(source: bytes, under: Policy) -> bytes | Refusal:
    """The output of one file, or why there is none."""
    planned = plan(source, under)
    return splice(planned.pieces, source) if isinstance(planned, Plan) else planned


def dcmdump_complains(path: Path) -> list[str]:
    """What dcmtk says of a file that it cannot read to its end, or reads with errors."""
    command = [tool("dcmdump") or "dcmdump", "-ll", "error", str(path)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    lines = done.stderr.decode("latin-1").splitlines()
    return lines or ([f"exit code {done.returncode}"] if done.returncode else [])


def entity_errors(paths: list[Path]) -> set[str]:
    """What dicom3tools calls an inconsistency of instances as a set, values and files taken out."""
    done = subprocess.run([tool("dcentvfy") or "dcentvfy", *paths], capture_output=True, check=False)
    lines = (done.stdout + done.stderr).decode("latin-1").splitlines()
    return {_without_files(line) for line in lines if line.startswith(("Error", "Abort"))}


def _without_files(line: str) -> str:
    """The message alone; ``Element=<...>`` and ``IE=<...>`` name no value.

    >>> _without_files("Error - Missing SOPInstanceUID - 1.2.840.1 for file </a> versus </b>")
    'Error - Missing SOPInstanceUID - #'
    """
    line = re.sub(r"(?<!Element=)(?<!IE=)<[^>]*>", "<>", re.sub(r" for file .*", "", line))
    return re.sub(r"\b[\d.]{6,}", "#", line)
