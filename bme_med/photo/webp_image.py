"""The images inside a WebP: the heads of VP8, VP8L and ALPH (RFC 6386, 9.1; RFC 9649, 2.7.1.2 and 3.4).

Neither bitstream says where it ends. All codes are read: of VP8L and compressed alpha to the last pixel, of
VP8 to the last coefficient of each partition. Other alpha has one byte a pixel.
"""

from typing import Any, NamedTuple

from bme_med.core.errors import UnsupportedFileError
from bme_med.core.plan import Pieces
from bme_med.core.source import Source
from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.spliced import known
from bme_med.photo.vp8_writing import write_lossy
from bme_med.photo.vp8l import measure_lossless
from bme_med.photo.webp_chunks import Chunk, wrap

__all__ = ["MAX_PIXELS", "Image", "ImageWriter", "Whole", "find_image"]

_VP8_HEADER_BYTES, _VP8L_HEADER_BYTES = 10, 5
_START_CODE = b"\x9d\x01\x2a"
_SIGNATURE = 0x2F
_RAW, _LOSSLESS = 0, 1
MAX_PIXELS = 50_000_000
"""How many pixels of lossless data are read to find where it ends: half a minute for a photo of that size."""
_LOSSY_PIXELS = 10
"""So many pixels of lossy data that have no coefficients take as long as one of lossless data."""


_TOO_LARGE = (
    f"a WebP of more than {MAX_PIXELS // 1_000_000} megapixels, or {_LOSSY_PIXELS} times as many if it is "
    "lossy: save it as PNG, which loses nothing, then run again"
)


class Image(NamedTuple):
    """One image: its bitstream, the alpha that belongs to it, and its size."""

    bitstream: Chunk
    alpha: Chunk | None
    width: int
    height: int
    has_alpha: bool


def find_image(source: Source, chunks: tuple[Chunk, ...]) -> Image | None:
    """The first image in `chunks`, and the alpha that precedes it if it is lossy.

    Raises
    ------
    DamagedPhotoError
        If its head is not one that WebP allows.
    """
    alpha = None
    for chunk in chunks:
        if chunk.type == b"ALPH" and alpha is None:
            alpha = chunk
        elif chunk.type == b"VP8 ":
            width, height = _read_lossy(source, chunk)
            return Image(chunk, alpha, width, height, alpha is not None)
        elif chunk.type == b"VP8L":
            return Image(chunk, None, *_read_lossless(source, chunk))
    return None


def _read_lossy(source: Source, chunk: Chunk) -> tuple[int, int]:
    """Width and height of a key frame."""
    start, end = chunk.data
    head = source[start : min(start + _VP8_HEADER_BYTES, end)]
    if len(head) < _VP8_HEADER_BYTES or head[0] & 1 or head[3:6] != _START_CODE:
        raise DamagedPhotoError("the image is not a VP8 key frame", where=chunk.where)
    first_partition_bytes = int.from_bytes(head[:3], "little") >> 5
    if _VP8_HEADER_BYTES + first_partition_bytes > chunk.size:
        raise DamagedPhotoError("the image data ends too early", where=chunk.where)
    width, height = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    if not (width and height):
        raise DamagedPhotoError("the image has no size", where=chunk.where)
    return width, height


def _read_lossless(source: Source, chunk: Chunk) -> tuple[int, int, bool]:
    """Width, height, and whether alpha is used."""
    start, end = chunk.data
    head = source[start : min(start + _VP8L_HEADER_BYTES, end)]
    bits = int.from_bytes(head[1:], "little")
    if len(head) < _VP8L_HEADER_BYTES or head[0] != _SIGNATURE or bits >> 29:
        raise DamagedPhotoError("the image is not a VP8L image", where=chunk.where)
    return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF), bool(bits >> 28 & 1)


class Whole(NamedTuple):
    """Whether the bitstream of an image, and its alpha, were written as they are."""

    bitstream: bool
    alpha: bool


class ImageWriter:
    """Writes the chunks of images, cut where they end; lossless ones up to a number of pixels."""

    def __init__(self, source: Source, pixels: int) -> None:
        self._source = source
        self.left = pixels
        self.measured: dict[tuple[str, int], tuple[int, Any]] = {}

    def write(self, out: Pieces, image: Image) -> Whole:
        """Write the image's chunks.

        Raises
        ------
        FileError
            If its data ends too early, or there are too many pixels to read.
        """
        is_alpha_whole = self._write_alpha(out, image, image.alpha) if image.alpha else True
        place, where = image.bitstream.data, image.bitstream.where
        payload = Pieces()
        if image.bitstream.type == b"VP8L":
            end = self._end_of_lossless(image, image.bitstream, place.start + _VP8L_HEADER_BYTES)
            payload.keep(place.start, end)
        else:
            self._spend(image.width * image.height // _LOSSY_PIXELS)
            self.measured |= write_lossy(self._source, payload, place, image.width, image.height, where)
        wrap(out, image.bitstream.type, payload)
        return Whole(payload.done() == (place,), is_alpha_whole)

    def _spend(self, pixels: int) -> None:
        if pixels > self.left:
            raise UnsupportedFileError(_TOO_LARGE)
        self.left -= pixels

    def _end_of_lossless(self, image: Image, chunk: Chunk, start: int) -> int:
        """Where the stream that starts at `start` ends."""
        self._spend(image.width * image.height)
        kind = f"VP8L {image.width} x {image.height}"
        end, _ = known(self._source, kind, start) or (chunk.data.end + 1, None)
        if end > chunk.data.end:
            stream = self._source[start : chunk.data.end]
            end = start + measure_lossless(stream, image.width, image.height, chunk.where)
        self.measured[kind, start] = end, None
        return end

    def _write_alpha(self, out: Pieces, image: Image, alpha: Chunk) -> bool:
        """Alpha with its reserved bits zero, cut where it ends."""
        start, end = alpha.data
        flags = int.from_bytes(self._source[start : min(start + 1, end)], "little")
        compression, preprocessing = flags & 3, flags >> 4 & 3
        if alpha.size < 2 or compression not in (_RAW, _LOSSLESS) or preprocessing > 1:
            raise DamagedPhotoError("the alpha is not one that WebP knows", where=alpha.where)
        if compression == _LOSSLESS:
            end = self._end_of_lossless(image, alpha, start + 1)
        else:
            end = start + 1 + image.width * image.height
        if end > alpha.data.end:
            raise DamagedPhotoError("the alpha ends too early", where=alpha.where)
        payload = Pieces()
        payload.literal(bytes((flags & 0x3F,)))
        payload.keep(start + 1, end)
        wrap(out, b"ALPH", payload)
        return flags < 0x40 and end == alpha.data.end
