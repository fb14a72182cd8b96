"""How many bits a sample of a compressed frame has by its own header, whatever the attributes say."""

from bme_med.pixels.codec_jpeg_2000 import components_of
from bme_med.pixels.codec_jpeg_xl import precision_of
from bme_med.pixels.coded import marker_segments
from bme_med.pixels.form import PixelForm
from bme_med.pixels.syntaxes import JPEG_XL_SYNTAXES

__all__ = ["declared_bits"]

_JPEG_START = b"\xff\xd8"
_FRAME_HEADERS = frozenset((*range(0xC0, 0xD0), 0xF7)) - {0xC4, 0xC8, 0xCC}
"""SOFn of JPEG and JPEG-LS (ISO/IEC 10918-1, B.1.1.3; 14495-1, C.1.1)."""


def declared_bits(codestream: bytes, form: PixelForm) -> int:
    """Bits of the longest samples that a JPEG, JPEG-LS, JPEG 2000 or JPEG XL says it has.

    Raises
    ------
    FileError
        If its header is cut short, or is none.
    """
    if codestream.startswith(_JPEG_START):
        headers = (segment for marker, segment in marker_segments(codestream) if marker in _FRAME_HEADERS)
        return max((segment[0] for segment in headers if segment), default=0)
    if form.transfer_syntax in JPEG_XL_SYNTAXES:
        return precision_of(codestream, form)
    return max((bits & 0x7F) + 1 for bits, _, _ in components_of(codestream))
