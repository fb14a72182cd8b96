"""How the frames of an image are stored (PS3.3, C.7.6.3.1)."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["PixelForm"]


@dataclass(frozen=True, slots=True)
class PixelForm:
    """What tells samples from bytes, as the attributes of the image say it.

    Attributes
    ----------
    samples
        Samples per Pixel (0028,0002).
    allocated, stored, high
        Bits Allocated, Bits Stored, High Bit (0028,0100) to (0028,0102).
    is_signed
        Whether Pixel Representation (0028,0103) is 1.
    is_float
        Whether the pixels are Float or Double Float Pixel Data (7FE0,0008), (7FE0,0009).
    photometric
        Photometric Interpretation (0028,0004).
    planar
        Planar Configuration (0028,0006).
    transfer_syntax
        Its UID.
    vr
        Of native Pixel Data: in big endian, samples of 1, 8 and 12 bits lie in words as ``OW`` and not as
        ``OB`` (PS3.5, 8.1.2).
    """

    rows: int
    columns: int
    samples: int
    allocated: int
    stored: int
    high: int
    is_signed: bool
    photometric: str
    planar: int = 0
    frames: int = 1
    is_float: bool = False
    byte_order: Literal["little", "big"] = "little"
    transfer_syntax: str = "1.2.840.10008.1.2.1"
    vr: Literal["OB", "OW"] = "OW"
