"""The engine of the page does what the command line does: names, bytes, reasons, audit. In Node's Pyodide."""

import json
from pathlib import Path
from typing import Any

import pytest

from bme_med.audit import check_file
from bme_med.run import deidentify, inspect_path, load_profile, make_job
from bme_med.run.inspecting import Inspection
from bme_med.run.surveying import survey
from tests.oracles.runs import CORPUS, PROFILE_NAMES
from tests.run.making import key_file, mixed_folder, tree
from tests.web.building import run_in_node, runner
from tests.web.choosing import link_corpus

SAMPLE = Path(__file__).parents[2] / "sample_data" / "input"
KEY = bytes(range(32)).hex()
STOPPED_AFTER = 7
OWN_TO_A_RUN = ("timestamp", "prev")
SAID = ("name", "status", "reason", "output", "sha256", "findings")
RECORDED = ("filename", "status", "reason", "output", "output_sha256", "findings")

Records = dict[str, dict[str, Any]]


class Done:
    """What the page did in one process: its runs by name, and where they wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sources = {"mixed": mixed_folder(folder / "mixed"), **dict.fromkeys(PROFILE_NAMES, SAMPLE)}
        if CORPUS.is_dir():
            self.sources["corpus"] = link_corpus(folder / "corpus", 200, 50)
        orders = [self._order(name, look=name == "ps315-basic") for name in self.sources]
        orders.append({**self._order("mixed"), **self._places("stopped"), "most": STOPPED_AFTER})
        earlier = self._places("stopped")["audit"]
        orders.append({**self._order("mixed"), **self._places("resumed"), "earlier": earlier})
        orders[-1]["out"] = orders[-2]["out"]
        said = run_in_node(runner(Path(__file__).with_name("run.ts"), folder), orders)
        self.profiles = said["profiles"]
        self.runs = dict(zip((*self.sources, "stopped", "resumed"), said["done"], strict=True))

    def _order(self, name: str, **more: object) -> dict[str, object]:
        return {
            "input": self.sources[name],
            "profile": self.profile(name),
            "key": KEY,
            **self._places(name),
            **more,
        }

    def _places(self, name: str) -> dict[str, object]:
        return {"out": self.folder / f"{name}-page", "audit": self.folder / f"{name}-page.jsonl"}

    def profile(self, name: str) -> str:
        """The profile of a run."""
        return name if name in PROFILE_NAMES else "ps315-basic"

    def records(self, name: str) -> Records:
        """Records of the page's run."""
        return records(self.folder / f"{name}-page.jsonl")

    def natively(self, name: str) -> Records:
        """Records of the command line's run, which writes beside the page's."""
        out = self.folder / f"{name}-native"
        if not out.exists():
            key = key_file(self.folder)
            deidentify(
                make_job([self.sources[name]], out, profile=self.profile(name), key_file=key, workers=1)
            )
        return records(self.folder / f"{name}-native.audit.jsonl")

    def written(self, name: str, by: str) -> dict[str, str]:
        """What was written, by path."""
        return tree(self.folder / f"{name}-{by}")


def records(audit: Path) -> Records:
    """The lines of an audit by source, without what is a run's own; the audit must hold together."""
    assert not [finding for finding in check_file(audit) if "footer" not in finding.problem]
    documents = [json.loads(line) for line in audit.read_text().splitlines()]
    return {
        one["filename"]: {key: value for key, value in one.items() if key not in OWN_TO_A_RUN}
        for one in documents
        if "filename" in one
    }


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    return Done(tmp_path_factory.mktemp("parity"))


@pytest.fixture(autouse=True)
def _no_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page has no detector; the command line is asked for what it does without one."""
    for room in ("people", "inspecting", "surveying"):
        monkeypatch.setattr(f"bme_med.run.{room}.detector_for", lambda _: None)


@pytest.mark.parametrize("name", [*PROFILE_NAMES, "mixed", "corpus"])
def test_the_page_does_what_the_command_line_does(name: str, done: Done) -> None:
    if name not in done.sources:
        pytest.skip("the corpus is not beside this checkout")
    native = done.natively(name)
    assert done.records(name) == native
    assert done.written(name, "page") == done.written(name, "native")
    page = done.runs[name]
    assert [[one[key] for key in SAID] for one in page["outcomes"]] == [
        [one[key] for key in RECORDED] for one in native.values()
    ]
    counts = [page["summary"][status] for status in ("written", "refused", "skipped")]
    assert all(counts)
    assert page["summary"]["found"] == sum(counts) == len(native)


def test_a_stopped_run_goes_on_where_it_was(done: Done) -> None:
    first, second = done.runs["stopped"], done.runs["resumed"]
    assert first["summary"]["stopped"]
    assert STOPPED_AFTER <= first["summary"]["found"] < second["summary"]["found"]
    assert not second["summary"]["stopped"]
    assert done.records("resumed") == done.natively("mixed")
    assert done.written("stopped", "page") == done.written("mixed", "native")
    names = [one["name"] for one in (*first["outcomes"], *second["outcomes"])]
    assert sorted(names) == sorted(done.natively("mixed"))


def test_the_page_groups_files_as_inspect_does(done: Done) -> None:
    native = survey([SAMPLE], load_profile("ps315-basic"), 1)
    assert [
        (one["patient"], one["study"], one["series"], one["kind"], one["names"], one["risky"], one["refused"])
        for one in done.runs["ps315-basic"]["series"]
    ] == [
        (one.patient, one.study, one.series, one.kind, one.names, one.risky, one.refused)
        for one in native.series
    ]


def test_the_page_shows_the_rows_of_inspect(done: Done) -> None:
    profile = load_profile("ps315-basic")
    compared = 0
    for one in done.runs["ps315-basic"]["inspections"]:
        native = inspect_path(SAMPLE / one["name"], profile)
        assert isinstance(native, Inspection)
        assert (one["format"], one["refusal"]) == (native.format, native.refusal)
        parts = [row for row in native.rows if not row.group]  # what Exiv2 reads, a page does not show
        assert [(row["where"], row["code"], row["rule"], row["before"]) for row in one["rows"]] == [
            (row.where, row.code, row.rule, row.before) for row in parts
        ]
        compared += len(parts)
    assert compared > 500


def test_the_page_names_the_profiles(done: Done) -> None:
    assert [one["name"] for one in done.profiles] == sorted(PROFILE_NAMES)
    assert all(one["title"] and one["summary"] for one in done.profiles)


def test_the_report_tells_of_the_run(done: Done) -> None:
    report = done.runs["ps315-basic"]["summary"]["report"]
    assert "ps315-basic" in report
    assert "<script" not in report
