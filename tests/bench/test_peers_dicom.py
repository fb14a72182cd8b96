"""The comparison on DICOM is fair: its judges see damage and leaks, and find nothing in our outputs."""

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from pydicom import Dataset

from tests.bench.peers_dicom_judging import Verdict, judge
from tests.bench.peers_dicom_material import Instance, instances
from tests.bench.peers_dicom_tools import boxes_beside
from tests.bench.peers_page import PAGE
from tests.bench.peers_tools import OURS, run
from tests.oracles.runs import tool
from tests.oracles.study import study_files
from tests.verify.sabotage import edited

pytestmark = [
    pytest.mark.skipif(not tool("dciodvfy"), reason="dciodvfy is not installed"),
    pytest.mark.filterwarnings("ignore:Invalid value for VR:UserWarning"),  # planted on purpose
]


@cache
def material() -> list[Instance]:
    """A sample: every kind of place is in it."""
    everything = instances([])
    kinds = {kind: one for one in everything for kind in one.places.values()}
    return [*kinds.values(), *(one for one in everything if not one.places)]


def laid_out(folder: Path, files: list[Instance]) -> dict[str, Path]:
    """The instances as files, by name."""
    folder.mkdir()
    for one in files:
        (folder / one.name).write_bytes(one.data)
    return {path.name: path for path in folder.iterdir()}


@pytest.mark.nightly
def test_our_outputs_neither_leak_nor_are_damaged(tmp_path: Path) -> None:
    laid_out(tmp_path / "in", material())
    ran = run(OURS, tmp_path / "in", tmp_path / "out")
    verdicts = judge(material(), tmp_path / "in", ran.outputs, boxes_beside(tmp_path / "out"))
    assert {name: each for name, each in verdicts.items() if each.left or each.damage} == {}
    assert len(verdicts) > 20


def test_an_instance_as_it_was_leaks_all_that_was_planted(tmp_path: Path) -> None:
    verdicts = judge(material(), tmp_path / "in", laid_out(tmp_path / "in", material()), {})
    for one in material():
        assert verdicts[one.name] == Verdict(Counter(one.places.values()), (), 1.0)
    assert len({kind for one in material() for kind in one.places.values()}) > 15


DAMAGE: dict[str, Callable[[Dataset], object]] = {
    "pixels changed": lambda ds: setattr(ds, "PixelData", bytes(reversed(ds.PixelData))),
    "a required attribute (Type 1, 2) is missing": lambda ds: ds.__delitem__("StudyInstanceUID"),
    "other errors of dciodvfy": lambda ds: setattr(ds, "PatientSex", "Q"),
    "a reference leads nowhere": lambda ds: setattr(
        ds.ReferencedImageSequence[0], "ReferencedSOPInstanceUID", "1.2.3.4"
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_seen(kind: str, tmp_path: Path) -> None:
    study = [Instance(f"{name}.dcm", data, {}) for name, data in study_files()]
    outputs = laid_out(tmp_path / "out", study)
    laid_out(tmp_path / "in", study)
    path = outputs["mr.dcm"]
    path.write_bytes(edited(path.read_bytes(), DAMAGE[kind]))
    verdicts = judge(study, tmp_path / "in", outputs, {})
    assert kind in verdicts["mr.dcm"].damage
    assert verdicts["ct0.dcm"].damage == ()


def test_the_page_says_what_was_measured() -> None:
    text = PAGE.read_text(encoding="utf-8").split("## Photos")[0]
    rows = {cells[1].strip(): cells for line in text.splitlines() if len(cells := line.split("|")) == 10}
    assert rows["bme-med"][4].strip() == "0"
    assert {"dicognito", "deid", "dicom-anonymizer", "gdcmanon -e"} <= rows.keys()
    assert re.search(r"Measured on 20\d\d-\d\d-\d\d, \d+ instances", text)
