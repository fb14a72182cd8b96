"""Pixels: regions painted over for good, each frame in the transfer syntax that it came in."""

from bme_med.pixels.comparing import Seen, compare_frames
from bme_med.pixels.decoding import decode_frame, native_bytes
from bme_med.pixels.encapsulated import Painted, paint_as_native, paint_encapsulated
from bme_med.pixels.fills import Fill, Rendering, black, wants_outside
from bme_med.pixels.form import PixelForm
from bme_med.pixels.native import aligned_frames, frame_bytes, paint_native, widened
from bme_med.pixels.outside import values_outside
from bme_med.pixels.palettes import Palette, lookup_table
from bme_med.pixels.precision import declared_bits

__all__ = [
    "Fill",
    "Painted",
    "Palette",
    "PixelForm",
    "Rendering",
    "Seen",
    "aligned_frames",
    "black",
    "compare_frames",
    "declared_bits",
    "decode_frame",
    "frame_bytes",
    "lookup_table",
    "native_bytes",
    "paint_as_native",
    "paint_encapsulated",
    "paint_native",
    "values_outside",
    "wants_outside",
    "widened",
]
