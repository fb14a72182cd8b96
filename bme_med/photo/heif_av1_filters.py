"""What the header of an AV1 frame says of quantisation, filters and grain: read over (5.9.11 to 5.9.30)."""

from bme_med.photo.heif_av1_sequence import Sequence
from bme_med.photo.heif_bits import Bits

__all__ = ["skip_filters", "skip_grain"]

_SEGMENTS = 8
_FEATURE_BITS = (9, 7, 7, 7, 7, 3, 0, 0)
"""Of each feature of a segment, with its sign."""
_DELTA_BITS = 7


def skip_filters(bits: Bits, sequence: Sequence, *, copies_blocks: bool, is_scaled: bool) -> None:
    """Read from ``quantization_params`` to ``reduced_tx_set``, of a frame that needs no other."""
    step, has_deltas = _read_quantisation(bits, sequence)
    steps = _read_segments(bits, step)
    if step and bits.flag():
        bits.number(2)
        if not copies_blocks and bits.flag():
            bits.number(3)
    is_lossless = not has_deltas and not any(steps)
    if not (is_lossless or copies_blocks):
        _skip_loop_filter(bits, sequence)
        if sequence.has_cdef:
            _skip_cdef(bits, sequence)
    if sequence.has_restoration and not copies_blocks and not (is_lossless and not is_scaled):
        _skip_restoration(bits, sequence)
    if not is_lossless:
        bits.flag()
    bits.flag()


def _read_delta(bits: Bits) -> int:
    return bits.number(_DELTA_BITS) if bits.flag() else 0


def _read_quantisation(bits: Bits, sequence: Sequence) -> tuple[int, bool]:
    """``quantization_params`` (5.9.12): the step, and whether some coefficients have another one."""
    step = bits.number(8)
    deltas = [_read_delta(bits)]
    if sequence.planes > 1:
        differ = sequence.has_separate_deltas and bits.flag()
        deltas += [_read_delta(bits) for _ in range(4 if differ else 2)]
    if bits.flag():
        bits.number(12 if sequence.has_separate_deltas else 8)
    return step, any(deltas)


def _read_segments(bits: Bits, step: int) -> list[int]:
    """``segmentation_params`` (5.9.14): the step of each segment."""
    steps = [step] * _SEGMENTS
    if not bits.flag():
        return steps
    for segment in range(_SEGMENTS):
        for feature, count in enumerate(_FEATURE_BITS):
            value = bits.number(count) if bits.flag() else 0
            if feature == 0:
                signed = value - (1 << count if value >> (count - 1) else 0)
                steps[segment] = min(max(step + signed, 0), 255)
    return steps


def _skip_loop_filter(bits: Bits, sequence: Sequence) -> None:
    """``loop_filter_params`` (5.9.11)."""
    levels = bits.number(12)
    if sequence.planes > 1 and levels:
        bits.number(12)
    bits.number(3)
    if bits.flag() and bits.flag():
        for _ in range(10):
            _read_delta(bits)


def _skip_cdef(bits: Bits, sequence: Sequence) -> None:
    """``cdef_params`` (5.9.19)."""
    bits.number(2)
    for _ in range(1 << bits.number(2)):
        bits.number(12 if sequence.planes > 1 else 6)


def _skip_restoration(bits: Bits, sequence: Sequence) -> None:
    """``lr_params`` (5.9.20)."""
    kinds = [bits.number(2) for _ in range(sequence.planes)]
    if not any(kinds):
        return
    if bits.flag() and not sequence.has_large_blocks:
        bits.flag()
    if all(sequence.subsampling) and any(kinds[1:]):
        bits.flag()


def skip_grain(bits: Bits, sequence: Sequence) -> None:
    """``film_grain_params`` (5.9.30) behind ``apply_grain``, of a frame that needs no other."""
    bits.number(16)
    luma = bits.number(4)
    bits.number(16 * luma)
    is_grey = sequence.planes == 1
    follows_luma = not is_grey and bits.flag()
    chroma = [0, 0]
    if not (is_grey or follows_luma or (all(sequence.subsampling) and not luma)):
        for plane in (0, 1):
            chroma[plane] = bits.number(4)
            bits.number(16 * chroma[plane])
    bits.number(2)
    lag = bits.number(2)
    count = 2 * lag * (lag + 1)
    bits.number(8 * count * bool(luma))
    for points in chroma:
        if follows_luma or points:
            bits.number(8 * (count + bool(luma)))
    bits.number(4)
    for points in chroma:
        if points:
            bits.number(25)
    bits.number(2)
