"""Native pixel data with boxes painted over: frames that no box is for stay ranges of the source.

What is painted is compared at once with what was there: outside the boxes equal, inside one value.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from bme_med.core import (
    Action,
    Box,
    Code,
    MalformedFileError,
    Pieces,
    Range,
    Region,
    Rendered,
    Source,
    regions_of,
)
from bme_med.dicom.comparing import Comparison
from bme_med.dicom.stored_bits import StoredBits, cleared
from bme_med.pixels import Fill, PixelForm, aligned_frames, frame_bytes, paint_native, widened

__all__ = ["NativePainting", "box_actions", "paint_samples"]

_WHERE = "(7FE0,0010) PixelData"


class _Group(NamedTuple):
    """Frames that fill whole bytes together: where they lie, and what is painted of each."""

    samples: Range
    regions: tuple[tuple[Region, ...], ...]


@dataclass(frozen=True, slots=True)
class NativePainting:
    """How native frames are painted.

    Attributes
    ----------
    bits
        Where unused bits are to be cleared as well: which bits hold the value.
    """

    form: PixelForm
    boxes: tuple[Box, ...]
    fill: Fill
    bits: StoredBits | None = None

    def paint(self, group: _Group, source: Source) -> bytes:
        """The painted samples of `group`."""
        samples = source[group.samples.start : group.samples.end]
        frames = bytearray(self.bits.clear(samples) if self.bits else samples)
        for index, regions in enumerate(group.regions):
            if regions:
                paint_native(frames, self.form, regions, self.fill, index=index)
        return bytes(frames)

    def groups(self, samples: Range) -> Iterator[_Group]:
        """All frames in `samples`, in order.

        Raises
        ------
        MalformedFileError
            If some are missing.
        """
        form = self.form
        count = aligned_frames(form)
        size = frame_bytes(form, count)
        if samples.end - samples.start < frame_bytes(form, form.frames):
            raise MalformedFileError(
                "Pixel Data is shorter than its frames: boxes cannot be placed", where=_WHERE
            )
        for place, first in enumerate(range(1, form.frames + 1, count)):
            start = samples.start + place * size
            numbers = range(first, min(first + count, form.frames + 1))
            regions = (
                widened(regions_of(self.boxes, number, rows=form.rows, columns=form.columns), form)
                for number in numbers
            )
            yield _Group(Range(start, min(start + size, samples.end)), tuple(regions))


@dataclass(frozen=True, slots=True)
class _Making:
    """Makes the painted samples of neighbouring groups."""

    painting: NativePainting
    groups: tuple[_Group, ...]

    def __call__(self, source: Source) -> Iterator[bytes]:
        return (self.painting.paint(group, source) for group in self.groups)


def paint_samples(data: Source, samples: Range, painting: NativePainting, out: Pieces) -> list[Action]:
    """Append `samples` painted over; the actions say what, and that nothing else changed.

    Raises
    ------
    FileError
        If frames are missing, or painting did what it must not do.
    """
    comparison = Comparison()
    position = samples.start
    for is_touched, members in groupby(painting.groups(samples), lambda group: any(group.regions)):
        groups = tuple(members)
        block = Range(groups[0].samples.start, groups[-1].samples.end)
        position = block.end
        if is_touched:
            for group in groups:
                raw = data[group.samples.start : group.samples.end]
                before = painting.bits.clear(raw) if painting.bits else raw
                comparison.add(painting.form, group.regions, before, painting.paint(group, data))
            out.render(Rendered(block.end - block.start, _Making(painting, groups)))
        elif painting.bits:
            out.render(cleared(block, painting.bits))
        else:
            out.keep(block.start, block.end)
    out.keep(position, samples.end)
    return [*box_actions(painting.boxes, painting.form.frames), *comparison.actions()]


def box_actions(boxes: Sequence[Box], frames: int) -> list[Action]:
    """What the audit says of `boxes` in an image of so many frames."""
    actions = []
    for box in boxes:
        where = f"{_WHERE}{_frames(box, frames)}: {box.region}"
        actions.append(Action(where, Code.REDACT, box.origin))
    return actions


def _frames(box: Box, frames: int) -> str:
    if frames == 1:
        return ""
    if not box.frames:
        return " all frames"
    ranges = (f"{first}-{last}" if last > first else str(first) for first, last in box.frames)
    return f" frames {', '.join(ranges)}"
