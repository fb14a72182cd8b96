"""The score's key, corpus and judge: outputs pass, sources do not, and the page says what was measured."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from bme_med.core.resources import read_resource
from tests.bench.burned_in import CORPUS
from tests.bench.midi_b import PAGE, score, table
from tests.bench.midi_b_corpus import Group, build
from tests.bench.midi_b_judging import Mappings, judge
from tests.bench.midi_b_key import Action, Answer

GROUPS = (Group(["MR_small.dcm", "rtdose.dcm"]), Group(["693_UNCR.dcm"], has_text=True))
AIM = 99.95


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> str:
    """`tcia-research` without the look at all pixels, which takes a detector."""
    folder = tmp_path_factory.mktemp("profile")
    text = read_resource("tcia-research.toml").replace('  "clean-pixel-data",\n', "")
    text = text.replace('burned-in = "detect"', 'burned-in = "keep"')
    for name in ("clinical_words.txt", "safe_private_more.csv"):
        (folder / name).write_text(read_resource(name), encoding="utf-8")
    (folder / "own.toml").write_text(text, encoding="utf-8")
    return str(folder / "own.toml")


def test_outputs_pass_every_check_but_those_of_letters_in_pixels(profile: str, tmp_path: Path) -> None:
    judged = score(tmp_path, profile, GROUPS)
    failed = [answer for answer, is_passed in judged if not is_passed]
    assert [answer.action for answer in failed] == [Action.PIXELS_HIDDEN] * 2
    assert {answer.action for answer, _ in judged} == {*Action}
    assert len(judged) > 250


def test_sources_fail_every_check_of_what_has_to_go(tmp_path: Path) -> None:
    """And pass those of what has to stay, so that the key asks for nothing that was never there."""
    material = build(tmp_path / "in", GROUPS)
    shutil.copytree(tmp_path / "in", tmp_path / "out")
    same = {answer.instance: answer.instance for answer in material.answers}
    for answer, is_passed in judge(material.answers, material.burned, tmp_path / "out", Mappings({}, same)):
        stays = answer.action in (
            *(Action.TAG_RETAINED, Action.TEXT_NOTNULL, Action.TEXT_RETAINED, Action.PIXELS_RETAINED),
        )
        is_same_uid = answer.action is Action.UID_CONSISTENT and answer.text in same
        assert is_passed is (stays or is_same_uid), answer


def test_an_instance_that_was_not_written_fails_all_its_checks(tmp_path: Path) -> None:
    material = build(tmp_path / "in", GROUPS[1:])
    (tmp_path / "out").mkdir()
    judged = list(judge(material.answers, material.burned, tmp_path / "out", Mappings({}, {})))
    assert judged
    assert not any(is_passed for _, is_passed in judged)


def test_letters_that_were_painted_over_are_hidden(tmp_path: Path) -> None:
    material = build(tmp_path / "in", GROUPS[1:])
    path = next((tmp_path / "in").rglob("*.dcm"))
    ds = dcmread(path)
    same = Mappings({}, {str(ds.SOPInstanceUID): str(ds.SOPInstanceUID)})
    for rows, hidden in ((200, [True, True]), (20, [False, False])):
        _paint(ds, rows, tmp_path / "out")
        assert [is_hidden for _, is_hidden in judge([], material.burned, tmp_path / "out", same)] == hidden


def _paint(ds: Dataset, rows: int, folder: Path) -> None:
    frame = dcmread(ds.filename).pixel_array.copy()
    frame[:rows] = np.min(frame)
    ds.PixelData = frame.tobytes()
    folder.mkdir(exist_ok=True)
    ds.save_as(folder / "painted.dcm")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_the_boxes_that_were_published_lie_on_letters(tmp_path: Path) -> None:
    material = build(tmp_path, [Group(["presidio/2_ORIGINAL.dcm"], has_text=True)])
    assert len(material.burned) == 5
    assert all(80 < text.mask.sum() < 0.02 * text.mask.size for text in material.burned)


def test_the_page_says_what_was_measured_and_how_far_it_is_from_the_aim() -> None:
    rows = {
        cells[1].strip(" `"): cells[2:5]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if len(cells := line.split("|")) == 6
    }
    assert {*Action, "all"} <= rows.keys()
    passed, of = (int(cell.replace(",", "")) for cell in rows["all"][:2])
    assert of > 5_000
    assert 100 * passed / of >= AIM


def test_a_share_is_cut_and_not_rounded() -> None:
    answer = Answer("1.2", (), Action.TAG_RETAINED)
    assert "| `tag_retained` | 20,000 | 20,001 | 99.99 |" in table((answer, n > 0) for n in range(20_001))
