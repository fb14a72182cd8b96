"""Photos against other tools: ``python -m tests.bench.peers [FOLDER...] [--write] [--odd]``.

Leaks, damage, size and time of bme-med, ``exiftool -all=``, ``mat2``, ``exiv2 rm`` and saving with Pillow, on
the same files: photos made here, the corpus where it lies beside the checkout, and all photos in FOLDER.
A tool that is not installed is left out. ``--write`` puts the tables into docs/comparison.md; ``--odd``
prints what was left and what was damaged, file by file: use it where the files may be looked at.
"""

import argparse
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from tests.bench.peers_judging import Verdict, judge
from tests.bench.peers_material import Photo, default_folders, photos
from tests.bench.peers_page import table, write
from tests.bench.peers_tools import TOOLS, Run, is_there, run

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
    material = photos([*default_folders(), *options.folders])
    with tempfile.TemporaryDirectory() as work:
        results = measure(material, Path(work))
    text = tables(material, results)
    if options.write:
        write(text, "tests.bench.peers")
    else:
        print(text)
    if options.odd:
        print(*_odd(material, results), sep="\n")


def measure(material: list[Photo], work: Path) -> Results:
    """Clean everything with every tool that is installed, and judge it."""
    source = work / "photos"
    source.mkdir()
    for photo in material:
        (source / photo.name).write_bytes(photo.data)
    results = {}
    for number, (name, tool) in enumerate(TOOLS.items()):
        if not is_there(tool):
            continue
        ran = run(tool, source, work / f"out {number}")
        results[name] = ran, judge(material, ran.outputs, work / f"judged {number}")
    return results


def tables(material: list[Photo], results: Results) -> str:
    """Markdown: all files, then leaks and damage by format, leaks by place, and kinds of damage."""
    day = datetime.now(UTC).date().isoformat()
    versions = ", ".join(f"{name} ({TOOLS[name].version()})" for name in results)
    planted = sum(bool(photo.places) for photo in material)
    return "\n\n".join(
        (
            f"Measured on {day}, {len(material)} photos, {planted} of them with planted tokens: {versions}.",
            _summary(material, results),
            _by_format("leaks, of those written", material, results, lambda verdict: verdict.leaks),
            _by_format("damage, of those written", material, results, lambda verdict: bool(verdict.damage)),
            _by_place(material, results),
            _by_damage(results),
        )
    )


def _summary(material: list[Photo], results: Results) -> str:
    head = ["tool", "written", "refused", "with a leak", "with damage", "clean and whole", "size", "cpu s"]
    rows = []
    for name, (ran, verdicts) in results.items():
        of = list(verdicts.values())
        good = sum(not verdict.leaks and not verdict.damage for verdict in of)
        counts = [len(of), len(material) - len(of), sum(v.leaks for v in of), sum(bool(v.damage) for v in of)]
        size = f"{100 * median(verdict.ratio for verdict in of):.0f} %"
        rows.append([name, *map(str, counts), f"{good} of {len(material)}", size, f"{ran.seconds:.1f}"])
    return table(head, rows)


def _by_format(title: str, material: list[Photo], results: Results, is_bad: Callable[[Verdict], bool]) -> str:
    rows = []
    for format_ in dict.fromkeys(photo.format for photo in material):
        names = {photo.name for photo in material if photo.format == format_}
        cells = []
        for _, verdicts in results.values():
            of = [verdict for name, verdict in verdicts.items() if name in names]
            cells.append(f"{sum(map(is_bad, of))} of {len(of)}" if of else "all refused")
        rows.append([f"{format_}, {len(names)}", *cells])
    return table([title, *results], rows)


def _by_place(material: list[Photo], results: Results) -> str:
    rows = []
    for place in sorted({place for photo in material for place in photo.places.values()}):
        names = {photo.name for photo in material if place in photo.places.values()}
        cells = []
        for _, verdicts in results.values():
            of = [verdict for name, verdict in verdicts.items() if name in names]
            cells.append(f"{sum(place in verdict.left for verdict in of)} of {len(of)}" if of else "")
        rows.append([place, *cells])
    return table(["planted tokens left, by place", *results], rows)


def _by_damage(results: Results) -> str:
    kinds = {
        name: Counter(kind for each in verdicts.values() for kind in each.damage)
        for name, (_, verdicts) in results.items()
    }
    rows = [
        [kind, *(str(kinds[name][kind]) for name in results)]
        for kind in sorted({kind for counts in kinds.values() for kind in counts})
    ]
    return table(["kinds of damage, files", *results], rows)


def _odd(material: list[Photo], results: Results) -> Iterator[str]:
    for name, (_, verdicts) in results.items():
        for photo in material:
            verdict = verdicts.get(photo.name)
            if verdict is None:
                yield f"{name} | {photo.name} | refused"
            elif verdict.leaks or verdict.damage:
                listed = [re.sub(r"=.*", "", line, flags=re.DOTALL) for line in verdict.listed]
                yield f"{name} | {photo.name} | {sorted(verdict.left)} | {listed} | {list(verdict.damage)}"


if __name__ == "__main__":
    main()
