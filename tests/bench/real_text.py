"""Text that real devices burned in: frames of packages and the corpus, and rectangles drawn by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bme_med.core.regions import Region
from bme_med.pixels.detect import Appearance
from tests.bench.burned_in import Samples, stored

__all__ = ["RealText", "real_texts"]


class Drawn(NamedTuple):
    """A frame, the level above which its letters are, and where they stand."""

    title: str
    file: str
    level: int
    rectangles: tuple[tuple[int, int, int, int], ...]


_PAGES = "dcm_qa_ct/In/Philips/S21570/S4010"
_DRAWN = (
    Drawn(
        "ultrasound of 1990s, RGB",
        "US1_UNCI.dcm",
        150,
        (
            *((25, 18, 103, 170), (42, 279, 56, 360), (25, 498, 103, 620), (361, 249, 376, 360)),
            *((137, 9, 151, 40), (137, 598, 151, 630), (217, 9, 232, 40), (217, 598, 232, 630)),
            (457, 399, 472, 620),
        ),
    ),
    Drawn(
        "ultrasound, palette of 16 bits",
        "gdcm-US-ALOKA-16.dcm",
        150,
        (
            *((1, 80, 24, 250), (1, 549, 24, 640), (36, 250, 49, 318), (49, 289, 61, 329)),
            *((36, 560, 49, 629), (49, 599, 61, 640), (431, 40, 444, 279), (431, 340, 444, 580)),
            *((456, 20, 468, 100), (456, 549, 468, 630)),
        ),
    ),
    Drawn(
        "ultrasound, palette of 8 bits",
        "OBXXXX1A.dcm",
        150,
        (
            *((9, 93, 24, 120), (35, 94, 51, 265), (34, 325, 53, 511), (9, 573, 51, 648)),
            *((9, 667, 51, 782), (66, 3, 140, 75), (162, 3, 176, 30), (183, 9, 258, 78)),
            *((85, 140, 104, 304), (507, 141, 521, 191)),
        ),
    ),
    Drawn("CT, page of the patient", f"{_PAGES}/I40", 128, ((0, 0, 741, 650),)),
    Drawn("CT, page of the dose", f"{_PAGES}/I50", 128, ((0, 0, 512, 650),)),
    Drawn("CT, name and date, 16 bits", "presidio/2_ORIGINAL.dcm", 16_000, ((0, 0, 40, 394),)),
)


@dataclass(frozen=True, slots=True)
class RealText:
    """A frame as it is stored, and the pixels of its letters."""

    title: str
    samples: Samples
    appearance: Appearance
    letters: NDArray[np.bool_]


def real_texts() -> Iterator[RealText]:
    """All of them."""
    for drawn in _DRAWN:
        samples = stored(drawn.file)
        bright = samples.max(axis=2) >= drawn.level if samples.ndim == 3 else samples >= drawn.level
        bright[bright.mean(axis=1) > 0.5] = False  # a rule of a table
        letters = np.zeros_like(bright)
        for top, left, bottom, right in map(Region._make, drawn.rectangles):
            letters[top:bottom, left:right] = bright[top:bottom, left:right]
        photometric = "RGB" if samples.ndim == 3 else "MONOCHROME2"
        yield RealText(drawn.title, samples, Appearance(photometric), letters)
