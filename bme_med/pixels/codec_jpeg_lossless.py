"""JPEG Lossless: .57, .70 (ISO/IEC 10918-1, H; PS3.5, 8.2.1). Samples have no sign and up to 16 bits."""

from bme_med.pixels.coded import Codec, Coded, decoded_by, ended, jpeg_header
from bme_med.pixels.form import PixelForm

__all__ = ["JPEG_LOSSLESS"]

_LOSSLESS_FRAME = 0xC3
_FIRST_ORDER = "1.2.840.10008.1.2.4.70"
"""JPEG Lossless, Non-Hierarchical, First-Order Prediction: its predictor is 1."""


def _decode(codestream: bytes, form: PixelForm) -> Coded:
    from imagecodecs import jpeg8_decode

    precision, parameters = jpeg_header(codestream, (_LOSSLESS_FRAME,), form)
    predictor = 1 if form.transfer_syntax == _FIRST_ORDER else parameters[0]
    colors = "RGB" if form.samples == 3 else None
    samples = decoded_by(jpeg8_decode, ended(codestream), colorspace=colors, outcolorspace=colors)
    return Coded(samples, precision, False, form.photometric, kept=predictor)


def _encode(coded: Coded) -> bytes:
    """With the predictor that it had; colors as they are, which an Adobe segment says."""
    from imagecodecs import jpeg8_encode

    colors = "RGB" if coded.samples.ndim == 3 else None
    return bytes(
        jpeg8_encode(
            coded.samples,
            lossless=True,
            predictor=coded.kept,
            bitspersample=coded.precision,
            colorspace=colors,
            outcolorspace=colors,
        )
    )


JPEG_LOSSLESS = Codec(_decode, _encode)
