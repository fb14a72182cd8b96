"""What an instance becomes whose pixels were painted over: a new one, DERIVED, without second copies.

PS3.3, C.7.6.1.1.2, C.7.6.1.1.3 and C.12.1.1; where frames had to be decompressed, some attributes of their
coding follow.
"""

from bme_med.verify.elements import Element
from bme_med.verify.rules import Place, State, States

__all__ = ["is_recoded", "may_be_added", "painted_states"]

_SOP_INSTANCE = 0x00080018
_IMAGE_TYPES = frozenset((0x00080008, 0x00089007))
_PHOTOMETRIC, _PLANAR, _LOSSY = 0x00280004, 0x00280006, 0x00282110
_DERIVATION = 0x00082111
_HOW = "Regions were painted over with one value."
_OFFSET_TABLES = frozenset((0x7FE00001, 0x7FE00002))
_COPIES = frozenset((0x00603000, 0x7FE00003, *range(0x00280106, 0x0028010A), 0x00280110, 0x00280111))
"""Histograms, lengths, smallest and largest values."""

_BYTE_VRS = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "UN"))
_COLOURS = frozenset(
    (
        *(("YBR_RCT", "RGB"), ("YBR_ICT", "RGB"), ("YBR_ICT", "YBR_RCT"), ("XYB", "RGB")),
        ("YBR_FULL_422", "YBR_FULL"),
    )
)
"""Photometric Interpretations, before and after, of samples that a decoder gives alike."""


def painted_states(place: Place, states: States) -> States:
    """`states` of an element, given that pixels of its instance were painted over."""
    tag, is_top = place.tag, not place.path
    if tag in _COPIES or tag >> 24 == 0x60 or (tag & 0x10000 and place.vr in _BYTE_VRS):
        return frozenset({State.ABSENT})
    if tag in _IMAGE_TYPES and State.SAME in states:
        return states - {State.SAME} | {State.DERIVED}
    if is_top and tag == _SOP_INSTANCE:
        return frozenset({State.UIDS})
    if is_top and tag == _DERIVATION:
        return frozenset({State.RECODED})
    if is_top and tag in (_PHOTOMETRIC, _PLANAR, _LOSSY):
        return states | {State.RECODED}
    if is_top and tag in _OFFSET_TABLES:  # whether they are true, the check of pixels says
        return frozenset({State.ABSENT, State.RECODED})
    return states


def is_recoded(before: Element, after: Element) -> bool:
    """Whether an attribute follows from pixels that were coded anew."""
    if after.tag == _PHOTOMETRIC:
        return (before.text, after.text) in _COLOURS
    return after.tag in _OFFSET_TABLES or may_be_added(after)


def may_be_added(after: Element) -> bool:
    """Whether painted pixels may need an attribute that the source does not have."""
    if after.tag == _DERIVATION:
        return after.text == _HOW
    return (after.tag == _PLANAR and after.raw == b"\0\0") or (after.tag == _LOSSY and after.text == "01")
