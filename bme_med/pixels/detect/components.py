"""Connected parts of a mask, eight neighbours each: by runs of rows, which are few where text is."""

from typing import TYPE_CHECKING, NamedTuple

from bme_med.core.regions import Region

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Component", "components"]


class Component(NamedTuple):
    """A connected part: the region around it, its pixels, and the mean of the weights there."""

    region: Region
    pixels: int
    mean: float


def components(mask: "NDArray[np.bool_]", weights: "NDArray[np.float32]") -> list[Component]:
    """The connected parts of `mask`, as they come from top to bottom; `weights` has its shape."""
    import numpy as np

    rows, starts, ends = _runs(mask)
    sums = np.concatenate(([0.0], np.cumsum(weights, dtype=np.float64)))
    offsets = rows * mask.shape[1]
    totals = sums[offsets + ends] - sums[offsets + starts]
    members: dict[int, list[int]] = {}
    for run, root in enumerate(_roots(rows, starts, ends, mask.shape[1])):
        members.setdefault(root, []).append(run)
    return [_component(rows[own], starts[own], ends[own], totals[own]) for own in members.values()]


def _runs(mask: "NDArray[np.bool_]") -> "tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]":
    """Row, first column and column behind the last, of each run of true pixels."""
    import numpy as np

    wide = np.pad(mask, ((0, 0), (1, 1))).astype(np.int8)
    steps = np.diff(wide, axis=1)
    rows, starts = np.nonzero(steps == 1)
    _, ends = np.nonzero(steps == -1)
    return rows, starts, ends


def _roots(
    rows: "NDArray[np.int64]", starts: "NDArray[np.int64]", ends: "NDArray[np.int64]", columns: int
) -> list[int]:
    """For each run the first run of its part: runs of neighbouring rows that touch are joined."""
    import numpy as np

    parents = list(range(len(rows)))

    def root_of(run: int) -> int:
        while parents[run] != run:
            parents[run] = parents[parents[run]]
            run = parents[run]
        return run

    wide = columns + 2
    first = np.searchsorted(rows * wide + ends, (rows + 1) * wide + starts, side="left")
    last = np.searchsorted(rows * wide + starts, (rows + 1) * wide + ends, side="right")
    for run, (low, high) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        for below in range(low, high):
            one, other = sorted((root_of(run), root_of(below)))
            parents[other] = one
    return [root_of(run) for run in range(len(rows))]


def _component(
    rows: "NDArray[np.int64]",
    starts: "NDArray[np.int64]",
    ends: "NDArray[np.int64]",
    totals: "NDArray[np.float64]",
) -> Component:
    pixels = int((ends - starts).sum())
    region = Region(int(rows.min()), int(starts.min()), int(rows.max()) + 1, int(ends.max()))
    return Component(region, pixels, float(totals.sum()) / pixels)
