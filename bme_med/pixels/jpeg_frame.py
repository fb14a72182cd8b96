"""Frame and scan headers of a JPEG, and which MCUs lie under regions (ITU-T T.81, A.2, B.2.2, B.2.3)."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from bme_med.core import MalformedFileError, Region

__all__ = [
    "PROGRESSIVE",
    "Component",
    "Frame",
    "Grid",
    "Scan",
    "Span",
    "grid",
    "painted_mcus",
    "read_frame",
    "read_scan",
    "spans",
]

PROGRESSIVE = 0xC2
"""SOF2."""


class Component(NamedTuple):
    """A component of the frame: its name, sampling factors, and where its quantisation table lies."""

    name: int
    horizontal: int
    vertical: int
    quantisation: int


class Frame(NamedTuple):
    """A frame header; `rows` is from DNL where the header leaves it out."""

    marker: int
    bits: int
    rows: int
    columns: int
    components: tuple[Component, ...]

    @property
    def widest(self) -> int:
        """The largest horizontal sampling factor."""
        return max(component.horizontal for component in self.components)

    @property
    def tallest(self) -> int:
        """The largest vertical sampling factor."""
        return max(component.vertical for component in self.components)


class Scan(NamedTuple):
    """A scan header: for each component its index in the frame, its DC and its AC table; the coefficients."""

    components: tuple[tuple[int, int, int], ...]
    first: int
    last: int
    high: int
    low: int


class Grid(NamedTuple):
    """What a scan is made of: MCUs in rows, each with `blocks`, the index of the component for each block."""

    columns: int
    rows: int
    mcu_columns: int
    mcu_rows: int
    """How many of the scan's MCUs lie side by side and on top of each other in one MCU of the frame."""
    blocks: tuple[int, ...]


class Span(NamedTuple):
    """MCUs of a scan that follow each other, all under a region or none of them."""

    mcus: int
    is_painted: bool


def read_frame(marker: int, payload: bytes, rows: int | None) -> Frame:
    """The frame header; `rows` from DNL, if there is one."""
    count = payload[5] if len(payload) > 5 else 0
    if len(payload) != 6 + 3 * count or not count:
        raise MalformedFileError("the length does not fit the number of components", where="SOF")
    components = tuple(
        Component(name, factors >> 4, factors & 15, quantisation)
        for name, factors, quantisation in zip(payload[6::3], payload[7::3], payload[8::3], strict=True)
    )
    height = int.from_bytes(payload[1:3], "big") or rows or 0
    width = int.from_bytes(payload[3:5], "big")
    factors = [factor for component in components for factor in component[1:3]]
    if not height or not width or not all(1 <= factor <= 4 for factor in factors):
        raise MalformedFileError("impossible size or sampling", where="SOF")
    if count == 1:
        components = (components[0]._replace(horizontal=1, vertical=1),)
    return Frame(marker, payload[0], height, width, components)


def read_scan(payload: bytes, frame: Frame) -> Scan:
    """The scan header."""
    count = payload[0] if payload else 0
    names = [component.name for component in frame.components]
    if len(payload) != 4 + 2 * count or not count or not set(payload[1:-3:2]) <= set(names):
        raise MalformedFileError("the scan does not fit the frame", where="SOS")
    components = tuple(
        (names.index(name), tables >> 4, tables & 15)
        for name, tables in zip(payload[1:-3:2], payload[2:-3:2], strict=True)
    )
    scan = Scan(components, payload[-3], payload[-2], payload[-1] >> 4, payload[-1] & 15)
    if frame.marker == PROGRESSIVE and not (
        scan.first <= scan.last < 64 and bool(scan.first) == bool(scan.last)
    ):
        raise MalformedFileError("impossible spectral selection", where="SOS")
    return scan


def grid(frame: Frame, scan: Scan) -> Grid:
    """How the MCUs of `scan` lie (A.2.2 to A.2.4)."""
    widest, tallest = frame.widest, frame.tallest
    used = [index for index, _, _ in scan.components]
    if len(used) > 1:
        blocks = (
            [index] * (frame.components[index].horizontal * frame.components[index].vertical)
            for index in used
        )
        columns, rows = _ratio(frame.columns, 8 * widest), _ratio(frame.rows, 8 * tallest)
        return Grid(columns, rows, 1, 1, tuple(index for group in blocks for index in group))
    only = frame.components[used[0]]
    columns = _ratio(_ratio(frame.columns * only.horizontal, widest), 8)
    rows = _ratio(_ratio(frame.rows * only.vertical, tallest), 8)
    return Grid(columns, rows, only.horizontal, only.vertical, (used[0],))


def _ratio(whole: int, part: int) -> int:
    """Rounded up."""
    return -(-whole // part)


def painted_mcus(frame: Frame, regions: Sequence[Region]) -> list[Region]:
    """The MCUs of the frame that `regions` reach, with what decoders mix into them as they enlarge chroma."""
    rows, columns = _reach(frame.tallest), _reach(frame.widest)
    high, wide = 8 * frame.tallest, 8 * frame.widest
    painted = []
    for region in regions:
        inside = region.clipped(rows=frame.rows, columns=frame.columns)
        if not inside.is_empty:
            reached = inside.grown(rows, columns).clipped(rows=frame.rows, columns=frame.columns)
            top, left, bottom, right = reached
            painted.append(Region(top // high, left // wide, _ratio(bottom, high), _ratio(right, wide)))
    return painted


def _reach(factor: int) -> int:
    """From how many pixels away chroma of this sampling factor may be interpolated."""
    return 0 if factor == 1 else max(2, factor)


def spans(layout: Grid, painted: Sequence[Region], interval: int) -> Iterator[list[Span]]:
    """Yield, for each restart interval of `interval` MCUs, its spans; 0 means that there is one."""
    total = layout.columns * layout.rows
    runs = _merged(_runs(layout, painted))
    for start in range(0, total, interval or total):
        end = min(start + (interval or total), total)
        found, position = [], start
        for first, last in runs[bisect_right(runs, start, key=itemgetter(1)) :]:
            if first >= end:
                break
            found.append(Span(max(first, start) - position, is_painted=False))
            position = min(last, end)
            found.append(Span(position - max(first, start), is_painted=True))
        found.append(Span(end - position, is_painted=False))
        yield [span for span in found if span.mcus]


def _runs(layout: Grid, painted: Sequence[Region]) -> Iterator[tuple[int, int]]:
    """The painted MCUs of each row, as half-open ranges in the order of the scan."""
    for region in painted:
        left, right = region.left * layout.mcu_columns, region.right * layout.mcu_columns
        right = min(right, layout.columns)
        bottom = min(region.bottom * layout.mcu_rows, layout.rows)
        for row in range(region.top * layout.mcu_rows, bottom):
            if left < right:
                yield row * layout.columns + left, row * layout.columns + right


def _merged(runs: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if merged and first <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    return merged
