"""JPEG-LS: .80, .81 (ISO/IEC 14495-1; PS3.5, 8.2.3). Samples have no sign and up to 16 bits."""

from bme_med.core import MalformedFileError
from bme_med.pixels.coded import Codec, Coded, decoded_by, ended, marker_segments, other_coding
from bme_med.pixels.form import PixelForm

__all__ = ["JPEG_LS"]

_FRAME, _SCAN = 0xF7, 0xDA
_BY_PIXEL = 2


def _decode(codestream: bytes, form: PixelForm) -> Coded:
    from imagecodecs import jpegls_decode

    segments = dict(marker_segments(codestream))
    if _FRAME not in segments:
        raise other_coding("is no JPEG-LS, though its transfer syntax says so")
    frame, scan = segments[_FRAME], segments[_SCAN]
    if len(frame) < 6 or len(scan) < 4:
        raise MalformedFileError("the header of a compressed frame is cut short", where="(7FE0,0010)")
    near = scan[1 + 2 * scan[0]]
    note = "near-lossless JPEG-LS was coded again without loss" if near else ""
    return Coded(decoded_by(jpegls_decode, ended(codestream)), frame[0], False, form.photometric, note=note)


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
