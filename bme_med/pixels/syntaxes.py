"""Transfer syntaxes: which codec is for frames of which (PS3.5, A.4; PS3.6, A)."""

from collections.abc import Mapping

from bme_med.core import UnsupportedFileError
from bme_med.pixels.codec_jpeg_2000 import HTJ2K, HTJ2K_RPCL, JPEG_2000
from bme_med.pixels.codec_jpeg_lossless import JPEG_LOSSLESS
from bme_med.pixels.codec_jpeg_ls import JPEG_LS
from bme_med.pixels.codec_jpeg_xl import JPEG_XL
from bme_med.pixels.coded import Codec

__all__ = [
    "CODECS",
    "DCT",
    "ENCAPSULATED_NATIVE",
    "EXPLICIT_LE",
    "JPEG_XL_OF_JPEG",
    "JPEG_XL_SYNTAXES",
    "NATIVE",
    "RLE",
    "codec_of",
]

EXPLICIT_LE = "1.2.840.10008.1.2.1"
ENCAPSULATED_NATIVE = "1.2.840.10008.1.2.1.98"
"""Encapsulated Uncompressed Explicit VR Little Endian: native frames in fragments (PS3.5, A.4.11)."""
NATIVE = frozenset(
    ("1.2.840.10008.1.2", EXPLICIT_LE, ENCAPSULATED_NATIVE, "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2")
)
RLE = "1.2.840.10008.1.2.5"

_COMPRESSED = "1.2.840.10008.1.2.4."
DCT = frozenset(f"{_COMPRESSED}{last}" for last in range(50, 57))
"""JPEG of 8 and 12 bits: baseline, extended, and retired ones, progressive or with arithmetic codes."""
JPEG_XL_OF_JPEG = f"{_COMPRESSED}111"
JPEG_XL_SYNTAXES = frozenset((JPEG_XL_OF_JPEG, f"{_COMPRESSED}110", f"{_COMPRESSED}112"))

CODECS: Mapping[str, Codec] = {
    f"{_COMPRESSED}{last}": codec
    for codec, numbers in (
        (JPEG_LOSSLESS, (57, 70)),
        (JPEG_LS, (80, 81)),
        (JPEG_2000, (90, 91)),
        (JPEG_XL, (110, 112)),
        (HTJ2K, (201, 203)),
        (HTJ2K_RPCL, (202,)),
    )
    for last in numbers
}
"""Of syntaxes whose frames are decoded, painted and coded again without loss."""

_VIDEO = tuple(f"{_COMPRESSED}10{last}" for last in range(9))
_STREAMED = frozenset(f"{_COMPRESSED}{last}" for last in (94, 95, 204, 205))


def codec_of(transfer_syntax: str) -> Codec:
    """For frames of this transfer syntax.

    Raises
    ------
    UnsupportedFileError
        If nothing here decodes them; with what to do.
    """
    codec = CODECS.get(transfer_syntax)
    if codec is None:
        raise _undecodable(transfer_syntax)
    return codec


def _undecodable(transfer_syntax: str) -> UnsupportedFileError:
    if transfer_syntax.startswith(_VIDEO):
        return UnsupportedFileError(
            "painting over a video would change every pixel of it: "
            "convert it to frames of another transfer syntax, then run again"
        )
    if transfer_syntax in _STREAMED:
        return UnsupportedFileError("its pixels are on a server: fetch the image itself, then run again")
    return UnsupportedFileError(
        "frames of this transfer syntax cannot be decoded: "
        "convert the file to Explicit VR Little Endian with another tool, then run again"
    )
