"""What HEVC parameter sets say of use and timing: read over to their last bit (ITU-T H.265, E.2)."""

from bme_med.photo.heif_bits import Bits

__all__ = ["skip_hrd", "skip_timing", "skip_vui"]


def skip_timing(bits: Bits) -> None:
    """How long a picture lasts, the same in VPS and VUI."""
    bits.number(64)
    if bits.flag():
        bits.golomb()


def skip_vui(bits: Bits, layers: int) -> None:
    """``vui_parameters`` (E.2.1)."""
    if bits.flag() and bits.number(8) == 255:
        bits.number(32)
    if bits.flag():
        bits.flag()
    if bits.flag():
        bits.number(4)
        if bits.flag():
            bits.number(24)
    if bits.flag():
        bits.skip_golomb(2)
    bits.number(3)
    if bits.flag():
        bits.skip_golomb(4)
    if bits.flag():
        skip_timing(bits)
        if bits.flag():
            skip_hrd(bits, layers, has_common=True)
    if bits.flag():
        bits.number(3)
        bits.skip_golomb(5)


def skip_hrd(bits: Bits, layers: int, *, has_common: bool) -> None:
    """``hrd_parameters`` (E.2.2); without common ones no sub-layer has any here."""
    kinds, has_parts = 0, False
    if has_common:
        kinds = bits.flag() + bits.flag()
        if kinds:
            has_parts = bits.flag()
            bits.number((19 if has_parts else 0) + 8 + (4 if has_parts else 0) + 15)
    for _ in range(layers + 1):
        is_fixed = bits.flag() or bits.flag()
        is_low_delay = False
        if is_fixed:
            bits.golomb()
        else:
            is_low_delay = bits.flag()
        count = 1 if is_low_delay else bits.golomb(31) + 1
        for _ in range(kinds * count):
            bits.skip_golomb(4 if has_parts else 2)
            bits.flag()
