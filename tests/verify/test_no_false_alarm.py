"""Good outputs raise nothing: the sample data, and every real file at hand, under each ready-made profile."""

import json
from pathlib import Path

import pytest

from bme_med.verify import audit_beside, verify
from bme_med.verify.dicom import DicomJudge
from bme_med.verify.judged import Told
from bme_med.verify.seen import Seen, collisions
from tests.cli.calling import call
from tests.dicom.test_corpus import CALLED_BY_A_WORD, folder_of, sample
from tests.oracles.runs import CORPUS, NIGHTLY_BUT_ONE, PROFILE_NAMES, deidentify, policy
from tests.run.making import run

SAMPLE_DATA = Path(__file__).parents[2] / "sample_data" / "input"
SAMPLED = 45
"""Real files in the normal run; a nightly run checks all of them."""

LOOKS_AT_ALL = "tcia-research"
"""Asks the detector about every frame, which takes hours for all files."""

every_profile = pytest.mark.parametrize("name", PROFILE_NAMES)


@every_profile
def test_the_sample_data_raises_nothing(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(SAMPLE_DATA, tmp_path / "clean", profile=name)
    done = call(capsys, "verify", tmp_path / "clean", "--source", SAMPLE_DATA, "--json")
    report = json.loads(done.out)
    assert (done.code, report["findings"]) == (0, [])
    written = 20 if name == "ps315-basic" else 21  # that one refuses the ultrasound, and paints nothing over
    assert report["outputs"] == report["compared"] == written


@pytest.mark.parametrize("name", NIGHTLY_BUT_ONE)
def test_real_instances_raise_nothing_with_and_without_their_sources(name: str) -> None:
    judge, seen = DicomJudge(policy(name).profile), dict[Path, Seen]()
    written = 0
    for path in sorted(sample())[:SAMPLED]:
        source = path.read_bytes()
        output = deidentify(source, policy(name))
        if not isinstance(output, bytes):
            continue
        written += 1
        judged, together = judge.judge(output, source, Told()), seen.setdefault(folder_of(path), Seen())
        found = [f"{problem.place} {problem.check}" for problem in judged.problems]
        assert found == [*filter(None, [CALLED_BY_A_WORD.get((name, path.name))])], path.name
        assert judge.judge(output, None, Told()).problems == (), path.name
        assert [*together.add(judged.seen), *collisions(together)] == []
    assert written >= SAMPLED // 2


@pytest.mark.nightly
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside the checkout")
@pytest.mark.parametrize("name", [name for name in PROFILE_NAMES if name != LOOKS_AT_ALL])
def test_the_whole_corpus_raises_nothing(name: str, tmp_path: Path) -> None:
    out = tmp_path / "clean"
    run(CORPUS, out, profile=name)
    report = verify(out, policy(name).profile, source=CORPUS, audit=audit_beside(out))
    assert report.findings == []
    assert report.compared == report.outputs >= 500
