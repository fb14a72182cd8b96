"""What a self-test found, for a person."""

from collections import Counter

from bme_med.cli.console import make_console, print_table
from bme_med.selftest import IN_ITEMS, Result

__all__ = ["print_selftest"]

_MOST_PLACES = 6


def print_selftest(result: Result) -> None:
    """Print the verdict, then what was left and what was refused."""
    console = make_console()
    console.print(_headline(result))
    for title, rows, columns in (
        (
            "Left, though the profile does not allow it",
            _rows(result.leaked),
            ("times", "place", "kind of file"),
        ),
        ("Left, as the profile allows", _by_reason(result.allowed), ("times", "why", "places")),
        ("Refused, so that nothing of it is written", _rows(result.refused), ("times", "what", "why")),
    ):
        if rows:
            print_table(console, title, columns, rows, numbers=("times",))


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _rows(counts: "Counter[tuple[str, str]]") -> list[tuple[object, ...]]:
    return [(count, *words) for words, count in sorted(counts.items())]


def _by_reason(counts: "Counter[tuple[str, str]]") -> list[tuple[object, ...]]:
    """What was left, by why; of the places, some: there can be hundreds, and `--json` has them all."""
    times: Counter[str] = Counter()
    places: dict[str, dict[str, None]] = {}
    for (place, why), count in sorted(counts.items()):
        times[why] += count
        places.setdefault(why, {})[place.removesuffix(IN_ITEMS)] = None
    return [(count, why, _some([*places[why]])) for why, count in times.most_common()]


def _some(places: list[str]) -> str:
    more = len(places) - _MOST_PLACES
    return ", ".join(places[:_MOST_PLACES]) + (f" and {more:,} more" if more > 0 else "")


def _headline(result: Result) -> str:
    if not result.kinds:
        return "Nothing was tried: the folder holds no file that could be de-identified."
    files, kinds = _count(result.kinds.total(), "file"), _count(len(result.kinds), "kind")
    tried = f"Tried with {result.profile}: {files} of {kinds}"
    if not result.files:
        return f"{tried}, all of them refused: nothing could be planted."
    counts = (
        f"{result.planted:,} tokens in {result.files:,} copies: {result.gone:,} are gone, "
        f"{result.allowed.total():,} left as the profile allows, {result.leaked.total():,} though it does not"
    )
    missed = f" {_count(result.unplanted, 'place')} took no token." if result.unplanted else ""
    return f"{tried}.\n{counts}.{missed}"
