"""Frames of an instance, one by one: as they are stored, and decoded for a detector."""

from collections.abc import Callable
from typing import Any, NamedTuple

from bme_med.core import Source
from bme_med.dicom.frames import counted_frames, read_frame
from bme_med.dicom.instance import Instance
from bme_med.dicom.pixel_form import form_of
from bme_med.dicom.pixeldata import is_encapsulated
from bme_med.dicom.walker import PIXEL_TAGS, Element
from bme_med.pixels import PixelForm, aligned_frames, decode_frame, frame_bytes
from bme_med.pixels.samples import from_native as decode_native

_DECODED_AS_RGB = ("YBR_RCT", "YBR_ICT", "XYB")

__all__ = ["FrameReader", "frame_reader", "pixel_element"]


class FrameReader(NamedTuple):
    """Decoded frames, counted from 1, and what their samples are."""

    form: PixelForm
    read: Callable[[int], Any]

    @property
    def photometric(self) -> str:
        """Photometric Interpretation of the decoded samples."""
        return "RGB" if self.form.photometric in _DECODED_AS_RGB else self.form.photometric


def pixel_element(instance: Instance) -> tuple[Source, Element] | None:
    """The top-level pixel data of `instance` that is not empty, if there is any."""
    found = (instance.by_tag[tag] for tag in PIXEL_TAGS if tag in instance.by_tag)
    return next((pair for pair in found if pair[1].end > pair[1].value), None)


def _pixel_data(instance: Instance) -> tuple[Source, Element]:
    found = pixel_element(instance)
    if found is None:
        raise ValueError("an instance without pixels has no frames")
    return found


def frame_reader(instance: Instance) -> FrameReader:
    """Reads and decodes the frames of `instance`, which has pixel data."""
    data, element = _pixel_data(instance)
    form = form_of(instance, element)
    if is_encapsulated(data, element):
        frames = counted_frames(data, element, instance)
        return FrameReader(form, lambda number: decode_frame(read_frame(data, frames[number - 1]), form))
    count = aligned_frames(form)
    size = frame_bytes(form, count)

    def read(number: int) -> Any:
        group, index = divmod(number - 1, count)
        start = element.value + group * size
        return decode_native(data[start : min(start + size, element.end)], form, index=index)

    return FrameReader(form, read)
