"""Text in images of one frame or many: every frame is looked at, and what is found holds for all of them.

A few frames, spread over all, are looked at thoroughly, and so are projections: the greatest and the least
sample of each pixel over all frames, and the middle of some, which show what stands still while the picture
behind it moves. Every other frame is looked at once, in its own size, where it differs from the one before.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from bme_med.core.regions import Region
from bme_med.pixels.detect.renderings import Appearance, renderings_of
from bme_med.pixels.detect.text import Search, TextFound, never

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.integer[Any] | np.floating[Any]]

__all__ = ["find_text_in_frames"]

_THOROUGH = 8
"""Frames that are looked at in every scale."""
_MIDDLE = 9
"""Frames that the middle is taken of."""


def find_text_in_frames(
    read_frame: "Callable[[int], Samples]",
    count: int,
    appearance: Appearance,
    is_identifier: Callable[[str], bool] = never,
) -> TextFound:
    """Where text stands in any of the frames; the regions hold for all of them.

    Parameters
    ----------
    read_frame
        Gives the decoded samples of a frame, counted from 1, as `renderings_of` takes them, all of one shape.
        Each is asked for once, in order.
    count
        How many there are. Nine are held at once, whatever it is.
    appearance
        How they are shown.
    is_identifier
        As for `find_text`.

    Raises
    ------
    DetectorMissingError
        If the extra ``bme-med[detect]`` is not installed.
    """
    frame = read_frame(1)
    rows, columns = frame.shape[:2]
    search = Search(rows, columns, is_identifier)
    projections = _Projections(frame)
    _look(search, frame, appearance)
    for number in range(2, count + 1):
        before, frame = frame, read_frame(number)
        projections.add(frame, is_kept=(number - 1) % -(-count // _MIDDLE) == 0)
        if (number - 1) % -(-count // _THOROUGH) == 0:
            _look(search, frame, appearance)
        elif part := _changed(before, frame):
            _look(search, frame, appearance, part=part, quickly=True)
    for projection in projections if count > 1 else ():
        _look(search, projection, appearance)
    return search.found()


def _look(
    search: Search,
    samples: "Samples",
    appearance: Appearance,
    *,
    part: Region | None = None,
    quickly: bool = False,
) -> None:
    renderings = renderings_of(samples, appearance, with_faint=not quickly)
    for number, rendering in enumerate(renderings):
        search.look(rendering, part=part, quickly=quickly or number > 0)


def _changed(before: "Samples", frame: "Samples") -> Region | None:
    """The region around all pixels that differ, with room for a letter's surroundings; none if none does."""
    import numpy as np

    differs = before != frame
    pixels = differs.any(axis=2) if differs.ndim == 3 else differs
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    if not rows.size:
        return None
    around = Region(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1).grown(32, 32)
    return around.clipped(rows=frame.shape[0], columns=frame.shape[1])


class _Projections:
    """The greatest and the least of all frames, and the middle of some."""

    def __init__(self, frame: "Samples") -> None:
        self._greatest = frame.copy()
        self._least = frame.copy()
        self._kept = [frame]

    def add(self, frame: "Samples", *, is_kept: bool) -> None:
        import numpy as np

        np.maximum(self._greatest, frame, out=self._greatest)
        np.minimum(self._least, frame, out=self._least)
        if is_kept:
            self._kept.append(frame)

    def __iter__(self) -> "Iterator[Samples]":
        import numpy as np

        yield self._greatest
        yield self._least
        middle = len(self._kept) // 2
        yield np.partition(np.stack(self._kept), middle, axis=0)[middle]
