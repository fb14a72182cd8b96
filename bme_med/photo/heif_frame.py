"""The frame that a decoder makes of coded data, and whether it has more than a decoder shows."""

from collections.abc import Iterable
from typing import NamedTuple

from bme_med.core.plan import Range
from bme_med.photo.heif_properties import Size

__all__ = ["Frame", "Kept", "is_filled_up"]


class Frame(NamedTuple):
    """The size that decoders give out, and whether pixels are coded beside it that no encoder added."""

    shown: Size
    hides_pixels: bool


class Kept(NamedTuple):
    """What stays of the data of an item, and its frame; None where layers have sizes of their own."""

    ranges: list[Range]
    frame: Frame | None


def is_filled_up(shown: int, coded: int, blocks: Iterable[int]) -> bool:
    """Whether `coded` columns or rows are `shown` ones, filled up to whole blocks of one of these sizes.

    >>> is_filled_up(1080, 1088, [8, 16]), is_filled_up(128, 256, [8, 16, 32, 64])
    (True, False)
    """
    return any(coded == -(-shown // block) * block for block in (1, *blocks))
