"""Which part of a HEVC picture is shown: the conformance window (ITU-T H.265, 7.3.2.2.1 and 7.4.3.2.1).

A picture is coded in whole coding blocks, and the window cuts from its right and lower edge what an encoder
added for that; some fill up to larger blocks, up to whole coding tree blocks. What is cut beyond that, or at
the left or the top, are pixels that anybody may show again. The default display window (E.3.1) is advice:
decoders give out what lies around it.
"""

from typing import NamedTuple

from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.heif_bits import Bits
from bme_med.photo.heif_frame import Frame, is_filled_up
from bme_med.photo.heif_properties import Size

__all__ = ["Window", "read_window"]

_UNITS = ((1, 1), (2, 2), (2, 1), (1, 1))
"""By chroma format, columns and rows of a sample of chroma: SubWidthC and SubHeightC (6.2)."""
_MAX_TREE_BITS = 6


class Window(NamedTuple):
    """The coded size, and what of it is shown: half-open, from the upper left corner."""

    coded: Size
    left: int
    top: int
    right: int
    bottom: int

    def read_frame(self, bits: Bits) -> Frame:
        """The frame, once the sizes of coding blocks are reached in the SPS: the smallest, and how many more.

        Raises
        ------
        DamagedPhotoError
            If a tree block has more than 64 columns and rows.
        """
        smallest = 3 + bits.golomb(_MAX_TREE_BITS)
        largest = smallest + bits.golomb(_MAX_TREE_BITS)
        if largest > _MAX_TREE_BITS:
            raise DamagedPhotoError("an impossible size of a coding block", where="hvcC")
        blocks = [1 << size for size in range(smallest, largest + 1)]
        is_whole = is_filled_up(self.right, self.coded.width, blocks) and is_filled_up(
            self.bottom, self.coded.height, blocks
        )
        shown = Size(self.right - self.left, self.bottom - self.top)
        return Frame(shown, bool(self.left or self.top) or not is_whole)


def read_window(bits: Bits, chroma: int) -> Window:
    """Size and window of a SPS, whose chroma format is `chroma`.

    Raises
    ------
    DamagedPhotoError
        If nothing is shown.
    """
    coded = Size(bits.golomb(), bits.golomb())
    offsets = [bits.golomb() for _ in range(4)] if bits.flag() else [0] * 4
    columns, rows = _UNITS[chroma]
    left, right = columns * offsets[0], coded.width - columns * offsets[1]
    top, bottom = rows * offsets[2], coded.height - rows * offsets[3]
    if any(offsets) and not (left < right and top < bottom):
        raise DamagedPhotoError("an impossible crop", where="hvcC")
    return Window(coded, left, top, right, bottom)
