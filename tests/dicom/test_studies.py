"""Whole studies: what belonged together before belongs together afterwards, and nothing else does."""

import os
import tempfile
import warnings
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from bme_med.core import Policy, Pseudonyms
from bme_med.verify.elements import node_of
from bme_med.verify.tables import load_tables
from tests.dicom.test_corpus import files
from tests.oracles.planting import ENCODINGS, ROOT, encode, small_mr
from tests.oracles.reading import read
from tests.oracles.references import References, references_of
from tests.oracles.runs import (
    KEY,
    PROFILE_NAMES,
    dcmdump_complains,
    deidentify,
    entity_errors,
    policy,
    tool,
    without_refusing,
)
from tests.oracles.study import study_files

LEAST_RESOLVED = 25
"""References of the invented study that lead to one of its instances under every profile."""

SAMPLE = 5
"""Files of a folder that the normal run looks at."""

EXPECTED_ERRORS = {
    # Two studies with one series UID and no patient ID: without an ID the study tells patients apart
    # (docs/reference/encodings.md).
    "Error - Different PatientID for same SeriesInstanceUID - SeriesInstanceUID=<> PatientID=<>",
}

Files = list[tuple[str, bytes]]

every_profile = pytest.mark.parametrize("name", PROFILE_NAMES)


def looked_up(of: Iterable[tuple[str, bytes]]) -> References:
    return references_of((name, node_of(read(data), load_tables())) for name, data in of)


def outputs_of(sources: Iterable[tuple[str, bytes]], name: str) -> Files:
    """What is written of a study, each file by a fresh policy, as workers on several machines have it."""
    made = []
    for file, data in sources:
        under = without_refusing(Policy(policy(name).profile, Pseudonyms(KEY)))
        output = deidentify(data, under)
        if isinstance(output, bytes):
            made.append((file, output))
    return made


def broken_references(sources: Files, outputs: Files) -> list[tuple[str, str]]:
    """Places whose reference led somewhere and does not any more, or the other way round."""
    written = {file for file, _ in outputs}
    before = looked_up((file, data) for file, data in sources if file in written)
    after = looked_up(outputs)
    return sorted((after.dangling & before.resolved) | (after.resolved & before.dangling))


def new_entity_errors(folder: Path, sources: Files, outputs: Files) -> list[str]:
    """What dcentvfy says of the outputs as a set, and not of their sources."""
    said: list[set[str]] = []
    written = {file for file, _ in outputs}
    for part, these in (("source", sources), ("output", outputs)):
        paths = []
        for number, (file, data) in enumerate(these):
            if file in written:
                paths.append(folder / f"{part}{number}")
                paths[-1].write_bytes(data)
        said.append(entity_errors(paths))
    return sorted(said[1] - said[0] - EXPECTED_ERRORS)


@every_profile
def test_a_reference_leads_where_it_led(name: str) -> None:
    sources = [*study_files()]
    outputs = outputs_of(reversed(sources), name)
    assert len(outputs) == len(sources)
    assert broken_references(sources, outputs) == []
    assert len(looked_up(outputs).resolved) > LEAST_RESOLVED
    assert looked_up(outputs).dangling


def test_the_judge_of_references_sees_one_that_is_lost() -> None:
    sources = [*study_files()]
    outputs = outputs_of(sources, "ps315-basic")
    assert broken_references(sources, [*outputs[:1], *sources[1:]])


@every_profile
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_list_of_uids_may_outgrow_its_vr(name: str, encoding: str, tmp_path: Path) -> None:
    ds = small_mr()
    ds.FailedSOPInstanceUIDList = [f"{ROOT}{number}" for number in range(2_000)]
    output = deidentify(encode(ds, ENCODINGS[encoding], load_tables()), policy(name))
    assert isinstance(output, bytes), output
    root = node_of(read(output), load_tables())
    new = root.elements[0x00080058].values
    assert len(set(new)) == len(new) == len(ds.FailedSOPInstanceUIDList)
    assert new[1] == root.text(0x00080018)
    assert isinstance(deidentify(output, policy(name)), bytes)
    (tmp_path / "output").write_bytes(output)
    assert not dcmdump_complains(tmp_path / "output")


@pytest.mark.skipif(not tool("dcentvfy"), reason="dicom3tools is not installed")
@every_profile
def test_dcentvfy_finds_no_error_in_a_study_that_its_source_did_not_have(name: str, tmp_path: Path) -> None:
    sources = [*study_files()]
    assert new_entity_errors(tmp_path, sources, outputs_of(sources, name)) == []


def judge_folder(paths: list[Path], name: str) -> list[str]:
    """One process's work: what is wrong with the outputs of one folder as a set."""
    warnings.simplefilter("ignore")
    sources = [(path.name, path.read_bytes()) for path in paths]
    outputs = outputs_of(sources, name)
    with tempfile.TemporaryDirectory() as folder:
        errors = new_entity_errors(Path(folder), sources, outputs) if tool("dcentvfy") else []
    broken = broken_references(sources, outputs)
    return [*errors, *(f"{file} {place}: leads elsewhere" for file, place in broken)]


def judge_all(names: tuple[str, ...], *, most: int | None) -> dict[tuple[str, str], list[str]]:
    folders: dict[Path, list[Path]] = {}
    for path in files():
        folders.setdefault(path.parent, []).append(path)
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        jobs = {
            (name, str(folder)): pool.submit(judge_folder, paths[:most], name)
            for folder, paths in folders.items()
            for name in names
        }
        return {key: found for key, job in jobs.items() if (found := job.result())}


def test_real_studies_stay_consistent() -> None:
    assert judge_all(("research-longitudinal",), most=SAMPLE) == {}


@pytest.mark.nightly
def test_all_real_studies_stay_consistent() -> None:
    assert judge_all(PROFILE_NAMES, most=None) == {}
