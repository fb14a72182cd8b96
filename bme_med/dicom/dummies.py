"""Legal dummy items for sequences that must not be empty (PS3.15, Table E.1-1a, code D)."""

from bme_med.dicom.dictionary import dictionary
from bme_med.dicom.encoding import dummy_value, element, sequence_item
from bme_med.dicom.markers import code_item
from bme_med.dicom.walker import Element

__all__ = ["dummy_items"]

_PERFORMED_STEP_CLASS = b"1.2.840.10008.3.1.2.3.3"


def dummy_items(sequence: Element, *, layer: bytes, explicit: bool) -> bytes:
    """One encoded item for `sequence`; `layer` names the graphic layer that an annotation must lie in."""
    keyword = dictionary().keyword(sequence.tag)
    if keyword == "ContentSequence":
        return _content(explicit=explicit)
    if keyword == "GraphicAnnotationSequence":
        return _annotation(layer, explicit=explicit)
    if keyword == "VerifyingObserverSequence":
        return sequence_item(
            _text(0x0040A027, "LO", explicit=explicit)
            + _text(0x0040A030, "DT", explicit=explicit)
            + _text(0x0040A075, "PN", explicit=explicit)
            + element(0x0040A088, "SQ", b"", explicit=explicit)
        )
    if keyword == "OperatorIdentificationSequence":
        return sequence_item(
            _text(0x00080080, "LO", explicit=explicit)
            + element(0x00401101, "SQ", _code(explicit=explicit), explicit=explicit)
        )
    if keyword == "FlowIdentifierSequence":
        return sequence_item(_text(0x00340002, "OB", explicit=explicit))
    if keyword == "WaveformAnnotationSequence":
        return sequence_item(
            element(0x0040A0B0, "US", b"\x01\x00\x00\x00", explicit=explicit)
            + _text(0x00700006, "ST", explicit=explicit)
        )
    return _code(explicit=explicit) if keyword.endswith("CodeSequence") else _reference(explicit=explicit)


def _text(tag: int, vr: str, *, explicit: bool) -> bytes:
    return element(tag, vr, dummy_value(vr), explicit=explicit)


def _code(*, explicit: bool) -> bytes:
    return code_item("ANON", "99BMEMED", "ANONYMIZED", explicit=explicit)


def _reference(*, explicit: bool) -> bytes:
    """A reference to no instance (PS3.3, 10.8)."""
    return sequence_item(
        element(0x00081150, "UI", _PERFORMED_STEP_CLASS, explicit=explicit)
        + element(0x00081155, "UI", b"2.25.0", explicit=explicit)
    )


def _content(*, explicit: bool) -> bytes:
    """A TEXT content item "Comment" (PS3.3, C.17.3)."""
    name = code_item("121106", "DCM", "Comment", explicit=explicit)
    return sequence_item(
        element(0x0040A010, "CS", b"CONTAINS", explicit=explicit)
        + element(0x0040A040, "CS", b"TEXT", explicit=explicit)
        + element(0x0040A043, "SQ", name, explicit=explicit)
        + _text(0x0040A160, "UT", explicit=explicit)
    )


def _annotation(layer: bytes, *, explicit: bool) -> bytes:
    """A point in the image's first pixel (PS3.3, C.10.5)."""
    point = sequence_item(
        element(0x00700005, "CS", b"PIXEL", explicit=explicit)
        + element(0x00700020, "US", b"\x02\x00", explicit=explicit)
        + element(0x00700021, "US", b"\x01\x00", explicit=explicit)
        + element(0x00700022, "FL", b"\x00\x00\x80?" * 2, explicit=explicit)
        + element(0x00700023, "CS", b"POINT", explicit=explicit)
        + element(0x00700024, "CS", b"N", explicit=explicit)
    )
    return sequence_item(
        element(0x00700002, "CS", layer, explicit=explicit)
        + element(0x00700009, "SQ", point, explicit=explicit)
    )
