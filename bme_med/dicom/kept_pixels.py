"""What stays of pixel data: the frames and nothing else (PS3.3, C.7.6.3.1; PS3.5, 8.1 and A.4)."""

from bme_med.core import Pieces, Range
from bme_med.dicom.encoding import header
from bme_med.dicom.fragments import keep_encapsulated
from bme_med.dicom.instance import Instance
from bme_med.dicom.pixeldata import frames_end, is_encapsulated, refuse_contradiction
from bme_med.dicom.scope import Scope
from bme_med.dicom.stored_bits import cleared, clearing_reason, stored_bits
from bme_med.dicom.walker import PIXEL_DATA, Element

__all__ = ["keep_pixel_data"]

_SHORT = "Pixel Data is shorter than its frames: compare the source with the original"
_LONG = "Pixel Data was longer than its frames and was cut"


def keep_pixel_data(
    element: Element, scope: Scope, instance: Instance, unused_bits: str, out: Pieces
) -> tuple[bool, list[str]]:
    """Append the frames of `element`; says whether anything else was there, and what a person should know.

    `unused_bits` is ``pixels.unused-bits`` of the profile.

    Raises
    ------
    FileError
        If nothing can tell frames from what may hide beside them.
    """
    if not scope.prefix:
        refuse_contradiction(scope.data, element, instance.contents)
    described = instance.within(scope.data, scope.elements, scope.coding) if scope.prefix else instance
    if is_encapsulated(scope.data, element):
        findings = keep_encapsulated(scope.data, element, described, out)
        return bool(findings), findings
    end = frames_end(described, element)
    findings = [_SHORT] if end > element.end else [_LONG] if end < element.end else []
    if end >= element.end:
        out.keep(element.start, element.value)
    else:
        out.literal(header(element.tag, element.vr, end - element.value, coding=scope.coding))
    samples = Range(element.value, min(end, element.end))
    finding = clearing_reason(described, samples, unused_bits) if element.tag == PIXEL_DATA else None
    bits = stored_bits(described)
    if bits is None or finding is None:
        out.keep(samples.start, samples.end)
        return end < element.end, findings
    out.render(cleared(samples, bits))
    return True, [*findings, finding]
