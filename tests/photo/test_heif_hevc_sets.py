"""Parameter sets with every optional part, written from the syntax tables, end where they should."""

import pytest

from bme_med.core import FileError
from bme_med.photo.heif_frame import Frame
from bme_med.photo.heif_hevc_sets import PPS, SPS, VPS, ParameterSet, read_parameter_set
from bme_med.photo.heif_properties import Size
from tests.photo.test_heif_hevc import unit

Numbers = tuple[tuple[int, int], ...]
"""Values, each with its length in bits."""

GENERAL = ((1, 96),)
SUB_LAYERS = (*GENERAL, (0b1101, 4), (0, 12), (5, 88), (6, 8), (7, 8))
"""Profile and level of three sub-layers: the first has both, the second a level."""

SPS_HEAD = ((2, 4), (0, 3), (1, 1), *GENERAL, (2, 3), (2, 3), (3, 2), (0, 1), (3, 2), (1, 1), (1, 1), (7, 3))
"""A SPS, number 1, which refers to VPS 2, up to the sizes of its coding blocks."""
BLOCKS = ((63, 6),)
PLAIN_LISTS = ((0, 1), (1, 1)) * 20
CODED_LISTS = (
    ((1, 1), (2**16 - 1, 16)),
    ((1, 1), (2**64 - 1, 64)),
    ((1, 1), (2**65 - 1, 65)),
    ((1, 1), (2**65 - 1, 65)),
)
LISTS: Numbers = tuple(
    number for size, coded in enumerate(CODED_LISTS) for number in coded * (2 if size == 3 else 6)
)
NO_MORE = ((0, 1), (0, 2), (0, 1), (1, 1), (0, 1), (0, 2))
"""No lists, no PCM, no reference pictures."""
REFERENCES = (
    *((4, 5), (3, 3), (2, 3), (3, 2), (3, 2), (3, 2)),  # three sets; -1, -2, +1
    *((1, 1), (0, 1), (1, 1), (0b101001, 6)),  # moved by +1: 0, -1, 2 and 1, of which -1 and 1 stay
    *((1, 1), (1, 1), (1, 1), (0b111, 3)),  # moved by -1
    *((1, 1), (2, 3), (9, 5)),  # one long-term picture
)
TIMING = ((7, 64), (1, 1), (2, 3))
HRD_HEAD = ((3, 2), (1, 1), (0, 19), (0, 8), (0, 4), (0, 15))
HRD = (*HRD_HEAD, (0, 3), (2, 3), *((15, 4), (1, 1)) * 4)
VUI = (
    *((1, 1), (255, 8), (9, 32), (3, 2), (1, 1), (5, 4), (1, 1), (1, 24), (1, 1), (3, 2), (0, 3)),
    *((1, 1), (15, 4), (1, 1), *TIMING, (1, 1), *HRD, (1, 1), (0, 3), (31, 5)),
)
RATES = ((1, 1), (2, 3), (1, 1)) * 3
"""A fixed rate and one buffer, for three sub-layers."""
VPS_HEAD = ((3, 4), (0, 8), (2, 3), (0x1FFFF, 17), *SUB_LAYERS, (1, 1), (511, 9), (1, 6), (2, 3), (3, 2))
"""A VPS, number 3, of three sub-layers and two layer sets."""

PPS_HEAD = ((3, 3), (2, 3), (0, 7), (7, 3), (0, 1))
"""A PPS, number 2, which refers to SPS 1, up to whether transforms may be skipped."""
OF_SPS = ParameterSet(1, 2, Frame(Size(0, 0), hides_pixels=False))
SETS = {
    "SPS": (SPS, (*SPS_HEAD, *BLOCKS, *NO_MORE, (0, 1), (0, 1)), OF_SPS),
    "SPS, lists": (SPS, (*SPS_HEAD, *BLOCKS, (3, 2), *LISTS, *NO_MORE[1:], (0, 2)), OF_SPS),
    "SPS, predicted lists": (
        SPS,
        (*SPS_HEAD, *BLOCKS, (3, 2), *PLAIN_LISTS, *NO_MORE[1:], (0, 2)),
        OF_SPS,
    ),
    "SPS, PCM and references": (
        SPS,
        (*SPS_HEAD, *BLOCKS, (0, 1), (0, 2), (1, 1), (0, 8), (3, 2), (0, 1), *REFERENCES, (0, 2), (0, 2)),
        OF_SPS,
    ),
    "SPS, VUI and range": (
        SPS,
        (*SPS_HEAD, *BLOCKS, *NO_MORE, (1, 1), *VUI, (1, 1), (1, 1), (0, 7), (511, 9)),
        OF_SPS,
    ),
    "VPS": (VPS, (*VPS_HEAD, (0, 1), (0, 1)), ParameterSet(3, 0)),
    "VPS, timing": (
        VPS,
        (*VPS_HEAD, (1, 1), *TIMING, (3, 3), (1, 1), (0, 2), *RATES, (1, 1), (0, 1), *RATES, (0, 1)),
        ParameterSet(3, 0),
    ),
    "PPS": (PPS, (*PPS_HEAD, (0, 1), (0, 1), (3, 2), (0, 10), (1, 1), (0, 2)), ParameterSet(2, 1)),
    "PPS, tiles and lists": (
        PPS,
        (
            *PPS_HEAD,
            *((0, 1), (1, 1), (1, 1), (3, 2), (0, 4), (2, 2), (2, 3), (3, 3), (0, 1), (7, 3), (1, 1), (1, 1)),
            *((1, 1), (0, 2), (3, 2), (1, 1), *LISTS, (0, 1), (1, 1), (0, 2)),
        ),
        ParameterSet(2, 1),
    ),
    "PPS, range": (
        PPS,
        (
            *(*PPS_HEAD, (1, 1), (0, 1), (3, 2), (0, 10), (1, 1), (0, 1), (1, 1), (1, 1), (0, 7)),
            *((1, 1), (0, 1), (1, 1), (1, 1), (2, 3), (15, 4), (3, 2)),
        ),
        ParameterSet(2, 1),
    ),
}


@pytest.mark.parametrize("name", SETS)
def test_a_legal_set_is_read_to_its_last_bit(name: str) -> None:
    type_, numbers, read = SETS[name]
    assert read_parameter_set(type_, unit(type_, *numbers)) == read
    for damaged in ((*numbers, (1, 1)), (*numbers, (0, 1)), numbers[:-1]):
        with pytest.raises(FileError):
            read_parameter_set(type_, unit(type_, *damaged))
