"""Pixels: regions painted over for good, each frame in the transfer syntax that it came in."""

from bme_med.pixels.form import PixelForm

__all__ = ["PixelForm"]
