"""The AV1 sequence header, read to its last bit (AV1 bitstream specification, 5.5 and 5.3.4).

Decoders do not look behind it: what stands there would survive.
"""

from dataclasses import dataclass

from bme_med.core.errors import UnsupportedFileError
from bme_med.photo.errors import CONVERT, DamagedPhotoError
from bme_med.photo.heif_bits import Bits
from bme_med.photo.heif_properties import Size

__all__ = ["SELECTED", "Sequence", "read_sequence"]

SELECTED = 2
"""``SELECT_SCREEN_CONTENT_TOOLS`` and ``SELECT_INTEGER_MV``: each frame says it."""

_MAX_PROFILE, _MAX_POINTS = 2, 4
_HIGHEST_LEVEL_OF_ONE_TIER = 7
_SRGB = (1, 13, 0)
_NOTHING = Size(0, 0)


@dataclass(slots=True)
class Sequence:
    """What the headers of frames depend on.

    Attributes
    ----------
    largest
        Size of a frame that does not say another, before superresolution.
    size_bits
        Of the width and the height that a frame says.
    has_model, removal_bits, presentation_bits
        Whether there is a decoder model, and the bits of the times that a frame then says.
    points
        By operating point, its layers, where the decoder model speaks of it; else None.
    identifier_bits, order_bits
        Of the number of a frame and of its place in the order; 0 where frames have none.
    """

    is_reduced: bool = False
    largest: Size = _NOTHING
    size_bits: Size = _NOTHING
    has_model: bool = False
    has_equal_intervals: bool = False
    removal_bits: int = 0
    presentation_bits: int = 0
    points: tuple[int | None, ...] = ()
    identifier_bits: int = 0
    order_bits: int = 0
    has_large_blocks: bool = False
    screen_content: int = SELECTED
    whole_vectors: int = SELECTED
    has_superres: bool = False
    has_cdef: bool = False
    has_restoration: bool = False
    planes: int = 3
    subsampling: tuple[bool, bool] = (True, True)
    has_separate_deltas: bool = False
    has_grain: bool = False


def read_sequence(header: bytes) -> Sequence:
    """Read the payload of a sequence header.

    Raises
    ------
    FileError
        If it breaks the grammar, does not end where its trailing bits do, or speaks of many layers.
    """
    bits, read = Bits(header), Sequence()
    profile = bits.number(3)
    if profile > _MAX_PROFILE:
        raise UnsupportedFileError(f"an unknown profile of AV1: {CONVERT}")
    bits.flag()
    read.is_reduced = bits.flag()
    if read.is_reduced:
        bits.number(5)
    else:
        _read_points(bits, read)
    read.size_bits = Size(bits.number(4) + 1, bits.number(4) + 1)
    read.largest = Size(bits.number(read.size_bits.width) + 1, bits.number(read.size_bits.height) + 1)
    if not read.is_reduced and bits.flag():
        difference = bits.number(4) + 2
        read.identifier_bits = difference + bits.number(3) + 1
    read.has_large_blocks = bits.flag()
    bits.number(2)
    if not read.is_reduced:
        _read_tools(bits, read)
    read.has_superres, read.has_cdef, read.has_restoration = bits.flag(), bits.flag(), bits.flag()
    _read_colours(bits, read, profile)
    read.has_grain = bits.flag()
    if not bits.is_at_end():
        raise DamagedPhotoError("bytes behind the end of an AV1 sequence header")
    return read


def _read_points(bits: Bits, read: Sequence) -> None:
    """Timing, the decoder model, and the operating points (5.5.3 to 5.5.5)."""
    delay_bits = 0
    if bits.flag():
        bits.number(64)
        read.has_equal_intervals = bits.flag()
        if read.has_equal_intervals:
            bits.golomb()
        read.has_model = bits.flag()
        if read.has_model:
            delay_bits = bits.number(5) + 1
            bits.number(32)
            read.removal_bits, read.presentation_bits = bits.number(5) + 1, bits.number(5) + 1
    has_delays = bits.flag()
    count = bits.number(5) + 1
    if count > _MAX_POINTS:
        raise UnsupportedFileError(f"a picture in very many layers: {CONVERT}")
    points: list[int | None] = []
    for _ in range(count):
        layers = bits.number(12)
        if bits.number(5) > _HIGHEST_LEVEL_OF_ONE_TIER:
            bits.flag()
        is_modelled = read.has_model and bits.flag()
        if is_modelled:
            bits.number(2 * delay_bits + 1)
        if has_delays and bits.flag():
            bits.number(4)
        points.append(layers if is_modelled else None)
    read.points = tuple(points)


def _read_tools(bits: Bits, read: Sequence) -> None:
    """What frames of a sequence may use beyond those of one still picture."""
    bits.number(4)
    has_order = bits.flag()
    if has_order:
        bits.number(2)
    read.screen_content = SELECTED if bits.flag() else bits.number(1)
    if read.screen_content:
        read.whole_vectors = SELECTED if bits.flag() else bits.number(1)
    if has_order:
        read.order_bits = bits.number(3) + 1


def _read_colours(bits: Bits, read: Sequence, profile: int) -> None:
    """``color_config`` (5.5.2)."""
    depth = 10 if bits.flag() else 8
    if profile == 2 and depth == 10 and bits.flag():
        depth = 12
    is_grey = profile != 1 and bits.flag()
    read.planes = 1 if is_grey else 3
    coding = (bits.number(8), bits.number(8), bits.number(8)) if bits.flag() else None
    if is_grey:
        bits.flag()
        return
    if coding == _SRGB:
        read.subsampling = False, False
    else:
        bits.flag()
        read.subsampling = _read_subsampling(bits, profile, depth)
        if all(read.subsampling):
            bits.number(2)
    read.has_separate_deltas = bits.flag()


def _read_subsampling(bits: Bits, profile: int, depth: int) -> tuple[bool, bool]:
    """Whether chroma is coarser across, and down."""
    if profile != 2:
        return profile == 0, profile == 0
    if depth != 12:
        return True, False
    is_coarse = bits.flag()
    return is_coarse, is_coarse and bits.flag()
