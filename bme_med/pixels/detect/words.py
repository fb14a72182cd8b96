"""What a line says, for comparing alone: PP-OCRv6 recogniser, Latin, Greek, Cyrillic and CJK characters.

Nothing here keeps or shows what was read.
"""

import math
from typing import TYPE_CHECKING, NamedTuple

from bme_med.core.regions import Region
from bme_med.pixels.detect.models import Model, recognised_characters, run_model
from bme_med.pixels.detect.resizing import resized

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Words", "read_words"]

_HEIGHT = 48
_WIDEST = 1600
_NARROWEST = 16
"""Rows and columns of the pictures that the recogniser takes."""


class Words(NamedTuple):
    """What was read, and how sure that is: the mean over the characters, 0 to 1."""

    text: str
    score: float

    def __repr__(self) -> str:
        """How long, never what: it may name a person."""
        return f"Words({len(self.text)} characters, {self.score:.2f})"


def read_words(picture: "NDArray[np.uint8]", region: Region, *, is_upright: bool) -> Words:
    """The likeliest reading of `region`; upright lines are turned both ways."""
    import numpy as np

    rows, columns = picture.shape[:2]
    top, left, bottom, right = region.clipped(rows=rows, columns=columns)
    crop = picture[top:bottom, left:right]
    if min(crop.shape[:2]) < 2:
        return Words("", 0.0)
    turned = (np.rot90(crop, 1), np.rot90(crop, -1)) if is_upright else (crop,)
    return max((_read(each) for each in turned), key=lambda words: words.score)


def _read(crop: "NDArray[np.uint8]") -> Words:
    import numpy as np

    rows, columns = crop.shape[:2]
    width = min(max(math.ceil(columns * _HEIGHT / rows), _NARROWEST), _WIDEST)
    grey = resized(crop, _HEIGHT, width)
    colours = grey if grey.ndim == 3 else np.repeat(grey[..., None], 3, axis=2)
    normal = colours.astype(np.float32) / np.float32(127.5) - 1
    (steps,) = run_model(Model.TEXT_WORDS, np.ascontiguousarray(normal.transpose(2, 0, 1)[None]))
    return _collapsed(steps[0])


def _collapsed(steps: "NDArray[np.float32]") -> Words:
    """Of each step the likeliest character; equal neighbours are one, and the first class is none."""
    characters = recognised_characters()
    classes, likely = steps.argmax(axis=1).tolist(), steps.max(axis=1).tolist()
    kept = [
        (characters[each] if each < len(characters) else "?", score)
        for before, each, score in zip([0, *classes], classes, likely, strict=False)
        if each not in (0, before)
    ]
    if not kept:
        return Words("", 0.0)
    return Words("".join(each for each, _ in kept), sum(score for _, score in kept) / len(kept))
