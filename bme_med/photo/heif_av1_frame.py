"""The header of an AV1 frame that needs no other one, read to its last bit (AV1 specification, 5.9).

So the size of the frame is known, and where its header ends: behind that stand trailing bits and nothing
else, or the tiles.
"""

from dataclasses import dataclass

from bme_med.core.errors import UnsupportedFileError
from bme_med.photo.errors import CONVERT, DamagedPhotoError
from bme_med.photo.heif_av1_filters import skip_filters, skip_grain
from bme_med.photo.heif_av1_sequence import SELECTED, Sequence
from bme_med.photo.heif_bits import Bits
from bme_med.photo.heif_properties import Size

__all__ = ["FrameHeader", "read_frame_header"]

_KEY, _INTRA_ONLY = 0, 2
_ALL = 0xFF
_SUPERRES, _SMALLEST_DENOMINATOR = 8, 9
_WIDEST_TILE, _LARGEST_TILE, _MAX_TILES = 4096, 4096 * 2304, 64


@dataclass(slots=True)
class FrameHeader:
    """What a header says of the frame.

    Attributes
    ----------
    size
        Columns and rows that a decoder gives out.
    rendered
        The size that it advises to show them in (6.8.6); no decoder cuts to it.
    tiles
        Their number.
    tile_bits
        Of the number of a tile.
    """

    size: Size
    rendered: Size
    tiles: int = 1
    tile_bits: int = 0


def read_frame_header(bits: Bits, sequence: Sequence, layers: tuple[int, int]) -> FrameHeader | None:
    """Read to the last bit of the header; None for a frame that is coded as the difference to another one.

    `layers` are the numbers of its temporal and its spatial layer.

    Raises
    ------
    FileError
        If it breaks the grammar, or shows a frame again.
    """
    kind, is_shown, may_show, is_robust = _KEY, True, False, True
    if not sequence.is_reduced:
        if bits.flag():
            raise UnsupportedFileError(f"a picture that shows another one again: {CONVERT}")
        kind, is_shown = bits.number(2), bits.flag()
        if is_shown and sequence.has_model and not sequence.has_equal_intervals:
            bits.number(sequence.presentation_bits)
        may_show = not is_shown and bits.flag()
        if kind not in (_KEY, _INTRA_ONLY):
            return None
        is_robust = (kind == _KEY and is_shown) or bits.flag()
    keeps_tables = bits.flag()
    has_screen_content = _read_screen_content(bits, sequence)
    bits.number(sequence.identifier_bits)
    has_own_size = not sequence.is_reduced and bits.flag()
    bits.number(sequence.order_bits)
    _skip_removal(bits, sequence, layers)
    if kind != _KEY or not is_shown:
        _skip_refreshed(bits, sequence, has_order=is_robust)
    width, header = _read_sizes(bits, sequence, has_own_size=has_own_size)
    is_scaled = width != header.size.width
    copies_blocks = has_screen_content and not is_scaled and bits.flag()
    if not (sequence.is_reduced or keeps_tables):
        bits.flag()
    _read_tiles(bits, sequence, width, header)
    skip_filters(bits, sequence, copies_blocks=copies_blocks, is_scaled=is_scaled)
    if sequence.has_grain and (is_shown or may_show) and bits.flag():
        skip_grain(bits, sequence)
    return header


def _read_screen_content(bits: Bits, sequence: Sequence) -> bool:
    allowed = bits.number(1) if sequence.screen_content == SELECTED else sequence.screen_content
    if allowed and sequence.whole_vectors == SELECTED:
        bits.flag()
    return bool(allowed)


def _skip_removal(bits: Bits, sequence: Sequence, layers: tuple[int, int]) -> None:
    """When the decoder model removes the frame, for each operating point that has its layers."""
    if not sequence.has_model or not bits.flag():
        return
    temporal, spatial = layers
    for point in sequence.points:
        if point is not None and (point == 0 or (point >> temporal & 1 and point >> (spatial + 8) & 1)):
            bits.number(sequence.removal_bits)


def _skip_refreshed(bits: Bits, sequence: Sequence, *, has_order: bool) -> None:
    """Which frames later ones may refer to, and their places in the order where not all are new."""
    if bits.number(8) != _ALL and has_order:
        bits.number(8 * sequence.order_bits)


def _read_sizes(bits: Bits, sequence: Sequence, *, has_own_size: bool) -> tuple[int, FrameHeader]:
    """The coded width, and the sizes that come of it (5.9.5, 5.9.6 and 5.9.8)."""
    size = sequence.largest
    if has_own_size:
        across, down = sequence.size_bits
        size = Size(bits.number(across) + 1, bits.number(down) + 1)
    width = size.width
    if sequence.has_superres and bits.flag():
        denominator = bits.number(3) + _SMALLEST_DENOMINATOR
        width = (size.width * _SUPERRES + denominator // 2) // denominator
    rendered = Size(bits.number(16) + 1, bits.number(16) + 1) if bits.flag() else size
    return width, FrameHeader(size, rendered)


def _read_tiles(bits: Bits, sequence: Sequence, width: int, header: FrameHeader) -> None:
    """``tile_info`` (5.9.15)."""
    block = 128 if sequence.has_large_blocks else 64
    columns, rows = -(-width // block), -(-header.size.height // block)
    widest, largest = _WIDEST_TILE // block, _LARGEST_TILE // block**2
    least_across = _log2(widest, columns)
    least = max(least_across, _log2(largest, rows * columns))
    if bits.flag():
        across = _read_increment(bits, least_across, _log2(1, min(columns, _MAX_TILES)))
        down = _read_increment(bits, max(least - across, 0), _log2(1, min(rows, _MAX_TILES)))
        counts = [_count(columns, across), _count(rows, down)]
    else:
        sizes = _read_spans(bits, columns, widest)
        area = rows * columns >> (least + 1 if least else 0)
        counts = [len(sizes), len(_read_spans(bits, rows, max(area // max(sizes), 1)))]
        across, down = (_log2(1, count) for count in counts)
    if max(counts) > _MAX_TILES:
        raise DamagedPhotoError("an AV1 frame of very many tiles")
    header.tiles, header.tile_bits = counts[0] * counts[1], across + down
    if header.tile_bits:
        bits.number(header.tile_bits + 2)


def _log2(unit: int, target: int) -> int:
    """``tile_log2``: how often `unit` is doubled to reach `target`."""
    return max(-(-target // unit) - 1, 0).bit_length()


def _read_increment(bits: Bits, least: int, most: int) -> int:
    while least < most and bits.flag():
        least += 1
    return least


def _count(blocks: int, exponent: int) -> int:
    """How many tiles there are of equal width, but for the last."""
    size = (blocks + (1 << exponent) - 1) >> exponent
    return -(-blocks // size)


def _read_spans(bits: Bits, blocks: int, most: int) -> list[int]:
    """Widths, or heights, of tiles in superblocks, until they cover the frame."""
    spans: list[int] = []
    while blocks:
        span = _read_below(bits, min(blocks, most)) + 1
        spans.append(span)
        blocks -= span
    return spans


def _read_below(bits: Bits, limit: int) -> int:
    """``ns(n)`` (4.10.7)."""
    length = limit.bit_length()
    short = (1 << length) - limit
    value = bits.number(length - 1)
    return value if value < short else (value << 1) - short + bits.number(1)
