"""Legal dummy items for sequences that must not be empty (PS3.15, Table E.1-1a, code D)."""

from bme_med.dicom.dictionary import dictionary
from bme_med.dicom.encoding import Coding, dummy_value, element, numbers, sequence_item
from bme_med.dicom.markers import code_item
from bme_med.dicom.walker import Element

__all__ = ["dummy_items"]

_PERSONS = frozenset(
    (
        "AsserterIdentificationSequence",
        "AuthorIdentificationSequence",
        "OperatorIdentificationSequence",
        "ROIInterpreterSequence",
    )
)
_PERFORMED_STEP_CLASS = b"1.2.840.10008.3.1.2.3.3"


def dummy_items(sequence: Element, *, layer: bytes, coding: Coding) -> bytes:
    """One encoded item for `sequence`; `layer` names the graphic layer that an annotation must lie in."""
    keyword = dictionary().keyword(sequence.tag)
    if keyword == "ContentSequence":
        return _content(coding=coding)
    if keyword == "GraphicAnnotationSequence":
        return _annotation(layer, coding=coding)
    if keyword == "VerifyingObserverSequence":
        return sequence_item(
            _text(0x0040A027, "LO", coding=coding)
            + _text(0x0040A030, "DT", coding=coding)
            + _text(0x0040A075, "PN", coding=coding)
            + element(0x0040A088, "SQ", b"", coding=coding),
            coding=coding,
        )
    if keyword in _PERSONS:
        return _person(coding=coding)
    if keyword == "FlowIdentifierSequence":
        return sequence_item(_text(0x00340002, "OB", coding=coding), coding=coding)
    if keyword == "WaveformAnnotationSequence":
        return sequence_item(
            element(0x0040A0B0, "US", numbers("HH", 1, 0, coding=coding), coding=coding)
            + _text(0x00700006, "ST", coding=coding),
            coding=coding,
        )
    return _code(coding=coding) if keyword.endswith("CodeSequence") else _reference(coding=coding)


def _text(tag: int, vr: str, *, coding: Coding) -> bytes:
    return element(tag, vr, dummy_value(vr), coding=coding)


def _code(*, coding: Coding) -> bytes:
    return code_item("ANON", "99BMEMED", "ANONYMIZED", coding=coding)


def _person(*, coding: Coding) -> bytes:
    """Nobody, legal where a person is identified by code and where person or device is (PS3.3, 10.1)."""
    return sequence_item(
        _text(0x00080080, "LO", coding=coding)
        + element(0x00080082, "SQ", _code(coding=coding), coding=coding)
        + element(0x00401101, "SQ", _code(coding=coding), coding=coding)
        + element(0x0040A084, "CS", b"PSN", coding=coding)
        + _text(0x0040A123, "PN", coding=coding),
        coding=coding,
    )


def _reference(*, coding: Coding) -> bytes:
    """A reference to no instance (PS3.3, 10.8)."""
    return sequence_item(
        element(0x00081150, "UI", _PERFORMED_STEP_CLASS, coding=coding)
        + element(0x00081155, "UI", b"2.25.0", coding=coding),
        coding=coding,
    )


def _content(*, coding: Coding) -> bytes:
    """A TEXT content item "Comment" (PS3.3, C.17.3)."""
    name = code_item("121106", "DCM", "Comment", coding=coding)
    return sequence_item(
        element(0x0040A010, "CS", b"CONTAINS", coding=coding)
        + element(0x0040A040, "CS", b"TEXT", coding=coding)
        + element(0x0040A043, "SQ", name, coding=coding)
        + _text(0x0040A160, "UT", coding=coding),
        coding=coding,
    )


def _annotation(layer: bytes, *, coding: Coding) -> bytes:
    """A point in the image's first pixel (PS3.3, C.10.5)."""
    point = sequence_item(
        element(0x00700005, "CS", b"PIXEL", coding=coding)
        + element(0x00700020, "US", numbers("H", 2, coding=coding), coding=coding)
        + element(0x00700021, "US", numbers("H", 1, coding=coding), coding=coding)
        + element(0x00700022, "FL", numbers("ff", 1, 1, coding=coding), coding=coding)
        + element(0x00700023, "CS", b"POINT", coding=coding)
        + element(0x00700024, "CS", b"N", coding=coding),
        coding=coding,
    )
    return sequence_item(
        element(0x00700002, "CS", layer, coding=coding) + element(0x00700009, "SQ", point, coding=coding),
        coding=coding,
    )
