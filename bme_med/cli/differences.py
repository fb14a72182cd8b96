"""What differs between two profiles, and which outputs it concerns, for a person."""

from collections import Counter
from collections.abc import Iterable, Sequence

from bme_med.cli.console import make_console, print_table
from bme_med.run import Differences, EarlierRun

__all__ = ["print_differences", "print_runs"]

_STATES = {
    "first": "by A",
    "second": "by B already",
    "other": "by neither A nor B: not compared",
    "edition": "",
}


def print_differences(found: Differences) -> None:
    """Print the keys that differ, then the attributes."""
    console = make_console()
    if not (found.keys or found.attributes):
        console.print("No difference.")
    for title, rows in (("Keys", found.keys), ("Attributes", found.attributes)):
        if rows:
            name = title.lower()[:-1]
            print_table(console, title, (name, "A", "B"), [(one.what, one.first, one.second) for one in rows])


def print_runs(runs: Sequence[EarlierRun]) -> None:
    """Print of each run how much needs another one, and why."""
    if not runs:
        return
    console = make_console()
    rows = [
        (run.audit, run.profile, _STATES[run.state], run.written, len(run.outdated), run.refused)
        for run in runs
    ]
    columns = ("audit", "profile", "", "written", "outdated", "refused, to try again")
    print_table(console, "Earlier runs", columns, rows, numbers=columns[3:])
    reasons = Counter(one.why for run in runs for one in run.outdated)
    if reasons:
        print_table(console, "Why", ("files", "differs in"), _by_count(reasons), numbers=("files",))


def _by_count(counts: "Counter[str]") -> Iterable[tuple[int, str]]:
    return [(count, text) for text, count in counts.most_common()]
