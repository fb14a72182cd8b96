"""Lines drawn by hand in graphic annotations: they may be handwriting (PS3.3, C.10.5)."""

from bme_med.dicom.dictionary import dictionary
from bme_med.dicom.scope import Scope

__all__ = ["has_freehand_lines"]

_FREEHAND = (b"POLYLINE", b"INTERPOLATED")
_FEWEST_POINTS = 8
"""Lines of fewer points draw arrows, boxes and calipers, but no letters."""


def has_freehand_lines(scope: Scope) -> bool:
    """Whether a graphic object of `scope`, at any depth, has lines that may be handwriting."""
    values = {}
    for element in scope.elements:
        if element.items:
            inner = (scope.below(element, item, n) for n, item in enumerate(element.items.items))
            if any(map(has_freehand_lines, inner)):
                return True
        else:
            values[dictionary().keyword(element.tag)] = element
    kind, points = values.get("GraphicType"), values.get("NumberOfGraphicPoints")
    if kind is None or points is None or scope.raw(kind).strip(b" \0") not in _FREEHAND:
        return False
    return int.from_bytes(scope.raw(points), scope.coding.byte_order) >= _FEWEST_POINTS
