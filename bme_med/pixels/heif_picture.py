"""One coded picture of a HEIF or AVIF: decoded, painted over, coded again without loss.

libheif, by way of pillow-heif, serves HEVC; libavif, by way of imagecodecs, serves AV1.
"""

import io
import struct
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bme_med.core import MalformedFileError, Region
from bme_med.pixels.heif_container import Container, Item, Property, encode_container, read_container

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["TRANSFORMS", "identity_colors", "is_nclx", "repaint"]

TRANSFORMS = (b"clap", b"irot", b"imir")
_SHAPE = (b"hvcC", b"av1C", b"pixi")
"""Properties that tell how the data is coded."""
_LOSSLESS, _IDENTITY, _LEVEL = -1, 0, 100


def repaint(item: Item, brands: bytes, regions: Sequence[Region], *, keep_form: bool, fill: int) -> Item:
    """`item` with `regions` filled.

    Parameters
    ----------
    item
        A coded picture.
    brands
        Of the file that it is from.
    regions
        In its own rows and columns, before it is turned.
    keep_form
        Whether chroma of HEVC stays as coarse as it is, as other tiles of the same grid demand; colours
        outside may then change by rounding. Without it nothing outside changes.
    fill
        0 for a picture, 1 for alpha, which becomes opaque.

    Raises
    ------
    MalformedFileError
        If it cannot be decoded.
    """
    alone = replace(item, references={}, is_hidden=False)
    alone.properties = [known for known in item.properties if known.kind not in TRANSFORMS]
    file = encode_container(Container(brands, 1, {1: alone}))
    try:
        if item.kind == b"hvc1":
            painted = _repaint_hevc(file, regions, keep_form=keep_form, fill=fill)
        else:
            painted = _repaint_av1(file, regions, bits=_av1_bits(item), fill=fill)
    except Exception:  # noqa: BLE001 - decoders raise what they like
        raise MalformedFileError("a picture in the file cannot be decoded") from None
    coded = read_container(painted)
    new = coded.items[coded.primary]
    shape = [known for known in new.properties if known.kind in _SHAPE]
    kept = [known for known in item.properties if known.kind not in _SHAPE]
    if not keep_form and any(is_identity(known) for known in new.properties):
        kept = identity_colors(kept)
    return replace(item, properties=shape + kept, data=new.data)


def is_nclx(known: Property) -> bool:
    """Whether a property says by numbers what the colours are."""
    return known.kind == b"colr" and known.payload.startswith(b"nclx")


def is_identity(known: Property) -> bool:
    """Whether a property says that samples are red, green and blue (ITU-T H.273, MatrixCoefficients)."""
    return is_nclx(known) and int.from_bytes(known.payload[8:10], "big") == _IDENTITY


def identity_colors(properties: Sequence[Property]) -> list[Property]:
    """`properties` with primaries and transfer as they are, for samples that are red, green and blue."""
    primaries, transfer = 1, 13
    for known in properties:
        if is_nclx(known):
            primaries, transfer = struct.unpack_from(">HH", known.payload, 4)
    payload = b"nclx" + struct.pack(">HHHB", primaries, transfer, _IDENTITY, 0x80)
    said = Property(b"colr", struct.pack(">I4s", 8 + len(payload), b"colr") + payload, is_essential=False)
    return [known for known in properties if not is_nclx(known)] + [said]


def _fill(pixels: "NDArray[Any]", regions: Sequence[Region], value: int) -> None:
    for region in regions:
        top, left, bottom, right = region.clipped(rows=pixels.shape[0], columns=pixels.shape[1])
        pixels[top : max(bottom, top), left : max(right, left)] = value


def _repaint_hevc(file: bytes, regions: Sequence[Region], *, keep_form: bool, fill: int) -> bytes:
    """A file with the one picture painted, in HEVC."""
    import numpy as np
    import pillow_heif

    opened = pillow_heif.open_heif(io.BytesIO(file), convert_hdr_to_8bit=False)
    pixels = np.array(np.asarray(opened))
    _fill(pixels, regions, fill * np.iinfo(pixels.dtype).max)
    options: dict[str, Any] = {"quality": _LOSSLESS, "chroma": 444, "matrix_coefficients": _IDENTITY}
    if keep_form:
        nclx = opened.info.get("nclx_profile") or {}
        known = ("color_primaries", "transfer_characteristics", "matrix_coefficients", "full_range_flag")
        options = {key: nclx[key] for key in known if key in nclx}
        options |= {"quality": _LOSSLESS, "chroma": opened.info.get("chroma", 420)}
    out = io.BytesIO()
    pillow_heif.encode(opened.mode, opened.size, pixels.tobytes(), out, **options)
    return out.getvalue()


def _repaint_av1(file: bytes, regions: Sequence[Region], *, bits: int, fill: int) -> bytes:
    """A file with the one picture painted, in AV1, where chroma never stays coarse."""
    import imagecodecs
    import numpy as np

    pixels = np.array(imagecodecs.avif_decode(file, numthreads=1))
    _fill(pixels, regions, fill * ((1 << bits) - 1))
    return bytes(imagecodecs.avif_encode(pixels, level=_LEVEL, speed=8, bitspersample=bits, numthreads=1))


def _av1_bits(item: Item) -> int:
    """Bits of a sample, as the configuration says (AV1 in ISOBMFF, 2.3.3)."""
    flags = next((known.payload[2] for known in item.properties if known.kind == b"av1C"), 0)
    return (12 if flags & 0x20 else 10) if flags & 0x40 else 8
