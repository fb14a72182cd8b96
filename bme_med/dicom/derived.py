"""What else changes in an instance whose pixels were painted over: second copies go, and it says DERIVED.

Overlays, histograms and private bytes may show what a box covers. Image Type, Derivation
Description and SOP Instance UID follow PS3.3, C.7.6.1.1.2, C.7.6.1.1.3 and C.12.1.1.
"""

from collections.abc import Mapping

from bme_med.core import Action, Code
from bme_med.dicom.decisions import Decision, Do
from bme_med.dicom.dictionary import where
from bme_med.dicom.encoding import element as encoded
from bme_med.dicom.scope import Scope
from bme_med.dicom.walker import Element

__all__ = ["DERIVATION", "derived_decisions", "is_image_type", "new_instance", "with_derived"]

_IMAGE_TYPE, _FRAME_TYPE = 0x00080008, 0x00089007
_SOP_INSTANCE = 0x00080018
DERIVATION = (
    0x00082111,
    "ST",
    b"Regions were painted over with one value.",
)
"""Derivation Description of what is DERIVED now (PS3.3, C.7.6.1.1.3). CID 7203 has no code for it."""
_GOES = {
    0x00280106: "told a value of the pixels as they were",
    0x00280107: "told a value of the pixels as they were",
    0x00280108: "told a value of the pixels as they were",
    0x00280109: "told a value of the pixels as they were",
    0x00280110: "told a value of the pixels as they were",
    0x00280111: "told a value of the pixels as they were",
    0x00603000: "counted the pixels as they were",
    0x7FE00003: "told the length of the pixels as they were",
}
_BYTES = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "UN"))
_OVERLAY = "a plane over pixels, of which some were painted over"
_PRIVATE = "bytes that may repeat the pixels, of which some were painted over"


def derived_decisions(scope: Scope, private: Mapping[int, Decision]) -> dict[int, Decision]:
    """Elements of `scope` that go because pixels were painted over.

    `private` says by which VR private elements are read that a profile keeps, where the file does not.
    """
    found = {}
    for element in scope.elements:
        vr = private[element.tag].vr if element.tag in private else ""
        if rule := _why_it_goes(element, vr or element.vr):
            found[element.tag] = Decision(Do.REMOVE, Action(where(element.tag), Code.X, rule))
    return found


def _why_it_goes(element: Element, vr: str) -> str:
    tag = element.tag
    if tag in _GOES:
        return _GOES[tag]
    if tag >> 24 == 0x60:
        return _OVERLAY
    if tag & 0x10000 and vr in _BYTES:
        return _PRIVATE
    return ""


def new_instance(decision: Decision) -> Decision | None:
    """What replaces a decision to keep SOP Instance UID: other pixels are another instance; else nothing."""
    if decision.do not in (Do.KEEP, Do.KEPT_UID):
        return None
    return Decision(
        Do.UID,
        Action(where(_SOP_INSTANCE), Code.U, "PS3.3 C.12.1.1: the pixels are not those of this instance"),
    )


def is_image_type(tag: int) -> bool:
    """Whether an attribute says whether pixels are original."""
    return tag in (_IMAGE_TYPE, _FRAME_TYPE)


def with_derived(element: Element, value: bytes, scope: Scope) -> bytes:
    """Image Type, or Frame Type, that says DERIVED in place of ORIGINAL."""
    first, slash, rest = value.partition(b"\\")
    new = b"DERIVED" + slash + rest.rstrip(b" \0") if first.strip(b" \0") == b"ORIGINAL" else value
    return encoded(element.tag, "CS", new, coding=scope.coding)
