"""JPEG 2000, and High-Throughput JPEG 2000 (ISO/IEC 15444-1, 15444-15; PS3.5, 8.2.4, 8.2.14).

Their samples have a precision and a sign of their own, which may differ from what the attributes say.
"""

from functools import partial

from bme_med.core import MalformedFileError
from bme_med.pixels.coded import Codec, Coded, decoded_by, marker_segments, other_coding, require_size
from bme_med.pixels.form import PixelForm

__all__ = ["HTJ2K", "HTJ2K_RPCL", "JPEG_2000", "components_of"]

_SIZE, _CODING, _COMMENT, _TILE = 0x51, 0x52, 0x64, 0x90
_START, _CODESTREAM_BOX = b"\xff\x4f\xff\x51", b"jp2c"
_PRECISION = 42
"""Where the precision and sign of the first component stand in a codestream."""
_REVERSIBLE = 1


def _decode(codestream: bytes, form: PixelForm) -> Coded:
    from imagecodecs import jpeg2k_decode

    bare = _bare(codestream)
    segments = dict(marker_segments(bare))
    size, coding = segments.get(_SIZE, b""), segments.get(_CODING, b"")
    if len(size) < 36 + 3 * form.samples or len(coding) < 10:
        raise MalformedFileError("the header of a compressed frame is cut short", where="(7FE0,0010)")
    width, height, left, top = (int.from_bytes(size[at : at + 4], "big") for at in range(2, 18, 4))
    require_size(form, height - top, width - left, int.from_bytes(size[34:36], "big"))
    components = {size[at : at + 3] for at in range(36, len(size), 3)}
    if len(components) != 1 or not size[37:39] == b"\1\1":
        raise other_coding("has components of several precisions or sizes")
    is_irreversible = coding[9] != _REVERSIBLE
    return Coded(
        decoded_by(jpeg2k_decode, bare),
        (size[36] & 0x7F) + 1,
        bool(size[36] & 0x80),
        "YBR_RCT" if form.photometric == "YBR_ICT" else form.photometric,
        kept=coding[4],
        note="irreversible JPEG 2000 was coded again without loss" if is_irreversible else "",
    )


def components_of(codestream: bytes) -> list[tuple[int, int, int]]:
    """Of each component its precision less one, with the sign above, and its subsampling (A.5.1).

    Raises
    ------
    FileError
        If the header is cut short, or is none.
    """
    size = dict(marker_segments(_bare(codestream))).get(_SIZE, b"")
    found = [(size[at], size[at + 1], size[at + 2]) for at in range(36, len(size) - 2, 3)]
    if not found:
        raise MalformedFileError("the header of a compressed frame is cut short", where="(7FE0,0010)")
    return found


def _encode(coded: Coded) -> bytes:
    """Reversibly, with a component transformation only where there was one."""
    from imagecodecs import jpeg2k_encode

    codestream = jpeg2k_encode(
        coded.samples,
        level=0,
        codecformat="j2k",
        colorspace="SRGB" if coded.samples.ndim == 3 else "GRAY",
        planar=False,
        bitspersample=coded.precision,
        reversible=True,
        mct=bool(coded.kept),
    )
    return _without_comments(bytes(codestream))


def _encode_htj2k(coded: Coded, *, is_rpcl: bool = False) -> bytes:
    """As JPEG 2000, but that the encoder codes as many bits as the container of a sample has.

    So unsigned samples are moved to the middle of its range, which is where the shift of levels by half the
    range (ISO/IEC 15444-1, G.1) expects them. The header then says the true precision: the coefficients are
    the same, with more empty bit planes above them.
    """
    from imagecodecs import htj2k_encode

    samples, container = coded.samples, coded.samples.dtype.itemsize * 8
    if not coded.is_signed:
        samples = samples + samples.dtype.type((1 << container - 1) - (1 << coded.precision - 1))
    codestream = bytearray(
        htj2k_encode(
            samples,
            rgb=bool(coded.kept),
            planar=False,
            resolutions=max(5, (max(samples.shape[:2]) - 1 >> 6).bit_length()),
            reversible=True,
            tlm=is_rpcl,
            tilepart=1 if is_rpcl else None,
        )
    )
    for component in range(samples.shape[2] if samples.ndim == 3 else 1):
        codestream[_PRECISION + 3 * component] = coded.precision - 1 | coded.is_signed << 7
    return _without_comments(bytes(codestream))


def _bare(codestream: bytes) -> bytes:
    """The codestream, also where it comes in boxes, which DICOM does not foresee and writers do."""
    if codestream.startswith(_START):
        return codestream
    position = 0
    while position + 8 <= len(codestream):
        length = int.from_bytes(codestream[position : position + 4], "big")
        end = position + length if length >= 8 else len(codestream)
        if codestream[position + 4 : position + 8] == _CODESTREAM_BOX:
            return codestream[position + 8 : end]
        position = end
    raise other_coding("is no JPEG 2000, though its transfer syntax says so")


def _without_comments(codestream: bytes) -> bytes:
    """Without the encoder's name: a codestream says no more than its picture."""
    position, kept = 2, [codestream[:2]]
    for marker, segment in marker_segments(codestream):
        end = position + 4 + len(segment)
        if marker == _TILE:
            break
        if marker != _COMMENT:
            kept.append(codestream[position:end])
        position = end
    return b"".join(kept) + codestream[position:]


JPEG_2000 = Codec(_decode, _encode)
HTJ2K = Codec(_decode, _encode_htj2k)
HTJ2K_RPCL = Codec(_decode, partial(_encode_htj2k, is_rpcl=True))
"""With tile-part lengths, a tile-part for each resolution, and the smallest of those at most 64 by 64."""
