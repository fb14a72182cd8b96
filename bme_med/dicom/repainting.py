"""Pixel data written with boxes painted over, native or encapsulated, and what follows for the dataset."""

from bme_med.core import Action, Box, Pieces, Source, regions_of
from bme_med.dicom.coded_bits import look_at_bits
from bme_med.dicom.deciding import Insertions, PixelPainter
from bme_med.dicom.decoded_frames import pixel_element
from bme_med.dicom.derived import DERIVATION
from bme_med.dicom.encapsulated_painting import EncapsulatedPainting
from bme_med.dicom.encoding import element as encoded
from bme_med.dicom.instance import Instance
from bme_med.dicom.kept_pixels import native_samples
from bme_med.dicom.offset_tables import EXTENDED_TABLES
from bme_med.dicom.painting import NativePainting, box_actions, paint_samples
from bme_med.dicom.pixel_form import form_of, rendering_of
from bme_med.dicom.pixeldata import is_encapsulated, refuse_contradiction
from bme_med.dicom.scope import Scope
from bme_med.dicom.walker import Element
from bme_med.pixels import Fill, PixelForm, aligned_frames, black, frame_bytes, values_outside, wants_outside

__all__ = ["Repainting"]


class Repainting(PixelPainter):
    """Paints `boxes` over in the pixel data of one instance.

    Attributes
    ----------
    findings
        What a person should know, once the pixel data was written.
    """

    def __init__(self, instance: Instance, boxes: tuple[Box, ...], unused_bits: str) -> None:
        self._instance = instance
        self._boxes = boxes
        self._unused_bits = unused_bits
        self.findings: list[str] = []
        self._encapsulated = self._painted_frames()

    def _painted_frames(self) -> EncapsulatedPainting | None:
        """The painting of compressed frames; nothing of native ones.

        Raises
        ------
        FileError
            If they are not what the attributes say, or cannot be painted.
        """
        found = pixel_element(self._instance)
        if found is None or not is_encapsulated(*found):
            return None
        data, element = found
        refuse_contradiction(data, element, self._instance.contents)
        form = form_of(self._instance, element)
        rendering = rendering_of(self._instance, form)
        look = look_at_bits(data, element, self._instance, self._unused_bits)
        painting = EncapsulatedPainting(self._instance, element, form, rendering, self._boxes, look)
        self.findings.extend(painting.notes)
        return painting

    @property
    def transfer_syntax(self) -> str:
        """Of the output."""
        made = self._encapsulated
        return made.transfer_syntax if made else self._instance.transfer_syntax

    @property
    def rewritten(self) -> frozenset[int]:
        """Attributes that go from the main dataset, to be inserted anew or not at all."""
        return frozenset((*EXTENDED_TABLES, *self._attributes()))

    def insertions(self) -> Insertions:
        """Attributes that follow from how the pixels are written now."""
        coding = self._instance.coding
        return [
            (tag, encoded(tag, vr, value, coding=coding)) for tag, (vr, value) in self._attributes().items()
        ]

    def _attributes(self) -> dict[int, tuple[str, bytes]]:
        """What the pixels say of themselves, and that they were painted over."""
        tag, vr, value = DERIVATION
        attributes = self._encapsulated.attributes if self._encapsulated else {}
        return {**attributes, tag: (vr, value)}

    def write(self, element: Element, scope: Scope, out: Pieces) -> list[Action]:
        """Append pixel data with the boxes painted over.

        Raises
        ------
        FileError
            If its frames are not what the attributes say, or nothing can paint them.
        """
        made = self._encapsulated
        if made is None:
            return self._write_native(element, scope, out)
        made.write(out)
        return [*box_actions(self._boxes, made.form.frames), *made.actions]

    def _write_native(self, element: Element, scope: Scope, out: Pieces) -> list[Action]:
        refuse_contradiction(scope.data, element, self._instance.contents)
        native = native_samples(element, scope, self._instance, self._unused_bits, out)
        self.findings.extend(native.findings)
        form = form_of(self._instance, element)
        painting = NativePainting(form, self._boxes, self._fill(form, element, scope.data), native.bits)
        return paint_samples(scope.data, native.samples, painting, out)

    def _fill(self, form: PixelForm, element: Element, data: Source) -> Fill:
        """Black, by the samples that stay of the first frame with a box."""
        rendering = rendering_of(self._instance, form)
        if not wants_outside(form):
            return black(form, rendering)
        numbers = range(1, form.frames + 1)
        size = {"rows": form.rows, "columns": form.columns}
        first = next((n for n in numbers if regions_of(self._boxes, n, **size)), 1)
        group, index = divmod(first - 1, aligned_frames(form))
        group_bytes = frame_bytes(form, aligned_frames(form))
        start = element.value + group * group_bytes
        samples = data[start : min(start + group_bytes, element.end)]
        regions = regions_of(self._boxes, first, **size)
        return black(form, rendering, values_outside(samples, form, regions, index=index))
