"""Frames of AV1 and their tiles: each frame has all of them once, and nothing else (5.10 and 5.11.1)."""

from bme_med.photo.errors import DamagedPhotoError
from bme_med.photo.heif_av1_frame import FrameHeader, read_frame_header
from bme_med.photo.heif_av1_sequence import Sequence
from bme_med.photo.heif_bits import Bits
from bme_med.photo.heif_frame import Frame, is_filled_up

__all__ = ["Pictures"]

_BLOCKS = (8, 16, 32, 64)
"""Encoders of cameras and graphics cards fill frames up to as much, and say what is to be shown."""


class Pictures:
    """Follows the units of one picture, or of its layers; payloads may be their first bytes alone."""

    def __init__(self, sequence: Sequence, where: str, *, has_layers: bool) -> None:
        self._sequence = sequence
        self._where = where
        self._has_layers = has_layers
        self._header: FrameHeader | None = None
        self._tiles = 0

    def start(self, payload: bytes, layers: tuple[int, int], *, has_tiles: bool) -> None:
        """A frame header begins, alone or with the first tiles behind it.

        Raises
        ------
        FileError
            If it breaks the grammar, does not end where it should, or needs another frame that is not there.
        """
        self._check_whole()
        bits = Bits(payload)
        self._header, self._tiles = read_frame_header(bits, self._sequence, layers), 0
        if self._header is None:
            if not self._has_layers:
                raise DamagedPhotoError("the AV1 data is not exactly one picture", where=self._where)
        elif has_tiles:
            self._align(bits)
            self._read_group(bits, self._header)
        elif not bits.is_at_end():
            raise DamagedPhotoError("bytes behind the end of an AV1 frame header", where=self._where)

    def add_tiles(self, payload: bytes) -> None:
        """A group of tiles of the frame follows."""
        if self._header:
            self._read_group(Bits(payload), self._header)
        elif not self._has_layers:
            raise DamagedPhotoError("tiles of no frame", where=self._where)

    def finish(self) -> Frame | None:
        """The one frame, once all units are read; None where there are layers."""
        self._check_whole()
        if self._header is None or self._has_layers:
            return None
        size, rendered = self._header.size, self._header.rendered
        hides = any(
            shown < coded and not is_filled_up(shown, coded, _BLOCKS)
            for shown, coded in zip(rendered, size, strict=True)
        )
        return Frame(size, hides)

    def _check_whole(self) -> None:
        if self._header and self._tiles != self._header.tiles:
            raise DamagedPhotoError("the tiles are not all there", where=self._where)

    def _align(self, bits: Bits) -> None:
        if bits.number(bits.left % 8):
            raise DamagedPhotoError("bits behind the end of an AV1 header", where=self._where)

    def _read_group(self, bits: Bits, header: FrameHeader) -> None:
        """Which tiles a group holds; they follow those before it."""
        first, last = 0, header.tiles - 1
        if header.tiles > 1 and bits.flag():
            first, last = bits.number(header.tile_bits), bits.number(header.tile_bits)
        self._align(bits)
        if first != self._tiles or not first <= last < header.tiles:
            raise DamagedPhotoError("the tiles do not follow each other", where=self._where)
        self._tiles = last + 1
