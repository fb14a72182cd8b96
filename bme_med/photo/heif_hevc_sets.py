"""HEVC parameter sets: what they are called, which they need, and that nothing stands behind what they say.

ITU-T H.265, 7.3.2.1 to 7.3.2.3, 7.3.3, 7.3.4 and 7.3.7. A set is read to its last bit. What version 1
and the range extensions do not know could hold anything, and is refused.
"""

from typing import NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.photo.errors import CONVERT
from bme_med.photo.heif_bits import Bits
from bme_med.photo.heif_frame import Frame
from bme_med.photo.heif_hevc_usability import skip_hrd, skip_timing, skip_vui
from bme_med.photo.heif_hevc_window import read_window

__all__ = ["PPS", "SPS", "VPS", "ParameterSet", "read_parameter_set", "read_slice"]

VPS, SPS, PPS = 32, 33, 34
_INTRA = range(16, 24)
_MAX_LAYERS, _MAX_SETS, _MAX_PICTURES = 6, 64, 16

_UNKNOWN = f"the HEVC parameters of a picture hold what is not known here: {CONVERT}"


class ParameterSet(NamedTuple):
    """The number of a parameter set, and that of the one that it refers to: PPS to SPS to VPS.

    `frame` is that of a SPS.
    """

    number: int
    refers_to: int
    frame: Frame | None = None


def read_parameter_set(type_: int, unit: bytes) -> ParameterSet:
    """Read a NAL unit of type `VPS`, `SPS` or `PPS` to its end.

    Raises
    ------
    FileError
        If it breaks the grammar, or says what is not known here.
    """
    bits = Bits.of_nal_unit(unit)
    read = {VPS: _read_vps, SPS: _read_sps, PPS: _read_pps}[type_](bits)
    if not bits.is_at_end():
        raise UnsupportedFileError(_UNKNOWN)
    return read


def read_slice(type_: int, unit: bytes) -> int:
    """The number of the PPS that a slice uses; `unit` may be its first bytes alone (7.3.6.1)."""
    bits = Bits.of_nal_unit(unit)
    bits.flag()
    if type_ in _INTRA:
        bits.flag()
    return bits.golomb(_MAX_SETS - 1)


def _read_vps(bits: Bits) -> ParameterSet:
    number = bits.number(4)
    bits.number(8)
    layers = bits.number(3)
    bits.number(17)
    _skip_profile(bits, layers)
    _skip_ordering(bits, layers)
    highest = bits.number(6)
    for _ in range(bits.golomb(1023)):
        bits.number(highest + 1)
    if bits.flag():
        skip_timing(bits)
        for at in range(bits.golomb(1024)):
            bits.golomb()
            skip_hrd(bits, layers, has_common=at == 0 or bits.flag())
    _refuse(bits.flag())
    return ParameterSet(number, 0)


def _refuse(is_extended: bool | int) -> None:
    if is_extended:
        raise UnsupportedFileError(_UNKNOWN)


def _skip_profile(bits: Bits, layers: int) -> None:
    """``profile_tier_level`` (7.3.3)."""
    _refuse(layers > _MAX_LAYERS)
    bits.number(96)
    present = [(bits.flag(), bits.flag()) for _ in range(layers)]
    if layers:
        bits.number(2 * (8 - layers))
    for has_profile, has_level in present:
        bits.number(88 * has_profile + 8 * has_level)


def _skip_ordering(bits: Bits, layers: int) -> None:
    bits.skip_golomb(3 * (layers + 1 if bits.flag() else 1))


def _read_sps(bits: Bits) -> ParameterSet:
    refers_to, layers = bits.number(4), bits.number(3)
    bits.flag()
    _skip_profile(bits, layers)
    number = bits.golomb(15)
    chroma = bits.golomb(3)
    if chroma == 3:
        bits.flag()
    window = read_window(bits, chroma)
    bits.skip_golomb(2)
    count_bits = bits.golomb(12) + 4
    _skip_ordering(bits, layers)
    frame = window.read_frame(bits)
    bits.skip_golomb(4)
    if bits.flag() and bits.flag():
        _skip_scaling(bits)
    bits.number(2)
    if bits.flag():
        bits.number(8)
        bits.skip_golomb(2)
        bits.flag()
    _skip_reference_sets(bits)
    if bits.flag():
        bits.number((count_bits + 1) * bits.golomb(32))
    bits.number(2)
    if bits.flag():
        skip_vui(bits, layers)
    if bits.flag():
        has_range = bits.flag()
        _refuse(bits.number(7))
        bits.number(9 * has_range)
    return ParameterSet(number, refers_to, frame)


def _skip_scaling(bits: Bits) -> None:
    """``scaling_list_data`` (7.3.4)."""
    for size in range(4):
        for _ in range(0, 6, 3 if size == 3 else 1):
            if bits.flag():
                bits.skip_golomb(min(64, 1 << (4 + 2 * size)) + (size > 1))
            else:
                bits.golomb()


def _skip_reference_sets(bits: Bits) -> None:
    """The sets of ``st_ref_pic_set`` (7.3.7), each as differences of picture order (7.4.8)."""
    before: list[int] = []
    for number in range(bits.golomb(_MAX_SETS)):
        if number and bits.flag():
            sign = -1 if bits.flag() else 1
            step = sign * (bits.golomb(1 << 15) + 1)
            moved = [difference + step for difference in (*before, 0)]
            kept = {difference for difference in moved if bits.flag() or bits.flag()} - {0}
            below = sorted((difference for difference in kept if difference < 0), reverse=True)
            before = below + sorted(difference for difference in kept if difference > 0)
        else:
            counts = bits.golomb(_MAX_PICTURES), bits.golomb(_MAX_PICTURES)
            before = [*_differences(bits, counts[0], -1), *_differences(bits, counts[1], 1)]


def _differences(bits: Bits, count: int, sign: int) -> list[int]:
    differences, last = [], 0
    for _ in range(count):
        last += sign * (bits.golomb(1 << 15) + 1)
        bits.flag()
        differences.append(last)
    return differences


def _read_pps(bits: Bits) -> ParameterSet:
    number, refers_to = bits.golomb(_MAX_SETS - 1), bits.golomb(15)
    bits.number(7)
    bits.skip_golomb(3)
    bits.flag()
    can_skip_transform = bits.flag()
    if bits.flag():
        bits.golomb()
    bits.skip_golomb(2)
    bits.number(4)
    has_tiles = bits.flag()
    bits.flag()
    if has_tiles:
        columns, rows = bits.golomb(1 << 10), bits.golomb(1 << 10)
        if not bits.flag():
            bits.skip_golomb(columns + rows)
        bits.flag()
    bits.flag()
    if bits.flag():
        bits.flag()
        if not bits.flag():
            bits.skip_golomb(2)
    if bits.flag():
        _skip_scaling(bits)
    bits.flag()
    bits.golomb()
    _refuse(bits.flag())
    if bits.flag():
        has_range = bits.flag()
        _refuse(bits.number(7))
        if has_range:
            _skip_pps_range(bits, can_skip_transform=can_skip_transform)
    return ParameterSet(number, refers_to)


def _skip_pps_range(bits: Bits, *, can_skip_transform: bool) -> None:
    """``pps_range_extension`` (7.3.2.3.2)."""
    if can_skip_transform:
        bits.golomb()
    bits.flag()
    if bits.flag():
        bits.golomb()
        bits.skip_golomb(2 * (bits.golomb(5) + 1))
    bits.skip_golomb(2)
