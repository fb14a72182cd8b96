"""A score as that of the MIDI-B benchmark: ``python -m tests.bench.midi_b [--write] [--odd] [--workers N]``.

The profile ``tcia-research`` on real instances with invented patients, judged by the benchmark's rules.
``--write`` puts the tables into docs/midi-b.md; ``--odd`` prints every check that failed.
"""

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydicom.datadict import keyword_for_tag

from tests.bench.detection import put_into
from tests.bench.midi_b_corpus import GROUPS, Group, build
from tests.bench.midi_b_judging import judge, read_mappings
from tests.bench.midi_b_key import Action, Answer
from tests.bench.timing import as_installed, bme_med

__all__ = ["PAGE", "main", "score", "table"]

PAGE = Path(__file__).parents[2] / "docs" / "midi-b.md"

Judged = list[tuple[Answer, bool]]


def score(work: Path, profile: str, groups: Sequence[Group] = GROUPS, workers: int = 1) -> Judged:
    """Build the corpus, de-identify it with one command, and judge the outputs."""
    material = build(work / "in", groups)
    command: list[str | Path] = [bme_med(), "deid", work / "in", "--out", work / "out", "--profile", profile]
    command += ["--crosswalk", work / "crosswalk.csv", "--workers", str(workers)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=as_installed())
    if done.returncode not in (0, 1):
        sys.exit(f"bme-med ended with {done.returncode}: {done.stderr[-1000:]}")
    mappings = read_mappings(work / "crosswalk.patient-ids.csv", work / "crosswalk.uids.csv")
    return list(judge(material.answers, material.burned, work / "out", mappings))


def table(judged: Iterable[tuple[Answer, bool]]) -> str:
    """Checks by action, and how many passed."""
    checked: Counter[Action] = Counter()
    passed: Counter[Action] = Counter()
    for answer, is_passed in judged:
        checked[answer.action] += 1
        passed[answer.action] += is_passed
    rows = [(f"`{action}`", passed[action], checked[action]) for action in Action]
    rows.append(("all", passed.total(), checked.total()))
    lines = ["| action | passed | of | per cent |", "|---|---|---|---|"]
    lines += [f"| {name} | {good:,} | {of:,} | {_per_cent(good, of)} |" for name, good, of in rows]
    return "\n".join(lines)


def _per_cent(good: int, of: int) -> str:
    """Cut, not rounded, so that 100 means all."""
    return f"{int(10_000 * good / of) / 100:.2f}" if of else ""


def main() -> None:
    """Measure, and print or write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--odd", action="store_true")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--profile", default="tcia-research")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        judged = score(Path(work), options.profile, workers=options.workers)
    instances = len({answer.instance for answer, _ in judged})
    day = datetime.now(UTC).date().isoformat()
    text = f"Measured on {day}, {instances} instances of {len(GROUPS)} patients:\n\n{table(judged)}"
    if options.write:
        put_into(PAGE, "score", text)
    else:
        print(text)
    if options.odd:
        odd = Counter(_place(answer) for answer, is_passed in judged if not is_passed)
        print(*(f"{number} {place}" for place, number in odd.most_common()), sep="\n")


def _place(answer: Answer) -> str:
    steps = (keyword_for_tag(tag) or f"{tag:08X} {creator}" for tag, creator, _ in answer.path)
    return f"{answer.action} {'.'.join(steps)} {answer.text!r}"


if __name__ == "__main__":
    main()
