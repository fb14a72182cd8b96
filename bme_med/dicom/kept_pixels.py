"""What stays of pixel data: the frames and nothing else (PS3.3, C.7.6.3.1; PS3.5, 8.1 and A.4)."""

from typing import NamedTuple

from bme_med.core import Pieces, Range
from bme_med.dicom.coded_bits import look_at_bits
from bme_med.dicom.encoding import header
from bme_med.dicom.fragments import keep_encapsulated
from bme_med.dicom.instance import Instance
from bme_med.dicom.pixeldata import frames_end, is_encapsulated, refuse_contradiction
from bme_med.dicom.scope import Scope
from bme_med.dicom.stored_bits import StoredBits, cleared, clearing_reason, stored_bits
from bme_med.dicom.walker import PIXEL_DATA, Element

__all__ = ["NativeSamples", "keep_pixel_data", "native_samples"]

_SHORT = "Pixel Data is shorter than its frames: compare the source with the original"
_LONG = "Pixel Data was longer than its frames and was cut"


def keep_pixel_data(
    element: Element, scope: Scope, instance: Instance, unused_bits: str, out: Pieces
) -> tuple[bool, list[str]]:
    """Append the frames of top-level `element`; whether more was there, and what a person should know.

    `unused_bits` is ``pixels.unused-bits`` of the profile.

    Raises
    ------
    FileError
        If nothing can tell frames from what may hide beside them.
    """
    refuse_contradiction(scope.data, element, instance.contents)
    if is_encapsulated(scope.data, element):
        look = look_at_bits(scope.data, element, instance, unused_bits)
        findings = keep_encapsulated(scope.data, element, instance, look, out)
        return bool(findings), findings
    native = native_samples(element, scope, instance, unused_bits, out)
    if native.bits:
        out.render(cleared(native.samples, native.bits))
    else:
        out.keep(*native.samples)
    return native.was_more, native.findings


class NativeSamples(NamedTuple):
    """What stays of native pixel data: samples, which of their bits if not all, what a person should know."""

    samples: Range
    bits: StoredBits | None
    was_more: bool
    findings: list[str]


def native_samples(
    element: Element, scope: Scope, instance: Instance, unused_bits: str, out: Pieces
) -> NativeSamples:
    """Append the header of native pixel data; what belongs behind it is left to the caller.

    Raises
    ------
    FileError
        As `keep_pixel_data` does.
    """
    end = frames_end(instance, element)
    findings = [_SHORT] if end > element.end else [_LONG] if end < element.end else []
    if end >= element.end:
        out.keep(element.start, element.value)
    else:
        out.literal(header(element.tag, element.vr, end - element.value, coding=scope.coding))
    samples = Range(element.value, min(end, element.end))
    finding = clearing_reason(instance, samples, unused_bits) if element.tag == PIXEL_DATA else None
    bits = stored_bits(instance)
    if bits is None or finding is None:
        return NativeSamples(samples, None, end < element.end, findings)
    return NativeSamples(samples, bits, True, [*findings, finding])
