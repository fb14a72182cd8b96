"""JPEG-LS: .80, .81 (ISO/IEC 14495-1; PS3.5, 8.2.3). Samples have no sign and up to 16 bits."""

from bme_med.pixels.coded import Codec, Coded, decoded_by, ended, jpeg_header
from bme_med.pixels.form import PixelForm

__all__ = ["JPEG_LS"]

_FRAME = 0xF7
_BY_PIXEL = 2


def _decode(codestream: bytes, form: PixelForm) -> Coded:
    from imagecodecs import jpegls_decode

    precision, parameters = jpeg_header(codestream, (_FRAME,), form)
    note = "near-lossless JPEG-LS was coded again without loss" if parameters[0] else ""
    return Coded(decoded_by(jpegls_decode, ended(codestream)), precision, False, form.photometric, note=note)


def _encode(coded: Coded) -> bytes:
    """With NEAR = 0, which near-lossless syntaxes allow; by pixel."""
    from jpeg_ls import encode_buffer

    rows, columns = coded.samples.shape[:2]
    samples = coded.samples.shape[2] if coded.samples.ndim == 3 else 1
    return bytes(
        encode_buffer(
            coded.samples.tobytes(),
            rows,
            columns,
            samples,
            coded.precision,
            lossy_error=0,
            interleave_mode=_BY_PIXEL if samples > 1 else 0,
        )
    )


JPEG_LS = Codec(_decode, _encode)
