"""How much burned-in text is found: ``python -m tests.bench.detection [--seed N] [--workers N]``.

Writes its tables into docs/detection.md. Settings were chosen on seeds 1 to 4 and 11; the tables are of 6.
"""

import argparse
import multiprocessing
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean

import numpy as np
from numpy.typing import NDArray

from bme_med.core.regions import Region
from bme_med.pixels.detect import TextFound, find_text, renderings_of
from tests.bench.burned_in import Case, Planted, negative, positive
from tests.bench.real_text import real_texts

__all__ = ["main", "painted", "put_into"]

PAGE = Path(__file__).parents[2] / "docs" / "detection.md"


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of one frame.

    Attributes
    ----------
    strings
        Each with the share of its ink that lies in confirmed regions, and in confirmed or suspect ones.
    areas
        Share of the frame in confirmed regions, and in confirmed or suspect ones.
    """

    pixels: int
    seconds: float
    areas: tuple[float, float]
    strings: tuple[tuple[Planted, float, float], ...] = ()


def painted(shape: Sequence[int], regions: Iterable[Region]) -> NDArray[np.bool_]:
    """Where one of `regions` is."""
    mask = np.zeros(shape[:2], bool)
    for top, left, bottom, right in regions:
        mask[top:bottom, left:right] = True
    return mask


def look(case: Case) -> tuple[TextFound, float]:
    """What is found in a frame, and how many seconds of a processor that takes."""
    started = time.process_time()
    found = find_text(renderings_of(case.samples, case.appearance))
    return found, time.process_time() - started


def _masks(case: Case, found: TextFound) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    confirmed = painted(case.samples.shape, found.confirmed)
    return confirmed, confirmed | painted(case.samples.shape, found.suspect)


def _looked(make: Callable[[int, int], Case], seed: int, place: int) -> Looked:
    case = make(seed, place)
    found, seconds = look(case)
    masks = _masks(case, found)
    strings = tuple((each, _share(masks[0], each), _share(masks[1], each)) for each in case.planted)
    pixels = case.samples.shape[0] * case.samples.shape[1]
    return Looked(pixels, seconds, (float(masks[0].mean()), float(masks[1].mean())), strings)


def _share(mask: NDArray[np.bool_], string: Planted) -> float:
    top, left, bottom, right = string.region
    return float(mask[top:bottom, left:right][string.glyphs].mean())


GROUPS: dict[str, Callable[[Planted], bool]] = {
    "all": lambda _: True,
    "clear": lambda string: string.is_clear,
    "clear, letters of 8 to 12 pixels": lambda string: string.is_clear and string.size <= 12,
    "clear, letters of 14 to 20 pixels": lambda string: string.is_clear and 14 <= string.size <= 20,
    "clear, letters of 24 to 40 pixels": lambda string: string.is_clear and string.size >= 24,
    "clear, upright": lambda string: string.is_clear and string.is_turned,
    "faint": lambda string: not string.is_clear and not string.is_hidden,
    "hidden from every window": lambda string: string.is_hidden,
}
SIZES = {"below 0.3": (0, 3e5), "0.3 to 0.8": (3e5, 8e5), "0.8 to 1.3": (8e5, 1.3e6), "larger": (1.3e6, 1e9)}


def strings_table(frames: Sequence[Looked]) -> str:
    """How much of the strings lies in what was found."""
    lines = [
        "| strings | number | ink in confirmed | ink in confirmed or suspect | confirmed for 95 % or more |",
        "|---|---|---|---|---|",
    ]
    for name, belongs in GROUPS.items():
        strings = [each for frame in frames for each in frame.strings if belongs(each[0])]
        if not strings:
            continue
        ink = np.array([each[0].glyphs.sum() for each in strings])
        shares = [float((ink * [each[kind] for each in strings]).sum() / ink.sum()) for kind in (1, 2)]
        whole = mean(each[1] >= 0.95 for each in strings)
        lines.append(f"| {name} | {len(strings)} | {shares[0]:.4f} | {shares[1]:.4f} | {whole:.3f} |")
    return "\n".join(lines)


def negatives_table(frames: Sequence[Looked]) -> str:
    """What is found where nothing is."""
    lines = ["| regions | frames with any | share of the area of all frames |", "|---|---|---|"]
    for kind, name in enumerate(("confirmed", "confirmed or suspect")):
        share = sum(frame.areas[kind] * frame.pixels for frame in frames) / sum(
            frame.pixels for frame in frames
        )
        some = sum(frame.areas[kind] > 0 for frame in frames)
        lines.append(f"| {name} | {some} of {len(frames)} | {100 * share:.2f} % |")
    return "\n".join(lines)


def seconds_table(frames: Sequence[Looked]) -> str:
    """Seconds of one processor, by size."""
    lines = ["| megapixels | frames | seconds of one processor, mean | longest |", "|---|---|---|---|"]
    for name, (least, most) in SIZES.items():
        seconds = [frame.seconds for frame in frames if least <= frame.pixels < most]
        if seconds:
            lines.append(f"| {name} | {len(seconds)} | {mean(seconds):.1f} | {max(seconds):.1f} |")
    return "\n".join(lines)


def real_table() -> str:
    """What is found of the text that devices burned in."""
    lines = ["| frame | ink in confirmed | in confirmed or suspect | seconds |", "|---|---|---|---|"]
    for real in real_texts():
        case = Case(real.title, real.samples, real.appearance)
        found, seconds = look(case)
        shares = [float(mask[real.letters].mean()) for mask in _masks(case, found)]
        lines.append(f"| {real.title} | {shares[0]:.4f} | {shares[1]:.4f} | {seconds:.1f} |")
    return "\n".join(lines)


def put_into(page: Path, name: str, table: str) -> None:
    """Replace what stands between the marks of that name."""
    start, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(start)
    after = rest.partition(end)[2]
    page.write_text(before + start + table + end + after, encoding="utf-8")


def generated(seed: int, frames: int, workers: int) -> tuple[list[Looked], list[Looked]]:
    """Frames with text and frames without, looked at."""
    places = range(frames)
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        with_text = pool.map(partial(_looked, positive, seed), places, chunksize=1)
        return with_text, pool.map(partial(_looked, negative, seed), places, chunksize=1)


def main() -> None:
    """Measure, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--frames", type=int, default=36, help="with text, and as many without")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    put_into(PAGE, "real text", real_table())
    with_text, without = generated(options.seed, options.frames, options.workers)
    put_into(PAGE, "strings", strings_table(with_text))
    put_into(PAGE, "frames without text", negatives_table(without))
    put_into(PAGE, "seconds", seconds_table([*with_text, *without]))


if __name__ == "__main__":
    main()
