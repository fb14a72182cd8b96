"""JPEG of 8 and 12 bits, decoded: for readers of pixels, and where it cannot be painted over as it is.

Components are handed out as they were coded; those of fewer samples are enlarged as libjpeg does it.
"""

from bme_med.pixels.coded import Coded, decoded_by, ended, jpeg_header
from bme_med.pixels.form import PixelForm

__all__ = ["FULL_CHROMA", "decode_dct", "require_jpeg_size"]

_FRAMES = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)))
FULL_CHROMA = {"YBR_FULL_422": "YBR_FULL", "YBR_PARTIAL_422": "YBR_PARTIAL_420"}
"""What colors are called once chroma is enlarged."""


def decode_dct(codestream: bytes, form: PixelForm) -> Coded:
    """Its components, all of the frame's size."""
    from imagecodecs import jpeg8_decode

    precision, _ = jpeg_header(codestream, _FRAMES, form)
    colors = "RGB" if form.samples == 3 else None
    samples = decoded_by(jpeg8_decode, ended(codestream), colorspace=colors, outcolorspace=colors)
    return Coded(samples, precision, False, FULL_CHROMA.get(form.photometric, form.photometric))


def require_jpeg_size(codestream: bytes, form: PixelForm) -> None:
    """Compare what a JPEG says of its size with `form`: beyond it nobody would look.

    Raises
    ------
    MalformedFileError
        If they differ.
    """
    jpeg_header(codestream, _FRAMES, form)
